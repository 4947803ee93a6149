"""The SVG of one secret's history."""

from collections.abc import Iterator, Sequence

from pytest_secretsmanager.inspection.cells import cut_inside, escaped
from pytest_secretsmanager.inspection.histories import History, Rotation
from pytest_secretsmanager.inspection.timelines import lanes as rows
from pytest_secretsmanager.inspection.timelines import signs, svg
from pytest_secretsmanager.inspection.timelines.columns import Calls, Column
from pytest_secretsmanager.inspection.timelines.details import rotation_text, time_text
from pytest_secretsmanager.inspection.timelines.plan import GUTTER, Plan
from pytest_secretsmanager.inspection.timelines.scale import fitting, width_of
from pytest_secretsmanager.inspection.timelines.style import LABEL_KINDS, STYLE
from pytest_secretsmanager.inspection.wording import count_text

_LONGEST_TITLE = 72
ID_LENGTH = 8
"""The number of letters that are shown of a version's id."""

_BRACKET = 26
"""The height of a row of rotations."""

_COSINE, _SINE = 0.79, 0.62
"""Of the angle of the operations' names."""


def picture(history: History, calls: Calls, *, is_whole: bool = True) -> str:
    """The SVG of a history. `calls` has the log entries at the positions of the history.

    A whole picture has the name of the secret, a key to its signs, and its style. A page with many pictures has these
    once.
    """
    plan = Plan(history, calls)
    name = f"{shown_name(history.key.name)} in {history.key.region}"
    head = 28 if is_whole else 4
    axis = head + 12
    above = axis + (18 if plan.gaps else 4)
    brackets = _brackets(plan)
    top = above + _BRACKET * max((bracket.row + 1 for bracket in brackets), default=0) + 6
    lanes = rows.lanes_of(history, plan.scale, top)
    bottom = (lanes[-1].top + lanes[-1].height if lanes else top + 24) + (18 if plan.phases else 0)
    texts = [_column_text(plan, column) for column in plan.columns]
    right = _right(plan, texts)
    height = bottom + (30 if texts else 8) + int(max(map(width_of, texts), default=0) * _SINE)
    parts = [
        *_axis(plan, axis, top, bottom),
        *_phases(plan, top, bottom),
        *_lanes(plan, lanes, right),
        *(_bracket(plan, bracket, above) for bracket in brackets),
        _guides(plan, top, bottom),
        *_spans(plan, lanes),
        *_moves(plan, lanes),
        *(_tick(plan, number, bottom + 14, text) for number, text in enumerate(texts)),
    ]
    if is_whole:
        height, right = height + 26, max(right, signs.KEY_WIDTH)
        parts += [svg.text(8, 17, name, "h"), signs.key(height - 8), f"<style>{STYLE}</style>"]
    return svg.document(f"Timeline of secret {name}", plan.details.whole(plan.columns), right, height, parts)


def shown_name(name: str) -> str:
    """The name of a secret in the title of its picture."""
    return cut_inside(escaped(name), _LONGEST_TITLE)


def _right(plan: Plan, texts: Sequence[str]) -> int:
    """The right edge: the names of the operations run over the last columns."""
    ends = [plan.scale.column(number) + int(width_of(text) * _COSINE) + 16 for number, text in enumerate(texts)]
    return max(plan.scale.right + 8, *ends, GUTTER + 170)


# --- the axis ------------------------------------------------------------------------------------------------


def _axis(plan: Plan, y: int, top: int, bottom: int) -> Iterator[str]:
    """The time of the left edge, and the gaps between calls."""
    if not plan.columns:
        yield svg.text(GUTTER, y, "no call", "q")
        return
    yield svg.text(8, y, "version", "q")
    yield svg.text(GUTTER, y, time_text(plan.began), "q")
    for gap in plan.gaps:
        x = (plan.scale.begin(gap.begin) + plan.scale.end(gap.end)) // 2
        if gap.is_jump:
            yield svg.path(f"M{x} {top}V{bottom}", "jump")
        yield svg.text(x, y + 17, gap.text, "b" if gap.is_jump else "q", "middle")


