"""A crash inside the endpoint: its client sees InternalServiceError, the test's report everything but the values."""

import pytest

CRASHES = """
    import boto3, pytest
    from botocore.config import Config
    from botocore.exceptions import ClientError
    from pytest_secretsmanager.engine.operations import OPERATIONS

    @pytest.mark.secret("db", "hunter2")
    def test_it(secretsmanager, monkeypatch):
        def crash(*_):
            raise ZeroDivisionError(secretsmanager.secret("db").value)

        monkeypatch.setitem(OPERATIONS, "ListSecrets", OPERATIONS["ListSecrets"]._replace(run=crash))
        env = secretsmanager.endpoint().env
        client = boto3.client(
            "secretsmanager",
            endpoint_url=env["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={{"total_max_attempts": 1}}),
        )
        with pytest.raises(ClientError, match="InternalServiceError"):
            client.list_secrets()
        client.close()
        assert {holds}
"""
WARN = ["-W", "default::pytest.PytestWarning"]
TOLD = ["secretsmanager.ListSecrets crashed inside the endpoint", "*, in crash", "ZeroDivisionError"]


def test_the_report_of_a_failing_test_shows_a_crash_of_the_endpoint(run):
    result = run(CRASHES.format(holds=False), *WARN)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- secretsmanager -*", *TOLD])


def test_a_passing_test_warns_of_a_crash_of_the_endpoint(run):
    result = run(CRASHES.format(holds=True), *WARN)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["*PytestWarning: secretsmanager: secretsmanager.ListSecrets crashed inside *", "*ZeroDivisionError"]
    )


@pytest.mark.parametrize("holds", [True, False], ids=["passing test", "failing test"])
def test_a_crash_of_the_endpoint_shows_no_secret_value(run, holds):
    """`--tb=line` leaves out the test's own source, which holds the value."""
    shown = run(CRASHES.format(holds=holds), *WARN, "-rP", "--tb=line").stdout.str()
    assert "hunter2" not in shown
