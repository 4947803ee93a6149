"""The order of many secrets: each page is the one that sorting all of them gives."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager import SecretNotFound, SecretsManager
from pytest_secretsmanager.engine import secret_order, store
from pytest_secretsmanager.engine.rules import filters, guards, secret_pages
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


@given(texts=st.lists(st.text("ab\U0010ffff", max_size=4), max_size=60), beginning=st.text("ab\U0010ffff", max_size=3))
def test_sorted_keys_find_the_texts_with_a_beginning(texts: list[str], beginning: str) -> None:
    keys = SortedKeys((text, "name") for text in set(texts))
    expected = [(text, "name") for text in sorted(set(texts)) if text.startswith(beginning)]
    assert [*keys.beginning_with(beginning)] == expected
    assert keys.count_beginning_with(beginning) == len(expected)


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


def test_a_page_token_of_another_request_is_refused_among_many() -> None:
    with SecretsManager() as sm:
        for number in range(8):
            sm.seed(f"app/{number}")
        token = sm.client().list_secrets(MaxResults=3, SortOrder="asc")["NextToken"]
        with pytest.raises(ClientError, match="Invalid pagination token"):
            sm.client().list_secrets(MaxResults=3, SortOrder="desc", NextToken=token)


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
    monkeypatch.setattr(secret_pages, "_MOST_SORTED", most)
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


def _looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the secrets that a listing looks at from now on."""
    looked_at: list[str] = []
    is_gone = guards.is_gone

    def noted(secret: Secret, time: float) -> bool:
        looked_at.append(secret.name)
        return is_gone(secret, time)

    monkeypatch.setattr(guards, "is_gone", noted)
    return looked_at


def test_the_pages_of_a_filter_look_at_each_secret_once(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager
) -> None:
    for number in range(40):
        secretsmanager.seed(f"app/{number}", tags={"team": "pay" if number % 3 else "web"})
    monkeypatch.setattr(secret_pages, "_MOST_SORTED", 0)
    looked_at = _looked_at(monkeypatch)
    pages = (
        secretsmanager.client()
        .get_paginator("list_secrets")
        .paginate(Filters=[{"Key": "tag-value", "Values": ["web"]}], PaginationConfig={"PageSize": 2})
    )
    found = [secret["Name"] for page in pages for secret in page["SecretList"]]
    assert found == [f"app/{number}" for number in range(0, 40, 3)]
    # Each page but the last also finds the first secret of the next one.
    assert len(looked_at) <= 40 + 3 * len(found) // 2


TEXTS = st.sampled_from(["pay", "Pay", "pay web", "Web/pay", "web-Pay_x", " pay", "pay ", "payWeb", "-", "x y z"])
TAGS = st.dictionaries(TEXTS, TEXTS, max_size=2)
ACTIONS = st.sampled_from(["create", "describe", "tag", "untag", "delete", "rollback"])
WORLDS = st.lists(st.tuples(ACTIONS, st.integers(0, 5), TEXTS, TAGS), max_size=12)
KEYS = st.sampled_from(["name", "description", "tag-key", "tag-value", "all", "primary-region", "owning-service"])
VALUES = st.sampled_from(["pay", "Pay w", "!pay", "app/1", "p", "W", "x pa", "us-", " pay", " ", "-", "y"])
FILTERS = st.lists(st.tuples(KEYS, st.lists(VALUES, min_size=1, max_size=2)), min_size=1, max_size=2)


@pytest.mark.parametrize("asked_before", [False, True], ids=["the first question", "a later question"])
@given(world=WORLDS, filters=FILTERS, most=st.sampled_from([0, 2, 100]))
def test_filters_find_the_same_secrets_among_many_as_among_few(
    world: list[tuple[str, int, str, dict[str, str]]],
    filters: list[tuple[str, list[str]]],
    most: int,
    asked_before: bool,
) -> None:
    asked = [{"Key": key, "Values": values} for key, values in filters]
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(secret_pages, "_MOST_SORTED", most)
        monkeypatch.setattr(store, "_MANY", 2)
        among_many = _found(world, asked, asked_before)
        monkeypatch.setattr(store, "_MANY", 1_000)
        assert among_many == _found(world, asked, asked_before)


