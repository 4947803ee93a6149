"""One secret as a terminal table: a line for each version, oldest first. It shows no values."""

from collections.abc import Container

from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.times import utc
from pytest_secretsmanager.inspection.views import SecretView, state_or_none, world_of

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_GAP = "  "

_LONGEST_WHOLE = 12
"""Up to so many versions, each has a line; a longer table leaves out versions without a label."""


def secret_table(secret: SecretView, *, named: Container[str] = frozenset()) -> str:
    """The table of a secret's versions. Those whose ids are in `named` have a line in a long table too."""
    state = state_or_none(secret)
    if state is None:
        return f"secret {secret.name!r} in {key_of(secret).region}: no longer exists"
    return state_table(state, world_of(secret).now(), named=named)


def state_table(secret: Secret, now: float, *, named: Container[str] = frozenset()) -> str:
    """The table of a secret's state at one moment."""
    title = f"secret {secret.key.name!r} in {secret.key.region}"
    if secret.deletion is not None:
        title += f", marked for deletion on {utc(secret.deletion.due):%Y-%m-%d}"
    if not secret.versions:
        return f"{title}\n  (no version)"
    labels_by_id = {
        version.id: ", ".join(secret.labels_of(version.id))
        for version in secret.versions.values()
        if len(secret.versions) <= _LONGEST_WHOLE or version.id in named or secret.labels_of(version.id)
    }
    rows = [["#", "version id", "age", "labels"]]
    for version_id, labels in labels_by_id.items():
        version = secret.versions[version_id]
        rows.append([str(version.number), version_id, age_text(now - version.created), labels or "-"])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    left_out = len(secret.versions) - len(labels_by_id)
    return "\n".join(
        [title, *(f"  {line}" for line in aligned), *([f"  … {left_out} without labels"] * bool(left_out))]
    )


def age_text(seconds: float) -> str:
    """An age in its largest unit.

    >>> age_text(3 * 86_400 + 5), age_text(90), age_text(0.2)
    ('3 d', '1 min', '0 s')
    """
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return "0 s"
