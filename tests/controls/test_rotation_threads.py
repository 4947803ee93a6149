"""Rotations and threads: functions that call from their own threads, and many callers at once.

Each join has a timeout: a deadlock fails its test instead of hanging the run.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Lock, Semaphore, Thread, current_thread
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from put_and_promote import put_and_promote

from pytest_secretsmanager import Rotation, SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Handler = Callable[[dict[str, str], Any], object]
Work = Callable[[], object]

PATIENCE = 30.0
"""Seconds until a thread counts as stuck. Each takes under a tenth of a second."""

INCOMPLETE = "A previous rotation isn't complete. That rotation will be reattempted."


def at_once(*work: Work) -> list[Any]:
    """Run each piece of work in its own thread, all at once. Return their results, or raise an error."""
    start = Barrier(len(work))
    results: dict[int, object] = {}
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait(PATIENCE)
            results[number] = work[number]()
        except BaseException as error:  # noqa: BLE001, RUF100 - it is raised below
            errors.append(error)

    threads = [Thread(target=run, args=(number,), daemon=True) for number in range(len(work))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not [thread for thread in threads if thread.is_alive()], "a thread is stuck"
    if errors:
        raise errors[0]
    return [results[number] for number in range(len(work))]


def elsewhere(work: Work) -> Any:
    """Run one piece of work in another thread, and wait for it."""
    return at_once(work)[0]


def by_the_book(client: "SecretsManagerClient") -> Handler:
    """A rotation function that shares one client among all threads, as botocore allows."""

    def handler(event: dict[str, str], _: object) -> None:
        put_and_promote(client, event, f"of {event['ClientRequestToken']}")

    return handler


def in_step(step: str, look: Work, handler: Handler) -> Handler:
    """Return `handler` with a call of `look` before one of its steps."""

    def looking(event: dict[str, str], context: object) -> None:
        if event["Step"] == step:
            look()
        handler(event, context)

    return looking


def answer(call: Callable[..., Any], **parameters: Any) -> str:
    """Return `done`, or the error message of a refused call."""
    try:
        call(**parameters)
    except ClientError as error:
        return str(error.response["Error"]["Message"])
    return "done"


def assert_a_chain_of_promotions(sm: SecretsManager, name: str = "db") -> None:
    """Check that AWSCURRENT moved to each version once, and that the last two have AWS's labels."""
    view = sm.secret(name)
    moves = [move for move in view.history if move.label == "AWSCURRENT"]
    targets = [move.target for move in moves]
    assert [move.source for move in moves] == [view.versions[0].id, *targets[:-1]]
    assert len(set(targets)) == len(targets)
    assert view.labels == {"AWSCURRENT": moves[-1].target, "AWSPREVIOUS": moves[-1].source}


STEPS = pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])

# --- functions that call back from threads ---------------------------------------------------------------------------


def test_rotation_function_may_work_in_its_own_thread(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    function = by_the_book(client)
    secretsmanager.seed("db", "one", rotation=Rotation(lambda *event: elsewhere(lambda: function(*event))))
    client.rotate_secret(SecretId="db")
    secretsmanager.assert_rotated("db")


@STEPS
def test_threads_of_a_rotation_step_may_read_and_write(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", step: str
) -> None:
    def read_and_write() -> None:
        reads = [lambda: client.get_secret_value(SecretId="db")] * 4
        writes = [lambda: client.put_secret_value(SecretId="other", SecretString="x")] * 4
        at_once(*reads, *writes)

    secretsmanager.seed("other", "x")
    secretsmanager.seed("db", "one", rotation=Rotation(in_step(step, read_and_write, by_the_book(client))))
    client.rotate_secret(SecretId="db")
    secretsmanager.assert_rotated("db")
    assert len(secretsmanager.secret("other").versions) == 5


@STEPS
def test_thread_of_a_rotation_step_may_rotate_another_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", step: str
) -> None:
    def rotate_other() -> None:
        elsewhere(lambda: client.rotate_secret(SecretId="other"))

    secretsmanager.seed("other", "one", rotation=Rotation(by_the_book(client)))
    secretsmanager.seed("db", "one", rotation=Rotation(in_step(step, rotate_other, by_the_book(client))))
    client.rotate_secret(SecretId="db")
    secretsmanager.assert_rotated("db")
    secretsmanager.assert_rotated("other")


