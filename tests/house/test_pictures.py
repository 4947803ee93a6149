"""The pictures of the guide are the timelines of its examples.

`REMAKE_PICTURES=1 python -m pytest tests/house/test_pictures.py` makes them again.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from documents import DOCUMENTS, EXAMPLES, GUIDE

PICTURES = {
    "password.svg": ("README-password", "test_a_new_password_becomes_the_current_one"),
    "timeline.svg": ("reports-timeline", "test_timeline"),
    "rotation.svg": ("rotation-rotation", "test_a_month_on_schedule"),
}
"""Each picture with the id of its example, and with the test whose secret `app/db` it shows."""

FOLDER = GUIDE / "pictures"

REMAKE = "REMAKE_PICTURES"

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)

CONFTEST = """
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def picture(secretsmanager):
    yield
    Path("picture.svg").write_text(secretsmanager.secret("app/db").timeline(), encoding="utf-8")
"""


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_guide_is_the_timeline_of_its_example(pytester: pytest.Pytester, name: str) -> None:
    made = _timeline(pytester, *PICTURES[name])
    path = FOLDER / name
    if REMAKE in os.environ:
        path.write_text(made, encoding="utf-8")
    kept = path.read_text(encoding="utf-8") if path.exists() else ""
    assert kept == made, f"make it again, and look at it: {REMAKE}=1 python -m pytest tests/house/test_pictures.py"


def _timeline(pytester: pytest.Pytester, example_id: str, test: str) -> str:
    """The timeline of the secret `app/db` at the end of a test, with fixed ids and times."""
    (example,) = (one for one in EXAMPLES if one.id == example_id)
    pytester.makeconftest(CONFTEST)
    with time_machine.travel(NOW, tick=False):
        result = example.run_as_copied(pytester, example.code, "-o", "secretsmanager_random_seed=1", "-k", test)
    result.assert_outcomes(passed=1, deselected=example.tests - 1)
    return Path("picture.svg").read_text(encoding="utf-8")


def test_each_picture_is_shown_with_a_text_for_readers_who_do_not_see_it() -> None:
    shown = {Path(path).name for document in DOCUMENTS for text, path in document.pictures if text.endswith(".")}
    assert shown == {path.name for path in FOLDER.iterdir()} == PICTURES.keys()
