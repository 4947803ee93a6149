"""What follows a call once it is committed and its lock is free: rotations run, and replicas catch up.

All that AWS does by itself is a transition of its own and stands in the log. Unless a test holds it back, it has
happened when the call that caused it returns.

This room stands above the operations, whose transitions it uses, and below the service, which runs it.
"""

from collections.abc import Iterable

from pytest_secretsmanager.engine.call import Effect, Outcome, Replicate
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.effects.rotations import Rotations
from pytest_secretsmanager.engine.effects.runs import ReplicaControl, StepControl
from pytest_secretsmanager.engine.operations.copying import replicated
from pytest_secretsmanager.engine.rules.replication import regions_in_progress
from pytest_secretsmanager.engine.state import Secret, SecretKey

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


class Effects:
    """Runs effects, as far as the test lets them."""

    def __init__(self, background: Background, steps: StepControl, replication: ReplicaControl) -> None:
        self.rotations = Rotations(background, steps, self.run)
        self._background = background
        self._replication = replication

    def run(self, effects: Iterable[Effect]) -> None:
        """Runs what an outcome asks for, in order."""
        for effect in effects:
            if isinstance(effect, Replicate):
                self.replicate(effect.key)
            else:
                self.rotations.start(effect)

    def run_due(self, time: float) -> None:
        """Runs every rotation that is due at that time, one after another, the one that has waited longest first."""
        while self._background.store.agenda.time <= time:
            self.run(self.rotations.begin_first_due(time))

    def replicate(self, key: SecretKey) -> None:
        """Brings the replicas of a secret up to date, but for those that are held back."""
        with self._background.lock:
            primary = self._background.store.get(key)
            for region in () if primary is None else regions_in_progress(primary):
                if not self._replication.holds_back(region):
                    self._replicate_to(key, region)

    def _replicate_to(self, key: SecretKey, region: str) -> None:
        background = self._background

        def copy(primary: Secret) -> Outcome:
            return replicated(primary, region, background.now(), background.store, background.ports)

        background.commit(key, copy)
