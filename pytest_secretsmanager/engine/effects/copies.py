"""Copying to a replica in a region or another account: versions sealed under the replica's key, and AWS's log entry."""

from collections.abc import Iterator

from pytest_secretsmanager.engine.call import EventName, ServiceEvent
from pytest_secretsmanager.engine.callers import service_in
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secret, Version

__tracebackhide__ = True


def replication_event(name: EventName, primary: Secret, to: str, error_message: str | None = None) -> ServiceEvent:
    """AWS's log entry; `to` is a region or a replica's ARN. That AWS logs replication is DOC, the rest is a GUESS."""
    return ServiceEvent(name, primary.key, primary.arn, f"Replication-{primary.arn}-{to}", error_message)


def copied_versions(primary: Secret, copy: Secret, own: Secret | None, ports: Ports) -> Iterator[Version]:
    """Yield the primary's versions, sealed for the replica. An existing copy stays, unless the KMS key has changed.

    `own` is the existing replica, None for a new one.
    """
    same_key = own is not None and own.kms_key_id == copy.kms_key_id
    for version in primary.versions.values():
        present = None if own is None else own.versions.get(version.id)
        if present is not None and present.number != version.number:
            present = None  # the id was reused for another version
        if version.sealed is None:
            yield version
        elif present is not None and present.sealed is not None and same_key:
            yield present
        else:
            plain = ports.open(primary, version.id, version.sealed, service_in(primary.key.account))
            accessed = None if present is None else present.accessed
            sealed = ports.seal(copy, version.id, plain, service_in(copy.key.account))
            yield version._replace(sealed=sealed, accessed=accessed)
