"""The page of the report, from its template, its style and its script."""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

from jinja2 import Environment
from markupsafe import Markup

from pytest_secretsmanager.inspection.timelines import signs
from pytest_secretsmanager.inspection.timelines.forms import Form
from pytest_secretsmanager.inspection.timelines.style import STYLE
from pytest_secretsmanager.inspection.times import utc
from pytest_secretsmanager.report.page.tests import FAILED, Row, json_for_script

OUTCOMES = ("failed", "error", "passed", "skipped", "xfailed", "xpassed", "rerun", "none")
"""The outcomes in the order of the page's filter; `none` is that of calls outside the tests."""


class Page:
    """The page's template. It is read when the object is made: early in a run, the garbage collector has less to do."""

    def __init__(self) -> None:
        environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
        self._template = environment.from_string(_source("template.html"))

    def text(self, rows: Sequence[Row], forms: Sequence[Form], made: float) -> str:
        """The whole page. `forms` are those of its pictures, `made` is the time of the run, epoch seconds."""
        style = STYLE + _source("style.css")
        script = _source("script.js")
        counts = Counter(row.outcome for row in rows)
        return self._template.render(
            outcomes=[(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
            tests=len(rows),
            calls=sum(row.calls for row in rows),
            errors=sum(row.errors for row in rows),
            has_failed=any(row.outcome in FAILED for row in rows),
            made=utc(made),
            data=_finished(",\n".join([row.data for row in rows])),
            forms=_finished(json_for_script(forms)),
            signs=[(_finished(sign), meaning) for sign, meaning in signs.meanings()],
            style=_finished(style),
            script=_finished(script),
            style_hash=_hash(style),
            script_hash=_hash(script),
        )


def _finished(text: str) -> Markup:
    """A text of this package, or one that is escaped already: the template leaves it as it is."""
    return Markup(text)  # noqa: S704


def _source(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The source expression of an inline style or script in a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
