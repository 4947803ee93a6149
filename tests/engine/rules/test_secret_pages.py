"""Pages of secrets: few secrets are sorted for a page, and many have an order."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.rules.secret_pages import page_of_secrets
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

REGION, ACCOUNT = "us-east-1", "123456789012"
FEW, MANY = 9, 1_200


def store_of(number):
    """Secrets whose names are in the opposite order of their creation: the newest is `db-0000`."""
    secrets = [
        Secret(key=SecretKey(REGION, ACCOUNT, f"db-{at:04}"), arn=f"arn:{at}", created=float(number - at), changed=0.0)
        for at in range(number)
    ]
    store = Store()
    store.apply({secret.key: secret for secret in secrets})
    return store


def page(store, token=None, **options):
    parameters = {} if token is None else {"NextToken": token}
    call = Call("ListSecrets", parameters, REGION, Principal(ACCOUNT, "arn"), 0.0, "request")
    found, following = page_of_secrets(store, call, lambda _: True, {}, size=2, **options)
    return [secret.name for secret in found], following


@pytest.mark.parametrize("number", [FEW, MANY], ids=["few", "many"])
@pytest.mark.parametrize(
    ("sort_by", "descending", "places"),
    [
        ("created-date", False, [-1, -2, -3, -4]),
        ("created-date", True, [0, 1, 2, 3]),
        ("name", False, [0, 1, 2, 3]),
        ("name", True, [-1, -2, -3, -4]),
    ],
    ids=["oldest first", "newest first", "first name first", "last name first"],
)
def test_the_first_two_pages_of_secrets_follow_the_order(number, sort_by, descending, places):
    store, names = store_of(number), [f"db-{at:04}" for at in range(number)]
    first, token = page(store, sort_by=sort_by, descending=descending)
    second, _ = page(store, token, sort_by=sort_by, descending=descending)
    assert [*first, *second] == [names[place] for place in places]


@pytest.mark.parametrize("number", [FEW, MANY], ids=["few", "many"])
def test_the_oldest_secrets_come_first_by_default(number):
    assert page(store_of(number))[0] == [f"db-{number - 1:04}", f"db-{number - 2:04}"]
