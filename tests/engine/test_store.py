"""The store: changes, lookups, and journals that roll back."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey, Version
from pytest_secretsmanager.engine.store import Store

REGION, ACCOUNT = "us-east-1", "123456789012"


def a_key(name, region=REGION, account=ACCOUNT):
    return SecretKey(region, account, name)


def a_secret(name, description="", **place):
    return Secret(key=a_key(name, **place), arn=f"arn:{name}", created=0.0, changed=0.0, description=description)


def names(store):
    return sorted(secret.name for secret in store.all())


@pytest.fixture
def store():
    """A store with the secrets a and b."""
    store = Store()
    store.apply({a_key(name): a_secret(name) for name in "ab"})
    return store


def test_an_empty_store_has_no_secrets():
    store = Store()
    assert store.get(a_key("a")) is None
    assert list(store.within(REGION, ACCOUNT)) == []
    assert list(store.all()) == []


def test_get_finds_a_secret_under_its_key_only(store):
    assert store.get(a_key("a")).name == "a"
    for other in (a_key("c"), a_key("a", region="eu-west-1"), a_key("a", account="210987654321")):
        assert store.get(other) is None


def test_apply_replaces_a_secret_and_removes_one_that_is_none(store):
    changed = a_secret("a", "changed")
    store.apply({a_key("a"): changed, a_key("b"): None})
    assert store.get(a_key("a")) is changed
    assert store.get(a_key("b")) is None


def test_apply_removes_an_unknown_secret_without_effect(store):
    store.apply({a_key("c"): None, a_key("x", region="eu-west-1"): None})
    assert names(store) == ["a", "b"]


def test_within_returns_the_secrets_of_one_region_and_account(store):
    store.apply({a_key("c", region="eu-west-1"): a_secret("c", region="eu-west-1")})
    store.apply({a_key("d", account="210987654321"): a_secret("d", account="210987654321")})
    assert [secret.name for secret in store.within(REGION, ACCOUNT)] == ["a", "b"]
    assert [secret.name for secret in store.within("eu-west-1", ACCOUNT)] == ["c"]
    assert [secret.name for secret in store.within(REGION, "210987654321")] == ["d"]
    assert names(store) == ["a", "b", "c", "d"]


def test_a_changed_secret_keeps_its_position(store):
    store.apply({a_key("a"): a_secret("a", "changed")})
    assert [secret.name for secret in store.within(REGION, ACCOUNT)] == ["a", "b"]


def test_a_journal_closed_without_rollback_keeps_the_changes(store):
    journal = store.open_journal()
    store.apply({a_key("c"): a_secret("c")})
    store.close_journal(journal)
    assert names(store) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "changes",
    [
        [{a_key("c"): a_secret("c")}],
        [{a_key("a"): None}],
        [{a_key("a"): a_secret("a", "changed")}],
        [{a_key("a"): a_secret("a", "once")}, {a_key("a"): a_secret("a", "twice")}, {a_key("a"): None}],
        [{a_key("c"): a_secret("c")}, {a_key("c"): None}],
        [{a_key("a"): None}, {a_key("a"): a_secret("a", "anew")}],
        [],
    ],
    ids=["creation", "removal", "change", "change twice and removal", "creation and removal", "replacement", "nothing"],
)
def test_a_rollback_restores_the_same_objects(store, changes):
    before = {secret.key: secret for secret in store.all()}
    journal = store.open_journal()
    for change in changes:
        store.apply(change)
    store.close_journal(journal, roll_back=True)
    after = {secret.key: secret for secret in store.all()}
    assert after == before
    assert all(after[key] is secret for key, secret in before.items())


def test_a_journal_keeps_the_first_former_value_of_each_key(store):
    old = store.get(a_key("a"))
    journal = store.open_journal()
    store.apply({a_key("a"): a_secret("a", "once")})
    store.apply({a_key("a"): a_secret("a", "twice"), a_key("c"): a_secret("c")})
    assert journal.before == {a_key("a"): old, a_key("c"): None}


def test_a_closed_journal_records_nothing(store):
    journal = store.open_journal()
    store.close_journal(journal)
    store.apply({a_key("a"): None})
    assert journal.before == {}


def test_an_inner_rollback_keeps_earlier_changes_for_the_outer_journal(store):
    outer = store.open_journal()
    store.apply({a_key("c"): a_secret("c", "outer")})
    inner = store.open_journal()
    store.apply({a_key("c"): a_secret("c", "inner"), a_key("a"): None})
    store.close_journal(inner, roll_back=True)
    assert store.get(a_key("c")).description == "outer"
    store.close_journal(outer, roll_back=True)
    assert names(store) == ["a", "b"]


def test_an_outer_rollback_undoes_changes_of_a_closed_inner_journal(store):
    outer, inner = store.open_journal(), store.open_journal()
    store.apply({a_key("a"): None})
    store.close_journal(inner)
    store.close_journal(outer, roll_back=True)
    assert names(store) == ["a", "b"]


def test_an_open_journal_records_the_rollback_of_another(store):
    first = store.open_journal()
    store.apply({a_key("c"): a_secret("c")})
    second = store.open_journal()
    store.close_journal(first, roll_back=True)
    assert second.before.keys() == {a_key("c")}
    store.close_journal(second, roll_back=True)
    assert store.get(a_key("c")) == a_secret("c")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_overlapping_journals_may_be_rolled_back_in_any_order(store, order):
    """The last rollback restores the state at the opening of its journal."""
    journals, seen = [], []
    for name in "xyz":
        seen.append(names(store))
        journals.append(store.open_journal())
        store.apply({a_key(name): a_secret(name)})
    for index in order:
        store.close_journal(journals[index], roll_back=True)
    assert names(store) == seen[order[-1]]


CHANGES = st.lists(
    st.dictionaries(
        st.sampled_from("abcd"), st.none() | st.sampled_from(["one", "two", "three"]), min_size=1, max_size=3
    ),
    max_size=6,
)


@given(before=CHANGES, inside=CHANGES)
def test_a_rollback_undoes_any_changes(before, inside):
    store = Store()

    def apply(changes):
        for change in changes:
            store.apply({a_key(name): text and a_secret(name, text) for name, text in change.items()})

    apply(before)
    held = {secret.key: secret for secret in store.all()}
    journal = store.open_journal()
    apply(inside)
    assert journal.before.keys() == {a_key(name) for change in inside for name in change}
    store.close_journal(journal, roll_back=True)
    assert {secret.key: secret for secret in store.all()} == held


def test_a_recreated_secret_comes_after_the_others():
    store = Store()
    for name, arn in [("one", "a"), ("two", "b"), ("one", "c")]:
        key = SecretKey("us-east-1", "123456789012", name)
        store.apply({key: Secret(key=key, arn=arn, created=0.0, changed=0.0)})
    assert [secret.name for secret in store.within("us-east-1", "123456789012")] == ["two", "one"]


# --- vanished secrets and versions -----------------------------------------------------------------------------------


def with_versions(*ids, arn="arn:a", made=None):
    versions = {
        version_id: Version(id=version_id, number=number, created=0.0, member="SecretString", sealed=None)
        for number, version_id in enumerate(ids, start=1)
    }
    return a_secret("a")._replace(arn=arn, versions=versions, versions_made=made or len(ids))


def vanished(store):
    return [list(secret.versions) for secret in store.vanished]


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        pytest.param(None, ["v1", "v2"], id="deleted"),
        pytest.param(with_versions("v3", arn="arn:new"), ["v1", "v2"], id="replaced by a new secret"),
        pytest.param(with_versions("v2", "v3"), ["v1"], id="written, with the oldest version pruned"),
        pytest.param(with_versions("v2"), ["v1"], id="without the version of a test rotation"),
        pytest.param(with_versions(), ["v1", "v2"], id="without any version"),
    ],
)
def test_vanished_keeps_the_versions_that_a_change_removes(after, gone):
    store = Store()
    store.apply({a_key("a"): with_versions("v1", "v2")})
    store.apply({a_key("a"): after})
    assert vanished(store) == [gone]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(with_versions("v1", "v2", "v3"), id="written"),
        pytest.param(with_versions("v1", "v2"), id="read"),
        pytest.param(with_versions("v1", "v2")._replace(description="x"), id="described"),
    ],
)
def test_vanished_keeps_nothing_of_a_change_that_keeps_all_versions(after):
    store = Store()
    store.apply({a_key("a"): with_versions("v1", "v2")})
    store.apply({a_key("a"): after})
    assert vanished(store) == []


def test_vanished_keeps_nothing_of_an_unknown_secret():
    store = Store()
    store.apply({a_key("a"): None})
    assert vanished(store) == []


def test_vanished_keeps_the_last_2000_values():
    store = Store()
    for n in range(1_002):
        store.apply({a_key("a"): with_versions(f"v{n}", f"w{n}", arn=f"arn:{n}")})
    assert vanished(store) == [[f"v{n}", f"w{n}"] for n in range(1, 1_001)]


def test_vanished_counts_a_secret_without_a_value_as_one_value():
    store = Store()
    for n in range(2_002):
        store.apply({a_key("a"): with_versions(arn=f"arn:{n}")})
    assert len(vanished(store)) == 2_000


def test_vanished_keeps_at_most_8_mebibytes():
    """8 MiB are 128 values of 65,536 bytes."""
    sealed = Sealed(kms_key_id="", key_arn="", data_key=b"", ciphertext=bytes(65_536))
    version = Version(id="v", number=1, created=0.0, member="SecretString", sealed=sealed)
    store = Store()
    for n in range(200):
        store.apply({a_key("a"): a_secret("a")._replace(arn=f"arn:{n}", versions={"v": version}, versions_made=1)})
    assert [secret.arn for secret in store.vanished] == [f"arn:{n}" for n in range(71, 199)]


def test_restoring_a_checkpoint_forgets_versions_that_vanished_since():
    """Their bytes no longer count either."""
    store = Store()
    store.apply({a_key("a"): with_versions("v1")})
    restore = store.vanished.checkpoint()
    store.apply({a_key("a"): None})
    restore()
    assert vanished(store) == []
    for n in range(2_002):
        store.apply({a_key("a"): with_versions("v", arn=f"arn:{n}")})
    assert len(vanished(store)) == 2_000
