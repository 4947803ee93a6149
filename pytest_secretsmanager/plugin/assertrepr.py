"""The explanation of a failing `assert` on what the fixture hands out."""

import sys

import pytest

from pytest_secretsmanager.plugin import report_problems

_VIEWS = "pytest_secretsmanager.inspection.views"
_TASK = "the explanation of a failing comparison"


def explanation(config: pytest.Config, op: str, left: object, right: object) -> list[str] | None:
    """Return the lines that explain a failing comparison; None if they are pytest's to write.

    A crash in here fails and hides no test: it is shown at the end of the run.
    """
    if _VIEWS not in sys.modules:  # so no view exists, and nothing is imported
        return None
    try:
        from pytest_secretsmanager.report.comparisons import explanation

        return explanation(op, left, right)
    except Exception as error:
        report_problems.note_crash(config, _TASK, error)
        return None
