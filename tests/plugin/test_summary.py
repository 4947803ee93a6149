"""--secretsmanager-summary: the text at the end of a run."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pytest_secretsmanager.report import summary

FLAG = "--secretsmanager-summary"

TESTS = """
    import boto3
    import pytest

    from pytest_secretsmanager import SecretsManager

    @pytest.fixture
    def client(secretsmanager):
        return boto3.client("secretsmanager")

    @pytest.mark.secret("app/db", "to-hide-1")
    @pytest.mark.secret("app/unused", "to-hide-2")
    def test_reads(client):
        for _ in range(4):
            client.get_secret_value(SecretId="app/db")

    @pytest.mark.secret("app/db", "to-hide-1")
    def test_asks_for_a_misspelt_secret(client):
        for name in ("app/dv", "app/dv", "nothing/like/it"):
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                client.get_secret_value(SecretId=name)

    @pytest.mark.secret("app/db", "to-hide-1")
    @pytest.mark.secret("app/unused", "to-hide-2")
    def test_writes_in_a_rollback(client, secretsmanager):
        with secretsmanager.snapshot():
            for number in range(12):
                client.put_secret_value(SecretId="app/db", SecretString=f"to-hide-{number}")
        secretsmanager.log.clear()

    def test_rotates(client, secretsmanager):
        secretsmanager.rotation.fail("setSecret", ConnectionError)
        arn = secretsmanager.rotation.register(lambda event, context: None)
        client.create_secret(Name="app/rotated", SecretString="to-hide-3")
        client.rotate_secret(SecretId="app/rotated", RotationLambdaARN=arn)

    def test_without_calls():
        pass
"""

AT_80 = """
============================ secretsmanager summary ============================
21 calls in 4 of 5 tests, 3 refused

calls by operation  calls  errors
  PutSecretValue       12       0
  GetSecretValue        7       3
  CreateSecret          1       0
  RotateSecret          1       0

tests with the most calls                      calls  test seconds
  test_it.py::test_writes_in_a_rollback           12          0.00
  test_it.py::test_reads                           4          0.00
  test_it.py::test_asks_for_a_misspelt_secret      3          0.00
  test_it.py::test_rotates                         2          0.00

secrets asked for but absent
  app/dv in us-east-1: 2 calls in test_it.py::test_asks_for_a_misspelt_secret;
    did you mean 'app/db'?
  nothing/like/it in us-east-1: 1 call in
    test_it.py::test_asks_for_a_misspelt_secret; there is 'app/db'

secrets seeded but never read by a call
  app/db in us-east-1: in 2 tests, such as
    test_it.py::test_asks_for_a_misspelt_secret
  app/unused in us-east-1: in 2 tests, such as test_it.py::test_reads

secrets read again and again with no write in between: a cache or
BatchGetSecretValue would do (AWS charges $5.00 for a million calls)
  app/db in us-east-1: 4 reads in test_it.py::test_reads

secrets written at a rate that leads to the version quota: more than one write
in ten minutes
  app/db in us-east-1: 12 writes in test_it.py::test_writes_in_a_rollback

rotations left unfinished
  app/rotated in us-east-1: in test_it.py::test_rotates; setSecret failed with
    ConnectionError, as the test planned

IAM actions used
  lambda:InvokeFunction, secretsmanager:CreateSecret,
    secretsmanager:GetSecretValue, secretsmanager:PutSecretValue,
    secretsmanager:RotateSecret
"""

AT_160 = """
==================================================================== secretsmanager summary ====================================================================
21 calls in 4 of 5 tests, 3 refused

calls by operation  calls  errors
  PutSecretValue       12       0
  GetSecretValue        7       3
  CreateSecret          1       0
  RotateSecret          1       0

tests with the most calls                      calls  test seconds
  test_it.py::test_writes_in_a_rollback           12          0.00
  test_it.py::test_reads                           4          0.00
  test_it.py::test_asks_for_a_misspelt_secret      3          0.00
  test_it.py::test_rotates                         2          0.00

secrets asked for but absent
  app/dv in us-east-1: 2 calls in test_it.py::test_asks_for_a_misspelt_secret; did you mean 'app/db'?
  nothing/like/it in us-east-1: 1 call in test_it.py::test_asks_for_a_misspelt_secret; there is 'app/db'

secrets seeded but never read by a call
  app/db in us-east-1: in 2 tests, such as test_it.py::test_asks_for_a_misspelt_secret
  app/unused in us-east-1: in 2 tests, such as test_it.py::test_reads

secrets read again and again with no write in between: a cache or BatchGetSecretValue would do (AWS charges $5.00 for a million calls)
  app/db in us-east-1: 4 reads in test_it.py::test_reads

