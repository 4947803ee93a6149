"""The lines about calls that AWS refused because the secret is in another account, with the two ways out.

A seed that is named by its ARN is in the account of the ARN. Clients are in the account of the options. AWS refuses
such a call because of the default KMS key, which serves only its own account.
"""

from collections.abc import Sequence

from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import key_in
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.frame import bounded

_REFUSED = "You can't access a secret from a different AWS account"
_A_KEY = (
    "access from another account needs a secret under a customer managed key, such as a seed with kms_key='alias/…'"
)


def other_account(met: Sequence[tuple[World, Sequence[Event]]]) -> list[str]:
    """A line for each different call that was refused for this reason, in their order; empty without one.

    `met` is as in `not_found`.
    """
    refused = [event for _, events in met for event in events if (event.error_message or "").startswith(_REFUSED)]
    lines = [*dict.fromkeys(map(_line, refused))]
    return bounded(lines, "more calls that were refused in another account")


def _line(event: Event) -> str:
    key = key_in(event, event.request.get("SecretId"))
    if key is None:
        return f"{event.operation}: the secret is in another account than the client's, {event.account}; {_A_KEY}"
    return (
        f"{event.operation}: secret {key.name!r} is in account {key.account}, and the client is in {event.account}; "
        f"@pytest.mark.secretsmanager(account={key.account!r}) moves the clients there; {_A_KEY}"
    )
