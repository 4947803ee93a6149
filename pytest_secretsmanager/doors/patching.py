"""Wrappers around methods of other libraries' classes: installed and removed while other tools wrap them too.

Tracers (OpenTelemetry, X-Ray) wrap the same methods with wrapt, before or after us, and remove the outermost wrapper.
So our wrapper goes around the method itself, under every wrapper of wrapt. Then a tracer sees each call and can leave
at any time, and our wrapper leaves no trace.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import wrapt

from pytest_secretsmanager.doors.internals import BOTOCORES, parent_of, wrapper_of

Wrapper: TypeAlias = Callable[..., Any]
"""Called by wrapt in place of a method: with the method, the instance, the arguments and the keywords."""


def install(owner: type, method: str, wrapper: Wrapper) -> object:
    """Put a wrapper around a method, once, and return the layer that it wraps.

    A mock that binds to no instance stays as it is: a call reaches it, or a wrapper around it, without the client.
    """
    outer: Any = None
    layer = _unbound(owner.__dict__[method])
    while isinstance(layer, wrapt.FunctionWrapper):
        inner = layer.__wrapped__
        if wrapper_of(layer) is wrapper:
            return inner
        outer, layer = layer, _unbound(inner)
    if hasattr(type(layer), "__get__"):
        _put(owner, method, outer, wrapt.FunctionWrapper(layer, wrapper))
    return layer


def uninstall(owner: type, method: str, wrapper: Wrapper) -> None:
    """Remove a wrapper at any depth. Under a wrapper that is not wrapt's it can't be reached, and stays."""
    outer: Any = None
    layer = _unbound(owner.__dict__[method])
    while isinstance(layer, wrapt.FunctionWrapper):
        inner = layer.__wrapped__
        if wrapper_of(layer) is wrapper:
            _put(owner, method, outer, inner)
            return
        outer, layer = layer, _unbound(inner)


def _unbound(layer: Any) -> Any:
    """Return the wrapper behind its binding to a class: a tracer that removes its wrapper puts the binding back.

    At each call, a binding calls the function that its wrapper wraps at that time.
    """
    return parent_of(layer) if isinstance(layer, wrapt.BoundFunctionWrapper) else layer


def _put(owner: type, method: str, outer: Any, layer: Any) -> None:
    if outer is None:
        setattr(owner, method, layer)
    else:
        outer.__wrapped__ = layer


def is_botocores(method: object) -> bool:
    """Whether a method is botocore's or aiobotocore's own code. Names that a decorator has copied don't count.

    Any other code, such as a mock or a decorator, must get the call.
    """
    module = getattr(method, "__globals__", {}).get("__name__", "")
    return type(method).__name__ == "function" and module.startswith(BOTOCORES)
