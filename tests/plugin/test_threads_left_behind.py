"""A blocked call in a thread that a test left behind names that test and fails no other."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

WORK = """
import threading
import boto3
import pytest

@pytest.fixture(autouse=True)
def no_way_out(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # if the block fails, calls end at this closed proxy
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


POOL = f"""{WORK}
from concurrent.futures import ThreadPoolExecutor

pool = ThreadPoolExecutor(1)

@pytest.fixture(scope="session", autouse=True)
def closed():
    yield
    go_on.set()
    pool.shutdown()

def read():
    try:
        boto3.session.Session().client("secretsmanager").list_secrets()
    except Exception:
        pass
"""


def test_a_blocked_call_in_a_thread_names_the_test_that_left_the_thread(run: Run) -> None:
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
    "a thread of a fixture of function scope": """
@pytest.fixture
def worker():
    threading.Thread(target=call, daemon=True).start()

def test_one(secretsmanager, worker): ...
""",
    "a thread that its tear-down started": """
@pytest.fixture
def worker():
    yield
    threading.Thread(target=call, daemon=True).start()

def test_one(secretsmanager, worker): ...
""",
}


@pytest.mark.parametrize("starter", STARTERS.values(), ids=STARTERS)
def test_a_blocked_call_names_the_test_that_left(run: Run, starter: str) -> None:
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


def test_a_thread_that_a_blocked_call_ends_fails_no_other_test_with_warnings_as_errors(run: Run) -> None:
    """pytest warns of an unhandled error of a thread in the test that runs at that moment."""
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


def test_another_error_in_a_thread_left_behind_still_fails_the_running_test(run: Run) -> None:
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


def test_a_blocked_call_in_a_thread_of_the_running_test_fails_that_test(run: Run) -> None:
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


@pytest.mark.parametrize("scope", ["class", "module", "session"])
@pytest.mark.parametrize(
    "start", ["threading.Thread(target=call, daemon=True).start()", "pool.submit(call)"], ids=["thread", "pool"]
)
def test_a_blocked_call_in_a_thread_of_a_wider_fixture_fails_no_test_and_names_the_fixture(
    run: Run, scope: str, start: str
) -> None:
    result = run(
        f"""{POOL}
@pytest.fixture(scope="{scope}")
def poller():
    {start}

def test_one(secretsmanager, request):
    request.getfixturevalue("poller")

def test_two():
    go_on.set()
    assert done.wait(10)
    assert type(errors[0]).__name__ == "NetworkBlocked"
""",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=2, warnings=1)
    result.stdout.fnmatch_lines(["*in the thread *, which the fixture 'poller' (scope *) started", "*No test fails."])


def test_a_thread_with_many_blocked_calls_ends_by_its_own_error(run: Run) -> None:
    """One more wrapper of the thread's error report for each blocked call would reach Python's recursion limit."""
    result = run(
        f"""{WORK}
def poll():
    go_on.wait(10)
    client = boto3.client("secretsmanager")
    for _ in range(300):
        try:
            client.list_secrets()
        except Exception:
            pass
    raise ZeroDivisionError

threads = []

def test_one(secretsmanager):
    threads.append(threading.Thread(target=poll, daemon=True))
    threads[0].start()

def test_two():
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(250)
        go_on.set()
        threads[0].join(60)
    finally:
        sys.setrecursionlimit(limit)
""".replace("import threading", "import sys, threading", 1),
        "-W",
        "error",
    )
    result.assert_outcomes(passed=1, failed=1, warnings=1)  # by its ZeroDivisionError, which pytest reports
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])
    result.stdout.no_fnmatch_line("*RecursionError*")


# --- pools that outlive a test ---------------------------------------------------------------------------------------


def test_a_blocked_call_in_the_pool_of_an_earlier_test_fails_the_test_that_submitted_it(run: Run) -> None:
    result = run(
        f"""{POOL}
def test_one(secretsmanager):
    pool.submit(read).result()

def test_two():
    with pytest.raises(BaseException):
        pool.submit(read).result()
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["  in test_it.py::test_two"])


def test_a_blocked_call_that_a_test_leaves_in_an_older_pool_fails_no_other_test(run: Run) -> None:
    result = run(
        f"""{POOL}
pool.submit(int).result()

def test_one(secretsmanager):
    pool.submit(call)

def test_two():
    go_on.set()
    assert done.wait(10)
    assert "which test_it.py::test_one left running" in str(errors[0])
"""
    )
    result.assert_outcomes(passed=2, warnings=1)


def test_a_blocked_call_in_the_pool_of_an_event_loop_fails_the_test_that_awaits_it(run: Run) -> None:
    result = run(
        f"""{POOL}
import asyncio

loop = asyncio.new_event_loop()

@pytest.fixture(scope="session", autouse=True)
def loop_closed():
    yield
    loop.run_until_complete(loop.shutdown_default_executor())
    loop.close()

async def read_aside():
    await asyncio.to_thread(read)

def test_one(secretsmanager):
    loop.run_until_complete(read_aside())

def test_two():
    with pytest.raises(BaseException):
        loop.run_until_complete(read_aside())
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["  in test_it.py::test_two"])


@pytest.mark.parametrize("arguments", ["", "work=int"], ids=["no argument", "wrong keyword"])
def test_a_thread_pool_refuses_a_call_without_a_function_with_pythons_own_error(run: Run, arguments: str) -> None:
    run(
        f"""{POOL}
def test_one(secretsmanager):
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'fn'"):
        pool.submit({arguments})
"""
    ).assert_outcomes(passed=1)


def test_a_blocked_call_in_a_thread_older_than_the_block_fails_no_test(run: Run) -> None:
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
