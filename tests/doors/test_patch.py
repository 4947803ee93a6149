"""The wrapper of `BaseClient._make_api_call`: one while a manager is active, none afterwards, compatible with others.

The tracer of these tests wraps the same method with wrapt, as OpenTelemetry and X-Ray do. It unwraps as OpenTelemetry
does.
"""

import gc
import inspect
import weakref
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from unittest import mock

import boto3
import pytest
import wrapt
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors.patch import SyncDoor
from pytest_secretsmanager.doors.wiring import PROCESS

METHOD = "_make_api_call"


@pytest.fixture
def closed_port_client(new_client):
    """A client whose network calls fail immediately."""
    once = Config(retries={"total_max_attempts": 1}, proxies={})
    return new_client(endpoint_url="http://127.0.0.1:1", config=once)


def reaches_the_network(client):
    try:
        client.get_secret_value(SecretId="db")
    except EndpointConnectionError:
        return True
    except client.exceptions.ResourceNotFoundException:
        return False
    return False


def doors():
    """Return the number of this package's wrappers around the method."""
    found, wrapper = 0, BaseClient.__dict__[METHOD]
    while wrapper is not None:
        found += isinstance(getattr(getattr(wrapper, "_self_wrapper", None), "__self__", None), SyncDoor)
        wrapper = getattr(wrapper, "__wrapped__", None)
    return found


class Tracer:
    """A tracer that wraps and unwraps as tracing libraries do."""

    def __init__(self):
        self.spans = []

    def instrument(self):
        def trace(wrapped, instance, args, kwargs):
            self.spans.append(args[0])
            return wrapped(*args, **kwargs)

        wrapt.wrap_function_wrapper("botocore.client", f"BaseClient.{METHOD}", trace)

    def uninstrument(self):
        setattr(BaseClient, METHOD, getattr(BaseClient, METHOD).__wrapped__)


@pytest.fixture
def tracer(bare_method):
    return Tracer()


# --- in place --------------------------------------------------------------------------------------------------------


def test_creating_a_manager_wraps_no_botocore_method(bare_method):
    SecretsManager()
    assert BaseClient.__dict__[METHOD] is bare_method


def test_nested_and_successive_managers_wrap_make_api_call_once(bare_method):
    for _ in range(3):
        with SecretsManager(), SecretsManager():
            assert doors() == 1


@pytest.mark.parametrize("method", [METHOD, "_make_request"])
def test_leaving_the_last_manager_restores_botocores_method(bare_method, method):
    before = BaseClient.__dict__[method]
    with SecretsManager():
        with SecretsManager():
            pass
        assert BaseClient.__dict__[method] is not before
    assert BaseClient.__dict__[method] is before


def test_the_wrapper_has_name_and_signature_of_make_api_call(bare_method):
    with SecretsManager():
        assert BaseClient._make_api_call.__name__ == METHOD
        assert inspect.signature(BaseClient._make_api_call) == inspect.signature(bare_method)
        assert inspect.unwrap(BaseClient._make_api_call) is bare_method


# --- without an active manager ---------------------------------------------------------------------------------------


def test_a_call_before_any_manager_reaches_the_network(bare_method, closed_port_client):
    assert reaches_the_network(closed_port_client)


def test_no_call_inside_a_manager_reaches_the_network(closed_port_client):
    with SecretsManager():
        assert not reaches_the_network(closed_port_client)


def test_a_call_after_the_last_manager_reaches_the_network(closed_port_client):
    with SecretsManager():
        closed_port_client.list_secrets()
    assert reaches_the_network(closed_port_client)


def test_a_call_with_a_listener_after_the_last_manager_reaches_the_network(closed_port_client):
    closed_port_client.meta.events.register("after-call", lambda **_: None)
    with SecretsManager():
        assert not reaches_the_network(closed_port_client)
    assert reaches_the_network(closed_port_client)


