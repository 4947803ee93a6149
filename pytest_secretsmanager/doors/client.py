"""The client half of a call: what botocore does around a request before it leaves, and after the answer has come.

A call that somebody listens to, through botocore's events, goes botocore's own way, events and all; this module then
answers its `before-call` event, last of all listeners, so that a Stubber or a user's hook can answer first. A call that
nobody listens to takes the short way, which leaves out only what nobody could see: the events, and a request body that
would be built to be thrown away. Both end in the same `_answer`.

Knows botocore's clients and the engine's service; knows nothing of patching.
"""

from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from itertools import count
from random import Random
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from pytest_secretsmanager.doors import wire
from pytest_secretsmanager.doors.replies import Scalars, scalars_of, shown
from pytest_secretsmanager.engine import arns, model
from pytest_secretsmanager.engine.call import Call, Parameters, Principal, Reply, copied_members
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.service import Service

MakeApiCall: TypeAlias = Callable[[str, Parameters], Reply]
"""botocore's own `_make_api_call`, bound to a client."""

CONTENT_TYPE = "application/x-amz-json-1.1"


@dataclass(frozen=True, slots=True)
class Responder:
    """What answers calls: a service, its clock, and the account of clients whose credentials name none.

    `random` makes tokens, `new_request_id` request ids; `repeatable` says that they come from a seed, so that tokens
    are never left to botocore.
    """

    service: Service
    now: Callable[[], float]
    account: str
    random: Random
    new_request_id: Callable[[], str]
    repeatable: bool = False


def answer(
    responder: Responder, client: BaseClient, make_api_call: MakeApiCall, operation_name: str, api_params: Parameters
) -> Reply:
    """What `client` returns, or the exception that it raises, when `responder` is its AWS."""
    __tracebackhide__ = True
    half = _half_of(client)
    if not half.nobody_listens(client, operation_name):
        return _answer_on_event(responder, client, make_api_call, operation_name, api_params)
    described = model.operation(operation_name)
    parameters = _as_sent(client, described, api_params)
    token_member = described.token_member
    if token_member is not None and token_member not in parameters:
        parameters[token_member] = new_uuid(responder.random)
    status, parsed = _answer(responder, half, described, parameters)
    if status >= 300:
        raise _exception_class(client, parsed["Error"]["Code"])(parsed, operation_name)
    return parsed


def _exception_class(client: BaseClient, code: str) -> Callable[[dict[str, Any], str], ClientError]:
    return client.exceptions.from_code(code)  # type: ignore[return-value] # the stubs type it as an instance


# --- the long way: botocore's own ----------------------------------------------------------------------------------

_responding: ContextVar[Responder | None] = ContextVar("responding", default=None)
"""Who answers the call that botocore is making right now in this thread or task."""

_LISTENER_ID = "pytest-secretsmanager"


def _answer_on_event(
    responder: Responder, client: BaseClient, make_api_call: MakeApiCall, operation: str, parameters: Parameters
) -> Reply:
    __tracebackhide__ = True
    token_member = model.operation(operation).token_member
    if responder.repeatable and token_member is not None:
        parameters = {token_member: new_uuid(responder.random), **parameters}
    _listen(client)
    before = _responding.set(responder)
    try:
        return make_api_call(operation, parameters)
    finally:
        _responding.reset(before)


def _listen(client: BaseClient) -> None:
    """Registers this module once per client, behind all other listeners: the least specific event names come last."""

    def on_before_call(model: Any, params: Mapping[str, Any], **_: object) -> tuple[AWSResponse, Reply] | None:
        responder = _responding.get()
        if responder is None:
            return None
        return _answer_request(responder, half, model.name, params)

    half = _half_of(client)
    events: Any = client.meta.events
    events.register_last("before-call", on_before_call, unique_id=_LISTENER_ID)


def _answer_request(
    responder: Responder, half: "_ClientHalf", operation: str, request: Mapping[str, Any]
) -> tuple[AWSResponse, Reply]:
    described = model.operation(operation)
    parameters = wire.read_parameters(request["body"], described.input_shape)
    status, parsed = _answer(responder, half, described, parameters)
    headers = parsed["ResponseMetadata"]["HTTPHeaders"]
    return AWSResponse(request["url"], status, headers, _NoBody()), parsed


class _NoBody:
    """The raw body of an answer that was never bytes."""

    def stream(self, **_: object) -> Iterator[bytes]:
        return iter(())


# --- the short way -----------------------------------------------------------------------------------------------


def _as_sent(client: BaseClient, described: model.Operation, parameters: Parameters) -> dict[str, object]:
    """The parameters as the service would read them, in objects of their own.

    What the service description allows needs a copy only. All else goes through the client's own serializer, which
    validates exactly when the client was built to, and turns what it can into what AWS would see.
    """
    __tracebackhide__ = True
    if described.accepts(parameters):
        return copied_members(parameters)
    operation_model = client.meta.service_model.operation_model(described.name)
    serializer: Any = client._serializer  # type: ignore[attr-defined] # noqa: SLF001 - the one that holds the validator
    request = serializer.serialize_to_request(parameters, operation_model)
    return wire.read_parameters(request["body"], described.input_shape)


