"""Secrets that are written too often, for longer than AWS's version quota allows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.times import utc

PUT_INTERVAL_SECONDS = 600
SUSTAINED_WRITES = 10
"""The number of writes that may follow each other quickly before they count as a sustained rate."""


class PutRateWarning(NamedTuple):
    """A secret that was written at a sustained rate above AWS's advice: by how many writes, from when to when (UTC)."""

    arn: str
    writes: int
    start: datetime
    end: datetime

    def __str__(self) -> str:
        minutes = (self.end - self.start).total_seconds() / 60
        return (
            f"{self.arn} got {self.writes} new versions within {minutes:.0f} minutes: a sustained rate above one in "
            "ten minutes leads to the version quota, since AWS removes no version younger than 24 hours"
        )


def put_rate_warnings(entries: Iterable[Entry]) -> list[PutRateWarning]:
    """One warning for each run of writes to one secret at a sustained rate."""
    warnings = []
    for arn, versions in _writes(entries).items():
        times = list(versions.values())
        starts = [
            index
            for index in range(len(times) - SUSTAINED_WRITES)
            if times[index + SUSTAINED_WRITES] - times[index] < SUSTAINED_WRITES * PUT_INTERVAL_SECONDS
        ]
        for first, last in _runs(starts):
            run = times[first : last + 1]
            warnings.append(PutRateWarning(arn, len(run), utc(run[0]), utc(run[-1])))
    return warnings


def _writes(entries: Iterable[Entry]) -> dict[str, dict[str, float]]:
    """The time at which each version was first written, by ARN and version id."""
    found: dict[str, dict[str, float]] = {}
    for entry in entries:
        response = entry.response or {}
        if entry.operation in ("PutSecretValue", "UpdateSecret") and "VersionId" in response:
            found.setdefault(str(response["ARN"]), {}).setdefault(str(response["VersionId"]), entry.time)
    return found


def _runs(starts: Sequence[int]) -> Sequence[tuple[int, int]]:
    """First and last write of each run at that rate. Overlapping runs are merged."""
    runs: list[tuple[int, int]] = []
    for start in starts:
        first = runs.pop()[0] if runs and start <= runs[-1][1] else start
        runs.append((first, start + SUSTAINED_WRITES))
    return runs
