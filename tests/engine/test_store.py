"""The store: changes, look-ups, and journals that undo."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.changed import changed
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


def test_an_empty_store_has_nothing():
    store = Store()
    assert store.get(a_key("a")) is None
    assert list(store.within(REGION, ACCOUNT)) == []
    assert list(store.all()) == []


def test_a_secret_is_found_under_its_key_only(store):
    assert store.get(a_key("a")).name == "a"
    for other in (a_key("c"), a_key("a", region="eu-west-1"), a_key("a", account="210987654321")):
        assert store.get(other) is None


def test_a_change_replaces_and_a_none_removes(store):
    changed = a_secret("a", "changed")
    store.apply({a_key("a"): changed, a_key("b"): None})
    assert store.get(a_key("a")) is changed
    assert store.get(a_key("b")) is None


def test_a_secret_that_is_not_there_can_be_removed(store):
    store.apply({a_key("c"): None, a_key("x", region="eu-west-1"): None})
    assert names(store) == ["a", "b"]


def test_each_region_and_account_is_a_place_of_its_own(store):
    store.apply({a_key("c", region="eu-west-1"): a_secret("c", region="eu-west-1")})
    store.apply({a_key("d", account="210987654321"): a_secret("d", account="210987654321")})
    assert [secret.name for secret in store.within(REGION, ACCOUNT)] == ["a", "b"]
    assert [secret.name for secret in store.within("eu-west-1", ACCOUNT)] == ["c"]
    assert [secret.name for secret in store.within(REGION, "210987654321")] == ["d"]
    assert names(store) == ["a", "b", "c", "d"]


def test_a_change_leaves_a_secret_in_its_place_of_the_order(store):
    store.apply({a_key("a"): a_secret("a", "changed")})
    assert [secret.name for secret in store.within(REGION, ACCOUNT)] == ["a", "b"]


def test_a_journal_that_is_not_rolled_back_leaves_the_changes(store):
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
def test_rolling_back_puts_back_the_very_values(store, changes):
    before = {secret.key: secret for secret in store.all()}
    journal = store.open_journal()
    for change in changes:
        store.apply(change)
    store.close_journal(journal, roll_back=True)
    after = {secret.key: secret for secret in store.all()}
    assert after == before
    assert all(after[key] is secret for key, secret in before.items())


def test_a_journal_keeps_the_first_old_value_of_each_key_it_saw(store):
    old = store.get(a_key("a"))
    journal = store.open_journal()
    store.apply({a_key("a"): a_secret("a", "once")})
    store.apply({a_key("a"): a_secret("a", "twice"), a_key("c"): a_secret("c")})
    assert journal.before == {a_key("a"): old, a_key("c"): None}


def test_a_closed_journal_sees_nothing_more(store):
    journal = store.open_journal()
    store.close_journal(journal)
    store.apply({a_key("a"): None})
    assert journal.before == {}


def test_an_inner_rollback_leaves_what_the_outer_journal_saw(store):
    outer = store.open_journal()
    store.apply({a_key("c"): a_secret("c", "outer")})
    inner = store.open_journal()
    store.apply({a_key("c"): a_secret("c", "inner"), a_key("a"): None})
    store.close_journal(inner, roll_back=True)
    assert store.get(a_key("c")).description == "outer"
    store.close_journal(outer, roll_back=True)
    assert names(store) == ["a", "b"]


def test_an_outer_rollback_undoes_what_an_inner_journal_left(store):
    outer, inner = store.open_journal(), store.open_journal()
    store.apply({a_key("a"): None})
    store.close_journal(inner)
    store.close_journal(outer, roll_back=True)
    assert names(store) == ["a", "b"]


def test_a_rollback_is_a_change_to_a_journal_that_is_still_open(store):
    first = store.open_journal()
    store.apply({a_key("c"): a_secret("c")})
    second = store.open_journal()
    store.close_journal(first, roll_back=True)
    assert second.before.keys() == {a_key("c")}
    store.close_journal(second, roll_back=True)
    assert store.get(a_key("c")) == a_secret("c")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_overlapping_journals_end_in_any_order(store, order):
    """Each one rolled back leaves, of the last one to end, what was there when it was opened."""
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
def test_rolling_back_undoes_any_changes(before, inside):
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


def test_a_secret_made_anew_stands_behind_the_others():
    store = Store()
    for name, arn in [("one", "a"), ("two", "b"), ("one", "c")]:
        key = SecretKey("us-east-1", "123456789012", name)
        store.apply({key: Secret(key=key, arn=arn, created=0.0, changed=0.0)})
    assert [secret.name for secret in store.within("us-east-1", "123456789012")] == ["two", "one"]


# --- what vanishes ---------------------------------------------------------------------------------------------------


def with_versions(*ids, arn="arn:a", made=None):
    versions = {
        version_id: Version(id=version_id, number=number, created=0.0, member="SecretString", sealed=None)
        for number, version_id in enumerate(ids, start=1)
    }
    return changed(a_secret("a"), arn=arn, versions=versions, versions_made=made or len(ids))


def vanished(store):
    return [list(secret.versions) for secret in store.vanished]


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        pytest.param(None, ["v1", "v2"], id="deleted"),
        pytest.param(with_versions("v3", arn="arn:new"), ["v1", "v2"], id="replaced by a new secret"),
        pytest.param(with_versions("v2", "v3"), ["v1"], id="written, with the oldest version pruned"),
        pytest.param(with_versions("v2"), ["v1"], id="without a version that was tried"),
        pytest.param(with_versions(), ["v1", "v2"], id="without any version"),
    ],
)
def test_the_store_keeps_what_a_change_takes_away(after, gone):
    store = Store()
    store.apply({a_key("a"): with_versions("v1", "v2")})
    store.apply({a_key("a"): after})
    assert vanished(store) == [gone]


@pytest.mark.parametrize(
    "after",
    [
        pytest.param(with_versions("v1", "v2", "v3"), id="written"),
        pytest.param(with_versions("v1", "v2"), id="read"),
        pytest.param(changed(with_versions("v1", "v2"), description="x"), id="described"),
    ],
)
def test_nothing_vanishes_where_all_versions_stay(after):
    store = Store()
    store.apply({a_key("a"): with_versions("v1", "v2")})
    store.apply({a_key("a"): after})
    assert vanished(store) == []


def test_nothing_vanishes_where_nothing_was():
    store = Store()
    store.apply({a_key("a"): None})
    assert vanished(store) == []


def test_of_what_vanishes_the_last_two_thousand_values_are_kept():
    store = Store()
    for n in range(1_002):
        store.apply({a_key("a"): with_versions(f"v{n}", f"w{n}", arn=f"arn:{n}")})
    assert vanished(store) == [[f"v{n}", f"w{n}"] for n in range(1, 1_001)]


def test_a_secret_without_a_value_that_vanishes_counts_as_one():
    store = Store()
    for n in range(2_002):
        store.apply({a_key("a"): with_versions(arn=f"arn:{n}")})
    assert len(vanished(store)) == 2_000


def test_of_what_vanishes_no_more_than_eight_mebibytes_are_kept():
    """Of 65,536 bytes each, that is 128 values."""
    sealed = Sealed(kms_key_id="", key_arn="", data_key=b"", ciphertext=bytes(65_536))
    version = Version(id="v", number=1, created=0.0, member="SecretString", sealed=sealed)
    store = Store()
    for n in range(200):
        store.apply({a_key("a"): changed(a_secret("a"), arn=f"arn:{n}", versions={"v": version}, versions_made=1)})
    assert [secret.arn for secret in store.vanished] == [f"arn:{n}" for n in range(71, 199)]


def test_what_has_vanished_since_a_mark_is_forgotten_on_the_way_back():
    """Its bytes are, too: there is room for as much as before."""
    store = Store()
    store.apply({a_key("a"): with_versions("v1")})
    restore = store.vanished.checkpoint()
    store.apply({a_key("a"): None})
    restore()
    assert vanished(store) == []
    for n in range(2_002):
        store.apply({a_key("a"): with_versions("v", arn=f"arn:{n}")})
    assert len(vanished(store)) == 2_000
