"""The parts of one `SecretsManager`: made here, joined here, and listed here for the rollback."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING, Protocol

from pytest_secretsmanager.controls.clock import Clock, moved_time_of
from pytest_secretsmanager.controls.functions import Functions
from pytest_secretsmanager.controls.replication import HeldReplicas, ReplicationControl
from pytest_secretsmanager.controls.steps import Steps
from pytest_secretsmanager.doors import moto
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine.call import ATTEMPT_OF_THE_TEST, Call
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.callers import Callers, user_of
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.keys import KeyRing
from pytest_secretsmanager.engine.on_demand import OnDemand
from pytest_secretsmanager.engine.ports import Ports, new_uuid
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.inspection.log import Log, entries_of
from pytest_secretsmanager.inspection.other_managers import Presence
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.managing import collecting
from pytest_secretsmanager.managing.chance import SeededRandom, random_of, request_ids_of
from pytest_secretsmanager.managing.clients import Clients
from pytest_secretsmanager.managing.entering import Entering
from pytest_secretsmanager.managing.home import Home
from pytest_secretsmanager.managing.serving import Serving

if TYPE_CHECKING:
    from pytest_secretsmanager.controls.events import Events
    from pytest_secretsmanager.controls.faults import Faults
    from pytest_secretsmanager.controls.iam import Iam
    from pytest_secretsmanager.controls.kms import Kms
    from pytest_secretsmanager.controls.rotation import RotationControl
    from pytest_secretsmanager.controls.subscriptions import Deliveries
    from pytest_secretsmanager.controls.unmet_plans import UnmetPlans
    from pytest_secretsmanager.engine.identities import Identities

__tracebackhide__ = True


class Undoable(Protocol):
    """A part that can go back to an earlier point."""

    def checkpoint(self) -> Restore: ...


class Parts:
    """The parts of one `SecretsManager`.

    Most tests use few controls, and making a manager takes time in every test. Therefore most parts are made on demand.
    """

    entering: "Entering[Parts]"
    """Set by the manager that has these parts."""
    decorated_call: object = None
    """Whether a function decorated with the manager runs."""

    def __init__(
        self,
        home: Home,
        account: str,
        random_seed: int | str | None,
        now: datetime | None,
        version_quota: int,
        regions: Regions,
        log_limit: int | None = None,
    ) -> None:
        self.home, self.account, self.regions = home, account, regions
        self.clock = clock = Clock(now)
        self.time = moved_time = moved_time_of(clock)
        self.callers, self.keys = Callers(account), KeyRing(moto.key)
        self.random = random_of(random_seed)
        self.log = Log(calls := CallLog(log_limit))
        self.new_request_id = request_ids_of(self.random)
        self.functions = functions = Functions(
            self.new_request_id, lambda arn, body: PROCESS.run_function(self.responder, arn, body), regions
        )
        self.steps, self.held = Steps(), HeldReplicas()
        ports = Ports(self.random, self.keys, version_quota, functions.by_arn, regions, count(1), moto.function, [])
        self.service = service = Service(ports, calls, moved_time.seconds, self.steps, self.held, moved_time.parts)
        moved_time.follow(service)
        self.responder = Responder(
            service,
            moved_time.seconds,
            self.callers,
            self.random,
            self.new_request_id,
            repeatable=random_seed is not None,
            unreached=entered.note_unreached,
            wait=lambda seconds: moved_time.wait(seconds, is_rotating=service.effects.rotations.is_busy),
        )
        self.presence = Presence(self.log, home.region_now)
        self.world = World(service, self.log, moved_time.seconds, home.region_now, account)
        collecting.follow(self.world)
        self.crashes: list[str] = []
        """The crashes inside an endpoint, whose clients got only an InternalServiceError."""
        self.cut_offs: list[str] = []
        """The functions that were cut off and not yet reported."""

    @property
    def problems(self) -> Sequence[str]:
        """The crashes in endpoints, and the failures of event handlers."""
        deliveries = Parts.deliveries.made_in(self)
        return (*self.crashes, *(() if deliveries is None else deliveries.problems.lines))

    @property
    def is_served(self) -> bool:
        """Whether an endpoint serves the secrets."""
        serving = Parts.serving.made_in(self)
        return serving is not None and serving.is_running

    def undoable(self) -> tuple[Undoable, ...]:
        """Return every part that a rollback takes back, but for two.

        The service takes back secrets, rotations, refusals and watchers itself. Endpoints stop outside its lock.
        """
        repeatable = (self.random, self.new_request_id) if isinstance(self.random, SeededRandom) else ()
        controls = (self.time, self.callers, self.keys, self.functions, self.steps, self.held, self.deliveries)
        shared = self.home, entries_of(self.log), self.clients, self.responder.plans, self.identities
        return (*controls, *repeatable, *shared)

    @OnDemand
    def kms(self) -> "Kms":
        from pytest_secretsmanager.controls.kms import Kms

        return Kms(self.keys, self.regions, self.home.region_now, self.account, lambda: self.world.directory)

    @OnDemand
    def identities(self) -> "Identities":
        from pytest_secretsmanager.engine.identities import Identities

        return Identities(self.service.decide_by, self.service.lock)

    @OnDemand
    def iam(self) -> "Iam":
        from pytest_secretsmanager.controls.iam import Iam

        return Iam(self.world, self.identities, self.callers)

    @OnDemand
    def rotation(self) -> "RotationControl":
        from pytest_secretsmanager.controls.rotation import RotationControl

        return RotationControl(
            self.service, self.functions, self.steps, self.world, self._rotate_now, self.home.region_now, self.account
        )

    @OnDemand
    def replication(self) -> ReplicationControl:
        return ReplicationControl(self.service, self.held, self.regions)

    @OnDemand
    def events(self) -> "Events":
        from pytest_secretsmanager.controls.events import Events

        return Events(self.deliveries, self.log)

    @OnDemand
    def faults(self) -> "Faults":
        from pytest_secretsmanager.controls.faults import Faults

        return Faults(self.responder.plans, self.world)

    @property
    def has_plans(self) -> bool:
        """Whether a fault, or a failure or stop of a rotation, is planned."""
        return bool(self.responder.plans or self.steps.failures or self.steps.planned_stops)

    @property
    def unmet_plans(self) -> "UnmetPlans":
        """The plans of all controls that nothing has met."""
        from pytest_secretsmanager.controls.planned_faults import PlannedFaults
        from pytest_secretsmanager.controls.unmet_plans import UnmetPlans

        return UnmetPlans(lambda: (self.steps, PlannedFaults(self.responder.plans, self.log)))

    @OnDemand
    def deliveries(self) -> "Deliveries":
        from pytest_secretsmanager.controls.subscriptions import Deliveries

        return Deliveries(self.service, entries_of(self.log))

    @OnDemand
    def clients(self) -> Clients:
        return Clients()

    @OnDemand
    def serving(self) -> Serving:
        return Serving(self.responder, self.crashes)

    def _rotate_now(self, key: SecretKey) -> str:
        """Call RotateSecret as the secret's own account; return the token."""
        token = new_uuid(self.random)
        parameters = {"SecretId": key.name, "ClientRequestToken": token}
        principal = user_of(key.account, key.region)
        now, request_id = self.time.seconds(), self.new_request_id()
        self.service.call(
            Call("RotateSecret", parameters, key.region, principal, now, request_id, attempt=ATTEMPT_OF_THE_TEST)
        )
        return token
