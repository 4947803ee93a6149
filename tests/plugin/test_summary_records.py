"""The records of tests: what the calls, secrets and managers of a test leave in them."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from pytest_secretsmanager import options
from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.managing import collecting, run_records
from pytest_secretsmanager.plugin import record_collecting
from pytest_secretsmanager.plugin import records as collected
from pytest_secretsmanager.report import record_looks, records, summary

FLAG = "--secretsmanager-summary"

Recorded = Callable[..., records.RunRecords]


@pytest.fixture
def recorded(run: Any, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """Run one file and return the records of the run, with their calls and histories."""
    found: list[records.RunRecords] = []
    monkeypatch.setattr(summary, "summary_lines", lambda kept, _: found.append(kept) or [])
    monkeypatch.setattr(collected, "WANTING_CALLS", (options.SUMMARY,))
    monkeypatch.setattr(records.TestRecord, "without_calls", lambda record, _: record)

    def records_of(source: str, *arguments: str) -> records.RunRecords:
        run("import boto3, pytest\nfrom pytest_secretsmanager import SecretsManager\n" + source, FLAG, *arguments)
        assert collecting.collecting == []
        assert entered._listeners == []
        (kept,) = found
        return kept

    return records_of


def body(*lines: str) -> str:
    return "\n    ".join(["def test_it(secretsmanager, request):", "client = secretsmanager.client()", *lines])


@pytest.mark.parametrize(
    ("source", "outcome", "failure"),
    [
        pytest.param("def test_it(): pass", "passed", "", id="passed"),
        pytest.param("def test_it(): assert 0, 'one\\ntwo'", "failed", "AssertionError: one", id="failed"),
        pytest.param("def test_it(missing): pass", "error", "fixture 'missing' not found", id="error in setup"),
        pytest.param(
            "@pytest.fixture\ndef broken():\n    yield\n    1 / 0\ndef test_it(broken): pass",
            "error",
            "ZeroDivisionError: division by zero",
            id="error in teardown",
        ),
        pytest.param("@pytest.mark.skip\ndef test_it(): pass", "skipped", "", id="skipped"),
        pytest.param("@pytest.mark.xfail\ndef test_it(): assert 0", "xfailed", "", id="xfailed"),
        pytest.param("@pytest.mark.xfail\ndef test_it(): pass", "xpassed", "", id="xpassed"),
    ],
)
def test_a_record_has_the_outcome_and_the_first_line_of_the_failure(
    recorded: Recorded, source: str, outcome: str, failure: str
) -> None:
    (test,) = recorded(source).tests
    assert (test.nodeid, test.file, test.outcome) == ("test_it.py::test_it", "test_it.py", outcome)
    assert failure in test.failure
    assert bool(failure) == bool(test.failure)


def test_a_call_has_its_secret_error_place_and_action(recorded: Recorded) -> None:
    (test,) = recorded(
        body(
            "client.create_secret(Name='db', SecretString='to-hide')",
            "with pytest.raises(Exception): client.get_secret_value(SecretId='dv', VersionStage='AWSPENDING')",
        )
    ).tests
    created, read = test.calls
    assert (created.operation, created.secret, created.error, created.history) == ("CreateSecret", "db", None, 0)
    assert (read.operation, read.secret, read.version, read.history) == ("GetSecretValue", "dv", "AWSPENDING", None)
    assert (read.error, read.caller) == ("ResourceNotFoundException", "test_it.py:6")
    assert "to-hide" not in records.json_of(test)


def test_a_record_of_a_write_has_its_labels_and_the_beginning_of_its_version_id(recorded: Recorded) -> None:
    (test,) = recorded(
        "from pytest_secretsmanager import Version\n"
        "@pytest.mark.secret('db', versions=[Version('one', id='1' * 36), Version('two', id='2' * 36)])\n"
        + body(
            "client.put_secret_value(SecretId='db', SecretString='x', VersionStages=['AWSPENDING', 'mine'])",
            "client.update_secret_version_stage(SecretId='db', VersionStage='old', MoveToVersionId='1' * 36)",
            "client.get_secret_value(SecretId='db', VersionId='2' * 36)",
        )
    ).tests
    assert [call.version for call in test.calls] == ["AWSPENDING mine", "old", "version 22222222…"]


def test_the_history_has_the_secret_as_the_body_left_it(recorded: Recorded) -> None:
    (test,) = recorded(
        "@pytest.mark.secret('db', 'one')\n" + body("client.put_secret_value(SecretId='db', SecretString='two')")
    ).tests
    (history,) = test.histories
    assert [(life.number, life.begin) for life in history.versions] == [(1, None), (2, 0)]
    assert [(span.label, span.begin, span.end) for span in history.spans] == [
        ("AWSCURRENT", None, 0),
        ("AWSCURRENT", 0, None),
        ("AWSPREVIOUS", 0, None),
    ]


def test_secrets_of_the_run_have_the_history_of_the_body(recorded: Recorded, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("seeds.toml").write_text("[[secret]]\nname = 'db'\nvalue = 'one'\n")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
    kept = recorded(body("client.put_secret_value(SecretId='db', SecretString='two')"))
    (test,) = kept.tests
    assert [len(history.versions) for history in test.histories] == [2]
    assert test.seeded == ()
    assert [key.name for key in kept.outside.seeded] == ["db"]


def test_a_decorated_function_leaves_its_history_though_it_is_rolled_back(recorded: Recorded) -> None:
    source = """
