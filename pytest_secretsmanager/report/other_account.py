"""Calls that AWS refused since the secret is of another account: how a test puts its clients into that account.

A seed that is named by its ARN is in the account of the ARN, and clients are in the one of the options.
"""

from collections.abc import Sequence

from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import place_of
from pytest_secretsmanager.inspection.views import World
from pytest_secretsmanager.report.not_found import LINES, filled

_REFUSED = "You can't access a secret from a different AWS account"


def other_account(met: Sequence[tuple[World, Sequence[Event]]]) -> str:
    """A line for each different call that was refused so, in their order; empty when there was none.

    `met` are the managers that a test has met, with what each has logged since.
    """
    refused = [event for _, events in met for event in events if (event.error_message or "").startswith(_REFUSED)]
    lines = [*dict.fromkeys(map(_line, refused))]
    shown = lines[:LINES]
    if len(lines) > LINES:
        shown.append(f"… and {len(lines) - LINES} more calls that were refused in another account")
    return "\n".join(map(filled, shown))


def _line(event: Event) -> str:
    key = place_of(event, event.request.get("SecretId"))
    if key is None:
        return f"{event.operation}: the secret is of another account than the client, which is in {event.account}"
    return (
        f"{event.operation}: secret {key.name!r} is of account {key.account}, and the client is in {event.account}; "
        f"@pytest.mark.secretsmanager(account={key.account!r}) puts clients there"
    )
