"""mypy and pyright accept correct lines of a user's tests and report wrong ones. Each checker runs once for all."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from documents import EXAMPLES
from mypy import api

import pytest_secretsmanager

ROOT = Path(pytest_secretsmanager.__file__).parents[1]

EVERY_NAME = Path(__file__).with_name("every_public_name.py")
LINES = "test_lines.py"
HEAD = """\
from datetime import datetime
from typing import Any

from pytest_secretsmanager import (
    AWSCURRENT,
    AWSPREVIOUS,
    BetweenReads,
    Clock,
    Events,
    Hold,
    Kms,
    OperationName,
    ReplicationControl,
    Rotation,
    RotationControl,
    SecretsManager,
    Snapshot,
    Subscription,
    Unchanged,
    VersionView,
)


def handler(event: dict[str, str], context: object) -> None: ...


def test_lines(secretsmanager: SecretsManager) -> None:
"""

CORRECT = [
    'secretsmanager.secret("db").current.id',
    'secretsmanager.secret("db").previous.value',
    'assert secretsmanager.secret("db").pending.value != "first"',
    'assert secretsmanager.secret("db").pending is None',
    'assert secretsmanager.secret("db").current.json["user"] == "app"',
    'len(secretsmanager.secret("db").value)',
    'current: VersionView = secretsmanager.secret("db").current',
    'assert "secretString" not in secretsmanager.log[0].record["requestParameters"]',
    'token: str = secretsmanager.log[0].response["VersionId"]',
    'secretsmanager.assert_value("db", {"user": "app"}, "AWSPREVIOUS", partial=True)',
    'secretsmanager.assert_value("db", "x", AWSPREVIOUS)',
    'secretsmanager.assert_value("db", "x", version=-1)',
    'secretsmanager.assert_labels("db", {"AWSCURRENT": 2, "blue": 1})',
    'secretsmanager.assert_label("db", "blue", secretsmanager.secret("db").current)',
    "secretsmanager.assert_label('db', AWSCURRENT, 1)",
    'secretsmanager.assert_moved("db", "AWSCURRENT", source=None, target=2)',
    'secretsmanager.assert_logged("PutSecretValue", times=1, error="LimitExceededException", SecretId="db")',
    'secretsmanager.assert_logged("RotationSucceeded")',
    'secretsmanager.assert_not_logged(SecretId="db")',
    'secretsmanager.assert_log_order("GetSecretValue", "PutSecretValue")',
    'order: list[OperationName] = ["GetSecretValue"]; secretsmanager.assert_log_order(*order)',
    "secretsmanager.log.clear()",
    "secretsmanager.clock.advance(days=1.5)",
    'hold: Hold = secretsmanager.rotation.hold("db", before="finishSecret")',
    'secretsmanager.rotation.fail("setSecret", ConnectionError, after=True)',
    'reads: BetweenReads = secretsmanager.rotation.between_reads("db", every=2)',
    'unchanged: Unchanged = secretsmanager.assert_unchanged("db")',
    "clock: Clock = secretsmanager.clock",
    "kms: Kms = secretsmanager.kms",
    "rotation: RotationControl = secretsmanager.rotation",
    "replication: ReplicationControl = secretsmanager.replication",
    "events: Events = secretsmanager.events",
    'name: str = secretsmanager.events[0]["detail"]["name"]',
    "moved: list[dict[str, Any]] = []; secretsmanager.events.subscribe(moved.append, pattern={'source': ['x']})",
    "subscription: Subscription = secretsmanager.events.subscribe(print); subscription.unsubscribe()",
    "snapshot: Snapshot = secretsmanager.snapshot()",
    "region: str = secretsmanager.region + secretsmanager.account",
]

WRONG = [
    'secretsmanager.secret("db").curent',
    'secretsmanager.secret("db").current.vlaue',
    'secretsmanager.secret("db").pending.number.upper()',
    'secretsmanager.assert_value("db")',
    'secretsmanager.assert_value("db", "x", verison=1)',
    'secretsmanager.assert_value("db", "x", 1.5)',
    'secretsmanager.assert_value("db", "x", partial="yes")',
    'secretsmanager.assert_value(id="db", expected="x")',
    'secretsmanager.assert_labels("db", {1: "AWSCURRENT"})',
    'secretsmanager.assert_labels("db", ["AWSCURRENT"])',
    'secretsmanager.assert_moved("db", "AWSCURRENT", source=1.5)',
    'secretsmanager.assert_logged("PutSecretValeu")',
    'secretsmanager.assert_logged("put_secret_value")',
    'secretsmanager.assert_logged("PutSecretValue", error="LimitExceeded")',
    'secretsmanager.assert_logged("PutSecretValue", times="1")',
    'secretsmanager.assert_not_logged("DeleteSecrets")',
    'secretsmanager.assert_log_order(["GetSecretValue", "PutSecretValue"])',
    'secretsmanager.rotation.hold("db", before="finish")',
    "secretsmanager.events.subscribe(handler)",
    "secretsmanager.events.subscribe(print, patern={})",
    "secretsmanager.events.subscribe(print, pattern=['x'])",
    'secretsmanager.rotation.hold("db", after="createSecrets")',
    'secretsmanager.rotation.fail("finishSecrets", ValueError)',
    'secretsmanager.rotation.fail("finishSecret", "an error")',
    "secretsmanager.clock.advance(day=1)",
    "secretsmanager.clock.advance(months=1)",
    'secretsmanager.clock.set("2026-01-01")',
    "secretsmanager.clock = Clock()",
    "secretsmanager.log.claer()",
    "secretsmanager.kms.create_key(alais='alias/x')",
    "from pytest_secretsmanager import AWSCURENT",
]

BLOCKS = {f"test_{example.id.replace('-', '_')}.py": example.code for example in EXAMPLES}
ANNOTATED = "(secretsmanager: pytest_secretsmanager.SecretsManager) -> None:"


class Found(dict[str, dict[str, str]]):
    """The errors that a type checker reports, by file, then by the line's text."""


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """The files that the type checkers read, by name."""
    documented = {
        name: f"import pytest_secretsmanager\n{code.replace('(secretsmanager):', ANNOTATED)}"
        for name, code in BLOCKS.items()
    }
    lines = "\n".join([HEAD, *(f"    {line}" for line in [*CORRECT, *WRONG]), ""])
    return {**documented, LINES: lines, EVERY_NAME.name: EVERY_NAME.read_text(encoding="utf-8")}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, sources: dict[str, str]) -> Path:
    directory = tmp_path_factory.mktemp("types")
    for name, source in sources.items():
        directory.joinpath(name).write_text(source, encoding="utf-8")
    return directory


