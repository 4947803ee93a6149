"""The columns of a timeline: which calls share one."""

from typing import NamedTuple

import pytest

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History, Span
from pytest_secretsmanager.inspection.timelines.columns import MOST_COLUMNS, Column, columns_of


class Made(NamedTuple):
    """A call that was made."""

    operation: str = "GetSecretValue"
    time: float = 0.0
    error: str | None = None
    caller: str | None = None
    by_service: bool = False


def history(count: int, *moves: int) -> History:
    """A history of calls; some of them moved a label."""
    spans = tuple(Span("blue", "v1", at, None) for at in moves)
    return History(SecretKey("r", "a", "db"), "arn", None, None, (), spans, (), tuple(range(count)))


def test_each_of_a_few_calls_has_a_column() -> None:
    found = columns_of(history(MOST_COLUMNS), [Made()] * MOST_COLUMNS)
    assert found == [Column("call", (at,)) for at in range(MOST_COLUMNS)]


def test_calls_around_a_move_are_folded_on_each_side() -> None:
    found = columns_of(history(100, 40), [Made()] * 100)
    assert found == [
        Column("folded", tuple(range(40))),
        Column("call", (40,)),
        Column("folded", tuple(range(41, 100))),
    ]


def test_a_failed_call_is_not_folded_with_successful_ones() -> None:
    calls = [Made()] * 50 + [Made(error="ThrottlingException")] + [Made()] * 50
    assert [column.kind for column in columns_of(history(101), calls)] == ["folded", "call", "folded"]


def test_many_failed_calls_are_folded_too() -> None:
    calls = [Made(), Made(error="ThrottlingException")] * 50
    assert columns_of(history(100), calls) == [Column("folded", tuple(range(100)))]


@pytest.mark.parametrize("count", [MOST_COLUMNS + 1, 1_000])
def test_the_middle_of_many_moves_is_left_out(count: int) -> None:
    found = columns_of(history(count, *range(count)), [Made()] * count)
    assert len(found) == MOST_COLUMNS
    assert [at for column in found for at in column.calls] == list(range(count))
    assert [column.kind for column in found].count("left out") == 1
    assert found[-1] == Column("call", (count - 1,))
