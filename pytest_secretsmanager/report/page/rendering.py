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
from pytest_secretsmanager.report.page.tests import Row, json_for_script

OUTCOMES = ("failed", "error", "passed", "skipped", "xfailed", "xpassed", "rerun", "none")
"""The outcomes in the order of the page's filter; `none` is that of calls outside the tests."""

_MOST_SUGGESTIONS = 1_000
"""The number of secrets that the filter suggests."""


def page_of(rows: Sequence[Row], forms: Sequence[Form], made: float) -> str:
    """The whole page. `forms` are those of its pictures, `made` is the time of the run, epoch seconds."""
    style = STYLE + _source("style.css")
    script = _source("script.js")
    counts = Counter(row.outcome for row in rows)
    operations = sorted({operation for row in rows for operation in row.operations})
    secrets = sorted({name for row in rows for name in row.secret_names})
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_source("template.html")).render(
        rows=rows,
        outcomes=[(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
        operations=operations,
        secrets=[name for name in secrets if len(name) <= _LONGEST_SUGGESTION][:_MOST_SUGGESTIONS],
        calls=sum(row.calls for row in rows),
        errors=sum(row.errors for row in rows),
        made=utc(made),
        index=_finished(_index(rows, operations, secrets)),
        forms=_finished(json_for_script(forms)),
        bodies=[_finished(row.body) for row in rows],
        signs=[(_finished(sign), meaning) for sign, meaning in signs.meanings()],
        style=_finished(style),
        script=_finished(script),
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


_LONGEST_SUGGESTION = 512


def _index(rows: Sequence[Row], operations: Sequence[str], secrets: Sequence[str]) -> str:
    """What the filters need of each test, as JSON: operations and secrets by their numbers."""
    operation_numbers = {name: number for number, name in enumerate(operations)}
    secret_numbers = {name: number for number, name in enumerate(secrets)}
    tests = [
        [
            row.search,
            row.outcome,
            [operation_numbers[name] for name in row.operations],
            [secret_numbers[name] for name in row.secret_names],
            row.errors,
        ]
        for row in rows
    ]
    return json_for_script({"operations": operations, "secrets": secrets, "tests": tests})


def _finished(text: str) -> Markup:
    """A text of this package, or one that is escaped already: the template leaves it as it is."""
    return Markup(text)  # noqa: S704


def _source(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """The source expression of an inline style or script in a Content-Security-Policy."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
