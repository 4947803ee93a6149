"""One secret as a terminal table: a line for each version, oldest first. No values, unless the caller hands some in."""

from collections.abc import Container, Mapping
from datetime import UTC, datetime

from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.views import SecretView

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_GAP = "  "

_LONGEST_WHOLE = 12
"""Versions of a table that has a line for each; a longer one leaves out those without a label."""


def secret_table(
    secret: SecretView, values: Mapping[str, str] | None = None, *, named: Container[str] = frozenset()
) -> str:
    """The table of a secret's versions.

    `values` maps version ids to what may be shown of them, `named` has the ids of versions that a failure speaks of:
    these have a line in a long table too.
    """
    state = secret.look()
    if state is None:
        return f"secret {secret.name!r} in {secret.key.region}: not there any more"
    return state_table(state, secret.world.now(), values, named=named)


def state_table(
    secret: Secret, now: float, values: Mapping[str, str] | None = None, *, named: Container[str] = frozenset()
) -> str:
    """The table of a secret as it is, or was, at one moment."""
    title = f"secret {secret.key.name!r} in {secret.key.region}"
    if secret.deletion is not None:
        title += f", marked for deletion on {datetime.fromtimestamp(secret.deletion.due, UTC):%Y-%m-%d}"
    if not secret.versions:
        return f"{title}\n  (no version)"
    shown = {
        version.id: ", ".join(secret.labels_of(version.id))
        for version in secret.versions.values()
        if len(secret.versions) <= _LONGEST_WHOLE or version.id in named or secret.labels_of(version.id)
    }
    rows = [["#", "version id", "age", "labels", *(["value"] if values else [])]]
    for version_id, labels in shown.items():
        version = secret.versions[version_id]
        row = [str(version.number), version_id, age_text(now - version.created), labels or "-"]
        rows.append([*row, *([values.get(version_id, "")] if values else [])])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    left_out = len(secret.versions) - len(shown)
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