@STEPS
def test_thread_of_a_rotation_step_can_not_rotate_the_same_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", step: str
) -> None:
    answers: list[str] = []

    def rotate_too() -> None:
        answers.append(elsewhere(lambda: answer(client.rotate_secret, SecretId="db")))

    secretsmanager.seed("db", "one", rotation=Rotation(in_step(step, rotate_too, by_the_book(client))))
    client.rotate_secret(SecretId="db")
    assert answers == [INCOMPLETE]
    secretsmanager.assert_rotated("db")


def test_thread_of_a_rotation_step_may_cancel_the_rotation(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def cancel() -> None:
        elsewhere(lambda: client.cancel_rotate_secret(SecretId="db"))

    secretsmanager.seed("db", "one", rotation=Rotation(in_step("setSecret", cancel, by_the_book(client))))
    client.rotate_secret(SecretId="db")
    (run,) = secretsmanager.rotation.runs
    assert (run.state, [step.step for step in run.steps]) == ("abandoned", ["createSecret", "setSecret"])


def test_hold_resume_works_in_another_thread(secretsmanager: SecretsManager, client: "SecretsManagerClient") -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(by_the_book(client)))
    hold = secretsmanager.rotation.hold("db", before="setSecret")
    client.rotate_secret(SecretId="db")
    assert elsewhere(hold.resume).state == "succeeded"


