"""Labels as they may be misspelt: which label a test may have meant."""

from collections.abc import Iterable
from difflib import get_close_matches

from pytest_secretsmanager.engine.rules import labels

AWS_LABELS = (labels.CURRENT, labels.PENDING, labels.PREVIOUS)


def meant_label(label: str, known: Iterable[str] = (), *, cutoff: float = 0.6) -> str | None:
    """The known label, or label of AWS's own, that is nearest to a label which is neither; None: there is none.

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
    """The end of a failure about a label that is not there; empty when nothing is near."""
    meant = meant_label(label, known)
    return "" if meant is None else f"; did you mean {meant!r}?"
