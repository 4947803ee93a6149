"""Other tools that answer calls: a Stubber, and moto for other services."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, StubAssertionError, UnStubbedResponseError
from botocore.stub import ANY, Stubber
from moto import mock_aws

from pytest_secretsmanager import SecretsManager

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"
STUBBED = {"ARN": ARN, "Name": "db", "SecretString": "stubbed"}


# --- a Stubber -------------------------------------------------------------------------------------------------------


@pytest.fixture
def stubber(secretsmanager, client):
    secretsmanager.seed("db", "one")
    with Stubber(client) as stubber:
        yield stubber


def test_an_active_stubber_answers_in_place_of_the_manager(stubber, client):
    stubber.add_response("get_secret_value", STUBBED, {"SecretId": "db"})
    assert client.get_secret_value(SecretId="db") == STUBBED


def test_a_call_that_a_stubber_answers_is_not_logged(secretsmanager, stubber, client):
    stubber.add_response("put_secret_value", {"ARN": ARN})
    client.put_secret_value(SecretId="db", SecretString="two")
    assert list(secretsmanager.log) == []
    secretsmanager.assert_value("db", "one")


def test_an_error_of_a_stubber_reaches_the_caller(stubber, client):
    stubber.add_client_error("get_secret_value", "DecryptionFailure", "stubbed")
    with pytest.raises(client.exceptions.DecryptionFailure, match="stubbed"):
        client.get_secret_value(SecretId="db")


def test_a_stubber_without_responses_refuses_a_call_which_is_not_logged(secretsmanager, stubber, client):
    with pytest.raises(UnStubbedResponseError):
        client.get_secret_value(SecretId="db")
    assert list(secretsmanager.log) == []


def test_a_stubber_refuses_unexpected_parameters(stubber, client):
    stubber.add_response("get_secret_value", STUBBED, {"SecretId": "other"})
    with pytest.raises(StubAssertionError):
        client.get_secret_value(SecretId="db")


PUT = {"SecretId": "db", "SecretString": "two"}


def test_a_stubber_sees_the_parameters_without_the_client_request_token(stubber, client):
    stubber.add_response("put_secret_value", {"ARN": ARN}, PUT)
    assert client.put_secret_value(**PUT) == {"ARN": ARN}


def test_a_stubber_in_a_manager_with_a_random_seed_sees_no_client_request_token(new_client):
    client = new_client()
    with SecretsManager(random_seed=1), Stubber(client) as stubber:
        stubber.add_response("put_secret_value", {"ARN": ARN}, PUT)
        assert client.put_secret_value(**PUT) == {"ARN": ARN}


def test_a_stubber_accepts_any_for_a_parameter(stubber, client):
    stubber.add_response("put_secret_value", {"ARN": ARN}, {"SecretId": ANY, "SecretString": "two"})
    assert client.put_secret_value(**PUT) == {"ARN": ARN}


def test_the_manager_answers_after_a_stubber_was_deactivated(secretsmanager, client):
    secretsmanager.seed("db", "one")
    with Stubber(client) as stubber:
        stubber.add_response("get_secret_value", STUBBED)
        client.get_secret_value(SecretId="db")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    secretsmanager.assert_logged("GetSecretValue", times=1)


def test_a_stubber_that_was_active_before_the_manager_answers_inside_it(new_client):
    client = new_client()
    with Stubber(client) as stubber:
        stubber.add_response("get_secret_value", STUBBED)
        with SecretsManager() as sm:
            assert client.get_secret_value(SecretId="db") == STUBBED
        assert list(sm.log) == []


def test_a_stubber_still_answers_after_the_manager_was_left(new_client):
    client = new_client()
    with Stubber(client) as stubber:
        stubber.add_response("get_secret_value", STUBBED)
        with SecretsManager():
            client.get_secret_value(SecretId="db")
        stubber.add_response("get_secret_value", STUBBED | {"SecretString": "outside"})
        assert client.get_secret_value(SecretId="db")["SecretString"] == "outside"


def test_a_stubber_on_one_client_leaves_other_clients_to_the_manager(secretsmanager, stubber, new_client):
    assert new_client().get_secret_value(SecretId="db")["SecretString"] == "one"
    assert len(secretsmanager.log) == 1


# --- other services --------------------------------------------------------------------------------------------------


def test_a_stubber_answers_a_client_of_another_service(secretsmanager, new_client):
    sts = new_client(service="sts")
    with Stubber(sts) as stubber:
        stubber.add_response("get_caller_identity", {"Account": "999999999999"})
        assert sts.get_caller_identity() == {"Account": "999999999999"}
    assert list(secretsmanager.log) == []


@pytest.mark.parametrize(("service", "operation"), [("s3", "list_buckets"), ("ssm", "describe_parameters")])
def test_a_call_to_another_service_reaches_the_network(secretsmanager, new_client, service, operation):
    once = Config(retries={"total_max_attempts": 1}, proxies={})
    client = new_client(service=service, endpoint_url="http://127.0.0.1:1", config=once)
    with pytest.raises(EndpointConnectionError):
        getattr(client, operation)()
    assert list(secretsmanager.log) == []


def test_a_client_of_another_service_gets_no_listener(secretsmanager, new_client):
    sts = new_client(service="sts")
    handlers = sts.meta.events._emitter._handlers
    before = list(handlers.prefix_search("before-call.sts.GetCallerIdentity"))
    with Stubber(sts) as stubber:
        stubber.add_response("get_caller_identity", {})
        sts.get_caller_identity()
    assert list(handlers.prefix_search("before-call.sts.GetCallerIdentity")) == before


# --- moto ------------------------------------------------------------------------------------------------------------


def test_moto_answers_s3_inside_a_manager(secretsmanager):
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1")
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="key", Body=b"object")
        assert s3.get_object(Bucket="bucket", Key="key")["Body"].read() == b"object"
    assert list(secretsmanager.log) == []


def test_the_manager_answers_secrets_manager_inside_mock_aws(secretsmanager, client):
    with mock_aws():
        client.create_secret(Name="db", SecretString="one")
        boto3.client("secretsmanager", region_name="us-east-1").get_secret_value(SecretId="db")
    assert [call.operation for call in secretsmanager.log] == ["CreateSecret", "GetSecretValue"]


def test_moto_answers_secrets_manager_before_and_after_a_manager():
    """Each keeps its own secrets. The manager was entered last, so it answers inside."""
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        client.create_secret(Name="db", SecretString="moto's")
        with SecretsManager() as sm:
            sm.seed("db", "ours")
            inside = client.get_secret_value(SecretId="db")["SecretString"]
        after = client.get_secret_value(SecretId="db")["SecretString"]
    assert (inside, after) == ("ours", "moto's")


def test_a_client_made_inside_mock_aws_is_answered_by_a_later_manager(new_client):
    with mock_aws():
        client = boto3.client("secretsmanager", region_name="us-east-1")
        with pytest.raises(ClientError):
            client.get_secret_value(SecretId="db")
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
