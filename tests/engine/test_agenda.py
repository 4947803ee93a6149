"""The agenda: when each secret is due, which is first, and how the store updates it as secrets change."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine import store as store_module
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
    """An agenda after notes of these names and times, in this order."""
    agenda = Agenda()
    for name, due in notes:
        agenda.note(a_key(name), due)
    return agenda


def drained(agenda):
    """All due secrets in order; each is removed when it is first."""
    found = []
    while agenda.time < inf:
        key = agenda.first()
        found.append((key.name, agenda.time))
        agenda.note(key, None)
    return found


# --- alone -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([("a", 5.0)], [("a", 5.0)], id="one"),
        pytest.param([("a", 0.0)], [("a", 0.0)], id="due at time zero"),
        pytest.param([("a", None)], [], id="one not due"),
        pytest.param([("a", 5.0), ("b", 3.0), ("c", 4.0)], [("b", 3.0), ("c", 4.0), ("a", 5.0)], id="three"),
        pytest.param([("a", 5.0), ("a", 5.0)], [("a", 5.0)], id="the same twice"),
        pytest.param([("a", 5.0), ("b", 6.0), ("a", 7.0)], [("b", 6.0), ("a", 7.0)], id="the first is put off"),
        pytest.param([("a", 5.0), ("b", 6.0), ("b", 4.0)], [("b", 4.0), ("a", 5.0)], id="the last is moved up"),
        pytest.param([("a", 5.0), ("b", 6.0), ("a", 4.0)], [("a", 4.0), ("b", 6.0)], id="the first is moved up"),
        pytest.param([("a", 5.0), ("b", 6.0), ("b", 7.0)], [("a", 5.0), ("b", 7.0)], id="the last is put off"),
        pytest.param([("a", 5.0), ("a", 7.0), ("a", 5.0)], [("a", 5.0)], id="put off and moved back"),
        pytest.param([("a", 5.0), ("a", 3.0), ("a", 5.0)], [("a", 5.0)], id="moved up and put back"),
        pytest.param([("a", 5.0), ("b", 6.0), ("a", None)], [("b", 6.0)], id="the first is removed"),
        pytest.param([("a", 5.0), ("b", 6.0), ("b", None)], [("a", 5.0)], id="the last is removed"),
        pytest.param([("a", 5.0), ("a", None)], [], id="the only one is removed"),
        pytest.param([("a", 5.0), ("a", None), ("a", None)], [], id="one is removed twice"),
        pytest.param([("a", 5.0), ("b", None)], [("a", 5.0)], id="one that was never due is removed"),
        pytest.param([("a", 5.0), ("a", None), ("a", 5.0)], [("a", 5.0)], id="one is removed and added again"),
        pytest.param(
            [("a", 5.0), ("b", 4.0), ("a", 7.0), ("b", None), ("a", 6.0)],
            [("a", 6.0)],
            id="an outdated note below the top never appears",
        ),
    ],
)
def test_an_agenda_returns_secrets_in_the_order_of_due_times(notes, expected):
    assert drained(an_agenda(*notes)) == expected


def test_the_time_of_an_empty_agenda_is_infinite():
    assert Agenda().time == inf


def test_first_removes_nothing_from_the_agenda():
    agenda = an_agenda(("a", 5.0))
    assert [agenda.first(), agenda.first(), agenda.time] == [a_key("a"), a_key("a"), 5.0]


def test_an_agenda_returns_all_secrets_that_are_due_at_the_same_time():
    names = [name for name, _ in drained(an_agenda(("b", 5.0), ("a", 5.0), ("d", 9.0), ("c", 5.0)))]
    assert (sorted(names[:3]), names[3:]) == (["a", "b", "c"], ["d"])


def test_an_agenda_tells_secrets_of_one_name_apart_by_region_and_account():
    agenda = an_agenda(("a", 5.0))
    agenda.note(a_key("a", region="eu-west-1"), 4.0)
    agenda.note(a_key("a", account="210987654321"), 3.0)
    assert [time for _, time in drained(agenda)] == [3.0, 4.0, 5.0]


def test_an_agenda_orders_a_thousand_secrets_after_each_has_moved():
    agenda = an_agenda(*[(str(number), float(number)) for number in range(1_000)])
    for number in range(1_000):
        agenda.note(a_key(str(number)), float(5_000 - number))
    assert drained(agenda) == [(str(number), float(5_000 - number)) for number in reversed(range(1_000))]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 6).map(float)), max_size=40))
def test_first_is_the_earliest_secret_after_any_notes(notes):
    agenda, expected = Agenda(), {}
    for name, due in notes:
        agenda.note(a_key(name), due)
        expected[name] = due
        waiting = {key: time for key, time in expected.items() if time is not None}
        assert agenda.time == min(waiting.values(), default=inf)
        assert not waiting or waiting[agenda.first().name] == agenda.time
    assert sorted(drained(agenda)) == sorted((name, due) for name, due in expected.items() if due is not None)


@pytest.mark.parametrize("is_pushed", [False, True], ids=["before its push", "after its push"])
def test_a_note_that_an_interrupt_stopped_can_be_repeated(monkeypatch, is_pushed):
    def interrupted_push(heap, item):
        if is_pushed:
            heap.append(item)
        raise KeyboardInterrupt

    agenda = Agenda()
    with monkeypatch.context() as patched:
        patched.setattr(store_module, "heappush", interrupted_push)
        with pytest.raises(KeyboardInterrupt):
            agenda.note(a_key("a"), 1.0)
    agenda.note(a_key("a"), 1.0)
    assert drained(agenda) == [("a", 1.0)]


# --- in the store ----------------------------------------------------------------------------------------------------


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


def test_the_agenda_of_a_new_store_is_empty():
    assert Store().agenda.time == inf


def test_the_agenda_of_a_store_has_the_secrets_that_rotate(store):
    assert drained(store.agenda) == [("a", 5.0), ("b", 6.0)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"c": a_secret("c", due(4.0))}, [("c", 4.0), ("a", 5.0), ("b", 6.0)], id="rotation is turned on"),
        pytest.param({"a": a_secret("a", due(7.0))}, [("b", 6.0), ("a", 7.0)], id="its next rotation is later"),
        pytest.param({"b": a_secret("b", due(4.0))}, [("b", 4.0), ("a", 5.0)], id="its next rotation is sooner"),
        pytest.param({"a": a_secret("a", due(5.0)._replace(enabled=False))}, [("b", 6.0)], id="rotation is turned off"),
        pytest.param(
            {"a": a_secret("a", due(5.0)._replace(attempt=RotationAttempt(token="t")))},
            [("b", 6.0)],
            id="a rotation is running",
        ),
        pytest.param(
            {"a": a_secret("a", due(5.0)._replace(attempt=RotationAttempt(token="t", retry=8.0)))},
            [("b", 6.0), ("a", 8.0)],
            id="a rotation waits for a retry",
        ),
        pytest.param({"a": a_secret("a")}, [("b", 6.0)], id="its rotation is removed"),
        pytest.param({"a": None}, [("b", 6.0)], id="it is deleted"),
        pytest.param({"a": None, "b": None}, [], id="all are deleted"),
        pytest.param({"c": None}, [("a", 5.0), ("b", 6.0)], id="one that does not rotate is deleted"),
        pytest.param({"d": None}, [("a", 5.0), ("b", 6.0)], id="an unknown secret is deleted"),
        pytest.param(
            {"a": a_secret("a", due(5.0), description="new")}, [("a", 5.0), ("b", 6.0)], id="something else changes"
        ),
        pytest.param(
            {"c": a_secret("c", description="new")}, [("a", 5.0), ("b", 6.0)], id="one that does not rotate changes"
        ),
        pytest.param(
            {"a": a_secret("a", due(9.0))._replace(arn="arn:anew")}, [("b", 6.0), ("a", 9.0)], id="it is recreated"
        ),
        pytest.param(
            {"a": a_secret("a")._replace(arn="arn:anew")}, [("b", 6.0)], id="it is recreated without rotation"
        ),
    ],
)
def test_the_agenda_of_a_store_follows_each_change(store, changes, expected):
    store.apply({a_key(name): secret for name, secret in changes.items()})
    assert drained(store.agenda) == expected


def test_a_secret_whose_rotation_is_turned_off_and_on_keeps_its_due_time(store):
    put(store, a_secret("a", due(5.0)._replace(enabled=False)))
    put(store, a_secret("a", due(5.0)))
    assert drained(store.agenda) == [("a", 5.0), ("b", 6.0)]


def test_one_agenda_has_the_secrets_of_all_regions_and_accounts(store):
    for time, place in ((3.0, {"region": "eu-west-1"}), (4.0, {"account": "210987654321"})):
        put(store, a_secret("a", due(time))._replace(key=a_key("a", **place)))
    assert [time for _, time in drained(store.agenda)] == [3.0, 4.0, 5.0, 6.0]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([{"d": a_secret("d", due(1.0))}], id="one was created"),
        pytest.param([{"a": None}], id="one was deleted"),
        pytest.param([{"a": a_secret("a", due(9.0))}], id="one was put off"),
        pytest.param([{"a": a_secret("a", due(9.0))}, {"a": a_secret("a", due(1.0))}], id="one moved twice"),
        pytest.param([{"a": a_secret("a")}, {"c": a_secret("c", due(1.0))}], id="one stopped, another began"),
        pytest.param(
            [{"a": a_secret("a", due(5.0)._replace(enabled=False))}, {"a": None}], id="one stopped and was deleted"
        ),
        pytest.param([{"a": None}, {"a": a_secret("a", due(1.0))}], id="one was recreated"),
    ],
)
def test_a_rollback_restores_the_agenda(store, changes):
    journal = store.open_journal()
    for change in changes:
        store.apply({a_key(name): secret for name, secret in change.items()})
    store.close_journal(journal, roll_back=True)
    assert drained(store.agenda) == [("a", 5.0), ("b", 6.0)]


def test_a_journal_closed_without_rollback_keeps_the_agenda(store):
    journal = store.open_journal()
    put(store, a_secret("a", due(9.0)))
    store.close_journal(journal)
    assert drained(store.agenda) == [("b", 6.0), ("a", 9.0)]


def test_an_inner_rollback_restores_the_agenda_of_its_beginning(store):
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
    """Make secrets due at a time, not rotating, or (None) deleted."""
    for change in changes:
        secrets = {
            name: None if state is None else a_secret(name, due(state) if isinstance(state, float) else None)
            for name, state in change.items()
        }
        store.apply({a_key(name): secret for name, secret in secrets.items()})


@given(before=CHANGES, inside=CHANGES, roll_back=st.booleans())
def test_the_agenda_matches_the_secrets_after_any_changes(before, inside, roll_back):
    store = Store()
    apply(store, before)
    journal = store.open_journal()
    apply(store, inside)
    store.close_journal(journal, roll_back=roll_back)
    expected = [(secret.name, secret.rotation.window.opens) for secret in store.all() if secret.rotation is not None]
    assert sorted(drained(store.agenda)) == sorted(expected)
