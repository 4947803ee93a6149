"""`SecretsManager` outside pytest: context manager, decorator, nesting, clients, constructor."""

import asyncio
import contextvars
import inspect
import os
import pickle
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any
from unittest.mock import Mock, patch

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, NoRegionError

from pytest_secretsmanager import Rotation, SecretsManager, UsageError
from pytest_secretsmanager.managing.planting import follow_environment, plant
from pytest_secretsmanager.managing.rollback import rolled_back
from pytest_secretsmanager.seed_arguments import seed_of

VARIABLES = ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the developer's shell says, these tests begin without it, and leave nothing in it."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with patch.dict(os.environ):
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        yield


def read(name: str = "db") -> str:
    """What an application does: builds a client of its own, and reads."""
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]


# --- context manager -------------------------------------------------------------------------------------------------


def test_it_answers_while_it_is_entered() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        assert read() == "hunter2"


def test_it_may_be_seeded_before_it_is_entered() -> None:
    sm = SecretsManager()
    sm.seed("db", "hunter2")
    with sm:
        assert read() == "hunter2"


def test_it_may_be_looked_at_after_it_was_left() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        read()
    sm.assert_value("db", "hunter2")
    sm.assert_logged("GetSecretValue", times=1)


def test_it_keeps_its_secrets_when_it_is_entered_again() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
    with sm:
        assert read() == "hunter2"


def test_it_may_be_entered_twice_at_once() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        with sm:
            assert read() == "hunter2"
        assert read() == "hunter2"


def test_it_is_left_when_an_exception_passes() -> None:
    with SecretsManager() as outer:
        outer.seed("db", "outer")
        with pytest.raises(ZeroDivisionError), SecretsManager():
            raise ZeroDivisionError
        assert read() == "outer"


def test_it_answers_in_every_thread() -> None:
    found: list[str] = []
    with SecretsManager() as sm:
        sm.seed("db", "hunter2")
        client = sm.client()
        thread = threading.Thread(target=lambda: found.append(client.get_secret_value(SecretId="db")["SecretString"]))
        thread.start()
        thread.join()
    assert found == ["hunter2"]


def test_it_answers_in_its_region_and_account() -> None:
    with SecretsManager(region="eu-west-1", account="999999999999") as sm:
        sm.seed("db", "hunter2")
        arn = boto3.client("secretsmanager").describe_secret(SecretId="db")["ARN"]
        assert arn.startswith("arn:aws:secretsmanager:eu-west-1:999999999999:secret:db-")
        assert repr(sm) == "<SecretsManager in eu-west-1, account 999999999999>"


# --- nesting ---------------------------------------------------------------------------------------------------------


def test_nested_ones_are_worlds_of_their_own() -> None:
    with SecretsManager() as outer:
        outer.seed("db", "outer")
        with SecretsManager() as inner:
            assert list(inner.secrets) == []
            inner.seed("db", "inner")
            assert read() == "inner"
        assert read() == "outer"
        outer.assert_logged("GetSecretValue", times=1)
        inner.assert_logged("GetSecretValue", times=1)


def test_a_client_of_the_outer_one_is_answered_by_the_inner_one() -> None:
    with SecretsManager() as outer:
        client = outer.client()
        with SecretsManager() as inner:
            inner.seed("db", "inner")
            assert client.get_secret_value(SecretId="db")["SecretString"] == "inner"
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="db")


def test_the_outer_one_may_be_left_first() -> None:
    outer, inner = SecretsManager(), SecretsManager()
    outer.seed("db", "outer")
    inner.seed("db", "inner")
    outer.__enter__()
    inner.__enter__()
    try:
        outer.__exit__(None, None, None)
        assert inner.client().get_secret_value(SecretId="db")["SecretString"] == "inner"
    finally:
        inner.__exit__(None, None, None)


# --- environment -----------------------------------------------------------------------------------------------------


