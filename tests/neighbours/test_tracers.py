"""OpenTelemetry's and X-Ray's instrumentation of botocore, started and stopped before, inside and after a manager."""

import socket
from contextlib import ExitStack

import botocore.client
import pytest
from aws_xray_sdk.core import xray_recorder
from aws_xray_sdk.core.context import Context
from aws_xray_sdk.ext.botocore.patch import patch as patch_botocore
from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from opentelemetry.instrumentation.botocore import BotocoreInstrumentor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from pytest_secretsmanager import SecretsManager

xray_recorder.emitter._socket.close()  # made by the import, for a daemon that no test has


class OpenTelemetry:
    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.provider = TracerProvider(shutdown_on_exit=False)
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))

    def start(self):
        BotocoreInstrumentor().instrument(tracer_provider=self.provider)

    def stop(self):
        BotocoreInstrumentor().uninstrument()

    def close(self):
        if BotocoreInstrumentor().is_instrumented_by_opentelemetry:
            self.stop()

    @property
    def traced(self):
        """Each call, and whether it failed."""
        spans = self.exporter.get_finished_spans()
        return [(span.name.rpartition(".")[2], span.status.status_code is StatusCode.ERROR) for span in spans]


def take_outermost_wrapper(owner, method):
    """Do the work of X-Ray's `unwrap`, which expects a `wrapt.ObjectProxy`: no wrapper of wrapt 2 is one."""
    setattr(owner, method, getattr(owner, method).__wrapped__)


class XRay:
    """Keep one segment open and receive the entities that would go to the daemon."""

    def __init__(self):
        self.before = xray_recorder.emitter, xray_recorder.context, xray_recorder.sampling
        xray_recorder.configure(sampling=False, context=Context(), emitter=self, streaming_threshold=10_000)
        self.segment = xray_recorder.begin_segment("test")

    def send_entity(self, entity):
        """Drop the entity."""

    def start(self):
        patch_botocore()

    def stop(self):
        take_outermost_wrapper(BaseClient, "_make_api_call")
        take_outermost_wrapper(Endpoint, "prepare_request")
        del botocore.client._xray_enabled

    def close(self):
        if hasattr(botocore.client, "_xray_enabled"):
            self.stop()
        xray_recorder.end_segment()
        xray_recorder.emitter, xray_recorder.context, xray_recorder.sampling = self.before

    @property
    def traced(self):
        return [
            (part.aws["operation"], getattr(part, "fault", False) or getattr(part, "error", False))
            for part in self.segment.subsegments
        ]


@pytest.fixture
def opened(method_left_bare):
    """Make tracers, and close those that are still open at the end."""
    with ExitStack() as closing:

        def make(kind):
            tracer = kind()
            closing.callback(tracer.close)
            return tracer

        yield make


KINDS = pytest.mark.parametrize("kind", [OpenTelemetry, XRay], ids=["opentelemetry", "x-ray"])


@pytest.fixture
def tracer(opened, kind):
    return opened(kind)


def is_bare(bare):
    return BaseClient.__dict__["_make_api_call"] is bare


STARTS_AND_STOPS = pytest.mark.parametrize(
    "steps",
    [
        ["start", "enter", "CALL", "stop", "call", "leave"],
        ["start", "enter", "CALL", "leave", "stop"],
        ["enter", "call", "start", "CALL", "stop", "call", "leave"],
        ["enter", "start", "CALL", "leave", "stop"],
        ["start", "enter", "CALL", "stop", "call", "start", "CALL", "leave", "stop"],
        ["enter", "start", "CALL", "leave", "enter", "CALL", "stop", "call", "leave"],
        ["enter", "start", "CALL", "enter", "CALL", "leave", "CALL", "stop", "call", "leave"],
    ],
    ids=" ".join,
)


@KINDS
@STARTS_AND_STOPS
def test_calls_are_traced_while_the_tracer_runs_and_answered_while_a_manager_is_active(
    tracer, method_left_bare, outside_client, steps
):
    """A step CALL is a call that the tracer must see."""
    managers, entered = [], []
    for step in steps:
        if step == "enter":
            manager = SecretsManager().__enter__()
            manager.seed("db", "one")
            managers.append(manager)
            entered.append(manager)
        elif step == "leave":
            entered.pop().__exit__(None, None, None)
        elif step in {"start", "stop"}:
            getattr(tracer, step)()
        else:
            assert outside_client.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert tracer.traced == [("GetSecretValue", False)] * steps.count("CALL")
    assert sum(len(manager.log) for manager in managers) == steps.count("CALL") + steps.count("call")
    assert is_bare(method_left_bare)


@KINDS
@pytest.mark.parametrize("starts_first", [True, False], ids=["before the manager", "inside the manager"])
def test_a_refused_call_is_traced_as_an_error(tracer, outside_client, starts_first):
    if starts_first:
        tracer.start()
    with SecretsManager() as sm:
        if not starts_first:
            tracer.start()
        with pytest.raises(outside_client.exceptions.ResourceNotFoundException):
            outside_client.get_secret_value(SecretId="nowhere")
    assert tracer.traced == [("GetSecretValue", True)]
    sm.assert_logged("GetSecretValue", error="ResourceNotFoundException", times=1)


@pytest.mark.parametrize("first", [OpenTelemetry, XRay], ids=["opentelemetry first", "x-ray first"])
@pytest.mark.parametrize("leaves_first", [OpenTelemetry, XRay], ids=["opentelemetry leaves", "x-ray leaves"])
@pytest.mark.parametrize("around", ["both around", "one around", "both inside"])
@pytest.mark.parametrize("stops", ["inside", "one inside", "after"])
def test_both_tracers_together_trace_the_calls_and_leave_botocore_unwrapped(
    opened, method_left_bare, outside_client, first, leaves_first, around, stops
):
    """Stopping a tracer removes the outermost wrapper, which may be the other tracer's."""
    second = XRay if first is OpenTelemetry else OpenTelemetry
    tracers = {kind: opened(kind) for kind in (first, second)}
    starts = [tracers[first].start, tracers[second].start]
    ends = [tracers[kind].stop for kind in sorted(tracers, key=lambda kind: kind is not leaves_first)]
    outside = {"both around": 2, "one around": 1, "both inside": 0}[around]
    inside = {"inside": 2, "one inside": 1, "after": 0}[stops]
    for start in starts[:outside]:
        start()
    with SecretsManager() as sm:
        for start in starts[outside:]:
            start()
        outside_client.create_secret(Name="db", SecretString="one")
        for end in ends[:inside]:
            end()
        outside_client.get_secret_value(SecretId="db")
    for end in ends[inside:]:
        end()
    assert [tracer.traced[0] for tracer in tracers.values()] == [("CreateSecret", False)] * 2
    sm.assert_log_order("CreateSecret", "GetSecretValue")
    assert len(sm.log) == 2
    assert is_bare(method_left_bare)


@KINDS
def test_a_traced_call_opens_no_socket(tracer, outside_client, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was made")

    tracer.start()
    with SecretsManager() as sm:
        monkeypatch.setattr(socket, "socket", refuse)
        outside_client.list_secrets()
        monkeypatch.undo()
    assert tracer.traced == [("ListSecrets", False)]
    sm.assert_logged("ListSecrets", times=1)
