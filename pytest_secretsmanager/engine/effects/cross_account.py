"""The update of a replica in another account after the values of its primary have changed."""

from typing import cast

from pytest_secretsmanager.engine.call import EventName, Outcome, own_work
from pytest_secretsmanager.engine.effects.copies import copied_versions, replication_event
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.state import CrossAccountPrimary, LinkStatus, Secret, Secrets

__tracebackhide__ = True


def update_replica(primary: Secret, arn: str, time: float, secrets: Secrets, ports: Ports) -> Outcome:
    """The replica with the primary's values and labels, and both secrets with the resulting status.

    GUESS: AWS copies all versions and labels, as to a regional replica. Everything else in the replica stays.
    """
    # The replica exists: while it is in progress, it can be neither deleted nor overwritten.
    replica = cast("Secret", cross_account.at(arn, secrets))
    try:
        copies = {version.id: version for version in copied_versions(primary, replica, replica, ports)}
    except ServiceError as error:
        # DOC that the message explains a failure, such as an unusable key; the text is a GUESS.
        return _ended(primary, replica, "Failed", f"Replication failed: {error.message}")
    updated = replica._replace(
        versions=copies,
        labels=primary.labels,
        versions_made=primary.versions_made,
        deleted_versions=primary.deleted_versions,
        changed=time,
    )
    return _ended(primary, updated, "InSync")


def _ended(primary: Secret, replica: Secret, status: LinkStatus, message: str = "") -> Outcome:
    known = CrossAccountPrimary(arn=primary.arn, status=status, message=message)
    changes = {
        replica.key: cross_account.with_primary(replica, known),
        primary.key: cross_account.with_status(primary, replica.arn, status, message),
    }
    name: EventName = "ReplicationFailed" if message else "ReplicationSucceeded"
    return own_work(changes, events=(replication_event(name, primary, replica.arn, message or None),))
