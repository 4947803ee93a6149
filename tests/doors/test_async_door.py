"""The async door: imports, cancelled calls, concurrent tasks and loops, rotation from async code."""

import asyncio
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from pytest_secretsmanager import Rotation, SecretsManager

pytest.importorskip("aiobotocore", reason="aiobotocore is not installed: pip install '.[dev,async]'")

from aiobotocore.client import AioBaseClient
from aiobotocore.session import get_session

METHODS = ("_make_api_call", "_make_request")
KEYS = {"region_name": "us-east-1", "aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}


def new_client(**arguments):
    return get_session().create_client("secretsmanager", **{**KEYS, **arguments})


# --- imports and wrappers --------------------------------------------------------------------------------------------

EARLIER_EDITION = """
import asyncio, sys
from importlib import import_module
import aiobotocore.session

async def call():
    keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
    session = aiobotocore.session.get_session()
    async with session.create_client("secretsmanager", region_name="us-east-1", **keys) as client:
        for name in [name for name in sys.modules if name.partition(".")[0] == "aiobotocore"]:
            del sys.modules[name]
        import_module("aiobotocore.session")
        await of_an_earlier_edition(client)
"""

ANSWERED = """
from pytest_secretsmanager import SecretsManager

async def of_an_earlier_edition(client):
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert (await client.get_secret_value(SecretId="db"))["SecretString"] == "one"

asyncio.run(call())
"""

GUARDED = """
from pytest_secretsmanager.doors.guard import Guard

class RefusedError(Exception): ...

async def of_an_earlier_edition(client):
    Guard(lambda call: RefusedError(), lambda: None)
    try:
        await client.list_secrets()
    except RefusedError:
        return
    raise AssertionError("the call was not refused")

asyncio.run(call())
"""


@pytest.mark.parametrize("program", [ANSWERED, GUARDED], ids=["a manager answers", "a guard refuses"])
def test_a_client_of_an_edition_of_aiobotocore_from_before_the_first_manager_is_found(program):
    """In a process of its own: only the first manager, and each guard, looks for editions."""
    subprocess.run([sys.executable, "-c", EARLIER_EDITION + program], check=True, timeout=60)


ORDERS = {
    "before the manager": """
        import aiobotocore.session
        with SecretsManager() as sm:
            asyncio.run(write())
        assert set(sm.log[0].request) >= {"Name"}
    """,
    "inside the manager": """
        with SecretsManager() as sm:
            assert "aiobotocore" not in sys.modules
            asyncio.run(write())
        sm.assert_logged("CreateSecret", times=1)
    """,
    "after another manager was left": """
        with SecretsManager():
            pass
        import aiobotocore.session
        with SecretsManager() as sm:
            asyncio.run(write())
        sm.assert_logged("CreateSecret", times=1)
    """,
    "in a thread": """
        import threading
        with SecretsManager() as sm:
            thread = threading.Thread(target=lambda: asyncio.run(write()))
            thread.start()
            thread.join()
        sm.assert_logged("CreateSecret", times=1)
    """,
    "never": """
        import boto3
        with SecretsManager() as sm:
            boto3.client("secretsmanager").create_secret(Name="db")
        assert not any(name.startswith("aiobotocore") for name in sys.modules)
    """,
}
PROGRAM = """
import asyncio, sys
from pytest_secretsmanager import SecretsManager

async def write():
    import aiobotocore.session
    async with aiobotocore.session.get_session().create_client("secretsmanager") as client:
        await client.create_secret(Name="db", SecretString="one")
"""


@pytest.mark.parametrize("rest", ORDERS.values(), ids=ORDERS)
def test_a_manager_answers_async_clients_whenever_aiobotocore_is_imported(pytester, rest):
    result = pytester.run(sys.executable, "-W", "error", "-c", PROGRAM + textwrap.dedent(rest), timeout=300)
    assert (result.ret, result.errlines) == (0, [])


def test_leaving_the_last_manager_restores_aiobotocores_methods():
    before = {name: AioBaseClient.__dict__[name] for name in METHODS}
    with SecretsManager():
        with SecretsManager():
            pass
        assert all(AioBaseClient.__dict__[name] is not before[name] for name in METHODS)
    assert all(AioBaseClient.__dict__[name] is before[name] for name in METHODS)


@pytest.mark.asyncio
async def test_the_last_running_async_call_of_a_left_manager_restores_aiobotocores_methods():
    before = {name: AioBaseClient.__dict__[name] for name in METHODS}
    begun, left = asyncio.Event(), asyncio.Event()

    async def wait(**_):
        begun.set()
        await left.wait()

    async with new_client() as client:
        client.meta.events.register("before-call", wait)
        with SecretsManager():
            task = asyncio.ensure_future(client.list_secrets())
            await begun.wait()
        left.set()
        assert (await task)["SecretList"] == []
    assert all(AioBaseClient.__dict__[name] is before[name] for name in METHODS)


@pytest.mark.asyncio
async def test_an_async_client_reaches_the_network_after_the_manager_was_left():
    once = Config(retries={"total_max_attempts": 1}, proxies={})
    async with new_client(endpoint_url="http://127.0.0.1:1", config=once) as client:
        with SecretsManager() as sm:
            await client.create_secret(Name="db")
        with pytest.raises(EndpointConnectionError):
            await client.create_secret(Name="db")
    assert len(sm.log) == 1


@pytest.mark.asyncio
async def test_the_manager_that_was_entered_last_answers_an_async_client():
    async with new_client() as client:
        with SecretsManager() as outer, SecretsManager() as inner:
            await client.create_secret(Name="db")
    assert (len(outer.log), len(inner.log)) == (0, 1)


@pytest.mark.asyncio
async def test_a_decorated_coroutine_function_writes_secrets_that_are_rolled_back():
    sm = SecretsManager()

    @sm
    async def write():
        async with new_client() as client:
            await client.create_secret(Name="db", SecretString="one")
        return sorted(sm.secrets)

    assert [await write(), await write()] == [["db"], ["db"]]
    assert dict(sm.secrets) == {}


@pytest.mark.asyncio
async def test_sync_and_async_clients_share_store_and_log(secretsmanager):
    async with new_client() as client:
        await client.create_secret(Name="db", SecretString="one")
        boto3.client("secretsmanager", **KEYS).put_secret_value(SecretId="db", SecretString="two")
        assert (await client.get_secret_value(SecretId="db"))["SecretString"] == "two"
    secretsmanager.assert_log_order("CreateSecret", "PutSecretValue", "GetSecretValue")


# --- cancelled -------------------------------------------------------------------------------------------------------


@pytest.fixture
def untouched(secretsmanager):
    """Assert after the test that nothing was changed or logged."""
    secretsmanager.seed("db", "one")
    yield secretsmanager
    secretsmanager.assert_history("db", ["one"])
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1})
    assert len(secretsmanager.log) == 0


