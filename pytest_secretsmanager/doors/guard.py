"""The guard: it refuses Secrets Manager calls of botocore that would reach AWS.

It stands where botocore hands a request to the network, so moto, a Stubber or a hook can answer first. Requests to
other hosts, such as LocalStack or moto's server, pass. A call that no listener can answer is refused before botocore
signs it, since credentials may come over the network too.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from botocore.model import OperationModel

from pytest_secretsmanager.doors import imports, internals
from pytest_secretsmanager.doors.imports import ClassName
from pytest_secretsmanager.doors.internals import BOTOCORES, SEND, listeners_to
from pytest_secretsmanager.doors.patching import Wrapper, install, uninstall
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import model, partitions
from pytest_secretsmanager.engine.tracebacks import is_of_program

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class Maker:
    """The place where a client was made, the test, and whether a `SecretsManager` was active."""

    place: str
    test: str | None = None
    was_answered: bool = False


@dataclass(frozen=True, slots=True)
class StoppedCall:
    """A call that was stopped on its way to AWS."""

    operation: str
    host: str
    caller: str
    maker: Maker


Refuse: TypeAlias = Callable[[StoppedCall], BaseException]
"""Makes the error that is raised in place of a call."""

_BEFORE_THE_SIGNATURE = ("request-created", "choose-signer", "before-sign")
"""The events at which a hook can still redirect a request or end it."""

_MAKER = "_pytest_secretsmanager_maker"
_NOT_NOTED = Maker("an unknown place, before calls were blocked")


_CREATOR = ClassName("botocore.endpoint", "EndpointCreator")
_ENDPOINT = ClassName("botocore.endpoint", "Endpoint")


class Guard:
    """Refuses calls that would reach AWS, from its creation until it is taken down.

    Of several guards, only the newest refuses. `running_test` gives the name of the running test.
    """

    def __init__(self, refuse: Refuse, running_test: Callable[[], str | None]) -> None:
        self._refuse = refuse
        self._running_test = running_test
        self._guarded: set[type] = set()
        self._wrapped = ExitStack()
        PROCESS.guards = (*PROCESS.guards, self)
        import_module("botocore.endpoint")
        for creator in (_CREATOR, ClassName("aiobotocore.endpoint", "AioEndpointCreator", base=_CREATOR)):
            for edition in imports.editions(creator):
                self._wrap_creator(edition)
        for edition in imports.editions(_ENDPOINT):
            self._wrap_endpoint(edition, self._create_request)
        for edition in imports.editions(ClassName("aiobotocore.endpoint", "AioEndpoint", base=_ENDPOINT)):
            self._wrap_endpoint(edition, self._create_request_async)
        self._hooks = {"botocore.endpoint": self._wrap_sync, "aiobotocore.endpoint": self._wrap_async}
        for name, hook in self._hooks.items():
            self._wrapped.callback(PROCESS.imports.unfollow, name, hook)
        self.follow()

    def follow(self) -> None:
        """Guard the imported botocore and aiobotocore, and each that is imported later."""
        for name, hook in self._hooks.items():
            PROCESS.imports.follow(name, hook)
            if name in sys.modules:
                hook(sys.modules[name])

    def take_down(self) -> None:
        """Let everything through again."""
        PROCESS.guards = tuple(guard for guard in PROCESS.guards if guard is not self)
        self._wrapped.close()

    def _wrap_sync(self, endpoints: ModuleType) -> None:
        if self in PROCESS.guards and endpoints.Endpoint not in self._guarded:
            self._wrap_creator(endpoints.EndpointCreator)
            self._wrap_endpoint(endpoints.Endpoint, self._create_request)

    def _wrap_async(self, endpoints: ModuleType) -> None:
        if self in PROCESS.guards and endpoints.AioEndpoint not in self._guarded:
            self._wrap_creator(endpoints.AioEndpointCreator)
            self._wrap_endpoint(endpoints.AioEndpoint, self._create_request_async)

    def _wrap_creator(self, creator: type) -> None:
        self._wrap(creator, create_endpoint=self._note_maker)

    def _wrap_endpoint(self, endpoint: type, create_request: Wrapper) -> None:
        self._wrap(endpoint, **{SEND: self._send}, create_request=create_request)

    def _wrap(self, owner: type, **wrappers: Wrapper) -> None:
        self._guarded.add(owner)
        for method, wrapper in wrappers.items():
            install(owner, method, wrapper)
            self._wrapped.callback(uninstall, owner, method, wrapper)

    def _send(self, wrapped: Any, endpoint: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        (request,) = args
        self._require_elsewhere(endpoint, request.url, _target(request.headers))
        return wrapped(*args, **kwargs)

    def _create_request(self, wrapped: Any, endpoint: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        self._require_answered(endpoint, *args)
        try:
            return wrapped(*args, **kwargs)
        except Exception as error:  # such as NoCredentialsError: this request too was meant for AWS
            self._refuse_unsigned(error, endpoint, args)
            raise

    async def _create_request_async(
        self, wrapped: Any, endpoint: Any, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> Any:
        self._require_answered(endpoint, *args)
        try:
            return await wrapped(*args, **kwargs)
        except Exception as error:
            self._refuse_unsigned(error, endpoint, args)
            raise

    def _refuse_unsigned(self, error: Exception, endpoint: Any, args: Sequence[Any]) -> None:
        """Refuse a request that botocore could not sign. An error that a hook raised on purpose passes.

        The type of an error does not say where it comes from: a missing token file raises FileNotFoundError, and a
        source of credentials may raise any error.
        """
        if not internals.is_of_a_listener(error):
            self._require_elsewhere(endpoint, *_place_and_operation(*args))

    def _require_answered(
        self, endpoint: Any, request: Mapping[str, Any], operation_model: OperationModel | None = None
    ) -> None:
        """Refuse a request if no listener (moto, a hook) can answer it or send it elsewhere."""
        url, operation = _place_and_operation(request, operation_model)
        events = internals.events_of(endpoint)
        if any(listeners_to(events, operation, "before-send")):
            return
        if all(
            imports.module_of(listener).startswith(BOTOCORES)
            for listener in listeners_to(events, operation, *_BEFORE_THE_SIGNATURE)
        ):
            self._require_elsewhere(endpoint, url, operation)

    def _require_elsewhere(self, endpoint: Any, url: str, operation: str) -> None:
        if internals.is_answered_here(endpoint):
            return
        host = urlsplit(url).hostname or ""
        if internals.service_of(endpoint) != model.SERVICE or not partitions.is_host_of_aws(host):
            return
        if self._is_foremost():
            raise self._refuse(StoppedCall(operation, host, _caller(), getattr(endpoint, _MAKER, _NOT_NOTED))) from None

    def _is_foremost(self) -> bool:
        return PROCESS.guards[-1:] == (self,)

    def _note_maker(self, wrapped: Any, _: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Note the place where a client is made, on its endpoint."""
        endpoint = wrapped(*args, **kwargs)
        if self._is_foremost():
            setattr(endpoint, _MAKER, Maker(_caller(), self._running_test(), PROCESS.is_in_use))
        return endpoint


def _place_and_operation(request: Mapping[str, Any], operation_model: OperationModel | None = None) -> tuple[str, str]:
    return request["url"], _target(request["headers"]) if operation_model is None else operation_model.name


def _target(headers: Mapping[str, Any]) -> str:
    """The operation that a request names."""
    target = headers.get("X-Amz-Target", "")
    text = target.decode() if isinstance(target, bytes) else str(target)
    return text.rpartition(".")[2]


def _caller() -> str:
    """The innermost place in the stack outside botocore and similar packages."""
    frame = next(filter(is_of_program, _frames(sys._getframe())), None)  # noqa: SLF001 - inspect.stack reads all sources
    if frame is None:
        return "an unknown place"
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back
