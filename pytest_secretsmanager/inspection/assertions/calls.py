"""`assert_logged`, `assert_not_logged` and `assert_log_order`: the calls in the log, and the texts that show them."""

import re
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby, takewhile

from pytest_secretsmanager.arguments import is_whole_number
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.assertions.comparison import LONGEST_WHOLE, plain_text, value_texts
from pytest_secretsmanager.inspection.assertions.loggable import require_error, require_loggable, require_operation
from pytest_secretsmanager.inspection.forks import forks_text
from pytest_secretsmanager.inspection.log import Event, Log, entries_of, require_whole
from pytest_secretsmanager.inspection.matching import differing_fields
from pytest_secretsmanager.inspection.other_managers import Presence
from pytest_secretsmanager.inspection.wording import (
    MOST_LINES,
    bounded,
    count_text,
    repeated_text,
    rolled_back_text,
)

__tracebackhide__ = True

_MOST_AT_EITHER_END = 10
"""Lines of a long log that are shown at its beginning, and at its end."""

_WIDTH = 100
_TOKEN = re.compile(r"'([0-9a-f]{8})(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'|(?<=ClientRequestToken=)'(.{8})[^']{24,}'")

_ASK_FOR_CACHES = (
    "does the code cache what it reads (lru_cache, powertools, at import)? Clear the cache before the test"
)


def assert_logged(
    log: Log, presence: Presence, operation: str, times: int | None, error: str | None, fields: Mapping[str, object]
) -> None:
    require_operation(operation)
    require_loggable(operation, fields, arguments=["times", "error"])
    require_error(operation, error)
    if times is not None and not is_whole_number(times, least=0):
        raise UsageError(f"times is a number of calls, or None for at least one, not {times!r}")
    found = log.matching(operation, error, fields)
    if times is None and found:
        return
    if times is None or len(found) <= times:
        require_whole(log)
    if len(found) == times:
        return
    how_often = "at least once" if times is None else f"{times} times" if times != 1 else "once"
    raise AssertionError(
        f"expected {asked_text(operation, fields, error)} to be logged {how_often}, "
        f"found it {count_text(len(found), 'time')}\n{_nearest_calls(log, presence, operation, error, fields)}"
    )


def assert_not_logged(log: Log, operation: str | None, error: str | None, fields: Mapping[str, object]) -> None:
    require_loggable(operation, fields, arguments=["error"])
    require_error(operation, error)
    found = log.matching(operation, error, fields)
    if not found:
        require_whole(log)
        return
    text = f"expected {asked_text(operation or 'a call', fields, error)} not to be logged, found it "
    text += count_text(len(found), "time")
    if operation is None and error is None and not fields:
        text = f"expected no call to be logged, found {len(found)}"
    first = f"; the first {MOST_LINES}:" if len(found) > MOST_LINES else ""
    raise AssertionError("\n".join([text + first, *bounded([f"  {event_text(event, fields)}" for event in found])]))


def assert_log_order(log: Log, presence: Presence, operations: Sequence[object]) -> None:
    if not operations:
        raise UsageError("assert_log_order needs the names of operations: none was given")
    for operation in operations:
        _require_in_order(operation)
    logged = [event.operation for event in log]
    left = iter(logged)
    found = list(takewhile(lambda operation: operation in left, map(str, operations)))
    if len(found) < len(operations):
        require_whole(log)
        behind = f" after {', '.join(found)}" if found else ""
        order = _order_text(logged) or f" {_nothing_text(log, presence)}"
        raise AssertionError(f"no {operations[len(found)]} was logged{behind}; logged were:{order}")


def _require_in_order(operation: object) -> None:
    if isinstance(operation, list | tuple):
        raise UsageError(
            f"the names of an order are arguments of their own, not a {type(operation).__name__}: write "
            "assert_log_order('GetSecretValue', 'PutSecretValue'), or assert_log_order(*names)"
        )
    require_loggable(require_operation(operation), {})


def asked_text(operation: str, fields: Mapping[str, object], error: str | None) -> str:
    """The call that a test asked for."""
    text = f"{operation}({', '.join(f'{name}={_cut(repr(value))}' for name, value in fields.items())})"
    return f"{text} -> {error}" if error else text