def test_variables_that_are_unset_are_set_and_taken_back() -> None:
    with SecretsManager(region="eu-west-1"):
        assert [os.environ[name] for name in VARIABLES] == ["eu-west-1", "testing", "testing"]
    assert not os.environ.keys() & set(VARIABLES)


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_is_set_stays(name: str) -> None:
    os.environ[name] = "eu-west-1"
    with SecretsManager("eu-west-2"):
        assert os.environ[name] == "eu-west-1"
        assert os.environ.keys() >= set(VARIABLES)
    assert os.environ[name] == "eu-west-1"
    assert os.environ.keys() & set(VARIABLES) == {name}


def test_an_empty_variable_counts_as_set() -> None:
    os.environ["AWS_DEFAULT_REGION"] = ""
    with SecretsManager():
        assert os.environ["AWS_DEFAULT_REGION"] == ""
    assert os.environ["AWS_DEFAULT_REGION"] == ""


def test_a_variable_that_was_changed_inside_is_not_taken_back() -> None:
    with SecretsManager():
        os.environ["AWS_DEFAULT_REGION"] = "ap-south-1"
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"


def test_a_variable_that_was_removed_inside_is_no_trouble() -> None:
    with SecretsManager():
        del os.environ["AWS_DEFAULT_REGION"]
    assert "AWS_DEFAULT_REGION" not in os.environ


def test_nested_ones_take_back_what_they_set() -> None:
    with SecretsManager(region="eu-west-1"):
        with SecretsManager(region="us-west-2"):
            assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
        assert os.environ["AWS_DEFAULT_REGION"] == "eu-west-1"
    assert "AWS_DEFAULT_REGION" not in os.environ


# --- decorator -------------------------------------------------------------------------------------------------------


def test_a_decorated_function_is_answered_and_gives_its_result() -> None:
    sm = SecretsManager()
    sm.seed("db", "hunter2")

    @sm
    def password(name: str, *, suffix: str = "") -> str:
        return read(name) + suffix

    assert password("db", suffix="!") == "hunter2!"


def test_each_call_of_a_decorated_function_is_rolled_back() -> None:
    sm = SecretsManager()
    sm.seed("db", "one")

    @sm
    def write() -> list[str | bytes | None]:
        sm.client().put_secret_value(SecretId="db", SecretString="two")
        sm.client().create_secret(Name="new")
        return [version.value for version in sm.secret("db").versions]

    assert write() == ["one", "two"]
    assert write() == ["one", "two"]
    assert list(sm.secrets) == ["db"]
    sm.assert_value("db", "one")
    assert len(sm.log) == 0


def test_a_decorated_function_that_raises_is_rolled_back_too() -> None:
    sm = SecretsManager()

    @sm
    def write() -> None:
        sm.client().create_secret(Name="new")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert list(sm.secrets) == []
    assert len(sm.log) == 0


def test_a_decorated_coroutine_function_is_answered_and_rolled_back() -> None:
    sm = SecretsManager()
    sm.seed("db", "one")

    @sm
    async def write(value: str) -> list[str | bytes | None]:
        await asyncio.sleep(0)
        sm.client().put_secret_value(SecretId="db", SecretString=value)
        await asyncio.sleep(0)
        return [version.value for version in sm.secret("db").versions]

    assert inspect.iscoroutinefunction(write)
    for value in ("two", "three"):
        coroutine: Any = write(value)
        assert asyncio.run(coroutine) == ["one", value]
    assert len(sm.secret("db").versions) == 1


def test_a_decorated_function_may_call_itself() -> None:
    sm = SecretsManager()

    @sm
    def create(depth: int) -> list[int]:
        sm.client().create_secret(Name=f"secret-{depth}")
        return [len(sm.secrets), *(create(depth - 1) if depth else []), len(sm.secrets)]

    assert create(2) == [1, 2, 3, 3, 2, 1]
    assert len(sm.secrets) == 0


