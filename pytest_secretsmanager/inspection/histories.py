"""The history of secrets as plain values: the lives of versions, the stays of labels, and the calls that changed them.

Made from the log and the states of the secrets, for tables and pictures. It holds no secret value. A place in time is
the position of a log entry, since a test's clock may stand still: two calls of one moment still have an order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pytest_secretsmanager.engine.effects.runs import RunState
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.state import SecretKey, Version
from pytest_secretsmanager.inspection.known_secrets import KnownSecrets, Moment, PastRun
from pytest_secretsmanager.inspection.matching import key_from


class Life(NamedTuple):
    """The life of one version.

    `number` is None for a version that only the log knows. `begin` and `end` are positions in the entries: of the call
    that made it (None: it is older than they are), and of the call that deleted it (None: it lives).
    """

    id: str
    number: int | None
    created: float
    begin: int | None
    end: int | None


class Span(NamedTuple):
    """A label's stay on one version. `begin` and `end` are as in `Life`: positions of the calls that moved it."""

    label: str
    version: str
    begin: int | None
    end: int | None


class Rotation(NamedTuple):
    """One try at a rotation. `begin` and `end` are positions as in `Life`: of AWS's own entries about it.

    `steps` are the steps that ran, `failed` is the last of them if it failed. `is_trial` says that RotateSecret only
    tried the function.
    """

    token: str
    state: RunState
    steps: tuple[str, ...]
    failed: str | None
    is_trial: bool
    begin: int | None
    end: int | None


class History(NamedTuple):
    """The history of one secret. `calls` are the positions of all entries about it, AWS's own included.

    `begin` and `end` are positions as in `Life`: of the calls that created and deleted the secret. A secret that was
    created again under its name is another secret, with another ARN.
    """

    key: SecretKey
    arn: str
    begin: int | None
    end: int | None
    versions: tuple[Life, ...]
    spans: tuple[Span, ...]
    rotations: tuple[Rotation, ...]
    calls: tuple[int, ...]


def histories_of(moment: Moment, entries: Sequence[Entry]) -> list[History]:
    """The history of each secret that the entries are about, in the order of the first entry; then of those named.

    The entries are the newest ones of the log, in their order, and the moment is after them.
    """
    known = KnownSecrets(moment, entries)
    found = _calls_by_arn(entries, known)
    for key in moment.named:
        state = known.existing(key)
        if state is not None:
            found.setdefault(state.arn, [])
    runs = _by_secret(moment.runs)
    return [_history(arn, calls, entries, known, runs.get(arn, [])) for arn, calls in found.items()]


def history_of(moment: Moment, entries: Sequence[Entry], key: SecretKey) -> History | None:
    """The history of one secret, which may be deleted; None if neither the entries nor the moment have it.

    Of several secrets that had this key one after the other, it is the last one.
    """
    known = KnownSecrets(moment, entries)
    arn = known.last_arn(key)
    if arn is None:
        return None
    calls = _calls_by_arn(entries, known).get(arn, [])
    return _history(arn, calls, entries, known, [run for run in moment.runs if run.secret == arn])


def _by_secret(runs: Iterable[PastRun]) -> Mapping[str, list[PastRun]]:
    found: dict[str, list[PastRun]] = {}
    for run in runs:
        found.setdefault(run.secret, []).append(run)
    return found


# --- the calls about each secret -------------------------------------------------------------------------------------


def _calls_by_arn(entries: Sequence[Entry], known: KnownSecrets) -> dict[str, list[int]]:
    """The positions of the entries about each secret. One entry may be about several: a replica follows its primary."""
    found: dict[str, list[int]] = {}
    for at, entry in enumerate(entries):
        about = known.arn_of(entry, at)
        if about:
            found.setdefault(about, []).append(at)
        for arn in entry.placements:
            if arn != about:
                found.setdefault(arn, []).append(at)
    return found


# --- one secret ------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Track:
    """The labels of a secret, followed through its calls."""

    open: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)

    def place(self, placement: Mapping[str, str], at: int | None) -> None:
        """Note the placement of labels after the call at a position; None before the first call."""
        for label in [label for label, (version, _) in self.open.items() if placement.get(label) != version]:
            version, begin = self.open.pop(label)
            self.spans.append(Span(label, version, begin, at))
        for label, version in placement.items():
            if label not in self.open:
                self.open[label] = (version, at)
            if at is not None:
                self.made.setdefault(version, at)

    def end(self) -> tuple[Span, ...]:
        return (*self.spans, *[Span(label, version, begin, None) for label, (version, begin) in self.open.items()])