def _found(world: list[tuple[str, int, str, dict[str, str]]], filters: list[Any], asked_before: bool) -> list[str]:
    with SecretsManager() as sm:
        for number in range(4):
            sm.seed(f"app/{number}")
        if asked_before:
            _ask_for_words(sm)
        for step in world:
            _take(sm, *step)
        pages = sm.client().get_paginator("list_secrets").paginate(Filters=filters, PaginationConfig={"PageSize": 2})
        return [secret["Name"] for page in pages for secret in page["SecretList"]]


def _take(sm: SecretsManager, step: str, number: int, text: str, tags: dict[str, str]) -> None:
    client, name = sm.client(), f"app/{number}"
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    if step == "create" and name not in sm.secrets:
        client.create_secret(Name=name, Description=text, Tags=listed, AddReplicaRegions=[{"Region": "eu-west-1"}])
    elif step == "rollback":
        with sm.snapshot():
            _take(sm, "create", number, text, tags)
            _take(sm, "describe", number, text, tags)
            _take(sm, "tag", number, text, tags)
    elif name not in sm.secrets:
        pass
    elif step == "describe":
        client.update_secret(SecretId=name, Description=text)
    elif step == "tag":
        client.tag_resource(SecretId=name, Tags=listed)
    elif step == "untag":
        client.untag_resource(SecretId=name, TagKeys=[text])
    elif step == "delete":
        sm.seed(name, "seeded again", description=text)


def _ask_for_words(sm: SecretsManager) -> None:
    """The first question makes the order of words. Later changes keep it right."""
    sm.client().list_secrets(Filters=[{"Key": "all", "Values": ["nonesuch"]}])


def _ask_for_endings(sm: SecretsManager) -> None:
    """The first question makes the order of endings."""
    with pytest.raises(SecretNotFound):
        sm.secret("nonesuch")


_QUESTIONS = {"words_of": _ask_for_words, "simplified": _ask_for_endings}
"""The function that makes a secret's keys of an order, and a question that needs this order."""


@pytest.mark.parametrize("made_by", _QUESTIONS)
def test_no_secret_gets_words_and_endings_before_a_question_needs_them(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager, made_by: str
) -> None:
    monkeypatch.setattr(store, "_COMPARED", 0)
    made = _calls_of(monkeypatch, made_by)
    for number in range(10):
        secretsmanager.seed(f"app/{number}")
    secretsmanager.client().list_secrets(Filters=[{"Key": "name", "Values": ["app/7"]}])
    assert made == []
    _QUESTIONS[made_by](secretsmanager)
    assert len(made) >= 10


@pytest.mark.parametrize("made_by", _QUESTIONS)
def test_a_question_for_words_or_endings_looks_at_all_secrets_once(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager, made_by: str
) -> None:
    monkeypatch.setattr(store, "_COMPARED", 0)
    for number in range(10):
        secretsmanager.seed(f"app/{number}")
    _QUESTIONS[made_by](secretsmanager)
    made = _calls_of(monkeypatch, made_by)
    secretsmanager.seed("app/new")
    _QUESTIONS[made_by](secretsmanager)
    assert len(made) <= 3  # of the new secret, and of the name in the question


def _calls_of(monkeypatch: pytest.MonkeyPatch, name: str) -> list[object]:
    """The arguments with which the module of the orders calls one of its functions from now on."""
    calls, function = [], getattr(secret_order, name)

    def noted(argument: object) -> object:
        calls.append(argument)
        return function(argument)

    monkeypatch.setattr(secret_order, name, noted)
    return calls


def test_a_filter_by_few_names_needs_no_words(monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager) -> None:
    for number in range(10):
        secretsmanager.seed(f"app/{number}", description="odd" if number % 2 else "even")
    made = _calls_of(monkeypatch, "words_of")
    filters = [{"Key": "description", "Values": ["odd"]}, {"Key": "name", "Values": ["app/7"]}]
    found = secretsmanager.client().list_secrets(Filters=filters)["SecretList"]  # type: ignore[arg-type]
    assert [secret["Name"] for secret in found] == ["app/7"]
    assert made == []


