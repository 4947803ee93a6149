"""The lines about calls by clients of a region that AWS does not have.

botocore's own error names only the host, and the code under test may have swallowed it.
"""

from collections.abc import Sequence

from pytest_secretsmanager.inspection.entered import Unreached
from pytest_secretsmanager.report.not_found import LINES, filled


def unreached(calls: Sequence[Unreached]) -> str:
    """A line for each different call, in their order."""
    different = list(dict.fromkeys(calls))
    lines = [_line(call, calls.count(call)) for call in different[:LINES]]
    if len(different) > LINES:
        lines.append(f"… and {len(different) - LINES} more calls in unknown regions")
    return "\n".join(map(filled, lines))


def _line(call: Unreached, times: int) -> str:
    often = "" if times == 1 else f" ({times} times)"
    return f"{call.operation} found no host: the client's region is {call.regions.unknown(call.region)}{often}"
