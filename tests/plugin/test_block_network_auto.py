"""`secretsmanager_block_network = auto`, the default: calls are blocked from the first test that uses the plugin on."""

import socket
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import botocore.endpoint
import pytest
from botocore.endpoint import Endpoint

Run = Callable[..., pytest.RunResult]

CALL = """
import threading
import boto3
import pytest
from pytest_secretsmanager import SecretsManager

def call():
    return boto3.client("secretsmanager").get_secret_value(SecretId="db")
"""


@pytest.fixture
def attempts(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every attempt to find or to connect to a host, none of which succeeds; with a developer's own credentials."""
    found: list[Any] = []

    def refuse(*arguments: Any, **_: Any) -> Any:
        found.append(arguments)
        raise OSError("no way out")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIADEVELOPER")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "real")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    return found


# --- no connection ---------------------------------------------------------------------------------------------------


def test_nothing_that_a_test_leaves_behind_attempts_a_connection(run: Run, attempts: list[Any]) -> None:
    """A thread, a client, a client of a `with` block, and a fixture of wider scope, after one test with the fixture."""
    result = run(
        f"""{CALL}
clients, errors, go_on, done = [], [], threading.Event(), threading.Event()

def work(client):
    go_on.wait(10)
    try:
        client.get_secret_value(SecretId="db")
    except BaseException as error:
        errors.append(type(error).__name__)
    finally:
        done.set()

@pytest.fixture(scope="module")
def of_module():
    return call()

@pytest.mark.secret("db", "hunter2")
def test_one():
    clients.append(boto3.client("secretsmanager"))
    threading.Thread(target=work, args=clients, daemon=True).start()

def test_thread():
    go_on.set()
    assert done.wait(10)
    assert errors == ["NetworkBlocked"]

def test_client():
    clients[0].get_secret_value(SecretId="db")

def test_client_of_a_block():
    with SecretsManager():
        client = boto3.client("secretsmanager")
    client.get_secret_value(SecretId="db")

def test_module_fixture(of_module): ...
"""
    )
    result.assert_outcomes(passed=2, failed=2, errors=1, warnings=1)
    result.stdout.fnmatch_lines(
        ["*warnings summary*", "test_it.py::test_one", "*GetSecretValue was stopped on its way *"]
    )
    assert attempts == []


def test_before_the_first_such_test_nothing_is_blocked(run: Run, attempts: list[Any]) -> None:
    result = run(
        f"""{CALL}
from botocore.exceptions import EndpointConnectionError

def test_before():
    with pytest.raises(EndpointConnectionError):
        call()

def test_one(secretsmanager): ...
"""
    )
    result.assert_outcomes(passed=2)
    assert attempts


@pytest.mark.parametrize(
    "test",
    [
        "def test_one(secretsmanager): ...",
        '@pytest.mark.secret("x", "y")\ndef test_one(): ...',
        '@pytest.mark.secretsmanager(region="eu-west-1")\ndef test_one(): ...',
        'def test_one(request):\n    request.getfixturevalue("secretsmanager")',
    ],
    ids=["fixture", "secret", "options", "asked for inside the test"],
)
def test_each_way_to_use_the_plugin_blocks_from_then_on(run: Run, attempts: list[Any], test: str) -> None:
    result = run(f"{CALL}\n{test}\n\ndef test_two():\n    call()\n")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["GetSecretValue was stopped on its way to AWS (*secretsmanager_block_network is auto"])
    assert attempts == []


