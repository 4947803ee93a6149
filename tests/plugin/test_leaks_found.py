"""The leak sentinel finds a value in each channel and form, names the place, and masks it in all output."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote_plus

import pytest

VALUE = 'it\'s "s3cret"/ü+?'

FORMS = {
    "plain": VALUE,
    "JSON": json.dumps(VALUE)[1:-1],
    "URL": quote_plus(VALUE),
    "base64": base64.b64encode(VALUE.encode()).decode(),
    "hex": VALUE.encode().hex(),
    "JSON in base64": base64.b64encode(json.dumps({"password": VALUE}).encode()).decode(),
}

ADVICE = (
    "a harmless text, such as a host or user name, is named by leaks_ignore=[…] of the marker secretsmanager, or by "
    "the ini option secretsmanager_leaks_ignore"
)

HEAD = f"""
    import logging
    import os
    import sys
    import warnings

    import pytest

    FORMS = {FORMS!r}
    forms = pytest.mark.parametrize("form", FORMS)
    db = pytest.mark.secret("app/db", {{"password": {VALUE!r}}})
"""

TEST = """
    @db
    @forms
    def test_it(form, secretsmanager, capfd):
        {body}
"""

CHANNELS = [
    pytest.param("print('one'); print('x', FORMS[form])", "captured stdout call, line 2", id="stdout"),
    pytest.param("print(FORMS[form], file=sys.stderr)", "captured stderr call, line 1", id="stderr"),
    pytest.param("os.write(1, FORMS[form].encode())", "captured stdout call", id="file descriptor"),
    pytest.param(
        "logging.getLogger('app').warning('x\\n%s', FORMS[form])",
        "log record of 'app' at test_it.py:15, line 2",
        id="log message",
    ),
    pytest.param(
        "logging.getLogger('app').warning('%(user)s', {'user': 'x', 'password': FORMS[form]})",
        "log record of 'app' at test_it.py:15",
        id="log argument that the message leaves out",
    ),
    pytest.param(
        "logging.getLogger('app').warning('x', extra={'request': {'body': [FORMS[form].encode()]}})",
        "log record of 'app' at test_it.py:15, extra 'request'",
        id="log extra",
    ),
    pytest.param(
        "logging.getLogger('app').warning({'event': 'login', 'password': FORMS[form]})",
        "log record of 'app' at test_it.py:15",
        id="structured log record",
    ),
    pytest.param(
        "logging.getLogger('app').warning('x', exc_info=ValueError(FORMS[form]))",
        "log record of 'app' at test_it.py:15",
        id="exception of a log record",
    ),
    pytest.param(
        "logger = logging.getLogger('own'); logger.propagate = False; logger.warning('x %s', FORMS[form])",
        "log record of 'own' at test_it.py:15",
        id="log record that does not reach the root logger",
    ),
    pytest.param(
        "with pytest.warns(UserWarning): warnings.warn(FORMS[form])",
        "UserWarning at test_it.py:15",
        id="warning that the test expects",
    ),
    pytest.param(
        "with warnings.catch_warnings(record=True): warnings.warn(FORMS[form])",
        "UserWarning at test_it.py:15",
        id="warning that the test records",
    ),
    pytest.param("warnings.warn(FORMS[form])", "UserWarning at test_it.py:15", id="warning"),
    pytest.param("raise ValueError(FORMS[form])", "the failure's ValueError", id="exception"),
    pytest.param("pytest.fail(FORMS[form])", "the failure's Failed", id="pytest.fail"),
    pytest.param("pytest.fail(FORMS[form], pytrace=False)", "the failure's Failed", id="pytest.fail without traceback"),
    pytest.param("raise KeyError(0) from ValueError(FORMS[form])", "the failure's ValueError", id="cause"),
    pytest.param(
        "error = ValueError(); error.add_note(FORMS[form]); raise error", "the failure's ValueError", id="note"
    ),
    pytest.param(
        "raise ExceptionGroup('x', [ValueError(FORMS[form])])", "the failure's ValueError", id="exception group"
    ),
    pytest.param(
        "secretsmanager.client().update_secret(SecretId='app/db', Description=FORMS[form])",
        "Description of UpdateSecret (call 1)",
        id="request field",
    ),
]


def reports_of(result: pytest.RunResult) -> list[pytest.TestReport]:
    recorded: Any = result.reprec  # type: ignore[attr-defined]
    return [report for report in recorded.getreports("pytest_runtest_logreport") if report.failed]


def told(report: pytest.TestReport) -> str:
    """The leaks that a report names: as its failure, or in its section."""
    sections = [text for name, text in report.sections if name == "secretsmanager leaks"]
    return "\n".join(sections) or report.longreprtext


def assert_masked(text: str) -> None:
    shown = [name for name, form in FORMS.items() if form in text or form.strip("=") in text]
    assert shown == []


@pytest.mark.parametrize(("body", "place"), CHANNELS)
def test_a_leak_is_found_and_masked_in_each_form_in(pytester: pytest.Pytester, run: Any, body: str, place: str) -> None:
    source = HEAD + TEST.replace(", capfd", "").replace("{body}", body)
    result = run(source, "--secretsmanager-leaks=error", "-Wdefault", "-rA", "--showlocals", "--junitxml=junit.xml")
    reports = reports_of(result)
    assert len(reports) == len(FORMS)
    for report, form in zip(reports, FORMS, strict=True):
        whole = f"{place} holds the value of 'app/db', version 1"
        assert told(report).startswith("secret values leaked: ")
        lines = [line.removeprefix("secret values leaked:").strip() for line in told(report).splitlines()]
        assert f"{whole}, key 'password' ({form})" in lines or f"{whole} ({form.removeprefix('JSON in ')})" in lines
    assert_masked(without_source(result))
    assert_masked(pytester.path.joinpath("junit.xml").read_text(encoding="utf-8"))


def without_source(result: pytest.RunResult) -> str:
    return result.stdout.str() + result.stderr.str()


READS = [
    pytest.param("capsys", "print('one\\n', FORMS[form]); capsys.readouterr()", "stdout read by capsys, line 2"),
    pytest.param("capfd", "os.write(2, FORMS[form].encode()); capfd.readouterr()", "stderr read by capfd"),
    pytest.param(
        "capsysbinary", "print(FORMS[form]); capsysbinary.readouterr()", "stdout read by capsysbinary, line 1"
    ),
    pytest.param("capsys", "print(FORMS[form])", "captured stdout call, line 1", id="capsys, never read"),
    pytest.param("caplog", "logging.error(FORMS[form]); caplog.clear()", "log record of 'root' at test_it.py:15"),
    pytest.param(
        "tmp_path", "warnings.simplefilter('ignore'); print(FORMS[form])", "captured stdout call, line 1", id="another"
    ),
]


@pytest.mark.parametrize(
    ("fixture", "body", "place", "options"),
    [
        pytest.param(*read.values, options, id=f"{read.id or read.values[0]}{', not captured' if options else ''}")
        for read in READS
        for options in ((), ("-s",))
        # Output that the test doesn't read passes through with -s, and pytest has none of it.
        if not options or not read.values[2].startswith("captured")
    ],
)
def test_a_leak_is_found_in_output_that_the_test_reads_itself(
    run: Any, fixture: str, body: str, place: str, options: tuple[str, ...]
) -> None:
    source = HEAD + TEST.replace("capfd", fixture).replace("{body}", body)
    reports = reports_of(run(source, "--secretsmanager-leaks=error", *options))
    assert len(reports) == len(FORMS)
    for report in reports:
        assert re.search(rf" {re.escape(place)}(, line 1)? holds the value of 'app/db', version 1", told(report))


PHASES = """
    @pytest.fixture
    def noisy():
        print("set up", {before})
        yield
        print("torn down", {after})

    @db
    def test_it(secretsmanager, noisy):
        pass
