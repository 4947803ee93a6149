"""How the leak sentinel reports: modes, outcomes, sections, warnings, other plugins, xdist, and its own crashes."""

import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pytest_secretsmanager.plugin import leak_listeners
from pytest_secretsmanager.plugin.leaking_tests import LeakingTest

VALUE = "correct horse"

ADVICE = (
    "a harmless text, such as a host or user name, is named by leaks_ignore=[…] of the marker secretsmanager, or by "
    "the ini option secretsmanager_leaks_ignore"
)

ALL_CHANNELS = """
    import logging
    import warnings

    import pytest

    @pytest.fixture
    def noisy():
        print("set up correct horse")
        yield
        print("torn down correct horse")

    @pytest.mark.secret("db", "correct horse")
    def test_passes(secretsmanager, noisy, record_property):
        print("with correct horse")
        logging.getLogger("app").error("with correct horse")
        warnings.warn("with correct horse")
        record_property("password", "correct horse")

    @pytest.mark.secret("db", "correct horse")
    @pytest.mark.parametrize("way", ["raise", "assert", "skip", "xfail"])
    def test_other(secretsmanager, noisy, way):
        password = secretsmanager.secret("db").value
        print("with correct horse")
        if way == "raise":
            raise ValueError(password)
        if way == "assert":
            assert password == "another"
        getattr(pytest, way)(password)
"""


def lines_of(result: pytest.RunResult, start: str) -> list[str]:
    return [line for line in result.outlines if line.startswith(start)]


def reports_of(result: pytest.RunResult) -> list[pytest.TestReport]:
    recorded: Any = result.reprec  # type: ignore[attr-defined]
    found: list[pytest.TestReport] = recorded.getreports("pytest_runtest_logreport")
    return found


def leaking(body: str, markers: str = "", head: str = "") -> str:
    marked = "".join(f"\n    {marker}" for marker in (markers, '@pytest.mark.secret("db", "correct horse")') if marker)
    return f"""
    import pytest
    {head}{marked}
    def test_it(secretsmanager):
        {body}
    """


PRINTS = 'print("with correct horse")'

# --- modes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["off", " Off "])
def test_off_is_the_default_and_changes_nothing(run: Any, mode: str) -> None:
    for options in ((), (f"--secretsmanager-leaks={mode}",)):
        result = run(leaking(PRINTS), "-rA", *options)
        result.assert_outcomes(passed=1)
        assert lines_of(result, "with correct horse")


