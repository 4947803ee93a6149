"""The label that a test meant by a misspelt one."""

from collections.abc import Iterable
from difflib import get_close_matches

from pytest_secretsmanager.engine.rules import labels

AWS_LABELS = (labels.CURRENT, labels.PENDING, labels.PREVIOUS)


def meant_label(label: str, known: Iterable[str] = (), *, cutoff: float = 0.6) -> str | None:
    """The known label, or AWS label, that is nearest to an unknown one; None if the label is known or none is near.

    >>> meant_label("AWSCURENT"), meant_label("awspending"), meant_label("AWSPENDING"), meant_label("blue")
    ('AWSCURRENT', 'AWSPENDING', None, None)
    """
    candidates = dict.fromkeys([*AWS_LABELS, *known])
    if label in candidates:
        return None
    spelt = label.upper() if label.lower().startswith("aws") else label
    close = get_close_matches(spelt, candidates, n=1, cutoff=cutoff)
    return close[0] if close else None


def label_hint(label: str, known: Iterable[str] = ()) -> str:
    """The end of a text about a label that doesn't exist; empty if no label is near."""
    meant = meant_label(label, known)
    return "" if meant is None else f"; did you mean {meant!r}?"