def test_a_decorated_function_keeps_its_name_and_signature() -> None:
    @SecretsManager()
    def documented(first: int, *, second: str = "") -> str:
        """What it does."""
        return f"{first}{second}"

    assert (documented.__name__, documented.__doc__) == ("documented", "What it does.")
    assert str(inspect.signature(documented)) == "(first: int, *, second: str = '') -> str"


def generator() -> Iterator[int]:
    yield 1


async def async_generator() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize(
    "target",
    [
        pytest.param(int, id="class"),
        pytest.param(generator, id="generator function"),
        pytest.param(3, id="no function at all"),
        pytest.param(
            async_generator,
            id="async generator function",
        ),
    ],
)
def test_what_can_not_be_decorated_is_refused(target: Any) -> None:
    with pytest.raises(UsageError) as refusal:
        SecretsManager()(target)
    assert str(refusal.value).startswith(
        f"SecretsManager decorates functions and coroutine functions, not {target!r}; tests of a class get one by the "
    )


def test_a_decorator_without_its_parentheses_is_told() -> None:
    with pytest.raises(UsageError, match=r"write @SecretsManager\(\)"):
        SecretsManager(read)  # type: ignore[arg-type]


# --- clients ---------------------------------------------------------------------------------------------------------


def test_the_same_arguments_give_the_same_client() -> None:
    with SecretsManager() as sm:
        assert sm.client() is sm.client()
        assert sm.client("eu-west-1") is sm.client("eu-west-1")
        assert sm.client(aws_account_id="999999999999") is sm.client(aws_account_id="999999999999")


def test_other_arguments_give_another_client() -> None:
    with SecretsManager() as sm:
        clients = [sm.client(), sm.client("eu-west-1"), sm.client(aws_account_id="999999999999")]
        assert len(set(map(id, clients))) == 3
        assert [client.meta.region_name for client in clients] == ["us-east-1", "eu-west-1", "us-east-1"]


def test_a_client_needs_no_environment() -> None:
    with SecretsManager(region="eu-west-1") as sm:
        for name in VARIABLES:
            del os.environ[name]
        sm.seed("db", "hunter2")
        assert sm.client().meta.region_name == "eu-west-1"
        assert sm.client().get_secret_value(SecretId="db")["SecretString"] == "hunter2"


def test_a_client_of_another_account_sees_that_accounts_secrets() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "theirs", account="999999999999")
        theirs = sm.client(aws_account_id="999999999999")
        assert theirs.get_secret_value(SecretId="db")["SecretString"] == "theirs"
        with pytest.raises(ClientError):
            sm.client().get_secret_value(SecretId="db")


@pytest.mark.parametrize("left", [False, True], ids=["never entered", "left"])
def test_a_client_is_refused_when_it_would_not_be_answered(left: bool) -> None:
    sm = SecretsManager()
    if left:
        with sm:
            sm.client()
    with pytest.raises(UsageError) as refusal:
        sm.client()
    assert str(refusal.value) == (
        "this SecretsManager answers no calls now: use its clients inside `with SecretsManager() as sm:`"
    )


# --- constructor -----------------------------------------------------------------------------------------------------


def run_of(random_seed: int | str | None) -> list[str]:
    """Everything random that a run shows: ARNs, version ids, request ids, passwords."""
    with SecretsManager(random_seed=random_seed) as sm:
        seeded = sm.seed("db", "two", versions=["one"])
        client = sm.client()
        created = client.create_secret(Name="new", SecretString="x")
        password = client.get_random_password()["RandomPassword"]
        ids = [version.id for version in seeded.versions]
        return [
            seeded.arn,
            *ids,
            created["ARN"],
            created["VersionId"],
            created["ResponseMetadata"]["RequestId"],
            password,
        ]


@pytest.mark.parametrize("random_seed", [1, "one"])
def test_a_random_seed_makes_a_run_repeatable(random_seed: int | str) -> None:
    first = run_of(random_seed)
    assert run_of(random_seed) == first
    assert len(set(first)) == len(first)


