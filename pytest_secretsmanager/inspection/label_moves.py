"""The moves of staging labels, as the log has them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.times import utc

Stays: TypeAlias = Mapping[str, frozenset[str]]
"""The ids of the versions that each label has been on."""


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


def stays_of(arn: str, entries: Iterable[Entry], placement: Mapping[str, str]) -> Stays:
    """The versions that each label of one secret has been on, up to the call that led to this placement."""
    found: dict[str, set[str]] = {}
    until: dict[str, frozenset[str]] = {}
    for entry in entries:
        if arn not in entry.placements:
            continue
        for move in entry.moves.get(arn, ()):
            found.setdefault(move.label, set()).update(filter(None, (move.source, move.target)))
        if entry.placements[arn][1] == placement:
            until = {label: frozenset(ids) for label, ids in found.items()}
    return until
