"""Request rates: AWS's table, and how a token bucket refills."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.rules.request_rates import AWS_RATES, Bucket, rate_of, refilled

times = st.floats(0, 1_000_000)


def test_each_operation_of_the_service_model_has_one_rate():
    rated = [operation for group, _ in AWS_RATES for operation in group]
    assert len(rated) == len({*rated})
    assert {*model.operation_names()} <= {*rated}


@pytest.mark.parametrize(
    ("operations", "rate"),
    [
        (["GetSecretValue"], 10_000),
        (["BatchGetSecretValue"], 100),
        (["PutSecretValue"], 50),
        (["GetSecretValue", "PutSecretValue"], 50),
    ],
    ids=str,
)
def test_rate_of_is_the_lowest_rate_of_some_operations(operations, rate):
    assert rate_of(frozenset(operations)) == rate


REFILLS = {
    "no time": (10, 10, 0.0, 0.0, 0),
    "half a second on the clock": (10, 10, 0.5, 0.0, 5),
    "an hour on the clock": (10, 10, 3600.0, 0.0, 10),
    "a clock that goes back": (10, 10, -5.0, 0.0, 0),
    "less than a second of real time": (10, 10, 0.0, 0.999, 0),
    "a second of real time": (10, 20, 0.0, 1.0, 10),
    "more than a second of real time": (10, 20, 0.0, 1.5, 15),
    "the real time that fills the bucket": (10, 1, 0.0, 0.1, 1),
    "less real time than fills the bucket": (10, 1, 0.0, 0.099, 0),
    "real time that goes back": (10, 10, 0.0, -5.0, 0),
    "both": (10, 30, 0.5, 1.0, 15),
    "a rate of zero": (0, 5, 3600.0, 3600.0, 0),
}


@pytest.mark.parametrize(("rate", "burst", "moved", "real", "tokens"), REFILLS.values(), ids=REFILLS)
def test_an_empty_bucket_refills_with_time(rate, burst, moved, real, tokens):
    bucket = refilled(Bucket(0, moved=100.0, real=100.0), rate, burst, 100.0 + moved, 100.0 + real)
    assert bucket.tokens == pytest.approx(tokens)


def test_a_bucket_allows_for_the_rounding_of_floats():
    almost = 1 - 1e-6
    assert not Bucket(almost, moved=0.0, real=0.0).is_empty
    assert refilled(Bucket(0, moved=0.0, real=0.0), 10, 20, 0.0, almost).real == almost


def test_real_time_that_has_not_counted_yet_adds_up():
    bucket = Bucket(0, moved=0.0, real=0.0)
    for real in (0.4, 0.8, 1.2):
        bucket = refilled(bucket, 10, 20, 0.0, real)
    assert bucket == Bucket(12, moved=0.0, real=1.2)


@given(st.floats(0, 10), st.floats(0, 100), st.integers(1, 50), times, times)
def test_a_bucket_never_holds_more_than_its_burst_and_never_loses_tokens(tokens, rate, burst, moved, real):
    before = Bucket(min(tokens, burst), moved=500_000.0, real=500_000.0)
    after = refilled(before, rate, burst, moved, real)
    assert before.tokens <= after.tokens <= burst


@given(st.floats(0.1, 100), st.lists(st.floats(0, 5), max_size=20))
def test_a_bucket_refills_equally_in_one_step_and_in_many(rate, steps):
    bucket, moved = Bucket(0, moved=0.0, real=0.0), 0.0
    for step in steps:
        moved += step
        bucket = refilled(bucket, rate, 1_000_000, moved, 0.0)
    assert bucket.tokens == pytest.approx(moved * rate)
