"""The effects of a call once it is committed and its lock is free: rotations run, and replicas are updated.

Each change that AWS makes without a call is a transition of its own, with an entry in the log. Unless a test holds an
effect back, it has happened when the call that caused it returns.

This package is above `rules`, whose functions its transitions use, and below the service, which runs the effects.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.call import Effect, UpdateReplicas
from pytest_secretsmanager.engine.effects.background import Background, WorkHandler
from pytest_secretsmanager.engine.effects.replicas import Replicas
from pytest_secretsmanager.engine.on_demand import OnDemand
from pytest_secretsmanager.engine.state import SecretKey

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.effects.controls import ReplicaControl, StepControl
    from pytest_secretsmanager.engine.effects.rotations import Rotations

__tracebackhide__ = True


class Effects:
    """Runs effects, except those that the test holds back."""

    def __init__(self, background: Background, steps: "StepControl", replication: "ReplicaControl") -> None:
        self._background, self._steps, self._replication = background, steps, replication
        self.replicas = Replicas(background, replication)

    @OnDemand
    def rotations(self) -> "Rotations":
        """The rotations. Most tests have none."""
        from pytest_secretsmanager.engine.effects.rotations import Rotations

        return Rotations(self._background, self._steps, self.run)

    def run(self, effects: Iterable[Effect]) -> None:
        """Run the effects of an outcome, in order."""
        for effect in effects:
            if isinstance(effect, UpdateReplicas):
                self.replicas.update(effect.key)
            else:
                self.rotations.start(effect)

    def update_replicas_of_seed(self, key: SecretKey, layers: Callable[[], WorkHandler]) -> None:
        """Update the replicas of a seed, as those of a call. The layers of a seed write no events into the log."""
        Replicas(self._background._replace(layers=layers), self._replication).update(key)

    def recover(self, effects: Iterable[Effect]) -> None:
        """Clean up after an interrupt in this thread: run replication, and fail rotations that it stopped."""
        for effect in effects:
            if isinstance(effect, UpdateReplicas):
                self.replicas.update(effect.key)
            else:
                self.rotations.give_up(effect)
        self.rotations.recover()

    def run_due(self, time: float) -> None:
        """Run every action that is due at that time, one after another, in the order of their due times."""
        while self._background.store.agenda.time <= time:
            self.run(self.rotations.begin_first_due(time))