def test_a_call_after_a_manager_that_was_left_by_an_error_reaches_the_network(closed_port_client):
    with pytest.raises(ZeroDivisionError), SecretsManager():
        raise ZeroDivisionError
    assert reaches_the_network(closed_port_client)


def test_a_stubber_answers_a_client_after_the_last_manager(new_client):
    client = new_client()
    with SecretsManager():
        client.list_secrets()
    with Stubber(client) as stubber:
        stubber.add_response("list_secrets", {"SecretList": []})
        assert client.list_secrets() == {"SecretList": []}


def test_a_decorated_function_answers_calls_only_while_it_runs(closed_port_client):
    @SecretsManager()
    def inside():
        return reaches_the_network(closed_port_client)

    assert [inside(), reaches_the_network(closed_port_client)] == [False, True]


# --- several managers ------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(closed_port_client):
    """Return a function that reads `db`: its value, or "network"."""

    def ask():
        try:
            return closed_port_client.get_secret_value(SecretId="db")["SecretString"]
        except EndpointConnectionError:
            return "network"

    return ask


def entered(value):
    manager = SecretsManager().__enter__()
    manager.seed("db", value)
    return manager


def leave(manager):
    manager.__exit__(None, None, None)


def test_the_manager_that_was_entered_last_answers_a_sync_client(ask):
    one = entered("one")
    two = entered("two")
    answers = [ask()]
    leave(two)
    answers.append(ask())
    leave(one)
    assert [*answers, ask()] == ["two", "one", "network"]


def test_managers_can_be_left_in_the_order_of_entering(ask):
    one, two, three = entered("one"), entered("two"), entered("three")
    answers = []
    for manager in (one, two, three):
        leave(manager)
        answers.append(ask())
    assert answers == ["three", "three", "network"]


def test_the_second_of_three_managers_can_be_left_first(ask):
    one, two, three = entered("one"), entered("two"), entered("three")
    leave(two)
    answers = [ask()]
    leave(three)
    answers.append(ask())
    leave(one)
    assert [*answers, ask()] == ["three", "one", "network"]


def test_a_manager_entered_twice_answers_until_it_is_left_twice(ask):
    one = entered("one")
    one.__enter__()
    leave(one)
    answers = [ask()]
    leave(one)
    assert [*answers, ask()] == ["one", "network"]


def test_a_manager_that_is_entered_again_still_has_its_secrets(ask):
    one = entered("one")
    leave(one)
    with one:
        assert ask() == "one"


def test_each_manager_logs_the_calls_that_it_answers(ask):
    one, two = entered("one"), entered("two")
    ask()
    leave(two)
    ask()
    ask()
    leave(one)
    assert (len(two.log), len(one.log)) == (1, 2)


def test_a_manager_gives_region_and_credentials_after_an_earlier_manager_was_left(empty_home):
    one, two = SecretsManager().__enter__(), SecretsManager().__enter__()
    leave(one)
    try:
        assert boto3.Session().client("secretsmanager").list_secrets()["SecretList"] == []
    finally:
        leave(two)


# --- other wrappers of the method ------------------------------------------------------------------------------------


def test_a_tracer_that_wraps_inside_a_manager_sees_the_calls(tracer, new_client):
    with SecretsManager():
        tracer.instrument()
        new_client().list_secrets()
    assert tracer.spans == ["ListSecrets"]


def test_a_manager_answers_after_a_tracer_wrapped_and_unwrapped_inside_it(tracer, closed_port_client):
    with SecretsManager():
        tracer.instrument()
        assert not reaches_the_network(closed_port_client)
        tracer.uninstrument()
        assert not reaches_the_network(closed_port_client)
    assert reaches_the_network(closed_port_client)
    assert tracer.spans == ["GetSecretValue"]


def test_a_tracer_that_wraps_between_two_managers_sees_the_calls_in_the_second(tracer, new_client):
    client = new_client()
    with SecretsManager():
        client.list_secrets()
    tracer.instrument()
    with SecretsManager():
        client.list_secrets()
        assert doors() == 1
    assert tracer.spans == ["ListSecrets"]


