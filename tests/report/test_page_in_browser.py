"""The page of the report in a real Chromium: `browser/look.mjs` uses it once, as a reader does."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from npm_packages import program_folder, run
from page_records import HOSTILE, page_of, records_of_a_run

from pytest_secretsmanager.inspection.cells import escaped

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")

FIRST = "tests/test_app.py::test_write"


@pytest.fixture(scope="module")
def look(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the program found in the page. Skip the tests without Chromium, Node.js or the packages."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if chromium is None:
        pytest.skip("chromium is not installed")
    folder = program_folder(Path(__file__).parent / "browser", request, tmp_path_factory)
    page = tmp_path_factory.mktemp("page") / "out.html"
    page.write_text(page_of(records_of_a_run()), encoding="utf-8")
    done = run(["node", str(folder / "look.mjs"), chromium, str(page)], {})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_page_prints_no_message_and_requests_nothing(look: Any) -> None:
    assert (look["messages"], look["requests"]) == ([], [])


def test_hostile_names_make_no_element_and_run_no_script(look: Any) -> None:
    assert look["strangers"] == 0
    assert look["title"] == "Secrets Manager in 13 tests"


def test_failed_tests_are_opened_at_the_beginning(look: Any) -> None:
    assert look["first"][0] == FIRST
    assert look["opened"] == 3


@pytest.mark.parametrize(
    ("name", "tests"),
    [
        ("test", [FIRST]),
        ("outcome", [FIRST]),
        ("operation", [FIRST]),
        ("secret", [FIRST]),
        ("refused", 9),
        ("nothing", []),
    ],
)
def test_a_filter_shows_the_tests_that_match_and_their_count(look: Any, name: str, tests: list[str] | int) -> None:
    found = look["filters"][name]
    count = tests if isinstance(tests, int) else len(tests)
    assert found["hits"] == f"{count} of 13 tests"
    assert len(found["tests"]) == count
    assert isinstance(tests, int) or found["tests"] == tests


def test_the_move_of_a_label_is_reached_by_keyboard_and_shows_its_details(look: Any) -> None:
    assert look["stops"] == 1
    assert look["focused"][-1].startswith("AWSCURRENT moved from version 1 to version 2, call 3: ")
    assert look["tipIsShown"]
    assert look["tip"].startswith("AWSCURRENT moved from version 1 to version 2\ncall 3: UpdateSecretVersionStage\n")


def test_the_escape_key_hides_the_details(look: Any) -> None:
    assert look["tipIsHidden"]


def test_an_opened_test_has_the_table_of_its_calls(look: Any) -> None:
    assert len(look["calls"]) == 4
    assert look["calls"][3].endswith("GetSecretValueapp/bd✕ ResourceNotFoundExceptiontests/test_app.py:12")


def test_a_call_shows_its_secret_with_the_label_and_keeps_the_line_number_in_one_piece(look: Any) -> None:
    assert "app/db AWSPENDING" in look["calls"][1]
    assert look["lines"] == [":12"] * 4


def test_a_call_has_its_number_and_the_remarks_on_it(look: Any) -> None:
    assert look["remarks"] == [
        ["13", "ok"],
        ["14", "event of AWS"],
        ["15", "part of BatchGetSecretValue"],
        ["16", "rolled back"],
        ["17", "eu-west-1"],
        ["18", "account 2"],
        ["19", "✕ ThrottlingException, manager 2"],
    ]


def test_characters_that_could_move_the_text_are_shown_as_pythons_escapes(look: Any) -> None:
    for name in HOSTILE.values():
        shown = escaped(name)
        assert any(one == (shown if len(shown) <= 300 else f"{shown[:150]}…{shown[-149:]}") for one in look["names"])


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_picture_and_a_failure_show_a_hostile_name_as_it_is(look: Any, name: str) -> None:
    shown = escaped(name)
    assert f"Timeline of secret {shown if len(shown) <= 72 else f'{shown[:36]}…{shown[-35:]}'} in us-east-1." in [
        title.partition(" in us-east-1.")[0] + " in us-east-1." for title in look["titles"]
    ]
    assert shown in look["failures"]


def test_the_filters_suggest_the_operations_and_the_secrets(look: Any) -> None:
    assert look["operations"][:3] == ["any", "CreateSecret", "DeleteSecret"]
    assert {"app/db", "app/bd", "app/rotated"} <= {*look["secrets"]}


def test_every_secret_of_every_test_has_a_picture(look: Any) -> None:
    assert look["pictures"] == 11


def test_the_theme_of_the_reader_stays_when_the_page_is_opened_again(look: Any) -> None:
    assert look["theme"] == ["dark", "rgb(230, 237, 243)"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(look: Any, scheme: str) -> None:
    assert look["axe"][scheme]["passes"] > 20
    assert look["axe"][scheme]["violations"] == []


def test_a_narrow_page_does_not_scroll_sideways(look: Any) -> None:
    assert look["overflow"] == 0
