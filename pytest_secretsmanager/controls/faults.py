"""Faults of AWS and of the network, which a test plans for the calls of the code under test."""

from collections.abc import Callable
from contextvars import ContextVar
from types import EllipsisType
from typing import TYPE_CHECKING, Literal, cast

from pytest_secretsmanager.arguments import require_count
from pytest_secretsmanager.controls.fault_answers import FailureOfACall, answer_for, answer_text
from pytest_secretsmanager.controls.fault_targets import Target, target_of
from pytest_secretsmanager.controls.lasting_faults import LastingFaults
from pytest_secretsmanager.controls.planned_faults import PlannedFault
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.fault_plans import FaultPlans
from pytest_secretsmanager.engine.faults import BEFORE_THE_REQUEST, Answer, Fault, FaultPlan
from pytest_secretsmanager.engine.interrupts import taken_back
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
    """The faults of one `SecretsManager`: errors of AWS, of the network and of proxies.

    A client of botocore gets them from its HTTP session, as it gets AWS's own: it parses them, and makes its own
    retries. Its waits advance the clock, and no thread sleeps. A program at the endpoint gets them over HTTP: a failed
    connection is closed, and a timeout sends nothing until the program or the endpoint ends the connection.

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
        operation: "OperationName | Literal['*'] | None",
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
        latency: float = 0,
        missing_ok: bool = False,
        optional: bool = False,
    ) -> PlannedFault:
        """Make calls of an operation fail (`"*"` or None: of any operation), and return the plan.

        `error` is a code of AWS (`"ThrottlingException"`), a failure of the connection (`"connection refused"`,
        `"proxy error"`, `"SSL error"`, `"connect timeout"`, `"read timeout"`, `"connection closed"`), an exception of
        botocore or of Python that stands for one (`ReadTimeoutError`, `ConnectionResetError`), a ClientError, or a
        `BrokenReply`. `message` replaces AWS's usual text. The failure comes after `latency` seconds on the clock, as a
        reply in `delay` does; without it, a timeout takes no time on the clock.

        `times` is the number of attempts that fail: one by default, all with None. botocore repeats some errors: after
        one planned ThrottlingException, the second attempt succeeds. With `every=3`, each third attempt fails, without
        an end unless `times` is given.

        `secret` (a name, an ARN or a view) limits the plan to requests that name this secret in any form; a
        BatchGetSecretValue with filters names none. `region` and `principal` (an ARN, or an object with `.arn`) limit
        it to their calls, and `when` to the attempts for which it returns true. `when` gets each attempt once, as an
        `Event` without an answer. A call that `when` makes meets no plan with a condition, except over HTTP.

        A failing call takes no effect. An error of AWS is logged; other failures are not. With `after=True`, or a
        truncated reply, the call takes effect and is logged, and its reply is lost: does the code write twice? Of
        several plans that match, the earliest one decides.

        A plan that no call meets fails the test at its end, unless it is `optional`. Raises UsageError for an unknown
        operation, error or region, and for wrong arguments; SecretNotFound for a secret that does not exist, unless the
        operation is CreateSecret or `missing_ok` is true: the code under test creates the secret later.

        >>> _ = sm.seed("db", "one")
        >>> with sm.faults.fail("PutSecretValue", "connection closed", after=True):
        ...     _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> len(sm.secret("db").versions)
        2
        """
        target = target_of(self._world, operation, secret, region, principal, missing_ok=missing_ok)
        answer = answer_for(error, message)
        if after:
            _require_sent(answer, answer_text(error))
        _require_seconds("latency", "is a number of seconds, 0 or more", latency, zero_ok=True)
        fault = Fault(answer, takes_effect=after, latency=float(latency))
        more = (", after=True" if after else "") + (f", latency={latency}" if latency else "")
        text = f"fail({operation!r}, {answer_text(error)}{_times_text(times, every)}{more})"
        return self._plan(target, text, fault, times, every, when, is_optional=optional)

    @known_keywords()
    def delay(
        self,
        operation: "OperationName | Literal['*'] | None",
        seconds: float,
        times: int | EllipsisType | None = ...,
        *,
        every: int | None = None,
        secret: SecretId | None = None,
        region: str | None = None,
        principal: object = None,
        when: Callable[[Event], object] | None = None,
        real: bool = False,
        missing_ok: bool = False,
        optional: bool = False,
    ) -> PlannedFault:
        """Let the replies of an operation (`"*"` or None: of any) arrive after so many seconds, and return the plan.

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
        target = target_of(self._world, operation, secret, region, principal, missing_ok=missing_ok)
        _require_seconds("a delay", "is a number of seconds above 0", seconds)
        fault = Fault(latency=float(seconds), is_real=real)
        more = ", real=True" if real else ""
        text = f"delay({operation!r}, {seconds}{_times_text(times, every)}{more})"
        return self._plan(target, text, fault, times, every, when, is_optional=optional)

    def _plan(
        self,
        target: Target,
        text: str,
        fault: Fault,
        times: int | EllipsisType | None,
        every: int | None,
        when: Callable[[Event], object] | None,
        *,
        is_optional: bool,
    ) -> PlannedFault:
        def fault_of(number: int) -> Fault | None:
            return fault if every is None or number % every == every - 1 else None

        plan = FaultPlan(
            target.matches,
            fault_of,
            _attempts_of(times, every),
            text=f"faults.{text}{target}",
            operation=target.operation,
            principal=target.principal,
            is_optional=is_optional,
        )
        if when is not None:
            plan.when = _condition(when)
            plan.text += f", when={getattr(when, '__name__', 'a function')}"
        self._plans.append(plan)
        return PlannedFault(self._plans, plan, self._world.log)

    def __repr__(self) -> str:
        return f"<faults: {count_text(len(self._plans), 'plan')}>"


def _require_seconds(subject: str, problem: str, value: object, *, zero_ok: bool = False) -> None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and 0 <= cast("float", value) <= _LONGEST_DELAY) or (value == 0 and not zero_ok):
        raise UsageError(f"{problem}, at most {_LONGEST_DELAY:.0f}, not {value!r}", subject=subject)


def _require_sent(answer: Answer, name: str) -> None:
    """Refuse a failure after which no call can have taken effect."""
    if isinstance(answer, str) and answer in BEFORE_THE_REQUEST:
        raise UsageError(
            f"{name} ends a call before its request is sent, so the call takes no effect: after=True goes with "
            "'connection closed', 'read timeout', an error of AWS or a BrokenReply"
        )


def _times_text(times: int | EllipsisType | None, every: int | None) -> str:
    """Return the number of failing attempts as it was given."""
    return ("" if times is ... else f", times={times}") + ("" if every is None else f", every={every}")


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

    def holds(call: Call) -> object:
        if _is_asking.get():
            return False
        with taken_back(lambda: _is_asking.set(True), lambda: _is_asking.set(False)):
            return when(Event(entry_of_attempt(call)))

    return holds


_is_asking: ContextVar[bool] = ContextVar("is_asking", default=False)
"""Whether a condition is being asked in this thread or task. A call that it makes itself asks no condition."""
