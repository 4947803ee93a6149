"""Each `--dist` of pytest-xdist: outcomes, summary, report and policy of a run are those of a run in one process.

The run has all that a worker has to make for itself: seeds of the run, wider fixtures of each scope, groups, markers.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

SEEDS = """
[[secret]]
name = "of-the-run"
value = "hunter2"
"""

TESTS = """
    import boto3
    import pytest

    @pytest.fixture(scope="session")
    def of_the_session(session_secretsmanager):
        session_secretsmanager.seed("of-the-session", "one")

    @pytest.fixture(scope="module")
    def of_the_module(module_secretsmanager):
        module_secretsmanager.seed("of-the-module", "one")

    NAMES = ["of-the-run", "of-the-session", "of-the-module"]

    def read(name):
        return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

    @pytest.mark.xdist_group("a group")
    @pytest.mark.secret("of-the-class", "one")
    @pytest.mark.usefixtures("class_secretsmanager")
    class TestClass:
        @pytest.mark.parametrize("name", [*NAMES, "of-the-class"])
        def test_a_change_is_rolled_back(self, of_the_session, of_the_module, secretsmanager, name):
            for other in [*NAMES, "of-the-class"]:
                assert read(other) in ("one", "hunter2")
            boto3.client("secretsmanager").put_secret_value(SecretId=name, SecretString="two")
            secretsmanager.assert_value(name, "two")

    @pytest.mark.secret("own", "one")
    def test_a_marker(secretsmanager):
        secretsmanager.assert_history("own", ["one"])
        assert read("own") == "one"

    @pytest.mark.secret("own", "two")
    def test_fails(secretsmanager):
        secretsmanager.client().delete_secret(SecretId="own")
        secretsmanager.assert_value("own", "another")

    def test_is_refused(secretsmanager):
        client = boto3.client("secretsmanager")
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="own")

    def test_without_the_fixture():
        assert read("of-the-run") == "hunter2"
"""

WRITTEN = ("--secretsmanager-summary", "--secretsmanager-report=out.html", "--secretsmanager-policy=policy.json")


class Seen(NamedTuple):
    """What a run showed: the number of tests by outcome, the summary, the tests of the report, and the policy."""

    outcomes: dict[str, int]
    summary: str
    report: Counter[str]
    policy: Any


@pytest.fixture
def seen(run: Any, run_apart: Any, pytester: pytest.Pytester) -> Any:
    """Return a function that runs two files of the same tests: with options of xdist, or else in this process."""
    pytester.path.joinpath("seeds.toml").write_text(SEEDS, encoding="utf-8")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\nmarkers = xdist_group")
    pytester.makepyfile(test_other=TESTS)

    def go(*options: str) -> Seen:
        begin, options = (run_apart, ("-p", "xdist", *options)) if options else (run, ())
        result = begin(TESTS, *options, *WRITTEN)
        return Seen(result.parseoutcomes(), summary_in(result), rows_in(pytester.path), policy_in(pytester.path))

    return go


def summary_in(result: pytest.RunResult) -> str:
    """The summary without the times of tests and without lines that depend on their order."""
    _, _, text = result.stdout.str().partition("= secretsmanager summary =")
    counts, _, _ = text.partition("tests with the most calls")
    return counts


def rows_in(path: Path) -> Counter[str]:
    """Each test of the report with its outcome and its calls. With loadgroup, xdist adds the group to some names."""
    page = path.joinpath("out.html").read_text(encoding="utf-8")
    (data,) = re.findall('<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return Counter(
        f"{test['id'].removesuffix('@a group')} {test['outcome']} {[call[1:] for call in test['calls']]}"
        for test in json.loads(data)
    )


def policy_in(path: Path) -> Any:
    return json.loads(path.joinpath("policy.json").read_text(encoding="utf-8"))


ALONE = {"passed": 14, "failed": 2}


@pytest.mark.parametrize("distribution", ["load", "loadscope", "loadfile", "loadgroup", "worksteal"])
def test_a_run_of_two_workers_shows_the_same_as_one_process(seen: Any, distribution: str) -> None:
    alone = seen()
    assert alone.outcomes == ALONE
    assert alone.summary
    assert seen("-n", "2", "--dist", distribution) == alone


def test_a_run_of_each_test_in_each_worker_shows_every_call_twice(seen: Any) -> None:
    alone, twice = seen(), seen("--tx", "2*popen", "--dist", "each")
    assert twice.outcomes == {outcome: 2 * number for outcome, number in ALONE.items()}
    assert twice.report == Counter({test: 2 * number for test, number in alone.report.items()})
    assert twice.policy == alone.policy
    calls = [int(re.findall(r"(\d+) calls? in", run.summary)[0]) for run in (alone, twice)]
    assert calls[1] == 2 * calls[0]
