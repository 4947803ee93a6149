"""`public_api.txt` lists the public API with its signatures. A change of it is a decision about the next version.

`REMAKE_PUBLIC_API=1 python -m pytest tests/house/test_public_api.py` writes the list again.
"""

import difflib
import inspect
import os
from pathlib import Path

import pytest
from public_api import lines, parameters_of

import pytest_secretsmanager

LIST = Path(__file__).with_name("public_api.txt")

REMAKE = "REMAKE_PUBLIC_API"

SEMVER = """
A line with - is gone or changed: that needs a new major version, unless all that it allowed still works, as with a new
optional argument. A line with + alone is new: that needs a new minor version, and an entry in CHANGELOG.md."""


def difference(listed: list[str], found: list[str]) -> str:
    """What was removed and added, and what semver asks for it; empty if nothing was."""
    changed = [line for line in difflib.ndiff(listed, found) if line.startswith(("- ", "+ "))]
    if not changed:
        return ""
    remake = f"If it is meant: {REMAKE}=1 python -m pytest tests/house/test_public_api.py"
    return "\n".join(["the public API differs from public_api.txt", *changed, SEMVER, remake])


def test_the_public_api_is_the_listed_one() -> None:
    found = lines()
    if REMAKE in os.environ:
        LIST.write_text("\n".join([*found, ""]), encoding="utf-8")
    listed = LIST.read_text(encoding="utf-8").splitlines()
    assert listed == found, difference(listed, found)


def test_a_difference_of_the_public_api_says_what_semver_asks() -> None:
    text = difference(["# names", "Log.clear() -> None"], ["# names", "Log.clear(at: int) -> None", "Log.last"])
    assert text.splitlines()[1:4] == ["- Log.clear() -> None", "+ Log.clear(at: int) -> None", "+ Log.last"]
    assert "major version" in text
    assert REMAKE in text


@pytest.mark.parametrize(
    "name", [name for name in pytest_secretsmanager.__all__ if inspect.isclass(getattr(pytest_secretsmanager, name))]
)
def test_the_listed_parameters_of_a_type_are_those_that_python_sees(name: str) -> None:
    kind = getattr(pytest_secretsmanager, name)
    listed = parameters_of(kind)
    seen = {member: [*inspect.signature(getattr(kind, member)).parameters] for member in listed}
    assert listed == {member: [one for one in names if one != "self"] for member, names in seen.items()}
