"""One secret as a terminal table: a line for each version, oldest first. No values, unless the caller hands some in."""

from collections.abc import Mapping

from pytest_secretsmanager.inspection.views import SecretView

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_GAP = "  "


def secret_table(secret: SecretView, values: Mapping[str, str] | None = None) -> str:
    """The table of a secret's versions; `values` maps version ids to what may be shown of them."""
    title = f"secret {secret.name!r} in {secret.key.region}"
    if secret.deleted is not None:
        title += f", marked for deletion on {secret.deleted:%Y-%m-%d}"
    if not secret.versions:
        return f"{title}\n  (no version)"
    rows = [["#", "version id", "age", "labels", *(["value"] if values else [])]]
    for version in secret.versions:
        row = [str(version.number), version.id, age_text(version.age), ", ".join(version.labels) or "-"]
        rows.append([*row, *([values.get(version.id, "")] if values else [])])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    aligned = [_GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([title, *(f"  {line}" for line in aligned)])


def age_text(seconds: float) -> str:
    """An age in its largest unit.

    >>> age_text(3 * 86_400 + 5), age_text(90), age_text(0.2)
    ('3 d', '1 min', '0 s')
    """
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return "0 s"
