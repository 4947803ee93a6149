"""`sm.rotation.runs`: what a run of a rotation shows."""

from collections.abc import Callable
from datetime import timedelta

from rotating import DELETED_BY_FORCE, FUNCTION, NOON, STEPS, V2, Look, events_of_aws, idle, rotate
from rotation_function import Database

from pytest_secretsmanager import Rotation, RotationRun, SecretsManager
from pytest_secretsmanager.inspection.rotations import run_text


def test_before_the_first_rotation_there_are_no_runs(sm: SecretsManager, database: Database) -> None:
    assert sm.rotation.runs == ()


def test_a_run_tells_what_was_rotated_and_by_what(sm: SecretsManager, database: Database) -> None:
    run = rotate(sm, ClientRequestToken=V2)
    assert (run.secret, run.token) == (sm.secret("db").arn, V2)
    assert (run.function, run.test, run.state) == (f"{FUNCTION}lambda_handler", False, "succeeded")


def test_a_run_tells_its_steps(sm: SecretsManager, database: Database) -> None:
    run = rotate(sm)
    assert [(step.step, step.error, step.traceback) for step in run.steps] == [(step, None, "") for step in STEPS]
    assert run.error is None


def test_a_run_tells_when_it_began_and_ended(sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]) -> None:
    run = look_at_steps(lambda *_: sm.clock.advance(minutes=5))
    assert (run.started, run.ended) == (NOON, NOON + timedelta(minutes=20))


def test_a_run_that_goes_on_has_not_ended(sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]) -> None:
    seen: list[object] = []
    look_at_steps(lambda *_: seen.append((sm.rotation.runs[0].state, sm.rotation.runs[0].ended)))
    assert seen == [("running", None)] * 4


def test_a_run_that_failed_ends_with_the_step_that_failed(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    run = rotate(sm)
    assert (run.state, run.ended) == ("failed", NOON)
    assert [step.step for step in run.steps] == ["createSecret", "setSecret"]
    assert run.error is run.steps[-1].error
    assert repr(run.error) == "LoginRefused('no such password of user app')"


def test_a_step_that_failed_keeps_its_traceback_as_text(sm: SecretsManager, database: Database) -> None:
    database["app"] = "changed by hand"
    text = rotate(sm).steps[-1].traceback
    assert text.startswith("Traceback (most recent call last):\n")
    assert 'rotation_function.py", line ' in text
    assert text.endswith("rotation_function.LoginRefused: no such password of user app\n")


def test_the_run_of_a_function_that_promotes_nothing_has_failed_without_an_error(
    sm: SecretsManager, database: Database
) -> None:
    run = rotate(sm, RotationLambdaARN=sm.rotation.register(idle))
    assert (run.state, [step.step for step in run.steps], run.error) == ("failed", STEPS, None)
    assert sm.log[-1].error_message == f"AWSCURRENT has not come to version {run.token}"


def test_a_function_that_deletes_its_secret_and_fails_has_failed(sm: SecretsManager) -> None:
    def destructive(event: dict[str, str], _: object) -> None:
        sm.client().delete_secret(SecretId=event["SecretId"], ForceDeleteWithoutRecovery=True)
        raise ValueError("gone")

    sm.seed("db", "one")
    run = rotate(sm, RotationLambdaARN=sm.rotation.register(destructive))
    assert (run.state, str(run.error)) == ("failed", "gone")
    assert events_of_aws(sm) == ["RotationStarted", *DELETED_BY_FORCE]


def test_a_function_that_cancels_its_rotation_and_fails_is_not_tried_again(
    sm: SecretsManager, database: Database
) -> None:
    def giving_up(event: dict[str, str], _: object) -> None:
        sm.client().cancel_rotate_secret(SecretId=event["SecretId"])
        raise ValueError("not today")

    rotate(sm, RotationLambdaARN=sm.rotation.register(giving_up))
    sm.clock.advance(days=400)
    assert [(run.state, str(run.error)) for run in sm.rotation.runs] == [("failed", "not today")]


def test_runs_stand_oldest_first(sm: SecretsManager, database: Database) -> None:
    runs = [rotate(sm), rotate(sm), rotate(sm)]
    assert list(sm.rotation.runs) == runs


def test_runs_that_were_looked_at_do_not_grow(sm: SecretsManager, database: Database) -> None:
    before = sm.rotation.runs
    rotate(sm)
    assert (len(before), len(sm.rotation.runs)) == (0, 1)


def test_the_repr_of_a_run_shows_no_error_and_no_value(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError("to-hide"))
    run = rotate(sm, ClientRequestToken=V2)
    assert repr(run) == "<rotation of 'db' in us-east-1: failed in createSecret>"


def test_the_repr_of_a_run_says_how_far_it_has_come(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", after="setSecret") as hold:
        run = rotate(sm)
        assert repr(run) == "<rotation of 'db' in us-east-1: held after setSecret>"
        assert hold.run is run
    assert repr(run) == "<rotation of 'db' in us-east-1: succeeded>"
    sm.rotation.fail("testSecret", ValueError)
    assert repr(rotate(sm, RotateImmediately=False)) == "<trial of 'db' in us-east-1: failed in testSecret>"


def test_a_run_that_failed_says_when_aws_tries_again(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError)
    run = rotate(sm)
    assert run.retry == run.ended + timedelta(minutes=1)
    sm.clock.set(run.retry)
    again = sm.rotation.runs[-1]
    assert (again.token, again.state, again.retry) == (run.token, "succeeded", None)


def test_a_failure_that_was_planned_is_marked_as_such(sm: SecretsManager, database: Database) -> None:
    sm.rotation.fail("createSecret", ValueError)
    assert [step.planned for step in rotate(sm).steps] == [True]
    sm.clock.advance(minutes=1)
    assert [step.planned for step in sm.rotation.runs[-1].steps] == [False] * 4


def test_a_failure_that_was_planned_has_no_frame_of_ours_in_its_traceback(
    sm: SecretsManager, database: Database
) -> None:
    sm.rotation.fail("createSecret", ValueError("on purpose"))
    assert rotate(sm).steps[-1].traceback == "ValueError: on purpose\n"


def test_what_a_decorated_function_has_planned_is_taken_back_with_it() -> None:
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


def test_the_runs_of_a_decorated_function_are_taken_back_with_it() -> None:
    manager = SecretsManager()

    @manager
    def rotating() -> int:
        manager.seed("db", "one", rotation=Rotation(idle))
        rotate(manager)
        return len(manager.rotation.runs)

    assert (rotating(), rotating(), manager.rotation.runs) == (1, 1, ())


def test_the_step_that_is_running_is_named(sm: SecretsManager) -> None:
    seen = []

    def handler(event: dict[str, str], _: object) -> None:
        seen.append(run_text(sm.rotation.runs[-1]))

    sm.seed("db", "one", rotation=Rotation(handler))
    rotate(sm)
    assert seen == [f"it is running in {step}" for step in ("createSecret", "setSecret", "testSecret", "finishSecret")]


def test_a_run_that_promoted_nothing_says_when_aws_tries_again(sm: SecretsManager) -> None:
    sm.seed("db", "one", rotation=Rotation(idle))
    run = rotate(sm)
    assert (run.state, run.retry) == ("failed", run.ended + timedelta(minutes=1))
