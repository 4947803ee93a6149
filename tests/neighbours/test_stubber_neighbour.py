"""botocore's Stubber on a Secrets Manager client: only calls of that client use its responses."""

from contextlib import ExitStack

import pytest
from botocore.stub import Stubber

from pytest_secretsmanager import SecretsManager

WHEN = pytest.mark.parametrize("when", ["before", "inside"], ids=["before the manager", "inside the manager"])


@pytest.fixture
def stubbed(outside_client, when):
    """A manager and a Stubber that was activated before it or inside it."""
    stubber, sm = Stubber(outside_client), SecretsManager()
    with ExitStack() as open_:
        for part in (stubber, sm) if when == "before" else (sm, stubber):
            open_.enter_context(part)
        sm.seed("db", "one")
        yield sm, stubber


@WHEN
def test_a_stubber_has_no_pending_response_after_its_planned_call(stubbed, outside_client):
    sm, stubber = stubbed
    stubber.add_response("list_secrets", {"SecretList": []})
    with pytest.raises(AssertionError, match="1 responses remaining"):
        stubber.assert_no_pending_responses()
    outside_client.list_secrets()
    stubber.assert_no_pending_responses()
    sm.assert_not_logged("ListSecrets")


@WHEN
def test_calls_of_another_client_do_not_use_the_responses_of_a_stubber(stubbed):
    sm, stubber = stubbed
    stubber.add_response("get_secret_value", {"SecretString": "stubbed"})
    assert sm.client().get_secret_value(SecretId="db")["SecretString"] == "one"
    with pytest.raises(AssertionError, match="1 responses remaining"):
        stubber.assert_no_pending_responses()
    sm.assert_logged("GetSecretValue", times=1)


@WHEN
@pytest.mark.parametrize("status", [400, 500])
def test_a_client_error_of_a_stubber_has_its_code_and_status_and_changes_no_secret(stubbed, outside_client, status):
    sm, stubber = stubbed
    stubber.add_client_error("put_secret_value", "InternalServiceError", "stubbed", http_status_code=status)
    with (
        sm.assert_unchanged("db"),
        pytest.raises(outside_client.exceptions.InternalServiceError, match="stubbed") as raised,
    ):
        outside_client.put_secret_value(SecretId="db", SecretString="two")
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    stubber.assert_no_pending_responses()
    sm.assert_not_logged("PutSecretValue")


@WHEN
def test_a_deactivated_stubber_lets_the_manager_answer_and_keeps_its_responses(stubbed, outside_client):
    sm, stubber = stubbed
    stubber.add_response("get_secret_value", {"SecretString": "stubbed"})
    stubber.deactivate()
    assert outside_client.get_secret_value(SecretId="db")["SecretString"] == "one"
    stubber.activate()
    assert outside_client.get_secret_value(SecretId="db")["SecretString"] == "stubbed"
    stubber.assert_no_pending_responses()
    sm.assert_logged("GetSecretValue", times=1)
