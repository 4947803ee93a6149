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


def body_of(test: records.TestRecord) -> Any:
    """What the page shows when a test is opened."""
    return json.loads(row_of(test).body)


def test_failed_tests_stand_first_and_the_others_keep_their_order() -> None:
    outcomes = ["passed", "failed", "skipped", "error"]
    tests = tuple(records.TestRecord(f"f.py::{outcome}", "f.py", outcome) for outcome in outcomes)  # type: ignore[arg-type]
    assert [row.name for row in rows_of(records.RunRecords(tests, NOTHING_OUTSIDE))] == [
        "failed",
        "error",
        "passed",
        "skipped",
    ]


def test_calls_outside_the_tests_stand_last() -> None:
    outside = record("", "passed", read)
    rows = rows_of(records.RunRecords((records.TestRecord("f.py::one", "f.py"),), outside))
    assert [(row.name, row.outcome, row.calls) for row in rows] == [("one", "passed", 0), (OUTSIDE, "none", 1)]


def test_a_row_has_the_totals_and_what_the_filters_need() -> None:
    row = row_of(record("test_write", "failed", write))
    assert (row.file, row.name, row.secrets, row.calls, row.errors) == ("tests/test_app.py", "test_write", 1, 4, 1)
    assert row.operations == ("CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "GetSecretValue")
    assert row.secret_names == ("app/db", "app/bd")
    assert row.search == "tests/test_app.py::test_write"


def test_an_opened_test_has_its_failure_its_pictures_and_its_calls() -> None:
    body = body_of(record("test_write", "failed", write))
    assert body["failure"] == "AssertionError: assert 'three' == 'two'"
    ((name, place, picture),) = body["secrets"]
    assert (name, place) == ("app/db", "us-east-1, account 123456789012")
    assert "AWSCURRENT moved from version 1 to version 2" in picture
    assert [(call[0], *call[2:]) for call in body["calls"]] == [
        (1, "CreateSecret", "app/db", "", "tests/test_app.py:12", "", ""),
        (2, "PutSecretValue", "app/db", "", "tests/test_app.py:12", "", "AWSPENDING"),
        (3, "UpdateSecretVersionStage", "app/db", "", "tests/test_app.py:12", "", "AWSCURRENT"),
        (4, "GetSecretValue", "app/bd", "ResourceNotFoundException", "tests/test_app.py:12", "", ""),
    ]


@pytest.mark.parametrize(
    ("changes", "remark"),
    [
        pytest.param({"by_service": True}, "event of AWS", id="event"),
        pytest.param({"within": "BatchGetSecretValue"}, "part of BatchGetSecretValue", id="part of a batch"),
        pytest.param({"is_undone": True}, "rolled back", id="rolled back"),
        pytest.param({"region": "eu-west-1"}, "eu-west-1", id="another region"),
        pytest.param({"account": "2"}, "account 2", id="another account"),
        pytest.param({"manager": 1}, "manager 2", id="another manager"),
        pytest.param({}, "", id="none"),
    ],
)
def test_the_remark_on_a_call(changes: Any, remark: str) -> None:
    first = records.CallRecord(0.0, "ListSecrets", 0, "us-east-1", "1")
    test = records.TestRecord("f.py::one", "f.py", calls=(first, first._replace(**changes)))
    assert body_of(test)["calls"][1][-2] == remark


def test_a_test_with_many_secrets_and_calls_says_how_many_are_left_out() -> None:
    test = record("test_read", "passed", read)
    many = test._replace(
        calls=test.calls * (MOST_CALLS + 5), histories=test.histories * (MOST_PICTURES + 3), left_out=7
    )
    body = body_of(many)
    assert (len(body["secrets"]), body["moreSecrets"]) == (MOST_PICTURES, 3)
    assert (len(body["calls"]), body["moreCalls"]) == (MOST_CALLS, 12)
    assert body["calls"][-1][0] == MOST_CALLS + 5


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
    tags = [tag for tag, _ in reader.elements]
    assert [tag for tag in tags if tag != "option"] == [tag for tag, _ in plain.elements if tag != "option"]
    ((_, _, picture),) = json.loads(reader.scripts["d0"])["secrets"]
    ElementTree.fromstring(filled(json.loads(reader.scripts["forms"]), picture))
    assert "\u202e" not in page


def test_a_run_without_tests_has_a_page() -> None:
    assert "0 of 0 tests" in page_of(records.RunRecords((), NOTHING_OUTSIDE))
