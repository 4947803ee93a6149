"""The time of each kind of call, beside the time that it took when `baseline.toml` was written.

    python -m pytest tests/benchmarks/bench_baseline.py

It fails if a call takes 30 % longer than in the baseline of this version of Python. The times are ratios to that of
a loop in plain Python, measured in turns with the call in the same process: on a slower machine, they are the same.
A ratio counts only if it is too high in each of three tries.

After a change that makes calls faster or slower for a good reason, print the new ratios, and put them into the file:

    python -m pytest tests/benchmarks/bench_baseline.py -rA
"""

import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

from pytest_secretsmanager import SecretsManager

BASELINE = Path(__file__).with_name("baseline.toml")
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
WORSE = 1.3
TRIES = 3
TURNS = 300

Work = Callable[[], object]


def calibration() -> None:
    """Some plain Python of the kind that calls are made of: functions, dicts, tuples, texts."""
    found = {}
    for number in range(20):
        name = f"name-{number % 7}"
        found[name] = (*found.get(name, ()), str(number))
    sorted(found.items(), key=lambda item: item[1])


def get(stack: ExitStack) -> tuple[Work, Work]:
    client = stack.enter_context(SecretsManager()).client()
    client.create_secret(Name="db", SecretString="hunter2")
    return nothing, lambda: client.get_secret_value(SecretId="db")


def put(stack: ExitStack) -> tuple[Work, Work]:
    """The second version of a secret."""
    client = stack.enter_context(SecretsManager()).client()

    def recreate() -> None:
        client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="db", SecretString="one")

    return recreate, lambda: client.put_secret_value(SecretId="db", SecretString="two")


def describe(stack: ExitStack) -> tuple[Work, Work]:
    client = stack.enter_context(SecretsManager()).client()
    client.create_secret(Name="db", SecretString="hunter2")
    return nothing, lambda: client.describe_secret(SecretId="db")


def create(stack: ExitStack) -> tuple[Work, Work]:
    client = stack.enter_context(SecretsManager()).client()
    return (
        lambda: client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True),
        lambda: client.create_secret(Name="db", SecretString="hunter2"),
    )


def list_100_of_1500(stack: ExitStack) -> tuple[Work, Work]:
    client = stack.enter_context(SecretsManager()).client()
    for number in range(1_500):
        client.create_secret(Name=f"app/{number}", SecretString="hunter2")
    return nothing, lambda: client.list_secrets(MaxResults=100)


def batch_get_20(stack: ExitStack) -> tuple[Work, Work]:
    client = stack.enter_context(SecretsManager()).client()
    names = [f"app/{number}" for number in range(20)]
    for name in names:
        client.create_secret(Name=name, SecretString="hunter2")
    return nothing, lambda: client.batch_get_secret_value(SecretIdList=names)


def get_as_a_role(stack: ExitStack) -> tuple[Work, Work]:
    sm = stack.enter_context(SecretsManager())
    sm.seed("db", "hunter2", tags={"team": "pay"})
    statement = {
        "Effect": "Allow",
        "Action": "secretsmanager:Get*",
        "Resource": "*",
        "Condition": {"StringEquals": {"secretsmanager:ResourceTag/team": "pay"}},
    }
    client = sm.client(principal=sm.iam.role("app", policy={"Version": "2012-10-17", "Statement": [statement]}))
    return nothing, lambda: client.get_secret_value(SecretId="db")


def seed(stack: ExitStack) -> tuple[Work, Work]:
    sm = stack.enter_context(SecretsManager())
    return nothing, lambda: sm.seed("db", "hunter2")


def enter_and_leave(_: ExitStack) -> tuple[Work, Work]:
    def whole() -> None:
        with SecretsManager():
            pass

    return nothing, whole


def roll_back(stack: ExitStack) -> tuple[Work, Work]:
    sm = stack.enter_context(SecretsManager())
    client = sm.client()
    client.create_secret(Name="db", SecretString="hunter2")

    def whole() -> None:
        with sm.snapshot():
            client.put_secret_value(SecretId="db", SecretString="two")

    return nothing, whole


def nothing() -> None:
    """The preparation of work that needs none."""


WORKS = (get, put, describe, create, list_100_of_1500, batch_get_20, get_as_a_role, seed, enter_and_leave, roll_back)


def ratio_of(make: Callable[[ExitStack], tuple[Work, Work]]) -> float:
    """The median time of some work, in times of the calibration."""
    with ExitStack() as stack:
        prepare, work = make(stack)
        return median(_ratios(prepare, work))


def _ratios(prepare: Work, work: Work) -> Iterator[float]:
    """The ratio of each turn: the best of five times of both."""
    for _ in range(TURNS):
        worked, calibrated = [], []
        for _ in range(5):
            prepare()
            begin = perf_counter()
            work()
            worked.append(perf_counter() - begin)
            begin = perf_counter()
            calibration()
            calibrated.append(perf_counter() - begin)
        yield min(worked) / min(calibrated)


@pytest.mark.parametrize("make", WORKS, ids=lambda make: make.__name__)
def test_a_call_takes_no_longer_than_in_the_baseline(make: Callable[[ExitStack], tuple[Work, Work]]) -> None:
    expected = tomllib.loads(BASELINE.read_text()).get(PYTHON, {}).get(make.__name__)
    found = ratio_of(make)
    print(f"{make.__name__} = {found:.2f}")  # noqa: T201
    assert expected is not None, f"{BASELINE.name} has no {make.__name__} of Python {PYTHON}, which is {found:.2f} now"
    for _ in range(TRIES - 1):
        if found > WORSE * expected:
            found = min(found, ratio_of(make))
    assert found <= WORSE * expected, (
        f"{make.__name__} takes {found:.2f} times as long as the calibration; in {BASELINE.name} it was {expected:.2f}"
    )
