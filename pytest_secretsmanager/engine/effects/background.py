"""How AWS changes a secret by itself: one transition at a time, under the lock, and logged."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.call import Effect, Outcome
from pytest_secretsmanager.engine.commits import Commits
from pytest_secretsmanager.engine.layers.audit import Record, record_events
from pytest_secretsmanager.engine.layers.replicate import followed
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

__tracebackhide__ = True

Transition: TypeAlias = Callable[[Secret], Outcome]


class Background(NamedTuple):
    """What effects work with; `now` is the clock, epoch seconds."""

    store: Store
    commits: Commits
    ports: Ports
    record: Record
    now: Callable[[], float]

    @property
    def lock(self) -> Lock:
        return self.commits.lock

    def commit(self, key: SecretKey, transition: Transition) -> tuple[Effect, ...]:
        """Makes a transition of a secret, if it is there still, and gives what is to follow."""

        def make(key: SecretKey) -> Outcome:
            secret = self.store.get(key)
            if secret is None:
                return Outcome({})
            outcome = followed(transition(secret), self.store)
            record_events(self.record, outcome, self.now(), self.store)
            return outcome

        return self.commits.make(make, key).then
