"""The page of the report: its data, and a page that hostile names don't break. `test_page_in_browser` uses it."""

import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from typing import Any

import pytest
from filled_form import filled
from page_records import HOSTILE, NOTHING_OUTSIDE, hostile, page_of, read, record, records_of_a_run, rows_of, write

from pytest_secretsmanager.report import records
from pytest_secretsmanager.report.page.tests import MOST_CALLS, MOST_PICTURES, OUTSIDE, Row


def row_of(test: records.TestRecord) -> Row:
    (row,) = rows_of(records.RunRecords((test,), NOTHING_OUTSIDE))
    return row


def data_of(test: records.TestRecord) -> Any:
    """What the page's script knows of a test."""
    return json.loads(row_of(test).data)


def test_failed_tests_stand_first_and_the_others_keep_their_order() -> None:
    outcomes = ["passed", "failed", "skipped", "error"]
    tests = tuple(records.TestRecord(f"f.py::{outcome}", "f.py", outcome) for outcome in outcomes)  # type: ignore[arg-type]
    rows = rows_of(records.RunRecords(tests, NOTHING_OUTSIDE))
    assert [row.outcome for row in rows] == ["failed", "error", "passed", "skipped"]


def test_calls_outside_the_tests_stand_last() -> None:
    outside = record("", "passed", read)
    rows = rows_of(records.RunRecords((records.TestRecord("f.py::one", "f.py"),), outside))
    assert [(row.outcome, row.calls) for row in rows] == [("passed", 0), ("none", 1)]
    assert json.loads(rows[1].data)["id"] == OUTSIDE


def test_a_row_has_the_numbers_of_calls_and_errors_and_the_operations() -> None:
    test = record("test_write", "failed", write)
    row, data = row_of(test), data_of(test)
    assert (row.outcome, row.calls, row.errors) == ("failed", 4, 1)
    assert (data["id"], data["outcome"], data["seconds"]) == ("tests/test_app.py::test_write", "failed", 0.25)
    assert (data["total"], data["errors"]) == (4, 1)
    assert data["operations"] == ["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "GetSecretValue"]


def test_a_row_has_the_failure_the_pictures_and_the_calls() -> None:
    test = record("test_write", "failed", write)
    data = data_of(test)
    assert data["failure"] == "AssertionError: assert 'three' == 'two'"
    ((region, account, name, picture),) = data["secrets"]
    assert (region, account, name) == ("us-east-1", "123456789012", "app/db")
    assert "AWSCURRENT moved from version 1 to version 2" in picture
    assert [tuple(call) for call in data["calls"]] == [*test.calls]


def test_a_test_with_many_secrets_and_calls_says_which_are_left_out() -> None:
    test = record("test_read", "passed", read)
    many = test._replace(
        calls=test.calls * (MOST_CALLS + 5), histories=test.histories * (MOST_PICTURES + 3), left_out=7
    )
    data = data_of(many)
    assert (len(data["secrets"]), data["moreSecrets"]) == (MOST_PICTURES, ["app/key"] * 3)
    assert (len(data["calls"]), data["moreCalls"]) == (MOST_CALLS, 12)


def test_a_row_counts_the_refused_parts_of_a_batch_and_no_event_of_aws() -> None:
    call = records.CallRecord(0.0, "GetSecretValue", 0, "us-east-1", "1")
    part = call._replace(error="ResourceNotFoundException", within="BatchGetSecretValue")
    event = call._replace(operation="RotationFailed", error="failed", by_service=True)
    row = row_of(records.TestRecord("f.py::one", "f.py", calls=(call, part, event), left_out=2))
    assert (row.calls, row.errors) == (4, 1)


def test_a_row_has_the_operations_and_missing_secrets_of_calls_that_its_table_leaves_out() -> None:
    call = records.CallRecord(0.0, "ListSecrets", 0, "us-east-1", "1")
    first = call._replace(operation="GetSecretValue", secret="early")
    data = data_of(records.TestRecord("f.py::one", "f.py", calls=(first, *[call] * MOST_CALLS)))
    assert (data["operations"], data["asked"]) == (["GetSecretValue", "ListSecrets"], ["early"])


# --- the page --------------------------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Reads a page as a browser does: the elements, and the content of each script."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self._script = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._script = str(dict(attrs).get("id", "own")) if tag == "script" else ""

    def handle_data(self, data: str) -> None:
        if self._script:
            self.scripts[self._script] = self.scripts.get(self._script, "") + data

    def handle_endtag(self, _: str) -> None:
        self._script = ""


@pytest.mark.parametrize(("outcome", "is_told"), [("failed", True), ("error", True), ("passed", False)])
def test_the_page_says_which_tests_are_open_if_one_failed(outcome: records.TestOutcome, is_told: bool) -> None:
    page = page_of(records.RunRecords((record("test_read", outcome, read),), NOTHING_OUTSIDE))
    assert ("the first three of them open" in page) == is_told


def test_the_page_loads_nothing() -> None:
    reader = Reader(page_of(records_of_a_run()))
    links = [
        value for _, attributes in reader.elements for name, value in attributes.items() if name in ("href", "src")
    ]
    assert links == ["data:,", "#tests"]
    (policy,) = [one["content"] for tag, one in reader.elements if tag == "meta" and "http-equiv" in one]
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; img-src data:; base-uri 'none'; "
        r"form-action 'none'",
        str(policy),
    )


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_adds_no_element_and_its_picture_is_well_formed_xml(name: str) -> None:
    plain = Reader(page_of(records.RunRecords((hostile("plain"),), NOTHING_OUTSIDE)))
    page = page_of(records.RunRecords((hostile(name),), NOTHING_OUTSIDE))
    page.encode("utf-8")
    reader = Reader(page)
    assert [tag for tag, _ in reader.elements] == [tag for tag, _ in plain.elements]
    (test,) = json.loads(reader.scripts["data"])
    ((*_, picture),) = test["secrets"]
    ElementTree.fromstring(filled(json.loads(reader.scripts["forms"]), picture))
    assert "\u202e" not in page


def test_a_run_without_tests_has_a_page() -> None:
    assert "0 of 0 tests" in page_of(records.RunRecords((), NOTHING_OUTSIDE))