"""


@pytest.mark.parametrize(
    ("before", "after", "outcomes", "place"),
    [
        ("FORMS['plain']", "0", {"failed": 1}, "captured stdout setup, line 1"),
        ("0", "FORMS['hex']", {"passed": 1, "errors": 1}, "captured stdout teardown, line 1"),
    ],
    ids=["set-up", "tear-down"],
)
def test_a_leak_of_the_set_up_fails_the_body_and_one_of_the_tear_down_is_an_error(
    run: Any, before: str, after: str, outcomes: dict[str, int], place: str
) -> None:
    result = run(HEAD + PHASES.replace("{before}", before).replace("{after}", after), "--secretsmanager-leaks=error")
    result.assert_outcomes(**outcomes)
    [report] = reports_of(result)
    assert f" {place} holds the value of 'app/db', version 1, key 'password'" in told(report)
    assert_masked(without_source(result))


def test_a_leak_of_a_failing_set_up_is_reported_in_its_section(run: Any) -> None:
    source = HEAD + PHASES.replace("{before}", "FORMS['plain']) or 1 / 0, (0").replace("{after}", "0")
    result = run(source, "--secretsmanager-leaks=error")
    result.assert_outcomes(errors=1)
    [report] = reports_of(result)
    assert "ZeroDivisionError" in report.longreprtext
    assert "captured stdout setup, line 1 holds" in told(report)


LOST = [
    pytest.param("client.delete_secret(SecretId='gone', ForceDeleteWithoutRecovery=True)", id="deleted"),
    pytest.param("client.put_secret_value(SecretId='gone', SecretString='another')", id="replaced"),
    pytest.param("secretsmanager.seed('gone', 'another')", id="seeded again"),
    pytest.param("client.put_secret_value(SecretId='gone', SecretString='fourth')", id="pruned"),
]


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize("lose", LOST)
def test_a_leak_of_a_value_that_is_gone_is_found(run: Any, lose: str) -> None:
    source = f"""
        from datetime import timedelta
        import pytest
        from pytest_secretsmanager import Version

        @pytest.mark.secretsmanager(version_quota=3)
        @pytest.mark.secret("gone", "kept", versions=[Version("correct horse", age=timedelta(days=3)), "second"])
        def test_it(secretsmanager):
            client = secretsmanager.client()
            {lose}
            print("correct horse")
        """
    [report] = reports_of(run(source, "--secretsmanager-leaks=error"))
    assert "captured stdout call, line 1 holds the value of 'gone', version 1" in told(report)


SOURCES = [
    pytest.param("secretsmanager.client().create_secret(Name='new', SecretString='correct horse')", id="a created one"),
    pytest.param(
        "\n".join(
            [
                "with secretsmanager.snapshot():",
                "            secretsmanager.seed('new', 'correct horse')",
            ]
        ),
        id="one in a block that was rolled back",
    ),
    pytest.param(
        "\n".join(
            [
                "with SecretsManager() as sm:",
                "            sm.seed('new', 'correct horse')",
            ]
        ),
        id="one of another manager",
    ),
    pytest.param(
        "\n".join(
            [
                "with pytest.raises(Exception):",
                "            secretsmanager.client().update_secret(SecretId='no', SecretString='correct horse')",
            ]
        ),
        id="a refused one",
    ),
]


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize("make", SOURCES)
def test_a_leak_is_found_of_any_value_of_the_test(run: Any, make: str) -> None:
    source = f"""
    import pytest
    from pytest_secretsmanager import SecretsManager

    @pytest.fixture
    def afterwards():
        yield
        print("correct horse")

    def test_it(secretsmanager):
        {make}
        print("correct horse")

    def test_in_the_tear_down(afterwards, secretsmanager):
        {make}

    def test_without_it():
        print("correct horse")
    """
    result = run(source, "--secretsmanager-leaks=error", "-p", "no:randomly")
    result.assert_outcomes(failed=1, passed=2, errors=1)
    assert "captured stdout call, line 1 holds" in told(reports_of(result)[0])
    assert "captured stdout teardown, line 1 holds" in told(reports_of(result)[1])


def test_a_leak_of_one_of_a_hundred_managers_of_a_test_is_found(run: Any) -> None:
    source = """
        from pytest_secretsmanager import SecretsManager

        def test_it():
            for number in range(100):
                with SecretsManager() as sm:
                    sm.seed("db", f"correct horse {number}")
            print("correct horse 0;")
        """
    [report] = reports_of(run(source, "--secretsmanager-leaks=error"))
    assert "captured stdout call, line 1 holds the value of 'db', version 1 (plain)" in told(report)


def test_a_leak_of_a_secret_of_the_run_is_found_in_a_test_without_the_fixture(
    pytester: pytest.Pytester, run: Any
) -> None:
    pytester.path.joinpath("seeds.toml").write_text("[[secret]]\nname = 'db'\nvalue = 'correct horse'\n")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\nsecretsmanager_leaks = error")
    result = run("def test_it(): print('correct horse')\ndef test_other(): pass")
    result.assert_outcomes(failed=1, passed=1)
    assert "captured stdout call, line 1 holds the value of 'db', version 1 (plain)" in told(reports_of(result)[0])


def test_a_value_of_a_test_is_no_leak_in_the_next_test(run: Any) -> None:
    source = """
        import pytest

        @pytest.mark.secret("db", "correct horse")
        def test_one(secretsmanager): ...

        @pytest.mark.secret("db", "another")
        def test_two(secretsmanager): print("correct horse")
        """
    run(source, "--secretsmanager-leaks=error", "-p", "no:randomly").assert_outcomes(passed=2)


def test_a_name_an_arn_a_region_and_an_account_are_no_leaks(run: Any) -> None:
    source = """
        import pytest

        @pytest.mark.secret("team/changeme", {"password": "changeme", "region": "us-east-1"})
        def test_it(secretsmanager): print(secretsmanager.secret("team/changeme").arn, "us-east-1", "team/changeme")
        """
    run(source, "--secretsmanager-leaks=error").assert_outcomes(passed=1)


@pytest.mark.parametrize("mode", ["warn", "error"])
def test_fifty_leaks_of_a_test_are_named_and_the_others_counted(run: Any, mode: str) -> None:
    source = """
        import pytest

        @pytest.mark.secret("db", {f"key {n}": f"password {n:05}" for n in range(60)})
        def test_it(secretsmanager):
            for n in range(60):
                print(f"password {n:05}")
        """
    result = run(source, f"--secretsmanager-leaks={mode}")
    assert "… and 10 more" in without_source(result)
    assert len([line for line in result.outlines if line.strip().startswith("captured stdout call, line ")]) == 50


def test_a_leak_in_a_log_is_found_after_a_test_has_configured_logging(run: Any) -> None:
    result = run(
        """
        import logging.config
        import pytest

        @pytest.mark.secret("db", "correct horse")
        def test_it(secretsmanager, monkeypatch):
            monkeypatch.setattr(logging.getLogger(), "handlers", [])
            handlers = {"handlers": {"own": {"class": "logging.NullHandler"}}, "root": {"handlers": ["own"]}}
            logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, **handlers})
            logging.getLogger("app").error("with correct horse")
        """,
        "--secretsmanager-leaks=error",
    )
    assert [report.longreprtext for report in reports_of(result)] == [
        "secret values leaked: log record of 'app' at test_it.py:9 holds the value of 'db', version 1 (plain)\n"
        + ADVICE
    ]


# --- subtests --------------------------------------------------------------------------------------------------------

needs_subtests = pytest.mark.skipif(not hasattr(pytest, "Subtests"), reason="this pytest has no subtests")


@needs_subtests
@pytest.mark.parametrize("mode", ["warn", "error"])
def test_a_leak_in_the_output_of_a_subtest_is_found_in_its_test(run: Any, mode: str) -> None:
    result = run(
        """
        import pytest

        @pytest.mark.secret("db", "correct horse")
        def test_it(secretsmanager, subtests):
            with subtests.test("one"):
                print("correct horse")
        """,
        f"--secretsmanager-leaks={mode}",
        "-Wdefault",
        "-rA",
    )
    assert bool(result.ret) is (mode == "error")
    assert "captured stdout call, line 1 holds the value of 'db', version 1 (plain)" in result.stdout.str()
    assert "correct horse" not in result.stdout.str()


@needs_subtests
def test_a_leak_beside_a_failing_subtest_of_unittest_fails_its_test(run: Any) -> None:
    result = run(
        """
        import unittest
        import pytest

        @pytest.mark.secret("db", "correct horse")
        class TestIt(unittest.TestCase):
            def test_it(self):
                with self.subTest(number=1):
                    self.fail()
                print("correct horse")
        """,
        "--secretsmanager-leaks=error",
    )
    assert [report.longreprtext for report in reports_of(result)][1:] == [
        "secret values leaked: captured stdout call, line 1 holds the value of 'db', version 1 (plain)\n" + ADVICE
    ]


@needs_subtests
@pytest.mark.parametrize("option", [(), ("-p", "xdist", "-n2")], ids=["one process", "xdist"])
def test_the_value_in_the_name_of_a_subtest_is_masked(
    pytester: pytest.Pytester, run_apart: Any, option: tuple[str, ...]
) -> None:
    result = run_apart(
        """
        import pytest

        @pytest.mark.secret("db", "correct horse")
        def test_it(secretsmanager, subtests):
            for outcome in (False, True):
                with subtests.test("correct horse", password="correct horse"):
                    assert outcome
        """,
        "--secretsmanager-leaks=error",
        "-rA",
        "-vv",
        "--junitxml=junit.xml",
        *option,
    )
    assert "SUBFAILED[***]" in result.stdout.str()
    assert "correct horse" not in result.stdout.str() + (pytester.path / "junit.xml").read_text()


def test_the_context_that_another_plugin_gives_a_report_is_left_alone(pytester: pytest.Pytester, run: Any) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport():
            report = yield
            report.context = {"scenario": 1}
            return report
        """
    )
    result = run(
        """
        import pytest

        @pytest.mark.secret("db", "correct horse")
        def test_it(secretsmanager):
            print("correct horse")
        """,
        "--secretsmanager-leaks=error",
    )
    result.assert_outcomes(failed=1)
    assert "crashed" not in result.stdout.str()


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize("calls", [5, 3_000])
def test_a_leak_in_a_request_that_the_log_has_forgotten_is_found(run: Any, calls: int) -> None:
    source = f"""
        import pytest

        @pytest.mark.secretsmanager(log_limit=2)
        @pytest.mark.secret("db", "correct horse")
        def test_it(secretsmanager):
            client = secretsmanager.client()
            client.update_secret(SecretId="db", Description="it is correct horse")
            for _ in range({calls}):
                client.list_secrets()
        """
    [report] = reports_of(run(source, "--secretsmanager-leaks=error"))
    assert "Description of UpdateSecret" in told(report)
