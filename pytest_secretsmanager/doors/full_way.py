"""The full way through a client: botocore runs up to its HTTP session.

It is for calls that a fault is planned for, and for calls above a request rate.

Signing, parsing, retries and all events are botocore's own. Nothing of botocore is replaced: the call runs on copies of
the client and of its endpoint, which differ only in how they send a request and emit events. No other call, thread or
service is affected, and an interrupt leaves no wrapper behind. The exception is the rate limiter of adaptive mode: see
`rate_limiters`.
"""

import copy
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.credentials import Credentials
from botocore.model import OperationModel

from pytest_secretsmanager.doors import internals, moto, rate_limiters, retry_quotas, wire
from pytest_secretsmanager.doors.attempts import Attempts, Responses, emitting
from pytest_secretsmanager.doors.client_facts import facts_of
from pytest_secretsmanager.doors.planned import is_planned
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.surroundings.process import CREDENTIALS

__tracebackhide__ = True


def is_taken(
    responder: Responder,
    client: BaseClient,
    operation_model: OperationModel,
    request_dict: Mapping[str, Any],
    *_: object,
    **__: object,
) -> bool:
    """Whether this request takes the full way, before its operation is tried.

    A fault is planned for its call, or its client has a rate limiter that has slowed down under the rates in force.
    """
    if responder.plans and _is_planned_for_request(responder, client, operation_model, request_dict):
        return True
    return responder.service.limits_rates and facts_of(client).is_limited


def _is_planned_for_request(
    responder: Responder, client: BaseClient, operation_model: OperationModel, request_dict: Mapping[str, Any]
) -> bool:
    """Whether a fault is planned for the call of this request; never in a region that AWS doesn't have."""
    if not responder.service.ports.regions.has(client.meta.region_name):
        return False
    described = model.operation(operation_model.name)
    try:
        parameters = wire.read_parameters(request_dict["body"], described.input_shape)
    except ServiceError:
        return False
    return is_planned(responder, client, described.name, parameters)


def send(
    responder: Responder,
    client: BaseClient,
    make_request: Any,
    operation_model: OperationModel,
    request_dict: dict[str, Any],
    *args: Any,
    **kwargs: Any,
) -> Any:
    """Return the HTTP response and the parsed reply of botocore's own `_make_request`."""
    attempts = Attempts(responder, client, model.operation(operation_model.name), AWSResponse)
    _sign_without_asking(client, request_dict, Credentials)
    sender = _copy_of(client, attempts, attempts.answer, _Events)
    return internals.function_of(make_request)(sender, operation_model, request_dict, *args, **kwargs)


async def send_async(
    responder: Responder,
    client: BaseClient,
    make_request: Any,
    operation_model: OperationModel,
    request_dict: dict[str, Any],
    *args: Any,
    **kwargs: Any,
) -> Any:
    """The same as `send`, for a client of aiobotocore."""
    # It may have been taken out of `sys.modules` since the client was made.
    response_class = import_module("aiobotocore.awsrequest").AioAWSResponse
    attempts = Attempts(responder, client, model.operation(operation_model.name), response_class)

    async def answer(request: AWSPreparedRequest) -> AWSResponse:
        return attempts.answer(request)

    _sign_without_asking(client, request_dict, _AsyncCredentials)
    sender = _copy_of(client, attempts, answer, _AsyncEvents)
    return await internals.function_of(make_request)(sender, operation_model, request_dict, *args, **kwargs)


def _copy_of(
    client: BaseClient, attempts: Attempts, send: Callable[[AWSPreparedRequest], Any], events: "type[_Events]"
) -> BaseClient:
    for limiter in internals.rate_limiters(client.meta.events, attempts.operation.name):
        rate_limiters.put_on_clock(limiter)
        facts_of(client).limit()
    retry_quotas.begin(attempts.responder, client, attempts.operation.name)
    emitter = events(_without_moto(client.meta.events), attempts)
    return internals.sending_through(client, internals.answered_by(internals.endpoint_of(client), send, emitter))


class _Events:
    """A client's emitter, for the events of one call's attempts. botocore's waits go onto the manager's clock."""

    def __init__(self, events: Any, attempts: Attempts) -> None:
        self._events = events
        self._attempts = attempts

    def emit(self, event_name: str, **kwargs: object) -> Any:
        self._before(event_name)
        with emitting(self._attempts):
            return self._after(event_name, self._events.emit(event_name, **kwargs))

    def _before(self, event_name: str) -> None:
        if event_name.startswith("before-send."):
            self._attempts.begin()

    def _after(self, event_name: str, responses: Responses) -> Responses:
        return self._attempts.wait_for_retry(responses) if event_name.startswith("needs-retry.") else responses

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_events"), name)  # a copy that is being made has none yet


class _AsyncEvents(_Events):
    """The same as `_Events`, for aiobotocore's emitter."""

    async def emit(self, event_name: str, **kwargs: object) -> Any:
        self._before(event_name)
        with emitting(self._attempts):
            return self._after(event_name, await self._events.emit(event_name, **kwargs))


def _without_moto(events: Any) -> Any:
    """Return the emitter; while a mock of moto is active, a copy without the listener by which moto would answer."""
    stubber = moto.stubber()
    if stubber is None:
        return events
    others = copy.copy(events)
    others.unregister("before-send", stubber)
    return others


# --- credentials ---------------------------------------------------------------------------------------------------


def _sign_without_asking(client: BaseClient, request: dict[str, Any], kind: type[Credentials]) -> None:
    """Sign with dummy credentials for a client that has none, or that would fetch them over the network."""
    credentials = internals.credentials_of(client)
    if credentials is None or hasattr(credentials, "refresh_needed"):
        internals.sign_with(request, kind(*CREDENTIALS.values()))


class _AsyncCredentials(Credentials):
    """Credentials for aiobotocore's signer, which awaits them."""

    async def get_frozen_credentials(self) -> Any:  # type: ignore[override] # as aiobotocore's own do
        return super().get_frozen_credentials()
