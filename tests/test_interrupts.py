"""Interrupts: at any instruction, they leave no lock, no wrapper and no half change.

Ctrl-C, pytest-timeout and other signal handlers raise between any two instructions of the main thread. These tests
raise at each instruction of this package that a scenario runs, one after the other. Each run takes a sample.
All of them take half an hour:

    EVERY_INSTRUCTION=1 python -m pytest tests/test_interrupts.py
"""

import dis
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from put_and_promote import put_and_promote

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import attempts
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import locks, secret_order, store
from pytest_secretsmanager.engine.errors import ThrottlingException
from pytest_secretsmanager.engine.faults import Fault, FaultPlan
from pytest_secretsmanager.inspection.views import state_of
from pytest_secretsmanager.inspection.with_blocks import StepsBlock
from pytest_secretsmanager.managing.rollback import rolled_back

# CPython drops what is raised in a finalizer, as in a generator that it closes.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PACKAGE = str(Path(pytest_secretsmanager.__file__).parent)
VARIABLES = ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_LAMBDA_FUNCTION_NAME")
EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
SAMPLE = 30
PATIENCE = 30.0


class Interrupt(BaseException):
    """The interrupt. No code of this package catches it by its class."""


# --- at an instruction -----------------------------------------------------------------------------------------------


class AtInstruction:
    """Raise at the `n`-th instruction of this package, or count all instructions if there are fewer."""

    def __init__(self, n: int) -> None:
        self.n, self.count, self.where = n, 0, "nowhere"

    @contextmanager
    def under_way(self) -> Iterator[None]:
        before = sys.gettrace()
        frame = sys._getframe()
        frame.f_trace_opcodes = True  # CPython 3.12 traces instructions only where a frame has asked before
        sys.settrace(self._trace)
        try:
            yield
        finally:
            sys.settrace(before)

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        frame.f_trace_opcodes = True
        return self._trace_inside

    def _trace_inside(self, frame: FrameType, event: str, _argument: object) -> Any:
        if event == "opcode" and not is_beyond_any_code(frame):
            self.count += 1
            if self.count == self.n:
                sys.settrace(None)
                self.where = f"instruction {frame.f_lasti} of {frame.f_code.co_qualname}"
                raise Interrupt
        return self._trace_inside


def is_beyond_any_code(frame: FrameType) -> bool:
    """Return whether no code of this package can notice an interrupt here.

    A user's `with` calls two functions itself: none can notice one before the first `try` of `__exit__` and after
    that of `__enter__`. CPython handles no signal after the last call of a function; before the first call it may.
    """
    code, at = frame.f_code, frame.f_lasti
    if code in (SecretsManager.__exit__.__code__, StepsBlock.__exit__.__code__):
        return at < first_try(code)[0]
    is_enter = code in (SecretsManager.__enter__.__code__, StepsBlock.__enter__.__code__)
    return is_enter and first_try(code)[1] <= at < first_try(code)[2]


def first_try(code: CodeType) -> tuple[int, int, int]:
    """Return the begin and the end of the first `try` of a function, and the begin of its handler."""
    entry = min(dis._parse_exception_table(code), key=lambda entry: entry.start)  # type: ignore[attr-defined]
    return entry.start, entry.end, entry.target


# --- scenarios -------------------------------------------------------------------------------------------------------

Scenario = Callable[[Callable[[], Any]], None]
"""A function that prepares a manager, runs one action inside the given context, and checks what remains."""


def rotate(event: dict[str, str], _: object) -> None:
    put_and_promote(boto3.client("secretsmanager", region_name="us-east-1"), event, "rotated")


def interrupted(injection: Callable[[], Any], work: Callable[[], object]) -> None:
    """Run one piece of work during the injection."""
    try:
        with injection():
            work()
    except Interrupt:
        pass


def assert_usable(sm: SecretsManager) -> None:
    """Check that the manager answers in another thread: no lock is held."""

    def work() -> None:
        with sm:
            client = sm.client()
            client.create_secret(Name="afterwards", SecretString="one")
            client.delete_secret(SecretId="afterwards", ForceDeleteWithoutRecovery=True)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert not thread.is_alive(), "a lock is held"


def entering_and_leaving(injection: Callable[[], Any]) -> None:
    sm = SecretsManager()

    def enter_and_leave() -> None:
        with sm:
            pass

    interrupted(injection, enter_and_leave)
    assert sm._parts.entering.depth == 0
    assert_usable(sm)


