"""The rates in force: which calls take a token, and which are above a rate."""

import pytest

from pytest_secretsmanager.engine import above_rate
from pytest_secretsmanager.engine.above_rate import AboveRateError
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.rates import RateLimit, Rates

READ = Call("GetSecretValue", {"SecretId": "db"}, "us-east-1", user_of("123456789012", "us-east-1"), 1000.0, "request")


def limit_of(rate=2, burst=2, matches=lambda _: True):
    return RateLimit(matches=matches, rate=rate, burst=burst)


class Moved:
    """A clock that only the test moves."""

    def __init__(self, *limits):
        self.seconds, self.real = 0.0, 1000.0
        self.rates = Rates(lambda: (self.seconds, self.real))
        self.rates.in_force.extend(limits)

    def admits(self, call=READ, times=1):
        """Return whether each of some calls is admitted."""
        return [self._admits(call) for _ in range(times)]

    def _admits(self, call):
        try:
            self.rates.admit(call)
        except AboveRateError:
            return False
        return True


def test_a_limit_admits_its_burst_and_then_its_rate():
    clock = Moved(limit_of(rate=2, burst=3))
    assert clock.admits(times=4) == [True, True, True, False]
    clock.seconds += 1
    assert clock.admits(times=3) == [True, True, False]


def test_a_refused_call_takes_no_token():
    clock = Moved(limit_of(rate=1, burst=1))
    clock.admits(times=9)
    clock.seconds += 1
    assert clock.admits() == [True]


@pytest.mark.parametrize(
    "other",
    [READ._replace(region="eu-west-1"), READ._replace(principal=user_of("210987654321", "us-east-1"))],
    ids=["region", "account"],
)
def test_each_account_and_region_has_its_own_tokens(other):
    clock = Moved(limit_of(burst=1))
    assert clock.admits() == [True]
    assert clock.admits(other, times=2) == [True, False]


def test_a_call_that_does_not_match_takes_no_token():
    clock = Moved(limit_of(burst=1, matches=lambda call: call.operation == "PutSecretValue"))
    assert clock.admits(times=3) == [True] * 3
    assert clock.admits(READ._replace(operation="PutSecretValue"), times=2) == [True, False]


def test_a_call_within_one_of_two_limits_takes_no_token():
    wide, narrow = limit_of(burst=5), limit_of(burst=1)
    clock = Moved(wide, narrow)
    assert clock.admits(times=4) == [True, False, False, False]
    clock.rates.in_force.end(narrow)
    assert clock.admits(times=5) == [True] * 4 + [False]


def test_the_limits_that_a_call_exceeds_count_its_refusal():
    wide, narrow = limit_of(burst=5), limit_of(burst=0, rate=0)
    with pytest.raises(AboveRateError) as raised:
        Moved(wide, narrow).rates.admit(READ)
    raised.value.count_refusal()
    assert (wide.met, narrow.met) == (0, 1)


def test_the_real_time_does_not_refill_a_bucket_before_a_second_has_passed_since_its_first_call():
    clock = Moved(limit_of(rate=50, burst=50))
    clock.real = 1000.9
    assert clock.admits(times=50) == [True] * 50
    clock.real = 1001.8
    assert clock.admits() == [False]
    clock.real = 1001.9
    assert clock.admits() == [True]


def test_a_call_that_waited_while_another_thread_moved_the_clock_refills_nothing_twice():
    clock = Moved(limit_of(rate=1, burst=1))
    assert clock.admits() == [True]
    clock.seconds += 5
    late = READ  # its time is that of before the move
    clock.rates.admit(late)
    assert clock.admits(times=2) == [False, False]


def test_a_checkpoint_restores_limits_and_tokens():
    limit, later = limit_of(burst=2), limit_of(burst=0)
    clock = Moved(limit)
    clock.admits()
    restore = clock.rates.checkpoint()
    clock.admits(times=2)
    clock.rates.in_force.append(later)
    restore()
    assert list(clock.rates.in_force) == [limit]
    assert clock.admits(times=2) == [True, False]


def test_a_checkpoint_does_not_restore_a_limit_whose_block_is_over():
    limit = limit_of(burst=0)
    clock = Moved(limit)
    restore = clock.rates.checkpoint()
    clock.rates.in_force.end(limit)
    limit.is_over = True
    restore()
    assert clock.admits() == [True]


def test_a_limit_that_returns_has_a_full_bucket_after_its_state_was_forgotten():
    limit = limit_of(burst=1)
    clock = Moved(limit)
    clock.admits()
    clock.rates.in_force.end(limit)
    clock.rates.forget_unused()
    clock.rates.in_force.append(limit)
    assert clock.admits() == [True]


def test_refusals_of_several_threads_are_counted_under_a_lock(is_free):
    free = []

    class Looking(RateLimit):
        def __setattr__(self, name, value):
            if name == "met" and value:
                free.append(is_free(above_rate._counting))
            super().__setattr__(name, value)

    limit = Looking(matches=lambda _: True, rate=1, burst=1)
    AboveRateError((limit,)).count_refusal()
    assert (limit.met, free) == (1, [False])
