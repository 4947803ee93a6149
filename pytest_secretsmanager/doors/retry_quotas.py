"""The retry quota of a client in standard or adaptive mode: each retry takes tokens, and each success gives some back.

botocore keeps it as long as the client lives, so the planned faults of one test could leave no retries for the next.
The quota is full when a client meets the first fault of a manager, and of each block that the manager rolls back.
"""

from botocore.client import BaseClient

from pytest_secretsmanager.doors import internals
from pytest_secretsmanager.doors.client_facts import ClientFacts, facts_of
from pytest_secretsmanager.doors.responder import Responder

__tracebackhide__ = True


def begin(responder: Responder, client: BaseClient, operation_name: str) -> None:
    """Fill the quota of a client for the first fault of a manager or of a block.

    Close its short way, which gives no tokens back, until the quota is full again.
    """
    facts, block = facts_of(client), responder.plans.block
    facts.quiet.clear()
    if facts.fault_block is block:
        return
    facts.retry_quotas = tuple(internals.retry_quotas(client.meta.events, operation_name))
    for quota in facts.retry_quotas:
        internals.fill(quota)
    facts.fault_block = block


def is_used(facts: ClientFacts) -> bool:
    """Whether the quota of a client that has met a fault is not full."""
    return any(map(internals.is_below_its_maximum, facts.retry_quotas))
