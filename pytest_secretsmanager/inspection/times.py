"""Times for users: datetimes in UTC, in place of the engine's epoch seconds, and spans of time in words."""

from datetime import UTC, datetime

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def utc(seconds: float) -> datetime:
    """Convert seconds since the epoch to a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def elapsed_text(seconds: float) -> str:
    """The time since a moment, in its two largest units; negative if the clock was set back.

    >>> elapsed_text(0.25), elapsed_text(65), elapsed_text(2 * 86_400 + 3_605), elapsed_text(-86_400)
    ('+0.2 s', '+1 min 5 s', '+2 d 1 h', '-1 d')
    """
    sign, span = ("-" if round(seconds, 1) < 0 else "+"), abs(seconds)
    if round(span, 1) < 10:
        return f"{sign}{f'{span:.1f}'.removesuffix('.0')} s"
    left, parts = round(span), []
    for size, unit in _UNITS:
        parts.append((left // size, unit))
        left %= size
    first = next(index for index, (count, _) in enumerate(parts) if count)
    return sign + " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)
