"""What a type checker says of a user's tests: right ones pass, wrong ones are found. mypy runs once for all of them."""

import pydoc
import re
from pathlib import Path

import pytest
from mypy import api

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager

ROOT = Path(pytest_secretsmanager.__file__).parents[1]

OF_A_USER = "test_of_a_user.py"
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


def test_it(secretsmanager: SecretsManager) -> None:
"""

RIGHT = [
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


README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"```python\n# (test_\w+\.py)\n(.*?)```", README, re.DOTALL))
ANNOTATED = "(secretsmanager: pytest_secretsmanager.SecretsManager) -> None:"


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What mypy says, strictly: by file, then by line."""
    directory = tmp_path_factory.mktemp("types")
    sources = {
        name: f"import pytest_secretsmanager\n{code.replace('(secretsmanager):', ANNOTATED)}"
        for name, code in BLOCKS.items()
    }
    sources[OF_A_USER] = "\n".join([HEAD, *(f"    {line}" for line in [*RIGHT, *WRONG]), ""])
    for name, source in sources.items():
        directory.joinpath(name).write_text(source, encoding="utf-8")
    # Of other packages no stub is read: that would take most of the time, and none of these lines needs it.
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
    found: dict[str, dict[str, str]] = {name: {} for name in sources}
    for name, number, text in re.findall(r"(test_\w+\.py):(\d+): error: (.*)", output):
        found[name][sources[name].splitlines()[int(number) - 1].strip()] = text
    return found


@pytest.fixture
def complaints(said: dict[str, dict[str, str]]) -> dict[str, str]:
    """What mypy says of each line above that it does not take."""
    return said[OF_A_USER]


@pytest.mark.parametrize("line", RIGHT)
def test_a_right_line_passes(complaints: dict[str, str], line: str) -> None:
    assert line not in complaints, complaints[line]


@pytest.mark.parametrize("line", WRONG)
def test_a_wrong_line_is_found(complaints: dict[str, str], line: str) -> None:
    assert line in complaints


def test_what_stands_around_them_passes(complaints: dict[str, str]) -> None:
    assert complaints.keys() <= {*RIGHT, *WRONG}


@pytest.mark.parametrize("name", BLOCKS)
def test_the_code_of_the_readme_passes_with_its_fixture_annotated(said: dict[str, dict[str, str]], name: str) -> None:
    """But for functions that have no annotations of their own, and libraries whose stubs are not read."""
    allowed = (
        "[no-untyped-def]",
        "[no-untyped-call]",
        "[import-not-found]",
        "[no-any-return]",
        "[untyped-decorator]",
        "[misc]",
    )
    assert [text for text in said[name].values() if not text.endswith(allowed)] == []


# --- what help() shows -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["clock", "kms", "rotation", "replication", "events", "region", "account", "log", "secrets"]
)
def test_help_names_every_control(name: str) -> None:
    text = pydoc.plain(pydoc.render_doc(SecretsManager))
    assert re.search(rf"^ \|  {name}\n \|      \S", text, re.MULTILINE)


def test_help_shows_signatures_that_can_be_read() -> None:
    """Names for types of many texts, and no address of an object."""
    text = pydoc.plain(pydoc.render_doc(SecretsManager))
    assert "operation: 'LoggedName'" in text
    assert "= ANYWHERE" in text
    assert " object at 0x" not in text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("clock", r"<clock at .* UTC>"),
        ("kms", r"<KMS keys of us-east-1, account 123456789012>"),
        ("rotation", r"<rotation: 0 runs>"),
        ("replication", r"<replication: nothing is held>"),
        ("events", r"<events: none>"),
    ],
)
def test_the_repr_of_a_control_says_what_it_is(name: str, text: str) -> None:
    assert re.fullmatch(text, repr(getattr(SecretsManager(), name)))
