"""Plans of faults: which attempts they concern, how they count, and when they end."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import InternalServiceError
from pytest_secretsmanager.engine.fault_plans import FaultPlans
from pytest_secretsmanager.engine.faults import (
    NO_FAULT,
    Fault,
    FaultPlan,
    RawAnswer,
    TruncatedAnswer,
)

READ = Call(
    "GetSecretValue",
    {"SecretId": "db"},
    "us-east-1",
    Principal("123456789012", "arn:aws:iam::123456789012:user/test"),
    12.5,
    "request-1",
)
WRITE = READ._replace(operation="PutSecretValue")
CLOSED = Fault("closed")


def is_a_read(call):
    return call.operation == "GetSecretValue"


def faults_of(plan, attempts):
    return [plan.next_attempt(READ) for _ in range(attempts)]


PATTERNS = {
    "the first two": ({"fault_of": lambda _: CLOSED, "times": 2}, [CLOSED, CLOSED, None, None]),
    "every second": ({"fault_of": lambda number: CLOSED if number % 2 else None}, [None, CLOSED, None, CLOSED]),
    "all": ({"fault_of": lambda _: CLOSED}, [CLOSED] * 4),
    "none": ({"fault_of": lambda _: CLOSED, "times": 0}, [None] * 4),
}


@pytest.mark.parametrize(("pattern", "faults"), PATTERNS.values(), ids=PATTERNS)
def test_a_plan_gives_each_attempt_its_fault(pattern, faults):
    assert faults_of(FaultPlan(is_a_read, **pattern), 4) == faults


@pytest.mark.parametrize(("call", "concerned"), [(READ, True), (WRITE, False)])
def test_a_plan_concerns_the_calls_that_match(call, concerned):
    plan = FaultPlan(is_a_read, lambda _: CLOSED)
    assert plan.concerns(call) is concerned
    assert FaultPlans([plan]).concern(call) is concerned


def test_a_plan_that_is_over_concerns_no_call():
    plan = FaultPlan(is_a_read, lambda _: CLOSED, times=1)
    plan.next_attempt(READ)
    assert not plan.concerns(READ)


def test_asking_whether_a_fault_is_planned_counts_no_attempt():
    plan = FaultPlan(is_a_read, lambda _: CLOSED, times=1)
    assert FaultPlans([plan]).concern(READ)
    assert plan.attempts == 0


def test_the_next_plan_takes_over_when_a_plan_is_over():
    slow = Fault(latency=1)
    plans = FaultPlans([FaultPlan(is_a_read, lambda _: CLOSED, times=1), FaultPlan(is_a_read, lambda _: slow)])
    assert [plans.next_fault(READ) for _ in range(3)] == [CLOSED, slow, slow]


def test_an_attempt_that_no_plan_concerns_has_no_fault():
    plan = FaultPlan(is_a_read, lambda _: CLOSED)
    assert FaultPlans([plan]).next_fault(WRITE) is NO_FAULT
    assert plan.attempts == 0


@pytest.mark.parametrize(
    ("fault", "is_served"),
    [
        (NO_FAULT, True),
        (Fault(latency=1), True),
        (Fault(TruncatedAnswer(9)), True),
        (Fault("closed", takes_effect=True), True),
        (Fault("closed"), False),
        (Fault(RawAnswer(503, b"")), False),
        (Fault(InternalServiceError("x")), False),
        (Fault(InternalServiceError("x"), takes_effect=True), True),
    ],
)
def test_a_fault_says_whether_the_operation_runs(fault, is_served):
    assert fault.is_served is is_served
