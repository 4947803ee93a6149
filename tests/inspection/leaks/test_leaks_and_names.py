"""`assert_nothing_leaked` ignores names: of secrets, regions, accounts and request members."""

import json

import pytest
from leaking import text_of

from pytest_secretsmanager import SecretsManager


def test_assert_nothing_leaked_ignores_a_text_that_is_part_of_the_secrets_name(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("app/reporting", {"user": "reporting", "password": "correct horse"})
    secretsmanager.client().get_secret_value(SecretId="app/reporting")
    secretsmanager.assert_nothing_leaked("connected as reporting")
    assert text_of(secretsmanager, "correct horse").endswith("'app/reporting', version 1, key 'password' (plain)")


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
        ({"password": "postgres"}, "prod/postgres"),
        ({"username": "app_user"}, "app/app_user/x"),
        ("password", "app/password"),
        ("app/db", "app/db"),
        ("us-east-1", "other"),
        (b"app", "app/x"),
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


@pytest.mark.parametrize("key", ["username", "keyspace", "passenger_db", "monkey", "dbname"])
def test_assert_nothing_leaked_ignores_a_user_or_database_in_the_secrets_name(secretsmanager, key):
    secretsmanager.seed("prod/orders", {"credentials": {key: "orders", "password": "correct horse"}})
    secretsmanager.assert_nothing_leaked("orders connected")


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("prod/postgres", "postgres", "asked for prod%2Fpostgres and prod/postgres"),
        ("db", "secret", "asked for arn%3Aaws%3Asecretsmanager%3Aus-east-1%3A123456789012%3Asecret%3Aother-abcdef"),
        ("app/1", "1", "looked for app/11"),
        ("db", "secret", "asked for arn:aws:secretsmanager:us-east-1:123456789012:secret:other-abcdef"),
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


def test_assert_nothing_leaked_ignores_the_words_of_an_arn_in_a_request(secretsmanager):
    arn = secretsmanager.seed("db", "secret").arn
    client = secretsmanager.client()
    client.get_secret_value(SecretId=arn[:-7])
    statement = {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    client.put_resource_policy(SecretId="db", ResourcePolicy=json.dumps(policy))
    secretsmanager.assert_nothing_leaked()
    assert "'db', version 1" in text_of(secretsmanager, "password=secret")
    client.update_secret(SecretId="db", Description="secret")
    assert "Description of UpdateSecret (call 3)" in text_of(secretsmanager)


@pytest.mark.parametrize("value", [{"region": "eu-west-1"}, {"account": "123456789012"}], ids=str)
def test_assert_nothing_leaked_ignores_regions_and_accounts_of_secrets(secretsmanager, value):
    secretsmanager.seed("db", value)
    secretsmanager.seed("far", "x" * 20, region="eu-west-1")
    secretsmanager.assert_nothing_leaked("reading eu-west-1 of 123456789012")


@pytest.mark.parametrize("value", ["20", "True", "MaxResults", "Key"])
def test_assert_nothing_leaked_ignores_numbers_flags_and_member_names_in_a_request(secretsmanager, client, value):
    secretsmanager.seed("db", value)
    client.list_secrets(MaxResults=20)
    client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}])
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    secretsmanager.assert_nothing_leaked()
