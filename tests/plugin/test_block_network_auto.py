"""`secretsmanager_block_network = auto`, the default: calls are blocked from the first test on that uses the plugin."""

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
    """Record and refuse every attempt to reach a host. The environment holds a developer's own credentials."""
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


def test_block_network_auto_blocks_threads_clients_and_wider_fixtures_after_the_first_use(
    run: Run, attempts: list[Any]
) -> None:
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


def test_block_network_auto_blocks_no_call_before_the_first_test_that_uses_the_plugin(
    run: Run, attempts: list[Any]
) -> None:
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
    ids=["the fixture", "the marker secret", "the marker secretsmanager", "getfixturevalue in the test"],
)
def test_block_network_auto_blocks_calls_after_a_test_that_uses_the_fixture_or_a_marker(
    run: Run, attempts: list[Any], test: str
) -> None:
    result = run(f"{CALL}\n{test}\n\ndef test_two():\n    call()\n")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["GetSecretValue was stopped on its way to AWS (*secretsmanager_block_network is auto"])
    assert attempts == []


def test_block_network_auto_blocks_wider_fixtures_of_the_first_test_that_uses_the_plugin(
    run: Run, attempts: list[Any]
) -> None:
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


def test_block_network_auto_blocks_calls_in_each_worker_of_xdist(
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


# --- botocore is restored -------------------------------------------------------------------------------------------


def test_a_run_that_does_not_use_the_plugin_leaves_botocore_and_threads_unwrapped(run: Run) -> None:
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
def test_block_network_auto_restores_the_wrapped_methods_after_the_run(run: Run, arguments: tuple[str, ...]) -> None:
    before = _wrapped()
    run("def test_it(secretsmanager): ...", *arguments)
    assert _wrapped() == before


def _wrapped() -> list[object]:
    from concurrent.futures import ThreadPoolExecutor
    from threading import Thread

    places = (Endpoint, "_send"), (Endpoint, "create_request"), (Thread, "start"), (ThreadPoolExecutor, "submit")
    return [vars(owner)[method] for owner, method in places]


def test_a_run_inside_a_test_blocks_its_own_calls_and_keeps_the_block_of_the_outer_run(
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


def test_block_network_auto_blocks_a_reloaded_botocore_from_the_next_test_on(run: Run, attempts: list[Any]) -> None:
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
    ids=[*ON, *OFF, "auto before a use", "AUTO after a use"],
)
def test_block_network_accepts_every_spelling_of_true_false_and_auto(
    pytester: pytest.Pytester, run: Run, attempts: list[Any], value: str, first: str, blocked: bool
) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_block_network = {value}\n")
    run(f"{CALL}\n{first}\n\ndef test_two():\n    call()\n").assert_outcomes(passed=1, failed=1)
    assert (attempts == []) is blocked


@pytest.mark.parametrize("value", ["true", '"true"', '"auto"'])
@pytest.mark.parametrize("table", ["tool.pytest.ini_options", "tool.pytest"])
def test_pyproject_toml_sets_block_network(
    pytester: pytest.Pytester, run: Run, attempts: list[Any], table: str, value: str
) -> None:
    if table == "tool.pytest" and pytest.version_tuple < (9,):
        pytest.skip("pytest 9 reads this table")
    pytester.makepyprojecttoml(f"[{table}]\nsecretsmanager_block_network = {value}\n")
    run(f"{CALL}\n{USED}\n\ndef test_two():\n    call()\n").assert_outcomes(passed=1, failed=1)
    assert attempts == []


@pytest.mark.parametrize("value", ["always", "2", "", "[]"], ids=repr)
def test_a_wrong_value_of_block_network_is_a_usage_error_of_one_line(
    pytester: pytest.Pytester, run: Run, value: str
) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_block_network = {value}\n")
    result = run(UNUSED)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert [line for line in result.errlines if line] == [
        f"ERROR: the ini option secretsmanager_block_network is auto, true or false, not {value!r}"
    ]


# --- the texts of a blocked call --------------------------------------------------------------------------------------

SITUATIONS = {
    "a test without the fixture": (
        "def test_two():\n    call()\n",
        "Give the test the fixture, or the secrets that it reads: *",
    ),
    "a wider fixture of a test without the fixture": (
        '@pytest.fixture(scope="module")\ndef read():\n    call()\n\ndef test_two(read): ...\n',
        "A fixture of wider scope runs before the fixture secretsmanager of any test. Let it ask for "
        'module_secretsmanager, or mark its module with @pytest.mark.usefixtures("module_secretsmanager"): *',
    ),
    "a wider fixture of a test with the fixture": (
        '@pytest.fixture(scope="module")\ndef read():\n    call()\n\ndef test_two(read, secretsmanager): ...\n',
        "A fixture of wider scope runs before the fixture secretsmanager of any test. *",
    ),
    "a fixture that the test names before the fixture secretsmanager": (
        "@pytest.fixture\ndef read():\n    call()\n\ndef test_two(read, secretsmanager): ...\n",
        "The fixture secretsmanager of this test has not begun yet: fixtures that the test names before it *",
    ),
    "the set-up of a class": (
        "class TestTwo:\n    def setup_class(cls):\n        call()\n\n    def test_two(self, secretsmanager): ...\n",
        'A fixture of wider scope runs before *, or mark its class with @pytest.mark.usefixtures("class_'
        'secretsmanager"): markers of the class seed that one. *',
    ),
    "a fixture of the run": (
        '@pytest.fixture(scope="session")\ndef read():\n    call()\n\ndef test_two(read, secretsmanager): ...\n',
        "A fixture of wider scope runs before *. Let it ask for session_secretsmanager and seed what it reads, or *",
    ),
    "a fixture that ends after the fixture secretsmanager": (
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
def test_a_blocked_call_gives_advice_that_fits_its_place(run: Run, attempts: list[Any], test: str, advice: str) -> None:
    result = run(f"{CALL}\n{USED}\n\n{test}")
    result.stdout.fnmatch_lines(
        [
            "GetSecretValue was stopped on its way to AWS (secretsmanager.us-east-1.amazonaws.com): no SecretsManager "
            "is active, and secretsmanager_block_network is auto",
            "  called at *test_it.py:*",
            "  by a client made at *test_it.py:*",
            "  in *test_it.py::*test_two",
            advice,
            'A test that expects this compares the text: pytest.raises(pytest.fail.Exception, match="was stopped").',
            "To let such calls through, set secretsmanager_block_network = false in the ini file.",
        ],
        consecutive=True,
    )
    assert attempts == []


def test_a_blocked_call_names_the_test_that_made_its_client(run: Run, attempts: list[Any]) -> None:
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


def test_pytest_raises_may_match_the_text_of_a_blocked_call(run: Run, attempts: list[Any]) -> None:
    run(
        f"""{CALL}
def test_one(secretsmanager): ...

def test_two():
    with pytest.raises(pytest.fail.Exception, match="was stopped on its way to AWS"):
        call()
"""
    ).assert_outcomes(passed=2)


def test_a_test_that_swallows_and_logs_a_blocked_call_fails(run: Run, attempts: list[Any]) -> None:
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


def test_assert_raises_regex_of_unittest_may_match_the_text_of_a_blocked_call(run: Run, attempts: list[Any]) -> None:
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


def test_a_test_that_fails_because_of_a_blocked_call_shows_the_secrets_that_were_not_found(
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


def test_a_test_that_fails_because_of_a_blocked_call_reports_no_unused_rotation_plan(
    run: Run, attempts: list[Any]
) -> None:
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


def test_block_network_auto_blocks_calls_after_a_wider_fixture_that_a_test_asked_for_by_name(
    run: Run, attempts: list[Any]
) -> None:
    source = (
        CALL
        + """
class TestOne:
    def test_it(self, request):
        request.getfixturevalue("class_secretsmanager")

def test_after():
    with pytest.raises(pytest.fail.Exception, match="was stopped"):
        call()
"""
    )
    run(source, "-p", "no:randomly").assert_outcomes(passed=2)
    assert attempts == []
