"""`assert_rotated`: whether the last rotation of a secret succeeded, and its version is current."""

from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.rotation import due_at
from pytest_secretsmanager.inspection.assertions.failures import failure
from pytest_secretsmanager.inspection.rotation_texts import run_text
from pytest_secretsmanager.inspection.times import utc
from pytest_secretsmanager.inspection.views import SecretView, state_of, world_of

__tracebackhide__ = True


def assert_rotated(secret: SecretView) -> None:
    last = next((run for run in reversed(world_of(secret).runs) if run.secret == secret.arn and not run.test), None)
    if last is None:
        raise failure(
            f"secret {secret.name!r} was never rotated by RotateSecret or its schedule{_why_none(secret)}", secret
        )
    versions = [version for version in secret.versions if version.id == last.token]
    if last.state != "succeeded":
        text = f"the last rotation of secret {secret.name!r} did not succeed: {run_text(last)}"
        raise failure(text, secret, versions) from last.error
    if secret.labels.get(labels.CURRENT) != last.token:
        raise failure(
            f"the last rotation of secret {secret.name!r} succeeded, but its version {last.token} "
            f"is no longer {labels.CURRENT}",
            secret,
            versions,
        )


def _why_none(secret: SecretView) -> str:
    calls = world_of(secret).log.matching("RotateSecret", request_fields={"SecretId": secret})
    if calls and calls[-1].error:
        return f"; RotateSecret was refused: {calls[-1].error}: {calls[-1].error_message}"
    due = due_at(state_of(secret))
    if due is None:
        return ""
    when = f"on {utc(due):%Y-%m-%d %H:%M} UTC"
    is_late = due <= world_of(secret).now()
    return (
        f"; a rotation was due {when}: it runs with the next call" if is_late else f"; the next rotation is due {when}"
    )
