"""The log: every call in order, refused ones too, and queries over them. No secret value is in it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast, overload

from pytest_secretsmanager.engine.call import copied
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.cloudtrail import record_of
from pytest_secretsmanager.inspection.matching import differing_fields
from pytest_secretsmanager.inspection.names import MaybeNone

PUT_INTERVAL_SECONDS = 600
SUSTAINED_WRITES = 10
"""How many writes may come quickly one after the other before that counts as a rate that is kept up."""


class LabelMove(NamedTuple):
    """One move of a staging label: from a version id to another (None: nowhere), by which operation and when (UTC)."""

    label: str
    source: str | None
    target: str | None
    time: datetime
    operation: str


class PutRateWarning(NamedTuple):
    """A secret that was written too often, on and on: by how many writes, from when to when (UTC)."""

    arn: str
    writes: int
    start: datetime
    end: datetime

    def __str__(self) -> str:
        minutes = (self.end - self.start).total_seconds() / 60
        return (
            f"{self.arn} got {self.writes} new versions within {minutes:.0f} minutes: more than one in ten minutes, "
            "on and on, leads to the version quota, since no version younger than 24 hours goes"
        )


class Event:
    """One call as it was logged.

    Members of requests and responses are spelled as AWS spells them. What AWS marks sensitive (SecretString,
    SecretBinary, RotationToken) is not there; `hidden` names such members of the request. `response` is None for
    calls that only read, and for refused ones.

    What AWS does by itself is logged too, as CloudTrail does: RotationStarted, RotationSucceeded, RotationFailed,
    RotationAbandoned, TestRotationStarted, ReplicationSucceeded, StartSecretVersionDelete, … Its `request` has the
    SecretId, an ARN.
    """

    __slots__ = ("_entry",)

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def operation(self) -> str:
        """The API's name of the operation: `PutSecretValue`."""
        return self._entry.operation

    @property
    def request(self) -> dict[str, Any]:
        """The request's members, a copy."""
        return cast("dict[str, Any]", copied(dict(self._entry.request)))

    @property
    def hidden(self) -> frozenset[str]:
        """The names of the request's members that AWS does not log."""
        return self._entry.hidden

    @property
    def response(self) -> dict[str, Any] | MaybeNone:
        """The reply's members, a copy; times in seconds since the epoch, as on the wire.

        None for a call that only reads, and for one that AWS refused.
        """
        return cast("dict[str, Any] | None", copied(self._entry.response))

    @property
    def error(self) -> str | None:
        """AWS's error code when the call was refused: `ResourceNotFoundException`."""
        return self._entry.error_code

    @property
    def error_message(self) -> str | None:
        """AWS's text when the call was refused, or a rotation failed."""
        return self._entry.error_message

    @property
    def time(self) -> datetime:
        """When the call arrived, on the clock of the `SecretsManager`, UTC."""
        return _utc(self._entry.time)

    @property
    def region(self) -> str:
        """The region of the client that called."""
        return self._entry.region

    @property
    def account(self) -> str:
        """The account that called."""
        return self._entry.principal.account

    @property
    def principal(self) -> str:
        """The ARN of the identity that called."""
        return self._entry.principal.arn

    @property
    def request_id(self) -> str:
        """What the caller saw as `ResponseMetadata.RequestId`."""
        return self._entry.request_id

    @property
    def within(self) -> str | None:
        """The operation on whose behalf AWS made this call: `BatchGetSecretValue` for a read of a batch; else None."""
        return self._entry.within

    @property
    def by_service(self) -> bool:
        """Whether this is no call, but something that AWS did by itself: RotationStarted, RotationFailed…"""
        return self._entry.by_service

    @property
    def record(self) -> dict[str, Any]:
        """The CloudTrail record of this call, or of what AWS did."""
        return record_of(self._entry)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._entry.request.items())
        hidden = "".join(f", {name}=(hidden)" for name in sorted(self.hidden)) if self.hidden else ""
        outcome = f" -> {self.error}" if self.error else ""
        return f"<{self.operation}({(fields + hidden).removeprefix(', ')}){outcome}>"


