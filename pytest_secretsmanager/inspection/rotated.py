"""What `assert_rotated` asks: whether the last rotation of a secret came to its end."""

from datetime import UTC, datetime

from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.rotation import due_at
from pytest_secretsmanager.inspection.failures import failure
from pytest_secretsmanager.inspection.rotations import run_text
from pytest_secretsmanager.inspection.views import SecretView

__tracebackhide__ = True


def assert_rotated(secret: SecretView) -> None:
    runs = secret.world.service.effects.rotations.runs
    last = next((run for run in reversed(runs) if run.secret == secret.arn and not run.test), None)
    if last is None:
        raise failure(f"no rotation of secret {secret.name!r} has begun{_why_none(secret)}", secret)
    versions = [version for version in secret.versions if version.id == last.token]
    if last.state != "succeeded":
        text = f"the last rotation of secret {secret.name!r} did not succeed: {run_text(last)}"
        raise failure(text, secret, versions) from last.error
    if secret.labels.get(labels.CURRENT) != last.token:
        raise failure(
            f"the last rotation of secret {secret.name!r} succeeded, but {labels.CURRENT} has moved on from its "
            f"version {last.token}",
            secret,
            versions,
        )


def _why_none(secret: SecretView) -> str:
    calls = secret.world.log.matching("RotateSecret", request_fields={"SecretId": secret})
    if calls and calls[-1].error:
        return f"; RotateSecret was refused: {calls[-1].error}: {calls[-1].error_message}"
    due = due_at(secret.state)
    if due is None:
        return ""
    when = f"on {datetime.fromtimestamp(due, UTC):%Y-%m-%d %H:%M} UTC"
    is_late = due <= secret.world.now()
    return f"; one was due {when}, and runs with the next call" if is_late else f"; the next one falls due {when}"
