"""`assert_calls`: the calls that count in a block, the limits, and the text of the failure."""

import re
import threading
import warnings

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_secretsmanager import UsageError
from pytest_secretsmanager.engine.errors import ThrottlingException
from pytest_secretsmanager.engine.faults import Fault, FaultPlan


@pytest.fixture(autouse=True)
def _secrets(secretsmanager):
    secretsmanager.seed("db", "hunter2")
    secretsmanager.seed("other", "x")


def get(client, times=1, name="db"):
    for _ in range(times):
        client.get_secret_value(SecretId=name)


def plan(sm, *faults):
    def fault_of(number):
        return faults[number] if number < len(faults) else None

    sm._parts.responder.plans.append(FaultPlan(lambda _: True, fault_of))


def failure_of(sm, client, *args, made=2, **options):
    with pytest.raises(AssertionError) as caught, sm.assert_calls(*args, **options):
        get(client, made)
    return str(caught.value)


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "least", "most"),
    [
        ({"exactly": 2}, 2, 2),
        ({"exactly": 0}, 0, 0),
        ({"at_most": 1}, 0, 1),
        ({"at_least": 2}, 2, 99),
        ({"at_least": 1, "at_most": 2}, 1, 2),
        ({"at_least": 2, "at_most": 2}, 2, 2),
    ],
    ids=str,
)
@pytest.mark.parametrize("made", range(4))
def test_assert_calls_passes_exactly_for_the_numbers_within_its_limits(
    secretsmanager, client, limits, least, most, made
):
    passed = True
    try:
        with secretsmanager.assert_calls("GetSecretValue", **limits):
            get(client, made)
    except AssertionError:
        passed = False
    assert passed is (least <= made <= most)


@pytest.mark.parametrize(
    ("arguments", "options", "text"),
    [
        (["GetSecretValue"], {}, "assert_calls needs a number of calls: write exactly=, at_least= or at_most="),
        (["GetSecretValue"], {"at_most": -1}, "at_most of assert_calls is a number of calls, at least 0, not -1"),
        (["GetSecretValue"], {"exactly": True}, "exactly of assert_calls is a number of calls, at least 0, not True"),
        (["GetSecretValue"], {"at_least": 1.5}, "at_least of assert_calls is a number of calls, at least 0, not 1.5"),
        (["GetSecretValue"], {"exactly": 1, "at_most": 2}, "exactly=1 leaves no room for at_most: write one of them"),
        (["GetSecretValue"], {"at_least": 3, "at_most": 2}, "no number of calls is at least 3 and at most 2"),
        (
            ["GetSecretValue"],
            {"at_least": 0},
            "at_least=0 holds for every block: write at_most=0 if no call is expected",
        ),
        (["GetSecretValu"], {"at_most": 1}, "no operation 'GetSecretValu'; did you mean 'GetSecretValue'"),
        ([1], {"at_most": 1}, "an operation is a str such as 'GetSecretValue', not int"),
        (["RotationStarted"], {"at_most": 1}, "RotationStarted is an event of the service, not a call"),
        (["GetSecretValue"], {"at_mots": 1}, "GetSecretValue has no request field 'at_mots'; did you mean 'at_most'?"),
        (["GetSecretValue"], {"at_most": 1, "SecretID": "db"}, "GetSecretValue has no request field 'SecretID'"),
        (["PutSecretValue"], {"at_most": 1, "SecretString": "x"}, "AWS never logs SecretString"),
    ],
    ids=str,
)
def test_assert_calls_refuses_arguments_that_ask_nothing(secretsmanager, arguments, options, text):
    with pytest.raises(UsageError, match=re.escape(text)):
        secretsmanager.assert_calls(*arguments, **options)


# --- what counts -----------------------------------------------------------------------------------------------------


def test_assert_calls_counts_no_calls_before_or_after_its_block(secretsmanager, client):
    get(client)
    with secretsmanager.assert_calls("GetSecretValue", exactly=1):
        get(client)
    get(client)


def test_assert_calls_counts_one_operation_or_any(secretsmanager, client):
    with secretsmanager.assert_calls("DescribeSecret", exactly=1), secretsmanager.assert_calls(exactly=3):
        get(client, 2)
        client.describe_secret(SecretId="db")


