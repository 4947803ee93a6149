"""The log of a manager, with a limit and without, beside a plain list of everything that was appended."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine import call_log
from pytest_secretsmanager.engine.call_log import CallLog

STEPS = st.lists(st.sampled_from(["append", "append", "append", "checkpoint", "restore", "back"]), max_size=60)


@pytest.fixture(autouse=True)
def _little_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(call_log, "_SLACK", 3)


@given(limit=st.none() | st.integers(1, 8), steps=STEPS, position=st.integers(0, 60))
def test_the_log_has_the_last_entries_at_their_positions(limit: int | None, steps: list[str], position: int) -> None:
    log, whole, points = CallLog(limit), [], []  # type: CallLog, list[Any], list[Any]
    for number, step in enumerate(steps):
        if step == "append":
            log.append(number)  # type: ignore[arg-type]
            whole.append(number)
        elif step == "checkpoint":
            points.append((log.checkpoint(), whole[:]))
        elif step == "restore" and points:
            restore, whole = points.pop()
            restore()
        elif step == "back" and whole and not points:
            log.back_to(len(whole) - 1)
            whole = whole[:-1]
    assert log.position == len(whole)
    assert log.oldest == len(whole) - len(log.since(0))
    assert log.since(0) == (whole if limit is None else whole[log.oldest :])
    assert log.since(position) == whole[max(position, log.oldest) :]
    found = log.next_from(position)
    if found is None:
        assert log.since(position) == []
    else:
        assert found[1] == whole[found[0]]
        assert found[0] == position or position < found[0] <= log.oldest
    if limit is not None and "back" not in steps:
        assert len(log.since(0)) == min(limit, len(whole))


def test_a_log_with_a_limit_is_bounded() -> None:
    log = CallLog(10)
    for number in range(1_000):
        log.append(number)  # type: ignore[arg-type]
    assert len(log._kept[1]) < 2 * (10 + 3)


def test_a_call_frees_at_most_one_forgotten_entry() -> None:
    """To free all of them at once takes a call's time many times."""
    freed = 0

    class Noted:
        def __del__(self) -> None:
            nonlocal freed
            freed += 1

    log, most = CallLog(10), 0
    for _ in range(200):
        before = freed
        log.append(Noted())  # type: ignore[arg-type]
        most = max(most, freed - before)
    assert most == 1
    assert freed >= 200 - 2 * (10 + 3) - 1


def test_an_interrupted_call_takes_no_earlier_entry_away() -> None:
    """Whether its own entry made the log forget or not."""
    log = CallLog(2)
    for number in range(40):
        log.append(number)  # type: ignore[arg-type]
        position = log.position
        log.append("interrupted")  # type: ignore[arg-type]
        log.back_to(position)
        assert log.since(0) == [*range(max(0, number - 1), number + 1)]


def test_a_log_tells_before_entries_go() -> None:
    log, seen = CallLog(2), set()  # type: CallLog, set[Any]
    log.before_forgetting = lambda: seen.update(log.kept_since(0))
    for number in range(100):
        log.append(number)  # type: ignore[arg-type]
    assert seen | {*log.kept_since(0)} == {*range(100)}


@pytest.mark.parametrize("limit", [None, 3])
def test_a_copy_has_the_entries_from_a_position_on_and_stays_as_it_is(limit: int | None) -> None:
    log = CallLog(limit)
    for number in range(5):
        log.append(number)  # type: ignore[arg-type]
    copy = log.copy_since(1)
    log.append("later")  # type: ignore[arg-type]
    expected = [1, 2, 3, 4] if limit is None else [2, 3, 4]
    assert (copy.since(0), copy.oldest, copy.position) == (expected, 4 - len(expected), 4)