def test_wider_fixtures_of_the_first_such_test_are_blocked_too(run: Run, attempts: list[Any]) -> None:
    result = run(
        f"""{CALL}
@pytest.fixture(scope="session")
def of_session():
    call()

def test_one(of_session, secretsmanager): ...
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["  in the set-up of the fixture 'of_session' (scope session) for test_it.py::test_one"]
    )
    assert attempts == []


def test_each_worker_of_xdist_blocks_by_itself(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # a worker is another process
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    result = run(
        f"{CALL}\n@pytest.mark.parametrize('number', range(4))\ndef test_it(secretsmanager, number): ...\n\n"
        "def test_last():\n    with SecretsManager():\n        client = boto3.client('secretsmanager')\n"
        "    client.list_secrets()\n",
        "-p",
        "xdist",
        "-n",
        "1",
    )
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["ListSecrets was stopped on its way to AWS (*"])


# --- nothing stays, nothing is touched -------------------------------------------------------------------------------


def test_a_run_that_does_not_use_the_plugin_is_left_alone(run: Run) -> None:
    before = Endpoint.__dict__["_send"]
    run(
        """
        import threading
        from botocore.endpoint import Endpoint

        SEND, START = Endpoint.__dict__["_send"], threading.Thread.__dict__["start"]

        def test_it():
            assert Endpoint.__dict__["_send"] is SEND
            assert threading.Thread.__dict__["start"] is START
        """
    ).assert_outcomes(passed=1)
    assert Endpoint.__dict__["_send"] is before


@pytest.mark.parametrize("arguments", [(), ("--collect-only",)], ids=["run", "collect only"])
def test_what_was_wrapped_is_as_before_after_the_run(run: Run, arguments: tuple[str, ...]) -> None:
    before = _wrapped()
    run("def test_it(secretsmanager): ...", *arguments)
    assert _wrapped() == before


def _wrapped() -> list[object]:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Thread

    places = (Endpoint, "_send"), (Endpoint, "create_request"), (Thread, "start"), (ThreadPoolExecutor, "submit")
    return [vars(owner)[method] for owner, method in places]


def test_a_run_inside_a_test_has_a_guard_of_its_own_and_leaves_the_outer_one(
    pytester: pytest.Pytester, run: Run, attempts: list[Any]
) -> None:
    pytester.makeconftest("pytest_plugins = ['pytester']")
    result = run(
        """
        import boto3, pytest

        def test_outer(secretsmanager): ...

        def test_inner_call_fails_the_inner_test(pytester):
            pytester.makepyfile(test_inner='''
                import boto3

                def test_one(secretsmanager): ...

                def test_two():
                    boto3.client("secretsmanager").list_secrets()
            ''')
            result = pytester.runpytest_inprocess("-p", "pytest_secretsmanager.plugin")
            result.assert_outcomes(passed=1, failed=1)
            result.stdout.fnmatch_lines(["  in test_inner.py::test_two"])

        def test_after():
            boto3.client("secretsmanager").list_secrets()
        """
    )
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["  in test_it.py::test_after"])
    assert attempts == []


def test_botocore_imported_anew_is_guarded_from_the_next_test_on(run: Run, attempts: list[Any]) -> None:
    with patch.dict(vars(botocore.endpoint)):
        run(
            """
            import importlib
            import botocore.endpoint

            FIRST = botocore.endpoint.Endpoint

            def test_one(secretsmanager):
                importlib.reload(botocore.endpoint)

            def test_two():
                assert botocore.endpoint.Endpoint is not FIRST
                assert hasattr(botocore.endpoint.Endpoint.__dict__["_send"], "_self_wrapper")
            """
        ).assert_outcomes(passed=2)


# --- values of the option ---------------------------------------------------------------------------------------------

ON = ["true", "True", "1", "yes", "on", "t", "y"]
OFF = ["false", "False", "0", "no", "off", "f", "n"]
USED, UNUSED = "def test_one(secretsmanager): ...", "def test_one(): ..."


@pytest.mark.parametrize(
    ("value", "first", "blocked"),
    [
        *((value, UNUSED, True) for value in ON),
        *((value, USED, False) for value in OFF),
        ("auto", UNUSED, False),
        ("AUTO", USED, True),
    ],
)
def test_the_option_says_from_when_on_calls_are_blocked(
    pytester: pytest.Pytester, run: Run, attempts: list[Any], value: str, first: str, blocked: bool
) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_block_network = {value}\n")
    run(f"{CALL}\n{first}\n\ndef test_two():\n    call()\n").assert_outcomes(passed=1, failed=1)
    assert (attempts == []) is blocked


@pytest.mark.parametrize("value", ["true", '"true"', '"auto"'])
@pytest.mark.parametrize("table", ["tool.pytest.ini_options", "tool.pytest"])
def test_it_may_stand_in_toml(pytester: pytest.Pytester, run: Run, attempts: list[Any], table: str, value: str) -> None:
    if table == "tool.pytest" and pytest.version_tuple < (9,):
        pytest.skip("pytest 9 reads this table")
    pytester.makepyprojecttoml(f"[{table}]\nsecretsmanager_block_network = {value}\n")
    run(f"{CALL}\n{USED}\n\ndef test_two():\n    call()\n").assert_outcomes(passed=1, failed=1)
    assert attempts == []


@pytest.mark.parametrize("value", ["always", "2", "", "[]"])
def test_a_wrong_value_is_one_line(pytester: pytest.Pytester, run: Run, value: str) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_block_network = {value}\n")
    result = run(UNUSED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == [
        f"ERROR: the ini option secretsmanager_block_network is auto, true or false, not {value!r}"
    ]


# --- what is said -----------------------------------------------------------------------------------------------------

SITUATIONS = {
    "a test without the fixture": (
        "def test_two():\n    call()\n",
        "Give the test the fixture, or the secrets that it reads: *",
    ),
    "a wider fixture of a test without the fixture": (
        '@pytest.fixture(scope="module")\ndef read():\n    call()\n\ndef test_two(read): ...\n',
        "A fixture of wider scope runs before the fixture secretsmanager of any test: *",
    ),
    "a wider fixture of a test with the fixture": (
        '@pytest.fixture(scope="module")\ndef read():\n    call()\n\ndef test_two(read, secretsmanager): ...\n',
        "The fixture secretsmanager of this test has not begun yet: *",
    ),
    "a fixture that ends after ours": (
        "@pytest.fixture\ndef last():\n    yield\n    call()\n\ndef test_two(last, secretsmanager): ...\n",
        "The fixture secretsmanager of this test has ended: *",
    ),
    "a client of a with block that has ended": (
        "def test_two():\n    with SecretsManager():\n        client = boto3.client('secretsmanager')\n"
        "    client.get_secret_value(SecretId='db')\n",
        "The `SecretsManager` that answered when the client was made has been left: its `with` block, *",
    ),
}


@pytest.mark.parametrize(("test", "advice"), SITUATIONS.values(), ids=SITUATIONS)
def test_the_advice_is_that_of_the_situation(run: Run, attempts: list[Any], test: str, advice: str) -> None:
    result = run(f"{CALL}\n{USED}\n\n{test}")
    result.stdout.fnmatch_lines(
        [
            "GetSecretValue was stopped on its way to AWS (secretsmanager.us-east-1.amazonaws.com): no SecretsManager "
            "is active, and secretsmanager_block_network is auto",
            "  called at *test_it.py:*",
            "  by a client made at *test_it.py:*",
            "  in *test_it.py::test_two",
            advice,
            'A test that expects this compares the text: pytest.raises(pytest.fail.Exception, match="was stopped").',
            "To let such calls through, set secretsmanager_block_network = false in the ini file.",
        ],
        consecutive=True,
    )
    assert attempts == []


def test_a_client_that_another_test_made_is_told_with_that_test(run: Run, attempts: list[Any]) -> None:
    result = run(
        f"""{CALL}
clients = []

def test_one(secretsmanager):
    clients.append(boto3.client("secretsmanager"))

def test_two():
    clients[0].list_secrets()
"""
    )
    result.stdout.fnmatch_lines(["  by a client made at *test_it.py:* in test_one, in test_it.py::test_one"])
    assert attempts == []


def test_a_test_may_expect_the_refusal_by_its_text(run: Run, attempts: list[Any]) -> None:
    run(
        f"""{CALL}
def test_one(secretsmanager): ...

def test_two():
    with pytest.raises(pytest.fail.Exception, match="was stopped on its way to AWS"):
        call()
"""
    ).assert_outcomes(passed=2)


def test_one_that_swallows_it_and_logs_its_text_fails_nevertheless(run: Run, attempts: list[Any]) -> None:
    run(
        f"""{CALL}
import logging

def test_one(secretsmanager): ...

def test_two():
    try:
        call()
    except BaseException as error:
        logging.getLogger().exception("swallowed %s", error)
"""
    ).assert_outcomes(passed=1, failed=1)


def test_a_method_of_a_unittest_case_may_expect_it_too(run: Run, attempts: list[Any]) -> None:
    run(
        f"""{CALL}
import unittest

def test_one(secretsmanager): ...

class TestIt(unittest.TestCase):
    def test_it(self):
        with self.assertRaisesRegex(BaseException, "was stopped"):
            call()
"""
    ).assert_outcomes(passed=2)


SWALLOWS = """
from contextlib import suppress

def test_one(secretsmanager): ...

def swallow():
    with suppress(BaseException):
        call()
"""


def test_the_section_of_what_was_not_found_is_told_of_a_test_that_the_guard_fails(
    run: Run, attempts: list[Any]
) -> None:
    result = run(
        f"""{CALL}{SWALLOWS}
def test_two():
    with SecretsManager(), suppress(Exception):
        call()
    swallow()
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["GetSecretValue was stopped *", "*- secretsmanager -*", "GetSecretValue: no secret 'db' in *"]
    )


def test_a_test_that_the_guard_fails_is_told_of_no_plan_beside(run: Run, attempts: list[Any]) -> None:
    run(
        f"""{CALL}{SWALLOWS}
from pytest_secretsmanager import Rotation

def test_two(request):
    swallow()
    manager = request.getfixturevalue("secretsmanager")
    manager.seed("db", "one", rotation=Rotation(lambda event, context: None))
    manager.rotation.fail("finishSecret", ConnectionError())
"""
    ).assert_outcomes(passed=1, failed=1)