def test_without_an_option_no_module_of_the_sentinel_is_imported(run_apart: Any, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import sys

        def pytest_unconfigure():
            print([name for name in sys.modules if "leaks" in name and "secretsmanager" in name])
        """
    )
    result = run_apart("def test_it(): pass", "-s", "--secretsmanager-leaks=off")
    assert "[]" in result.outlines


def test_error_fails_a_passed_test_with_the_leaks_alone(run: Any) -> None:
    result = run(leaking(PRINTS), "--secretsmanager-leaks=error")
    result.assert_outcomes(failed=1)
    assert [report.longreprtext for report in reports_of(result) if report.failed] == [
        f"secret values leaked: captured stdout call, line 1 holds the value of 'db', version 1 (plain)\n{ADVICE}"
    ]


@pytest.mark.skipif(pytest.version_tuple < (9,), reason="the summary of pytest 8 shows only messages of exceptions")
def test_the_short_summary_of_a_failed_test_names_the_first_leak_and_the_number_of_others(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    result = run(
        leaking(f'{PRINTS}; logging.error("correct horse")', head="import logging"), "--secretsmanager-leaks=error"
    )
    first = "secret values leaked: captured stdout call, line 1 holds the value of 'db', version 1 (plain), and 1 more"
    assert lines_of(result, "FAILED") == [f"FAILED test_it.py::test_it - {first}"]
    [report] = [report for report in reports_of(result) if report.failed]
    assert report.longreprtext.splitlines() == [
        first,
        "  captured stdout call, line 1 holds the value of 'db', version 1 (plain)",
        "  log record of 'root' at test_it.py:5 holds the value of 'db', version 1 (plain)",
        ADVICE,
    ]


def test_warn_warns_of_a_passed_test_and_adds_a_section(run: Any) -> None:
    result = run(leaking(PRINTS), "--secretsmanager-leaks=warn", "-rA", "-Wdefault")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(
        [
            "with [*][*][*]",
            "*- secretsmanager leaks -*",
            "secret values leaked: captured stdout call, line 1 holds the value of 'db', version 1 (plain)",
            ADVICE.replace("[", "[[]"),
        ]
    )
    result.stdout.fnmatch_lines(
        [
            "  *test_it.py:*: PytestWarning: secret values leaked: captured stdout call, line 1 holds the value of *",
        ]
    )


def test_warn_fails_a_test_where_warnings_are_errors(run: Any) -> None:
    result = run(leaking(PRINTS), "--secretsmanager-leaks=warn", "-Werror")
    result.assert_outcomes(passed=1, errors=1)
    assert "captured stdout call, line 1 holds" in result.stdout.str()


@pytest.mark.parametrize("mode", ["warn", "error"])
def test_a_failing_test_keeps_its_failure_and_gets_a_section(run: Any, mode: str) -> None:
    result = run(leaking(f"{PRINTS}; assert 1 == 2"), f"--secretsmanager-leaks={mode}", "-Wdefault")
    result.assert_outcomes(failed=1, warnings=1 if mode == "warn" else 0)
    [report] = [report for report in reports_of(result) if report.failed]
    assert "assert 1 == 2" in report.longreprtext
    assert (
        "secretsmanager leaks",
        f"secret values leaked: captured stdout call, line 1 holds the value of 'db', version 1 (plain)\n{ADVICE}",
    ) in report.sections


@pytest.mark.parametrize(
    ("body", "markers", "outcomes"),
    [
        pytest.param(f"{PRINTS}; pytest.skip('now')", "", {"skipped": 1, "errors": 1}, id="skipped"),
        pytest.param(
            f"{PRINTS}; assert False", "@pytest.mark.xfail", {"xfailed": 1, "errors": 1}, id="expected to fail"
        ),
        pytest.param(PRINTS, "@pytest.mark.xfail", {"failed": 1}, id="passed unexpectedly"),
        pytest.param(PRINTS, "@pytest.mark.xfail(strict=True)", {"failed": 1}, id="passed unexpectedly, strict"),
    ],
)
def test_error_fails_a_test_that_is(run: Any, body: str, markers: str, outcomes: dict[str, int]) -> None:
    result = run(leaking(body, markers), "--secretsmanager-leaks=error")
    result.assert_outcomes(**outcomes)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "captured stdout call, line 1 holds" in result.stdout.str()


def test_error_fails_a_test_of_unittest(run: Any) -> None:
    source = """
        import unittest
        from pytest_secretsmanager import SecretsManager

        class TestIt(unittest.TestCase):
            def test_it(self):
                with SecretsManager() as sm:
                    sm.seed("db", "correct horse")
                    print("with correct horse")
        """
    run(source, "--secretsmanager-leaks=error").assert_outcomes(failed=1)


# --- options ---------------------------------------------------------------------------------------------------------


def test_the_command_line_overrides_the_ini_file(pytester: pytest.Pytester, run: Any) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_leaks = error")
    run(leaking(PRINTS)).assert_outcomes(failed=1)
    run(leaking(PRINTS), "--secretsmanager-leaks=off").assert_outcomes(passed=1)


def test_the_nearest_marker_overrides_the_run(run: Any) -> None:
    source = """
        import pytest

        pytestmark = [pytest.mark.secretsmanager(leaks="error"), pytest.mark.secret("db", "correct horse")]

        def test_of_module(secretsmanager): print("correct horse")

        @pytest.mark.secretsmanager(leaks="off", region="eu-west-1")
        def test_off(secretsmanager):
            assert secretsmanager.region == "eu-west-1"
            print("correct horse")

        @pytest.mark.secretsmanager(region="eu-west-1")
        def test_other_option(secretsmanager): print("correct horse")
        """
    for options in ((), ("--secretsmanager-leaks=off",), ("--secretsmanager-leaks=warn",)):
        run(source, *options).assert_outcomes(failed=2, passed=1)


def test_a_marker_about_leaks_alone_keeps_the_manager_of_the_run(pytester: pytest.Pytester, run: Any) -> None:
    pytester.path.joinpath("seeds.toml").write_text("[[secret]]\nname = 'db'\nvalue = 'correct horse'\n")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
    source = """
        import pytest

        def test_one(secretsmanager): test_one.manager = secretsmanager

        @pytest.mark.secretsmanager(leaks="error", leaks_ignore=["x"])
        def test_two(secretsmanager): assert secretsmanager is test_one.manager
        """
    run(source, "-p", "no:randomly").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("ini", "marker", "outcomes"),
    [
        pytest.param("", "", {"failed": 1}, id="none"),
        pytest.param("correct horse", "", {"passed": 1}, id="ini"),
        pytest.param("\n    another\n    correct horse", "", {"passed": 1}, id="ini, one a line"),
        pytest.param("correct", "", {"failed": 1}, id="a part of the value"),
        pytest.param("", "leaks_ignore=['correct horse']", {"passed": 1}, id="marker"),
        pytest.param("correct horse", "leaks_ignore=['another']", {"passed": 1}, id="marker adds to ini"),
    ],
)
def test_an_ignored_text_is_no_leak(
    pytester: pytest.Pytester, run: Any, ini: str, marker: str, outcomes: dict[str, int]
) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_leaks = error\nsecretsmanager_leaks_ignore = {ini}")
    marked = f"@pytest.mark.secretsmanager({marker})" if marker else ""
    result = run(leaking(PRINTS, marked), "-rA")
    result.assert_outcomes(**outcomes)
    assert bool(lines_of(result, "with correct horse")) is ("passed" in outcomes)


@pytest.mark.parametrize("helper", [False, True], ids=["sentinel", "helper"])
def test_a_misspelt_text_to_ignore_is_named(pytester: pytest.Pytester, run: Any, helper: bool) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_leaks = error\nsecretsmanager_leaks_ignore = corect horse")
    result = run(leaking('secretsmanager.assert_nothing_leaked("correct horse")' if helper else PRINTS))
    hint = "leaks_ignore has 'corect horse', which is not the whole text"
    [failed] = [report for report in reports_of(result) if report.failed]
    assert hint in failed.longreprtext
    assert VALUE not in failed.longreprtext


@pytest.mark.usefixtures("mode")
def test_assert_nothing_leaked_ignores_the_texts_that_marker_and_ini_file_ignore(
    pytester: pytest.Pytester, run: Any
) -> None:
    ini = pytester.path / "tox.ini"
    before = ini.read_text() if ini.exists() else "[pytest]\n"
    pytester.makeini(f"{before}\nsecretsmanager_leaks_ignore = db.example.com")
    source = """
        import pytest

        @pytest.mark.secretsmanager(leaks_ignore=["reporting"])
        @pytest.mark.secret("db", {"host": "db.example.com", "user": "reporting", "password": "correct horse"})
        def test_it(secretsmanager):
            secretsmanager.assert_nothing_leaked("reporting@db.example.com")
            with pytest.raises(AssertionError, match="key 'password'"):
                secretsmanager.assert_nothing_leaked("correct horse")

        @pytest.mark.secret("db", {"host": "db.example.com", "user": "reporting"})
        def test_other(secretsmanager):
            secretsmanager.assert_nothing_leaked("db.example.com")
            with pytest.raises(AssertionError, match="key 'user'"):
                secretsmanager.assert_nothing_leaked("reporting")
        """
    run(source).assert_outcomes(passed=2)


def test_ignored_texts_of_markers_add_up(run: Any) -> None:
    source = """
        import pytest

        pytestmark = pytest.mark.secretsmanager(leaks="error", leaks_ignore=["db.example.com"])

        @pytest.mark.secretsmanager(leaks_ignore=["reporting"])
        @pytest.mark.secret("db", {"host": "db.example.com", "user": "reporting"})
        def test_it(secretsmanager): print("reporting@db.example.com")
        """
    run(source).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            "--secretsmanager-leaks=eror",
            "--secretsmanager-leaks is off, warn or error, not 'eror'; did you mean 'error'?",
        ),
        ("--secretsmanager-leaks=", "--secretsmanager-leaks is off, warn or error, not ''"),
        (
            "-osecretsmanager_leaks=warning",
            "the ini option secretsmanager_leaks is off, warn or error, not 'warning'; did you mean 'warn'?",
        ),
    ],
)
def test_a_wrong_mode_is_a_usage_error_before_the_first_test(run: Any, given: str, text: str) -> None:
    result = run("def test_it(): pass", given)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {text}" in result.errlines


def test_a_wrong_ignored_text_in_pyproject_toml_is_a_usage_error(pytester: pytest.Pytester, run: Any) -> None:
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\nsecretsmanager_leaks_ignore = [1]")
    result = run("def test_it(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert any("secretsmanager_leaks_ignore is a text, or several, one a line" in line for line in result.errlines)


@pytest.mark.parametrize(
    ("marker", "text"),
    [
        ("leaks='eror'", "leaks is off, warn or error, not 'eror'; did you mean 'error'?"),
        ("leaks=True", "leaks is off, warn or error, not True"),
        ("leaks_ignore='x'", "leaks_ignore is a list of texts, not of type str: write leaks_ignore=['db.example.com']"),
        ("leaks_ignore=[1]", "leaks_ignore has an item of type int: write each text as a str"),
        ("leak='error'", "there is no option 'leak'; did you mean 'leaks'?"),
    ],
)
def test_a_wrong_option_of_the_marker_fails_its_test(failures: Any, marker: str, text: str) -> None:
    source = f"""
        import pytest

        @pytest.mark.secretsmanager({marker})
        def test_it(secretsmanager): pass

        def test_other(secretsmanager): print("fine")
        """
    [failure] = failures(source)
    assert failure == f"{text}\n  in @pytest.mark.secretsmanager of test_it.py::test_it"


@pytest.mark.parametrize(
    ("options", "times"),
    [
        (("-s", "--secretsmanager-leaks=error"), 1),
        (("--capture=no", "--secretsmanager-leaks=warn"), 1),
        (("-s", "--secretsmanager-leaks=off"), 0),
        (("-s",), 0),
        (("--capture=sys", "--secretsmanager-leaks=error"), 0),
        (("--capture=tee-sys", "--secretsmanager-leaks=error"), 0),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, tuple) else str(given),
)
def test_the_header_says_once_that_output_is_not_searched_without_capture(
    run: Any, options: tuple[str, ...], times: int
) -> None:
    result = run("def test_one(): pass\ndef test_two(): pass", *options)
    told = "secretsmanager: output is not captured (-s), so leaks in it are not found"
    assert result.outlines.count(told) == times


# --- masks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["long", "short", "line", "native", "no"])
@pytest.mark.parametrize("mode", ["warn", "error"])
def test_no_output_of_pytest_shows_the_value(pytester: pytest.Pytester, run: Any, mode: str, style: str) -> None:
    result = run(
        ALL_CHANNELS,
        *(f"--secretsmanager-leaks={mode}", "-Wdefault", "-rA", "-vv", "-l", f"--tb={style}"),
        *("--junitxml=junit.xml", "-ojunit_logging=all", "-ojunit_log_passing_tests=true"),
    )
    written = pytester.path.joinpath("junit.xml").read_text(encoding="utf-8")
    assert "***" in result.stdout.str()
    assert "***" in written
    assert VALUE not in result.stdout.str() + result.stderr.str() + written
    ElementTree.fromstring(written)


def test_no_output_of_xdist_shows_the_value(pytester: pytest.Pytester, run_apart: Any) -> None:
    options = ("-p", "xdist", "-n2", "--secretsmanager-leaks=error", "-rA", "-l", "--junitxml=junit.xml")
    result = run_apart(ALL_CHANNELS, *options)
    result.assert_outcomes(failed=3, skipped=1, xfailed=1, errors=2, warnings=1)
    written = pytester.path.joinpath("junit.xml").read_text(encoding="utf-8")
    assert VALUE not in result.stdout.str() + result.stderr.str() + written
    assert lines_of(result, "  UserWarning at test_it.py:16 holds")


def test_the_value_in_a_section_of_another_plugin_is_masked(pytester: pytest.Pytester, run: Any) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(item, call):
            report = yield
            report.sections.append(("other", "with correct horse"))
            return report

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_logreport(report):
            report.sections.append(("late", "with correct horse"))
            return (yield)
        """
    )
    result = run(leaking("assert False"), "--secretsmanager-leaks=error")
    assert lines_of(result, "with ") == ["with ***"] * 2
    assert VALUE not in result.stdout.str().replace('secret("db", "correct horse")', "")


