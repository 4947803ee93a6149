"""The section of a failing test: crashes, failed handlers, and rotations that did not succeed."""

from collections.abc import Sequence

from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.inspection.rotation_texts import run_text
from pytest_secretsmanager.inspection.world import World


def failure_section(world: World, crashes: Sequence[str]) -> str:
    """The crashes and the unsuccessful rotations, one a line; empty without one."""
    last = {(run.key, run.test): run for run in world.runs}
    return "\n".join([*crashes, *(_line(run) for run in last.values() if run.state != "succeeded")])


def _line(run: Run) -> str:
    kind = "trial of the rotation function" if run.test else "rotation"
    return f"the {kind} of secret {run.key.name!r} in {run.key.region} never finished: {run_text(run)}"