@pytest.mark.parametrize(
    "hook",
    [
        None,
        "after-call",
    ],
    ids=["no listener", "listener"],
)
def test_a_tracer_that_wrapped_before_the_manager_sees_the_calls(tracer, new_client, hook):
    """Instrumentation wraps at the start of a program, or in a conftest."""
    tracer.instrument()
    client = new_client()
    if hook:
        client.meta.events.register(hook, lambda **_: None)
    with SecretsManager():
        client.list_secrets()
    assert tracer.spans == ["ListSecrets"]


def test_a_tracer_that_wrapped_before_the_manager_sees_calls_to_other_services(tracer, new_client):
    tracer.instrument()
    sts = new_client(service="sts")
    with SecretsManager(), Stubber(sts) as stubber:
        stubber.add_response("get_caller_identity", {})
        sts.get_caller_identity()
    assert tracer.spans == ["GetCallerIdentity"]


def test_a_tracer_that_wrapped_before_the_manager_can_unwrap_inside_it(tracer, bare_method, closed_port_client):
    tracer.instrument()
    with SecretsManager():
        tracer.uninstrument()
        assert not reaches_the_network(closed_port_client)
        assert tracer.spans == []
    assert BaseClient.__dict__[METHOD] is bare_method


def test_a_tracer_that_wrapped_before_and_unwraps_after_the_manager_restores_the_method(tracer, bare_method):
    tracer.instrument()
    with SecretsManager():
        pass
    tracer.uninstrument()
    assert BaseClient.__dict__[METHOD] is bare_method


def test_a_tracer_that_wrapped_inside_and_unwraps_after_the_manager_restores_the_method(tracer, bare_method):
    with SecretsManager():
        tracer.instrument()
    tracer.uninstrument()
    assert BaseClient.__dict__[METHOD] is bare_method


def test_leaving_the_manager_removes_its_wrapper_from_under_a_tracer(tracer, closed_port_client):
    with SecretsManager():
        tracer.instrument()
    assert doors() == 0
    assert reaches_the_network(closed_port_client)
    assert tracer.spans == ["GetSecretValue"]


def test_a_call_is_answered_once_after_a_tracer_wrapped_and_unwrapped(tracer, new_client):
    client = new_client()
    calls = []
    client.meta.events.register("before-call", lambda **_: calls.append(1))
    with SecretsManager() as sm:
        tracer.instrument()
        tracer.uninstrument()
        client.create_secret(Name="db")
    assert (len(sm.log), len(calls)) == (1, 1)


def test_a_mock_of_make_api_call_can_call_the_method_that_it_replaces(new_client):
    """The usual recipe for mocking one operation of botocore."""
    client = new_client()
    with SecretsManager() as sm:
        original = BaseClient._make_api_call

        def replaced(self, operation_name, parameters):
            if operation_name == "GetRandomPassword":
                return {"RandomPassword": "mocked"}
            return original(self, operation_name, parameters)

        with mock.patch.object(BaseClient, METHOD, replaced):
            client.create_secret(Name="db")
            assert client.get_random_password() == {"RandomPassword": "mocked"}
        client.describe_secret(SecretId="db")
    assert [call.operation for call in sm.log] == ["CreateSecret", "DescribeSecret"]


def test_a_mock_that_stops_inside_a_manager_removes_the_wrapper(bare_method, closed_port_client):
    replaced = mock.patch.object(BaseClient, METHOD, return_value={})
    replaced.start()
    with SecretsManager():
        replaced.stop()
        assert doors() == 0


def test_a_manager_that_was_left_under_a_mock_lets_calls_through(bare_method, closed_port_client):
    replaced = mock.patch.object(BaseClient, METHOD, return_value={})
    with SecretsManager():
        replaced.start()
    replaced.stop()
    assert doors() == 1
    assert reaches_the_network(closed_port_client)
    with SecretsManager():
        assert not reaches_the_network(closed_port_client)
    assert BaseClient.__dict__[METHOD] is bare_method
    with SecretsManager():
        assert not reaches_the_network(closed_port_client)


