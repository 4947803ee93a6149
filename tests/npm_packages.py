"""Programs for Node.js in tests: the packages of a `package.json`, installed by npm and kept in pytest's cache."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

SECONDS = 120
"""The time after which a running program counts as hung."""

MISTAKES = ("ETARGET", "E404", "EINTEGRITY", "EJSONPARSE")
"""npm's codes for an error in package.json. Others mean that the registry can't be reached."""


def run(command: list[str], env: Mapping[str, str], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=os.environ | env, capture_output=True, text=True, timeout=SECONDS, check=False, **options
    )


def program_folder(source: Path, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the scripts of a source folder and the packages that its package.json names.

    Skip the test if Node.js, npm or the registry is missing. The folder stays in pytest's cache from run to run.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(f"{'node' if node is None else 'npm'} is not installed")
    package = (source / "package.json").read_text(encoding="utf-8")
    cache = getattr(request.config, "cache", None)  # missing with -p no:cacheprovider
    folder = tmp_path_factory.mktemp(source.name) if cache is None else cache.mkdir(source.name)
    installed: Path = folder / sha256(package.encode()).hexdigest()[:16]
    if not installed.exists():
        # Install in a temporary folder: another worker may do the same, and the first rename counts.
        making = Path(tempfile.mkdtemp(dir=folder))
        shutil.copy(source / "package.json", making)
        _install(npm, making, list(json.loads(package)["dependencies"]))
        with suppress(OSError):
            making.rename(installed)
        shutil.rmtree(making, ignore_errors=True)
    for script in source.glob("*.mjs"):
        writing = Path(tempfile.mkstemp(dir=installed)[1])
        shutil.copy(script, writing)
        writing.replace(installed / script.name)
    return installed


def _install(npm: str, folder: Path, packages: list[str]) -> None:
    """Skip the test if the registry can't be reached. A wrong version in package.json fails the test."""
    try:
        done = run([npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"], {}, cwd=folder)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm can't download {packages[0]} in time")
    if done.returncode != 0:
        assert not any(code in done.stderr for code in MISTAKES), done.stderr
        pytest.skip(f"npm can't download {packages[0]}: {done.stderr}")
