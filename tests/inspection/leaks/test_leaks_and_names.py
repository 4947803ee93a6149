"""`assert_nothing_leaked` ignores names: of secrets, regions, accounts and request members."""

import json

import pytest
from leaking import text_of

from pytest_secretsmanager import SecretsManager, UsageError


def test_assert_nothing_leaked_finds_a_user_name_unless_ignore_lists_it(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/reporting", {"user": "reporting", "password": "correct horse"})
    secretsmanager.client().get_secret_value(SecretId="app/reporting")
    assert text_of(secretsmanager, "as reporting").endswith("'app/reporting', version 1, key 'user' (plain)")
    secretsmanager.assert_nothing_leaked("connected as reporting to app/reporting", ignore=["reporting"])
    with pytest.raises(AssertionError, match="key 'password'"):
        secretsmanager.assert_nothing_leaked("correct horse", ignore=["reporting"])


@pytest.mark.parametrize("ignored", ["correct", "correct horse battery", "CORRECT HORSE"])
def test_assert_nothing_leaked_ignores_only_a_whole_value_that_ignore_lists(secretsmanager, ignored):
    secretsmanager.seed("db", "correct horse")
    with pytest.raises(AssertionError, match="'db', version 1"):
        secretsmanager.assert_nothing_leaked("correct horse", ignore=[ignored])


@pytest.mark.parametrize("collect", [list, tuple, set, iter])
def test_assert_nothing_leaked_ignores_the_texts_of_a_list_tuple_set_or_iterator(secretsmanager, collect):
    secretsmanager.seed("db", b"correct horse")
    secretsmanager.seed("app", "battery staple")
    secretsmanager.assert_nothing_leaked("correct horse", ignore=collect(["correct horse", b"another"]))


@pytest.mark.parametrize(
    ("ignore", "problem"),
    [
        ("correct horse", "ignore is a list of texts, not of type str: write ignore=['db.example.com']"),
        (None, "ignore is a list of texts, not None: write ignore=['db.example.com']"),
        ([5432], "ignore has an item of type int: write each text as a str"),
        ([None], "ignore has an item None: write each text as a str"),
        ([""], "ignore has an empty text: remove it"),
    ],
    ids=str,
)
def test_assert_nothing_leaked_refuses_an_ignore_that_is_no_list_of_texts(secretsmanager, ignore, problem):
    with pytest.raises(UsageError) as refused:
        secretsmanager.assert_nothing_leaked(ignore=ignore)
    assert str(refused.value) == problem


@pytest.mark.parametrize(
    ("ignored", "shown"),
    [
        ("aplication", "'aplication'"),
        ("Application-DB", "'Application-DB'"),
        ("application", "'application'"),
        ("application-db.example.com", "'***.example.com'"),
        ("aplication-db\x1b\u202e", r"'aplication-db\x1b\u202e'"),
        ("application-" + "x" * 100, None),
        ("db", None),
        ("another", None),
        ("correct horse", None),
    ],
    ids=ascii,
)
def test_a_failure_about_leaks_names_an_ignored_text_that_is_near_to_the_value(secretsmanager, ignored, shown):
    secretsmanager.seed("db", {"user": "application-db", "password": "correct horse"})
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_nothing_leaked("as application-db", ignore=[ignored])
    hints = str(failure.value).splitlines()[1:-1]
    assert hints == ([f"ignore has {shown}, which is not the whole text"] if shown else [])
    assert "application-db" not in str(failure.value)


def test_a_failure_about_leaks_names_no_ignored_text_that_is_right_for_another_value(secretsmanager):
    secretsmanager.seed("db", {"user": "application", "password": "correct horse"})
    with pytest.raises(AssertionError) as failure:
        secretsmanager.assert_nothing_leaked(secretsmanager.secret("db").value, ignore=["application"])
    assert "not the whole text" not in str(failure.value)


def test_a_failure_about_leaks_cuts_a_long_ignored_text(secretsmanager):
    secretsmanager.seed("db", "correct horse")
    with pytest.raises(AssertionError, match=r"ignore has '\*\*\*x{57}…', which is not the whole text"):
        secretsmanager.assert_nothing_leaked("correct horse", ignore=["correct horse" + "x" * 10_000])


def test_assert_nothing_leaked_refuses_a_misspelt_ignore_and_names_it(secretsmanager):
    with pytest.raises(UsageError, match="assert_nothing_leaked has no argument 'ignored'; did you mean 'ignore'"):
        secretsmanager.assert_nothing_leaked(ignored=["x"])


def test_assert_nothing_leaked_ignores_the_arn_and_name_of_a_secret_in_another_value(
    secretsmanager: SecretsManager,
) -> None:
    """AWS's format for the rotation of two users names the other secret."""
    master = secretsmanager.seed("master/db", "correct horse battery")
    secretsmanager.seed("app/db", {"masterarn": master.arn, "master": "master/db", "username": "app/db"})
    secretsmanager.client().get_secret_value(SecretId=master.arn)
    secretsmanager.client().get_secret_value(SecretId="master/db")
    secretsmanager.assert_nothing_leaked("app/db")


@pytest.mark.parametrize(
    ("value", "other"),
    [
        ({"region": "us-east-1"}, "other"),
        ({"account": "123456789012"}, "other"),
        ({"engine": "postgres"}, "prod/postgres"),
        ("password", "app/password"),
        ("prod/app/db", "prod/app/db"),
        ("us-east-1", "other"),
        (b"reporting", "reporting/x"),
        ("secretsmanager", "other"),
    ],
    ids=str,
)
def test_assert_nothing_leaked_ignores_a_value_that_names_a_secret(secretsmanager, value, other):
    secretsmanager.seed(other, "x" * 20)
    secretsmanager.seed("db", value)
    client = secretsmanager.client()
    client.get_secret_value(SecretId=secretsmanager.secret("db").arn)
    client.get_secret_value(SecretId=other)
    secretsmanager.assert_nothing_leaked(f"asked for {secretsmanager.secret(other).arn}")


@pytest.mark.parametrize(
    "value", ["changeme", {"password": "changeme"}, {"users": [{"api_token": "changeme"}]}], ids=str
)
@pytest.mark.parametrize("other", ["team/changeme", "changeme/team"])
def test_assert_nothing_leaked_finds_a_value_outside_of_the_name_that_holds_it(secretsmanager, value, other):
    secretsmanager.seed("app/db", value)
    secretsmanager.seed(other, "x" * 20)
    assert "'app/db', version 1" in text_of(secretsmanager, f"{other}: wrong password changeme")


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        '"changeme"',
        ["changeme"],
        *[{key: "changeme"} for key in ("password", "DB_PASSWORD", "api_key", "apiKey", "userPass", "pwd", "token")],
        *[{key: "changeme"} for key in ("dbpass", "privatekey", "mysqlpwd", "DBPwd", "passcode")],
        {"passwords": {"admin": "changeme"}},
    ],
    ids=str,
)
def test_assert_nothing_leaked_finds_a_value_outside_of_its_own_secrets_name(secretsmanager, value):
    secretsmanager.seed("team/changeme", value)
    assert "'team/changeme', version 1" in text_of(secretsmanager, "team/changeme: wrong password changeme")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("prod/postgres", "postgres", "asked for prod%2Fpostgres and prod/postgres"),
        ("app/12345678", "12345678", "looked for app/12345678/1"),
        ("a@b/password", "password", "looked for a%40b%2Fpassword or a%40b%2fpassword"),
    ],
)
def test_assert_nothing_leaked_ignores_a_name_in_a_url_and_inside_another_name(secretsmanager, name, value, text):
    secretsmanager.seed(name, value)
    secretsmanager.assert_nothing_leaked(text)


def test_assert_nothing_leaked_finds_a_value_that_holds_an_arn(secretsmanager):
    master = secretsmanager.seed("master", "correct horse")
    value = {"masterarn": master.arn, "password": "horse"}
    secretsmanager.seed("db", value)
    assert "'db', version 1" in text_of(secretsmanager, f"got {json.dumps(value)}")


@pytest.mark.parametrize("value", [{"region": "eu-west-1"}, {"account": "123456789012"}], ids=str)
def test_assert_nothing_leaked_ignores_regions_and_accounts_of_secrets(secretsmanager, value):
    secretsmanager.seed("db", value)
    secretsmanager.seed("far", "x" * 20, region="eu-west-1")
    secretsmanager.assert_nothing_leaked("reading eu-west-1 of 123456789012")


@pytest.mark.parametrize("value", ["MaxResults", "ForceDeleteWithoutRecovery"])
def test_assert_nothing_leaked_ignores_member_names_in_a_request(secretsmanager, client, value):
    secretsmanager.seed("db", value)
    client.list_secrets(MaxResults=20)
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    secretsmanager.assert_nothing_leaked()