async def cancelled(task):
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.asyncio
async def test_an_async_put_that_is_cancelled_before_its_first_step_changes_nothing(untouched):
    async with new_client() as client:
        await cancelled(asyncio.ensure_future(client.put_secret_value(SecretId="db", SecretString="two")))


@pytest.mark.asyncio
@pytest.mark.parametrize("hook", ["provide-client-params", "before-parameter-build", "before-call"])
async def test_an_async_put_that_is_cancelled_in_a_hook_before_the_answer_changes_nothing(untouched, hook):
    begun = asyncio.Event()

    async def wait(**_):
        begun.set()
        await asyncio.Event().wait()

    async with new_client() as client:
        client.meta.events.register(hook, wait)
        task = asyncio.ensure_future(client.put_secret_value(SecretId="db", SecretString="two"))
        await begun.wait()
        await cancelled(task)


@pytest.mark.asyncio
async def test_an_async_put_that_is_cancelled_after_the_answer_has_taken_effect_and_is_logged(secretsmanager):
    secretsmanager.seed("db", "one")
    begun = asyncio.Event()

    async def wait(**_):
        begun.set()
        await asyncio.Event().wait()

    async with new_client() as client:
        client.meta.events.register("after-call", wait)
        task = asyncio.ensure_future(client.put_secret_value(SecretId="db", SecretString="two"))
        await begun.wait()
        await cancelled(task)
    secretsmanager.assert_history("db", ["one", "two"])
    secretsmanager.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    secretsmanager.assert_logged("PutSecretValue", times=1)


@pytest.mark.asyncio
async def test_an_async_put_with_a_timeout_of_0_changes_nothing(untouched):
    async with new_client() as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.put_secret_value(SecretId="db", SecretString="two"), 0)


@pytest.mark.asyncio
async def test_a_failing_task_group_leaves_each_put_complete_or_not_done(secretsmanager):
    """A put has its version, labels and log entry, or none of them."""
    for number in range(20):
        secretsmanager.seed(f"db{number}", "one")

    async def put(client, number):
        await asyncio.sleep(0)
        await client.put_secret_value(SecretId=f"db{number}", SecretString="two")

    async def fail():
        await asyncio.sleep(0)
        raise ZeroDivisionError

    async def put_all(client):
        async with asyncio.TaskGroup() as group:
            for number in range(20):
                group.create_task(put(client, number))
                if number == 10:
                    group.create_task(fail())

    async with new_client() as client:
        with pytest.raises(ExceptionGroup):
            await put_all(client)
    written = [name for name, secret in secretsmanager.secrets.items() if len(secret.versions) == 2]
    assert sorted(written) == sorted(event.request["SecretId"] for event in secretsmanager.log)
    for name in written:
        secretsmanager.assert_labels(name, {"AWSCURRENT": 2, "AWSPREVIOUS": 1})


@pytest.mark.asyncio
async def test_an_async_put_that_is_never_awaited_changes_nothing(untouched):
    async with new_client() as client:
        call = client.put_secret_value(SecretId="db", SecretString="two")
        call.close()