def _phases(plan: Plan, top: int, bottom: int) -> Iterator[str]:
    """The time in which the secret is scheduled for deletion, or deleted."""
    for phase in plan.phases:
        left, right = plan.scale.begin(phase.begin), plan.scale.end(phase.end)
        if left < right:
            yield svg.rectangle(left, top, right - left, bottom - top, phase.kind)
            yield svg.text((left + right) // 2, bottom - 6, fitting(phase.text, right - left), "b", "middle")


def _guides(plan: Plan, top: int, bottom: int) -> str:
    """A line from each call up to the versions."""
    return svg.path("".join(f"M{plan.scale.column(at)} {top}V{bottom + 8}" for at in range(len(plan.columns))), "col")


# --- versions and labels -------------------------------------------------------------------------------------


def _lanes(plan: Plan, lanes: Sequence[rows.Lane], right: int) -> Iterator[str]:
    for lane in lanes:
        yield svg.path(f"M4 {lane.top}H{right - 4}", "row")
        y, life = lane.middle + 4, lane.life
        if life is None:
            more = len(lane.versions)
            yield svg.text(12, y, f"… {count_text(more, 'more version')}", "q")
            continue
        left, end = plan.scale.begin(life.begin), plan.scale.end(life.end)
        course = f"M{left} {lane.ground}H{end}"
        if life.begin is not None:
            course += f"M{left} {lane.ground - 4}v8"
        if life.end is not None:
            course += f"M{end - 4} {lane.ground - 4}l8 8m0 -8l-8 8"
        number = "?" if life.number is None else str(life.number)
        yield svg.mark(
            "ver",
            plan.details.life(life),
            svg.text(12, y, number, "b"),
            svg.text(38, y, life.id[:ID_LENGTH], "q"),
            svg.path(course, "life"),
        )


def _spans(plan: Plan, lanes: Sequence[rows.Lane]) -> Iterator[str]:
    for lane in lanes:
        for placed in lane.spans:
            left, width = placed.left + 5, placed.right - placed.left - 10
            y, label = rows.track_top(lane, placed.track), placed.span.label
            yield svg.mark(
                "span",
                plan.details.span(placed.span),
                svg.rectangle(left, y, width, rows.TRACK - 4, plan.kinds[label]),
                svg.text(left + 6, y + 13, _label_text(label, width - 10)),
            )


def _moves(plan: Plan, lanes: Sequence[rows.Lane]) -> Iterator[str]:
    by_version = {version: lane for lane in lanes for version in lane.versions}
    drawn = {at for column in plan.columns if column.kind == "call" for at in column.calls}
    number, last = 0, -1
    for move in rows.moves_of(plan.history, plan.calls):
        if move.at not in drawn:
            continue
        x = plan.scale.begin(move.at)
        number, last = (number + 1 if move.at == last else 0), move.at
        source = rows.centre_of(move.source, move.label, x, by_version)
        target = rows.centre_of(move.target, move.label, x, by_version)
        if source == target:
            continue
        kind = f"move {plan.kinds[move.label]}"
        course = signs.move_course(x + (0, -3, 3)[number % 3], source, target)
        area = signs.move_area(x, source, target)
        yield svg.mark(kind, plan.details.move(move), svg.path(area, "hit"), svg.path(course), is_stop=True)


# --- calls and rotations -------------------------------------------------------------------------------------


def _brackets(plan: Plan) -> list[rows.Bracket]:
    """The last rotations."""
    rotations = plan.history.rotations[-rows.MOST_BRACKETS :]
    return rows.brackets_of([(one, width_of(_bracket_text(one))) for one in rotations], plan.scale)


def _bracket(plan: Plan, bracket: rows.Bracket, top: int) -> str:
    rotation = bracket.rotation
    y = top + _BRACKET * bracket.row
    is_open = rotation.state in ("running", "held")
    kind = "rot" if rotation.state == "succeeded" else "rot open" if is_open else "rot failed"
    course = f"M{bracket.left} {y + 24}v-7H{bracket.right}{'' if is_open else 'v7'}"
    text = svg.text(bracket.left + 3, y + 12, _bracket_text(rotation))
    return svg.mark(kind, plan.details.rotation(rotation), svg.path(course), text, is_stop=True)


def _column_text(plan: Plan, column: Column) -> str:
    """The text below a column. Its sign says that a single call failed: a cross in a slanted text looks like a plus."""
    count = len(column.calls)
    if column.kind == "call":
        return plan.calls[column.calls[0]].operation
    failed = sum(plan.calls[at].error is not None for at in column.calls)
    text = f"{count} calls{' left out' if column.kind == 'left out' else ''}"
    return f"{text}, {failed} failed" if failed else text


def _tick(plan: Plan, number: int, y: int, text: str) -> str:
    column = plan.columns[number]
    x = plan.scale.column(number)
    if column.kind == "call":
        kind = signs.kind_of(plan.calls[column.calls[0]])
        sign = signs.sign(kind, x, y)
    else:
        kind, sign = "fold", svg.rectangle(x - 7, y - 5, 14, 10, "n")
    return svg.mark(kind, plan.details.column(column), sign, svg.turned_text(x - 2, y + 16, text))


def _bracket_text(rotation: Rotation) -> str:
    sign = {"succeeded": "✓ ", "running": "… ", "held": "‖ "}.get(rotation.state, "✕ ")
    return sign + rotation_text(rotation)


def _label_text(label: str, width: int) -> str:
    """The label, without AWS's prefix if it would not fit, or its beginning."""
    shown = escaped(label)
    if label in LABEL_KINDS and width_of(shown) > width:
        shown = shown.removeprefix("AWS")
    return fitting(shown, width)
