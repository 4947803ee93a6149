"""The wheel and the source archive have what they should have, and nothing else.

They are those in the folder `DISTRIBUTIONS`, where `.ci/run` builds them. `python -m build` builds them in `dist`.
"""

import os
import subprocess
import tarfile
import tomllib
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

import pytest_secretsmanager

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSION = pytest_secretsmanager.__version__
STEM = f"pytest_secretsmanager-{VERSION}"

FOLDER = "DISTRIBUTIONS"

pytestmark = pytest.mark.skipif(FOLDER not in os.environ, reason=f"{FOLDER} names no folder with built distributions")

BESIDE_THE_PACKAGE = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
"""What a wheel has beside the package, in its folder `dist-info`."""

OF_THE_ARCHIVE = {"PKG-INFO", ".gitignore"}
"""What the build adds to a source archive: its metadata, and what to leave out of the wheel."""


@pytest.fixture(scope="module")
def wheel() -> dict[str, bytes]:
    """The files of the wheel."""
    with ZipFile(Path(os.environ[FOLDER], f"{STEM}-py3-none-any.whl")) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def source_archive() -> set[str]:
    """The paths of the files in the source archive."""
    with tarfile.open(Path(os.environ[FOLDER], f"{STEM}.tar.gz")) as archive:
        return {member.name.removeprefix(f"{STEM}/") for member in archive if member.isfile()}


@pytest.fixture(scope="module")
def metadata(wheel: dict[str, bytes]) -> Message:
    return message_from_bytes(wheel[f"{STEM}.dist-info/METADATA"])


def in_git(*folders: str) -> set[str]:
    """The paths that git knows of."""
    if not (ROOT / ".git").exists():
        pytest.skip("the project is no clone")
    command = ["git", "ls-files", *folders]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {*found.stdout.splitlines()}


def test_the_wheel_has_the_package_and_its_metadata_alone(wheel: dict[str, bytes]) -> None:
    beside = {f"{STEM}.dist-info/{name}" for name in BESIDE_THE_PACKAGE}
    assert {*wheel} == in_git("pytest_secretsmanager") | beside


@pytest.mark.parametrize("suffix", ["py.typed", "template.html", "style.css", "script.js", "LICENSE"])
def test_the_wheel_has_the_file(wheel: dict[str, bytes], suffix: str) -> None:
    assert [name for name in wheel if name.endswith(suffix)]


def test_the_source_archive_has_all_that_git_has(source_archive: set[str]) -> None:
    assert source_archive - OF_THE_ARCHIVE == in_git() - {".gitignore"}


def test_the_metadata_has_the_version_and_the_license(metadata: Message) -> None:
    assert metadata["Version"] == VERSION
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == PROJECT["requires-python"]


def test_the_metadata_requires_the_run_time_dependencies_alone(metadata: Message) -> None:
    required = metadata.get_all("Requires-Dist", [])
    assert [name for name in required if "extra ==" not in name] == PROJECT["dependencies"]
    assert {*metadata.get_all("Provides-Extra", [])} == {*PROJECT["optional-dependencies"]}


def test_the_description_is_the_readme(metadata: Message) -> None:
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[0] in str(metadata)


def test_the_wheel_installs_the_plugin_and_the_command(wheel: dict[str, bytes]) -> None:
    entry_points = wheel[f"{STEM}.dist-info/entry_points.txt"].decode()
    assert "secretsmanager = pytest_secretsmanager.plugin" in entry_points
    assert "pytest-secretsmanager = pytest_secretsmanager.command:main" in entry_points
