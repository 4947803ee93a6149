"""The columns of a timeline: one for each call, fewer if a secret has many calls."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple, Protocol, TypeAlias

from pytest_secretsmanager.inspection.histories import History

MOST_COLUMNS = 32
"""Up to so many columns, a picture is readable."""

_KEPT_AT_THE_BEGINNING = 2

ColumnKind: TypeAlias = Literal["call", "folded", "left out"]


class DrawnCall(Protocol):
    """What a timeline shows of one log entry. `time` is epoch seconds, `caller` is `path:line` or empty."""

    @property
    def operation(self) -> str: ...

    @property
    def time(self) -> float: ...

    @property
    def error(self) -> str | None: ...

    @property
    def caller(self) -> str | None: ...

    @property
    def by_service(self) -> bool: ...


class Calls(Protocol):
    """The log entries at the positions of a history."""

    def __getitem__(self, at: int, /) -> DrawnCall: ...


class Column(NamedTuple):
    """One column: a call, or several ones. `calls` are positions.

    `folded` are calls in a row that changed nothing. `left out` are calls of any kind in the middle of a long history.
    """

    kind: ColumnKind
    calls: tuple[int, ...]


def columns_of(history: History, calls: Calls) -> list[Column]:
    """The columns of a history, at most `MOST_COLUMNS`.

    A long history is folded: first the successful calls that changed nothing, then the failed ones too. If that isn't
    enough, the middle is left out.
    """
    if len(history.calls) <= MOST_COLUMNS:
        return [Column("call", (at,)) for at in history.calls]
    changing = positions(history)
    columns = list(_folded(history.calls, lambda at: at not in changing and calls[at].error is None))
    if len(columns) > MOST_COLUMNS:
        columns = list(_folded(history.calls, lambda at: at not in changing))
    if len(columns) > MOST_COLUMNS:
        tail = MOST_COLUMNS - _KEPT_AT_THE_BEGINNING - 1
        left_out = [at for column in columns[_KEPT_AT_THE_BEGINNING:-tail] for at in column.calls]
        middle = Column("left out", tuple(left_out))
        columns = [*columns[:_KEPT_AT_THE_BEGINNING], middle, *columns[-tail:]]
    return columns


def positions(history: History) -> set[int]:
    """The positions of the calls that changed something that the picture shows."""
    edges = [history.begin, history.end]
    for stays in (history.versions, history.spans, history.rotations):
        for stay in stays:
            edges += (stay.begin, stay.end)
    return {at for at in edges if at is not None}


def _folded(places: Sequence[int], is_plain: Callable[[int], bool]) -> Iterator[Column]:
    """The columns with each run of plain calls in one."""
    run: list[int] = []
    for at in places:
        if is_plain(at):
            run.append(at)
            continue
        yield from _run(run)
        run = []
        yield Column("call", (at,))
    yield from _run(run)


def _run(run: Sequence[int]) -> Iterator[Column]:
    if run:
        yield Column("folded" if len(run) > 1 else "call", tuple(run))
