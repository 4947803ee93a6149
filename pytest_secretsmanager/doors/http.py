"""The HTTP door: the same service behind a local URL, for programs outside this process and clients of any language.

This module does the work of AWS's front: it checks the signature, finds the operation, and writes the answer. A request
is refused unless it is signed with credentials that the manager has handed out.
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from traceback import format_tb
from types import TracebackType
from typing import Self

from botocore.model import OperationNotFoundError

from pytest_secretsmanager.doors import wire
from pytest_secretsmanager.doors.http_delivery import AT_ONCE, Delivery, Response, delivered
from pytest_secretsmanager.doors.http_server import HOST, HttpServer, Request
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.signatures import Signatures
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import ONLY_ATTEMPT, Attempt, Call
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.errors import (
    InternalServiceError,
    RequestEntityTooLargeException,
    ServiceError,
    UnknownOperationException,
    UnsupportedOperation,
    UsageError,
)
from pytest_secretsmanager.engine.faults import NO_FAULT, Fault, RawAnswer, TruncatedAnswer
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.surroundings.program import program_environment

__tracebackhide__ = True

BODY_LIMIT = 1024 * 1024
"""The largest body of a request, in bytes: far more than AWS allows."""

_TARGET = "secretsmanager."

_ATTEMPT = re.compile(r"(?:.*;)?\s*attempt=([1-9][0-9]{0,3})\s*(?:;.*)?").fullmatch
"""The number of an attempt in the header of an SDK: `attempt=2; max=3`."""


class Endpoint:
    """A local URL at which a `SecretsManager` answers, as AWS's endpoint would, until the endpoint is stopped.

    `url` is `http://127.0.0.1:<port>`. `env` is the environment that leads a program there: the SDKs' own variables for
    endpoint, region and credentials. A request that is not signed with such credentials gets AWS's own error.

    >>> with sm.endpoint() as endpoint:
    ...     endpoint.url, sorted(endpoint.env)[:3]
    ('http://127.0.0.1:...', ['AWS_ACCESS_KEY_ID', 'AWS_DEFAULT_REGION', 'AWS_ENDPOINT_URL_SECRETS_MANAGER'])
    """

    def __init__(
        self,
        responder: Responder,
        region: str,
        crashes: list[str],
        *,
        port: int = 0,
    ) -> None:
        self._crashes = crashes
        self._responder = responder
        self._region = region
        self._signatures = Signatures(responder.callers, responder.service.ports.regions)
        self._server = HttpServer(self._respond, port, BODY_LIMIT)
        self.port = self._server.port
        self._hosts = tuple(f"{name}:{self.port}" for name in (HOST, "localhost"))
        self.url = f"http://{self._hosts[0]}"
        self._is_stopped = False
        self._stopping = Lock()
        self._open = ExitStack()
        self._open.enter_context(PROCESS.endpoint_at(*(f"http://{host}" for host in self._hosts)))
        self.env: Mapping[str, str] = self.env_of()

    def env_of(self, *, region: str | None = None, account: str | None = None) -> dict[str, str]:
        """Return the environment for a program in another region or account, with new credentials.

        Merge it over `os.environ`: `subprocess.run(…, env=os.environ | endpoint.env_of(region="eu-west-1"))`. Raises
        UsageError for an unknown region, for an account of another form, when the endpoint was stopped, and in a child
        process that was forked from the one that serves.

        >>> with sm.endpoint() as endpoint:
        ...     endpoint.env_of(region="eu-west-1")["AWS_REGION"]
        'eu-west-1'
        """
        if account is not None:
            require_account(account)
        if region is not None:
            self._responder.service.ports.regions.require(region)
        if self._server.is_of_parent:
            raise UsageError(
                "the parent process serves this endpoint, and knows no credentials that are made after the fork: call "
                "env_of(…) in the parent, before the fork"
            )
        if self._is_stopped:
            raise UsageError("this endpoint was stopped: it answers no more requests")
        callers = self._responder.callers
        pair = callers.hand_out_to_user(account or callers.account)
        self._open.callback(callers.take_back, pair)
        return self._open.enter_context(program_environment(self.url, HOST, region or self._region, pair))

    def stop(self) -> None:
        """Stop serving: no thread and no socket is left. Idempotent.

        An interrupted stop can be repeated; the end of a `SecretsManager` repeats it.

        In a forked child process it does nothing: the parent continues to serve.
        """
        with self._stopping:  # two threads that close one event loop can close another's sockets
            if self.is_stopped:
                return
            self._server.stop()
            self._open.close()
            self._is_stopped = True

    @property
    def is_stopped(self) -> bool:
        """Whether this process does not serve: the endpoint was stopped, or this is a forked child process."""
        return self._is_stopped or self._server.is_of_parent

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<endpoint of Secrets Manager at {self.url}>"

    # --- answering -------------------------------------------------------------------------------------------------

    def _respond(self, request: Request) -> Response:
        request_id = self._responder.new_request_id()
        try:
            call = self._call_of(request, request_id)
            plans = self._responder.plans
            fault = plans.next_fault(call) if plans else NO_FAULT
            return self._faulty_response(call, fault) if fault is not NO_FAULT else self._response_to(call)
        except ServiceError as error:
            return _refusal(error, request_id)
        except UnsupportedOperation as error:
            return _response(400, wire.write_failure(type(error).__name__, str(error)), request_id)
        except BaseException as crash:  # a rotation function may fail the test
            self._crashes.append(_crash_text(request, crash))
            return _refusal(InternalServiceError("An error occurred on the server side."), request_id)

    def _call_of(self, request: Request, request_id: str) -> Call:
        """Return the call that a request makes. Raise the error that refuses the request.

        GUESS: AWS looks at the signature before the target, and at both before the body.
        """
        if request.body is None:
            raise RequestEntityTooLargeException(f"The body of a request has at most {BODY_LIMIT} bytes.")
        signer = self._signatures.signer_of(request, request.body, self._hosts)
        described = _operation(request)
        parameters = wire.read_parameters(request.body, described.input_shape)
        now = self._responder.now()
        attempt = _attempt(request)
        return Call(described.name, parameters, signer.region, signer.principal, now, request_id, attempt=attempt)

    def _response_to(self, call: Call) -> Response:
        """Return the service's own response. Raise the error that refuses the call."""
        shape = model.operation(call.operation).output_shape
        reply = self._responder.service.call(call).reply
        return _response(200, wire.write_reply(reply, shape), call.request_id)

    def _faulty_response(self, call: Call, fault: Fault) -> Response:
        """Return the response with a planned fault. A refusal of the connection closes it too."""
        response = self._served(call, fault)
        if not fault.is_real and fault.latency:
            self._responder.wait(fault.latency)
        seconds = fault.latency if fault.is_real else 0.0
        match fault.answer:
            case RawAnswer(status, body, content_type):
                response = Response(status, {"Content-Type": content_type}, body)
            case ServiceError() as error:
                response = _refusal(error, call.request_id)
            case TruncatedAnswer(length):
                return delivered(response, Delivery(seconds, length=length))
            case "read timeout" | "connect timeout":
                return delivered(response, Delivery(seconds, is_silent=True))
            case "closed" | "not connected" | "proxy error" | "SSL error":
                return delivered(response, Delivery(seconds, is_lost=True))
        return delivered(response, Delivery(seconds) if seconds else AT_ONCE)

    def _served(self, call: Call, fault: Fault) -> Response:
        """Return the service's own response; an empty one if the request does not reach the service."""
        try:
            if fault.is_served:
                return self._response_to(call)
            if isinstance(fault.answer, ServiceError):
                self._responder.service.refuse(call, fault.answer)
        except ServiceError as error:
            return _refusal(error, call.request_id)
        return Response(200, {}, b"")


