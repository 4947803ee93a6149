"""The HTTP door: the same service behind a local URL, for programs outside this process and clients of any language.

What stands here is what AWS's own front does: who signed a request, which operation it names, and the form of the
answer. A request is refused unless it is signed with credentials that the manager has handed out.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from traceback import format_tb
from types import TracebackType
from typing import Self

from botocore.model import OperationNotFoundError

from pytest_secretsmanager.doors import wire
from pytest_secretsmanager.doors.http_server import HOST, HttpServer, Request, Response
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.signatures import Signatures
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.errors import (
    InternalServiceError,
    RequestEntityTooLargeException,
    ServiceError,
    UnknownOperationException,
    UnsupportedOperation,
    UsageError,
)
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.surroundings.program import program_environment

__tracebackhide__ = True

BODY_LIMIT = 1024 * 1024
"""Bytes that a request's body may have: far more than the largest that AWS allows."""

_TARGET = "secretsmanager."


class Endpoint:
    """A local URL behind which a `SecretsManager` answers, as AWS's endpoint would, until it is stopped.

    `url` is `http://127.0.0.1:<port>`, `env` the environment that a program needs to find it: the SDKs' own variables
    for the endpoint, region and credentials. It refuses requests that are not signed with credentials handed out here.

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
        self.crashes = crashes
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
        """The environment for a program in another region or account, with new credentials of its own.

        To be laid over that of this process: `subprocess.run(…, env=os.environ | endpoint.env)`. Raises UsageError for
        an account or a region that is none, and when it was stopped.

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
                "this endpoint is served by the process that this one was forked from, which knows no credentials "
                "made here: call env_of(…) there, before the fork"
            )
        if self._is_stopped:
            raise UsageError("this endpoint was stopped, and serves nobody any more")
        callers = self._responder.callers
        pair = callers.hand_out_to_user(account or callers.account)
        self._open.callback(callers.take_back, pair)
        return self._open.enter_context(program_environment(self.url, HOST, region or self._region, pair))

    def stop(self) -> None:
        """Stops serving: no thread and no socket stays. What was stopped already stays so.

        A stop that was interrupted can be repeated, as the end of a `SecretsManager` does.

        In a child that was forked meanwhile it does nothing: the parent serves on.
        """
        with self._stopping:  # two threads that close one event loop can close another's sockets
            if self.is_stopped:
                return
            self._server.stop()
            self._open.close()
            self._is_stopped = True

    @property
    def is_stopped(self) -> bool:
        """Whether this process serves by it no more; in a child that was forked it never did."""
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
            return _response(200, self._answer(request, request_id), request_id)
        except ServiceError as error:
            return _refusal(error, request_id)
        except UnsupportedOperation as error:
            return _response(400, wire.write_failure(type(error).__name__, str(error)), request_id)
        except BaseException as crash:  # a rotation function may fail the test
            self.crashes.append(_told(request, crash))
            return _refusal(InternalServiceError("An error occurred on the server side."), request_id)

    def _answer(self, request: Request, request_id: str) -> bytes:
        """The body of the answer; raises what refuses the request.

        GUESS: AWS looks at the signature before the target, and at both before the body.
        """
        if request.body is None:
            raise RequestEntityTooLargeException(f"The body of a request has at most {BODY_LIMIT} bytes.")
        signer = self._signatures.signer_of(request, request.body, self._hosts)
        described = _operation(request)
        parameters = wire.read_parameters(request.body, described.input_shape)
        now = self._responder.now()
        call = Call(described.name, parameters, signer.region, signer.principal, now, request_id)
        return wire.write_reply(self._responder.service.call(call).reply, described.output_shape)


def _told(request: Request, crash: BaseException) -> str:
    """A crash with where it was, and without its own words: they may quote a secret value."""
    frames = "".join(format_tb(crash.__traceback__))
    return f"{request.header('x-amz-target')} crashed inside the endpoint\n{frames}{type(crash).__name__}"


def _operation(request: Request) -> model.Operation:
    target = request.header("x-amz-target") or ""
    try:
        if request.method == "POST" and request.path == "/" and target.startswith(_TARGET):
            return model.operation(target.removeprefix(_TARGET))
    except OperationNotFoundError:
        pass
    raise UnknownOperationException("There is no such operation.")


def _refusal(error: ServiceError, request_id: str) -> Response:
    """The answer that refuses a request. GUESS: `x-amzn-ErrorType` is in those of AWS's front, and in no others."""
    response = _response(error.status, wire.write_error(error), request_id)
    if error.of_authentication:
        response.headers["x-amzn-ErrorType"] = error.code
    return response


def _response(status: int, body: bytes, request_id: str) -> Response:
    return Response(status, {"Content-Type": wire.CONTENT_TYPE, "x-amzn-RequestId": request_id}, body)
