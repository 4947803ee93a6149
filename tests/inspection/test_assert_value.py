"""`assert_value`: when it passes, when it fails, and the text of its failure."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager import SecretNotFound, SecretsManager, UsageError, Version

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32

TABLE = f"""\
secret 'db' in us-east-1
  #  version id                        age  AWSCURRENT  AWSPREVIOUS
  1  {ONE}  3 d              now
  2  {TWO}  0 s  now"""


def seed_two(sm: SecretsManager, older: object, newer: object) -> None:
    sm.seed("db", versions=[Version(older, id=ONE, age=timedelta(days=3)), Version(newer, id=TWO)])


def text_of(sm: SecretsManager, expected: object, **options: object) -> str:
    with pytest.raises(AssertionError) as failure:
        sm.assert_value("db", expected, **options)  # type: ignore[arg-type]
    return str(failure.value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("hunter2", "hunter2", id="text"),
        pytest.param("pässwörd ✓", "pässwörd ✓", id="text beyond ASCII"),
        pytest.param(b"\x00\xff", b"\x00\xff", id="bytes"),
        pytest.param(b"\x00\xff", bytearray(b"\x00\xff"), id="bytearray"),
        pytest.param({"user": "app", "port": 5432}, {"port": 5432, "user": "app"}, id="dict in another order"),
        pytest.param('{"user":"app"}', {"user": "app"}, id="dict in another spelling"),
        pytest.param({"user": "app"}, '{"user": "app"}', id="text of a dict"),
        pytest.param([1, [2, None]], [1, [2, None]], id="list"),
        pytest.param(7, 7, id="number"),
        pytest.param("7", "7", id="text of a number"),
        pytest.param(True, True, id="bool"),
        pytest.param("null", "null", id="text of null"),
    ],
)
def test_assert_value_passes_for_the_same_value(
    secretsmanager: SecretsManager, value: object, expected: object
) -> None:
    secretsmanager.seed("db", value)
    secretsmanager.assert_value("db", expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("hunter2", "Hunter2", id="other case of a letter"),
        pytest.param("hunter2", "hunter2 ", id="one space more"),
        pytest.param("hunter2", b"hunter2", id="bytes for text"),
        pytest.param(b"hunter2", "hunter2", id="text for bytes"),
        pytest.param(b'{"a": 1}', {"a": 1}, id="a dict for bytes"),
        pytest.param({"a": 1}, {"a": 1, "b": 2}, id="one key more"),
        pytest.param({"a": 1, "b": 2}, {"a": 1}, id="one key less"),
        pytest.param({"a": {"b": 1}}, {"a": {"b": 2}}, id="another nested value"),
        pytest.param([1, 2], [2, 1], id="a list in another order"),
        pytest.param('{"a": 1}', '{"a":1}', id="JSON text in another spelling"),
        pytest.param("hunter2", {"a": 1}, id="a dict for text that is no JSON"),
        pytest.param("7", 8, id="another number"),
    ],
)
def test_assert_value_fails_for_another_value(secretsmanager: SecretsManager, value: object, expected: object) -> None:
    secretsmanager.seed("db", value)
    with pytest.raises(AssertionError, match=r"^version 1 of secret 'db' \(AWSCURRENT\) holds another value\n"):
        secretsmanager.assert_value("db", expected)


@pytest.mark.parametrize(
    ("value", "expected"), [(1, True), (True, 1), ({"a": [1]}, {"a": [True]}), (0, False)], ids=str
)
def test_assert_value_distinguishes_numbers_and_bools(
    secretsmanager: SecretsManager, value: object, expected: object
) -> None:
    secretsmanager.seed("db", value)
    with pytest.raises(AssertionError, match="holds another value"):
        secretsmanager.assert_value("db", expected)


@pytest.mark.parametrize(
    ("found", "expected", "text"),
    [
        pytest.param("hunter2", "hunter3", "  expected: 'hunter3'\n  found:    'hunter2'", id="text"),
        pytest.param(b"\x00", b"\x01", "  expected: b'\\x01'\n  found:    b'\\x00'", id="bytes"),
        pytest.param("text", b"text", "  expected: b'text'\n  found:    'text'", id="bytes for text"),
        pytest.param("text", None, "  expected: None\n  found:    'text'", id="None"),
        pytest.param([1, 2], [1, 3], "  [1]: expected 3, found 2", id="list: only the items that differ"),
        pytest.param([1], (1, 2), "  [1]: expected 2, found nothing", id="list that is too short"),
        pytest.param({"a": 1}, [1], "  expected: [1]\n  found:    {…}", id="list for dict"),
        pytest.param([1], {"a": 1}, "  expected: {'a': 1}\n  found:    […]", id="dict for list"),
        pytest.param("text", {"a": 1}, "  expected: {'a': 1}\n  found:    a text of 4 characters", id="dict for text"),
        pytest.param(b"{}", {}, "  expected: {}\n  found:    a binary value of 2 bytes", id="dict for bytes"),
        pytest.param({}, None, "  expected: None\n  found:    {}", id="None for an empty dict"),
        pytest.param(
            {"user": "app", "port": 1, "new": "x"},
            {"user": "app", "port": 2, "old": None},
            "  'port': expected 2, found 1\n"
            "  'old': expected None, found nothing\n"
            "  'new': expected nothing, found a value",
            id="dict: only the members that differ",
        ),
    ],
)
def test_assert_value_shows_both_values_and_the_table_of_versions(
    secretsmanager: SecretsManager, found: object, expected: object, text: str
) -> None:
    seed_two(secretsmanager, "old", found)
    assert text_of(secretsmanager, expected) == (
        f"version 2 of secret 'db' (AWSCURRENT) holds another value\n{text}\n\n{TABLE}"
    )


def test_assert_value_shows_no_value_that_the_test_did_not_compare(secretsmanager: SecretsManager) -> None:
    seed_two(secretsmanager, {"password": "of-old"}, {"password": "of-now", "user": "equal-user"})
    text = text_of(secretsmanager, {"password": "expected", "user": "equal-user"})
    assert "of-now" in text
    assert "of-old" not in text
    assert "equal-user" not in text


def test_assert_value_names_another_version_that_holds_the_value(secretsmanager: SecretsManager) -> None:
    seed_two(secretsmanager, "one", "two")
    assert text_of(secretsmanager, "one") == (
        "version 2 of secret 'db' (AWSCURRENT) holds another value\n"
        "  expected: 'one'\n"
        "  found:    'two'\n"
        "that value is in version 1 (AWSPREVIOUS)\n"
        f"\n{TABLE}"
    )


def test_assert_value_says_that_the_other_version_has_no_label(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "three", versions=["one", "two"])
    assert "\nthat value is in version 1 (no label)\n" in text_of(secretsmanager, "one")


@pytest.mark.parametrize(
    ("version", "value"),
    [
        pytest.param(ONE, "one", id="id"),
        pytest.param(1, "one", id="number"),
        pytest.param(3, "three", id="last number"),
        pytest.param(-1, "three", id="newest"),
        pytest.param(-3, "one", id="oldest, from the end"),
        pytest.param("AWSCURRENT", "two", id="label"),
        pytest.param("BLUE", "three", id="custom label"),
    ],
)
def test_assert_value_accepts_the_version_by_id_number_or_label(
    secretsmanager: SecretsManager, version: str | int, value: str
) -> None:
    secretsmanager.seed(
        "db",
        versions=[
            Version("one", id=ONE, labels=[]),
            Version("two", id=TWO, labels=["AWSCURRENT"]),
            Version("three", id=THREE, labels=["BLUE"]),
        ],
    )
    secretsmanager.assert_value("db", value, version=version)
    assert f"\n  found:    {value!r}\n" in text_of(secretsmanager, "other", version=version)


def test_assert_value_accepts_a_version_view(secretsmanager: SecretsManager) -> None:
    seed_two(secretsmanager, "one", "two")
    previous = secretsmanager.secret("db").previous
    assert previous is not None
    secretsmanager.assert_value("db", "one", version=previous)


def test_assert_value_refuses_a_version_view_of_another_secret(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    other = secretsmanager.seed("other", "two").versions[0]
    with pytest.raises(UsageError, match="'other'"):
        secretsmanager.assert_value("db", "two", version=other)


@pytest.mark.parametrize(
    ("version", "text"),
    [
        (3, "secret 'db' has no version 3; it has numbers 1 to 2 and the labels AWSCURRENT, AWSPREVIOUS"),
        (0, "secret 'db' has no version 0; it has numbers 1 to 2 and the labels AWSCURRENT, AWSPREVIOUS"),
        (-3, "secret 'db' has no version -3; it has numbers 1 to 2 and the labels AWSCURRENT, AWSPREVIOUS"),
        (
            "AWSCURENT",
            "secret 'db' has no version 'AWSCURENT'; it has numbers 1 to 2 and the labels AWSCURRENT, AWSPREVIOUS; did "
            "you mean 'AWSCURRENT'?",
        ),
    ],
)
def test_assert_value_of_an_unknown_version_names_the_existing_numbers_and_labels(
    secretsmanager: SecretsManager, version: str | int, text: str
) -> None:
    seed_two(secretsmanager, "one", "two")
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_value("db", "one", version=version)
    assert str(failure.value).startswith(f"{text}\n\nsecret 'db' in us-east-1\n")


def test_assert_value_of_an_unknown_version_names_the_only_number(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(AssertionError, match=r"^secret 'db' has no version 2; it has number 1 and the labels AWSCUR"):
        secretsmanager.assert_value("db", "one", version=2)


def test_assert_value_says_that_the_secret_has_no_version(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db")
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_value("db", "one")
    assert str(failure.value) == (
        "secret 'db' has no version 'AWSCURRENT'; it has no versions\n\nsecret 'db' in us-east-1\n  (no version)"
    )


def test_assert_value_compares_json_null_with_none(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "null")
    secretsmanager.assert_value("db", None)


def test_assert_value_accepts_a_name_an_arn_a_partial_arn_or_a_view(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed("app/db", "one")
    for secret_id in ("app/db", view.arn, view.arn[:-7], view):
        secretsmanager.assert_value(secret_id, "one")


def test_assert_value_finds_its_secret_by_region(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "here")
    secretsmanager.seed("db", "there", region="eu-west-1")
    secretsmanager.assert_value("db", "there", region="eu-west-1")
    secretsmanager.assert_value("db", "here")


def test_assert_value_finds_its_secret_by_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "ours")
    secretsmanager.seed("db", "theirs", account="999999999999")
    secretsmanager.assert_value("db", "theirs", account="999999999999")
    secretsmanager.assert_value("db", "ours")


def test_assert_value_of_an_unknown_secret_names_the_nearest(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/db", "one")
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.assert_value("app/dv", "one")
    assert str(failure.value) == ("no secret 'app/dv' in us-east-1 of account 123456789012; did you mean 'app/db'?")


@pytest.mark.parametrize(
    "way", [{"ForceDeleteWithoutRecovery": True}, {"RecoveryWindowInDays": 7}], ids=["by force", "with a window"]
)
def test_assert_value_of_a_deleted_secret_says_that_it_was_deleted(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", way: Any
) -> None:
    secretsmanager.seed("gone", "one")
    client.delete_secret(SecretId="gone", **way)
    secretsmanager.clock.advance(days=8)
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.assert_value("gone", "one")
    assert str(failure.value) == "no secret 'gone' in us-east-1 of account 123456789012; it was deleted"


def test_assert_value_logs_no_call(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.assert_value("db", "one")
    assert len(secretsmanager.log) == 0


def test_assert_value_shows_only_the_nested_members_that_differ(secretsmanager: SecretsManager) -> None:
    seed_two(secretsmanager, "old", {"db": {"user": "kept-secret", "password": "found"}, "port": 1})
    text = text_of(secretsmanager, {"db": {"user": "kept-secret", "password": "expected"}, "port": 1})
    assert "  'db' > 'password': expected 'expected', found 'found'\n" in text
    assert "kept-secret" not in text


@pytest.mark.parametrize(
    ("found", "expected", "text"),
    [
        ({"user": "app", "password": "hunter2"}, {"user": "app"}, "  'password': expected nothing, found a value\n"),
        (
            {"users": [{"name": "a", "password": "hunter2"}]},
            {"users": [{"name": "b"}]},
            "  'users' > [0] > 'name': expected 'b', found 'a'\n"
            "  'users' > [0] > 'password': expected nothing, found a value\n",
        ),
        ({"db": {"password": "hunter2"}}, {"db": "x"}, "  'db': expected 'x', found {…}\n"),
        ({"passwords": ["hunter2"]}, {"passwords": None}, "  'passwords': expected None, found […]\n"),
        ({"pin": 987654}, {"pin": {"of": "x"}}, "  'pin': expected {'of': 'x'}, found a number\n"),
        (["hunter2"], [], "  [0]: expected nothing, found a value\n"),
        ({"db": {"password": "hunter2"}}, 7, "  expected: 7\n  found:    {…}\n"),
        ("{'password': 'hunter2'}", {"user": "x"}, "  expected: {'user': 'x'}\n  found:    a text of 23 characters\n"),
        ({"db": '{"password": "hunter2"}'}, {"db": {}}, "  'db': expected {}, found a text of 23 characters\n"),
        (b'{"password": "hunter2"}', ["x"], "  expected: ['x']\n  found:    a binary value of 23 bytes\n"),
    ],
    ids=str,
)
def test_assert_value_does_not_show_a_member_that_the_test_did_not_name(
    secretsmanager: SecretsManager, found: object, expected: object, text: str
) -> None:
    seed_two(secretsmanager, "old", found)
    failure = text_of(secretsmanager, expected)
    assert text in failure
    assert "hunter2" not in failure
    assert "987654" not in failure


@pytest.mark.parametrize(
    ("found", "expected", "unit"), [("a" * 5_000, "a" * 4_000 + "b", "characters"), (b"a" * 300, b"a" * 301, "bytes")]
)
def test_assert_value_shows_the_first_difference_of_long_values(
    secretsmanager: SecretsManager, found: str | bytes, expected: str | bytes, unit: str
) -> None:
    seed_two(secretsmanager, "old", found)
    text = text_of(secretsmanager, expected)
    start = 3_960 if unit == "characters" else 260
    assert f"(from {start} of {len(expected):,} {unit})\n" in text
    assert f"(from {start} of {len(found):,} {unit})\n" in text
    assert len(text) < 800
