"""What a test turns on a `SecretsManager`, each with a name and a text that help() shows."""

from collections.abc import Callable

from pytest_secretsmanager.controls.clock import Clock
from pytest_secretsmanager.controls.events import Events
from pytest_secretsmanager.controls.functions import Functions
from pytest_secretsmanager.controls.kms import Kms
from pytest_secretsmanager.controls.replication import HeldReplicas, ReplicationControl
from pytest_secretsmanager.controls.rotation import RotationControl
from pytest_secretsmanager.controls.steps import Steps
from pytest_secretsmanager.engine.keys import KeyRing
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.log import Log
from pytest_secretsmanager.inspection.views import Source

__tracebackhide__ = True


class Panel:
    """The controls of a `SecretsManager`, and the account where it looks when nothing else is said.

    A control is made when it is asked for first: few tests ask for one, and every test pays for making a manager.
    """

    _account: str
    _clock: Clock
    _keys: KeyRing
    _regions: Regions
    _functions: Functions
    _steps: Steps
    _held: HeldReplicas
    _views: Source
    _service: Service
    _log: Log
    _kms: Kms | None = None
    _rotation: RotationControl | None = None
    _replication: ReplicationControl | None = None
    _events: Events | None = None

    _rotate_now: Callable[[SecretKey], str]

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
        if self._kms is None:
            self._kms = Kms(self._keys, self._regions, self._views.region, self._account)
        return self._kms

    @property
    def rotation(self) -> RotationControl:
        """The rotations: `runs` keeps them, `register`, `hold`, `fail` and `between_reads` turn them."""
        if self._rotation is None:
            self._rotation = RotationControl(
                self._service,
                self._functions,
                self._steps,
                self._views,
                self._rotate_now,
                self._views.region,
                self._account,
            )
        return self._rotation

    @property
    def replication(self) -> ReplicationControl:
        """The replicas: `replication.hold(region)` keeps them `InProgress`."""
        if self._replication is None:
            self._replication = ReplicationControl(self._service, self._held, self._regions)
        return self._replication

    @property
    def events(self) -> Events:
        """The EventBridge events of what happened; `events.subscribe(handler, pattern={…})` has a handler called."""
        if self._events is None:
            with self._service.lock:
                self._events = self._events or Events(self._service, self._log)
        return self._events
