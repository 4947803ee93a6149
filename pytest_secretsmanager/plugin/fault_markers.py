"""The faults that the markers `secret_fault` plan. The nearest marker comes first, and the top one of one place."""

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.plugin.markers import failure, placed
from pytest_secretsmanager.plugin.names import SECRET_FAULT

if TYPE_CHECKING:
    from pytest_secretsmanager.managing.parts import Parts


def plan(parts: "Parts", node: Any) -> None:
    """Plan the faults of a test's markers. Fail the test for a marker that `sm.faults.fail` would refuse."""
    from pytest_secretsmanager.engine.errors import UsageError

    for marker in _in_order(node):
        try:
            _require_both(marker)
            parts.faults.fail(*marker.args, **marker.kwargs)
        except (UsageError, TypeError) as error:
            raise failure(node, _spelled(marker), str(error).replace("Faults.fail()", SECRET_FAULT)) from None


def _in_order(node: Any) -> Iterator[pytest.Mark]:
    by_place = [
        (place, [marker for _, marker in group])
        for place, group in groupby(placed(node, SECRET_FAULT), key=lambda found: found[0])
    ]
    for place, marks in reversed(by_place):
        yield from reversed(marks) if place is not None and place[0] == "module" else marks


def _require_both(marker: pytest.Mark) -> None:
    from pytest_secretsmanager.engine.errors import UsageError

    given = len(marker.args) + len({"operation", "error"} & marker.kwargs.keys())
    if given < 2:
        raise UsageError(
            f"it takes an operation and an error, as in {SECRET_FAULT}('GetSecretValue', 'ThrottlingException')"
        )


def _spelled(marker: pytest.Mark) -> str:
    """Return how a failure names a marker: by its operation. Other arguments may be long."""
    operation = marker.args[0] if marker.args else marker.kwargs.get("operation")
    return f"{SECRET_FAULT}({operation!r}, …)" if isinstance(operation, str) and len(operation) < 80 else SECRET_FAULT