def test_the_lines_of_a_key_are_masked_in_the_traceback(run: Any) -> None:
    source = """
        import pytest

        KEY = "-----BEGIN KEY-----\\nabcd" "efgh\\n-----END KEY-----"

        @pytest.mark.secret("key", KEY)
        def test_it(secretsmanager): raise ValueError(secretsmanager.secret("key").value)
        """
    result = run(source, "--secretsmanager-leaks=error")
    assert "abcdefgh" not in result.stdout.str()
    assert result.outlines.count("E   ***") == 2


def test_a_warning_whose_class_takes_no_text_is_masked(run: Any) -> None:
    source = leaking(
        "warnings.warn(Odd(1, 2))",
        head="""
    import warnings

    class Odd(UserWarning):
        def __init__(self, one, two): pass
        def __str__(self): return "with correct horse"
""",
    )
    result = run(source, "--secretsmanager-leaks=warn", "-Wdefault")
    assert "Odd: with ***" in result.stdout.str()
    assert VALUE not in result.stdout.str()


def test_a_test_fails_once_for_leaks_of_its_body_and_its_tear_down(run: Any) -> None:
    source = """
        import pytest

        @pytest.fixture
        def noisy():
            yield
            print("torn down correct horse")

        @pytest.mark.secret("db", "correct horse")
        def test_it(secretsmanager, noisy): print("with correct horse")
        """
    result = run(source, "--secretsmanager-leaks=error")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*- secretsmanager leaks teardown -*", "secret values leaked: captured stdout teardown, line 1 holds *"]
    )


