"""Secret values that a test can look for without keeping them.

Each value begins with the same random mark. This module keeps only the reversed mark, and looks for it in reversed
texts, so no object of a test has the mark in it. A process that a test starts gets the reversed mark by `VARIABLE`.
"""

import os
import secrets
from base64 import b64encode
from typing import TypeAlias

VARIABLE = "REVERSED_MARK"

Text: TypeAlias = str | bytes | bytearray | memoryview

reversed_mark = os.environ.get(VARIABLE) or secrets.token_hex(6)[::-1]

_FORMS = tuple(form[::-1] for form in (reversed_mark[::-1], b64encode(reversed_mark[::-1].encode()).decode()))
"""The reversed forms: plain, and the mark at the beginning of a text in base64, where it needs no padding."""

_FORMS_IN_BYTES = tuple(form.encode() for form in _FORMS)


def secret_value(what: str) -> str:
    """Make a value that can be looked for, another one for each `what`. Only the caller keeps it."""
    return f"{reversed_mark[::-1]} {what}"


def is_marked(text: Text) -> bool:
    """Whether a text has such a value in it, plain or in base64."""
    if isinstance(text, str):
        turned = text[::-1]
        return any(form in turned for form in _FORMS)
    turned_bytes = bytes(text)[::-1]
    return any(form in turned_bytes for form in _FORMS_IN_BYTES)