@pytest.mark.parametrize("other", [2, None])
def test_another_random_seed_makes_another_run(other: int | None) -> None:
    assert not set(run_of(1)) & set(run_of(other))


def test_runs_without_a_random_seed_differ() -> None:
    assert not set(run_of(None)) & set(run_of(None))


@pytest.mark.parametrize(("variable", "region"), [("eu-west-1", "eu-west-1"), ("", "us-east-1"), (None, "us-east-1")])
def test_without_a_region_it_is_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, region: str
) -> None:
    if variable is not None:
        monkeypatch.setenv("AWS_DEFAULT_REGION", variable)
    with SecretsManager() as sm:
        sm.seed("db", "x")
        assert sm.region == sm.client().meta.region_name == region
        assert sm.kms.create_key().arn.split(":")[3] == region
        assert sm.rotation.register(lambda _, __: None).split(":")[3] == region
        with monkeypatch.context() as later:
            later.setenv("AWS_DEFAULT_REGION", "ap-south-1")
            assert sm.region == sm.secret("db").key.region == region


def test_a_region_that_is_given_wins_over_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    sm = SecretsManager("ap-south-1")
    follow_environment(sm._parts)
    assert sm.region == "ap-south-1"


def test_inside_another_one_it_is_where_clients_call_then() -> None:
    with SecretsManager("eu-west-1"), SecretsManager() as inner:
        inner.seed("db", "x")
        assert boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "x"


def named_beside(sm: SecretsManager) -> tuple[set[str], set[str]]:
    """The functions and the KMS keys that are there beside the secrets."""
    return {*sm._parts.functions.by_arn}, {*sm._parts.keys._keys}


def test_where_it_can_not_follow_all_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    sm = SecretsManager()
    follow_environment(sm._parts)
    plant(sm._parts, seed_of("one", "x", kms_key="alias/mine", rotation=Rotation(lambda _, __: None)))
    plant(sm._parts, seed_of("two", "x", replicas=["eu-west-1"]))
    before = named_beside(sm)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with sm.assert_unchanged(), pytest.raises(UsageError, match=r"'two' can't be seeded: .* Invalid replica region"):
        follow_environment(sm._parts)
    assert sm.region == sm.secret("one").key.region == "us-east-1"
    assert named_beside(sm) == before

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    follow_environment(sm._parts)
    assert {view.key.region for view in sm.secrets.values()} == {"eu-west-2"}
    assert sm.secret("two", region="eu-west-1").state.primary_region == "eu-west-2"


