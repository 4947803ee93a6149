"""`assert_logged`, `assert_not_logged`, `assert_log_order`: the calls that they find, and their failure texts."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any
from unittest.mock import ANY

import pytest

from pytest_secretsmanager import SecretsManager, UsageError
from pytest_secretsmanager.engine.operations import OPERATIONS

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

TOKEN = "2" * 32


class StartsWith:
    """An expectation with its own `__eq__`."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str) and other.startswith(self.prefix)

    def __hash__(self) -> int:
        return hash(self.prefix)

    def __repr__(self) -> str:
        return f"StartsWith({self.prefix!r})"


@pytest.fixture(autouse=True)
def _four_calls(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    """Two reads, a write, and a refused read."""
    secretsmanager.seed("app/db", "one")
    client.get_secret_value(SecretId="app/db")
    client.get_secret_value(SecretId="app/db", VersionStage="AWSCURRENT")
    client.put_secret_value(
        SecretId="app/db", SecretString="two", ClientRequestToken=TOKEN, VersionStages=["AWSPENDING", "BLUE"]
    )
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="app/dv")


def text_of(sm: SecretsManager, operation: str, **arguments: Any) -> str:
    with pytest.raises(AssertionError) as failure:
        sm.assert_logged(operation, **arguments)
    return str(failure.value)


# --- assert_logged ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        pytest.param("GetSecretValue", {}, id="operation"),
        pytest.param("GetSecretValue", {"times": 3}, id="number of calls, refused ones included"),
        pytest.param("GetSecretValue", {"times": 2, "SecretId": "app/db"}, id="one field"),
        pytest.param("GetSecretValue", {"SecretId": "app/db", "VersionStage": "AWSCURRENT"}, id="two fields"),
        pytest.param("GetSecretValue", {"error": "ResourceNotFoundException"}, id="error code"),
        pytest.param(
            "GetSecretValue",
            {"error": "ResourceNotFoundException", "SecretId": "app/dv", "times": 1},
            id="error, field and number",
        ),
        pytest.param("PutSecretValue", {"VersionStages": ["AWSPENDING", "BLUE"]}, id="list"),
        pytest.param("PutSecretValue", {"ClientRequestToken": ANY}, id="mock.ANY"),
        pytest.param("GetSecretValue", {"SecretId": StartsWith("app/"), "times": 3}, id="custom __eq__"),
        pytest.param("DeleteSecret", {"times": 0}, id="zero calls"),
    ],
)
def test_assert_logged_passes_for(secretsmanager: SecretsManager, operation: str, arguments: dict[str, Any]) -> None:
    secretsmanager.assert_logged(operation, **arguments)


def test_assert_logged_requires_a_field_that_is_compared_with_any(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError, match="VersionId: expected <ANY>, found nothing"):
        secretsmanager.assert_logged("GetSecretValue", VersionId=ANY)


def test_assert_logged_lists_the_nearest_calls_first(secretsmanager: SecretsManager) -> None:
    assert text_of(secretsmanager, "GetSecretValue", SecretId="app/db", VersionStage="AWSPENDING") == (
        "expected GetSecretValue(SecretId='app/db', VersionStage='AWSPENDING') to be logged at least once, found it 0 "
        "times\n"
        "GetSecretValue was logged 3 times:\n"
        "  VersionStage: expected 'AWSPENDING', found nothing\n"
        "    in <GetSecretValue(SecretId='app/db')>\n"
        "  VersionStage: expected 'AWSPENDING', found 'AWSCURRENT'\n"
        "    in <GetSecretValue(SecretId='app/db', VersionStage='AWSCURRENT')>\n"
        "  SecretId: expected 'app/db', found 'app/dv'; VersionStage: expected 'AWSPENDING', found nothing\n"
        "    in <GetSecretValue(SecretId='app/dv') -> ResourceNotFoundException>"
    )


def test_assert_logged_fails_when_no_call_was_refused_with_the_error(secretsmanager: SecretsManager) -> None:
    assert text_of(secretsmanager, "PutSecretValue", error="LimitExceededException", SecretId="app/db") == (
        "expected PutSecretValue(SecretId='app/db') -> LimitExceededException to be logged at least once, found it 0 "
        "times\n"
        "PutSecretValue was logged 1 time:\n"
        "  expected the error LimitExceededException\n"
        "    in <PutSecretValue(SecretId='app/db', VersionStages=['AWSPENDING', 'BLUE'], …)>"
    )