def _history(
    arn: str, calls: Sequence[int], entries: Sequence[Entry], known: KnownSecrets, runs: Sequence[PastRun]
) -> History:
    state = known.last(arn)
    about = [(at, entries[at]) for at in calls]
    moves = [(at, entry.placements[arn]) for at, entry in about if arn in entry.placements]
    track = _Track()
    track.place(moves[0][1][0] if moves else {} if state is None else state.labels, None)
    older = {version for version, _ in track.open.values()}
    for at, entry in about:
        if arn in entry.placements:
            track.place(entry.placements[arn][1], at)
        if entry.response is not None and "VersionId" in entry.response:
            track.made.setdefault(str(entry.response["VersionId"]), at)
    ended = None if state is None or known.exists(state) else _end_of_secret(arn, calls, entries)
    made = {version: at for version, at in track.made.items() if version not in older}
    begin = known.creation(arn)
    return History(
        key_from(arn, "", "") if state is None else state.key,
        arn,
        _creation_of_replica(moves, entries) if begin is None else begin,
        ended,
        tuple(_lives(known.versions(arn, state), ended, calls, entries, made)),
        track.end(),
        tuple([_rotation(run, calls, entries) for run in runs if _is_within(run, calls, entries)]),
        tuple(calls),
    )


_MAKES_REPLICAS = ("ReplicateSecretToRegions", "ReplicationSucceeded")


def _creation_of_replica(
    moves: Iterable[tuple[int, tuple[Mapping[str, str], Mapping[str, str]]]], entries: Sequence[Entry]
) -> int | None:
    """AWS's entry of a new replica, before which it had no labels."""
    for at, (before, _) in moves:
        if not before and entries[at].operation in _MAKES_REPLICAS:
            return at
    return None


def _end_of_secret(arn: str, calls: Sequence[int], entries: Sequence[Entry]) -> int | None:
    """The last call that deleted or removed a secret."""
    for at in reversed(calls):
        entry = entries[at]
        placed = entry.placements.get(arn)
        is_deleted = entry.error_code is None and entry.operation in ("DeleteSecret", "EndSecretVersionDelete")
        if is_deleted or (placed is not None and not placed[1]):
            return at
    return None


def _lives(
    versions: Iterable[tuple[Version, float | None]],
    ended: int | None,
    calls: Sequence[int],
    entries: Sequence[Entry],
    made: Mapping[str, int],
) -> Iterator[Life]:
    """The lives of the known versions, then of those that only the log has. `ended` is the end of their secret."""
    left = dict(made)
    for version, deleted in versions:
        end = ended if deleted is None else _write_at(deleted, calls, entries)
        yield Life(version.id, version.number, version.created, left.pop(version.id, None), end)
    for version_id, at in left.items():
        yield Life(version_id, None, entries[at].time, at, ended)


def _write_at(time: float, calls: Sequence[int], entries: Sequence[Entry]) -> int | None:
    """The first successful call at or after a time: versions are deleted by writes."""
    for at in calls:
        if entries[at].time >= time and entries[at].error_code is None:
            return at
    return None


# --- rotations -------------------------------------------------------------------------------------------------------


def _is_within(run: PastRun, calls: Sequence[int], entries: Sequence[Entry]) -> bool:
    """Whether a rotation ran during these calls."""
    return any(_is_about(run, entries[at]) for at in calls)


def _is_about(run: PastRun, entry: Entry) -> bool:
    return entry.by_service and entry.request_id.endswith(run.token)


def _rotation(run: PastRun, calls: Sequence[int], entries: Sequence[Entry]) -> Rotation:
    about = [at for at in calls if _is_about(run, entries[at])]
    begins = [at for at in about if entries[at].operation.endswith("Started")]
    ends = [at for at in about if not entries[at].operation.endswith("Started")]
    failed = run.steps[-1] if run.steps and run.has_failed else None
    return Rotation(
        run.token,
        run.state,
        run.steps,
        failed,
        run.is_trial,
        begins[0] if begins else None,
        ends[-1] if ends and run.has_ended else None,
    )