secrets written at a rate that leads to the version quota: more than one write in ten minutes
  app/db in us-east-1: 12 writes in test_it.py::test_writes_in_a_rollback

rotations left unfinished
  app/rotated in us-east-1: in test_it.py::test_rotates; setSecret failed with ConnectionError, as the test planned

IAM actions used
  lambda:InvokeFunction, secretsmanager:CreateSecret, secretsmanager:GetSecretValue, secretsmanager:PutSecretValue, secretsmanager:RotateSecret
"""  # noqa: E501 - as wide as a terminal


def text_in(result: pytest.RunResult) -> str:
    """The summary in the output of a run, with each duration as 0.00."""
    lines = result.outlines
    begin = next(number for number, line in enumerate(lines) if "secretsmanager summary" in line)
    ends = [number for number in range(begin + 1, len(lines)) if re.match(r"=|[0-9]+ (passed|failed)", lines[number])]
    return re.sub(r"[0-9]+\.[0-9]{2}$", "0.00", "\n".join(["", *lines[begin : ends[0]], ""]), flags=re.MULTILINE)


@pytest.fixture(autouse=True)
def columns(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the width of the terminal. It is 80 at first."""

    def set_width(width: int) -> None:
        monkeypatch.setenv("COLUMNS", str(width))

    set_width(80)
    return set_width


@pytest.mark.parametrize(("width", "expected"), [pytest.param(80, AT_80, id="80"), pytest.param(160, AT_160, id="160")])
def test_the_summary_at_a_width(run: Any, columns: Callable[[int], None], width: int, expected: str) -> None:
    columns(width)
    result = run(TESTS, FLAG)
    result.assert_outcomes(passed=5)
    assert text_in(result) == expected
    assert "to-hide" not in result.stdout.str()


def test_a_run_without_the_option_prints_no_summary(run: Any) -> None:
    result = run(TESTS)
    result.stdout.no_fnmatch_line("*secretsmanager summary*")


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("def test_it(): pass", id="no fixture"),
        pytest.param("def test_it(secretsmanager): secretsmanager.seed('db', 'one')", id="seed only"),
    ],
)
def test_a_run_without_a_call_says_so_in_one_line(run: Any, source: str) -> None:
    assert text_in(run(source, FLAG)).splitlines()[2:] == ["no test called Secrets Manager"]


def test_collecting_only_prints_no_summary(run: Any) -> None:
    run(TESTS, FLAG, "--collect-only").stdout.no_fnmatch_line("*secretsmanager summary*")


# --- over xdist, with reruns, in any order ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [pytest.param(("-n2",), id="two workers"), pytest.param(("-n2", "--dist=loadscope"), id="loadscope")]
)
def test_the_summary_over_workers_is_that_of_one_process(run_apart: Any, arguments: tuple[str, ...]) -> None:
    result = run_apart(TESTS, FLAG, "-p", "xdist", *arguments)
    result.assert_outcomes(passed=5)
    assert text_in(result) == AT_80


def test_the_order_of_the_tests_does_not_change_the_summary(run_apart: Any) -> None:
    result = run_apart(TESTS, FLAG, "-p", "pytest_randomly", "--randomly-seed=3")
    assert text_in(result) == AT_80


def test_a_worker_that_crashes_loses_only_its_running_test(run_apart: Any) -> None:
    source = """
        import os
        import pytest

        @pytest.mark.parametrize("number", range(6))
        def test_it(secretsmanager, number):
            secretsmanager.client().list_secrets()
            if number == 3:
                os._exit(1)
        """
    result = run_apart(source, FLAG, "-p", "xdist", "-n1")
    result.assert_outcomes(passed=5, failed=1)
    lines = text_in(result).splitlines()
    assert lines[2:9] == [
        "5 calls in 5 of 6 tests, 0 refused",
        "",
        "calls are lost, since a worker crashed in these tests",
        "  test_it.py::test_it[3]",
        "",
        "calls by operation  calls  errors",
        "  ListSecrets           5       0",
    ]


def test_each_try_of_a_rerun_test_counts_once(run_apart: Any) -> None:
    source = """
        tries = []

        def test_it(secretsmanager):
            tries.append(1)
            for _ in tries:
                secretsmanager.client().list_secrets()
            assert len(tries) == 3
        """
    result = run_apart(source, FLAG, "-p", "pytest_rerunfailures", "--reruns=3")
    lines = text_in(result).splitlines()
    assert lines[2] == "6 calls in 1 of 1 test, 0 refused"
    assert lines[7:11] == [
        "tests with the most calls      calls  test seconds",
        "  test_it.py::test_it              3          0.00",
        "  test_it.py::test_it (rerun)      2          0.00",
        "  test_it.py::test_it (rerun)      1          0.00",
    ]


