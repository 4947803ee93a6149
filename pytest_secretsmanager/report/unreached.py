"""The lines about calls by clients of a region that AWS does not have.

botocore's own error names only the host, and the code under test may have swallowed it.
"""

from collections.abc import Sequence

from pytest_secretsmanager.inspection.entered import Unreached
from pytest_secretsmanager.report.frame import bounded


def unreached(calls: Sequence[Unreached]) -> list[str]:
    """A line for each different call, in their order."""
    different = list(dict.fromkeys(calls))
    return bounded([_line(call, calls.count(call)) for call in different], "more calls in unknown regions")


def _line(call: Unreached, times: int) -> str:
    often = "" if times == 1 else f" ({times} times)"
    return f"{call.operation} found no host: the client's region is {call.regions.unknown(call.region)}{often}"
