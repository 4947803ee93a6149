"""A picture of the report's page, as its script makes it from a form and its texts."""

from collections.abc import Sequence
from typing import Any

from pytest_secretsmanager.inspection.cells import cut_inside, escaped
from pytest_secretsmanager.inspection.timelines import svg

LONGEST_NAME, LONGEST_TEXT = 72, 300


def filled(forms: Sequence[Any], picture: Any) -> str:
    """The SVG of a picture, which may be one of a form. The script counts letters, not columns: wide ones differ."""
    if isinstance(picture, str):
        return picture
    form, (name, *others) = picture
    texts = [cut_inside(escaped(name), LONGEST_NAME), *(cut_inside(text, LONGEST_TEXT) for text in others)]
    return "".join(svg.escaped(texts[part]) if isinstance(part, int) else part for part in forms[form])
