"""The guard: Secrets Manager calls of botocore that nobody in this process answers do not reach AWS.

It stands where botocore hands a request to the network, so whatever answers before that (moto, a Stubber, a hook) still
does; and it lets pass what goes to another place than AWS, such as LocalStack or moto's server. Where nobody is there
to answer, it stands before the signature already: credentials may have to be asked for over the network too.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from traceback import walk_tb
from types import FrameType, ModuleType
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from botocore.model import OperationModel

from pytest_secretsmanager.doors import active, imports
from pytest_secretsmanager.doors.listeners import listeners_to, module_of
from pytest_secretsmanager.doors.patching import BOTOCORES, Wrapper, install, uninstall
from pytest_secretsmanager.engine import model, partitions
from pytest_secretsmanager.engine.tracebacks import PACKAGES_BETWEEN

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class Maker:
    """Where a client was made, in which test, and whether a `SecretsManager` answered then."""

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
"""Makes what is raised in the place of a call."""

_BEFORE_THE_SIGNATURE = ("request-created", "choose-signer", "before-sign")
"""The events at which a hook can still lead a request elsewhere, or end it."""

_CALLERS_OF_HOOKS = frozenset({"botocore.hooks", "aiobotocore.hooks"})
_AWAITING_A_HOOK = ("aiobotocore.hooks", "aiobotocore._helpers")
"""The modules of aiobotocore that stand before a hook that is awaited; the second one awaits other things too."""

_MAKER = "_pytest_secretsmanager_maker"
_NOT_NOTED = Maker("a place that is not known, before calls were blocked")

_standing: tuple["Guard", ...] = ()
"""The guards that are up. A run inside a test of another run has one of its own, which answers for what is inside."""


class Guard:
    """Refuses calls that would reach AWS, from the moment it is made until it is taken down.

    Of several guards the one that went up last refuses. `running_test` gives the name of the test that is running.
    """

    def __init__(self, refuse: Refuse, running_test: Callable[[], str | None]) -> None:
        global _standing
        self._refuse = refuse
        self._running_test = running_test
        self._guarded: set[type] = set()
        self._wrapped = ExitStack()
        _standing = (*_standing, self)
        import_module("botocore.endpoint")
        for creator in imports.editions("botocore.endpoint", "EndpointCreator"):
            self._wrap(creator, create_endpoint=self._note_maker)
        for endpoint in imports.editions("botocore.endpoint", "Endpoint"):
            self._wrap(endpoint, _send=self._send, create_request=self._create_request)
        self._hooks = {"botocore.endpoint": self._wrap_sync, "aiobotocore.endpoint": self._wrap_async}
        for name, hook in self._hooks.items():
            self._wrapped.callback(imports.unfollow, name, hook)
        self.follow()

    def follow(self) -> None:
        """Guards every botocore and aiobotocore that is imported from now on, and the one that is there."""
        for name, hook in self._hooks.items():
            imports.follow(name, hook)
            if name in sys.modules:
                hook(sys.modules[name])

    def take_down(self) -> None:
        """Lets everything through again."""
        global _standing
        _standing = tuple(guard for guard in _standing if guard is not self)
        self._wrapped.close()

    def _wrap_sync(self, endpoints: ModuleType) -> None:
        if self in _standing and endpoints.Endpoint not in self._guarded:
            self._wrap(endpoints.EndpointCreator, create_endpoint=self._note_maker)
            self._wrap(endpoints.Endpoint, _send=self._send, create_request=self._create_request)

    def _wrap_async(self, endpoints: ModuleType) -> None:
        if self in _standing and endpoints.AioEndpoint not in self._guarded:
            self._wrap(endpoints.AioEndpointCreator, create_endpoint=self._note_maker)
            self._wrap(endpoints.AioEndpoint, _send=self._send, create_request=self._create_request_async)

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
        except Exception as error:  # there are no credentials, say: it was on its way to AWS all the same
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
        """Refuses a request that botocore could not sign, unless somebody's hook raised the error on purpose."""
        if not _is_of_a_hook(error):
            self._require_elsewhere(endpoint, *_place_and_operation(*args))

    def _require_answered(
        self, endpoint: Any, request: Mapping[str, Any], operation_model: OperationModel | None = None
    ) -> None:
        """Refuses a request that nobody can answer or send elsewhere any more: no moto, no hook."""
        url, operation = _place_and_operation(request, operation_model)
        events = endpoint._event_emitter  # noqa: SLF001 - no public name
        if any(listeners_to(events, operation, "before-send")):
            return
        if all(
            module_of(listener).startswith(BOTOCORES)
            for listener in listeners_to(events, operation, *_BEFORE_THE_SIGNATURE)
        ):
            self._require_elsewhere(endpoint, url, operation)

    def _require_elsewhere(self, endpoint: Any, url: str, operation: str) -> None:
        host = urlsplit(url).hostname or ""
        if endpoint._endpoint_prefix != model.SERVICE or not partitions.is_host_of_aws(host):  # noqa: SLF001 - no public name
            return
        if self._is_foremost():
            raise self._refuse(StoppedCall(operation, host, _caller(), getattr(endpoint, _MAKER, _NOT_NOTED))) from None

    def _is_foremost(self) -> bool:
        return _standing[-1:] == (self,)

    def _note_maker(self, wrapped: Any, _: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """Notes where a client is made, on the part of it that sends."""
        endpoint = wrapped(*args, **kwargs)
        if self._is_foremost():
            setattr(endpoint, _MAKER, Maker(_caller(), self._running_test(), active.is_in_use()))
        return endpoint


def _place_and_operation(request: Mapping[str, Any], operation_model: OperationModel | None = None) -> tuple[str, str]:
    return request["url"], _target(request["headers"]) if operation_model is None else operation_model.name


def _is_of_a_hook(error: Exception) -> bool:
    """Whether an error comes out of a hook that is not botocore's."""
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(error.__traceback__)]
    direct = [module for called_by, module in pairwise(["", *modules]) if (called_by, module) != _AWAITING_A_HOOK]
    return any(caller in _CALLERS_OF_HOOKS and not called.startswith(BOTOCORES) for caller, called in pairwise(direct))


def _target(headers: Mapping[str, Any]) -> str:
    """The operation that a request names."""
    target = headers.get("X-Amz-Target", "")
    text = target.decode() if isinstance(target, bytes) else str(target)
    return text.rpartition(".")[2]


def _caller() -> str:
    """The innermost place outside botocore and its like from which this was called."""
    frame = next(filter(_is_outside, _frames(sys._getframe())), None)  # noqa: SLF001 - inspect.stack reads all sources
    if frame is None:
        return "a place that is not known"
    return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_outside(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] not in PACKAGES_BETWEEN
