"""A thread that a test leaves behind: whose it is, and that no other test fails of it."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

WORK = """
import threading
import boto3
import pytest

@pytest.fixture(autouse=True)
def no_way_out(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # where the guard failed, nothing would get further
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

go_on, done = threading.Event(), threading.Event()
errors = []

def call():
    go_on.wait(10)
    try:
        boto3.session.Session().client("secretsmanager").list_secrets()
    except BaseException as error:
        errors.append(error)
    finally:
        done.set()
"""


def test_the_refusal_names_the_test_that_left_the_thread(run: Run) -> None:
    result = run(
        f"""{WORK}
def test_one(secretsmanager):
    threading.Thread(target=call, name="refresher", daemon=True).start()

def test_two():
    go_on.set()
    assert done.wait(10)
    assert type(errors[0]).__name__ == "NetworkBlocked"
    assert "in the thread 'refresher', which test_it.py::test_one left running" in str(errors[0])
"""
    )
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*warnings summary*", "test_it.py::test_one", "*ListSecrets was stopped on its way *"])


STARTERS = {
    "a thread of a thread": """
def outer():
    go_on.wait(10)
    threading.Thread(target=call, daemon=True).start()

def test_one(secretsmanager):
    threading.Thread(target=outer, daemon=True).start()
""",
    "a chain of timers": """
def tick():
    if go_on.is_set():
        call()
    else:
        timer = threading.Timer(0.001, tick)
        timer.daemon = True
        timer.start()

def test_one(secretsmanager):
    tick()
""",
    "a pool that grows": """
from concurrent.futures import ThreadPoolExecutor

def test_one(secretsmanager):
    pool = ThreadPoolExecutor()
    pool.submit(lambda: (go_on.wait(10), pool.submit(call)))
""",
    "a fixture of function scope": """
@pytest.fixture
def worker():
    threading.Thread(target=call, daemon=True).start()

def test_one(secretsmanager, worker): ...
""",
    "the tear-down of the test": """
@pytest.fixture
def worker():
    yield
    threading.Thread(target=call, daemon=True).start()

def test_one(secretsmanager, worker): ...
""",
}


@pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS)
def test_it_is_that_tests_however_it_was_started(run: Run, starter: str) -> None:
    result = run(
        f"""{WORK}
{starter}

def test_two():
    go_on.set()
    assert done.wait(10)
    assert "which test_it.py::test_one left running" in str(errors[0])
"""
    )
    result.assert_outcomes(passed=2, warnings=1)


def test_one_that_ends_of_the_refusal_fails_no_other_test_though_warnings_are_errors(run: Run) -> None:
    """pytest warns of a thread's unhandled error in whatever test is running."""
    result = run(
        f"""{WORK}
def work():
    try:
        go_on.wait(10)
        boto3.client("secretsmanager").list_secrets()
    except Exception as error:
        raise RuntimeError("the refresher has ended") from error

threads = []

def test_one(secretsmanager):
    threads.append(threading.Thread(target=work, daemon=True))
    threads[0].start()

def test_two():
    go_on.set()
    threads[0].join(10)
    assert not threads[0].is_alive()

def test_three(): ...
""",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=3, warnings=1)


def test_another_error_of_such_a_thread_is_told_as_ever(run: Run) -> None:
    run(
        f"""{WORK}
def work():
    call()
    raise ZeroDivisionError

threads = []

def test_one(secretsmanager):
    threads.append(threading.Thread(target=work, daemon=True))
    threads[0].start()

def test_two():
    go_on.set()
    threads[0].join(10)
""",
        "-W",
        "error",
    ).assert_outcomes(passed=1, failed=1, warnings=1)


def test_a_thread_of_the_running_test_fails_that_test(run: Run) -> None:
    result = run(
        f"""{WORK}
def test_one(secretsmanager): ...

def test_two():
    go_on.set()
    thread = threading.Thread(target=call)
    thread.start()
    thread.join()
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["  in test_it.py::test_two"])


@pytest.mark.parametrize("scope", ["module", "session"])
def test_a_thread_of_a_wider_fixture_belongs_to_no_test(run: Run, scope: str) -> None:
    """It works for the test that is running, which fails of it."""
    result = run(
        f"""{WORK}
@pytest.fixture(scope="{scope}")
def server():
    threading.Thread(target=call, daemon=True).start()

def test_one(secretsmanager, request):
    request.getfixturevalue("server")

def test_two():
    go_on.set()
    assert done.wait(10)
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["  in test_it.py::test_two"])


def test_a_thread_from_before_calls_were_blocked_fails_no_test(run: Run) -> None:
    result = run(
        f"""{WORK}
def test_before():
    threading.Thread(target=call, name="early", daemon=True).start()

def test_one(secretsmanager): ...

def test_two():
    go_on.set()
    assert done.wait(10)
    assert "in the thread 'early', which ran before calls were blocked" in str(errors[0])
"""
    )
    result.assert_outcomes(passed=3, warnings=1)