def test_what_is_rolled_back_goes_back_to_its_region_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sm = SecretsManager()
    follow_environment(sm._parts)
    plant(sm._parts, seed_of("db", "x"))
    with sm.snapshot():
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        plant(sm._parts, seed_of("new", "x"))
        follow_environment(sm._parts)
        assert [*sm.secrets] == ["db", "new"]
        assert sm.region == "eu-west-1"
    assert sm.region == "us-east-1"
    assert [*sm.secrets] == ["db"]
    follow_environment(sm._parts)
    assert [*sm.secrets] == ["db"]
    assert sm.region == "eu-west-1"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"region": ""}, "region is a str such as 'us-east-1', not ''"),
        ({"region": 5}, "region is a str such as 'us-east-1', not 5"),
        ({"account": 123456789012}, "account is a str of twelve digits such as '123456789012', not 123456789012"),
        ({"account": "12345"}, "account is a str of twelve digits such as '123456789012', not '12345'"),
        ({"account": "12345678901x"}, "account is a str of twelve digits such as '123456789012', not '12345678901x'"),
    ],
)
def test_wrong_arguments_are_refused_in_words(arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        SecretsManager(**arguments)
    assert str(refusal.value) == text


def test_a_random_seed_of_a_wrong_type_is_refused() -> None:
    random_seed: Any = [1]
    with pytest.raises(UsageError, match="random_seed"):
        SecretsManager(random_seed=random_seed)


def test_options_are_given_by_name() -> None:
    make: Callable[..., SecretsManager] = SecretsManager
    with pytest.raises(TypeError):
        make("us-east-1", "123456789012", 1)


def test_decorated_functions_that_run_at_the_same_time_are_refused() -> None:
    sm = SecretsManager()

    @sm
    async def work(name: str) -> None:
        sm.client().create_secret(Name=name)
        await asyncio.sleep(0)

    async def both() -> list[object]:
        return await asyncio.gather(work("a"), work("b"), return_exceptions=True)

    done, refused = asyncio.run(both())
    assert done is None
    assert isinstance(refused, UsageError)
    assert "give functions that run at the same time one each" in str(refused)


def test_a_client_with_an_argument_that_has_no_hash_is_built_anew_each_time() -> None:
    with SecretsManager() as sm:
        clients = [sm.client(config=Unhashable()) for _ in range(2)]
    assert clients[0] is not clients[1]


class Unhashable(Config):
    __hash__ = None  # type: ignore[assignment]


# --- rolling back what is no secret ----------------------------------------------------------------------------------


def test_a_decorated_function_takes_back_keys_functions_and_clock() -> None:
    sm = SecretsManager()
    sm.kms.create_key(alias="alias/pay")
    before = sm.clock.now

    @sm
    def turn() -> str:
        sm.kms.disable("alias/pay")
        sm.kms.create_key(alias="alias/new")
        sm.clock.advance(days=40)
        return sm.rotation.register(lambda *_: None, name="rotate")

    first = turn()
    assert sm.kms.key("alias/pay").state == "Enabled"
    with pytest.raises(UsageError):
        sm.kms.key("alias/new")
    assert (sm.clock.now - before).days == 0
    assert turn() == first


def test_a_block_with_a_log_of_its_own_gives_the_earlier_one_back() -> None:
    with SecretsManager() as sm:
        sm.client().create_secret(Name="db")
        with rolled_back(sm._parts, own_log=True):
            sm.client().describe_secret(SecretId="db")
            assert [event.operation for event in sm.log] == ["DescribeSecret"]
        assert [event.operation for event in sm.log] == ["CreateSecret"]


def test_a_planned_failure_that_a_block_used_up_is_planned_again() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(lambda *_: None, days=30))
        sm.rotation.fail("createSecret", RuntimeError("on purpose"))
        for _ in range(2):
            with sm.snapshot():
                sm.client().rotate_secret(SecretId="db")
                (step,) = sm.rotation.runs[0].steps
                assert str(step.error) == "on purpose"
        assert sm.rotation.runs == ()


# --- rotation functions, in whose world they run ---------------------------------------------------------------------


def writes_what_it_is_called_for(event: dict[str, str], _: object) -> None:
    client = boto3.client("secretsmanager")
    if event["Step"] == "createSecret":
        with suppress(client.exceptions.ResourceExistsException):  # AWS tries again what failed
            client.create_secret(Name="written-by-function", SecretString="x")


def test_a_function_that_the_clock_calls_after_its_manager_was_left_is_still_answered_there() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(writes_what_it_is_called_for, days=1))
    sm.clock.advance(days=2)
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert not any(name in os.environ for name in VARIABLES)


def test_a_function_that_was_held_when_its_manager_was_left_is_still_answered_there() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(writes_what_it_is_called_for))
        held = sm.rotation.hold("db", before="createSecret")
        sm.client().rotate_secret(SecretId="db")
    held.resume()
    assert "written-by-function" in sm.secrets


def begun_rotation(sm: SecretsManager) -> Callable[[], None]:
    """Begins a rotation in another thread, whose function waits; gives what lets it go on, and waits for its end."""
    begun, may_go_on = threading.Event(), threading.Event()

    def handler(event: dict[str, str], context: object) -> None:
        begun.set()
        assert may_go_on.wait(60)
        writes_what_it_is_called_for(event, context)

    def finish() -> None:
        may_go_on.set()
        thread.join()

    sm.seed("db", "one", rotation=Rotation(handler))
    thread = threading.Thread(target=sm.client().rotate_secret, kwargs={"SecretId": "db"})
    thread.start()
    assert begun.wait(60)
    return finish


