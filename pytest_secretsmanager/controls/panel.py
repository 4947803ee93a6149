"""What a test turns on a `SecretsManager`, each with a name and a text that help() shows."""

from pytest_secretsmanager.controls.clock import Clock
from pytest_secretsmanager.controls.kms import Kms
from pytest_secretsmanager.controls.replication import ReplicationControl
from pytest_secretsmanager.controls.rotation import RotationControl

__tracebackhide__ = True


class Panel:
    """The controls of a `SecretsManager`, and the account where it looks when nothing else is said."""

    _account: str
    _clock: Clock
    _kms: Kms
    _rotation: RotationControl
    _replication: ReplicationControl

    @property
    def account(self) -> str:
        """The account of `secret` and `seed` when nothing else is said."""
        return self._account

    @property
    def clock(self) -> Clock:
        """The time of every call: `clock.now` tells it, `clock.advance(days=…)` and `clock.set(…)` move it."""
        return self._clock

    @property
    def kms(self) -> Kms:
        """The KMS keys: `create_key`, `disable`, `enable`, `schedule_deletion`, `deny`, `allow`."""
        return self._kms

    @property
    def rotation(self) -> RotationControl:
        """The rotations: `runs` keeps them, `register`, `hold`, `fail` and `between_reads` turn them."""
        return self._rotation

    @property
    def replication(self) -> ReplicationControl:
        """The replicas: `replication.hold(region)` keeps them `InProgress`."""
        return self._replication