@SecretsManager(region="us-east-1")
def work():
    client = boto3.client("secretsmanager")
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two")

def test_it():
    work()
"""
    (test,) = recorded(source).tests
    assert [call.is_undone for call in test.calls] == [True, True]
    assert [(life.number, life.begin) for life in test.histories[0].versions] == [(1, 0), (2, 1)]
    assert [call.history for call in test.calls] == [0, 0]


def test_a_rollback_in_the_body_leaves_the_history_of_the_secrets_that_remain(recorded: Recorded) -> None:
    (test,) = recorded(
        "@pytest.mark.secret('db', 'one')\n"
        + body(
            "with secretsmanager.snapshot(): client.put_secret_value(SecretId='db', SecretString='two')",
            "client.put_secret_value(SecretId='db', SecretString='three')",
        )
    ).tests
    assert [call.is_undone for call in test.calls] == [True, False]
    assert [call.history for call in test.calls] == [0, 0]
    (history,) = test.histories
    assert [(life.number, life.begin) for life in history.versions] == [(1, None), (2, 1)]


def test_managers_are_numbered_in_the_order_of_their_first_calls(recorded: Recorded) -> None:
    (test,) = recorded(
        body(
            "with SecretsManager() as inner: boto3.client('secretsmanager', 'us-east-1').create_secret(Name='db')",
            "client.create_secret(Name='db')",
        )
    ).tests
    assert [call.manager for call in test.calls] == [0, 1]
    assert test.managers == (0, 1)
    assert [call.history for call in test.calls] == [0, 1]


def test_calls_of_a_teardown_stand_in_the_record_after_the_histories_were_made(recorded: Recorded) -> None:
    (test,) = recorded(
        body("client.create_secret(Name='db')", "request.addfinalizer(lambda: client.delete_secret(SecretId='db'))")
    ).tests
    assert [call.operation for call in test.calls] == ["CreateSecret", "DeleteSecret"]
    assert [call.history for call in test.calls] == [0, 0]


def test_a_record_keeps_the_last_calls_and_counts_all(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_secretsmanager.report.record_making.MOST_CALLS", 2)
    (test,) = recorded(
        body("client.create_secret(Name='db')", "for _ in range(3): client.describe_secret(SecretId='db')")
    ).tests
    assert [call.operation for call in test.calls] == ["DescribeSecret"] * 2
    assert test.left_out == 2
    assert test.counts == (records.Count("CreateSecret", 1, 0), records.Count("DescribeSecret", 3, 0))
    (history,) = test.histories
    assert (history.begin, history.calls) == (None, (0, 1))


def test_without_a_report_a_record_has_totals_only(recorded: Recorded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collected, "WANTING_CALLS", ())
    (test,) = recorded(body("client.create_secret(Name='db')")).tests
    assert (test.calls, test.histories) == ((), ())
    assert test.counts == (records.Count("CreateSecret", 1, 0),)


def test_the_histories_of_a_test_outlast_a_call_of_another_thread_that_is_logged_but_not_collected_yet(
    recorded: Recorded,
) -> None:
    late = "__import__('pytest_secretsmanager.managing.collecting', fromlist='*').collecting[0].made.pop()"
    (test,) = recorded(body("client.create_secret(Name='db')", "client.list_secrets()", late)).tests
    assert [call.operation for call in test.calls] == ["CreateSecret"]
    assert [history.key.name for history in test.histories] == ["db"]


def test_a_rollback_in_a_test_keeps_no_history_of_the_seeds_of_the_run(
    recorded: Recorded, pytester: pytest.Pytester
) -> None:
    pytester.path.joinpath("seeds.toml").write_text("[[secret]]\nname = 'db'\nvalue = 'one'\n")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
    lines = body("with secretsmanager.snapshot():", "    client.create_secret(Name='app')")
    (test,) = recorded(f"@pytest.mark.secretsmanager(region='eu-west-1')\n{lines}").tests
    assert [history.key.name for history in test.histories] == ["app"]


def test_calls_and_seeds_of_a_test_that_ends_the_run_are_not_outside_the_tests(recorded: Recorded) -> None:
    first = "def test_first(secretsmanager): secretsmanager.client().list_secrets()\n"
    lines = body("client.create_secret(Name='app')", "pytest.exit('stop')")
    found = recorded(f"{first}@pytest.mark.secret('db', 'one')\n{lines}")
    assert [test.nodeid for test in found.tests] == ["test_it.py::test_first"]
    assert (found.outside.counts, found.outside.seeded) == ((), ())


def test_a_test_with_many_missing_secrets_records_all_of_them_and_advice_about_the_first(recorded: Recorded) -> None:
    lines = body(
        "for number in range(30):",
        "    with pytest.raises(client.exceptions.ResourceNotFoundException):",
        "        client.get_secret_value(SecretId=f'db{number}')",
    )
    (test,) = recorded(lines).tests
    assert [absent.secret for absent in test.absent] == [f"db{number}" for number in range(30)]
    assert [absent.advice for absent in test.absent] == ["there are no secrets"] * 20 + [""] * 10


def test_a_crash_of_a_worker_while_it_sends_the_calls_outside_the_tests_is_reported(
    run_apart: Any, pytester: pytest.Pytester
) -> None:
    pytester.makeconftest(
        """
        from pytest_secretsmanager.plugin.record_collecting import Collecting

        def pytest_configure(config):
            if hasattr(config, "workerinput"):
                Collecting.outside = lambda self: 1 / 0
        """
    )
    result = run_apart(body("client.list_secrets()"), FLAG, "-p", "xdist", "-n1")
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["1 call in 1 of 1 test, 0 refused", "*record of a test crashed: ZeroDivisionError*"])


def test_a_crash_while_a_call_is_collected_fails_no_test(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_records, "_actions_of", lambda *_: 1 / 0)
    result = run(body("client.list_secrets()", "client.list_secrets()"), FLAG)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["2 calls in 1 of 1 test, 0 refused", "*the record of a call crashed: ZeroDivision*"])
    assert result.stdout.str().count("crashed") == 1


@pytest.mark.parametrize("step", ["begin", "look", "note_report", "source_with"])
def test_a_crash_while_a_record_is_made_fails_no_test(run: Any, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    monkeypatch.setattr(record_collecting.Collecting, step, lambda *_: 1 / 0)
    result = run(body("client.list_secrets()"), FLAG)
    result.assert_outcomes(passed=1)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*the record of a test crashed: ZeroDivisionError in test_summary_records.py, line *"])


def test_reports_show_no_record_to_other_plugins(run_apart: Any, pytester: pytest.Pytester, tmp_path: Path) -> None:
    pytester.makeconftest(
        """
        import json

        def pytest_runtest_logreport(report):
            with open("reports.jsonl", "a") as file:
                file.write(json.dumps(sorted(vars(report))) + "\\n")
        """
    )
    source = "def test_it(secretsmanager): secretsmanager.client().list_secrets()"
    result = run_apart(source, FLAG, "-p", "xdist", "-n1", "--junit-xml=junit.xml")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["1 call in 1 of 1 test, 0 refused"])
    shown = [json.loads(line) for line in (pytester.path / "reports.jsonl").read_text().splitlines()]
    assert len(shown) == 6  # of the worker, and of the controller
    assert not any("record" in name for names in shown for name in names)
    assert "record" not in (pytester.path / "junit.xml").read_text()


def test_without_an_option_nothing_is_collected_or_imported(run_apart: Any) -> None:
    source = """
        import sys

        def test_it(secretsmanager):
            from pytest_secretsmanager.managing import collecting

            assert collecting.collecting == []
            assert "pytest_secretsmanager.plugin.record_collecting" not in sys.modules
            assert "pytest_secretsmanager.report.records" not in sys.modules
        """
    run_apart(source).assert_outcomes(passed=1)


def test_records_of_a_run_without_an_option_are_a_key_error(pytestconfig: pytest.Config) -> None:
    with pytest.raises(KeyError, match="secretsmanager_records"):
        collected.records_of(pytestconfig)


def test_an_interrupt_while_records_are_made_loses_none(pytestconfig: pytest.Config) -> None:
    kept, interrupts = collected._Records(pytestconfig, Mock()), [KeyboardInterrupt]

    def make(name: str) -> records.TestRecord:
        if name == "second" and interrupts:
            raise interrupts.pop()
        return records.TestRecord(name, "")

    for name in ("first", "second", "third"):
        kept._add(partial(make, name), None, 0)
    with pytest.raises(KeyboardInterrupt):
        kept._make_waiting()
    kept._make_waiting()
    assert [test.nodeid for test in kept._tests] == ["first", "second", "third"]


def test_a_record_that_can_not_be_made_leaves_the_outcome_of_its_test(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_looks, "histories_of", lambda *_: 1 / 0)
    (test,) = recorded(body("client.list_secrets()", "assert 0, 'one'")).tests
    assert (test.outcome, test.calls) == ("failed", ())
