"""The data of the report's page: each test as JSON, which the page's script shows."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

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

FAILED = ("failed", "error")


class Row(NamedTuple):
    """One test: its outcome, the numbers of its calls and errors, and its data as JSON."""

    outcome: str
    calls: int
    errors: int
    data: str


def listed(tests: Iterable[Row], outside: TestRecord, draw: Draw) -> list[Row]:
    """The rows of tests, those that failed first, then that of the calls outside the tests."""
    rows = sorted(tests, key=lambda row: row.outcome not in FAILED)
    if outside.calls:
        rows.append(row_of(outside._replace(nodeid=OUTSIDE), draw, outcome="none"))
    return rows


def row_of(record: TestRecord, draw: Draw, outcome: str = "") -> Row:
    """One test. `outcome` stands for that of the record."""
    histories, calls = record.histories, record.calls[-MOST_CALLS:]
    own = [call for call in record.calls if not call.by_service]
    total, errors = len(own) + record.left_out, sum([call.error is not None for call in own])
    data = {
        "id": record.nodeid,
        "outcome": outcome or record.outcome,
        "seconds": record.duration,
        "failure": record.failure,
        "crashed": record.is_crashed,
        "total": total,
        "errors": errors,
        "operations": [*dict.fromkeys([call.operation for call in record.calls])],
        "asked": [*dict.fromkeys([call.secret for call in record.calls if call.secret and call.history is None])],
        "secrets": [[*one.key, draw(one, record.calls)] for one in histories[:MOST_PICTURES]],
        "moreSecrets": [one.key.name for one in histories[MOST_PICTURES:]],
        "calls": calls,
        "moreCalls": len(record.calls) - len(calls) + record.left_out,
    }
    return Row(outcome or record.outcome, total, errors, json_for_script(data))


def json_for_script(data: object) -> str:
    r"""JSON that can stand in a script element: neither the element's end nor a comment begins in it.

    >>> json_for_script("</script><!--")
    '"<\\/script><\\u0021--"'
    """
    return _encoded(data).replace("</", "<\\/").replace("<!", "<\\u0021")


_encoded = json.JSONEncoder(separators=(",", ":")).encode
