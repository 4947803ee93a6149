"""The attempts of one call on the full way: each is answered in bytes, in place of botocore's HTTP session.

After each answer, botocore decides whether to make another attempt and how long to wait first. A wait advances the
manager's clock by its length, and runs the rotations that fall due in that time; no thread sleeps. botocore itself then
sleeps for 0 seconds. Two calls that wait at the same time advance the clock by the sum of their waits.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient

from pytest_secretsmanager.doors import internals, wire
from pytest_secretsmanager.doors.client_facts import call_of
from pytest_secretsmanager.doors.responder import Responder, calling_from
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Attempt, Call, Site
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.faults import ConnectionFailure, Fault, RawAnswer, TruncatedAnswer
from pytest_secretsmanager.engine.interrupts import taken_back

__tracebackhide__ = True

_FAILURES: dict[ConnectionFailure, tuple[str, str]] = {
    "not connected": ("EndpointConnectionError", "Connection refused"),
    "proxy error": ("ProxyConnectionError", "Tunnel connection failed: 503 Service Unavailable"),
    "SSL error": ("SSLError", "certificate verify failed: unable to get local issuer certificate"),
    "connect timeout": ("ConnectTimeoutError", "Connect timed out."),
    "read timeout": ("ReadTimeoutError", "Read timed out."),
    "closed": ("ConnectionClosedError", "Remote end closed connection without response"),
}
"""The error of botocore's HTTP session for each failure of a connection, with the text of its cause."""

Responses = list[tuple[Any, Any]]
"""The result of an emitter: each listener with its response."""


@dataclass(slots=True, eq=False)
class Attempts:
    """The attempts that botocore makes of one call, the seconds that it has waited, and the place of the call."""

    responder: Responder
    client: BaseClient
    operation: model.OperationDescription
    response_class: Callable[..., AWSResponse]
    made: int = 0
    waited: float = 0.0
    site: Site | None = field(default_factory=calling_from.get)
    _call: object = field(default_factory=object)

    def begin(self) -> None:
        """Called when botocore begins an attempt, which a listener may answer."""
        self.made += 1

    def answer(self, request: AWSPreparedRequest) -> AWSResponse:
        """Return the response to one attempt. Raise the error of botocore's HTTP session when a connection fails."""
        now, request_id = self.responder.now(), self.responder.new_request_id()
        headers = {
            "x-amzn-RequestId": request_id,
            "Content-Type": wire.CONTENT_TYPE,
            "Date": formatdate(now, usegmt=True),
        }
        try:
            parameters = wire.read_parameters(_body_of(request), self.operation.input_shape)
        except ServiceError as error:
            return self._response(request, error.status, headers, wire.write_error(error))
        attempt = Attempt(max(1, self.made), self.waited, self._call)
        call = call_of(
            self.responder, self.client, self.operation.name, parameters, now, request_id, self.site, attempt
        )
        fault = self.responder.plans.next_fault(call)
        status, body = self._carry_out(call, fault)
        self._wait_for_answer(fault, request)
        match fault.answer:
            case str() as failure:
                raise self._connection_error(failure, request)
            case RawAnswer(status, body, content_type):
                headers = {"Content-Type": content_type, "Date": headers["Date"]}
            case TruncatedAnswer(length) if length < len(body):
                raise self._connection_error("closed", request)  # as botocore does for a body below its length
            case ServiceError() as refusal:
                status, body = refusal.status, wire.write_error(refusal)
        return self._response(request, status, headers, body)

    def wait(self, seconds: float) -> None:
        """Wait on the manager's clock, as botocore does before an attempt."""
        self._pass(seconds)
        self.waited += seconds

    def _wait_for_answer(self, fault: Fault, request: AWSPreparedRequest) -> None:
        """Wait until the answer arrives. Raise botocore's error when the client's read timeout passes first."""
        latency = fault.latency
        timeout: float | None = getattr(self.client.meta.config, "read_timeout", None)
        if timeout is not None and latency > timeout and not isinstance(fault.answer, str):
            self._pass(timeout)
            raise self._connection_error("read timeout", request)
        self._pass(latency)

    def wait_for_retry(self, responses: Responses) -> Responses:
        """Wait as long as the listeners to `needs-retry` ask for, and return responses that ask for no wait.

        botocore takes the first response that is not None: a number of seconds, or False for no retry.
        """
        for number, (listener, seconds) in enumerate(responses):
            if seconds is not None:
                if seconds is False:
                    return responses
                self.wait(seconds)
                return [*responses[:number], (listener, 0), *responses[number + 1 :]]
        return responses

    def _pass(self, seconds: float) -> None:
        if seconds > 0:
            self.responder.wait(seconds)

    def _carry_out(self, call: Call, fault: Fault) -> tuple[int, bytes]:
        """Return status and body of the service's own answer; 0 and no body if the request does not reach it."""
        service = self.responder.service
        try:
            if fault.is_served:
                return 200, wire.write_reply(service.call(call).reply, self.operation.output_shape)
            if isinstance(fault.answer, ServiceError):
                service.refuse(call, fault.answer)
        except ServiceError as error:
            return error.status, wire.write_error(error)
        return 0, b""

    def _response(self, request: AWSPreparedRequest, status: int, headers: dict[str, str], body: bytes) -> AWSResponse:
        return self.response_class(request.url, status, headers, _RawBody(body))

    def _connection_error(self, failure: ConnectionFailure, request: AWSPreparedRequest) -> Exception:
        """The error of botocore's HTTP session."""
        name, reason = _FAILURES[failure]
        kind = internals.exception_class(self.client, name)
        more: dict[str, object] = {"request": request} if failure == "closed" else {}
        if failure == "proxy error":
            more["proxy_url"] = "http://proxy"
        return kind(endpoint_url=request.url, error=OSError(reason), **more)


current: ContextVar[Attempts | None] = ContextVar("current", default=None)
"""The attempts whose events are being emitted in this thread or task."""


def emitting(attempts: Attempts) -> AbstractContextManager[None]:
    """While events of these attempts are emitted: botocore's listeners wait on the manager's clock."""
    before = current.get()
    # Not by a token: a discarded coroutine may end in another context.
    return taken_back(lambda: current.set(attempts), lambda: current.set(before))


def _body_of(request: AWSPreparedRequest) -> bytes | str:
    """The body of a request, which a listener may have replaced by a file."""
    body: Any = request.body
    return body.read() if hasattr(body, "read") else body or b""


class _RawBody:
    """The raw body of a response, for sync and async readers."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: object) -> Iterator[bytes]:
        yield self._body

    async def read(self) -> bytes:
        return self._body