def test_a_function_is_answered_by_its_own_manager_though_another_thread_enters_one_meanwhile() -> None:
    with SecretsManager() as sm:
        finish = begun_rotation(sm)
        with SecretsManager() as other:
            finish()
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert list(other.secrets) == []


def test_a_function_is_answered_by_its_own_manager_though_that_is_left_meanwhile() -> None:
    with SecretsManager() as outer:
        with pytest.warns(RuntimeWarning, match="was still running"), SecretsManager() as sm:
            finish = begun_rotation(sm)
        finish()
    assert sorted(sm.secrets) == ["db", "written-by-function"]
    assert list(outer.secrets) == []


def test_a_manager_that_a_function_enters_answers_it_until_it_is_left() -> None:
    seen: list[list[str]] = []

    def names() -> list[str]:
        return [secret["Name"] for secret in boto3.client("secretsmanager").list_secrets()["SecretList"]]

    def handler(event: dict[str, str], _: object) -> None:
        if event["Step"] == "createSecret":
            with SecretsManager() as inner:
                inner.seed("of-inner", "x")
                seen.append(names())
            seen.append(names())

    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(handler))
        sm.client().rotate_secret(SecretId="db")
    assert seen == [["of-inner"], ["db"]]


def test_a_manager_that_a_task_of_a_function_enters_answers_the_function_too() -> None:
    """A task has a copy of its function's context."""
    seen: list[list[str]] = []

    def handler(event: dict[str, str], _: object) -> None:
        async def enter(stack: ExitStack) -> SecretsManager:
            return stack.enter_context(SecretsManager())

        if event["Step"] == "createSecret":
            with ExitStack() as stack:
                inner = asyncio.run(enter(stack))
                boto3.client("secretsmanager").create_secret(Name="of-inner")
                seen.append(list(inner.secrets))

    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(handler))
        sm.client().rotate_secret(SecretId="db")
    assert seen == [["of-inner"]]


def test_a_context_that_outlives_its_function_is_answered_as_any_other() -> None:
    """A pool or a task may keep it, long after the rotation."""
    contexts: list[contextvars.Context] = []
    with SecretsManager() as other:
        with SecretsManager() as sm:
            rotation = Rotation(lambda *_: contexts.append(contextvars.copy_context()), days=1)
            sm.seed("db", "one", rotation=rotation)
        sm.clock.advance(days=2)
        contexts[0].run(boto3.client("secretsmanager").create_secret, Name="of-context")
        assert list(other.secrets) == ["of-context"]


def test_a_context_that_outlives_its_function_is_not_answered_by_the_next_one() -> None:
    contexts: list[contextvars.Context] = []

    def handler(*_: object) -> None:
        if contexts:
            with suppress(ClientError):  # AWS tries again what failed
                contexts[0].run(boto3.client("secretsmanager").create_secret, Name="of-context")
        contexts.append(contextvars.copy_context())

    with SecretsManager() as other:
        with SecretsManager() as sm:
            sm.seed("db", "one", rotation=Rotation(handler, days=1))
        sm.clock.advance(days=2)
        assert list(other.secrets) == ["of-context"]
        assert list(sm.secrets) == ["db"]


def test_a_thread_of_a_function_of_a_manager_that_was_left_reaches_no_network() -> None:
    def handler(event: dict[str, str], context: object) -> None:
        thread = threading.Thread(target=writes_what_it_is_called_for, args=(event, context))
        thread.start()
        thread.join()

    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(handler, days=1))
    sm.clock.advance(days=2)
    assert "written-by-function" in sm.secrets