def test_a_call_that_began_before_its_manager_was_left_reaches_no_network(closed_port_client):
    """The call is in an application's hook, in a thread that outlives the test."""
    begun, left = Event(), Event()

    def wait(**_):
        begun.set()
        assert left.wait(60)

    closed_port_client.meta.events.register("before-call", wait)
    with ThreadPoolExecutor() as pool:
        with SecretsManager():
            answer = pool.submit(reaches_the_network, closed_port_client)
            assert begun.wait(60)
        assert doors() == 1
        left.set()
        assert answer.result() is False
    assert doors() == 0  # the end of the last call removed the wrapper


# --- garbage ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def dies():
    """Return a function that tells whether an object was collected. The collector skips older objects."""
    gc.freeze()

    def ask(reference):
        gc.collect()
        return reference() is None

    return ask


@pytest.mark.parametrize(
    "hook",
    [None, "before-call", "after-call.secrets-manager.*"],
    ids=["no listener", "before-call", "after-call.secrets-manager.*"],
)
def test_a_client_is_garbage_collected_while_its_manager_is_active(secretsmanager, new_client, hook, dies):
    client = new_client()
    if hook:
        client.meta.events.register(hook, lambda **_: None)
    client.create_secret(Name="db", SecretString="one")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="nowhere")
    reference = weakref.ref(client)
    del client
    assert dies(reference)


def test_a_client_that_a_stubber_used_is_garbage_collected(secretsmanager, new_client, dies):
    client = new_client()
    client.list_secrets()
    with Stubber(client) as stubber:
        stubber.add_response("list_secrets", {"SecretList": []})
        client.list_secrets()
    client.list_secrets()
    reference = weakref.ref(client)
    del client, stubber
    assert dies(reference)


def test_a_client_that_its_own_listener_references_is_garbage_collected(secretsmanager, new_client, dies):
    """The listener looks something up before each put. Reads have no listener."""

    class LookUp:
        def __init__(self, client):
            self.client = client

        def before_put(self, **_):
            self.client.describe_secret(SecretId="db")

    secretsmanager.seed("db", "one")
    client = new_client()
    client.meta.events.register("before-call.secrets-manager.PutSecretValue", LookUp(client).before_put)
    for value in ("two", "three"):
        client.get_secret_value(SecretId="db")
        client.put_secret_value(SecretId="db", SecretString=value)
    reference = weakref.ref(client)
    del client
    assert dies(reference)


@pytest.mark.parametrize("hook", [None, "before-call"], ids=["no listener", "before-call"])
def test_a_manager_is_garbage_collected_while_its_clients_live(new_client, hook, dies):
    client = new_client()
    if hook:
        client.meta.events.register(hook, lambda **_: None)
    with SecretsManager() as sm:
        client.list_secrets()
    reference = weakref.ref(sm)
    del sm
    assert dies(reference)


def test_a_client_of_sm_client_is_garbage_collected_with_its_manager(dies):
    with SecretsManager() as sm:
        client = sm.client()
        client.list_secrets()
    reference = weakref.ref(client)
    del client, sm
    assert dies(reference)


def test_the_switchboard_drops_a_manager_that_was_left():
    with SecretsManager():
        assert len(PROCESS._responders) == 1
    assert PROCESS._responders == ()


def test_a_wrapper_that_calls_the_method_in_another_thread_is_answered(tracer, closed_port_client):
    """A timeout guard does so: it wraps first, and its thread has no context variables of the caller."""

    def in_a_thread(wrapped, _client, args, kwargs):
        with ThreadPoolExecutor() as pool:
            return pool.submit(wrapped, *args, **kwargs).result()

    wrapt.wrap_function_wrapper("botocore.client", f"BaseClient.{METHOD}", in_a_thread)
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert closed_port_client.get_secret_value(SecretId="db")["SecretString"] == "one"
