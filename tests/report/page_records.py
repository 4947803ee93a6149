"""Records for tests of the page: of managers that made calls, and of names that try to break the page."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History, Life, Span, histories_of
from pytest_secretsmanager.inspection.known_secrets import moment_of
from pytest_secretsmanager.inspection.timelines.drawing import picture
from pytest_secretsmanager.manager import parts_of
from pytest_secretsmanager.report.calls import version_text
from pytest_secretsmanager.report.page.drawn_tests import DrawnTests
from pytest_secretsmanager.report.page.tests import Row, listed, row_of
from pytest_secretsmanager.report.record_totals import counts_of
from pytest_secretsmanager.report.records import CallRecord, Count, RunRecords, TestOutcome, TestRecord

HOSTILE = {
    "the end of a script": "</script><script>alert(1)</script><!--",
    "an image": "<img src=x onerror=alert(1)>",
    "control characters": "a\x00\x1b[31m\x7fb",
    "right-to-left marks": "\u202egnol\u2066",
    "half of a surrogate pair": "\ud800",
    "ten thousand letters": "x" * 10_000,
    "quotes and entities": "&lt;b&gt; \"' onload=alert(1)",
}

LAST_SECOND = 253_402_300_799.0
"""The end of the year 9999, which no clock can pass."""

NOTHING_OUTSIDE = TestRecord("", "")

MADE = 1_767_323_045.0
"""The time of the page."""


def record(name: str, outcome: TestOutcome, use: Callable[[SecretsManager, Any], None]) -> TestRecord:
    """The record of a test that used a manager."""
    with SecretsManager() as sm:
        use(sm, sm.client())
        world = parts_of(sm).world
        entries = world.entries.since()
        histories = histories_of(moment_of(world, entries), entries)
    owners = {at: number for number, history in enumerate(histories) for at in history.calls}
    calls = tuple(
        CallRecord(
            time=entry.time,
            operation=entry.operation,
            manager=0,
            region=entry.region,
            account=entry.principal.account,
            secret=str(entry.request.get("SecretId", entry.request.get("Name"))),
            history=owners.get(at),
            error=entry.error_code,
            caller="tests/test_app.py:12",
            version=version_text(entry) or None,
            by_service=entry.by_service,
        )
        for at, entry in enumerate(entries)
    )
    failure = "AssertionError: assert 'three' == 'two'" if outcome == "failed" else ""
    nodeid = f"tests/test_app.py::{name}"
    counts = counts_of(entries)
    return TestRecord(
        nodeid, "tests/test_app.py", outcome, 0.25, failure, calls=calls, histories=tuple(histories), counts=counts
    )


def write(sm: SecretsManager, client: Any) -> None:
    """A version becomes current; a read of a missing secret fails."""
    first = client.create_secret(Name="app/db", SecretString="one")["VersionId"]
    second = client.put_secret_value(SecretId="app/db", SecretString="two", VersionStages=["AWSPENDING"])["VersionId"]
    sm.clock.advance(days=30)
    client.update_secret_version_stage(
        SecretId="app/db", VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=first
    )
    with contextlib.suppress(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="app/bd")


def read(sm: SecretsManager, client: Any) -> None:
    sm.seed("app/key", "one")
    client.get_secret_value(SecretId="app/key")


def rotate(sm: SecretsManager, client: Any) -> None:
    """A rotation fails, and the secret is deleted."""

    def fails(event: Any, context: Any) -> None:
        raise RuntimeError

    sm.seed("app/rotated", "one")
    client.rotate_secret(SecretId="app/rotated", RotationLambdaARN=sm.rotation.register(fails))
    client.delete_secret(SecretId="app/rotated", ForceDeleteWithoutRecovery=True)


def hostile(name: str) -> TestRecord:
    """A test, a secret, a label and a caller with one name."""
    history = History(
        SecretKey("us-east-1", "1", name),
        name,
        None,
        None,
        (Life(name, 1, LAST_SECOND, None, None),),
        (Span(name, name, None, None),),
        (),
        (0,),
    )
    call = CallRecord(LAST_SECOND, "GetSecretValue", 0, "us-east-1", "1", name, name, 0, name, name)
    counts = (Count("GetSecretValue", 1, 1),)
    return TestRecord(
        f"{name}::{name}", name, "error", failure=name, calls=(call,), histories=(history,), counts=counts
    )


def remarks() -> TestRecord:
    """A test with a call for each remark, after calls that are left out."""
    first = CallRecord(MADE, "ListSecrets", 0, "us-east-1", "1")
    calls = (
        first,
        first._replace(by_service=True),
        first._replace(within="BatchGetSecretValue"),
        first._replace(is_undone=True),
        first._replace(region="eu-west-1"),
        first._replace(account="2"),
        first._replace(manager=1, error="ThrottlingException"),
    )
    return TestRecord("tests/test_app.py::test_remarks", "tests/test_app.py", calls=calls, left_out=12)


def draw(history: History, calls: Sequence[CallRecord]) -> str:
    return picture(history, calls, is_whole=False)


def rows_of(run: RunRecords) -> list[Row]:
    """The rows of the page for these records, with each picture as SVG."""
    return listed([row_of(one, draw) for one in run.tests], run.outside, draw)


def page_of(run: RunRecords) -> str:
    """The page for these records."""

    def crashed(error: Exception) -> None:
        raise error

    tests = DrawnTests(crashed)
    for record in run.tests:
        tests.add(record)
    return tests.page(run.outside, MADE)


def records_of_a_run() -> RunRecords:
    """The records of tests of every kind, in the order of the run."""
    tests = (
        record("test_read", "passed", read),
        record("test_write", "failed", write),
        record("test_rotate", "passed", rotate),
        TestRecord("tests/test_app.py::test_skipped", "tests/test_app.py", "skipped"),
        remarks(),
        *map(hostile, HOSTILE.values()),
    )
    return RunRecords(tests, record("", "passed", read)._replace(nodeid=""))
