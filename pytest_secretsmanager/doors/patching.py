"""Putting wrappers around methods of other libraries' classes, and taking them out again, beside other tools.

Tracers (OpenTelemetry, X-Ray) wrap the same methods with wrapt, before us or after, and take out what they find
outermost. So our wrapper goes around the method itself, under every wrapper of wrapt. Then a tracer sees each call and
can leave at any time, and our wrapper leaves without a trace.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import wrapt

from pytest_secretsmanager.doors.internals import BOTOCORES, parent_of, wrapper_of

Wrapper: TypeAlias = Callable[..., Any]
"""Called by wrapt in the place of a method: with the method, the instance, the arguments and the keywords."""


def install(owner: type, method: str, wrapper: Wrapper) -> object:
    """Put a wrapper around a method, once, and return the layer that it wraps.

    A mock that binds to no instance stays as it is: a call reaches it, or a wrapper around it, without the client.
    """
    outer: Any = None
    layer = _itself(owner.__dict__[method])
    while isinstance(layer, wrapt.FunctionWrapper):
        inner = layer.__wrapped__
        if wrapper_of(layer) is wrapper:
            return inner
        outer, layer = layer, _itself(inner)
    if hasattr(type(layer), "__get__"):
        _put(owner, method, outer, wrapt.FunctionWrapper(layer, wrapper))
    return layer


def uninstall(owner: type, method: str, wrapper: Wrapper) -> None:
    """Take a wrapper out, wherever it stands. Under a wrapper that is not wrapt's it can't be reached, and stays."""
    outer: Any = None
    layer = _itself(owner.__dict__[method])
    while isinstance(layer, wrapt.FunctionWrapper):
        inner = layer.__wrapped__
        if wrapper_of(layer) is wrapper:
            _put(owner, method, outer, inner)
        else:
            outer = layer
        layer = _itself(inner)


def _itself(layer: Any) -> Any:
    """The wrapper behind its binding to a class: a tracer that takes its wrapper out puts the binding back.

    A binding asks its wrapper at each call what that wraps.
    """
    return parent_of(layer) if isinstance(layer, wrapt.BoundFunctionWrapper) else layer


def _put(owner: type, method: str, outer: Any, layer: Any) -> None:
    if outer is None:
        setattr(owner, method, layer)
    else:
        outer.__wrapped__ = layer


def is_botocores(method: object) -> bool:
    """Whether a method is the code of botocore or aiobotocore itself. Names that a decorator has copied don't count.

    Other code (a mock, a decorator other than wrapt's) would miss a call that does not reach it.
    """
    module = getattr(method, "__globals__", {}).get("__name__", "")
    return type(method).__name__ == "function" and module.startswith(BOTOCORES)
