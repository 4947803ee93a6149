"""The log: one entry for every call, including refused ones, and no secret value. This is the outermost layer.

Like CloudTrail, an entry leaves out the request members that the service description marks as sensitive (SecretString,
SecretBinary, RotationToken), and the replies of operations that only read. No operation reports the moves of labels: an
entry has the labels before and after the call.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import (
    Call,
    Changes,
    Handler,
    Outcome,
    Parameters,
    Part,
    Reply,
    ServiceEvent,
    copied_members,
)
from pytest_secretsmanager.engine.callers import Principal, service_in
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.layers.former_states import CHANGING, NO_STATES, FormerStates, former_states
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.key_uses import KeyUse
from pytest_secretsmanager.engine.state import Secrets, of_fields

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.rules.iam.decision import Decision

__tracebackhide__ = True

Placements: TypeAlias = Mapping[str, tuple[labels.Placement, labels.Placement]]
"""The labels before and after a call, by the ARN of each secret whose labels changed."""

NO_PLACEMENTS: Placements = MappingProxyType({})


class Entry(NamedTuple):
    """One logged call or, with `by_service`, one logged event of AWS.

    `call` has only the parameters that are logged; `hidden` names the others. `response` is None for reads and refused
    calls. `within` is the operation that made this call, such as a batch read. `about` is the ARN of the secret, if the
    reply of a write doesn't have it. `decision` is IAM's, None while IAM is off. `key_uses` are the call's uses of
    customer managed KMS keys, `before` the former states of secrets that it changed.
    """

    call: Call
    hidden: frozenset[str]
    response: Reply | None = None
    error_code: str | None = None
    error_message: str | None = None
    placements: Placements = NO_PLACEMENTS
    within: str | None = None
    by_service: bool = False
    about: str | None = None
    decision: "Decision | None" = None
    key_uses: tuple[KeyUse, ...] = ()
    before: FormerStates = NO_STATES

    @property
    def operation(self) -> str:
        return self.call.operation

    @property
    def request(self) -> Parameters:
        return self.call.parameters

    @property
    def time(self) -> float:
        return self.call.time

    @property
    def region(self) -> str:
        return self.call.region

    @property
    def principal(self) -> Principal:
        return self.call.principal

    @property
    def request_id(self) -> str:
        return self.call.request_id

    @property
    def moves(self) -> dict[str, tuple[labels.Move, ...]]:
        """The moves of labels between versions, by ARN. Computed on use, since most entries are never read."""
        found = {arn: labels.moves(before, after) for arn, (before, after) in self.placements.items()}
        return {arn: moves for arn, moves in found.items() if moves}


Record: TypeAlias = Callable[[Entry], None]

_Asked = TypeVar("_Asked")

NoteRefused: TypeAlias = Callable[[Call], None]
"""Called with each refused call that has members which are not logged."""


def audit(
    inner: Handler, secrets: Secrets, record: Record, note_refused: NoteRefused, key_uses: list[KeyUse]
) -> Handler:
    """Record every call. Neither `record` nor `note_refused` may raise. `key_uses` has the uses of the current call."""

    def handle(call: Call) -> Outcome:
        described = model.operation(call.operation)
        logged, hidden = call, described.hidden
        if hidden:
            logged, hidden = _without_hidden(call, hidden)
        try:
            outcome = inner(call)
        except ServiceError as error:
            record(_refused_entry(logged, hidden, error, _taken(key_uses) if key_uses else ()))
            if hidden:
                note_refused(call)
            raise
        except BaseException:
            key_uses.clear()
            raise
        reply, changes, parts, events, _, about, decision = outcome
        response = None if described.reads else copied_members(reply, described.containers_out)
        placements, before = NO_PLACEMENTS, NO_STATES
        if changes:
            placements = _placements(secrets, changes)
            if call.operation in CHANGING:
                before = former_states(secrets, changes)
        uses = _taken(key_uses) if key_uses else ()
        entry = (logged, hidden, response, None, None, placements, None, False, about, decision, uses, before)
        record(of_fields(Entry, entry))
        for part in parts:
            record(_part_entry(call, part))
        for event in events:
            record(_event_entry(event, call.time, NO_PLACEMENTS))
        return outcome

    return handle


def entry_of_attempt(call: Call) -> Entry:
    """Return the entry of a call that has no outcome yet, without the members that the log leaves out."""
    return Entry(*_without_hidden(call, model.operation(call.operation).hidden))


def audit_events(
    inner: Callable[[_Asked], Outcome], secrets: Secrets, record: Record, now: Callable[[], float]
) -> Callable[[_Asked], Outcome]:
    """Record the events of AWS's own work. The first event has the labels that changed."""

    def handle(asked: _Asked) -> Outcome:
        outcome = inner(asked)
        if outcome.events:
            time, placements = now(), _placements(secrets, outcome.changes)
            before = former_states(secrets, outcome.changes)
            for event in outcome.events:
                record(_event_entry(event, time, placements)._replace(before=before))
                placements, before = NO_PLACEMENTS, NO_STATES
        return outcome

    return handle


_NOTHING: frozenset[str] = frozenset()


def _without_hidden(call: Call, hidden: frozenset[str]) -> tuple[Call, frozenset[str]]:
    found = hidden.intersection(call.parameters)
    if not found:
        return call, _NOTHING
    logged = dict(call.parameters)
    for name in found:
        del logged[name]
    return of_fields(Call, (call.operation, logged, *call[2:])), found


def _refused_entry(logged: Call, hidden: frozenset[str], error: ServiceError, key_uses: tuple[KeyUse, ...]) -> Entry:
    decision: Decision | None = error.decision  # type: ignore[assignment] # an error doesn't know its type
    code, message = error.code, error.message
    return Entry(logged, hidden, error_code=code, error_message=message, decision=decision, key_uses=key_uses)


def _taken(key_uses: list[KeyUse]) -> tuple[KeyUse, ...]:
    """The uses so far, which the list then forgets."""
    uses = tuple(key_uses)
    key_uses.clear()
    return uses


def _part_entry(call: Call, part: Part) -> Entry:
    decision: Decision | None = part.decision  # type: ignore[assignment] # a part doesn't know its type
    return Entry(
        call._replace(operation=part.operation, parameters=part.parameters),
        _NOTHING,
        error_code=part.error_code,
        error_message=part.error_message,
        within=call.operation,
        decision=decision,
    )


def _event_entry(event: ServiceEvent, time: float, placements: Placements) -> Entry:
    made = Call(
        event.name,
        {"SecretId": event.arn},
        event.key.region,
        service_in(event.key.account),
        time,
        event.request_id,
    )
    return Entry(made, _NOTHING, error_message=event.error_message, placements=placements, by_service=True)


def _placements(secrets: Secrets, changes: Changes) -> Placements:
    found: dict[str, tuple[labels.Placement, labels.Placement]] = {}
    for key, after in changes.items():
        before = secrets.get(key)
        if after is None:
            if before is not None:
                found[before.arn] = (before.labels, {})
            continue
        arn, placed = after.arn, after.labels
        known = before.labels if before is not None and before.arn == arn else {}
        if placed is not known and (placed or known):
            found[arn] = (known, placed)
    return found or NO_PLACEMENTS
