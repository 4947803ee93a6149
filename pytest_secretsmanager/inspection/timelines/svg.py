"""The elements of an SVG as text. Here is the one place that escapes.

XML 1.0 forbids most control characters even in escaped form, so `cells.escaped` spells them out first.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from pytest_secretsmanager.inspection import cells


@lru_cache(4096)
def escaped(text: str) -> str:
    r"""A text for an element or an attribute.

    >>> escaped("a<b>\x00&'")
    'a&lt;b&gt;\\x00&amp;&#x27;'
    """
    return escape(cells.escaped(text))


def text(x: int, y: int, content: str, kind: str = "", anchor: str = "") -> str:
    """A text at a place. `kind` is its class."""
    classes = f' class="{kind}"' if kind else ""
    anchored = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x}" y="{y}"{classes}{anchored}>{escaped(content)}</text>'


def turned_text(x: int, y: int, content: str) -> str:
    """A text that runs from its place to the lower right."""
    return f'<text transform="translate({x} {y})rotate(38)">{escaped(content)}</text>'


def path(course: str, kind: str = "") -> str:
    """A line or a shape."""
    return f'<path class="{kind}" d="{course}"/>' if kind else f'<path d="{course}"/>'


def rectangle(x: int, y: int, width: int, height: int, kind: str) -> str:
    """A rectangle; its round corners are a matter of style."""
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>'


def mark(kind: str, details: list[str], *content: str, is_stop: bool = False) -> str:
    """A part of the picture with details: a tooltip, and a name for a screen reader. The Tab key stops at `is_stop`."""
    stop = ' tabindex="0"' if is_stop else ""
    lines = "\n".join([escaped(line) for line in details])
    return f'<g class="{kind}" role="img"{stop}><title>{lines}</title>{"".join(content)}</g>'


def document(title: str, description: str, width: int, height: int, parts: Iterable[str]) -> str:
    """The whole SVG. Readers and screen readers show its title and its description."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="smt" role="group" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}"><title>{escaped(title)}</title><desc>{escaped(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )
