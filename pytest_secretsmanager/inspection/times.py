"""Seconds since the epoch as a datetime in UTC."""

from datetime import UTC, datetime


def utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