def test_assert_logged_shows_the_repr_of_the_expected_object(secretsmanager: SecretsManager) -> None:
    text = text_of(secretsmanager, "PutSecretValue", SecretId=StartsWith("web/"))
    assert text.startswith("expected PutSecretValue(SecretId=StartsWith('web/')) to be logged at least once, found it ")
    assert "\n  SecretId: expected StartsWith('web/'), found 'app/db'\n    in <PutSecretValue(" in text


@pytest.mark.parametrize(
    ("times", "wanted", "found"),
    [(0, "0 times", "1 time"), (2, "2 times", "1 time")],
)
def test_assert_logged_fails_for_another_number_of_calls(
    secretsmanager: SecretsManager, times: int, wanted: str, found: str
) -> None:
    assert text_of(secretsmanager, "PutSecretValue", times=times, SecretId="app/db") == (
        f"expected PutSecretValue(SecretId='app/db') to be logged {wanted}, found it {found}\n"
        "PutSecretValue was logged 1 time:\n"
        "  <PutSecretValue(SecretId='app/db', VersionStages=['AWSPENDING', 'BLUE'], …)>"
    )


def test_assert_logged_says_once_for_times_one(secretsmanager: SecretsManager) -> None:
    text = text_of(secretsmanager, "GetSecretValue", times=1)
    assert text.startswith("expected GetSecretValue() to be logged once, found it 3 times\n")


def test_assert_logged_names_the_logged_operations_when_the_expected_one_is_missing(
    secretsmanager: SecretsManager,
) -> None:
    assert text_of(secretsmanager, "DeleteSecret", SecretId="app/db") == (
        "expected DeleteSecret(SecretId='app/db') to be logged at least once, found it 0 times\n"
        "no DeleteSecret was logged; logged were: GetSecretValue, PutSecretValue"
    )


def test_assert_logged_says_that_no_call_was_logged() -> None:
    with SecretsManager() as sm:
        assert text_of(sm, "GetSecretValue") == (
            "expected GetSecretValue() to be logged at least once, found it 0 times\n"
            "no GetSecretValue was logged; logged were: no calls\n"
            "  another SecretsManager, in us-east-1, which is active, has logged 4: look at its log\n"
            "  does the code cache what it reads (lru_cache, powertools, at import)? Clear the cache before the test"
        )


