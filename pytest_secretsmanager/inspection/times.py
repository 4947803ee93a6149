"""Times for users: datetimes in UTC, in place of the engine's epoch seconds."""

from datetime import UTC, datetime


def utc(seconds: float) -> datetime:
    """Convert seconds since the epoch to a datetime in UTC."""
    return datetime.fromtimestamp(seconds, UTC)