def event_text(event: Event, asked: Collection[str] = ()) -> str:
    """A call in one line of bounded width, with shortened tokens and as many fields as fit.

    The fields in `asked` come first, and the token last.
    """
    text = repr(event)
    if len(text) <= _WIDTH:
        return text
    request = event.request
    names = sorted(request, key=lambda name: (name not in asked, name == "ClientRequestToken"))
    fields = [*(f"{name}={request[name]!r}" for name in names), *(f"{name}=(hidden)" for name in sorted(event.hidden))]
    end = f"){f' -> {event.error}' if event.error else ''}>"
    begin = f"<{event.operation}("
    return f"{begin}{_as_fits(list(map(_shortened, fields)), _WIDTH - len(begin) - len(end))}{end}"


def _as_fits(fields: Sequence[str], width: int) -> str:
    """As many fields as fit, the first one cut if necessary, and `…` for the omitted ones."""
    text = ", ".join(fields)
    if len(text) <= width:
        return text
    fitting = [count for count in range(1, len(fields)) if len(", ".join([*fields[:count], "…"])) <= width]
    return ", ".join([*fields[: fitting[-1]], "…"]) if fitting else f"{text[: width - 1]}…"


def _shortened(text: str) -> str:
    return _TOKEN.sub(r"'\1\2…'", text)


def _nearest_calls(
    log: Log, presence: Presence, operation: str, error: str | None, fields: Mapping[str, object]
) -> str:
    """The calls of that operation that are nearest, with the fields in which they differ."""
    same = [(differing_fields(event, fields), event) for event in log if event.operation == operation]
    if not same:
        others = ", ".join(dict.fromkeys(event.operation for event in log))
        return f"no {operation} was logged; logged were: {others or _nothing_text(log, presence)}"
    same.sort(key=lambda pair: len(pair[0]) + (error not in (None, pair[1].error)))
    lines = []
    for differing, event in same:
        difference = _difference_text(event, differing, fields, error)
        lines.append(f"  {difference}\n    in {event_text(event)}" if difference else f"  {event_text(event, fields)}")
    nearest = "" if len(same) <= MOST_LINES else f"; the {'nearest' if fields or error else 'first'} {MOST_LINES}"
    return "\n".join([f"{operation} was logged {count_text(len(same), 'time')}{nearest}:", *bounded(lines)])


def _order_text(logged: Sequence[str]) -> str:
    """The operations, one a line with repetitions counted; of a long log its beginning and its end."""
    runs = [(operation, len(list(run))) for operation, run in groupby(logged)]
    lines = [f"  {repeated_text(operation, times)}" for operation, times in runs]
    between = sum(times for _, times in runs[_MOST_AT_EITHER_END:-_MOST_AT_EITHER_END])
    if between:
        lines[_MOST_AT_EITHER_END:-_MOST_AT_EITHER_END] = [f"  … and {count_text(between, 'call')} more …"]
    return "".join(f"\n{line}" for line in lines)


def _nothing_text(log: Log, presence: Presence) -> str:
    """The text for an empty log, with the rollbacks or the other managers that may have taken the calls."""
    since = f" since log.clear(), which hid {log.cleared}" if log.cleared else ""
    others = [f"{other}: look at its log" for other in presence.others()]
    forked = [forks_text(presence.forks)] if presence.forks else []
    rolled_back = entries_of(log).rolled_back
    advice = rolled_back_text(rolled_back) if rolled_back else _ASK_FOR_CACHES
    return "\n  ".join([f"no calls{since}", *bounded(others), *forked, advice])


def _difference_text(
    event: Event, differing: Mapping[str, object], fields: Mapping[str, object], error: str | None
) -> str:
    """The difference between a call and the expected one; empty if there is none."""
    parts = [
        f"{name}: expected {_cut(expected_text)}, found {_cut(found_text)}"
        for name, value in differing.items()
        for expected_text, found_text in [_field_texts(fields[name], value)]
    ]
    if error is not None and event.error != error:
        parts.append(f"expected the error {error}")
    return "; ".join(parts)


def _field_texts(expected: object, found: object) -> tuple[str, str]:
    """Two values of a request field. Logged fields hold no secret."""
    are_texts = isinstance(expected, str | bytes) and type(found) is type(expected)
    return value_texts(expected, found) if are_texts else (plain_text(expected), plain_text(found))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_WHOLE else f"{text[: LONGEST_WHOLE - 1]}…"
