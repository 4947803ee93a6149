"""The order of many secrets: each page is the one that sorting all of them gives."""

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager import SecretNotFound, SecretsManager
from pytest_secretsmanager.engine import secret_order, store
from pytest_secretsmanager.engine.rules import guards, secret_pages
from pytest_secretsmanager.engine.secret_order import SortedKeys
from pytest_secretsmanager.engine.state import Secret

_LIST_SECRETS = botocore.session.Session().get_service_model("secretsmanager").operation_model("ListSecrets")

needs_sort_by = pytest.mark.skipif(
    "SortBy" not in _LIST_SECRETS.input_shape.members, reason="this botocore does not know SortBy"
)

NUMBERS = st.lists(st.integers(0, 60), max_size=80)


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secret_order, "_CHUNK", 2)
    monkeypatch.setattr(store, "_MANY", 3)


@given(first=NUMBERS, added=NUMBERS, discarded=NUMBERS, key=st.integers(-1, 61))
def test_sorted_keys_stay_in_order(first: list[int], added: list[int], discarded: list[int], key: int) -> None:
    expected = {(number,) for number in first}
    keys = SortedKeys(expected)
    for number in added:
        if (number,) not in expected:
            keys.add((number,))
            expected.add((number,))
    for number in discarded:
        keys.discard((number,))
        expected.discard((number,))
    assert [*keys.after(None)] == sorted(expected)
    assert [*keys.before(None)] == sorted(expected, reverse=True)
    assert [*keys.after((key,))] == sorted(one for one in expected if one > (key,))
    assert [*keys.before((key,))] == sorted((one for one in expected if one < (key,)), reverse=True)


STEPS = st.lists(st.tuples(st.sampled_from(["create", "delete", "replace", "advance"]), st.integers(0, 7)), max_size=40)


@needs_sort_by
@pytest.mark.parametrize("sort", ["created-date", "name", "last-changed-date"])
@pytest.mark.parametrize("direction", ["asc", "desc"])
@given(steps=STEPS)
def test_pages_have_the_secrets_in_their_order(sort: str, direction: str, steps: list[tuple[str, int]]) -> None:
    with SecretsManager() as sm:
        client = sm.client()
        for number in range(4):
            sm.seed(f"app/{number}")
        for step, number in steps:
            name = f"app/{number}"
            if step == "create" and name not in sm.secrets:
                client.create_secret(Name=name)
            elif step == "delete" and name in sm.secrets:
                client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
            elif step == "replace":
                sm.seed(name)
            elif step == "advance":
                sm.clock.advance(seconds=number)
        pages = client.get_paginator("list_secrets").paginate(
            SortBy=sort, SortOrder=direction, PaginationConfig={"PageSize": 3}
        )
        found = [secret["Name"] for page in pages for secret in page["SecretList"]]
        states = {secret.name: secret for secret in sm._parts.service.secrets()}
        by = {
            "created-date": lambda name: (states[name].created, states[name].number),
            "name": lambda name: name,
            "last-changed-date": lambda name: (states[name].changed, states[name].number),
        }
        assert found == sorted(states, key=by[sort], reverse=direction == "desc")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("name", ["app/1"])], ["app/1", "app/10", "app/11", "app/1x"]),
        ([("name", ["app/1", "app/10"])], ["app/1", "app/10", "app/11", "app/1x"]),
        ([("name", ["app/1"]), ("description", ["odd"])], ["app/1", "app/11"]),
        ([("name", ["!app/"])], ["other"]),
        ([("name", ["APP"])], []),
        ([("name", ["app/11"])], ["app/11"]),
        ([("description", ["odd"])], ["app/1", "app/3", "app/5", "app/7", "app/9", "app/11"]),
    ],
)
def test_a_filter_finds_its_secrets_among_many(filters: list[tuple[str, list[str]]], expected: list[str]) -> None:
    with SecretsManager() as sm:
        for number in range(12):
            sm.seed(f"app/{number}", description="odd" if number % 2 else "even")
        sm.seed("app/1x")
        sm.seed("other")
        pages = (
            sm.client()
            .get_paginator("list_secrets")
            .paginate(
                Filters=[{"Key": key, "Values": values} for key, values in filters], PaginationConfig={"PageSize": 2}
            )
        )
        assert [secret["Name"] for page in pages for secret in page["SecretList"]] == expected