def _crash_text(request: Request, crash: BaseException) -> str:
    """The traceback of a crash, without its own text, which may quote a secret value."""
    frames = "".join(format_tb(crash.__traceback__))
    return f"{request.header('x-amz-target')} crashed inside the endpoint\n{frames}{type(crash).__name__}"


def _attempt(request: Request) -> Attempt:
    """The attempt that an SDK names in a request's headers, else the only one. The program waits by its own clock."""
    named = _ATTEMPT(request.header("amz-sdk-request") or "")
    if named is None:
        return ONLY_ATTEMPT
    return Attempt(int(named[1]), call=request.header("amz-sdk-invocation-id"))


def _operation(request: Request) -> model.OperationDescription:
    target = request.header("x-amz-target") or ""
    try:
        if request.method == "POST" and request.path == "/" and target.startswith(_TARGET):
            return model.operation(target.removeprefix(_TARGET))
    except OperationNotFoundError:
        pass
    raise UnknownOperationException("There is no such operation.")


def _refusal(error: ServiceError, request_id: str) -> Response:
    """The answer that refuses a request. GUESS: only refusals of AWS's front have an `x-amzn-ErrorType`."""
    response = _response(error.status, wire.write_error(error), request_id)
    if error.of_authentication:
        response.headers["x-amzn-ErrorType"] = error.code
    return response


def _response(status: int, body: bytes, request_id: str) -> Response:
    return Response(status, {"Content-Type": wire.CONTENT_TYPE, "x-amzn-RequestId": request_id}, body)