def test_assert_calls_counts_the_calls_with_its_fields_by_any_name_of_the_secret(secretsmanager, client):
    with secretsmanager.assert_calls("GetSecretValue", exactly=2, SecretId="db"):
        get(client)
        get(client, name=secretsmanager.secret("db").arn)
        get(client, name="other")


def test_assert_calls_counts_refused_calls(secretsmanager, client):
    with secretsmanager.assert_calls("GetSecretValue", exactly=1), pytest.raises(ClientError):
        get(client, name="none")


def test_assert_calls_counts_the_calls_of_other_threads(secretsmanager, client):
    with secretsmanager.assert_calls("GetSecretValue", exactly=8):
        threads = [threading.Thread(target=get, args=(client, 2)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def test_assert_calls_counts_calls_that_the_block_clears_from_the_log(secretsmanager, client):
    with secretsmanager.assert_calls("GetSecretValue", exactly=2):
        get(client)
        secretsmanager.log.clear()
        get(client)


def test_assert_calls_counts_calls_that_the_block_rolls_back(secretsmanager, client):
    with secretsmanager.assert_calls("GetSecretValue", exactly=2):
        with secretsmanager.snapshot():
            get(client)
        get(client)


def test_assert_calls_that_begins_in_a_rollback_counts_the_calls_after_it(secretsmanager, client):
    with secretsmanager.snapshot():
        get(client, 3)
        budget = secretsmanager.assert_calls("GetSecretValue", exactly=2)
        budget.__enter__()
        get(client)
    get(client)
    budget.__exit__(None, None, None)


def test_assert_calls_counts_a_batch_as_one_call_and_not_its_reads(secretsmanager, client):
    with secretsmanager.assert_calls(exactly=1), secretsmanager.assert_calls("GetSecretValue", exactly=0):
        client.batch_get_secret_value(SecretIdList=["db", "other"])


def test_assert_calls_counts_no_events_of_the_service(secretsmanager):
    secretsmanager.seed("managed", {"password": "x"}, owning_service="rds")
    with secretsmanager.assert_calls(exactly=1):
        secretsmanager.client().rotate_secret(SecretId="managed")
    assert any(event.by_service for event in secretsmanager.log)


def test_assert_calls_counts_a_call_that_botocore_repeats_once(secretsmanager):
    client = secretsmanager.client(config=Config(retries={"mode": "standard"}))
    plan(secretsmanager, *[Fault(ThrottlingException("Rate exceeded"))] * 2)
    with secretsmanager.assert_calls("GetSecretValue", exactly=2):
        get(client, 2)
    assert len(secretsmanager.log) == 4


def test_assert_calls_counts_a_call_whose_first_attempt_did_not_reach_the_service(secretsmanager, client):
    plan(secretsmanager, Fault("closed"))
    with secretsmanager.assert_calls("GetSecretValue", exactly=1):
        get(client)


def test_assert_calls_in_each_other_count_on_their_own(secretsmanager, client):
    with secretsmanager.assert_calls("GetSecretValue", exactly=3):
        get(client)
        with secretsmanager.assert_calls("GetSecretValue", exactly=1):
            get(client)
        get(client)


def test_after_assert_calls_the_log_is_recorded_as_before(secretsmanager, client):
    before = secretsmanager._parts.service._chains._record
    with secretsmanager.assert_calls(exactly=0):
        pass
    assert secretsmanager._parts.service._chains._record is before


def test_an_exception_of_the_block_comes_before_the_failure_of_assert_calls(secretsmanager, client):
    with pytest.raises(KeyError, match="mine"), secretsmanager.assert_calls("GetSecretValue", exactly=5):
        raise KeyError("mine")


def test_assert_calls_that_is_not_entered_warns(secretsmanager):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        secretsmanager.assert_calls("GetSecretValue", at_most=1)
    assert "assert_calls was called but not entered" in str(caught[0].message)


# --- the failure -----------------------------------------------------------------------------------------------------


def test_the_failure_of_assert_calls_lists_the_calls_with_time_outcome_and_place(secretsmanager, client):
    def read_two():
        client.get_secret_value(SecretId="db")
        with pytest.raises(ClientError):
            client.get_secret_value(SecretId="none")

    with pytest.raises(AssertionError) as caught, secretsmanager.assert_calls("GetSecretValue", at_most=1):
        read_two()
    line = read_two.__code__.co_firstlineno + 1
    first, *lines = str(caught.value).splitlines()
    assert first == "expected at most 1 call of GetSecretValue, found 2:"
    time, path = r"\d\d:\d\d:\d\d\.\d{3}", r"\S*test_assert_calls\.py"
    assert re.fullmatch(rf"  {time} <GetSecretValue\(SecretId='db'\)> at {path}:{line}", lines[0])
    assert re.fullmatch(
        rf"  {time} <GetSecretValue\(SecretId='none'\) -> ResourceNotFoundException> at {path}:{line + 2}", lines[1]
    )


@pytest.mark.parametrize(
    ("options", "begin"),
    [
        ({"exactly": 1}, "expected exactly 1 call of GetSecretValue, found 2:"),
        ({"at_least": 3}, "expected at least 3 calls of GetSecretValue, found 2:"),
        ({"at_least": 3, "at_most": 4}, "expected at least 3 and at most 4 calls of GetSecretValue, found 2:"),
        ({"at_most": 1, "SecretId": "db"}, "expected at most 1 call of GetSecretValue(SecretId='db'), found 2:"),
    ],
    ids=str,
)
def test_the_failure_of_assert_calls_names_limits_fields_and_number(secretsmanager, client, options, begin):
    assert failure_of(secretsmanager, client, "GetSecretValue", **options).splitlines()[0] == begin


def test_the_failure_of_assert_calls_without_an_operation_names_any_operation(secretsmanager, client):
    assert failure_of(secretsmanager, client, at_most=1).startswith("expected at most 1 call of any operation, found 2")


def test_the_failure_of_assert_calls_shows_attempts_and_waits(secretsmanager, monkeypatch):
    monkeypatch.setattr("botocore.retryhandler.delay_exponential", lambda **_: 1.5)
    client = secretsmanager.client(config=Config(retries={"mode": "legacy"}))
    plan(secretsmanager, *[Fault(ThrottlingException("Rate exceeded"))] * 2)
    text = failure_of(secretsmanager, client, "GetSecretValue", at_most=0, made=1)
    assert text.endswith(", 3 attempts in 3 s of waits")


def test_the_failure_of_assert_calls_lists_other_calls_of_the_block_if_none_was_found(secretsmanager, client):
    text = failure_of(secretsmanager, client, "PutSecretValue", exactly=1)
    assert text.splitlines()[:2] == [
        "expected exactly 1 call of PutSecretValue, found 0",
        "the block made other calls:",
    ]
    assert "<GetSecretValue(SecretId='db')> at " in text


def test_the_failure_of_assert_calls_counts_thousands_of_calls_by_place(secretsmanager, client):
    text = failure_of(secretsmanager, client, "GetSecretValue", at_most=1, made=2000)
    *_, more, places = text.splitlines()
    assert len(text.splitlines()) == 1 + 10 + 2
    assert more == "  … and 1990 more:"
    assert re.fullmatch(r"    1990 at \S*test_assert_calls\.py:\d+", places)


def test_the_failure_of_assert_calls_shows_no_secret_value(secretsmanager, client):
    with pytest.raises(AssertionError) as caught, secretsmanager.assert_calls("PutSecretValue", at_most=0):
        client.put_secret_value(SecretId="db", SecretString="hunter3")
    assert "hunter3" not in str(caught.value)
    assert "SecretString=(hidden)" in str(caught.value)


def test_the_failure_of_assert_calls_says_that_a_calls_place_is_unknown(secretsmanager, client):
    def read():
        thread = threading.Thread(target=client.get_secret_value, kwargs={"SecretId": "db"})
        thread.start()
        thread.join()

    with pytest.raises(AssertionError, match="from an unknown place"), secretsmanager.assert_calls(at_most=0):
        read()


def test_assert_calls_refuses_to_be_entered_inside_its_own_block(secretsmanager):
    budget = secretsmanager.assert_calls("GetRandomPassword", exactly=1)
    with budget:
        secretsmanager.client().get_random_password()
        with pytest.raises(UsageError, match="call assert_calls for each block"), budget:
            pass
    with pytest.raises(AssertionError, match="found 0"), budget:
        pass