# --- beside other tools ----------------------------------------------------------------------------------------------


def test_a_test_that_is_run_again_fails_with_its_last_leak_alone(run: Any) -> None:
    pytest.importorskip("pytest_rerunfailures")
    source = """
        import warnings

        import pytest

        runs = []

        @pytest.mark.secret("db", "correct horse")
        def test_it(secretsmanager):
            runs.append(1)
            if len(runs) < 2:
                print("with correct horse")
            warnings.warn("with correct horse") if len(runs) < 2 else None
        """
    result = run(source, "-p", "pytest_rerunfailures", "--reruns=2", "--secretsmanager-leaks=error", "-Wdefault", "-rA")
    result.assert_outcomes(passed=1, warnings=1)
    assert "1 rerun" in result.stdout.str()
    assert VALUE not in result.stdout.str()


def test_the_sentinel_removes_its_listeners_at_the_end_of_each_test(pytester: pytest.Pytester, run: Any) -> None:
    pytester.makeconftest(
        """
        import logging, warnings

        before = (logging.Logger.callHandlers, warnings._showwarnmsg)

        def pytest_runtest_call():
            print("left:", (logging.Logger.callHandlers, warnings._showwarnmsg) == before)

        def pytest_unconfigure():
            print("left:", (logging.Logger.callHandlers, warnings._showwarnmsg) == before)
        """
    )
    result = run(leaking(PRINTS) + "\n    def test_two(): pass", "--secretsmanager-leaks=error", "-s")
    left = [line.partition("left: ")[2] for line in result.outlines if "left: " in line]
    assert left == ["False", "False", "True"]


