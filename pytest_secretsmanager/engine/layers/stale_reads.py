"""Reads that see an earlier state, and the record of changes that they need. Writes see the newest state."""

from collections.abc import Callable
from typing import TypeVar

from pytest_secretsmanager.engine.call import Call, Changes, Handler, Outcome
from pytest_secretsmanager.engine.rules.accesses import with_accesses_of
from pytest_secretsmanager.engine.staleness import EarlierSecrets, Staleness
from pytest_secretsmanager.engine.state import Secrets

__tracebackhide__ = True

_Asked = TypeVar("_Asked")


def read_stale(
    answer: Callable[[Secrets], Handler], secrets: Secrets, staleness: Staleness, now: Callable[[], float]
) -> Handler:
    """Answer each call from one state: a stale read from an earlier one, any other call from the newest.

    `answer` makes the handler of the operations for a state.
    """
    newest = answer(secrets)

    def handle(call: Call) -> Outcome:
        age = staleness.age_for(call)
        if not age:
            return newest(call)
        time = now()
        earlier = staleness.history.since(time - age, time)
        outcome = answer(EarlierSecrets(earlier, secrets))(call)
        return outcome._replace(changes=_accesses(outcome.changes, secrets)) if outcome.changes else outcome

    return handle


def record_history(
    inner: Callable[[_Asked], Outcome], secrets: Secrets, staleness: Staleness, now: Callable[[], float]
) -> Callable[[_Asked], Outcome]:
    """Record the states that a call or AWS's own work is about to replace."""

    def handle(asked: _Asked) -> Outcome:
        outcome = inner(asked)
        if outcome.changes:
            staleness.history.note(outcome.changes, secrets, now(), staleness.longest)
        return outcome

    return handle


def forget_history(inner: Callable[[_Asked], Outcome], staleness: Staleness) -> Callable[[_Asked], Outcome]:
    """Forget the earlier states of the secrets that a seed changes: a seed is not a write that a read can miss."""

    def handle(asked: _Asked) -> Outcome:
        outcome = inner(asked)
        if outcome.changes:
            staleness.history.forget(outcome.changes)
        return outcome

    return handle


def _accesses(changes: Changes, secrets: Secrets) -> Changes:
    """The changes that a stale read makes: the days of access of secrets that still exist."""
    made: dict[object, object] = {}
    for key, seen in changes.items():
        newest = secrets.get(key)
        if newest is not None and seen is not None and newest.arn == seen.arn:
            updated = with_accesses_of(newest, seen)
            if updated is not newest:
                made[key] = updated
    return made  # type: ignore[return-value]
