"""The data of the report's page: what its list shows of each test, and what a test shows when it is opened."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.inspection.cells import cut_inside, escaped
from pytest_secretsmanager.inspection.histories import History
from pytest_secretsmanager.inspection.timelines.forms import Picture
from pytest_secretsmanager.report.records import CallRecord, TestRecord

MOST_PICTURES = 50
"""The number of secrets of one test that have a picture."""

MOST_CALLS = 2_000
"""The number of calls of one test in its table: the last ones."""

OUTSIDE = "Outside the tests"
"""The name of the calls that no test made."""

Draw: TypeAlias = Callable[[History, Sequence[CallRecord]], Picture]
"""Draws the picture of a history, without its name and its style. Empty if it can't."""

_LONGEST_NAME = 300

_FAILED = ("failed", "error")


class Row(NamedTuple):
    """One test in the list. `file` and `name` are the parts of its node id, `search` is the text to search in."""

    outcome: str
    file: str
    name: str
    duration: float
    secrets: int
    calls: int
    errors: int
    search: str
    operations: tuple[str, ...]
    secret_names: tuple[str, ...]
    body: str


def listed(tests: Iterable[Row], outside: TestRecord, draw: Draw) -> list[Row]:
    """The rows of tests, those that failed first, then that of the calls outside the tests."""
    rows = sorted(tests, key=lambda row: row.outcome not in _FAILED)
    if outside.calls:
        rows.append(row_of(outside._replace(nodeid=OUTSIDE, file=""), draw)._replace(outcome="none"))
    return rows


def row_of(record: TestRecord, draw: Draw) -> Row:
    """One test."""
    file, _, name = record.nodeid.rpartition("::") if "::" in record.nodeid else ("", "", record.nodeid)
    calls = [call for call in record.calls if not call.by_service]
    secrets = dict.fromkeys(history.key.name for history in record.histories)
    asked = dict.fromkeys(call.secret for call in record.calls if call.secret and call.history is None)
    return Row(
        outcome=record.outcome,
        file=cut_inside(escaped(file), _LONGEST_NAME),
        name=cut_inside(escaped(name), _LONGEST_NAME),
        duration=record.duration,
        secrets=len(record.histories),
        calls=len(calls) + record.left_out,
        errors=sum(call.error is not None for call in calls),
        search=escaped(record.nodeid).lower(),
        operations=tuple(dict.fromkeys(call.operation for call in record.calls)),
        secret_names=tuple(escaped(one) for one in {**secrets, **asked}),
        body=_body(record, draw),
    )


def _body(record: TestRecord, draw: Draw) -> str:
    """The opened test, as JSON for the script."""
    shown = record.histories[:MOST_PICTURES]
    calls = record.calls[-MOST_CALLS:]
    first = len(record.calls) - len(calls)
    body = {
        "id": escaped(record.nodeid),
        "failure": "\n".join(map(escaped, record.failure.split("\n"))),
        "crashed": record.is_crashed,
        "secrets": [_secret(history, draw(history, record.calls)) for history in shown],
        "moreSecrets": len(record.histories) - len(shown),
        "calls": [_call(first + number, call, record) for number, call in enumerate(calls, 1)],
        "moreCalls": first + record.left_out,
    }
    return json_for_script(body)


def _secret(history: History, picture: Picture) -> list[object]:
    key = history.key
    return [escaped(key.name), f"{key.region}, account {key.account}", picture]


def _call(number: int, call: CallRecord, record: TestRecord) -> list[object]:
    """A row of the table of calls: number, time, operation, secret, error, caller, remarks, and version."""
    secret = call.secret or ""
    if call.history is not None:
        secret = record.histories[call.history].key.name
    return [
        number,
        call.time,
        call.operation,
        escaped(secret),
        call.error or "",
        escaped(call.caller or ""),
        ", ".join(_remarks(call, record)),
        escaped(call.version or ""),
    ]


def _remarks(call: CallRecord, record: TestRecord) -> Iterable[str]:
    if call.by_service:
        yield "event of AWS"
    if call.within:
        yield f"part of {call.within}"
    if call.is_undone:
        yield "rolled back"
    if call.region != record.calls[0].region:
        yield call.region
    if call.account != record.calls[0].account:
        yield f"account {call.account}"
    if call.manager:
        yield f"manager {call.manager + 1}"


def json_for_script(data: object) -> str:
    r"""JSON that can stand in a script element: neither the element's end nor a comment begins in it.

    >>> json_for_script("</script><!--")
    '"<\\/script><\\u0021--"'
    """
    return _encoded(data).replace("</", "<\\/").replace("<!", "<\\u0021")


_encoded = json.JSONEncoder(separators=(",", ":")).encode
