"""The signs of calls and of moves: each kind has a shape of its own. The key explains those of calls."""

from pytest_secretsmanager.engine.model import is_reading
from pytest_secretsmanager.inspection.timelines import svg
from pytest_secretsmanager.inspection.timelines.columns import DrawnCall
from pytest_secretsmanager.inspection.timelines.scale import width_of

_MEANINGS = {"read": "read", "write": "write", "bad": "failed", "own": "event of AWS"}
"""The kinds of calls, which are their classes too, with their texts in the key."""

KEY_WIDTH = 470


def has_failed(call: DrawnCall) -> bool:
    """Whether AWS refused a call, or reports a failure."""
    return call.error is not None or (call.by_service and call.operation.endswith("Failed"))


def kind_of(call: DrawnCall) -> str:
    """The kind of a call."""
    if has_failed(call):
        return "bad"
    if call.by_service:
        return "own"
    return "read" if is_reading(call.operation) else "write"


def sign(kind: str, x: int, y: int) -> str:
    """The sign of a call of a kind, around a place."""
    if kind == "bad":
        return svg.path(f"M{x - 5} {y - 5}l10 10m0 -10l-10 10")
    if kind == "own":
        return svg.path(f"M{x} {y - 5}l5 5l-5 5l-5 -5z")
    return svg.path(_circle(x, y, 4))


def meanings() -> list[tuple[str, str]]:
    """The sign of each kind of call, around the origin, with its meaning."""
    return [(f'<g class="{kind}">{sign(kind, 0, 0)}</g>', meaning) for kind, meaning in _MEANINGS.items()]


def move_course(x: int, source: int | None, target: int | None) -> str:
    """The way of a label: an arrow between two stays, a dot where it was put, a bar where it was removed."""
    if target is None:
        return f"M{x - 4} {source}h8"
    if source is None:
        return _circle(x, target, 3)
    tip = 5 if target > source else -5
    return f"M{x} {source}V{target}m-4 {-tip}l4 {tip}l4 {-tip}z"


def move_area(x: int, source: int | None, target: int | None) -> str:
    """The line around which a pointer meets the move."""
    begin, end = (target if source is None else source), (source if target is None else target)
    return f"M{x} {begin}V{end}h.1"


def _circle(x: int, y: int, radius: int) -> str:
    return f"M{x - radius} {y}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 -{2 * radius} 0z"


def key(y: int) -> str:
    """The key to the signs of calls."""
    parts, x = [svg.text(12, y, "calls in their order:", "q")], 172
    for kind, meaning in _MEANINGS.items():
        parts.append(f'<g class="{kind}">{sign(kind, x, y - 4)}</g>{svg.text(x + 10, y, meaning, "q")}')
        x += 30 + width_of(meaning)
    return "".join(parts)
