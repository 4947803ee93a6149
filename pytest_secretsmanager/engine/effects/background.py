"""The changes that AWS makes without a call: one transition of a secret at a time, committed as calls are."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.call import Effect, Outcome, own_work
from pytest_secretsmanager.engine.commits import Commits
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secret, SecretKey, Secrets
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True

Transition: TypeAlias = Callable[[Secret], Outcome]


class Work(NamedTuple):
    """A transition that AWS makes of one secret."""

    key: SecretKey
    transition: Transition


WorkHandler: TypeAlias = Callable[[Work], Outcome]


def working_on(secrets: Secrets) -> WorkHandler:
    """Return the innermost handler of AWS's own work. It makes the transition, unless the secret is deleted."""

    def handle(work: Work) -> Outcome:
        secret = secrets.get(work.key)
        return own_work() if secret is None else work.transition(secret)

    return handle


class Background(NamedTuple):
    """The tools of the effects. `layers` builds the layers of AWS's own work; `now` returns the clock's time."""

    store: Store
    commits: Commits
    ports: Ports
    layers: Callable[[], WorkHandler]
    now: Callable[[], float]

    @property
    def lock(self) -> Lock:
        return self.commits.lock

    def commit(self, key: SecretKey, transition: Transition) -> tuple[Effect, ...]:
        """Commit a transition of a secret, and return its effects."""
        return self.commits.make(self.layers(), Work(key, transition)).then
