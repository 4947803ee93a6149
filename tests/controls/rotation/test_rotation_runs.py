"""`sm.rotation.runs`: what a run of a rotation shows."""

from collections.abc import Callable
from datetime import timedelta

from rotating import DELETED_BY_FORCE, FUNCTION, NOON, STEPS, V2, Look, events_of_aws, idle, rotate
from rotation_function import Database

from pytest_secretsmanager import Rotation, RotationRun, SecretsManager
from pytest_secretsmanager.inspection.rotation_texts import run_text


def test_rotation_runs_are_empty_before_the_first_rotation(sm: SecretsManager, database: Database) -> None:
    assert sm.rotation.runs == ()


def test_rotation_run_shows_its_secret_version_and_function(sm: SecretsManager, database: Database) -> None:
    run = rotate(sm, ClientRequestToken=V2)
    assert (run.secret, run.token) == (sm.secret("db").arn, V2)
    assert (run.function, run.test, run.state) == (f"{FUNCTION}lambda_handler", False, "succeeded")


def test_rotation_run_shows_its_steps(sm: SecretsManager, database: Database) -> None:
    run = rotate(sm)
    assert [(step.step, step.error, step.traceback) for step in run.steps] == [(step, None, "") for step in STEPS]
    assert run.error is None


def test_rotation_run_shows_its_start_and_its_end(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    run = look_at_steps(lambda *_: sm.clock.advance(minutes=5))
    assert (run.started, run.ended) == (NOON, NOON + timedelta(minutes=20))


def test_rotation_run_is_running_and_has_no_end_while_a_step_runs(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    seen: list[object] = []
    look_at_steps(lambda *_: seen.append((sm.rotation.runs[0].state, sm.rotation.runs[0].ended)))
    assert seen == [("running", None)] * 4


def test_failed_rotation_run_ends_with_the_step_that_failed(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    run = rotate(sm)
    assert (run.state, run.ended) == ("failed", NOON)
    assert [step.step for step in run.steps] == ["createSecret", "setSecret"]
    assert run.error is run.steps[-1].error
    assert repr(run.error) == "LoginRefused('no such password of user app')"


def test_failed_rotation_step_keeps_its_traceback_as_text(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    text = rotate(sm).steps[-1].traceback
    assert text.startswith("Traceback (most recent call last):\n")
    assert 'rotation_function.py", line ' in text
    assert text.endswith("rotation_function.LoginRefused: no such password of user app\n")


def test_rotation_run_fails_without_an_error_when_awscurrent_does_not_move(
    sm: SecretsManager, database: Database
) -> None:
    run = rotate(sm, RotationLambdaARN=sm.rotation.register(idle))
    assert (run.state, [step.step for step in run.steps], run.error) == ("failed", STEPS, None)
    assert sm.log[-1].error_message == f"AWSCURRENT has not come to version {run.token}"


def test_rotation_run_fails_when_its_function_deletes_the_secret_and_raises(sm: SecretsManager) -> None:
    def destructive(event: dict[str, str], _: object) -> None:
        sm.client().delete_secret(SecretId=event["SecretId"], ForceDeleteWithoutRecovery=True)
        raise ValueError("gone")

    sm.seed("db", "one")
    run = rotate(sm, RotationLambdaARN=sm.rotation.register(destructive))
    assert (run.state, str(run.error)) == ("failed", "gone")
    assert events_of_aws(sm) == ["RotationStarted", *DELETED_BY_FORCE]


def test_rotation_is_not_retried_when_its_function_cancels_it_and_raises(
    sm: SecretsManager, database: Database
) -> None:
    def giving_up(event: dict[str, str], _: object) -> None:
        sm.client().cancel_rotate_secret(SecretId=event["SecretId"])
        raise ValueError("not today")

    rotate(sm, RotationLambdaARN=sm.rotation.register(giving_up))
    sm.clock.advance(days=400)
    assert [(run.state, str(run.error)) for run in sm.rotation.runs] == [("failed", "not today")]


def test_rotation_runs_are_in_order_of_time_oldest_first(sm: SecretsManager, database: Database) -> None:
    runs = [rotate(sm), rotate(sm), rotate(sm)]
    assert list(sm.rotation.runs) == runs


def test_rotation_runs_return_a_tuple_that_does_not_change(sm: SecretsManager, database: Database) -> None:
    before = sm.rotation.runs
    rotate(sm)
    assert (len(before), len(sm.rotation.runs)) == (0, 1)


def test_repr_of_a_rotation_run_shows_no_error_and_no_value(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError("to-hide"))
    run = rotate(sm, ClientRequestToken=V2)
    assert repr(run) == "<rotation of 'db' in us-east-1: failed in createSecret>"


def test_repr_of_a_rotation_run_shows_its_state_and_step(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", after="setSecret") as hold:
        run = rotate(sm)
        assert repr(run) == "<rotation of 'db' in us-east-1: held after setSecret>"
        assert hold.run == run
    assert repr(run) == "<rotation of 'db' in us-east-1: succeeded>"
    sm.rotation.fail("testSecret", ValueError)
    assert repr(rotate(sm, RotateImmediately=False)) == "<trial of 'db' in us-east-1: failed in testSecret>"


def test_failed_rotation_run_shows_the_time_of_its_retry(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError)
    run = rotate(sm)
    assert run.retry == run.ended + timedelta(minutes=1)
    sm.clock.set(run.retry)
    again = sm.rotation.runs[-1]
    assert (again.token, again.state, again.retry) == (run.token, "succeeded", None)


def test_rotation_step_that_failed_by_plan_is_marked_as_planned(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError)
    assert [step.planned for step in rotate(sm).steps] == [True]
    sm.clock.advance(minutes=1)
    assert [step.planned for step in sm.rotation.runs[-1].steps] == [False] * 4


def test_traceback_of_a_planned_rotation_failure_has_no_frame_of_the_plugin(
    sm: SecretsManager, database: Database
) -> None:
    sm.rotation.fail("createSecret", ValueError("on purpose"))
    assert rotate(sm).steps[-1].traceback == "ValueError: on purpose\n"


def test_rollback_of_a_decorated_function_removes_its_holds_and_planned_failures() -> None:
    manager = SecretsManager()

    @manager
    def planning() -> None:
        manager.seed("db", "one", rotation=Rotation(idle))
        manager.rotation.hold("db", before="createSecret")
        manager.rotation.fail("testSecret", ValueError, times=3)
        rotate(manager, RotateImmediately=False)
        rotate(manager)

    @manager
    def rotating() -> RotationRun:
        manager.seed("db", "one", owning_service="rds")
        return rotate(manager)

    planning()
    assert rotating().state == "succeeded"


def test_rollback_of_a_decorated_function_removes_its_rotation_runs() -> None:
    manager = SecretsManager()

    @manager
    def rotating() -> int:
        manager.seed("db", "one", rotation=Rotation(idle))
        rotate(manager)
        return len(manager.rotation.runs)

    assert (rotating(), rotating(), manager.rotation.runs) == (1, 1, ())


def test_run_text_names_the_rotation_step_that_is_running(sm: SecretsManager) -> None:
    seen = []

    def handler(event: dict[str, str], _: object) -> None:
        seen.append(run_text(sm.rotation.runs[-1]._run))

    sm.seed("db", "one", rotation=Rotation(handler))
    rotate(sm)
    assert seen == [f"it is running in {step}" for step in ("createSecret", "setSecret", "testSecret", "finishSecret")]


def test_rotation_run_that_moved_no_awscurrent_shows_the_time_of_its_retry(sm: SecretsManager) -> None:
    sm.seed("db", "one", rotation=Rotation(idle))
    run = rotate(sm)
    assert (run.state, run.retry) == ("failed", run.ended + timedelta(minutes=1))
