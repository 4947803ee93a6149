"""The ignored text that may have been meant for a leaked value: a misspelling, a part of it, or more than it."""

from collections.abc import Iterable
from difflib import get_close_matches

__tracebackhide__ = True

_SHORTEST_PART = 4
"""The length of the shortest ignored text that counts as a part of a value. A shorter one is in many values."""

_LONGEST = 200
"""The length of the longest value that is compared for misspellings. The time grows with the square of the length."""


def near_ignored(value: bytes, ignored: Iterable[bytes]) -> bytes | None:
    """Return the ignored text that is nearest to a value, apart from case."""
    whole = _folded(value)
    texts = {_folded(text): text for text in sorted(ignored)}
    for folded, text in texts.items():
        if whole in folded or (len(folded) >= _SHORTEST_PART and folded in whole):
            return text
    close = get_close_matches(whole, texts, n=1, cutoff=0.8) if len(whole) <= _LONGEST else []
    return texts[close[0]] if close else None


def _folded(text: bytes) -> str:
    return text.decode(errors="replace").casefold()
