"""The client half of a call: what botocore does around a request before it leaves, and after the answer has come.

A call that somebody else could notice, through botocore's events or a wrapper of their own, goes botocore's own way;
this module then answers in the place of the network, when every listener has had its say (so that a Stubber or a user's
hook can answer first). A call that nobody would notice takes the short way, which leaves out only what nobody could
see: the events, and a request body that would be built to be thrown away. Both end in the same `_answer`.

Knows botocore's clients, and aiobotocore's, which are the same but for their awaits; knows the engine's service, and
nothing of patching.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from random import Random
from socket import EAI_NONAME, gaierror
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.history import get_global_history_recorder
from botocore.model import OperationModel

from pytest_secretsmanager.doors import moto, wire
from pytest_secretsmanager.doors.listeners import listeners_to, module_of
from pytest_secretsmanager.doors.replies import Scalars, scalars_of, shown
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Parameters, Principal, Reply, copied_members
from pytest_secretsmanager.engine.callers import acting_account, user_of
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.ports import new_uuid
from pytest_secretsmanager.engine.regions import Regions, is_known_to_botocore
from pytest_secretsmanager.engine.service import Service

__tracebackhide__ = True


@dataclass(frozen=True, slots=True, eq=False)
class Responder:
    """What answers calls: a service, its clock, and the account of clients whose credentials name none.

    `random` makes tokens, `new_request_id` request ids; `repeatable` says that they come from a seed, so that tokens
    are never left to botocore. In a region that is none of the service's nothing is answered: `unreached` is told of
    the operation, the region, and the regions that there are.
    """

    service: Service
    now: Callable[[], float]
    account: str
    random: Random
    new_request_id: Callable[[], str]
    repeatable: bool = False
    unreached: Callable[[str, str, Regions], None] = lambda *_: None


def answer_at_once(responder: Responder, client: BaseClient, operation_name: str, api_params: Parameters) -> Reply:
    """The short way: what `client` returns, or the exception that it raises, when `responder` is its AWS.

    Only for calls of which `nobody_listens`.
    """
    described = model.operation(operation_name)
    accepted = described.accepts(api_params)
    parameters = copied_members(api_params) if accepted else dict(api_params)
    token_member = described.token_member
    if token_member is not None and token_member not in api_params:
        parameters[token_member] = new_uuid(responder.random)
    if accepted:
        status, parsed = _answer(responder, client, described, parameters, accepted)
    else:
        status, parsed = _answer_body(responder, client, described, _body(client, described, parameters))
    if status >= 300:
        raise _exception_class(client, parsed["Error"]["Code"])(parsed, operation_name)
    return parsed


def _body(client: BaseClient, described: model.Operation, parameters: Parameters) -> bytes | str:
    """What the client would send: parameters that need more than a copy to be what AWS would see.

    The client's own serializer validates exactly when the client was built to, and turns what it can into JSON.
    """
    operation_model = client.meta.service_model.operation_model(described.name)
    serializer: Any = client._serializer  # type: ignore[attr-defined] # noqa: SLF001 - the one that holds the validator
    body: bytes | str = serializer.serialize_to_request(parameters, operation_model)["body"]
    return body


def _exception_class(client: BaseClient, code: str) -> Callable[[dict[str, Any], str], ClientError]:
    return client.exceptions.from_code(code)  # type: ignore[return-value] # the stubs type it as an instance


# --- the long way: botocore's own ----------------------------------------------------------------------------------

responding: ContextVar[Responder | None] = ContextVar("responding", default=None)
"""Who answers the request that botocore is about to send in this thread or task."""


def answer_request(
    responder: Responder,
    client: BaseClient,
    response_class: Callable[..., AWSResponse],
    operation_model: OperationModel,
    request: Mapping[str, Any],
    *_: object,
) -> tuple[AWSResponse, Reply]:
    """The long way: the HTTP response and what is parsed of it, in the place of botocore's sending.

    Raises EndpointConnectionError for a client of a region that AWS has not: there is no such host.
    """
    region, regions = client.meta.region_name, responder.service.ports.regions
    if not regions.has(region):
        responder.unreached(operation_model.name, region, regions)
        raise _no_such_host(client, request["url"])
    described = model.operation(operation_model.name)
    status, parsed = _answer_body(responder, client, described, request["body"])
    headers = parsed["ResponseMetadata"]["HTTPHeaders"]
    return response_class(request["url"], status, headers, _NoBody()), parsed


def _no_such_host(client: BaseClient, url: str) -> Exception:
    """What botocore raises when the name of a host is not known; each edition of botocore has a class of its own."""
    edition = getattr(client.exceptions.ClientError.__init__, "__globals__", {})
    kind: Any = edition.get("EndpointConnectionError", EndpointConnectionError)
    error: Exception = kind(endpoint_url=url, error=gaierror(EAI_NONAME, "Name or service not known"))
    return error


class _NoBody:
    """The raw body of an answer that was never bytes, for sync and async readers."""

    def stream(self, **_: object) -> Iterator[bytes]:
        return iter(())

    async def read(self) -> bytes:
        return b""


def fill_tokens(client: BaseClient) -> None:
    """Lets repeatable tokens come before botocore's own, and behind every listener that asks for one operation."""
    events: Any = client.meta.events
    events.register_first("before-parameter-build", _fill_token, unique_id="pytest-secretsmanager")