@needs_sort_by
@pytest.mark.parametrize("most", [0, 3, 100], ids=lambda most: f"sorted up to {most}")
@pytest.mark.parametrize("sort", ["created-date", "name", "last-changed-date"])
def test_a_filter_by_names_gives_each_secret_once_in_its_order(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager, sort: str, most: int
) -> None:
    monkeypatch.setattr(secret_pages, "_FEW", most)
    names = [f"app/{number}" for number in (5, 3, 11, 1, 8)]
    for name in ("other", *names, "zebra"):
        secretsmanager.seed(name)
        secretsmanager.clock.advance(seconds=1)
    pages = (
        secretsmanager.client()
        .get_paginator("list_secrets")
        .paginate(SortBy=sort, Filters=[{"Key": "name", "Values": ["app/1", "app/"]}], PaginationConfig={"PageSize": 2})
    )
    found = [secret["Name"] for page in pages for secret in page["SecretList"]]
    assert found == (sorted(names) if sort == "name" else names)


def test_the_pages_of_a_filter_look_at_each_secret_once(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager
) -> None:
    for number in range(40):
        secretsmanager.seed(f"app/{number}", tags={"team": "pay" if number % 3 else "web"})
    looked_at: list[str] = []
    is_gone = guards.is_gone

    def noted(secret: Secret, time: float) -> bool:
        looked_at.append(secret.name)
        return is_gone(secret, time)

    monkeypatch.setattr(guards, "is_gone", noted)
    pages = (
        secretsmanager.client()
        .get_paginator("list_secrets")
        .paginate(Filters=[{"Key": "tag-value", "Values": ["web"]}], PaginationConfig={"PageSize": 2})
    )
    found = [secret["Name"] for page in pages for secret in page["SecretList"]]
    assert found == [f"app/{number}" for number in range(0, 40, 3)]
    # Each page but the last also finds the first secret of the next one.
    assert len(looked_at) <= 40 + 3 * len(found) // 2


# --- names that are alike --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("app/service-1234/bd", "app/service-1234/db"),
        ("pp/service-1234/db", "app/service-1234/db"),
        ("prod/app/service-1234/db", "app/service-1234/db"),
        ("App/Service-1234/DB", "app/service-1234/db"),
        ("app/servize-1234/db", "app/service-1234/db"),
        ("app/service-1234/dbs", "app/service-1234/db"),
        ("app/service-1234", "app/service-1234/db"),
    ],
)
def test_the_nearest_of_many_names_is_found(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager, asked: str, meant: str
) -> None:
    monkeypatch.setattr(secret_order, "_ALIKE", 2)
    for number in range(1200, 1270):
        secretsmanager.seed(f"app/service-{number}/db")
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.secret(asked)
    assert f"did you mean {meant!r}" in str(failure.value)


def test_the_nearest_of_many_names_is_not_one_that_is_gone(secretsmanager: SecretsManager) -> None:
    for number in range(10):
        secretsmanager.seed(f"app/{number}")
    secretsmanager.client().delete_secret(SecretId="app/5", RecoveryWindowInDays=7)
    secretsmanager.clock.advance(days=8)
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.secret("app/5")
    assert "'app/5'" not in str(failure.value).partition("did you mean")[2]


def test_a_rollback_restores_the_names_that_are_alike(secretsmanager: SecretsManager) -> None:
    for number in range(30):
        secretsmanager.seed(f"app/{number}")
    with secretsmanager.snapshot():
        secretsmanager.seed("other/db")
        secretsmanager.client().delete_secret(SecretId="app/5", ForceDeleteWithoutRecovery=True)
    with pytest.raises(SecretNotFound, match="did you mean 'app/5'"):
        secretsmanager.secret("Xapp/5")
    with pytest.raises(SecretNotFound, match="it has 30 other secrets"):
        secretsmanager.secret("other/dbs")


# --- rollbacks and deletions -----------------------------------------------------------------------------------------


def test_a_place_that_had_many_secrets_keeps_its_order_with_few(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    for number in range(5):
        secretsmanager.seed(f"app/{number}")
    for number in range(4):
        client.delete_secret(SecretId=f"app/{number}", ForceDeleteWithoutRecovery=True)
    client.create_secret(Name="app/new")
    assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == ["app/4", "app/new"]


@needs_sort_by
def test_a_rollback_restores_the_order(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    for number in range(8):
        secretsmanager.seed(f"app/{number}")
    with secretsmanager.snapshot():
        client.delete_secret(SecretId="app/3", ForceDeleteWithoutRecovery=True)
        client.create_secret(Name="app/9")
        secretsmanager.seed("app/1")
    names = [secret["Name"] for secret in client.list_secrets(SortBy="name")["SecretList"]]
    assert names == [f"app/{number}" for number in range(8)]


def test_a_page_goes_on_after_a_secret_that_was_deleted(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    for number in range(8):
        secretsmanager.seed(f"app/{number}")
    first = client.list_secrets(MaxResults=3)
    client.delete_secret(SecretId="app/2", ForceDeleteWithoutRecovery=True)
    second = client.list_secrets(MaxResults=3, NextToken=first["NextToken"])
    assert [secret["Name"] for secret in second["SecretList"]] == ["app/3", "app/4", "app/5"]
