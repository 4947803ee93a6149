"""`sm.faults.quota` and `sm.faults.throttle`: which calls they count, and when they end."""

import pytest
from botocore.config import Config

from pytest_secretsmanager import SecretsManager, UsageError
from pytest_secretsmanager.engine.callers import assumed_role


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """Stop the real time, so that only the test moves the clock."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)


@pytest.fixture
def count(secretsmanager):
    """Return a function that makes calls without retries, and counts those that succeed."""

    def make(times, operation="list_secrets", region="us-east-1", config=None, **parameters):
        client = secretsmanager.client(region, config=Config(retries={"total_max_attempts": 1}), **(config or {}))
        succeeded = 0
        for _ in range(times):
            try:
                getattr(client, operation)(**parameters)
                succeeded += 1
            except client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != "ThrottlingException":
                    raise
        return succeeded

    return make


def test_a_throttle_admits_its_burst_at_once_and_then_its_rate(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=1, burst=2)
    assert count(5) == 2
    secretsmanager.clock.advance(seconds=1)
    assert count(5) == 1
    secretsmanager.clock.advance(seconds=1.5)
    assert count(5) == 1
    secretsmanager.clock.advance(seconds=0.5)
    assert count(5) == 1
    secretsmanager.clock.advance(hours=1)
    assert count(5) == 2


def test_the_burst_of_a_throttle_is_the_calls_of_one_second(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=7)
    assert count(20) == 7


def test_a_throttle_of_less_than_one_call_per_second_admits_one(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=0.1)
    assert count(3) == 1
    secretsmanager.clock.advance(seconds=10)
    assert count(3) == 1


def test_a_throttle_without_a_rate_has_the_rate_of_aws(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets")
    assert count(120) == 100


def test_a_throttle_of_rate_zero_refuses_every_call(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=0)
    secretsmanager.clock.advance(days=1)
    assert count(3) == 0


def test_a_throttle_of_rate_zero_admits_its_burst_once(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=0, burst=2)
    assert count(3) == 2
    secretsmanager.clock.advance(days=1)
    assert count(3) == 0


def test_a_throttle_of_two_operations_counts_them_together(secretsmanager, count):
    secretsmanager.faults.throttle(["ListSecrets", "GetRandomPassword"], rate=1, burst=3)
    assert (count(2), count(2, "get_random_password")) == (2, 1)


def test_a_throttle_of_all_operations_counts_them_together(secretsmanager, count):
    throttle = secretsmanager.faults.throttle("*", rate=3)
    assert (count(2), count(2, "get_random_password")) == (2, 1)
    assert repr(throttle) == "<throttle of all operations to 3 calls per second: in force>"


def test_a_throttle_leaves_other_operations_alone(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=0)
    assert count(3, "get_random_password") == 3


def test_a_call_has_to_be_within_every_rate_in_force(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=9)
    secretsmanager.faults.throttle("ListSecrets", rate=4)
    assert count(10) == 4


def test_each_region_has_its_own_rate(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=2)
    assert (count(3), count(3, region="eu-west-1")) == (2, 2)


def test_a_throttle_of_one_region_leaves_other_regions_alone(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=0, region="eu-west-1")
    assert (count(3), count(3, region="eu-west-1")) == (3, 0)


def test_a_call_for_a_secret_of_another_account_counts_for_the_caller(secretsmanager, count):
    arn = secretsmanager.seed("db", "one", account="210987654321").arn
    other = {"aws_account_id": "210987654321"}
    secretsmanager.faults.throttle("DescribeSecret", rate=2)
    assert count(3, "describe_secret", SecretId=arn) == 2
    assert count(3, "describe_secret", SecretId=arn, config=other) == 2


def test_a_throttle_of_one_account_leaves_other_accounts_alone(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=0, account="210987654321")
    assert (count(3), count(3, config={"aws_account_id": "210987654321"})) == (3, 0)


def test_a_throttle_of_one_principal_leaves_other_callers_alone(secretsmanager, count):
    role_arn = f"arn:aws:iam::{secretsmanager.account}:role/app"
    pair = secretsmanager._parts.callers.hand_out(assumed_role(role_arn, "tests", 0.0))
    keys = {
        "aws_access_key_id": pair.access_key_id,
        "aws_secret_access_key": pair.secret_access_key,
        "aws_session_token": pair.session_token,
    }
    secretsmanager.faults.throttle("ListSecrets", rate=0, principal=role_arn)
    assert (count(3), count(3, config=keys)) == (3, 0)


def test_a_throttled_call_is_logged_as_cloudtrail_logs_a_refusal(secretsmanager, count):
    secretsmanager.faults.throttle("DescribeSecret", rate=0)
    count(1, "describe_secret", SecretId="db")
    record = secretsmanager.log[0].record
    assert (record["errorCode"], record["errorMessage"]) == ("ThrottlingException", "Rate exceeded")
    assert (record["requestParameters"], record["responseElements"]) == ({"secretId": "db"}, None)


# --- the rates of AWS ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "parameters", "rate"),
    [
        ("list_secrets", {}, 100),
        ("get_random_password", {}, 50),
        ("list_secret_version_ids", {"SecretId": "db"}, 50),
        ("batch_get_secret_value", {"SecretIdList": ["db"]}, 100),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_quota_admits_the_documented_rate(secretsmanager, count, operation, parameters, rate):
    secretsmanager.seed("db", "one")
    with secretsmanager.faults.quota() as quota:
        assert count(rate + 5, operation, **parameters) == rate
    assert quota.met == 5
    assert count(5, operation, **parameters) == 5


def test_quota_counts_operations_that_share_a_rate_together(secretsmanager, count):
    secretsmanager.seed("db", "one")
    secretsmanager.faults.quota()
    tags = {"SecretId": "db", "Tags": [{"Key": "a", "Value": "b"}]}
    assert count(30, "tag_resource", **tags) == 30
    assert count(30, "untag_resource", SecretId="db", TagKeys=["a"]) == 20


def test_the_calls_of_a_rotation_function_count_for_a_rate_and_the_rotation_itself_does_not(secretsmanager):
    refused = []

    def rotate(event, _):
        client = secretsmanager.client(config=Config(retries={"total_max_attempts": 1}))
        try:
            client.describe_secret(SecretId=event["SecretId"])
        except client.exceptions.ClientError as error:
            refused.append((event["Step"], error.response["Error"]["Code"]))

    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(rotate)
    secretsmanager.faults.throttle("DescribeSecret", rate=1, burst=3)
    secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert refused == [("finishSecret", "ThrottlingException")]


def test_a_rotation_between_reads_counts_for_no_rate(secretsmanager):
    secretsmanager.seed("db", "one", owning_service="rds")
    client = secretsmanager.client()
    client.rotate_secret(SecretId="db")
    with (
        secretsmanager.faults.throttle("RotateSecret", rate=0) as throttle,
        secretsmanager.rotation.between_reads("db") as between,
    ):
        client.get_secret_value(SecretId="db")
    assert (between.rotations, throttle.met) == (1, 0)


# --- the end ---------------------------------------------------------------------------------------------------------


def test_a_throttle_ends_with_its_block(secretsmanager, count):
    with secretsmanager.faults.throttle("ListSecrets", rate=0):
        assert count(1) == 0
    assert count(1) == 1


def test_a_throttle_ends_when_it_is_cancelled(secretsmanager, count):
    throttle = secretsmanager.faults.throttle("ListSecrets", rate=0)
    throttle.cancel()
    throttle.cancel()
    assert count(1) == 1


def test_a_throttle_ends_when_its_manager_is_left():
    sm = SecretsManager()
    with sm:
        throttle = sm.faults.throttle("ListSecrets", rate=0)
    with sm:
        sm.client().list_secrets()
    throttle.cancel()


def test_a_throttle_is_in_force_until_the_outermost_block_of_its_manager_is_left():
    with SecretsManager() as sm:
        with sm:
            sm.faults.throttle("ListSecrets", rate=0)
        with pytest.raises(sm.client().exceptions.ClientError, match="ThrottlingException"):
            sm.client().list_secrets()


def test_a_throttle_of_a_snapshot_ends_with_the_snapshot(secretsmanager, count):
    with secretsmanager.snapshot():
        secretsmanager.faults.throttle("ListSecrets", rate=0)
        assert count(1) == 0
    assert count(1) == 1


def test_a_snapshot_gives_back_the_calls_that_were_made_inside(secretsmanager, count):
    secretsmanager.faults.throttle("ListSecrets", rate=1, burst=5)
    assert count(2) == 2
    with secretsmanager.snapshot():
        assert count(9) == 3
    assert count(9) == 3


def test_a_block_that_begins_in_a_snapshot_can_end_after_it(secretsmanager, count):
    snapshot, throttle = secretsmanager.snapshot(), None
    with snapshot:
        throttle = secretsmanager.faults.throttle("ListSecrets", rate=0)
        throttle.__enter__()
    throttle.__exit__(None, None, None)
    assert count(1) == 1


def test_a_block_that_ends_in_a_snapshot_does_not_begin_again_after_it(secretsmanager, count):
    throttle = secretsmanager.faults.throttle("ListSecrets", rate=0)
    with secretsmanager.snapshot(), throttle:
        pass
    assert count(1) == 1


def test_a_throttle_that_no_call_met_is_no_failure(secretsmanager):
    with secretsmanager.faults.throttle("ListSecrets", rate=0) as throttle:
        assert not throttle.is_met


def test_refusals_in_a_snapshot_stay_counted(secretsmanager, count):
    throttle = secretsmanager.faults.throttle("ListSecrets", rate=0)
    with secretsmanager.snapshot():
        count(2)
    assert (throttle.met, throttle.is_met) == (2, True)


def test_a_throttle_shows_its_rate_and_its_state(secretsmanager):
    throttle = secretsmanager.faults.throttle(["ListSecrets", "GetSecretValue"], rate=2.5, region="eu-west-1")
    text = "throttle of GetSecretValue and ListSecrets to 2.5 calls per second for calls in eu-west-1"
    assert repr(throttle) == f"<{text}: in force>"
    throttle.cancel()
    assert repr(throttle) == f"<{text}: over>"


# --- wrong arguments -------------------------------------------------------------------------------------------------

WRONG = {
    "unknown operation": ({"operation": "GetSecretvalues"}, "did you mean 'GetSecretValue'"),
    "one unknown operation": ({"operation": ["ListSecrets", "Lists"]}, "did you mean 'ListSecrets'"),
    "no operation": ({"operation": []}, "none is given"),
    "None": ({"operation": None}, "none is given"),
    "all among several": ({"operation": ["ListSecrets", "*"]}, "write it alone"),
    "None among several": ({"operation": ["ListSecrets", None]}, "none is given"),
    "a number": ({"operation": 5}, "not int"),
    "negative rate": ({"rate": -1}, "0 or more, not -1"),
    "infinite rate": ({"rate": float("inf")}, "not inf"),
    "NaN": ({"rate": float("nan")}, "not nan"),
    "rate as text": ({"rate": "5"}, "not '5'"),
    "rate as a bool": ({"rate": True}, "not True"),
    "burst of zero": ({"rate": 1, "burst": 0}, "at least 1, not 0"),
    "negative burst": ({"rate": 0, "burst": -1}, "0 or more, not -1"),
    "broken burst": ({"rate": 1, "burst": 1.5}, "not 1.5"),
    "unknown region": ({"region": "eu-west-9"}, "eu-west-9"),
    "account": ({"account": "12"}, "twelve digits"),
    "principal": ({"principal": "app"}, "ARN"),
    "unknown argument": ({"regions": "eu-west-1"}, "did you mean 'region'"),
}


@pytest.mark.parametrize(("arguments", "text"), WRONG.values(), ids=WRONG)
def test_throttle_refuses_a_wrong_argument_and_puts_nothing_in_force(secretsmanager, count, arguments, text):
    with pytest.raises(UsageError, match=text):
        secretsmanager.faults.throttle(**{"operation": "ListSecrets", "rate": 0, **arguments})
    assert count(1) == 1


def test_real_time_of_less_than_a_second_refills_nothing(secretsmanager, count, monkeypatch):
    """A slow machine takes no part in a test."""
    secretsmanager.faults.throttle("ListSecrets", rate=50)
    assert count(50) == 50
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.9)
    assert count(3) == 0
    monkeypatch.setattr("time.time", lambda: 1_700_000_001.0)
    assert count(60) == 50
