"""Who listens to the events of a client, botocore's own parts among them."""

from collections.abc import Callable, Iterator
from typing import Any

from pytest_secretsmanager.engine import model


def listeners_to(events: Any, operation_name: str, *names: str) -> Iterator[Callable[..., object]]:
    """The listeners to events of these names for one operation, in no order. `events` is an emitter of botocore's."""
    emitter = getattr(events, "_emitter", events)
    for name in names:
        yield from emitter._handlers.prefix_search(f"{name}.{model.SERVICE_ID}.{operation_name}")  # noqa: SLF001


def module_of(listener: Callable[..., object]) -> str:
    """The module of a listener that is a function or method, empty for any other."""
    return getattr(listener, "__module__", None) or ""