# --- calls that are easily lost --------------------------------------------------------------------------------------

CALL = "boto3.client('secretsmanager', 'us-east-1').list_secrets()"


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        pytest.param(f"{CALL}; secretsmanager.log.clear()", 1, id="cleared log"),
        pytest.param(f"{CALL}; assert 0", 1, id="failing test"),
        pytest.param(f"{CALL}; pytest.skip('enough')", 1, id="skipped test"),
        pytest.param("decorated()", 1, id="decorated function"),
        pytest.param("request.addfinalizer(call)", 1, id="teardown"),
        pytest.param("request.getfixturevalue('prepared')", 1, id="setup"),
        pytest.param(f"\n    with secretsmanager.snapshot(): {CALL}", 1, id="rollback"),
        pytest.param(f"\n    with SecretsManager(): {CALL}\n    {CALL}", 2, id="two managers"),
        pytest.param("thread = threading.Thread(target=call); thread.start(); thread.join()", 1, id="thread"),
    ],
)
def test_the_summary_counts_each_call(run: Any, source: str, calls: int) -> None:
    lines = [
        "import boto3, pytest, threading",
        "from pytest_secretsmanager import SecretsManager",
        f"def call(): {CALL}",
        "decorated = SecretsManager()(call)",
        "@pytest.fixture",
        "def prepared(secretsmanager): call()",
        "def test_it(secretsmanager, request):",
        f"    {source}",
    ]
    assert f"{calls} call{'s' * (calls > 1)} in 1 of 1 test, 0 refused" in text_in(run("\n".join(lines), FLAG))


def test_calls_at_collection_count_outside_the_tests(run: Any) -> None:
    source = f"""
        import boto3
        from pytest_secretsmanager import SecretsManager

        with SecretsManager():
            {CALL}

        def test_it(secretsmanager):
            {CALL}
        """
    assert "2 calls in 1 of 1 test and outside the tests, 0 refused" in text_in(run(source, FLAG))


def test_calls_at_collection_count_once_over_workers(run_apart: Any) -> None:
    source = f"""
        import boto3
        from pytest_secretsmanager import SecretsManager

        with SecretsManager():
            {CALL}

        def test_it(secretsmanager): pass
        def test_another(secretsmanager): pass
        """
    text = text_in(run_apart(source, FLAG, "-p", "xdist", "-n2"))
    assert "1 call in 0 of 2 tests and outside the tests, 0 refused" in text


def test_a_secret_of_the_run_counts_as_read_if_any_test_reads_it(run: Any, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("seeds.toml").write_text("".join(f"[[secret]]\nname='{name}'\n" for name in ("db", "key")))
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
    source = """
        import boto3, pytest

        def test_reads(secretsmanager):
            with pytest.raises(Exception):  # it has no value
                boto3.client("secretsmanager").get_secret_value(SecretId="db")

        @pytest.mark.secretsmanager(region="eu-west-1")
        def test_with_options(secretsmanager): pass
        """
    text = text_in(run(source, FLAG))
    assert "secrets seeded but never read by a call\n  key in us-east-1: outside the tests\n" in text
    assert "eu-west-1" not in text


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 80])
def test_hostile_names_of_tests_and_secrets_keep_the_terminal_whole(
    run: Any, columns: Callable[[int], None], width: int
) -> None:
    columns(width)
    source = """
        import pytest

        NAME = "\\x1b[2J\\u202e\\r\\n<b>" + "x" * 10_000

        @pytest.mark.parametrize("name", [NAME], ids=["i\\u202e" + "\\u6570" * 10_000])
        def test_it(secretsmanager, name):
            client = secretsmanager.client()
            for asked in (name, "x" * 500):
                for _ in range(2):
                    with pytest.raises(Exception):
                        client.get_secret_value(SecretId=asked)
        """
    lines = text_in(run(source, FLAG)).splitlines()
    assert all(line.isprintable() for line in lines)
    assert max(len(line) + line.count("\u6570") for line in lines[2:]) <= width
    assert any("\u2026" in line for line in lines)


def test_a_crash_of_the_summary_is_reported_and_hides_no_test(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "summary_lines", lambda *_: 1 / 0)
    result = run("def test_it(): pass", FLAG)
    assert result.ret == 0
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["secretsmanager: --secretsmanager-summary crashed: ZeroDivisionError in *"])


def test_a_value_for_the_flag_is_a_usage_error(run: Any) -> None:
    result = run("def test_it(): pass", f"{FLAG}=yes")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
