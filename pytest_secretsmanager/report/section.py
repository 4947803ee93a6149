"""The section of a failing test: so far, what crashed inside, and the rotations that never finished."""

from collections.abc import Sequence

from pytest_secretsmanager.engine.effects.runs import RotationRun
from pytest_secretsmanager.inspection.rotations import run_text
from pytest_secretsmanager.inspection.views import World


def failure_section(world: World, crashes: Sequence[str]) -> str:
    """What a failing test's reader should know; empty when there is nothing to say."""
    last = {(run.key, run.test): run for run in world.service.runs}
    return "\n".join([*crashes, *(_line(run) for run in last.values() if run.state != "succeeded")])


def _line(run: RotationRun) -> str:
    what = "trial of the rotation function" if run.test else "rotation"
    return f"the {what} of secret {run.key.name!r} in {run.key.region} never finished: {run_text(run)}"
