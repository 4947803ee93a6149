"""The responder: it takes the place of AWS for a client while a manager answers."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from random import Random

from pytest_secretsmanager.engine.call import Site
from pytest_secretsmanager.engine.callers import Callers
from pytest_secretsmanager.engine.fault_plans import FaultPlans
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.service import Service


@dataclass(slots=True, eq=False, repr=False)  # not frozen: each manager makes one, and a frozen one costs twice as much
class Responder:
    """Answers calls: a service, its clock, and the callers that it knows.

    `random` makes tokens, `new_request_id` request ids. `repeatable` says that both come from a seed, so that botocore
    must not make a token. `unreached` is called for a call in a region that the service lacks, with the operation, the
    region, and the regions of the service. `wait` lets seconds pass on the clock. `plans` are the planned faults.
    """

    service: Service
    now: Callable[[], float]
    callers: Callers
    random: Random
    new_request_id: Callable[[], str]
    repeatable: bool = False
    unreached: Callable[[str, str, Regions], None] = lambda *_: None
    wait: Callable[[float], None] = lambda _: None
    plans: FaultPlans = field(default_factory=FaultPlans)


responding: ContextVar[Responder | None] = ContextVar("responding", default=None)
"""The responder for the current call of this thread or task."""

calling_from: ContextVar[Site | None] = ContextVar("calling_from", default=None)
"""The place in the program that made the current call of this thread or task. None if it is unknown."""