def a_call(injection: Callable[[], Any], hook: bool = False) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")
        client = boto3.client("secretsmanager")
        if hook:
            client.meta.events.register("before-call.secrets-manager.*", lambda **_: None)
        interrupted(injection, lambda: client.put_secret_value(SecretId="db", SecretString="two"))
        logged = [event.operation for event in sm.log]
        assert (sm.secret("db").value, logged) in [("one", []), ("two", ["PutSecretValue"])]
        assert_usable(sm)


def a_call_with_hooks(injection: Callable[[], Any]) -> None:
    a_call(injection, hook=True)


def a_call_with_faults(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")
        client = sm.client(config=Config(retries={"mode": "adaptive"}))
        throttled = Fault(ThrottlingException("Rate exceeded"))
        sm._parts.responder.plans.append(FaultPlan(lambda _: True, lambda _: throttled, times=2))
        interrupted(injection, lambda: client.put_secret_value(SecretId="db", SecretString="two"))
        sm._parts.responder.plans.clear()
        assert [version.value for version in sm.secret("db").versions] in [["one"], ["one", "two"]]
        assert attempts.current.get() is None
        assert_usable(sm)


def a_block_of_a_planned_fault(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")
        client = sm.client()

        def block() -> None:
            with sm.faults.fail("PutSecretValue", "connection closed", secret="db", after=True):
                client.put_secret_value(SecretId="db", SecretString="two")

        interrupted(injection, block)
        assert [version.value for version in sm.secret("db").versions] in [["one"], ["one", "two"]]
        assert attempts.current.get() is None
        sm._parts.unmet_plans.forget()  # a plan whose block never began is still planned
        assert client.put_secret_value(SecretId="db", SecretString="three")["ResponseMetadata"]["RetryAttempts"] == 0
        assert_usable(sm)


def a_block_of_lasting_faults(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")
        sm.seed("gone", "one")
        # By default, about one of a thousand throttled calls fails: its random waits add up to less than a second.
        client, service = sm.client(config=Config(retries={"total_max_attempts": 20})), sm._parts.service

        def block() -> None:
            rate = sm.faults.throttle("PutSecretValue", rate=1, burst=1)
            with rate, sm.faults.stale_reads(), sm.faults.asynchronous_deletion(seconds=1):
                for value in ("two", "three"):
                    client.put_secret_value(SecretId="db", SecretString=value)
                client.get_secret_value(SecretId="db")
                client.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
                sm.clock.advance(seconds=1)

        interrupted(injection, block)
        chained = service._chains.conditions
        assert service.conditions.are_in_force or chained is None
        values = [version.value for version in sm.secret("db").versions]
        assert values in [["one"], ["one", "two"], ["one", "two", "three"]]
        sm.clock.advance(seconds=1)
        deleted = [event.operation for event in sm.log if event.by_service]
        assert deleted == ([] if "gone" in sm.secrets else ["StartSecretVersionDelete", "EndSecretVersionDelete"])
        service.clear_conditions()
        assert attempts.current.get() is None
        assert_usable(sm)


def a_seed(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", kms_key="alias/first")
        after = {"versions": ["two"], "kms_key": "alias/second", "replicas": ["eu-west-1"]}
        interrupted(injection, lambda: sm.seed("db", "three", **after))
        values = [version.value for version in sm.secret("db").versions]
        assert values in [["one"], ["two", "three"]]
        if values != ["one"]:
            assert sm.secret("db", region="eu-west-1").value == "three"
        assert_usable(sm)


def a_rotation(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")
        client, arn = sm.client(), sm.rotation.register(rotate)
        interrupted(injection, lambda: client.rotate_secret(SecretId="db", RotationLambdaARN=arn))
        assert "running" not in [run.state for run in sm.rotation.runs]
        assert not sm._parts.service.effects.rotations.is_busy
        sm.clock.advance(hours=1)
        state = state_of(sm.secret("db"))
        if state.rotation is not None:  # the rotation had begun, and was tried again
            sm.assert_rotated("db")
        assert_usable(sm)


def a_replication(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", replicas=["eu-west-1"])
        client = sm.client()
        interrupted(injection, lambda: client.put_secret_value(SecretId="db", SecretString="two"))
        assert sm.secret("db", region="eu-west-1").value == sm.secret("db").value
        status = sm.client().describe_secret(SecretId="db")["ReplicationStatus"]
        assert [replica["Status"] for replica in status] == ["InSync"]
        assert_usable(sm)


def a_change_of_many_secrets(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm, pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "_MANY", 2)
        patched.setattr(secret_order, "_CHUNK", 1)
        for number in range(4):
            sm.seed(f"db{number}", "one")
        client = sm.client()

        def change() -> None:
            client.create_secret(Name="db1a", SecretString="one")
            client.delete_secret(SecretId="db2", ForceDeleteWithoutRecovery=True)
            sm.seed("db0", "two")

        client.list_secrets(Filters=NUMBERED)  # type: ignore[arg-type]
        interrupted(injection, change)
        order = sm._parts.service.store.order("us-east-1", "123456789012")
        assert order is not None
        states = sm._parts.service.secrets()
        by_creation = sorted(states, key=lambda secret: (secret.created, secret.number))
        assert [*order.after("name", None, descending=False)] == sorted(states, key=lambda secret: secret.name)
        assert [*order.after("created-date", None, descending=False)] == by_creation
        assert [*order.after("created-date", None, descending=True)] == by_creation[::-1]
        assert_the_filter_finds(sm, [secret.name for secret in by_creation])
        assert_usable(sm)


NUMBERED = [{"Key": "all", "Values": ["db"]}]
"""A filter that an order of words answers. The first one makes this order."""


def assert_the_filter_finds(sm: SecretsManager, names: list[str]) -> None:
    found = sm.client().list_secrets(Filters=NUMBERED)["SecretList"]  # type: ignore[arg-type]
    assert [secret["Name"] for secret in found] == names


def the_first_filter_by_words_among_many_secrets(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm, pytest.MonkeyPatch.context() as patched:
        patched.setattr(store, "_MANY", 2)
        patched.setattr(secret_order, "_CHUNK", 1)
        names = [f"db{number}" for number in range(4)]
        for name in names:
            sm.seed(name, "one")
        interrupted(injection, lambda: sm.client().list_secrets(Filters=NUMBERED))  # type: ignore[arg-type]
        assert_the_filter_finds(sm, names)
        assert_usable(sm)


def a_rollback(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        for name in ("a", "b"):
            sm.seed(name, "one")
        before = sm.clock.now
        block = rolled_back(sm._parts, own_log=True)
        block.__enter__()
        for name in ("a", "b"):
            sm.client().put_secret_value(SecretId=name, SecretString="two")
        sm.client().create_secret(Name="c")
        sm.kms.create_key(alias="alias/c")
        sm.clock.advance(days=1)
        interrupted(injection, lambda: block.__exit__(None, None, None))
        assert {name: secret.value for name, secret in sm.secrets.items()} == {"a": "one", "b": "one"}
        assert [event.operation for event in sm.log] == []
        assert (sm.clock.now - before).total_seconds() < PATIENCE
        with pytest.raises(pytest_secretsmanager.UsageError, match="no KMS key 'alias/c'"):
            sm.kms.key("alias/c")
        assert sm._parts.service.store._journals == []
        assert_usable(sm)


def a_snapshot(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")

        def block() -> None:
            with sm.snapshot():
                sm.client().put_secret_value(SecretId="db", SecretString="two")
                sm.clock.advance(days=1)

        before = sm.clock.now
        interrupted(injection, block)
        assert sm.secret("db").value == "one"
        assert (sm.clock.now - before).total_seconds() < PATIENCE
        assert sm._parts.service.store._journals == []
        assert_usable(sm)


def a_snapshot_of_a_failing_block(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")

        def block() -> None:
            with suppress(KeyError), sm.snapshot():
                sm.client().put_secret_value(SecretId="db", SecretString="two")
                raise KeyError

        before = sm.clock.now
        interrupted(injection, block)
        assert sm.secret("db").value == "one"
        assert (sm.clock.now - before).total_seconds() < PATIENCE
        assert sm._parts.service.store._journals == []
        assert_usable(sm)


def a_role_and_a_block(injection: Callable[[], Any]) -> None:
    """A role is made completely or not at all, and the end of a block ends acting as it."""
    with SecretsManager() as sm:
        sm.seed("db", "one")

        def make_and_act() -> None:
            with sm.iam.acting_as(sm.iam.role("app", policy=EVERYTHING)):
                boto3.client("secretsmanager").get_secret_value(SecretId="db")

        interrupted(injection, make_and_act)
        parts = sm._parts
        assert parts.callers.blocks == ()
        assert len(parts.callers.handed_out) == len(parts.identities.roles)
        assert parts.identities.is_in_force is bool(parts.identities.roles)
        assert (parts.service._chains.identities is not None) is parts.identities.is_in_force
        sm.client().get_secret_value(SecretId="db")
        assert sm.log[-1].principal == "arn:aws:iam::123456789012:user/test"
        assert_usable(sm)


def a_block_of_the_default_user(injection: Callable[[], Any]) -> None:
    with SecretsManager() as sm:

        def act() -> None:
            with sm.iam.acting_as(None, context={"aws:SourceVpce": "vpce-1"}):
                sm.client().list_secrets()

        interrupted(injection, act)
        assert (sm._parts.callers.blocks, sm._parts.callers.handed_out) == ((), {})
        assert_usable(sm)


def a_decorated_function(injection: Callable[[], Any]) -> None:
    sm = SecretsManager()

    @sm
    def decorated() -> None:
        boto3.client("secretsmanager").create_secret(Name="db")

    interrupted(injection, decorated)
    assert sm._parts.entering.depth == 0
    assert list(sm.secrets) == []
    decorated()
    assert_usable(sm)


SCENARIOS: list[Scenario] = [
    entering_and_leaving,
    a_call,
    a_call_with_hooks,
    a_call_with_faults,
    a_block_of_a_planned_fault,
    a_block_of_lasting_faults,
    a_seed,
    a_rotation,
    a_replication,
    a_change_of_many_secrets,
    the_first_filter_by_words_among_many_secrets,
    a_rollback,
    a_snapshot,
    a_snapshot_of_a_failing_block,
    a_role_and_a_block,
    a_block_of_the_default_user,
    a_decorated_function,
]

BARE_METHOD = BaseClient.__dict__["_make_api_call"]


def assert_nothing_is_left() -> None:
    """Check that no manager is active, no function or call runs, no method is wrapped, no variable is set.

    This thread holds no lock, either: it may be one that ends, and then no other thread could ever take that lock.
    """
    assert [lock for lock in locks._all() if lock.is_mine] == []
    assert PROCESS._responders == ()
    assert PROCESS.functions.all == ()
    assert PROCESS._under_way == frozenset()
    assert BaseClient.__dict__["_make_api_call"] is BARE_METHOD
    assert PROCESS.environment._users == ()
    assert [name for name in VARIABLES if name in os.environ] == []


@pytest.fixture(autouse=True)
def _warm(no_aws_settings: None) -> None:
    """Do one-time work (imports, descriptions, sessions) before a scenario, which is then not interrupted in it."""
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=pytest_secretsmanager.Rotation(rotate), replicas=["eu-west-1"])
        sm.client().rotate_secret(SecretId="db")
        boto3.client("secretsmanager").describe_secret(SecretId="db")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_interrupt_at_any_instruction_leaves_nothing_behind(scenario: Scenario) -> None:
    whole = AtInstruction(0)
    scenario(whole.under_way)
    assert whole.count > SAMPLE
    points = range(1, whole.count + 1)
    if "EVERY_INSTRUCTION" not in os.environ:
        points = sorted(random.sample(points, SAMPLE))
    for n in points:
        injection = AtInstruction(n)
        where = lambda: f"at {injection.where} (number {n})"  # noqa: B023, E731 - known once it was interrupted
        in_a_thread_of_its_own(lambda: assert_leaves_nothing(scenario, injection.under_way, where))  # noqa: B023


def in_a_thread_of_its_own(check: Callable[[], None]) -> None:
    """Run a check whose trace function raises, also while an exception is handled.

    CPython may then count that exception as handled for as long as the thread lives, and show it as the context of
    later ones.
    """
    with ThreadPoolExecutor(1) as pool:
        pool.submit(check).result()


def assert_leaves_nothing(scenario: Scenario, injection: Callable[[], Any], where: Callable[[], str]) -> None:
    try:
        scenario(injection)
        assert_nothing_is_left()
    except Exception as problem:
        text = f"{type(problem).__name__}: {problem}"
    else:
        return
    # Without the traceback: an instruction may have no line, which pytest can't print.
    pytest.fail(f"interrupted {where()}: {text}", pytrace=False)


# --- real signals ----------------------------------------------------------------------------------------------------


class AfterSeconds:
    """Raise in a signal handler, as Ctrl-C and pytest-timeout do."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.where = seconds, "nowhere"

    @contextmanager
    def under_way(self) -> Iterator[None]:
        def interrupt(number: int, frame: FrameType | None) -> None:
            if frame is not None and is_in_reach(frame):
                self.where = f"{frame.f_code.co_filename}, {frame.f_code.co_qualname}, line {frame.f_lineno}"
                raise Interrupt

        before = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def is_in_reach(frame: FrameType | None) -> bool:
    """Return whether a signal comes inside this package: in its own code, or in code that it called."""
    while frame is not None and not frame.f_code.co_filename.startswith(PACKAGE):
        frame = frame.f_back
    return frame is not None and not is_beyond_any_code(frame)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_signal_at_any_moment_leaves_nothing_behind(scenario: Scenario) -> None:
    start = time.perf_counter()
    scenario(AfterSeconds(0).under_way)  # 0 is never
    length = time.perf_counter() - start
    for _ in range(SAMPLE):
        injection = AfterSeconds(random.uniform(1e-6, length))
        assert_leaves_nothing(scenario, injection.under_way, lambda: f"in {injection.where}")  # noqa: B023