# --- what both ways share ------------------------------------------------------------------------------------------


def _answer(
    responder: Responder, half: "_ClientHalf", described: model.Operation, parameters: Parameters
) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the parsed response, as botocore's parser would have made it from AWS's answer."""
    now = responder.now()
    request_id = responder.new_request_id()
    call = Call(described.name, parameters, half.region, half.principal_for(responder), now, request_id)
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
    return {
        "RequestId": request_id,
        "HTTPStatusCode": status,
        "HTTPHeaders": {"x-amzn-requestid": request_id, "content-type": CONTENT_TYPE, "date": _http_date(int(now))},
        "RetryAttempts": 0,
    }


@lru_cache(maxsize=64)
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)


def new_uuid(random: Random) -> str:
    """A version 4 UUID from this source of randomness.

    >>> new_uuid(Random(1))
    'cd613e30-d8f1-4adf-91b7-584a2265b1f5'
    """
    bits = random.getrandbits(128) & ~_UUID_FIXED_BITS | _UUID_VERSION_4
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def request_ids(random: Random) -> Callable[[], str]:
    """A source of request ids: UUIDs that count up from a random start, since every call takes one and few look.

    >>> new_request_id = request_ids(Random(1))
    >>> new_request_id(), new_request_id()
    ('cd613e30-d8f1-4adf-91b7-000000000001', 'cd613e30-d8f1-4adf-91b7-000000000002')
    """
    start = new_uuid(random)[:24]
    number = count(1).__next__
    return lambda: f"{start}{number():012x}"


_UUID_FIXED_BITS = 0xF << 76 | 0x3 << 62
_UUID_VERSION_4 = 0x4 << 76 | 0x2 << 62


# --- what is known of a client -------------------------------------------------------------------------------------

_EVENTS = ("provide-client-params", "before-parameter-build", "before-call", "after-call")
_BOTOCORES_OWN = frozenset({"botocore.handlers", "botocore.retries.standard"})
"""The modules of botocore whose own listeners only fill the token, set headers, or keep a retry quota."""


@dataclass(slots=True, eq=False)
class _ClientHalf:
    """What stays the same from call to call of one client; it holds no reference to the client itself."""

    region: str
    principal: Principal | None
    scalars: Scalars
    quiet: dict[str, object] = field(default_factory=dict)

    def principal_for(self, responder: Responder) -> Principal:
        return self.principal or user_of(responder.account, self.region)

    def nobody_listens(self, client: BaseClient, operation: str) -> bool:
        """Whether no one but botocore itself listens to this operation's events.

        botocore's emitter starts a new look-up cache whenever a listener comes or goes, so the same cache object means
        the same listeners. An emitter that is built otherwise counts as listened to.
        """
        emitter = getattr(client.meta.events, "_emitter", client.meta.events)
        registrations = getattr(emitter, "_lookup_cache", None)
        if registrations is not None and self.quiet.get(operation) is registrations:
            return True
        if registrations is None or any(map(_is_foreign, _listeners(emitter, operation))):
            return False
        self.quiet[operation] = registrations
        return True


def _listeners(emitter: Any, operation: str) -> Iterator[Callable[..., object]]:
    for event in _EVENTS:
        yield from emitter._handlers.prefix_search(f"{event}.{model.SERVICE_ID}.{operation}")  # noqa: SLF001


def _is_foreign(listener: Callable[..., object]) -> bool:
    return getattr(listener, "__module__", None) not in _BOTOCORES_OWN | {__name__}


_halves: WeakKeyDictionary[BaseClient, _ClientHalf] = WeakKeyDictionary()


def _half_of(client: BaseClient) -> _ClientHalf:
    half = _halves.get(client)
    if half is None:
        region = client.meta.region_name
        account = _explicit_account(client)
        principal = None if account is None else user_of(account, region)
        half = _ClientHalf(region, principal, scalars_of(client))
        _halves[client] = half
    return half


def _explicit_account(client: BaseClient) -> str | None:
    """The account of a client that was given one (`aws_account_id=`), None otherwise.

    An account that comes from the environment or a profile is the developer's own and says nothing about the test.
    """
    credentials = client._get_credentials()  # type: ignore[attr-defined] # noqa: SLF001 - no public name
    if isinstance(credentials, Credentials) and credentials.method == "explicit":
        return getattr(credentials, "account_id", None)
    return None


@lru_cache(maxsize=1024)
def user_of(account: str, region: str) -> Principal:
    """The IAM user that calls from an account when a test names no other.

    >>> user_of("123456789012", "us-east-1").arn
    'arn:aws:iam::123456789012:user/test'
    """
    return Principal(account, f"arn:{arns.partition(region)}:iam::{account}:user/test")
