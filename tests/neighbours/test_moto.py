"""moto beside the plugin: moto answers the rest of AWS, and Secrets Manager where no manager is active."""

import boto3
import pytest
from moto import mock_aws

from pytest_secretsmanager import SecretsManager

REGION = "us-east-1"


def s3_serves():
    s3 = boto3.client("s3", region_name=REGION)
    s3.create_bucket(Bucket="bucket")
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["bucket"]


@pytest.fixture
def moto_around():
    with mock_aws():
        yield


@pytest.fixture
def moto_inside(secretsmanager):
    with mock_aws():
        yield


@pytest.mark.parametrize(
    "fixtures", [("moto_around", "secretsmanager"), ("secretsmanager", "moto_around"), ("moto_inside",)], ids=" ".join
)
def test_fixtures_of_moto_and_secretsmanager_in_any_order_answer_their_own_services(request, fixtures):
    for name in fixtures:
        request.getfixturevalue(name)
    sm = request.getfixturevalue("secretsmanager")
    boto3.client("secretsmanager", region_name=REGION).create_secret(Name="db", SecretString="one")
    assert s3_serves()
    sm.assert_value("db", "one")
    sm.assert_logged("CreateSecret", times=1)


@mock_aws
def test_mock_aws_on_a_test_leaves_secrets_manager_to_the_fixture(secretsmanager):
    boto3.client("secretsmanager").create_secret(Name="db", SecretString="one")
    assert s3_serves()
    secretsmanager.assert_value("db", "one")


@pytest.mark.parametrize("order", ["moto outermost", "SecretsManager outermost"])
def test_decorators_of_moto_and_secretsmanager_in_any_order_answer_their_own_services(order):
    sm = SecretsManager()

    def create():
        boto3.client("secretsmanager", region_name=REGION).create_secret(Name="db", SecretString="one")
        sm.assert_value("db", "one")
        return s3_serves()

    decorated = mock_aws(sm(create)) if order == "moto outermost" else sm(mock_aws(create))
    assert decorated()


@pytest.mark.parametrize("ours_first", [True, False], ids=["SecretsManager entered first", "moto entered first"])
@pytest.mark.parametrize("ours_left_first", [True, False], ids=["SecretsManager exited first", "moto exited first"])
def test_moto_and_secretsmanager_may_be_entered_and_exited_in_any_order(outside_client, ours_first, ours_left_first):
    sm, moto = SecretsManager(), mock_aws()
    enter = [sm.__enter__, moto.start] if ours_first else [moto.start, sm.__enter__]
    for start in enter:
        start()
    outside_client.create_secret(Name="db", SecretString="ours")
    assert s3_serves()
    if ours_left_first:
        sm.__exit__(None, None, None)
        assert outside_client.list_secrets()["SecretList"] == []
        moto.stop()
    else:
        moto.stop()
        assert outside_client.get_secret_value(SecretId="db")["SecretString"] == "ours"
        sm.__exit__(None, None, None)
    sm.assert_logged("CreateSecret", times=1, Name="db")


def test_calls_to_secretsmanager_do_not_change_a_secret_of_moto_of_the_same_name(outside_client):
    with mock_aws():
        outside_client.create_secret(Name="db", SecretString="moto's")
        with SecretsManager() as sm:
            sm.seed("db", "ours")
            outside_client.put_secret_value(SecretId="db", SecretString="ours too")
            outside_client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        found = outside_client.describe_secret(SecretId="db")
        assert len(found["VersionIdsToStages"]) == 1
        assert outside_client.get_secret_value(SecretId="db")["SecretString"] == "moto's"
    assert [event.operation for event in sm.log] == [
        "PutSecretValue",
        "DeleteSecret",
        "StartSecretVersionDelete",
        "EndSecretVersionDelete",
    ]


def test_an_s3_bucket_of_moto_outlives_the_secretsmanager_in_which_it_was_created(moto_around):
    with SecretsManager():
        assert s3_serves()
    assert len(boto3.client("s3", region_name=REGION).list_buckets()["Buckets"]) == 1
