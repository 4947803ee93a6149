"""Rotation functions that still run when their manager is left, or when their rotation is rolled back."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from put_and_promote import put_and_promote

from pytest_secretsmanager import NetworkBlocked, Rotation, SecretsManager
from pytest_secretsmanager.doors.wiring import PROCESS

PATIENCE = 30.0


class Function:
    """A rotation function that waits in its first step until it may go on, and then makes one call."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.answers: list[object] = []
        self.runs, self.may_go_on, self.has_ended = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, event: dict[str, str], _: object) -> None:
        self.steps.append(event["Step"])
        self.runs.set()
        assert self.may_go_on.wait(PATIENCE)
        try:
            boto3.client("secretsmanager", region_name="us-east-1").create_secret(Name=f"of-{event['Step']}")
            self.answers.append("answered")
        except BaseException as error:
            self.answers.append(error)
        finally:
            self.has_ended.set()

    def start(self, sm: SecretsManager, name: str = "db") -> threading.Thread:
        """Start a rotation in another thread, and wait until the function runs."""
        sm.seed(name, "one", rotation=Rotation(self, days=1))
        thread = threading.Thread(target=sm.client().rotate_secret, kwargs={"SecretId": name}, daemon=True)
        thread.start()
        assert self.runs.wait(PATIENCE)
        return thread

    def finish(self, thread: threading.Thread) -> None:
        self.may_go_on.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


@contextmanager
def left_running(rolled_back: bool = False) -> Iterator[tuple[SecretsManager, Function, threading.Thread]]:
    """Leave a manager, or one of its rollbacks, while a function runs. The function ends with this block."""
    function = Function()
    with SecretsManager() if rolled_back else pytest.warns(RuntimeWarning, match="still running") as outer:
        if rolled_back:
            sm = outer
            with pytest.warns(RuntimeWarning, match="still running"), sm.snapshot():
                thread = function.start(sm)
        else:
            with SecretsManager() as sm:
                thread = function.start(sm)
        try:
            yield sm, function, thread
        finally:
            function.finish(thread)


def test_leaving_a_manager_warns_once_which_function_is_running_and_where() -> None:
    function = Function()
    with pytest.warns(RuntimeWarning) as warnings, SecretsManager() as sm:
        thread = function.start(sm)
    function.finish(thread)
    (warning,) = warnings
    text = str(warning.message)
    assert text.startswith("the rotation function arn:aws:lambda:us-east-1:123456789012:function:Function was still")
    assert f"running at {__file__}:" in text
    assert "when its SecretsManager was left" in text


def test_error_of_the_block_has_the_warning_about_a_running_function_as_a_note() -> None:
    function = Function()
    threads = []
    with pytest.raises(ZeroDivisionError) as caught, SecretsManager() as sm:  # noqa: PT012
        threads.append(function.start(sm))
        1 / 0  # noqa: B018
    function.finish(threads[0])
    (note,) = caught.value.__notes__
    assert "was still running" in note


@pytest.mark.parametrize("rolled_back", [False, True], ids=["manager left", "rolled back"])
def test_environment_of_a_running_function_is_restored_when_its_manager_is_left(rolled_back: bool) -> None:
    with left_running(rolled_back) as (_, function, thread):
        assert "AWS_LAMBDA_FUNCTION_NAME" not in os.environ
        assert "AWS_REGION" not in os.environ
        function.finish(thread)
        assert "AWS_LAMBDA_FUNCTION_NAME" not in os.environ
    assert "AWS_DEFAULT_REGION" not in os.environ
    assert PROCESS.environment._users == ()


@pytest.mark.parametrize("rolled_back", [False, True], ids=["manager left", "rolled back"])
def test_running_rotation_function_begins_no_further_step_after_its_manager_is_left(rolled_back: bool) -> None:
    with left_running(rolled_back) as (_, function, thread):
        function.finish(thread)
        assert function.steps == ["createSecret"]


class FalseError(Exception):
    """Such as an ExceptionGroup of a project's own: it has a length."""

    def __len__(self) -> int:
        return 0


def test_an_error_that_is_false_has_the_warning_about_a_running_function_as_a_note() -> None:
    function, threads = Function(), []
    with pytest.raises(FalseError) as caught, SecretsManager() as sm:  # noqa: PT012
        threads.append(function.start(sm))
        raise FalseError
    function.finish(threads[0])
    (note,) = caught.value.__notes__
    assert "was still running" in note


@pytest.mark.filterwarnings("error")
def test_a_warning_that_is_an_error_has_the_other_problems_of_the_block_as_notes() -> None:
    functions = {"one": Function(), "two": Function()}
    threads = {}
    with pytest.raises(RuntimeWarning, match="was still running") as caught, SecretsManager() as sm:  # noqa: PT012
        threads |= {name: function.start(sm, name) for name, function in functions.items()}
        sm.faults.fail("DescribeSecret", "connection closed")
        sm.events.subscribe(lambda _: 1 / 0)
        sm.client().create_secret(Name="new")
    cut_off, failed = caught.value.__notes__
    assert "was still running" in cut_off
    assert "ZeroDivisionError" in failed
    with sm:
        pass  # a later block has nothing to report
    for name, function in functions.items():
        function.finish(threads[name])


