"""What follows a call once it is committed and its lock is free: rotations run, and replicas catch up.

All that AWS does by itself is a transition of its own and stands in the log. Unless a test holds it back, it has
happened when the call that caused it returns.

This room stands above the operations, whose transitions it uses, and below the service, which runs it.
"""

from collections.abc import Iterable

from pytest_secretsmanager.engine.call import Effect, Replicate
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.effects.controls import ReplicaControl, StepControl
from pytest_secretsmanager.engine.effects.replicas import Replicas
from pytest_secretsmanager.engine.effects.rotations import Rotations

__tracebackhide__ = True


class Effects:
    """Runs effects, as far as the test lets them."""

    def __init__(self, background: Background, steps: StepControl, replication: ReplicaControl) -> None:
        self.rotations = Rotations(background, steps, self.run)
        self.replicas = Replicas(background, replication)
        self._background = background

    def run(self, effects: Iterable[Effect]) -> None:
        """Runs what an outcome asks for, in order."""
        for effect in effects:
            if isinstance(effect, Replicate):
                self.replicas.follow(effect.key)
            else:
                self.rotations.start(effect)

    def recover(self, effects: Iterable[Effect]) -> None:
        """Does what an interrupt in this thread has kept from happening, of these effects, or from ending."""
        for effect in effects:
            if isinstance(effect, Replicate):
                self.replicas.follow(effect.key)
            else:
                self.rotations.give_up(effect)
        self.rotations.recover()

    def run_due(self, time: float) -> None:
        """Runs every rotation that is due at that time, one after another, the one that has waited longest first."""
        while self._background.store.agenda.time <= time:
            self.run(self.rotations.begin_first_due(time))