def test_a_filter_by_words_looks_at_its_matches_only(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager
) -> None:
    for number in range(40):
        secretsmanager.seed(f"app/{number}", tags={"team": "pay" if number == 7 else "web"}, description=f"no {number}")
    looked_at = _looked_at(monkeypatch)
    for key, value in [("tag-value", "pay"), ("all", "PAY"), ("description", "17"), ("name", "app/39")]:
        looked_at.clear()
        found = secretsmanager.client().list_secrets(Filters=[{"Key": key, "Values": [value]}])["SecretList"]
        assert len(looked_at) == len(found) == 1


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
        ("app_service_1234_db", "app/service-1234/db"),
    ],
)
@pytest.mark.parametrize("compared", [10, 10_000], ids=["by an order", "compared"])
def test_the_nearest_of_many_names_is_found(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager, asked: str, meant: str, compared: int
) -> None:
    monkeypatch.setattr(secret_order, "_ALIKE", 2)
    monkeypatch.setattr(store, "_COMPARED", compared)
    for number in range(1200, 1270):
        secretsmanager.seed(f"app/service-{number}/db")
    with pytest.raises(SecretNotFound) as failure:
        secretsmanager.secret(asked)
    assert f"did you mean {meant!r}" in str(failure.value)


def test_the_nearest_of_many_names_may_have_come_after_another_question(
    monkeypatch: pytest.MonkeyPatch, secretsmanager: SecretsManager
) -> None:
    monkeypatch.setattr(secret_order, "_ALIKE", 2)
    monkeypatch.setattr(store, "_COMPARED", 10)
    for number in range(1200, 1270):
        secretsmanager.seed(f"app/service-{number}/db")
    _ask_for_endings(secretsmanager)
    secretsmanager.seed("app/service-1235x/db")
    with pytest.raises(SecretNotFound, match="did you mean 'app/service-1235x/db'"):
        secretsmanager.secret("prod/app/service-1235x/db")


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


ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/x-AbCdEf"


@needs_sort_by
@pytest.mark.parametrize("sort", ["created-date", "name"])
def test_a_rollback_of_a_seed_under_the_same_arn_leaves_the_secret_in_its_place(
    secretsmanager: SecretsManager, sort: str
) -> None:
    for number in range(4):
        secretsmanager.seed(f"app/{number}")
    secretsmanager.seed(ARN, "one")
    secretsmanager.seed("app/y")
    with secretsmanager.snapshot():
        secretsmanager.clock.advance(days=1)
        secretsmanager.seed(ARN, "two")
    found = secretsmanager.client().list_secrets(SortBy=sort)["SecretList"]
    assert [secret["Name"] for secret in found] == ["app/0", "app/1", "app/2", "app/3", "app/x", "app/y"]


def test_a_rollback_restores_a_replica_that_was_removed_and_made_again(secretsmanager: SecretsManager) -> None:
    client = secretsmanager.client()
    for number in range(5):
        secretsmanager.seed(f"app/{number}", replicas=["eu-west-1"])
    with secretsmanager.snapshot():
        client.remove_regions_from_replication(SecretId="app/2", RemoveReplicaRegions=["eu-west-1"])
        secretsmanager.clock.advance(days=1)
        client.replicate_secret_to_regions(SecretId="app/2", AddReplicaRegions=[{"Region": "eu-west-1"}])
    names = [secret["Name"] for secret in secretsmanager.client("eu-west-1").list_secrets()["SecretList"]]
    assert names == [f"app/{number}" for number in range(5)]


def test_the_words_of_a_secret_depend_only_on_what_filters_read() -> None:
    class Recorded:
        """Notes what is read of it."""

        def __init__(self) -> None:
            self.__dict__["read"] = set()

        def __getattr__(self, name: str) -> Any:
            self.read.add(name)
            return {"tags": {"team": "pay"}}.get(name, "text")

    by_words, by_filters = Recorded(), Recorded()
    filters.words_of(by_words)  # type: ignore[arg-type]
    filters.read_by_filters(by_filters)  # type: ignore[arg-type]
    assert by_words.read - {"name"} == by_filters.read - {"key"}  # the name is a part of the key


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
