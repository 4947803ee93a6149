"""The controls of a `SecretsManager` as a test sees them, each with a name and a text that help() shows."""

from typing import TYPE_CHECKING, Any

from pytest_secretsmanager.controls.clock import Clock
from pytest_secretsmanager.controls.replication import ReplicationControl
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.managing.parts import Parts

if TYPE_CHECKING:
    from pytest_secretsmanager.controls.events import Events
    from pytest_secretsmanager.controls.faults import Faults
    from pytest_secretsmanager.controls.iam import Iam
    from pytest_secretsmanager.controls.kms import Kms
    from pytest_secretsmanager.controls.rotation import RotationControl

__tracebackhide__ = True


class Panel:
    """The controls of a `SecretsManager`, and its default account."""

    _parts: Parts

    if not TYPE_CHECKING:  # or else a type checker would know each name

        def __getattr__(self, name: str) -> Any:
            """Raise AttributeError: for the name of an operation, one that names the client."""
            operation = name.title().replace("_", "")
            if operation in OPERATIONS:
                raise AttributeError(
                    f"a SecretsManager is not a client: call sm.client().{name}(…), or {name}(…) of your own client",
                    name=name,
                    obj=self,
                )
            return object.__getattribute__(self, name)  # the usual error, or that of a property

    @property
    def account(self) -> str:
        """The default account of `secret` and `seed`."""
        return self._parts.account

    @property
    def clock(self) -> Clock:
        """The time of every call: `clock.now` reads it, `clock.advance(days=…)` and `clock.set(…)` move it."""
        return self._parts.clock

    @property
    def kms(self) -> "Kms":
        """The KMS keys: `create_key`, `disable`, `enable`, `schedule_deletion`, `deny`, `allow`."""
        return self._parts.kms

    @property
    def iam(self) -> "Iam":
        """The permissions: `iam.role(name, policy=…)` makes a role, `iam.acting_as(role)` lets clients call as it."""
        return self._parts.iam

    @property
    def rotation(self) -> "RotationControl":
        """The rotations: `runs` lists them, `register`, `hold`, `fail` and `between_reads` control them."""
        return self._parts.rotation

    @property
    def replication(self) -> ReplicationControl:
        """The replicas: `replication.hold(region)` keeps them `InProgress`."""
        return self._parts.replication

    @property
    def events(self) -> "Events":
        """The EventBridge events so far; `events.subscribe(handler, pattern={…})` calls a handler with each new one."""
        return self._parts.events

    @property
    def faults(self) -> "Faults":
        """The faults: `fail`, `delay`; until they end `throttle`, `quota`, `stale_reads`, `asynchronous_deletion`."""
        return self._parts.faults