@pytest.fixture(scope="module")
def found_by_mypy(directory: Path, sources: dict[str, str]) -> Found:
    """The errors of `mypy --strict`."""
    # mypy ignores the stubs of other packages: no line needs them, and they would take most of the time.
    options = [
        "--strict",
        "--config-file=",
        f"--cache-dir={directory}",
        "--no-site-packages",
        "--follow-imports=silent",
    ]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("MYPYPATH", str(ROOT))
        output, crashed, _ = api.run([*options, *(str(directory / name) for name in sources)])
    assert crashed == ""
    errors = re.findall(r"(\w+\.py):(\d+): error: (.*)", output)
    return _found(sources, [(name, int(number), text) for name, number, text in errors])


@pytest.fixture(scope="module")
def found_by_pyright(directory: Path, sources: dict[str, str]) -> Found:
    """The errors of pyright: strict for the file with every public name, standard for the lines."""
    settings = {"extraPaths": [str(ROOT)], "typeCheckingMode": "standard", "include": [LINES, EVERY_NAME.name]}
    directory.joinpath("pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    arguments = ["-p", str(directory), "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(
        [sys.executable, "-m", "pyright", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
    )
    errors = json.loads(done.stdout)["generalDiagnostics"]
    return _found(
        sources,
        [
            (Path(error["file"]).name, error["range"]["start"]["line"] + 1, error["message"])
            for error in errors
            if error["severity"] == "error"
        ],
    )


def _found(sources: dict[str, str], errors: list[tuple[str, int, str]]) -> Found:
    found = Found((name, {}) for name in sources)
    for name, number, text in errors:
        found[name][sources[name].splitlines()[number - 1].strip()] = text
    return found


@pytest.fixture(params=["mypy", "pyright"])
def found(request: pytest.FixtureRequest) -> Found:
    """The errors that each type checker reports."""
    errors: Found = request.getfixturevalue(f"found_by_{request.param}")
    return errors


@pytest.mark.parametrize("line", CORRECT)
def test_type_checkers_accept_a_correct_line(found: Found, line: str) -> None:
    assert line not in found[LINES], found[LINES][line]


@pytest.mark.parametrize("line", WRONG)
def test_type_checkers_report_a_wrong_line(found: Found, line: str) -> None:
    assert line in found[LINES]


def test_type_checkers_accept_the_file_around_the_lines(found: Found) -> None:
    assert found[LINES].keys() <= {*CORRECT, *WRONG}


def test_type_checkers_accept_a_file_that_uses_every_public_name(found: Found) -> None:
    assert found[EVERY_NAME.name] == {}


def test_every_public_name_py_uses_every_public_name() -> None:
    names = [
        node.id for node in ast.walk(ast.parse(EVERY_NAME.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)
    ]
    assert {*pytest_secretsmanager.__all__} <= {*names}


@pytest.mark.parametrize("name", BLOCKS)
def test_mypy_accepts_documented_code_with_an_annotated_fixture(found_by_mypy: Found, name: str) -> None:
    """The test allows errors of unannotated functions and of libraries without stubs."""
    allowed = (
        "[no-untyped-def]",
        "[no-untyped-call]",
        "[import-not-found]",
        "[no-any-return]",
        "[untyped-decorator]",
        "[misc]",
    )
    assert [text for text in found_by_mypy[name].values() if not text.endswith(allowed)] == []
