"""How a test names one version of a secret: by id, number or label."""

from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.label_spelling import label_hint


def version_id(secret: Secret, ref: str | int) -> str:
    """The id of the version that `ref` names; empty for a number that no version has."""
    if isinstance(ref, str):
        return secret.labels.get(ref, ref)
    versions = list(secret.versions.values())
    if ref < 0:
        return versions[ref].id if -ref <= len(versions) else ""
    return next((version.id for version in versions if version.number == ref), "")


def existing_versions(secret: Secret, ref: str | int) -> str:
    """The end of a text about a version that doesn't exist: the numbers and labels that do, and the nearest label."""
    if not secret.versions:
        return "it has no versions"
    numbers = [version.number for version in secret.versions.values()]
    some = "" if numbers[-1] - numbers[0] == len(numbers) - 1 else "some "
    existing = f"it has {some}numbers {numbers[0]} to {numbers[-1]}" if numbers[1:] else f"it has number {numbers[0]}"
    hint = label_hint(ref, [*secret.labels, *secret.versions]) if isinstance(ref, str) else ""
    return f"{existing} and the labels {', '.join(secret.labels) or '(none)'}{hint}"