def test_python_has_the_private_function_of_warnings_that_the_sentinel_wraps() -> None:
    name = leak_listeners.SHOW_MESSAGE
    assert callable(getattr(warnings, name, None)), f"this Python has no warnings.{name}: find its successor"


def test_a_warning_is_searched_by_a_public_function_where_python_lacks_the_private_one(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leak_listeners, "SHOW_MESSAGE", "_missing")
    before = warnings.showwarning
    source = leaking(
        "assert warnings.showwarning.__wrapped__; warnings.warn('with correct horse')", head="import warnings"
    )
    result = run(source, "--secretsmanager-leaks=error", "-Wdefault")
    result.assert_outcomes(failed=1, warnings=1)
    assert "AttributeError" not in result.stdout.str()
    assert "UserWarning at test_it.py:5 holds the value of 'db', version 1 (plain)" in result.stdout.str()
    assert warnings.showwarning is before


def test_a_wrapper_that_a_test_leaves_around_a_listener_stays_and_finds_later_leaks(run: Any) -> None:
    result = run(
        """
        import logging
        import pytest

        @pytest.fixture(autouse=True, scope="module")
        def restored():
            before = logging.Logger.callHandlers
            yield
            logging.Logger.callHandlers = before

        @pytest.mark.secret("db", "correct horse")
        @pytest.mark.parametrize("number", range(3))
        def test_it(secretsmanager, number):
            if number == 0:
                inner = logging.Logger.callHandlers
                logging.Logger.callHandlers = lambda *given: inner(*given)
            logging.error("with correct horse")
        """,
        "--secretsmanager-leaks=error",
    )
    result.assert_outcomes(failed=3)


