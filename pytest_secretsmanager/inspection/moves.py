"""Labels and their moves: which of them a test may ask for, and how they are told."""

from difflib import get_close_matches

from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.inspection.log import LabelMove
from pytest_secretsmanager.inspection.views import SecretView, VersionView

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""

_AWS_LABELS = (labels.CURRENT, labels.PENDING, labels.PREVIOUS)

ANYWHERE = object()
"""The default end of a label's move: any version will do. None means no version: from nowhere, to nowhere."""


def require_label(label: object) -> None:
    if not isinstance(label, str):
        raise UsageError(f"a label is a str such as 'AWSPENDING', not {type(label).__name__}")


def require_spelling(label: str, secret: SecretView) -> None:
    """Refuses a label that is nearly one of AWS's own: that it is nowhere says nothing, if it was never there."""
    if label in {move.label for move in secret.history}:
        return
    spelt = label.upper() if label.lower().startswith("aws") else label
    close = get_close_matches(spelt, _AWS_LABELS, n=1, cutoff=0.8)
    if close and close[0] != label:
        raise UsageError(f"no such label {label!r}; did you mean {close[0]!r}?")


def end_of(secret: SecretView, end: object) -> object:
    if end is ANYWHERE or end is None:
        return end
    if isinstance(end, VersionView) and end.secret == secret:
        return end.id
    if isinstance(end, str) and end in {version for move in secret.history for version in (move.source, move.target)}:
        return end  # of a version that may have gone since
    if isinstance(end, str | int | VersionView):
        return secret.version(end).id
    raise UsageError(f"a move's end is a version id, a number, a label, a view or None, not {type(end).__name__}")


def label_hint(label: str, secret: SecretView) -> str:
    hint = "" if label in secret.labels else nearest(label, secret.labels)
    return hint if "did you mean" in hint else ""


def end_text(secret: SecretView, version_id: object) -> str:
    if version_id is ANYWHERE:
        return "anywhere"
    if version_id is None:
        return "nowhere"
    version = secret.state.versions.get(str(version_id))
    return f"version {version_id}" if version is None else f"version {version.number}"


def move_text(secret: SecretView, move: LabelMove) -> str:
    ends = f"from {end_text(secret, move.source)} to {end_text(secret, move.target)}"
    return f"{ends} by {move.operation} at {move.time:%H:%M:%S}"