def test_assert_logged_shows_the_five_nearest_calls_and_counts_the_rest(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    for _ in range(9):
        client.describe_secret(SecretId="app/db")
    text = text_of(secretsmanager, "DescribeSecret", SecretId="other")
    assert text.count("<DescribeSecret(") == 5
    assert "\nDescribeSecret was logged 9 times; the nearest 5:\n" in text
    assert text.endswith("\n  … and 4 more")


def test_assert_logged_shows_the_first_five_matching_calls_and_counts_the_rest(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    for _ in range(12):
        client.describe_secret(SecretId="app/db")
    text = text_of(secretsmanager, "DescribeSecret", times=1)
    assert "\nDescribeSecret was logged 12 times; the first 5:\n" in text
    assert text.endswith("\n  <DescribeSecret(SecretId='app/db')>\n  … and 7 more")


def test_assert_logged_shows_all_of_five_calls(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    for _ in range(5):
        client.describe_secret(SecretId="app/db")
    text = text_of(secretsmanager, "DescribeSecret", times=1)
    assert "\nDescribeSecret was logged 5 times:\n" in text
    assert "more" not in text


def test_assert_logged_lists_a_call_with_the_right_error_before_others(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    text = text_of(secretsmanager, "GetSecretValue", error="ResourceNotFoundException", SecretId="app/dw")
    assert text.index("app/dv") < text.index("<GetSecretValue(SecretId='app/db')")


def test_assert_logged_cuts_a_long_call_and_keeps_the_expected_fields(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    tags: Any = [{"Key": f"key-{number}", "Value": "x" * 200} for number in range(20)]
    client.create_secret(Name="long", Description="y" * 500, SecretString="to-hide", Tags=tags)
    lines = text_of(secretsmanager, "CreateSecret", times=2, Name="long").splitlines()
    assert lines[-1] == "  <CreateSecret(Name='long', …)>"
    lines = text_of(secretsmanager, "CreateSecret", Tags=[], Description="y" * 499).splitlines()
    assert max(map(len, lines)) < 700
    assert lines[-1].endswith("…)>")
    assert len(lines[-1]) <= 110


def test_assert_not_logged_cuts_a_long_call_and_keeps_its_error(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.describe_secret(SecretId="x" * 200)
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_not_logged("DescribeSecret")
    line = str(failure.value).splitlines()[-1]
    assert line.startswith("  <DescribeSecret(SecretId='xxx")
    assert line.endswith("xxx…) -> ResourceNotFoundException>")
    assert len(line) == 102


def test_assert_logged_shows_a_whole_token_if_it_fits_or_is_expected(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.create_secret(Name="new", ClientRequestToken="3" * 32)
    assert f"<CreateSecret(Name='new', ClientRequestToken='{'3' * 32}')>" in text_of(
        secretsmanager, "CreateSecret", times=2
    )
    text = text_of(secretsmanager, "PutSecretValue", ClientRequestToken="4" * 32)
    assert f"\n  ClientRequestToken: expected '{'4' * 32}', found '{TOKEN}'\n" in text


def test_assert_logged_shows_no_secret_value(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    client.put_secret_value(SecretId="app/db", SecretString="a-value-to-hide")
    client.put_secret_value(SecretId="app/db", SecretBinary=b"bytes-to-hide")
    text = text_of(secretsmanager, "PutSecretValue", SecretId="other")
    assert "SecretString=(hidden)" in text
    assert "SecretBinary=(hidden)" in text
    assert "to-hide" not in text


@pytest.mark.parametrize(
    ("operation", "fields", "text"),
    [
        pytest.param(
            "PutSecretValu", {}, "no operation 'PutSecretValu'; did you mean 'PutSecretValue' or ", id="operation"
        ),
        pytest.param("put_secret_value", {}, "no operation 'put_secret_value'", id="name of the method"),
        pytest.param(
            "PutSecretValue",
            {"SecretID": "app/db"},
            "PutSecretValue has no request field 'SecretID'; did you mean 'SecretId'?",
            id="field",
        ),
        pytest.param(
            "PutSecretValue",
            {"secretId": "app/db"},
            "PutSecretValue has no request field 'secretId'; did you mean 'SecretId'?",
            id="field in lower case",
        ),
        pytest.param(
            "DescribeSecret",
            {"Nothing": "x"},
            "DescribeSecret has no request field 'Nothing'; there is 'SecretId'",
            id="field without a similar name",
        ),
        *(
            pytest.param(
                "PutSecretValue",
                {member: "x"},
                f"AWS never logs {member}, so no call can match it; compare the value with assert_value",
                id=member,
            )
            for member in ("SecretString", "SecretBinary", "RotationToken")
        ),
    ],
)
@pytest.mark.parametrize("helper", ["assert_logged", "assert_not_logged"])
def test_log_assertions_refuse_an_operation_or_field_that_no_call_can_have(
    secretsmanager: SecretsManager, helper: str, operation: str, fields: dict[str, str], text: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        getattr(secretsmanager, helper)(operation, **fields)
    assert str(refusal.value).startswith(text)


def test_assert_logged_suggests_its_own_argument_for_a_misspelt_one(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.assert_logged("PutSecretValue", time=1)
    assert str(refusal.value) == "PutSecretValue has no request field 'time'; did you mean 'times'?"


def test_assert_not_logged_suggests_its_own_argument_for_a_misspelt_one(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.assert_not_logged(errors="ResourceNotFoundException")
    assert str(refusal.value) == "no operation has a request field 'errors'; did you mean 'error'?"


def test_assert_logged_suggests_no_hidden_field(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.assert_logged("PutSecretValue", SecretStrin="x")
    assert "'SecretString'" not in str(refusal.value)


# --- assert_not_logged -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        pytest.param("DeleteSecret", {}, id="operation"),
        pytest.param("PutSecretValue", {"SecretId": "other"}, id="one field"),
        pytest.param(None, {"SecretId": "other"}, id="field of any operation"),
    ],
)
def test_assert_not_logged_passes_for(
    secretsmanager: SecretsManager, operation: str | None, fields: dict[str, str]
) -> None:
    secretsmanager.assert_not_logged(operation, **fields)


def test_assert_not_logged_passes_for_an_empty_log() -> None:
    with SecretsManager() as sm:
        sm.assert_not_logged()


def test_assert_not_logged_lists_the_calls(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_not_logged("GetSecretValue", SecretId="app/db")
    assert str(failure.value) == (
        "expected GetSecretValue(SecretId='app/db') not to be logged, found it 2 times\n"
        "  <GetSecretValue(SecretId='app/db')>\n"
        "  <GetSecretValue(SecretId='app/db', VersionStage='AWSCURRENT')>"
    )


def test_assert_not_logged_counts_refused_calls(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_not_logged("GetSecretValue", SecretId="app/dv")
    assert str(failure.value) == (
        "expected GetSecretValue(SecretId='app/dv') not to be logged, found it 1 time\n"
        "  <GetSecretValue(SecretId='app/dv') -> ResourceNotFoundException>"
    )


def test_assert_not_logged_without_arguments_fails_for_any_call(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_not_logged()
    lines = str(failure.value).splitlines()
    assert lines[0] == "expected no call to be logged, found 4"
    assert [line.split("(")[0] for line in lines[1:]] == [
        "  <GetSecretValue",
        "  <GetSecretValue",
        "  <PutSecretValue",
        "  <GetSecretValue",
    ]


def test_assert_not_logged_shows_the_first_five_calls_and_counts_the_rest(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    for _ in range(12):
        client.describe_secret(SecretId="app/db")
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_not_logged("DescribeSecret")
    lines = str(failure.value).splitlines()
    assert lines[0] == "expected DescribeSecret() not to be logged, found it 12 times; the first 5:"
    assert lines[1:] == ["  <DescribeSecret(SecretId='app/db')>"] * 5 + ["  … and 7 more"]


def test_assert_not_logged_without_an_operation_finds_a_field_of_any_call(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError, match="not to be logged, found it 3 times\n"):
        secretsmanager.assert_not_logged(SecretId="app/db")


@pytest.mark.parametrize("field", ["SecretID", "SecretString", "nonsense"])
def test_assert_not_logged_refuses_a_field_that_no_operation_logs(secretsmanager: SecretsManager, field: str) -> None:
    with pytest.raises(UsageError, match=field):
        secretsmanager.assert_not_logged(**{field: "app/db"})


# --- assert_log_order ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param(["GetSecretValue", "PutSecretValue"], id="one after the other"),
        pytest.param(["GetSecretValue", "PutSecretValue", "GetSecretValue"], id="and back again"),
        pytest.param(["GetSecretValue", "GetSecretValue", "GetSecretValue"], id="one repeated, with others between"),
        pytest.param(["GetSecretValue", "GetSecretValue", "PutSecretValue", "GetSecretValue"], id="all"),
        pytest.param(["PutSecretValue"], id="one alone"),
    ],
)
def test_assert_log_order_passes_for(secretsmanager: SecretsManager, operations: list[str]) -> None:
    secretsmanager.assert_log_order(*operations)


def test_assert_log_order_fails_for_the_reverse_order(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    client.delete_secret(SecretId="app/db")
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_log_order("DeleteSecret", "PutSecretValue")
    assert str(failure.value) == (
        "no PutSecretValue was logged after DeleteSecret; logged were:\n"
        "  GetSecretValue ×2\n"
        "  PutSecretValue\n"
        "  GetSecretValue\n"
        "  DeleteSecret"
    )


def test_assert_log_order_shows_the_beginning_and_the_end_of_a_long_log(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    for _ in range(20):
        client.describe_secret(SecretId="app/db")
        client.get_random_password()
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_log_order("TagResource")
    lines = str(failure.value).splitlines()
    assert len(lines) == 22
    assert lines[1:3] == ["  GetSecretValue ×2", "  PutSecretValue"]
    assert lines[11] == "  … and 23 calls more …"
    assert lines[-2:] == ["  DescribeSecret", "  GetRandomPassword"]


def test_assert_log_order_names_the_operations_that_it_found_before(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_log_order("GetSecretValue", "PutSecretValue", "DeleteSecret")
    assert str(failure.value) == (
        "no DeleteSecret was logged after GetSecretValue, PutSecretValue; logged were:\n"
        "  GetSecretValue ×2\n"
        "  PutSecretValue\n"
        "  GetSecretValue"
    )


def test_assert_log_order_fails_at_the_first_missing_operation(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError, match=r"^no TagResource was logged; logged were:\n  GetSecretValue "):
        secretsmanager.assert_log_order("TagResource", "GetSecretValue")


def test_assert_log_order_fails_when_an_operation_is_not_repeated_often_enough(secretsmanager: SecretsManager) -> None:
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_log_order("GetSecretValue", "PutSecretValue", "PutSecretValue")
    assert str(failure.value).startswith("no PutSecretValue was logged after GetSecretValue, PutSecretValue; ")


SPELLINGS = {
    "name": lambda view: view.name,
    "ARN": lambda view: view.arn,
    "partial ARN": lambda view: view.arn[:-7],
    "view": lambda view: view,
}


@pytest.mark.parametrize("asked", SPELLINGS)
@pytest.mark.parametrize("called", ["name", "ARN", "partial ARN"])
def test_log_assertions_match_a_secret_by_name_arn_partial_arn_and_view(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", called: str, asked: str
) -> None:
    view = secretsmanager.seed("app/db", "one")
    secretsmanager.seed("app/db2", "one")
    client.describe_secret(SecretId=SPELLINGS[called](view))
    secretsmanager.assert_logged("DescribeSecret", times=1, SecretId=SPELLINGS[asked](view))
    secretsmanager.assert_not_logged("DescribeSecret", SecretId=SPELLINGS[asked](secretsmanager.secret("app/db2")))
    with pytest.raises(AssertionError, match=r"^expected DescribeSecret\(SecretId="):
        secretsmanager.assert_not_logged("DescribeSecret", SecretId=SPELLINGS[asked](view))


def test_assert_logged_distinguishes_secrets_of_two_regions(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/db", "one")
    there = secretsmanager.seed("app/db", "one", region="eu-west-1")
    secretsmanager.client("eu-west-1").describe_secret(SecretId="app/db")
    secretsmanager.assert_logged("DescribeSecret", SecretId=there)
    secretsmanager.assert_not_logged("DescribeSecret", SecretId=secretsmanager.secret("app/db"))


def test_assert_logged_accepts_the_view_of_a_deleted_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    view = secretsmanager.seed("app/db", "one")
    client.delete_secret(SecretId=view.arn, ForceDeleteWithoutRecovery=True)
    secretsmanager.assert_logged("DeleteSecret", SecretId=view)


def test_assert_log_order_fails_for_an_empty_log() -> None:
    with SecretsManager() as sm, pytest.raises(AssertionError) as failure:
        sm.assert_log_order("GetSecretValue")
    assert str(failure.value).startswith("no GetSecretValue was logged; logged were: no calls\n")


@pytest.mark.parametrize("order", [["GetSecretValue", "PutSecretValue"], ("GetSecretValue",), []], ids=str)
def test_assert_log_order_refuses_a_list(secretsmanager: SecretsManager, order: Any) -> None:
    with pytest.raises(UsageError, match=r"not a (list|tuple): write .*, or assert_log_order\(\*names\)$"):
        secretsmanager.assert_log_order(order)


@pytest.mark.parametrize("operation", [["GetSecretValue"], 7, {"GetSecretValue"}, b"GetSecretValue"], ids=str)
@pytest.mark.parametrize("helper", ["assert_logged", "assert_not_logged", "assert_log_order"])
def test_log_assertions_refuse_an_operation_that_is_not_text(
    secretsmanager: SecretsManager, helper: str, operation: Any
) -> None:
    with pytest.raises(UsageError, match=r"^(an operation is|the names of an order are) "):
        getattr(secretsmanager, helper)(operation)


def test_assert_logged_refuses_none_as_the_operation(secretsmanager: SecretsManager) -> None:
    operation: Any = None
    with pytest.raises(UsageError, match=r"^an operation is a str such as 'GetSecretValue', not NoneType$"):
        secretsmanager.assert_logged(operation)


def test_assert_log_order_refuses_an_unknown_operation(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError, match=r"^no operation 'GetSecret'; did you mean "):
        secretsmanager.assert_log_order("GetSecretValue", "GetSecret")


def test_assert_log_order_refuses_an_empty_order(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError, match="none was given"):
        secretsmanager.assert_log_order()


def test_assert_not_logged_refuses_an_operation_that_is_not_supported(
    secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(OPERATIONS, "RotateSecret")
    with pytest.raises(UsageError, match=r"^RotateSecret is not supported yet by pytest-secretsmanager, so "):
        secretsmanager.assert_not_logged("RotateSecret")


def test_assert_logged_distinguishes_the_arns_of_a_replaced_secret(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    old = secretsmanager.seed("anew", "one").arn
    new = secretsmanager.seed("anew", "one").arn
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId=old)
    secretsmanager.assert_logged("GetSecretValue", SecretId=old)
    secretsmanager.assert_not_logged("GetSecretValue", SecretId=new)


@pytest.mark.parametrize("times", ["1", -1, True, 1.0])
def test_assert_logged_refuses_an_invalid_number_of_times(secretsmanager: SecretsManager, times: Any) -> None:
    with pytest.raises(UsageError, match="times is a number of calls"):
        secretsmanager.assert_logged("GetSecretValue", times=times)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("ResourceNotFound", "no error 'ResourceNotFound'; did you mean 'ResourceNotFoundException'"),
        (
            "resourcenotfoundexception",
            "no error 'resourcenotfoundexception'; did you mean 'ResourceNotFoundException'?",
        ),
        ("LimitExceeded", "no error 'LimitExceeded'; did you mean 'LimitExceededException'?"),
        ("AccessDeniedError", "no error 'AccessDeniedError'; did you mean 'AccessDeniedException'"),
        ("NoSuchBucket", "no error 'NoSuchBucket' (errors of hooks and Stubbers are not logged)"),
        (ValueError, "error is a code such as 'ResourceNotFoundException', not type"),
    ],
)
@pytest.mark.parametrize("helper", ["assert_logged", "assert_not_logged"])
def test_log_assertions_refuse_an_unknown_error_code(
    secretsmanager: SecretsManager, helper: str, error: Any, told: str
) -> None:
    with pytest.raises(UsageError) as caught:
        getattr(secretsmanager, helper)("GetSecretValue", error=error)
    assert str(caught.value).startswith(told)


def test_assert_not_logged_with_an_error_finds_calls_refused_with_it(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="nowhere")
    secretsmanager.assert_not_logged("GetSecretValue", error="AccessDeniedException")
    with pytest.raises(
        AssertionError, match=r"expected GetSecretValue.* -> ResourceNotFoundException not to be logged"
    ):
        secretsmanager.assert_not_logged("GetSecretValue", error="ResourceNotFoundException")


@pytest.mark.parametrize(
    ("operation", "field", "value", "text"),
    [
        ("PutSecretValue", "VersionStages", "AWSPENDING", "VersionStages is a list: write ['AWSPENDING']"),
        ("PutSecretValue", "VersionStages", ("A", "B"), "VersionStages is a list: write ['A', 'B']"),
        ("PutSecretValue", "VersionStages", ["A", None], "VersionStages[1] is a str: None matches no call"),
        ("PutSecretValue", "SecretId", None, "SecretId is a str: None matches no call"),
        ("PutSecretValue", "SecretId", b"db", "SecretId is a str: bytes matches no call"),
        ("ListSecrets", "MaxResults", "20", "MaxResults is an int: str matches no call"),
        ("ListSecrets", "MaxResults", True, "MaxResults is an int: bool matches no call"),
        ("DeleteSecret", "ForceDeleteWithoutRecovery", 1, "ForceDeleteWithoutRecovery is a bool: int matches no call"),
        ("RotateSecret", "RotationRules", 30, "RotationRules is a dict: int matches no call"),
        ("RotateSecret", "RotationRules", {"Days": 3}, "RotationRulesType has no member 'Days'"),
        ("TagResource", "Tags", {"Key": "a"}, "Tags is a list: write [{'Key': 'a'}]"),
        ("TagResource", "Tags", [{"Key": "a", "Value": 1}], "Tags[0]['Value'] is a str: int matches no call"),
        ("TagResource", "Tags", [{7: "a"}], "Tag has no member 7"),
        ("RotationSucceeded", "SecretId", None, "SecretId is a str: None matches no call"),
        (None, "VersionStages", "AWSPENDING", "VersionStages is a list: write ['AWSPENDING']"),
    ],
    ids=str,
)
def test_log_assertions_refuse_a_value_of_a_wrong_type_for_the_field(
    secretsmanager: SecretsManager, operation: Any, field: str, value: object, text: str
) -> None:
    for helper in [secretsmanager.assert_not_logged, *([secretsmanager.assert_logged] if operation else [])]:
        with pytest.raises(UsageError) as refusal:
            helper(operation, **{field: value})
        assert str(refusal.value).startswith(text)


def test_assert_logged_accepts_values_with_their_own_comparison(secretsmanager: SecretsManager) -> None:
    class Stage(StrEnum):
        PENDING = "AWSPENDING"

    view = secretsmanager.seed("db", "one")
    secretsmanager.client().put_secret_value(SecretId="db", SecretString="two", VersionStages=["AWSPENDING"])
    secretsmanager.assert_logged("PutSecretValue", SecretId=view, VersionStages=[Stage.PENDING])
    secretsmanager.assert_logged("PutSecretValue", SecretId=ANY, VersionStages=ANY, ClientRequestToken=ANY)