def test_a_run_inside_a_test_has_a_sentinel_of_its_own(pytester: pytest.Pytester, run: Any) -> None:
    pytester.makeconftest("pytest_plugins = 'pytester'")
    source = """
        import pytest

        @pytest.mark.secret("db", "correct horse")
        def test_outer(secretsmanager, pytester, monkeypatch):
            pytester.makepyfile("def test_inner(): pass")
            result = pytester.runpytest_inprocess("-p", "pytest_secretsmanager.plugin", "--secretsmanager-leaks=error")
            result.assert_outcomes(passed=1)
            print("with correct horse")
        """
    result = run(source, "--secretsmanager-leaks=error")
    result.assert_outcomes(failed=1)
    assert "holds the value of 'db', version 1 (plain)" in result.stdout.str()


# --- crashes ---------------------------------------------------------------------------------------------------------

CRASHES = ["note_report", "collect", "look", "masked"]


@pytest.mark.parametrize("mode", ["warn", "error"])
@pytest.mark.parametrize("method", CRASHES)
def test_a_crash_of_the_sentinel_is_reported_once_and_changes_no_test(
    run: Any, monkeypatch: pytest.MonkeyPatch, method: str, mode: str
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("about correct horse")

    monkeypatch.setattr(LeakingTest, method, crash)
    source = """
        import pytest

        def test_passes(secretsmanager): print("fine")

        def test_fails(secretsmanager):
            print("fine")
            assert 1 == 2
        """
    result = run(source, f"--secretsmanager-leaks={mode}")
    result.assert_outcomes(passed=1, failed=1)
    told = lines_of(result, "secretsmanager: ")
    assert len(told) == 1
    assert told[0].startswith("secretsmanager: the search for leaks crashed: RuntimeError in test_leaks_reported.py")


def test_an_object_whose_repr_raises_changes_no_test(run: Any) -> None:
    source = leaking(
        "logging.getLogger('app').error('x', extra={'request': Odd()}); print('fine')",
        head="""
    import logging

    class Odd:
        def __repr__(self): raise RuntimeError("detached")
""",
    )
    result = run(source, "--secretsmanager-leaks=error")
    result.assert_outcomes(passed=1)
    assert lines_of(result, "secretsmanager: ") == []


# --- the examples ----------------------------------------------------------------------------------------------------

LEAKING = "def test_it(secretsmanager): secretsmanager.seed('x', 'y' * 9); print('y' * 9)"


@pytest.mark.parametrize(("added", "failed"), [("def test_it(): pass", 0), (LEAKING, 1)], ids=["alone", "and a leak"])
def test_the_examples_have_no_false_alarm(run_apart: Any, pytester: pytest.Pytester, added: str, failed: int) -> None:
    root = Path(__file__).parents[2]
    result = run_apart(
        added,
        *(str(root / "examples"), str(pytester.path / "test_it.py"), f"--confcutdir={root}", "-p", "no:cacheprovider"),
        *(f"-c{root / 'pyproject.toml'}", "--secretsmanager-leaks=error"),
    )
    outcomes = result.parseoutcomes()
    assert outcomes.get("failed", 0) == failed
    assert outcomes["passed"] > 20