class Log(Sequence[Event]):
    """All calls, and what AWS did by itself, newest last; those since `clear()`, where a test has called that."""

    def __init__(self, entries: list[Entry] | None = None) -> None:
        self._entries = [] if entries is None else entries
        self._first = 0
        self._cleared = 0

    def clear(self) -> None:
        """Forgets the calls so far: the log, its counts and the assertion helpers begin with the next call.

        A fixture that arranges with calls ends with it, so that a test counts only what its code does. The secrets keep
        all that was done to them, and a view's `history` keeps every move of a label; `assert_moved` asks for moves by
        later calls. `assert_nothing_leaked` looks at later calls too.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")  # a call that only arranges
        >>> sm.log.clear()
        >>> _ = sm.client().get_secret_value(SecretId="db")  # the code under test
        >>> sm.assert_logged("GetSecretValue", times=1)
        >>> sm.assert_not_logged("PutSecretValue")
        >>> [move.operation for move in sm.secret("db").history]
        ['PutSecretValue', 'PutSecretValue']
        """
        self._cleared += len(self)
        self._first = len(self._entries)

    def begin_anew(self) -> None:
        """Begins empty for a test of its own: nothing that the test could have cleared came before."""
        self._first, self._cleared = len(self._entries), 0

    def checkpoint(self) -> Restore:
        """A point to go back to: later calls go, and those that a later `clear()` forgets are there again."""
        length, first, cleared = len(self._entries), self._first, self._cleared

        def restore() -> None:
            del self._entries[length:]
            self._first, self._cleared = min(first, len(self._entries)), cleared

        return restore

    @property
    def cleared(self) -> int:
        """How many calls and events `clear()` has made the log forget."""
        return self._cleared

    @property
    def position(self) -> int:
        """Where the log ends now, for `since`; a `clear()` does not move it."""
        return len(self._entries)

    def entries(self) -> list[Entry]:
        """What was logged since the last `clear()`, as it is kept."""
        return self._shown()

    def entry(self, position: int) -> Entry | None:
        """What stands at a position, though a `clear()` came since; None where the log ends before."""
        return self._entries[position] if position < len(self._entries) else None

    def since(self, position: int) -> list[Event]:
        """All that was logged after that position, though a `clear()` came between."""
        return list(map(Event, self._entries[position:]))

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        places = range(self._first, len(self._entries))
        if isinstance(index, slice):
            return [Event(self._entries[place]) for place in places[index]]
        return Event(self._entries[places[index]])

    def __len__(self) -> int:
        return len(self._entries) - self._first

    def __iter__(self) -> Iterator[Event]:
        return map(Event, self._shown())

    def _shown(self) -> list[Entry]:
        """The entries since the last `clear()`, as they are at this moment."""
        return self._entries[self._first :]

    def __repr__(self) -> str:
        events = sum(entry.by_service for entry in self._shown())
        calls = len(self) - events
        own = f" and {events} event{'' if events == 1 else 's'} of AWS" if events else ""
        return f"<log of {calls} call{'' if calls == 1 else 's'}{own}>"

    def matching(
        self, operation: str | None, error: str | None = None, request_fields: Mapping[str, object] | None = None
    ) -> list[Event]:
        """The calls of that operation (None: of any), refused with that error (None: or not), with those fields."""
        return [
            event
            for event in self
            if operation in (None, event.operation)
            and error in (None, event.error)
            and not differing_fields(event, request_fields or {})
        ]

    @property
    def put_rate_warnings(self) -> list[PutRateWarning]:
        """The secrets that were written more than once in ten minutes on and on: eleven writes or more in a row.

        DOC: AWS advises against a sustained rate above that, since it ends at the version quota.
        """
        warnings = []
        for arn, versions in self._writes().items():
            times = list(versions.values())
            starts = [
                index
                for index in range(len(times) - SUSTAINED_WRITES)
                if times[index + SUSTAINED_WRITES] - times[index] < SUSTAINED_WRITES * PUT_INTERVAL_SECONDS
            ]
            for first, last in _runs(starts):
                run = times[first : last + 1]
                warnings.append(PutRateWarning(arn, len(run), _utc(run[0]), _utc(run[-1])))
        return warnings

    def _writes(self) -> dict[str, dict[str, float]]:
        """When each version was first written, by ARN and version id."""
        found: dict[str, dict[str, float]] = {}
        for entry in self._shown():
            response = entry.response or {}
            if entry.operation in ("PutSecretValue", "UpdateSecret") and "VersionId" in response:
                found.setdefault(str(response["ARN"]), {}).setdefault(str(response["VersionId"]), entry.time)
        return found

    def moves_of(self, arn: str, *, since_cleared: bool = False) -> list[LabelMove]:
        """Every move of a label of one secret, oldest first; with `since_cleared` those since the last `clear()`."""
        return [
            LabelMove(move.label, move.source, move.target, _utc(entry.time), entry.operation)
            for entry in (self._shown() if since_cleared else list(self._entries))
            for move in entry.moves.get(arn, ())
        ]


def _runs(starts: Sequence[int]) -> Sequence[tuple[int, int]]:
    """First and last write of each time that the rate was kept up: what begins where another ends belongs to that."""
    runs: list[tuple[int, int]] = []
    for start in starts:
        first = runs.pop()[0] if runs and start <= runs[-1][1] else start
        runs.append((first, start + SUSTAINED_WRITES))
    return runs


def _utc(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