@pytest.mark.parametrize("how", ["over its endpoint", "by its clock"])
def test_a_function_is_answered_by_its_own_manager_though_another_was_entered_since(how: str) -> None:
    with SecretsManager() as outer:
        outer.seed("db", "one", rotation=Rotation(writes_what_it_is_called_for, days=1))
        endpoint = outer.endpoint()
        client = boto3.client(
            "secretsmanager",
            endpoint_url=endpoint.url,
            aws_access_key_id=endpoint.env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=endpoint.env["AWS_SECRET_ACCESS_KEY"],
        )
        with SecretsManager() as inner:
            if how == "by its clock":
                outer.clock.advance(days=2)
            else:
                client.rotate_secret(SecretId="db")
            assert dict(inner.secrets) == {}
        client.close()
        assert sorted(outer.secrets) == ["db", "written-by-function"]


# --- ends that come from outside -------------------------------------------------------------------------------------


def test_a_decorated_coroutine_that_is_thrown_away_leaves_its_manager_free() -> None:
    """The garbage collector closes it, in a context of its own."""
    sm = SecretsManager()

    @sm
    async def work() -> None:
        await asyncio.sleep(0)

    coroutine: Any = work()
    contextvars.copy_context().run(coroutine.send, None)
    contextvars.copy_context().run(coroutine.close)
    asyncio.run(work())


def test_it_answers_no_more_though_its_endpoint_was_interrupted_as_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    sm = SecretsManager().__enter__()
    endpoint = sm.endpoint()
    with monkeypatch.context() as patched:
        patched.setattr(endpoint, "stop", Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            sm.__exit__(None, None, None)
    endpoint.stop()
    with pytest.raises(NoRegionError):
        boto3.client("secretsmanager")


def returns_a_coroutine() -> Any:
    return asyncio.sleep(0)


async def coroutine_function() -> None:
    """Does nothing."""


class AsyncCallable:
    async def __call__(self) -> None:
        """Does nothing."""


@pytest.mark.parametrize(
    "function",
    [
        pytest.param(returns_a_coroutine, id="a function that gives a coroutine"),
        pytest.param(lambda: coroutine_function(), id="a wrapper around a coroutine function"),
        pytest.param(AsyncCallable(), id="an object that is called so"),
    ],
)
def test_what_would_be_awaited_after_it_was_left_is_refused(function: Callable[[], Any]) -> None:
    with pytest.raises(UsageError, match="gave something to be awaited, which nobody would answer any more"):
        SecretsManager()(function)()


def test_what_is_done_already_may_be_awaited_after_it_was_left() -> None:
    @SecretsManager()
    def gives_a_future() -> asyncio.Future[int]:
        done = asyncio.get_running_loop().create_future()
        done.set_result(7)
        return done

    async def test() -> int:
        return await gives_a_future()

    assert asyncio.run(test()) == 7


def test_request_ids_of_a_random_seed_do_not_depend_on_what_was_rolled_back() -> None:
    ids = []
    with SecretsManager(random_seed=7) as sm:
        for calls in (3, 1):
            with sm.snapshot():
                for _ in range(calls):
                    sm.client().list_secrets()
                ids.append(sm.log[0].request_id)
    assert ids[0] == ids[1]


def test_a_client_that_a_rolled_back_block_made_is_not_met_again() -> None:
    """A hook of one test would act in the next."""
    with SecretsManager() as sm:
        kept = sm.client()
        with sm.snapshot():
            made = sm.client("eu-west-1")
            assert sm.client() is kept
        assert sm.client("eu-west-1") is not made
        assert sm.client() is kept


def test_an_error_of_botocores_in_making_a_client_stands_alone() -> None:
    with SecretsManager() as sm, pytest.raises(ValueError, match="Invalid endpoint: nowhere") as caught:
        sm.client(endpoint_url="nowhere")
    assert caught.value.__context__ is None


def test_errors_are_shown_by_the_name_that_they_are_imported_by() -> None:
    assert UsageError.__module__ == "pytest_secretsmanager"
    assert pickle.loads(pickle.dumps(UsageError("x"))).args == ("x",)  # noqa: S301 - made just here
