"""The details of a timeline in words: for its tooltips, and for screen readers."""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from pytest_secretsmanager.inspection.cells import cut_inside
from pytest_secretsmanager.inspection.histories import History, Life, Rotation, Span
from pytest_secretsmanager.inspection.timelines.columns import Calls, Column
from pytest_secretsmanager.inspection.timelines.lanes import Move
from pytest_secretsmanager.inspection.times import utc
from pytest_secretsmanager.inspection.wording import count_text

LONGEST_DETAIL = 300

_MOST_OPERATIONS = 6


class Details:
    """The texts of one history. A call has the number of its place in the log, from 1."""

    def __init__(self, history: History, calls: Calls) -> None:
        self._history = history
        self._calls = calls
        self._lines: dict[int, list[str]] = {}
        self._numbers = {life.id: life.number for life in history.versions}

    def version(self, version_id: str | None) -> str:
        """The short name of a version."""
        if version_id is None:
            return "no version"
        number = self._numbers.get(version_id)
        return f"version {cut_inside(version_id, 12)}" if number is None else f"version {number}"

    def at(self, at: int | None, edge: str) -> str:
        """The call at a position; `edge` stands for None."""
        return edge if at is None else f"call {at + 1} ({self._calls[at].operation})"

    def column(self, column: Column) -> list[str]:
        """A call; or the operations of folded calls."""
        first, last = column.calls[0], column.calls[-1]
        if column.kind == "call":
            return self.call(first)
        counts = Counter(_outcome(self._calls[at].operation, self._calls[at].error) for at in column.calls)
        named = [f"{count} × {name}" for name, count in counts.most_common(_MOST_OPERATIONS)]
        more = len(counts) - len(named)
        title = f"calls {first + 1} to {last + 1}: {len(column.calls)} calls "
        title += "that moved no label" if column.kind == "folded" else "left out of the picture"
        return [title, *named, *([f"… {more} more"] if more else []), time_text(self._calls[first].time)]

    def call(self, at: int) -> list[str]:
        """One call: its number, operation and outcome, its time, and its caller. Its moves have the same lines."""
        if at not in self._lines:
            self._lines[at] = self._call(at)
        return self._lines[at]

    def _call(self, at: int) -> list[str]:
        call = self._calls[at]
        kind = "event of AWS" if call.by_service else "call"
        lines = [f"{kind} {at + 1}: {_outcome(call.operation, call.error)}", time_text(call.time)]
        return [*lines, cut_inside(call.caller, LONGEST_DETAIL)] if call.caller else lines

    def move(self, move: Move) -> list[str]:
        """A label's move, and its call."""
        source, target = self.version(move.source), self.version(move.target)
        if move.source is None:
            action = f"was put on {target}"
        elif move.target is None:
            action = f"was removed from {source}"
        else:
            action = f"moved from {source} to {target}"
        return [f"{cut_inside(move.label, LONGEST_DETAIL)} {action}", *self.call(move.at)]

    def span(self, span: Span) -> list[str]:
        """A label's stay on a version."""
        begin, end = self.at(span.begin, "before the first call"), self.at(span.end, "the end")
        return [
            f"{cut_inside(span.label, LONGEST_DETAIL)} on {self.version(span.version)}",
            f"from {begin}" if span.begin is not None else f"since {begin}",
            f"to {end}",
        ]

    def life(self, life: Life) -> list[str]:
        """A version: its id, and its creation and deletion."""
        lines = [
            f"{self.version(life.id)}: {cut_inside(life.id, LONGEST_DETAIL)}",
            f"created {time_text(life.created)}",
        ]
        return lines if life.end is None else [*lines, f"deleted by {self.at(life.end, '')}"]

    def rotation(self, rotation: Rotation) -> list[str]:
        """A rotation with its steps."""
        steps = [f"{step}: {'failed' if step == rotation.failed else 'done'}" for step in rotation.steps]
        return [rotation_text(rotation), *steps, f"version {cut_inside(rotation.token, LONGEST_DETAIL)}"]

    def whole(self, columns: Sequence[Column]) -> str:
        """The whole picture, for a screen reader."""
        history = self._history
        failed = sum(self._calls[at].error is not None for at in history.calls)
        texts = [f"{count_text(len(history.versions), 'version')}, {count_text(len(history.calls), 'call')}"]
        texts[0] += f", {failed} failed." if failed else "."
        if history.end is not None:
            texts.append(f"Deleted by {self.at(history.end, '')}.")
        last = [span for span in history.spans if span.end is None]
        texts += [f"{span.label} is on {self.version(span.version)}." for span in last]
        hidden = sum(len(column.calls) for column in columns if column.kind == "left out")
        if hidden:
            texts.append(f"{count_text(hidden, 'call')} in the middle are left out of the picture.")
        return " ".join(texts)


def rotation_text(rotation: Rotation) -> str:
    """A rotation and its state in a few words."""
    kind = "trial rotation" if rotation.is_trial else "rotation"
    steps = count_text(len(rotation.steps), "step")
    failed = f" in {rotation.failed}" if rotation.failed else ""
    return f"{kind} {rotation.state}{failed}, {steps}"


def time_text(time: float) -> str:
    """A time in UTC, to the second."""
    return _second_text(int(time // 1))


@lru_cache(4096)
def _second_text(second: int) -> str:
    """Cached: most calls of a test come in the same second."""
    return f"{utc(second):%Y-%m-%d %H:%M:%S} UTC"


def _outcome(operation: str, error: str | None) -> str:
    return operation if error is None else f"{operation}, failed: {error}"
