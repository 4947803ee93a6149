"""No object of the process holds a plain value that the test itself does not keep.

The walks are in processes of their own, whose heaps are small. The runs there use everything: see `busy_run`.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from marked import secret_value

CONFTEST = """
import pytest
from heap import values_in_heap
from marked import secret_value

def pytest_itemcollected(item):
    if "by_marker" in item.name:
        item.add_marker(pytest.mark.secret("marked", secret_value("of a marker")))

def pytest_unconfigure():
    assert values_in_heap() == []
"""
"""A marker keeps its values. The test that has it forgets it."""

TESTS = """
import boto3
import pytest
from busy_run import TOKEN, keep_busy
from heap import values_in_heap
from marked import is_marked, secret_value
from signed_requests import send, signed

pytestmark = pytest.mark.secrets_file("shared.json")

def test_by_marker(secretsmanager, request):
    request.node.own_markers.clear()
    del request.node.keywords._markers["secret"]
    assert is_marked(secretsmanager.secret("marked").value)
    assert values_in_heap() == []

def test_busy(module_secretsmanager, secretsmanager):
    keep_busy(secretsmanager)
    assert values_in_heap() == []

def test_after():
    assert values_in_heap() == []

@pytest.mark.secrets_file("own.json")
def test_files(secretsmanager):
    assert is_marked(secretsmanager.secret("own").value)
    assert is_marked(secretsmanager.secret("shared").value)
    assert values_in_heap() == []

def test_endpoint(secretsmanager):
    endpoint = secretsmanager.endpoint()
    created = {"Name": "http", "SecretString": secret_value("http"), "ClientRequestToken": TOKEN}
    assert send(endpoint, signed(endpoint, "CreateSecret", created)).status == 200
    assert send(endpoint, signed(endpoint, "CreateSecret", {**created, "SecretString": "x"})).status == 400
    assert is_marked(send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "http"})).body)
    del created
    endpoint.stop()  # a connection may still be at work when its client has the whole reply
    assert values_in_heap() == []
"""

TESTS_WITH_SENTINEL = """
import pytest
from busy_run import keep_busy
from heap import values_in_heap

def test_busy(secretsmanager):
    keep_busy(secretsmanager)

@pytest.mark.secrets_file("shared.json")
class TestsThatShare:
    def test_busy(self, class_secretsmanager, secretsmanager):
        keep_busy(secretsmanager)

def test_after():
    assert values_in_heap() == [] or HAS_SEEDS
"""
"""The sentinel holds the values of a running test, and of secrets that running tests share."""

SENTINEL = "--secretsmanager-leaks=error"
SEEDS = ("-o", "secretsmanager_seeds=run.json")
REPORTS = (
    "--secretsmanager-summary",
    "--secretsmanager-report=report.html",
    "--secretsmanager-policy=policy.json",
)

RunApart = Callable[..., pytest.RunResult]
Run = Callable[..., None]


def seed_file(path: Path, name: str) -> None:
    """Write a seed file with one secret, whose value is JSON."""
    secret = {
        "name": name,
        "value": {"password": secret_value(f"of a file for {name}")},
        "versions": [secret_value("earlier")],
    }
    path.write_text(json.dumps({"secret": [secret]}))


@pytest.fixture
def run(pytester: pytest.Pytester, run_apart: RunApart) -> Run:
    """Run some of the tests above in a process of their own. All of them pass."""

    def run_tests(tests: str, *arguments: str) -> None:
        for name in ("run", "shared", "own"):
            seed_file(pytester.path / f"{name}.json", name)
        pytester.makeconftest(CONFTEST)
        result = run_apart(tests, *arguments)
        result.assert_outcomes(passed=tests.count("def test_"))
        assert result.ret == 0

    return run_tests


def test_no_value_is_in_memory_beside_a_test_or_after_it(run: Run) -> None:
    run(TESTS)


def test_no_value_is_in_memory_while_the_run_has_seeds_and_reports(run: Run) -> None:
    run(TESTS, *SEEDS, *REPORTS)


def test_the_leak_sentinel_keeps_no_value_of_a_test_that_is_over(run: Run) -> None:
    run(TESTS_WITH_SENTINEL.replace("HAS_SEEDS", "False"), SENTINEL)


def test_the_leak_sentinel_keeps_no_value_of_a_run_that_is_over(run: Run) -> None:
    run(TESTS_WITH_SENTINEL.replace("HAS_SEEDS", "True"), SENTINEL, *SEEDS)


# --- the walk itself -------------------------------------------------------------------------------------------------

HOLDERS = {
    "a text": "secret_value('x')",
    "a text in base64": "b64encode(secret_value('x').encode()).decode()",
    "bytes": "secret_value('x').encode()",
    "a bytearray": "bytearray(secret_value('x').encode())",
    "a memoryview": "memoryview(secret_value('x').encode())",
    "an untracked tuple": "(1, (2, secret_value('x')))",
    "a text of JSON": "json.dumps({'password': secret_value('x')})",
    "a frozen set": "frozenset([secret_value('x').encode()])",
    "a closure": "(lambda value: lambda: value)(secret_value('x'))",
    "a slot": "slotted(secret_value('x'))",
    "a cache": "cached(secret_value('x'))",
    "a traceback": "error_of(secret_value('x'))",
}

PROGRAM = """
import json
from base64 import b64encode
from functools import lru_cache
from heap import values_in_heap
from marked import secret_value

class Slotted:
    __slots__ = ("held",)

def slotted(held):
    made = Slotted()
    made.held = held
    return made

@lru_cache
def cached(value):
    return len(value)

def error_of(value):
    try:
        raise ValueError
    except ValueError as error:
        return error

kept = {}
for name, make in HOLDERS:
    before = values_in_heap()
    kept[name] = eval(make)
    assert not before and values_in_heap(), name
    del kept[name]
    cached.cache_clear()
"""


def test_the_walk_finds_a_value_wherever_it_is_held() -> None:
    holders = repr([(name, f"({made})") for name, made in HOLDERS.items()])
    program = PROGRAM.replace("HOLDERS", holders)
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parent, timeout=60)
