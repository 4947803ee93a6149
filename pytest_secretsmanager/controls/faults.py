"""Faults of AWS and of the network, which a test plans for the calls of the code under test."""

from collections.abc import Callable
from types import EllipsisType
from typing import TYPE_CHECKING

from pytest_secretsmanager.arguments import require_count
from pytest_secretsmanager.controls.fault_answers import FailureOfACall, answer_for, answer_text
from pytest_secretsmanager.controls.fault_targets import Target, target_of
from pytest_secretsmanager.controls.lasting_faults import LastingFaults
from pytest_secretsmanager.controls.planned_faults import PlannedFault
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.faults import Fault, FaultPlan, FaultPlans
from pytest_secretsmanager.engine.layers.audit import entry_of_attempt
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.views import SecretId
from pytest_secretsmanager.inspection.wording import count_text
from pytest_secretsmanager.inspection.world import World

if TYPE_CHECKING:  # under a name, so that help() shows the name and not the long type
    from pytest_secretsmanager.inspection.names import OperationName

__tracebackhide__ = True

_LONGEST_DELAY = 86_400.0


class Faults(LastingFaults):
    """The faults of one `SecretsManager`: errors of AWS, of the network and of what stands between.

    A client of botocore meets them where it meets AWS's own, in its HTTP session: it parses them, and makes its own
    retries. Its waits advance the clock, and no thread sleeps. A program at the endpoint gets them over HTTP.

    >>> _ = sm.seed("db", "hunter2")
    >>> _ = sm.faults.fail("GetSecretValue", "ThrottlingException", times=2)
    >>> sm.client().get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"]
    2
    """

    def __init__(self, plans: FaultPlans, world: World) -> None:
        self._plans = plans
        self._world = world

    @known_keywords()
    def fail(
        self,
        operation: "OperationName | None",
        error: FailureOfACall,
        times: int | EllipsisType | None = ...,
        *,
        every: int | None = None,
        secret: SecretId | None = None,
        region: str | None = None,
        principal: object = None,
        when: Callable[[Event], object] | None = None,
        after: bool = False,
        message: str | None = None,
        optional: bool = False,
    ) -> PlannedFault:
        """Make calls of an operation fail (None: of any operation), and return the plan.

        `error` is a code of AWS (`"ThrottlingException"`), a failure of the connection (`"connection refused"`,
        `"connect timeout"`, `"read timeout"`, `"connection closed"`), an exception of botocore or of Python that stands
        for one (`ReadTimeoutError`, `ConnectionResetError`), a ClientError, or a `BrokenReply`. `message` replaces
        AWS's usual text.

        `times` is the number of attempts that fail: one if it is left out, all with None. botocore repeats some errors,
        so one planned ThrottlingException is met by the first attempt, and the second one succeeds. With `every=3`,
        each third attempt fails, any number of times unless `times` is given.

        The calls are those for `secret` (a name, an ARN or a view, in any form that a request names it; not those of a
        BatchGetSecretValue with filters), from `region`, by `principal` (an ARN, or an object with `.arn`), and those
        for which `when` returns true. `when` gets the attempt as an `Event` without an answer, once for each attempt.

        A failing call has not happened, and is logged as AWS logs it: a refusal of AWS is, a failure of the connection
        is not. With `after=True` the call takes effect and is logged, and its reply is lost: does the code stay
        idempotent? The earliest plan of those that match decides.

        A plan that no call meets fails the test at its end, unless it is `optional`. Raises UsageError for an unknown
        operation, error or region, and for wrong arguments; SecretNotFound for a secret that does not exist, unless the
        operation is CreateSecret.

        >>> _ = sm.seed("db", "one")
        >>> with sm.faults.fail("PutSecretValue", "connection closed", after=True):
        ...     _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> len(sm.secret("db").versions)
        2
        """
        answer = answer_for(error, message)
        target = target_of(self._world, operation, secret, region, principal)
        limit = _attempts_of(times, every)
        fault = Fault(answer, takes_effect=after)
        text = f"faults.fail({operation!r}, {answer_text(error)}{', after=True' if after else ''}){target}"
        return self._plan(target, text, fault, limit, every, when, is_optional=optional)

    @known_keywords()
    def delay(
        self,
        operation: "OperationName | None",
        seconds: float,
        times: int | EllipsisType | None = ...,
        *,
        every: int | None = None,
        secret: SecretId | None = None,
        region: str | None = None,
        principal: object = None,
        when: Callable[[Event], object] | None = None,
        real: bool = False,
        optional: bool = False,
    ) -> PlannedFault:
        """Let the replies of an operation (None: of any) arrive after so many seconds, and return the plan.

        The time passes on the clock, and no thread sleeps. If it is longer than the client's read timeout (60 seconds
        by default), the call takes effect, and the client gets its ReadTimeoutError once that timeout has passed. With
        `real=True`, the endpoint waits in real time, so that a program meets its own timeout. Clients in this process
        never wait in real time.

        The other arguments are those of `fail`: without `times` and `every`, one attempt is slow.

        >>> _ = sm.seed("db", "hunter2")
        >>> before = sm.clock.now
        >>> _ = sm.faults.delay("GetSecretValue", 5)
        >>> _ = sm.client().get_secret_value(SecretId="db")
        >>> (sm.clock.now - before).seconds
        5
        """
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds <= _LONGEST_DELAY:
            raise UsageError(f"a delay is a number of seconds above 0, at most {_LONGEST_DELAY:.0f}, not {seconds!r}")
        target = target_of(self._world, operation, secret, region, principal)
        fault = Fault(latency=float(seconds), is_real=real)
        text = f"faults.delay({operation!r}, {seconds}{', real=True' if real else ''}){target}"
        return self._plan(target, text, fault, _attempts_of(times, every), every, when, is_optional=optional)

    def _plan(
        self,
        target: Target,
        text: str,
        fault: Fault,
        limit: int | None,
        every: int | None,
        when: Callable[[Event], object] | None,
        *,
        is_optional: bool,
    ) -> PlannedFault:
        def fault_of(number: int) -> Fault | None:
            return fault if every is None or number % every == every - 1 else None

        plan = FaultPlan(
            target.matches, fault_of, limit, text=text, operation=target.operation, is_optional=is_optional
        )
        if when is not None:
            plan.when = _condition(when)
            plan.text += f", when={getattr(when, '__name__', 'a function')}"
        self._plans.append(plan)
        return PlannedFault(self._plans, plan, self._world.log)

    def __repr__(self) -> str:
        return f"<faults: {count_text(len(self._plans), 'plan')}>"


def _attempts_of(times: int | EllipsisType | None, every: int | None) -> int | None:
    """Return the number of matching attempts after which a plan ends; None: never."""
    if every is not None:
        require_count("every", "is a number of attempts", every)
    if times is None or (times is ... and every is not None):
        return None
    if times is ...:
        return 1
    require_count("times", "is a number of attempts, or None for all", times)
    return times * (every or 1)


def _condition(when: Callable[[Event], object]) -> Callable[[Call], object]:
    if not callable(when):
        raise UsageError(f"when is a function that takes an event, not {type(when).__name__}")
    return lambda call: when(Event(entry_of_attempt(call)))