def _fill_token(params: dict[str, object], model: OperationModel, **_: object) -> None:
    responder = responding.get()
    if responder is not None and responder.repeatable:
        for member in model.idempotent_members:
            if member not in params:
                params[member] = new_uuid(responder.random)


# --- what both ways share ------------------------------------------------------------------------------------------


def _answer_body(
    responder: Responder, client: BaseClient, described: model.Operation, body: bytes | str
) -> tuple[int, dict[str, Any]]:
    """The same as `_answer`, for parameters in a request's body."""
    try:
        parameters = wire.read_parameters(body, described.input_shape)
    except ServiceError as error:
        return error.status, _parsed_error(error, responder.new_request_id(), responder.now())
    return _answer(responder, client, described, parameters)


def _answer(
    responder: Responder,
    client: BaseClient,
    described: model.Operation,
    parameters: Parameters,
    accepted: bool = False,
) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the parsed response, as botocore's parser would have made it from AWS's answer."""
    half = _half_of(client)
    now = responder.now()
    request_id = responder.new_request_id()
    call = Call(described.name, parameters, half.region, half.principal_for(responder), now, request_id, accepted)
    try:
        outcome = responder.service.call(call)
    except ServiceError as error:
        return error.status, _parsed_error(error, request_id, now)
    reply = shown(described.name, outcome.reply, half.scalars)
    reply["ResponseMetadata"] = _metadata(200, request_id, now)
    return 200, reply


def _parsed_error(error: ServiceError, request_id: str, now: float) -> dict[str, Any]:
    """RECORDED: botocore shows the message of a modelled error at the top level too."""
    parsed: dict[str, Any] = {
        "Error": {"Message": error.message, "Code": error.code},
        "ResponseMetadata": _metadata(error.status, request_id, now),
    }
    if error.code in model.modelled_errors():
        parsed["Message"] = error.message
    return parsed


def _metadata(status: int, request_id: str, now: float) -> dict[str, object]:
    headers = {"x-amzn-requestid": request_id, "content-type": wire.CONTENT_TYPE, "date": _http_date(int(now))}
    return {"RequestId": request_id, "HTTPStatusCode": status, "HTTPHeaders": headers, "RetryAttempts": 0}


@lru_cache(maxsize=64)
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)


# --- what is known of a client -------------------------------------------------------------------------------------

_EVENTS = (
    "provide-client-params",
    "before-parameter-build",
    "before-endpoint-resolution",
    "before-call",
    "after-call",
)
_BOTOCORES_OWN = frozenset({"botocore.handlers", "botocore.retries.standard"})
"""The modules of botocore whose own listeners only fill the token, set headers, or keep a retry quota."""


@dataclass(slots=True, eq=False)
class _ClientHalf:
    """What stays the same from call to call of one client."""

    region: str
    principal: Principal | None
    scalars: Scalars
    history: Any
    quiet: dict[str, object] = field(default_factory=dict)

    def principal_for(self, responder: Responder) -> Principal:
        return self.principal or user_of(acting_account.get() or responder.account, self.region)


def nobody_listens(client: BaseClient, operation_name: str) -> bool:
    """Whether no one but botocore itself would notice this call: no listener to its events, no history recorder.

    A client of a region that botocore does not know goes the long way, which ends where there may be no host.

    botocore's emitter starts a new look-up cache whenever a listener comes or goes, so the same cache object means the
    same listeners. An emitter that is built otherwise counts as listened to.
    """
    emitter = getattr(client.meta.events, "_emitter", client.meta.events)
    registrations = getattr(emitter, "_lookup_cache", None)
    half = _half_of(client)
    quiet = half.quiet
    if registrations is None or half.history._enabled:  # noqa: SLF001 - no public name
        return False
    if quiet.get(operation_name) is registrations:
        return True
    if not is_known_to_botocore(half.region) or any(map(_is_foreign, listeners_to(emitter, operation_name, *_EVENTS))):
        return False
    quiet[operation_name] = registrations
    return True


def _is_foreign(listener: Callable[..., object]) -> bool:
    return module_of(listener) not in _BOTOCORES_OWN and listener is not _fill_token


_HALF = "_pytest_secretsmanager"


def _half_of(client: BaseClient) -> _ClientHalf:
    """What is known of a client, kept on the client itself: it holds listeners, which may hold the client."""
    half: _ClientHalf | None = client.__dict__.get(_HALF)
    if half is None:
        region = client.meta.region_name
        account = _explicit_account(client) or moto.account_of(client)
        principal = None if account is None else user_of(account, region)
        half = client.__dict__[_HALF] = _ClientHalf(region, principal, scalars_of(client), _history_of(client))
    return half


def _history_of(client: BaseClient) -> Any:
    """The history recorder that this client tells of its calls: each edition of botocore has one of its own."""
    method = getattr(type(client), "_convert_to_request_dict", None)
    return getattr(method, "__globals__", {}).get("history_recorder") or get_global_history_recorder()


def _explicit_account(client: BaseClient) -> str | None:
    """The account of a client that was given one (`aws_account_id=`), None otherwise.

    An account that comes from the environment or a profile is the developer's own and says nothing about the test.
    """
    credentials = client._get_credentials()  # type: ignore[attr-defined] # noqa: SLF001 - no public name
    if getattr(credentials, "method", None) == "explicit":  # their class is another one in each edition of botocore
        return getattr(credentials, "account_id", None)
    return None
