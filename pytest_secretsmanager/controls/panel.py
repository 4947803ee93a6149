"""What a test turns on a `SecretsManager`, each with a name and a text that help() shows."""

from pytest_secretsmanager.controls.clock import Clock
from pytest_secretsmanager.controls.events import Events
from pytest_secretsmanager.controls.kms import Kms
from pytest_secretsmanager.controls.replication import ReplicationControl
from pytest_secretsmanager.controls.rotation import RotationControl
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.inspection.log import Log

__tracebackhide__ = True


class Panel:
    """The controls of a `SecretsManager`, and the account where it looks when nothing else is said."""

    _account: str
    _clock: Clock
    _kms: Kms
    _rotation: RotationControl
    _replication: ReplicationControl
    _service: Service
    _log: Log
    _events: Events | None = None
    """Made when somebody asks for it first: few tests do, and each manager would pay for it."""

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

    @property
    def events(self) -> Events:
        """The EventBridge events of what happened; `events.subscribe(handler, pattern={…})` has a handler called."""
        if self._events is None:
            with self._service.lock:
                self._events = self._events or Events(self._service, self._log)
        return self._events