@pytest.mark.asyncio
async def test_an_async_put_that_is_closed_in_a_hook_before_the_answer_changes_nothing(untouched):
    """The garbage collector closes a coroutine so, in any context."""
    begun = asyncio.Event()

    async def wait(**_):
        begun.set()
        await asyncio.Event().wait()

    async with new_client() as client:
        client.meta.events.register("before-call", wait)
        call = client.put_secret_value(SecretId="db", SecretString="two")
        call.send(None)
        call.close()
        client.meta.events.unregister("before-call", wait)
    assert begun.is_set()


# --- concurrency ----------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_100_tasks_create_and_log_100_secrets(secretsmanager):
    async with new_client() as client:
        await asyncio.gather(*(client.create_secret(Name=f"db{n}", SecretString=str(n)) for n in range(100)))
    assert {name: secret.value for name, secret in secretsmanager.secrets.items()} == {
        f"db{n}": str(n) for n in range(100)
    }
    secretsmanager.assert_logged("CreateSecret", times=100)


@pytest.mark.asyncio
@pytest.mark.parametrize("hooked", [False, True], ids=["no listener", "listener"])
async def test_50_tasks_put_50_versions_into_one_secret(secretsmanager, hooked):
    secretsmanager.seed("db", "seed")

    async def give_way(**_):
        await asyncio.sleep(0)

    async with new_client() as client:
        if hooked:
            client.meta.events.register("before-call", give_way)
        puts = (client.put_secret_value(SecretId="db", SecretString=str(n)) for n in range(50))
        replies = await asyncio.gather(*puts)
    versions = secretsmanager.secret("db").versions
    assert {version.id for version in versions[1:]} == {reply["VersionId"] for reply in replies}
    secretsmanager.assert_labels("db", {"AWSCURRENT": 51, "AWSPREVIOUS": 50})


def test_event_loops_of_several_threads_share_the_managers_secrets_and_log(secretsmanager):
    async def write(thread, round_):
        async with new_client() as client:
            await asyncio.gather(*(client.create_secret(Name=f"{thread}/{round_}/{n}") for n in range(5)))

    def work(thread):
        for round_ in range(3):
            asyncio.run(write(thread, round_))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(secretsmanager.secrets) == len(secretsmanager.log) == 60


# --- rotation from async code ----------------------------------------------------------------------------------------


def rotate(event, _):
    """A rotation function with its own event loop."""

    async def step():
        secret, token = event["SecretId"], event["ClientRequestToken"]
        async with new_client() as client:
            if event["Step"] == "createSecret":
                await client.put_secret_value(
                    SecretId=secret, ClientRequestToken=token, SecretString="new", VersionStages=["AWSPENDING"]
                )
            if event["Step"] == "finishSecret":
                stages = (await client.describe_secret(SecretId=secret))["VersionIdsToStages"]
                current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
                await client.update_secret_version_stage(
                    SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=current, MoveToVersionId=token
                )

    asyncio.run(step())


@pytest.mark.asyncio
async def test_rotate_secret_of_an_async_client_runs_a_function_with_its_own_event_loop(secretsmanager):
    secretsmanager.seed("db", "old", rotation=Rotation(rotate, days=30))
    threads = threading.active_count()
    async with new_client() as client:
        await client.rotate_secret(SecretId="db")
    secretsmanager.assert_rotated("db")
    secretsmanager.assert_value("db", "new")
    assert threading.active_count() == threads


@pytest.mark.asyncio
async def test_scheduled_rotations_run_when_a_coroutine_advances_the_clock(secretsmanager):
    secretsmanager.seed("db", "old", rotation=Rotation(rotate, days=30))
    secretsmanager.clock.advance(days=61)
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded", "succeeded"]


@pytest.mark.asyncio
async def test_an_error_of_a_rotation_function_that_an_async_client_started_is_in_its_step(secretsmanager):
    def fail(event, _):
        raise LookupError("no database")

    secretsmanager.seed("db", "old", rotation=Rotation(fail, days=30))
    async with new_client() as client:
        await client.rotate_secret(SecretId="db")
    (step,) = secretsmanager.rotation.runs[0].steps
    assert (type(step.error), str(step.error)) == (LookupError, "no database")
    assert "in fail" in step.traceback


@pytest.mark.asyncio
async def test_a_rotation_function_that_a_coroutine_started_calls_from_its_own_account(secretsmanager):
    """Its clients have no account, and it runs in another thread than the coroutine."""
    other = "210987654321"
    secretsmanager.seed("db", "old", account=other, rotation=Rotation(rotate, days=30))
    secretsmanager.clock.advance(days=31)
    (run,) = secretsmanager.rotation.runs
    assert (run.state, run.secret.split(":")[4]) == ("succeeded", other)
    assert {event.account for event in secretsmanager.log} == {other}


@pytest.mark.asyncio
async def test_a_rotation_function_runs_in_the_callers_thread_if_no_event_loop_runs_there(secretsmanager):
    """Both can then use a connection that is bound to its thread, such as SQLite's."""
    seen = []

    def handler(*_):
        seen.append(threading.current_thread())

    arn = secretsmanager.rotation.register(handler)
    await asyncio.to_thread(secretsmanager.seed, "db", "old")
    client = secretsmanager.client()

    def call():
        client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
        return threading.current_thread()

    assert {await asyncio.to_thread(call)} == set(seen)
