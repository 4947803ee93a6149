"""A picture of the report's page, as its script makes it from a form and its texts."""

from collections.abc import Sequence
from typing import Any


def filled(forms: Sequence[Any], picture: Any) -> str:
    """The SVG of a picture, which may be one of a form."""
    if isinstance(picture, str):
        return picture
    form, texts = picture
    return "".join(texts[part] if isinstance(part, int) else part for part in forms[form])
