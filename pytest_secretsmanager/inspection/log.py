"""The log: every call in order, refused ones too, and queries over them. It holds no secret value."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast, overload

from pytest_secretsmanager.engine.call import copied
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.inspection.entries import Entries
from pytest_secretsmanager.inspection.matching import differing_fields
from pytest_secretsmanager.inspection.names import MaybeNone
from pytest_secretsmanager.inspection.times import utc
from pytest_secretsmanager.inspection.wording import count_text

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.rules.iam.decision import Decision
    from pytest_secretsmanager.inspection.call_sites import CallSite
    from pytest_secretsmanager.inspection.put_rate import PutRateWarning

__tracebackhide__ = True


class Event:
    """One logged call.

    Members of requests and responses are spelled as AWS spells them. What AWS marks sensitive (SecretString,
    SecretBinary, RotationToken) is left out; `hidden` names such members of the request. `response` is None for
    calls that only read, and for refused ones.

    Events of the service are logged too, as CloudTrail does: RotationStarted, RotationSucceeded, RotationFailed,
    RotationAbandoned, TestRotationStarted, ReplicationSucceeded, StartSecretVersionDelete, … Their `request` has the
    SecretId, an ARN.
    """

    __slots__ = ("_entry",)

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def operation(self) -> str:
        """The name of the operation: `PutSecretValue`."""
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
        """AWS's error code if the call was refused: `ResourceNotFoundException`."""
        return self._entry.error_code

    @property
    def error_message(self) -> str | None:
        """AWS's text if the call was refused, or if a rotation failed."""
        return self._entry.error_message

    @property
    def decision(self) -> "Decision | MaybeNone":
        """IAM's decision on this call; None while IAM is off, and for a call that was refused before IAM decided.

        For a refusal, `decision.reason` names the statement that decided, or the nearest one that would have allowed
        the call, and why it did not.
        """
        return self._entry.decision

    @property
    def time(self) -> datetime:
        """The time of the call by the clock of the `SecretsManager`, UTC."""
        return utc(self._entry.time)

    @property
    def region(self) -> str:
        """The region of the calling client."""
        return self._entry.region

    @property
    def account(self) -> str:
        """The account of the caller."""
        return self._entry.principal.account

    @property
    def principal(self) -> str:
        """The ARN of the caller."""
        return self._entry.principal.arn

    @property
    def request_id(self) -> str:
        """The `ResponseMetadata.RequestId` that the caller got."""
        return self._entry.request_id

    @property
    def attempts(self) -> int:
        """The number of attempts that botocore has made of this call, up to and including this event.

        The last event of a call has the total if its last attempt reached the service: other attempts are not logged.
        Over HTTP, this is the number that an SDK sends in the header `amz-sdk-request`; 1 without the header.
        """
        return self._entry.call.attempt.number

    @property
    def waited(self) -> float:
        """The seconds that botocore has waited on the clock in this call before this event.

        These are its delays before retries, and its waits for tokens in adaptive mode; not the latency of an answer.
        0.0 over HTTP: the program waits by its own clock.
        """
        return self._entry.call.attempt.waited

    @property
    def caller(self) -> "CallSite | None":
        """The place in the code under test that made this call: its file, line and function.

        It is the innermost line outside boto3, botocore, aiobotocore, tracers and this package: for a library that
        caches secrets, a line of that library. None for a call over HTTP, for an event of the service, and where a
        thread, a pool or an event loop calls the method of the client directly.
        """
        from pytest_secretsmanager.inspection.call_sites import call_site_of

        return call_site_of(self._entry.call.site)

    @property
    def within(self) -> str | None:
        """The operation that this call is a part of: `BatchGetSecretValue` for a read of a batch; else None."""
        return self._entry.within

    @property
    def by_service(self) -> bool:
        """Whether this is an event of the service and not a call: RotationStarted, RotationFailed, …"""
        return self._entry.by_service

    @property
    def record(self) -> dict[str, Any]:
        """The CloudTrail record of this call or event."""
        from pytest_secretsmanager.inspection.cloudtrail import record_of

        return record_of(self._entry)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same logged call: each look at the log makes an event of its own."""
        return isinstance(other, Event) and self._entry is other._entry

    def __hash__(self) -> int:
        return id(self._entry)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._entry.request.items())
        hidden = "".join(f", {name}=(hidden)" for name in sorted(self.hidden)) if self.hidden else ""
        outcome = f" -> {self.error}" if self.error else ""
        return f"<{self.operation}({(fields + hidden).removeprefix(', ')}){outcome}>"


class Log(Sequence[Event]):
    """All calls and service events since the last `clear()`, newest last; with `log_limit`, the last ones of them."""

    def __init__(self, log: CallLog) -> None:
        self._entries = Entries(log)

    def clear(self) -> None:
        """Forget the calls so far: the log, its counts and the assertion helpers begin with the next call.

        A fixture that makes calls to prepare a test ends with it, so that the test counts only the calls of its code.
        The secrets keep their state, and a view's `history` keeps every move of a label. `assert_moved` and
        `assert_nothing_leaked` look at later calls only.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")  # prepares the test
        >>> sm.log.clear()
        >>> _ = sm.client().get_secret_value(SecretId="db")  # the code under test
        >>> sm.assert_logged("GetSecretValue", times=1)
        >>> sm.assert_not_logged("PutSecretValue")
        >>> [move.operation for move in sm.secret("db").history]
        ['PutSecretValue', 'PutSecretValue']
        """
        self._entries.clear()

    @property
    def cleared(self) -> int:
        """The number of calls and events that `clear()` made the log forget."""
        return self._entries.cleared

    @property
    def forgotten(self) -> int:
        """The number of calls and events since the last `clear()` that `log_limit` made the log forget.

        >>> from pytest_secretsmanager import SecretsManager
        >>> with SecretsManager(log_limit=2) as manager:
        ...     for _ in range(5):
        ...         _ = manager.client().list_secrets()
        >>> len(manager.log), manager.log.forgotten
        (2, 3)
        """
        return self._entries.forgotten

    @overload
    def __getitem__(self, index: int) -> Event: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Event]: ...

    def __getitem__(self, index: int | slice) -> Event | Sequence[Event]:
        if isinstance(index, slice):
            return list(map(Event, self._entries.visible[index]))
        return Event(self._entries[index])

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Event]:
        return map(Event, self._entries.visible)

    def __repr__(self) -> str:
        visible = self._entries.visible
        events = sum(entry.by_service for entry in visible)
        calls = len(visible) - events
        own = f" and {count_text(events, 'event')} of AWS" if events else ""
        lost = f", {self.forgotten:,} earlier forgotten" if self.forgotten else ""
        return f"<log of {count_text(calls, 'call')}{own}{lost}>"

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
    def put_rate_warnings(self) -> "list[PutRateWarning]":
        """The secrets that were written at a sustained rate: more than one write in ten minutes, eleven times or more.

        DOC: AWS advises against a sustained rate above one write in ten minutes, since it leads to the version quota.
        """
        from pytest_secretsmanager.inspection.put_rate import put_rate_warnings

        require_whole(self)
        return put_rate_warnings(self._entries.visible)


def require_whole(log: Log) -> None:
    """Raise UsageError if the log has forgotten calls since its last `clear()`: it can't tell what was never called."""
    if log.forgotten:
        whole = log.forgotten + len(log)
        raise UsageError(
            f"the log has forgotten {log.forgotten:,} of {whole:,} calls and events (log_limit={log._entries.limit}), "
            "so it can't tell: give it a larger log_limit, call sm.log.clear() before the calls that count, or count "
            "them by assert_calls"
        )


def require_history(log: Log) -> None:
    """Raise UsageError if the log has forgotten calls at all: one of them may have moved a label."""
    if log._entries.has_forgotten():
        raise UsageError(
            f"the log has forgotten calls (log_limit={log._entries.limit}), and with them moves of labels: give it a "
            "larger log_limit"
        )


def entry_of(event: Event) -> Entry:
    """The entry of an event, for the modules of this package."""
    return event._entry


def entries_of(log: Log) -> Entries:
    """The entries of a log, for the modules of this package."""
    return log._entries
