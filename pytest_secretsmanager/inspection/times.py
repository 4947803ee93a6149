"""Times for users: datetimes in UTC, in place of the engine's epoch seconds, and ages as texts."""

from datetime import UTC, datetime

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def utc(seconds: float) -> datetime:
    """Convert seconds since the epoch to a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def age_text(seconds: float) -> str:
    """An age in its largest unit.

    >>> age_text(3 * 86_400 + 5), age_text(90), age_text(0.2)
    ('3 d', '1 min', '0 s')
    """
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return "0 s"
