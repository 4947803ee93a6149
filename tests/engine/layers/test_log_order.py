"""The layer that keeps the times of the log in order."""

import pytest

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.call_log import CallLog
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.layers.log_order import in_order

NOW = 20.0
"""The time of the clock when the layer handles a call."""


def a_call(time):
    return Call("ListSecrets", {}, "us-east-1", user_of("123456789012", "us-east-1"), time, "request-1")


@pytest.mark.parametrize(
    ("before", "time", "seen"),
    [
        pytest.param([], 12.5, 12.5, id="the first call"),
        pytest.param([12.0], 12.5, 12.5, id="after an earlier one"),
        pytest.param([12.5], 12.5, 12.5, id="at the same time"),
        pytest.param([15.0], 12.5, NOW, id="while a later one was logged"),
        pytest.param([15.0, 12.0], 12.5, 12.5, id="after the clock was set back"),
    ],
)
def test_a_call_has_its_own_time_unless_a_later_one_is_logged_before_it(before, time, seen):
    answered = []

    def inner(call):
        answered.append(call.time)
        return Outcome({})

    log = CallLog()
    for earlier in before:
        log.append(Entry(a_call(earlier), frozenset()))
    in_order(inner, log.last_time, lambda: NOW)(a_call(time))
    assert answered == [seen]


def test_a_rotation_that_falls_due_is_logged_before_the_call_and_at_an_earlier_or_the_same_time(
    secretsmanager, monkeypatch
):
    """The call finds the rotation due, and the clock goes on while the rotation runs."""
    seconds = iter(range(1_800_000_000, 1_900_000_000, 1))
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(lambda _event, _context: None)
    client = secretsmanager.client()
    client.rotate_secret(
        SecretId="db",
        RotationLambdaARN=arn,
        RotateImmediately=False,
        RotationRules={"AutomaticallyAfterDays": 1},
    )
    secretsmanager.log.clear()
    monkeypatch.setattr("time.time", lambda: next(seconds))
    client.list_secrets()
    assert [event.operation for event in secretsmanager.log] == ["RotationStarted", "RotationFailed", "ListSecrets"]
    times = [event.time for event in secretsmanager.log]
    assert times == sorted(times)
