"""--secretsmanager-report: the HTML page of a run. What the page shows is tested in tests/report."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from filled_form import filled

from pytest_secretsmanager.inspection.timelines import forms
from pytest_secretsmanager.report.page import rendering

KEY = ["us-east-1", "123456789012", "app/db"]

TESTS = """
    import boto3
    import pytest

    def read(name):
        return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

    @pytest.mark.secret("app/db", "to-hide")
    def test_read(secretsmanager):
        read("app/db")

    @pytest.mark.secret("app/db", "to-hide")
    def test_fail(secretsmanager):
        boto3.client("secretsmanager").put_secret_value(SecretId="app/db", SecretString="to-hide-2")
        assert read("app/db") == "x", "wrong"

    def test_later(secretsmanager):
        pass
"""


@pytest.fixture
def page(pytester: pytest.Pytester) -> Path:
    """The file that the option names."""
    return pytester.path / "out.html"


def listed(page: Path) -> list[tuple[str, str]]:
    """The name and the outcome of each test in the page."""
    return [(test["id"].rpartition("::")[2], test["outcome"]) for test in shown_in(page)]


def test_the_page_has_each_test_and_the_terminal_its_path(run: Any, page: Path) -> None:
    result = run(TESTS, "--secretsmanager-report=out.html")
    result.assert_outcomes(passed=2, failed=1)
    assert listed(page) == [("test_fail", "failed"), ("test_read", "passed"), ("test_later", "passed")]
    result.stdout.fnmatch_lines([f"*- secretsmanager: report of 3 tests written to {page} -*"])


FAILING = {
    "exception": "raise ValueError(read('db'))",
    "assertion": "assert read('db') == 'another value'",
    "deleted": "boto3.client('secretsmanager').delete_secret(SecretId='db'); assert 0, VALUE",
    "skip": "print(VALUE); pytest.skip(VALUE)",
}


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n2")], ids=["one process", "xdist"])
def test_the_page_has_no_secret_value(run_apart: Any, page: Path, options: tuple[str, ...]) -> None:
    source = """
        import boto3
        import pytest

        VALUE = "correct horse"

        def read(name):
            return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
        """
    for name, failing in FAILING.items():
        source += f"""
        @pytest.mark.secret("db", VALUE)
        def test_{name}(secretsmanager):
            {failing}
        """
    run_apart(source, "--secretsmanager-report=out.html", *options)
    assert sorted(name for name, _ in listed(page)) == sorted(f"test_{name}" for name in FAILING)
    assert "correct horse" not in page.read_text(encoding="utf-8")


def test_the_tries_of_a_test_that_is_run_again_count_as_one_test(run: Any, page: Path) -> None:
    source = "def test_it(secretsmanager): assert not secretsmanager.client().list_secrets()"
    pytest.importorskip("pytest_rerunfailures")
    result = run(source, "--secretsmanager-report=out.html", "-p", "pytest_rerunfailures", "--reruns=2")
    result.stdout.fnmatch_lines([f"*- secretsmanager: report of 1 test written to {page} -*"])


def test_a_run_without_the_option_does_not_import_the_page(run_apart: Any) -> None:
    source = """
        import sys

        def test_it(secretsmanager):
            secretsmanager.seed("db", "one")
            loaded = [name for name in sys.modules if "jinja2" in name or "timelines" in name or "report.page" in name]
            assert loaded == []
        """
    run_apart(source).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "names"),
    [
        pytest.param("-x", ["test_fail", "test_read"], id="stopped by -x"),
        pytest.param("-k=no_such_test", [], id="no test"),
    ],
)
def test_a_run_that_ended_early_writes_a_page_of_its_tests(run: Any, page: Path, option: str, names: list[str]) -> None:
    run(TESTS, "--secretsmanager-report=out.html", option)
    assert [name for name, _ in listed(page)] == names


def test_an_interrupted_run_writes_a_page_of_its_tests(run_apart: Any, page: Path) -> None:
    result = run_apart(TESTS + "        raise KeyboardInterrupt", "--secretsmanager-report=out.html")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert {"test_fail", "test_read"} <= {name for name, _ in listed(page)}


def test_collecting_only_writes_no_page(run: Any, page: Path) -> None:
    assert run(TESTS, "--secretsmanager-report=out.html", "--collect-only").ret == 0
    assert not page.exists()


def test_the_page_replaces_an_earlier_one(run: Any, page: Path) -> None:
    page.write_text("earlier", encoding="utf-8")
    run(TESTS, "--secretsmanager-report=out.html")
    assert len(listed(page)) == 3


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        pytest.param("", "--secretsmanager-report is the path of a file, not empty", id="empty"),
        pytest.param(".", "--secretsmanager-report: * is a folder: name a file in it", id="folder"),
        pytest.param(
            "missing/out.html",
            "--secretsmanager-report: folder *missing does not exist: create it before the run",
            id="missing folder",
        ),
        pytest.param(
            "a_file/out.html",
            "--secretsmanager-report: *a_file is a file, not a folder: name a path outside it",
            id="file as folder",
        ),
        pytest.param(
            "a_file/deeper/out.html",
            "--secretsmanager-report: *a_file is a file, not a folder: name a path outside it",
            id="file as parent of the folder",
        ),
        pytest.param("n" * 300, "--secretsmanager-report: * can't be written: File name too long", id="long name"),
    ],
)
def test_a_path_that_cannot_be_written_is_a_usage_error_before_the_first_test(
    run: Any, pytester: pytest.Pytester, path: str, problem: str
) -> None:
    pytester.path.joinpath("a_file").touch()
    result = run(TESTS, f"--secretsmanager-report={path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {problem}"])
    assert "test session starts" not in result.stdout.str()


def test_a_missing_extra_is_a_usage_error_before_the_first_test(
    run: Any, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    result = run(TESTS, "--secretsmanager-report=out.html")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --secretsmanager-report needs Jinja2: python -m pip install 'pytest-secretsmanager[[]report[]]'"]
    )
    assert not page.exists()


def test_a_crash_of_the_page_is_shown_once_and_fails_no_test(
    run: Any, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> str:
        raise ValueError("to-hide")

    monkeypatch.setattr(rendering.Page, "text", crash)
    result = run(TESTS, "--secretsmanager-report=out.html", "--tb=no")
    result.assert_outcomes(passed=2, failed=1)
    shown = result.stdout.str()
    assert shown.count("secretsmanager: the HTML report crashed: ValueError in test_report_option.py, line ") == 1
    assert "to-hide" not in shown
    assert not page.exists()


def test_a_crash_of_one_picture_is_shown_and_leaves_the_page(
    run: Any, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = []

    def crash_once(*arguments: Any, **options: Any) -> str:
        drawn.append(arguments)
        if len(drawn) == 1:
            raise ValueError("to-hide")
        return "<title>DRAWN "

    monkeypatch.setattr(forms.Forms, "picture", crash_once)
    result = run(TESTS, "--secretsmanager-report=out.html")
    assert [facts[2] for facts in facts_of(page)] == [
        [[*KEY, ["<title>DRAWN "]]],
        [],
        [[*KEY, []]],
    ]
    assert "the picture of a secret crashed: ValueError in test_report_option.py" in result.stdout.str()


def failure_of(run: Any, page: Path, message: str) -> str:
    source = f"""
        import pytest

        @pytest.mark.secret("app/db", "hunter2hunter2")
        def test_it(secretsmanager):
            pytest.fail({message})
        """
    run(source, "--secretsmanager-report=out.html").assert_outcomes(failed=1)
    assert "hunter2hunter2" not in page.read_text(encoding="utf-8")
    return str(shown_in(page)[0]["failure"])


def test_the_page_shows_all_lines_of_a_failure_without_the_values_of_secrets(run: Any, page: Path) -> None:
    assert failure_of(run, page, r"'one\ntwo hunter2hunter2\n\x1b[31mthree'") == "Failed: one\ntwo ***\n\x1b[31mthree"


def test_the_page_shows_the_first_20_lines_of_a_failure(run: Any, page: Path) -> None:
    lines = failure_of(run, page, r"'\n'.join(map(str, range(1, 30)))").split("\n")
    assert (lines[0], lines[-1]) == ("Failed: 1", "20…")


def test_the_page_shows_at_most_2000_characters_of_a_failure_and_no_part_of_a_value(run: Any, page: Path) -> None:
    failure = failure_of(run, page, "'x' * 1_985 + 'hunter2hunter2'")
    assert (len(failure), failure[-5:]) == (1_996, "xx***")
    assert len(failure_of(run, page, "'x' * 5_000")) == 2_001


def test_a_path_that_becomes_a_folder_during_the_run_is_shown_at_its_end(run: Any) -> None:
    source = """
        from pathlib import Path

        def test_it(secretsmanager):
            Path("out.html").mkdir()
        """
    result = run(source, "--secretsmanager-report=out.html")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["secretsmanager: --secretsmanager-report: *out.html can't be written: Is a directory"])


@pytest.mark.parametrize("arguments", [["-n", "2"], ["-n", "2", "--dist", "loadscope"]], ids=" ".join)
def test_the_page_of_a_run_with_xdist_has_the_same_as_that_of_one_process(
    run: Any, run_apart: Any, page: Path, arguments: list[str]
) -> None:
    run(TESTS, "--secretsmanager-report=out.html")
    alone = facts_of(page)
    run_apart(TESTS, "-p", "xdist", *arguments, "--secretsmanager-report=out.html")
    assert facts_of(page) == alone


def facts_of(page: Path) -> list[Any]:
    """The facts of a page that don't differ from run to run: no ids, times and durations. Tests in any order."""
    forms = data_of(page, "forms")
    return sorted(
        [
            test["id"],
            test["failure"],
            [[*key, titles_in(filled(forms, picture))] for *key, picture in test["secrets"]],
            [call[1:] for call in test["calls"]],
        ]
        for test in shown_in(page)
    )


def titles_in(picture: str) -> list[str]:
    return re.findall("<title>[A-Z]+ .*", picture)


def shown_in(page: Path) -> Any:
    return data_of(page, "data")


def data_of(page: Path, identifier: str) -> Any:
    """The data of the script with this id."""
    script = f'<script type="application/json" id="{identifier}">(.*?)</script>'
    (data,) = re.findall(script, page.read_text(encoding="utf-8"), re.DOTALL)
    return json.loads(data)


def test_a_crashed_worker_of_xdist_loses_only_its_running_test(run_apart: Any, page: Path) -> None:
    source = (
        TESTS
        + """
    def test_crash(secretsmanager):
        import os

        os._exit(1)
    """
    )
    run_apart(source, "-p", "xdist", "-n", "1", "--secretsmanager-report=out.html")
    assert sorted(listed(page)) == [
        ("test_crash", "failed"),
        ("test_fail", "failed"),
        ("test_later", "passed"),
        ("test_read", "passed"),
    ]
    assert '"crashed":true' in page.read_text(encoding="utf-8")
