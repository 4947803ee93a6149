"""The requests that IAM decides for an entry of the log."""

from typing import Any

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules.condition_keys import written_key_arn
from pytest_secretsmanager.engine.rules.key_uses import OPENING, KeyUse
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.engine.store import Store
from pytest_secretsmanager.inspection.permissions.replay import needed_requests, requests_of_entry

PLACE = "arn:aws:secretsmanager:us-east-1:123456789012:secret"
KEY_ARN = "arn:aws:kms:us-east-1:123456789012:key/1"
KEY = SecretKey("us-east-1", "123456789012", "db")
USER = user_of("123456789012", "us-east-1")


def an_entry(operation: str, /, **request: Any) -> Entry:
    return Entry(Call(operation, request, "us-east-1", USER, 0.0, "request"), frozenset())


def a_secret(suffix: str, **tags: str) -> Secret:
    return Secret(key=KEY, arn=f"{PLACE}:db-{suffix}", created=0.0, changed=0.0, tags=tags)


def resources(entries: list[Entry], store: Store) -> list[list[str]]:
    return [[one.resource for one in requests] for _, requests in needed_requests(entries, store, written_key_arn)]


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(an_entry("CreateSecret"), id="no name"),
        pytest.param(an_entry("CreateSecret", Name="db", Tags={"team": "pay"}), id="object for a list"),
        pytest.param(an_entry("BatchGetSecretValue", Filters=[1]), id="number for an object"),
        pytest.param(an_entry("GetSecretValue", SecretId=["db"]), id="list for a text"),
        pytest.param(an_entry("GetSecretValue", SecretId="d b"), id="character that no name has"),
        pytest.param(an_entry("PutSecretValue", SecretId="db"), id="no token"),
    ],
)
def test_a_malformed_logged_call_needs_no_permission(entry: Entry) -> None:
    assert requests_of_entry(entry, Store(), written_key_arn) == ()


def test_the_requests_for_kms_keys_come_after_those_for_the_secret() -> None:
    use = KeyUse(OPENING, KEY_ARN, f"{PLACE}:db-Ab12Cd", "v1")
    entry = an_entry("GetSecretValue", SecretId="db")._replace(key_uses=(use,))
    assert resources([entry], Store()) == [[f"{PLACE}:db-??????", KEY_ARN]]


def test_an_event_of_aws_needs_no_permission_and_shows_earlier_calls_the_former_secret() -> None:
    read = an_entry("GetSecretValue", SecretId="db")
    event = an_entry("ReplicationSucceeded", SecretId="db")._replace(by_service=True, before={KEY: None})
    store = Store()
    store.apply({KEY: a_secret("Ab12Cd")})
    assert resources([read, event, read], store) == [[f"{PLACE}:db-??????"], [f"{PLACE}:db-Ab12Cd"]]


def test_each_logged_call_is_decided_on_the_secret_as_it_was_before_the_call() -> None:
    read, write = an_entry("GetSecretValue", SecretId="db"), an_entry("DeleteSecret", SecretId="db")
    deletion, creation = write._replace(before={KEY: a_secret("Old111")}), write._replace(before={KEY: None})
    store = Store()
    store.apply({KEY: a_secret("New222")})
    found = resources([read, deletion, read, creation, read], store)
    assert [one.removeprefix(f"{PLACE}:db-") for (one,) in found] == ["Old111", "Old111", "??????", "??????", "New222"]
