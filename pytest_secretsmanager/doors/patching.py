"""Putting wrappers around methods of other people's classes, and taking them out again, whoever else does the same.

Tracers (OpenTelemetry, X-Ray) wrap the same methods with wrapt, before us or after, and take out what they find
outermost. So ours goes as far in as it can: around the method itself, under every wrapper of wrapt that is there. Then
a tracer sees each call, may leave when it likes, and nothing of ours is in its way; and ours leaves without a trace.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import wrapt

Wrapper: TypeAlias = Callable[..., Any]
"""What wrapt calls in the place of a method: with the method, the instance, the arguments and the keywords."""


def install(owner: type, method: str, wrapper: Wrapper) -> bool:
    """Puts a wrapper around a method, unless it is there.

    Gives whether it stands around somebody else's code (a mock, a decorator other than wrapt's), which would miss a
    call that is not handed on.
    """
    innermost: Any = None
    for _, layer in _layers(owner, method):
        if _is_of(layer, wrapper):
            return not _is_botocores(layer.__wrapped__)
        innermost = layer
    bare = owner.__dict__[method] if innermost is None else innermost.__wrapped__
    _put(owner, method, innermost, wrapt.FunctionWrapper(bare, wrapper))
    return not _is_botocores(bare)


def uninstall(owner: type, method: str, wrapper: Wrapper) -> None:
    """Takes a wrapper out, wherever it stands. Under what is not wrapt's it can't be reached, and stays."""
    while found := next((pair for pair in _layers(owner, method) if _is_of(pair[1], wrapper)), None):
        around, ours = found
        _put(owner, method, around, ours.__wrapped__)


def _layers(owner: type, method: str) -> Iterator[tuple[Any, Any]]:
    """wrapt's wrappers of a method from the outside in, each with the one around it."""
    outer: Any = None
    inner = _itself(owner.__dict__[method])
    while isinstance(inner, wrapt.FunctionWrapper):
        yield outer, inner
        outer, inner = inner, _itself(inner.__wrapped__)


def _itself(layer: Any) -> Any:
    """A wrapper, in place of its binding to the class: who takes a wrapper out puts back what it reads from the class.

    A binding asks the wrapper that it is of, at each call, what that wraps.
    """
    return layer._self_parent if isinstance(layer, wrapt.BoundFunctionWrapper) else layer  # noqa: SLF001 - wrapt's own


def _is_of(layer: Any, wrapper: Wrapper) -> bool:
    return layer._self_wrapper is wrapper  # noqa: SLF001 - no public name


def _put(owner: type, method: str, outer: Any, layer: Any) -> None:
    if outer is None:
        setattr(owner, method, layer)
    else:
        outer.__wrapped__ = layer


def _is_botocores(method: object) -> bool:
    """Whether a method is botocore's own code, or aiobotocore's, whatever names a decorator has copied onto it."""
    module = getattr(method, "__globals__", {}).get("__name__", "")
    return type(method).__name__ == "function" and module.startswith(("botocore.", "aiobotocore."))
