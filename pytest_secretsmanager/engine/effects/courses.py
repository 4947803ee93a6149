"""The three courses of a rotation: the steps of a function, the trial of a function, and AWS's own rotation."""

from pytest_secretsmanager.engine.call import Outcome, own_work
from pytest_secretsmanager.engine.effects import transitions
from pytest_secretsmanager.engine.effects.progress import Progress
from pytest_secretsmanager.engine.effects.runs import Run, RunState
from pytest_secretsmanager.engine.effects.steps import Steps, failure_message, let_through
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.rules import rotation
from pytest_secretsmanager.engine.state import Secret

__tracebackhide__ = True


def run_steps(run: Run, steps: Steps, progress: Progress) -> None:
    """Run the remaining steps, until the end, a failure or a hold."""
    while run.left:
        step = run.left[0]
        if steps.is_held(run, step, "before"):
            return
        if not progress.is_under_way(run):
            progress.end(run, "abandoned")
            return
        run.left.pop(0)
        succeeds = steps.succeeds(run, step)
        if run.broken_off:
            return
        if not succeeds:
            progress.fail(run, failure_message(run))
            let_through(run.error)
            return
        if steps.is_held(run, step, "after"):
            return
    _finish(run, progress)


def _finish(run: Run, progress: Progress) -> None:
    state: RunState = "abandoned"

    def finish(secret: Secret) -> Outcome:
        nonlocal state
        if not rotation.goes_on(secret, run.token):
            return own_work()
        state = "succeeded" if rotation.is_current(secret, run.token) else "failed"
        return transitions.completion(secret, run.token, progress.background.now())

    progress.commit(run, finish)
    progress.end(run, state)


def try_function(run: Run, steps: Steps, progress: Progress) -> None:
    """Run testSecret only, on a version that exists only during the trial and has the current value (RECORDED)."""
    now, ports = progress.background.now, progress.background.ports
    try:
        progress.commit(run, lambda secret: transitions.trial(secret, run.token, now(), ports))
    except ServiceError as refusal:
        progress.log("TestRotationFailed", run, refusal.message)
        progress.end(run, "failed")
        return
    succeeds = steps.succeeds(run, run.left.pop())
    if run.broken_off:
        return
    message = None if succeeds else failure_message(run)
    progress.commit(run, lambda secret: transitions.trial_over(secret, run.token, message))
    progress.end(run, "succeeded" if succeeds else "failed")
    let_through(run.error)


def rotate_without_function(run: Run, progress: Progress) -> None:
    """Let AWS, or the service that manages the secret, rotate it in one step."""
    now, ports = progress.background.now, progress.background.ports
    state: RunState = "abandoned"
    run.left.clear()

    def rotate(secret: Secret) -> Outcome:
        nonlocal state
        if not rotation.goes_on(secret, run.token):
            return own_work()
        outcome = transitions.rotate_by_aws(secret, run.token, now(), ports)
        state = "succeeded"
        return outcome

    try:
        progress.commit(run, rotate)
    except ServiceError as error:
        progress.fail(run, error.message)
    else:
        progress.end(run, state)
