"""The agenda: when each secret is due, which one is first, and how the store keeps it as secrets change."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.state import (
    RotationAttempt,
    RotationConfiguration,
    RotationRules,
    Secret,
    SecretKey,
    Window,
)
from pytest_secretsmanager.engine.store import Agenda, Store


def a_key(name, region="us-east-1", account="123456789012"):
    return SecretKey(region, account, name)


def an_agenda(*notes):
    """An agenda that was told these names and times, in this order."""
    agenda = Agenda()
    for name, due in notes:
        agenda.note(a_key(name), due)
    return agenda


def drained(agenda):
    """All that is due, first things first, each taken off once it was first."""
    found = []
    while agenda.time < inf:
        key = agenda.first()
        found.append((key.name, agenda.time))
        agenda.note(key, None)
    return found


# --- by itself -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("a", 5.0)], [("a", 5.0)], id="one"),
        pytest.param([("a", 0.0)], [("a", 0.0)], id="at the very start of time"),
        pytest.param([("a", None)], [], id="one that is not due"),
        pytest.param([("a", 5.0), ("b", 3.0), ("c", 4.0)], [("b", 3.0), ("c", 4.0), ("a", 5.0)], id="three"),
        pytest.param([("a", 5.0), ("a", 5.0)], [("a", 5.0)], id="the same twice"),
        pytest.param([("a", 5.0), ("b", 6.0), ("a", 7.0)], [("b", 6.0), ("a", 7.0)], id="the first moves back"),
        pytest.param([("a", 5.0), ("b", 6.0), ("b", 4.0)], [("b", 4.0), ("a", 5.0)], id="the last moves ahead"),
        pytest.param([("a", 5.0), ("b", 6.0), ("a", 4.0)], [("a", 4.0), ("b", 6.0)], id="the first moves ahead"),
        pytest.param([("a", 5.0), ("b", 6.0), ("b", 7.0)], [("a", 5.0), ("b", 7.0)], id="the last moves back"),
        pytest.param([("a", 5.0), ("a", 7.0), ("a", 5.0)], [("a", 5.0)], id="there and back"),
        pytest.param([("a", 5.0), ("a", 3.0), ("a", 5.0)], [("a", 5.0)], id="ahead and back"),
        pytest.param([("a", 5.0), ("b", 6.0), ("a", None)], [("b", 6.0)], id="the first goes"),
        pytest.param([("a", 5.0), ("b", 6.0), ("b", None)], [("a", 5.0)], id="the last goes"),
        pytest.param([("a", 5.0), ("a", None)], [], id="the only one goes"),
        pytest.param([("a", 5.0), ("a", None), ("a", None)], [], id="one goes twice"),
        pytest.param([("a", 5.0), ("b", None)], [("a", 5.0)], id="one goes that was never due"),
        pytest.param([("a", 5.0), ("a", None), ("a", 5.0)], [("a", 5.0)], id="one goes and comes back"),
        pytest.param(
            [("a", 5.0), ("b", 4.0), ("a", 7.0), ("b", None), ("a", 6.0)],
            [("a", 6.0)],
            id="what was overtaken below the top never comes up",
        ),
    ],
)
def test_what_is_due_comes_in_order_of_time(notes, expected):
    assert drained(an_agenda(*notes)) == expected


def test_with_nothing_to_do_its_time_is_infinite():
    assert Agenda().time == inf


def test_looking_takes_nothing_off():
    agenda = an_agenda(("a", 5.0))
    assert [agenda.first(), agenda.first(), agenda.time] == [a_key("a"), a_key("a"), 5.0]


def test_secrets_that_are_due_at_the_same_time_all_come():
    names = [name for name, _ in drained(an_agenda(("b", 5.0), ("a", 5.0), ("d", 9.0), ("c", 5.0)))]
    assert (sorted(names[:3]), names[3:]) == (["a", "b", "c"], ["d"])


def test_one_name_in_two_places_is_two_secrets():
    agenda = an_agenda(("a", 5.0))
    agenda.note(a_key("a", region="eu-west-1"), 4.0)
    agenda.note(a_key("a", account="210987654321"), 3.0)
    assert [time for _, time in drained(agenda)] == [3.0, 4.0, 5.0]


def test_a_thousand_secrets_come_in_order_after_each_has_moved():
    agenda = an_agenda(*[(str(number), float(number)) for number in range(1_000)])
    for number in range(1_000):
        agenda.note(a_key(str(number)), float(5_000 - number))
    assert drained(agenda) == [(str(number), float(5_000 - number)) for number in reversed(range(1_000))]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 6).map(float)), max_size=40))
def test_after_any_notes_the_first_is_the_one_that_is_due_first(notes):
    agenda, expected = Agenda(), {}
    for name, due in notes:
        agenda.note(a_key(name), due)
        expected[name] = due
        waiting = {key: time for key, time in expected.items() if time is not None}
        assert agenda.time == min(waiting.values(), default=inf)
        assert not waiting or waiting[agenda.first().name] == agenda.time
    assert sorted(drained(agenda)) == sorted((name, due) for name, due in expected.items() if due is not None)


# --- as the store keeps it -------------------------------------------------------------------------------------------


def due(opens):
    """A rotation whose next window opens then."""
    return RotationConfiguration(rules=RotationRules(days=30), window=Window(opens, opens + 1))


def a_secret(name, rotation=None, **members):
    return Secret(key=a_key(name), arn=f"arn:{name}", created=0.0, changed=0.0, rotation=rotation, **members)


def put(store, *secrets):
    store.apply({secret.key: secret for secret in secrets})


@pytest.fixture
def store():
    """A store with the secrets a, due at 5, b, due at 6, and c, which does not rotate."""
    store = Store()
    put(store, a_secret("a", due(5.0)), a_secret("b", due(6.0)), a_secret("c"))
    return store


def test_a_new_store_has_nothing_to_do():
    assert Store().agenda.time == inf


def test_secrets_that_rotate_stand_in_the_agenda(store):
    assert drained(store.agenda) == [("a", 5.0), ("b", 6.0)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"c": a_secret("c", due(4.0))}, [("c", 4.0), ("a", 5.0), ("b", 6.0)], id="rotation is turned on"),
        pytest.param({"a": a_secret("a", due(7.0))}, [("b", 6.0), ("a", 7.0)], id="it is to rotate later"),
        pytest.param({"b": a_secret("b", due(4.0))}, [("b", 4.0), ("a", 5.0)], id="it is to rotate sooner"),
        pytest.param({"a": a_secret("a", changed(due(5.0), enabled=False))}, [("b", 6.0)], id="rotation is turned off"),
        pytest.param(
            {"a": a_secret("a", changed(due(5.0), attempt=RotationAttempt(token="t")))},
            [("b", 6.0)],
            id="a rotation is under way",
        ),
        pytest.param(
            {"a": a_secret("a", changed(due(5.0), attempt=RotationAttempt(token="t", retry=8.0)))},
            [("b", 6.0), ("a", 8.0)],
            id="a rotation is to be tried again",
        ),
        pytest.param({"a": a_secret("a")}, [("b", 6.0)], id="it does not rotate any more"),
        pytest.param({"a": None}, [("b", 6.0)], id="it is deleted"),
        pytest.param({"a": None, "b": None}, [], id="all are deleted"),
        pytest.param({"c": None}, [("a", 5.0), ("b", 6.0)], id="one that does not rotate is deleted"),
        pytest.param({"d": None}, [("a", 5.0), ("b", 6.0)], id="one that is not there is deleted"),
        pytest.param(
            {"a": a_secret("a", due(5.0), description="new")}, [("a", 5.0), ("b", 6.0)], id="something else changes"
        ),
        pytest.param({"c": a_secret("c", description="new")}, [("a", 5.0), ("b", 6.0)], id="one without changes"),
        pytest.param(
            {"a": changed(a_secret("a", due(9.0)), arn="arn:anew")}, [("b", 6.0), ("a", 9.0)], id="it is made anew"
        ),
        pytest.param(
            {"a": changed(a_secret("a"), arn="arn:anew")}, [("b", 6.0)], id="it is made anew and does not rotate"
        ),
    ],
)
def test_the_agenda_follows_each_change(store, changes, expected):
    store.apply({a_key(name): secret for name, secret in changes.items()})
    assert drained(store.agenda) == expected


def test_a_secret_whose_rotation_is_turned_off_and_on_again_is_due_when_it_was(store):
    put(store, a_secret("a", changed(due(5.0), enabled=False)))
    put(store, a_secret("a", due(5.0)))
    assert drained(store.agenda) == [("a", 5.0), ("b", 6.0)]


def test_secrets_of_all_regions_and_accounts_stand_in_one_agenda(store):
    for time, place in ((3.0, {"region": "eu-west-1"}), (4.0, {"account": "210987654321"})):
        put(store, changed(a_secret("a", due(time)), key=a_key("a", **place)))
    assert [time for _, time in drained(store.agenda)] == [3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([{"d": a_secret("d", due(1.0))}], id="one was made"),
        pytest.param([{"a": None}], id="one was deleted"),
        pytest.param([{"a": a_secret("a", due(9.0))}], id="one was put off"),
        pytest.param([{"a": a_secret("a", due(9.0))}, {"a": a_secret("a", due(1.0))}], id="one moved twice"),
        pytest.param([{"a": a_secret("a")}, {"c": a_secret("c", due(1.0))}], id="one stopped, another began"),
        pytest.param(
            [{"a": a_secret("a", changed(due(5.0), enabled=False))}, {"a": None}], id="one stopped and was deleted"
        ),
        pytest.param([{"a": None}, {"a": a_secret("a", due(1.0))}], id="one was made anew"),
    ],
)
def test_a_rollback_puts_the_agenda_back(store, changes):
    journal = store.open_journal()
    for change in changes:
        store.apply({a_key(name): secret for name, secret in change.items()})
    store.close_journal(journal, roll_back=True)
    assert drained(store.agenda) == [("a", 5.0), ("b", 6.0)]


def test_a_journal_that_is_not_rolled_back_leaves_the_agenda_as_it_has_become(store):
    journal = store.open_journal()
    put(store, a_secret("a", due(9.0)))
    store.close_journal(journal)
    assert drained(store.agenda) == [("b", 6.0), ("a", 9.0)]


def test_an_inner_rollback_leaves_the_agenda_to_the_outer_journal(store):
    outer = store.open_journal()
    put(store, a_secret("a", due(9.0)))
    inner = store.open_journal()
    put(store, a_secret("a", due(1.0)), a_secret("b"))
    store.close_journal(inner, roll_back=True)
    assert (store.agenda.first().name, store.agenda.time) == ("b", 6.0)
    store.close_journal(outer, roll_back=True)
    assert drained(store.agenda) == [("a", 5.0), ("b", 6.0)]


STATES = st.none() | st.just("does not rotate") | st.integers(0, 6).map(float)
CHANGES = st.lists(st.dictionaries(st.sampled_from("abcd"), STATES, min_size=1, max_size=3), max_size=12)


def apply(store, changes):
    """Changes secrets: to be due at a time, not to rotate, or (None) not to be there."""
    for change in changes:
        secrets = {
            name: None if state is None else a_secret(name, due(state) if isinstance(state, float) else None)
            for name, state in change.items()
        }
        store.apply({a_key(name): secret for name, secret in secrets.items()})


@given(before=CHANGES, inside=CHANGES, roll_back=st.booleans())
def test_after_any_changes_the_agenda_is_that_of_the_secrets_there_are(before, inside, roll_back):
    store = Store()
    apply(store, before)
    journal = store.open_journal()
    apply(store, inside)
    store.close_journal(journal, roll_back=roll_back)
    expected = [(secret.name, secret.rotation.window.opens) for secret in store.all() if secret.rotation is not None]
    assert sorted(drained(store.agenda)) == sorted(expected)
