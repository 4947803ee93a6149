"""The moves of staging labels, as the log has them."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.times import utc


class LabelMove(NamedTuple):
    """One move of a staging label: from a version id to another (None: nowhere), by which operation and when (UTC)."""

    label: str
    source: str | None
    target: str | None
    time: datetime
    operation: str


def moves_of(arn: str, entries: Iterable[Entry]) -> list[LabelMove]:
    """The moves of one secret's labels, oldest first."""
    return [
        LabelMove(move.label, move.source, move.target, utc(entry.time), entry.operation)
        for entry in entries
        for move in entry.moves.get(arn, ())
    ]