def test_running_rotation_function_of_a_failed_rotation_is_cut_off() -> None:
    """In an event loop an error of a signal handler may fail a step while its function still runs."""
    function = Function()
    with pytest.warns(RuntimeWarning, match="still running"), SecretsManager() as sm:  # noqa: PT031
        thread = function.start(sm)
        sm._parts.service.effects.rotations._busy = frozenset()
        (run,) = sm._parts.service.effects.rotations.runs
        run.state = "failed"
    assert "AWS_LAMBDA_FUNCTION_NAME" not in os.environ
    function.finish(thread)


def test_rotation_trial_fails_when_its_manager_is_left() -> None:
    function = Function()
    with pytest.warns(RuntimeWarning, match="still running"), SecretsManager() as sm:  # noqa: PT031
        sm.seed("db", "one")
        trial = {"SecretId": "db", "RotationLambdaARN": sm.rotation.register(function), "RotateImmediately": False}
        thread = threading.Thread(target=sm.client().rotate_secret, kwargs=trial, daemon=True)
        thread.start()
        assert function.runs.wait(PATIENCE)
    function.finish(thread)
    (run,) = sm.rotation.runs
    assert (run.state, run.broken_off) == ("failed", True)
    sm.assert_labels("db", {"AWSCURRENT": 1})


def test_rotation_of_a_running_function_fails_and_is_retried_after_its_manager_is_left() -> None:
    with left_running() as (sm, function, thread):
        (run,) = sm.rotation.runs
        assert (run.state, run.broken_off) == ("failed", True)
        with pytest.raises(AssertionError, match="it was broken off in createSecret"):
            sm.assert_rotated("db")
        function.finish(thread)
        sm.clock.advance(minutes=1)
        assert len(sm.rotation.runs) == 2


def test_left_manager_answers_its_running_function_but_no_other_thread() -> None:
    """Without a manager, a call of another thread goes to AWS."""
    with left_running():
        client = boto3.client(
            "secretsmanager", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        assert PROCESS.responder_for(client) is None


def test_running_rotation_function_is_answered_by_its_own_manager_that_was_left() -> None:
    with left_running() as (sm, function, thread):
        with SecretsManager() as later:
            function.finish(thread)
            assert list(later.secrets) == []
        assert function.answers == ["answered"]
        assert "of-createSecret" in sm.secrets


def test_running_rotation_function_is_refused_after_its_rotation_is_rolled_back() -> None:
    with left_running(rolled_back=True) as (sm, function, thread):
        function.finish(thread)
        (answer,) = function.answers
        assert isinstance(answer, NetworkBlocked)
        assert "outlived the test that it was called in" in str(answer)
        assert list(sm.secrets) == []


def test_running_rotation_function_from_before_a_rollback_goes_on() -> None:
    function = Function()
    with SecretsManager() as sm:
        thread = function.start(sm)
        with sm.snapshot():
            pass
        function.finish(thread)
        assert function.steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
def test_interrupted_function_in_an_event_loop_does_not_write_to_a_later_manager() -> None:
    """In an event loop a function runs in another thread, which goes on after an interrupt of the wait."""
    function = Function()

    class Interrupt(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupt

    async def rotate(sm: SecretsManager) -> None:
        sm.seed("db", "one", rotation=Rotation(function, days=1))
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        sm.client().rotate_secret(SecretId="db")

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(Interrupt) as caught, SecretsManager() as sm:
            asyncio.run(rotate(sm))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert "was still running" in "".join(caught.value.__notes__)
    with SecretsManager() as later:
        function.may_go_on.set()
        assert function.has_ended.wait(PATIENCE)
        assert list(later.secrets) == []
    deadline = time.monotonic() + PATIENCE
    while PROCESS.functions.all and time.monotonic() < deadline:
        time.sleep(0.001)
    assert PROCESS.functions.all == ()


def test_interrupt_in_one_thread_does_not_end_a_rotation_of_another_thread() -> None:
    """The other rotation has announced its version, but its run has not begun."""
    ready, may_begin = threading.Event(), threading.Event()

    def handler(event: dict[str, str], _: object) -> None:
        put_and_promote(boto3.client("secretsmanager"), event, "two")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with SecretsManager() as sm:
        sm.seed("a", "one", rotation=Rotation(interrupted, days=1))
        sm.seed("b", "one", rotation=Rotation(handler, days=1))
        run_effects: Callable[..., Any] = sm._parts.service.effects.run

        def wait_first(effects: Any) -> None:
            if threading.current_thread() is thread:
                ready.set()
                assert may_begin.wait(PATIENCE)
            run_effects(effects)

        sm._parts.service.effects.run = wait_first  # type: ignore[method-assign]
        thread = threading.Thread(target=sm.client().rotate_secret, kwargs={"SecretId": "b"}, daemon=True)
        thread.start()
        assert ready.wait(PATIENCE)
        with pytest.raises(KeyboardInterrupt):
            sm.client().rotate_secret(SecretId="a")
        may_begin.set()
        thread.join(PATIENCE)
        sm.assert_rotated("b")
