"""The marker `secret_fault`: it plans a fault before the test's body runs, and is refused like the others."""

import pytest
from _pytest.pytester import RunResult

HEAD = """
import boto3, pytest
from botocore.config import Config

def read(secret="db"):
    client = boto3.client("secretsmanager", region_name="us-east-1", config=Config(retries={"total_max_attempts": 1}))
    try:
        return client.get_secret_value(SecretId=secret)["SecretString"]
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
"""


def lines_of(result: RunResult) -> str:
    return "\n".join(result.outlines)


def test_the_marker_activates_the_fixture_and_makes_the_call_fail(run) -> None:
    result = run(
        HEAD
        + """
@pytest.mark.secret("db", "one")
@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException")
def test_marked():
    assert [read(), read()] == ["ThrottlingException", "one"]

@pytest.mark.secret("db", "one")
@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException", times=None, secret="db", message="slow down")
def test_with_arguments():
    assert [read(), read()] == ["ThrottlingException"] * 2
"""
    )
    result.assert_outcomes(passed=2)


def test_the_nearest_marker_comes_first_and_the_top_one_of_one_place(run) -> None:
    result = run(
        HEAD
        + """
pytestmark = [
    pytest.mark.secret("db", "one"),
    pytest.mark.secret_fault("GetSecretValue", "InternalFailure"),
    pytest.mark.secret_fault("GetSecretValue", "InternalServiceError"),
]

@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException")
@pytest.mark.secret_fault("GetSecretValue", "InvalidRequestException")
def test_order():
    expected = ["ThrottlingException", "InvalidRequestException", "InternalFailure", "InternalServiceError", "one"]
    assert [read() for _ in expected] == expected
"""
    )
    result.assert_outcomes(passed=1)


def test_an_unmet_marker_fails_the_test_at_its_end(run) -> None:
    result = run(
        HEAD
        + """
@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException")
def test_unmet():
    pass
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    assert "faults.fail('GetSecretValue', 'ThrottlingException') was planned, and no call met it" in lines_of(result)


def test_an_unmet_marker_adds_nothing_to_a_test_that_failed(run) -> None:
    result = run(
        HEAD
        + """
@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException")
def test_failed():
    assert not "of the test"
"""
    )
    result.assert_outcomes(failed=1)
    assert "was planned" not in lines_of(result)


def test_a_marker_fails_calls_on_the_secrets_of_the_run_and_ends_with_its_test(run, pytester) -> None:
    pytester.makefile(".toml", seeds='[[secret]]\nname = "db"\nvalue = "one"\n')
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\nsecretsmanager_region = us-east-1\n")
    result = run(
        HEAD
        + """
@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException", times=None)
def test_a():
    assert read() == "ThrottlingException"

def test_b():
    assert read() == "one"

@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException")
def test_c():
    pass
"""
    )
    result.assert_outcomes(passed=3, errors=1)
    assert "no call met it" in lines_of(result)


REFUSED = {
    "operation": (
        '"GetSecretVal", "ThrottlingException"',
        "no operation 'GetSecretVal'; did you mean 'GetSecretValue'",
    ),
    "error": ('"GetSecretValue", "Throttled"', "no error 'Throttled'"),
    "secret": ('"GetSecretValue", "ThrottlingException", secret="bd"', "secret 'bd'"),
    "argument": (
        '"GetSecretValue", "ThrottlingException", time=2',
        "fail has no argument 'time'; did you mean 'times'?",
    ),
    "too few": (
        '"GetSecretValue"',
        "it takes an operation and an error, as in secret_fault('GetSecretValue', 'ThrottlingException')",
    ),
    "too many": ('"GetSecretValue", "ThrottlingException", 1, 2', "secret_fault takes from"),
}


@pytest.mark.parametrize(("arguments", "text"), REFUSED.values(), ids=REFUSED)
def test_a_wrong_marker_is_an_error_that_names_marker_and_test(run, arguments: str, text: str) -> None:
    result = run(
        HEAD
        + f"""
@pytest.mark.secret("db", "one")
@pytest.mark.secret_fault({arguments})
def test_wrong():
    pass
"""
    )
    result.assert_outcomes(errors=1)
    assert text in lines_of(result)
    assert "in @pytest.mark.secret_fault(" in lines_of(result)
    assert "::test_wrong" in lines_of(result)
