"""The lines about calls that IAM refused: AWS's text, and the reason, which AWS doesn't give."""

from collections.abc import Iterator, Sequence

from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.frame import LINES


def denied(met: Sequence[tuple[World, Sequence[Event]]]) -> list[str]:
    """Lines for each different refusal and its reason, in the order of the calls; empty without one.

    `met` is as in `not_found`.
    """
    found = [*dict.fromkeys(one for _, events in met for event in events for one in _refusals(event))]
    lines = [line for refusal in found[:LINES] for line in refusal]
    if len(found) > LINES:
        lines.append(f"… and {len(found) - LINES:,} more calls that IAM refused")
    return lines


def _refusals(event: Event) -> Iterator[tuple[str, ...]]:
    """Yield the lines of one refusal, or nothing. For a KMS key, AWS's own text doesn't name the permission."""
    decision = event.decision
    if decision is None or decision.allowed:
        return
    own = "" if event.error_message == decision.message else f"{event.error_message}: "
    first = f"{event.within or event.operation}: {own}{decision.message}"
    yield first, *(f"  {line}" for line in decision.reason.splitlines())
