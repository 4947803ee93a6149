"""What a test turns on a `SecretsManager`, each with a name and a text that help() shows."""

from collections.abc import Callable
from typing import TypeVar

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
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_Control = TypeVar("_Control")


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
    _world: World
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
        return self._kms or self._kept("_kms", Kms(self._keys, self._regions, self._world.region, self._account))

    @property
    def rotation(self) -> RotationControl:
        """The rotations: `runs` keeps them, `register`, `hold`, `fail` and `between_reads` turn them."""
        return self._rotation or self._kept(
            "_rotation",
            RotationControl(
                self._service,
                self._functions,
                self._steps,
                self._world,
                self._rotate_now,
                self._world.region,
                self._account,
            ),
        )

    @property
    def replication(self) -> ReplicationControl:
        """The replicas: `replication.hold(region)` keeps them `InProgress`."""
        return self._replication or self._kept(
            "_replication", ReplicationControl(self._service, self._held, self._regions)
        )

    @property
    def events(self) -> Events:
        """The EventBridge events of what happened; `events.subscribe(handler, pattern={…})` has a handler called."""
        if self._events is None:
            return self._kept("_events", Events(self._service, self._log))
        return self._events

    def _kept(self, name: str, control: _Control) -> _Control:
        """The control that is kept under this name: this one, or one that another thread has made just before.

        In one step, since an interrupt may leave a lock held that is taken here.
        """
        kept: _Control = self.__dict__.setdefault(name, control)
        return kept
