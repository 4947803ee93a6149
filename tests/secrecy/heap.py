"""A walk over all objects of the process, down to texts and bytes, which the garbage collector doesn't list itself."""

import gc
from collections.abc import Iterator
from types import FrameType, FunctionType, ModuleType
from typing import Any

from marked import Text, is_marked

_TEXTS = (str, bytes, bytearray, memoryview)

_FROZEN_BY_PYTHON = 1_000
"""More than Python freezes itself, and fewer than a run of pytest has."""

_OF_ALL = (type, ModuleType, FunctionType, FrameType)
"""What an object shares with others: from there, a walk would come to everything."""


def objects() -> list[object]:
    """All objects of this process that the garbage collector lists, and what they hold."""
    gc.collect()
    tracked = gc.get_objects()
    return [*tracked, *(held for held, _ in _held_by(tracked))]


def values_in_heap() -> list[str]:
    """The places of secret values in the memory of this process: the kinds of the objects that hold them."""
    # The collector does not list frozen objects. CPython 3.12 freezes some hundred of its own at its start.
    assert gc.get_freeze_count() < _FROZEN_BY_PYTHON
    gc.collect()
    found = [(held, holder) for held, holder in _held_by(gc.get_objects()) if _is_value(held)]
    return sorted({_place(held, holder) for held, holder in found})


def texts_of(holder: object) -> Iterator[Text]:
    """Yield the texts that an object holds, however deep. What its class and its functions hold is left out."""
    for held, _ in _held_by([holder], but_of=_OF_ALL):
        if isinstance(held, _TEXTS):
            yield held


def _held_by(holders: list[Any], *, but_of: tuple[type, ...] = ()) -> Iterator[tuple[object, object]]:
    """Yield what these objects hold, and what that holds in turn, each with its holder. Each object comes once."""
    left = [*holders]
    seen = {id(left), id(holders), *map(id, holders)}
    while left:
        holder = left.pop()
        for held in gc.get_referents(holder):
            if id(held) not in seen and not isinstance(held, but_of):
                seen.add(id(held))
                yield held, holder
                if not isinstance(held, _TEXTS):
                    left.append(held)


def _is_value(held: object) -> bool:
    return isinstance(held, _TEXTS) and is_marked(held)


def _place(held: object, holder: object) -> str:
    """Where a text is: its holder, and those that hold the holder. Never the text itself."""
    others = sorted({_name(other) for other in gc.get_referrers(holder)})
    return f"{type(held).__name__} in {_name(holder)} in {', '.join(others)}"


def _name(holder: object) -> str:
    kind, code = type(holder), getattr(holder, "f_code", None)
    name = f"{kind.__module__}.{kind.__qualname__}"
    return name if code is None else f"{name} of {code.co_qualname}"
