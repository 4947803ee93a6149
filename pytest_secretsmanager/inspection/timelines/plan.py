"""The plan of a timeline: what is drawn of a history, and the scale. It has no shape yet."""

from collections.abc import Iterator

from pytest_secretsmanager.inspection.histories import History
from pytest_secretsmanager.inspection.timelines.columns import Calls, columns_of
from pytest_secretsmanager.inspection.timelines.details import Details
from pytest_secretsmanager.inspection.timelines.phases import first_jump, gaps_of, phases_of
from pytest_secretsmanager.inspection.timelines.scale import Scale, width_of
from pytest_secretsmanager.inspection.timelines.style import LABEL_KINDS, OTHER_KINDS

GUTTER = 112
"""The width of the column with the versions."""

_WIDEST_LABEL = 140


class Plan:
    """The columns of a history, their places, the gaps and phases between them, and the kinds of its labels."""

    def __init__(self, history: History, calls: Calls) -> None:
        self.history = history
        self.calls = calls
        self.columns = columns_of(history, calls)
        self.details = Details(history, calls)
        self.gaps = list(gaps_of(history, self.columns, calls))
        self.began = 0.0 if not history.calls else calls[history.calls[0]].time - (first_jump(history, calls) or 0.0)
        self.phases = list(phases_of(history, calls))
        self.scale = Scale(self.columns, GUTTER, self._wanted())
        self.kinds = _kinds(history)

    def _wanted(self) -> Iterator[tuple[int | None, int | None, int]]:
        """The widths that texts need between two positions."""
        for gap in self.gaps:
            yield gap.begin, gap.end, width_of(gap.text) + 14
        for phase in self.phases:
            yield phase.begin, phase.end, width_of(phase.text) + 14
        for span in self.history.spans:
            yield span.begin, span.end, min(width_of(span.label), _WIDEST_LABEL) + 24


def _kinds(history: History) -> dict[str, str]:
    """The class of each label."""
    kinds = dict(LABEL_KINDS)
    others = dict.fromkeys(span.label for span in history.spans if span.label not in kinds)
    return kinds | {label: OTHER_KINDS[number % len(OTHER_KINDS)] for number, label in enumerate(others)}