def test_get_secret_value_during_rotations_returns_each_value_with_its_own_version(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """Each reply also has the label AWSCURRENT."""
    secretsmanager.seed("db", "first", rotation=Rotation(by_the_book(client)))
    values = {secretsmanager.secret("db").versions[0].id: "first"}

    def rotate() -> list[Any]:
        for _ in range(10):
            token = client.rotate_secret(SecretId="db")["VersionId"]
            values[token] = f"of {token}"
        return []

    def read() -> list[Any]:
        return [client.get_secret_value(SecretId="db") for _ in range(50)]

    replies = [reply for replies in at_once(rotate, *[read] * 7) for reply in replies]
    assert [reply["SecretString"] for reply in replies] == [values[reply["VersionId"]] for reply in replies]
    assert all("AWSCURRENT" in reply["VersionStages"] for reply in replies)
    assert len(replies) == 350


def test_end_of_one_function_keeps_the_environment_of_another_that_still_runs(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """The first function to begin ends first. Then the other still finds its own name."""
    first_runs, second_runs, first_has_ended = Event(), Event(), Event()
    before = dict(os.environ)
    seen: list[str] = []

    def first(event: dict[str, str], _: object) -> None:
        if event["Step"] == "finishSecret":
            first_runs.set()
            assert second_runs.wait(PATIENCE)

    def second(event: dict[str, str], _: object) -> None:
        if event["Step"] == "createSecret":
            second_runs.set()
            assert first_has_ended.wait(PATIENCE)
            seen.append(os.environ["AWS_LAMBDA_FUNCTION_NAME"])

    def rotate_first() -> None:
        client.rotate_secret(SecretId="first")
        first_has_ended.set()

    def rotate_second() -> None:
        assert first_runs.wait(PATIENCE)
        client.rotate_secret(SecretId="second")

    secretsmanager.seed("first", "x", rotation=Rotation(first))
    secretsmanager.seed("second", "x", rotation=Rotation(second))
    at_once(rotate_first, rotate_second)
    assert seen == ["second"]
    assert os.environ == before


# --- many callers at once --------------------------------------------------------------------------------------------

CALLERS = pytest.mark.parametrize("callers", [2, 8])


@CALLERS
def test_rotate_secret_of_other_threads_is_refused_while_one_rotates_the_secret(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", callers: int
) -> None:
    """The first rotation waits in its first step until all other callers are refused."""
    refused = Semaphore(0)

    def wait_for_others() -> None:
        for _ in range(callers - 1):
            assert refused.acquire(timeout=PATIENCE)

    def rotate() -> str:
        text = answer(client.rotate_secret, SecretId="db")
        refused.release()
        return text

    secretsmanager.seed("db", "one", rotation=Rotation(in_step("createSecret", wait_for_others, by_the_book(client))))
    answers = at_once(*[rotate] * callers)
    assert sorted(answers) == [*[INCOMPLETE] * (callers - 1), "done"]
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded"]
    secretsmanager.assert_rotated("db")
    assert_a_chain_of_promotions(secretsmanager)


@CALLERS
def test_rotate_secret_of_many_threads_rotates_one_at_a_time_or_is_refused(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", callers: int
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(by_the_book(client)))

    def rotate() -> list[str]:
        return [answer(client.rotate_secret, SecretId="db") for _ in range(8)]

    answers = [text for texts in at_once(*[rotate] * callers) for text in texts]
    assert set(answers) <= {"done", INCOMPLETE}
    assert answers.count("done") == len(secretsmanager.rotation.runs) >= 1
    assert_a_chain_of_promotions(secretsmanager)


@CALLERS
def test_rotate_secret_with_one_token_from_many_threads_rotates_once(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", callers: int
) -> None:
    token = "a-token-of-them-all".ljust(32, "-")
    secretsmanager.seed("db", "one", rotation=Rotation(by_the_book(client)))
    answers = at_once(*[lambda: answer(client.rotate_secret, SecretId="db", ClientRequestToken=token)] * callers)
    assert answers == ["done"] * callers
    assert [run.token for run in secretsmanager.rotation.runs] == [token]
    secretsmanager.assert_rotated("db")
    assert_a_chain_of_promotions(secretsmanager)


def test_many_threads_may_rotate_different_secrets_at_once(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    names = [f"db-{number}" for number in range(32)]
    for name in names:
        secretsmanager.seed(name, "one", rotation=Rotation(by_the_book(client)))

    def rotate(mine: list[str]) -> None:
        for name in mine * 3:
            client.rotate_secret(SecretId=name)

    at_once(*[lambda mine=names[number::8]: rotate(mine) for number in range(8)])
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded"] * 96
    for name in names:
        secretsmanager.assert_rotated(name)
        assert_a_chain_of_promotions(secretsmanager, name)


def test_many_threads_may_rotate_different_secrets_with_one_function(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    arn = secretsmanager.rotation.register(by_the_book(client))
    names = [f"db-{number}" for number in range(8)]
    for name in names:
        secretsmanager.seed(name, "one", rotation=Rotation(arn))
    at_once(*[lambda name=name: client.rotate_secret(SecretId=name) for name in names])
    tokens = {run.secret: run.token for run in secretsmanager.rotation.runs}
    for name in names:
        secretsmanager.assert_value(name, f"of {tokens[secretsmanager.secret(name).arn]}")


def test_rotation_that_is_due_begins_once_when_many_threads_call(
    secretsmanager: SecretsManager, client: "SecretsManagerClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(time, "time", start.timestamp)
    secretsmanager.seed("db", "one", rotation=Rotation(by_the_book(client), days=1))
    for day in range(1, 11):
        monkeypatch.setattr(time, "time", (start + timedelta(days=day)).timestamp)
        at_once(*[client.list_secrets] * 8)
        assert len(secretsmanager.rotation.runs) == day
    assert {run.state for run in secretsmanager.rotation.runs} == {"succeeded"}
    assert_a_chain_of_promotions(secretsmanager)


def test_begin_first_due_returns_nothing_when_another_thread_has_begun_it(secretsmanager: SecretsManager) -> None:
    """Another thread may begin the due rotation between a look at the agenda and this call."""
    assert secretsmanager._parts.service.effects.rotations.begin_first_due(0.0) == ()


# --- between reads ---------------------------------------------------------------------------------------------------


def test_between_reads_counts_every_read_of_many_threads_in_turn(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(by_the_book(client)))
    turn = Lock()

    def read() -> list[str]:
        versions = []
        for _ in range(4):
            with turn:
                versions.append(client.get_secret_value(SecretId="db")["VersionId"])
        return versions

    with secretsmanager.rotation.between_reads("db"):
        versions = [version for versions in at_once(*[read] * 8) for version in versions]
    assert len(secretsmanager.rotation.runs) == len(set(versions)) == 32
    assert_a_chain_of_promotions(secretsmanager)


def test_between_reads_does_not_count_reads_of_other_threads_during_the_rotation(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    def read() -> None:
        at_once(*[lambda: client.get_secret_value(SecretId="db")] * 4)

    secretsmanager.seed("db", "one", rotation=Rotation(in_step("setSecret", read, by_the_book(client))))
    with secretsmanager.rotation.between_reads("db"):
        client.get_secret_value(SecretId="db")
    assert [run.state for run in secretsmanager.rotation.runs] == ["succeeded"]


def test_between_reads_with_every_rotates_while_many_threads_read(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """400 reads with a rotation at every hundredth: four rotations, or fewer if reads came during one."""
    secretsmanager.seed("db", "one", rotation=Rotation(by_the_book(client)))

    def read() -> None:
        for _ in range(50):
            client.get_secret_value(SecretId="db")

    with secretsmanager.rotation.between_reads("db", every=100):
        at_once(*[read] * 8)
    assert 1 <= len(secretsmanager.rotation.runs) <= 4
    assert {run.state for run in secretsmanager.rotation.runs} == {"succeeded"}
    assert_a_chain_of_promotions(secretsmanager)


def test_between_reads_never_begins_two_rotations_at_once_for_many_threads(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    secretsmanager.seed("db", "one", rotation=Rotation(by_the_book(client)))

    def read() -> None:
        for _ in range(10):
            client.get_secret_value(SecretId="db")

    with secretsmanager.rotation.between_reads("db") as between:
        at_once(*[read] * 8)
    assert between.reads == between.rotations == len(secretsmanager.rotation.runs)
    assert {run.state for run in secretsmanager.rotation.runs} == {"succeeded"}
    assert_a_chain_of_promotions(secretsmanager)


# --- in an event loop ------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(signal, "SIGUSR1"), reason="this system has no signals for programs")
@pytest.mark.filterwarnings("ignore:the rotation function .* was still running:RuntimeWarning")
def test_interrupt_in_an_event_loop_does_not_wait_for_a_function_that_blocks(
    secretsmanager: SecretsManager, client: "SecretsManagerClient"
) -> None:
    """pytest-timeout and Ctrl-C interrupt in this way. The function runs in its own thread."""
    go_on = Event()
    main = current_thread()

    def handler(_: dict[str, str], __: object) -> None:
        assert main.ident is not None
        go_on.wait(0.05)  # until the caller waits for this function
        signal.pthread_kill(main.ident, signal.SIGUSR1)
        go_on.wait(PATIENCE)

    async def rotate() -> None:
        client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(handler))

    secretsmanager.seed("db", "one")
    before = signal.signal(signal.SIGUSR1, signal.default_int_handler)
    started = time.monotonic()
    try:
        with closing(asyncio.new_event_loop()) as loop, pytest.raises(KeyboardInterrupt):
            loop.run_until_complete(rotate())
        assert time.monotonic() - started < PATIENCE / 2
    finally:
        signal.signal(signal.SIGUSR1, before)
        go_on.set()
