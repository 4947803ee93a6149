"""What copying to a replica takes, wherever it is: the primary's versions under its key, and what AWS logs of it."""

from collections.abc import Iterator

from pytest_secretsmanager.engine.call import EventName, ServiceEvent
from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secret, Version

__tracebackhide__ = True


def event(name: EventName, primary: Secret, to: str, error_message: str | None = None) -> ServiceEvent:
    """What AWS logs, `to` a region or another account's ARN. That it logs replication is DOC, the rest is a GUESS."""
    return ServiceEvent(name, primary.key, primary.arn, f"Replication-{primary.arn}-{to}", error_message)


def versions(primary: Secret, copy: Secret, own: Secret | None, ports: Ports) -> Iterator[Version]:
    """The primary's versions, sealed for the replica. One that it has already stays, unless its key has changed.

    `own` is the replica as it stands there, None for one that is new.
    """
    same_key = own is not None and own.kms_key_id == copy.kms_key_id
    for version in primary.versions.values():
        present = None if own is None else own.versions.get(version.id)
        if present is not None and present.number != version.number:
            present = None  # the id was used again, for another version
        if version.sealed is None:
            yield version
        elif present is not None and present.sealed is not None and same_key:
            yield present
        else:
            plain = ports.open(primary, version.id, version.sealed)
            accessed = None if present is None else present.accessed
            yield changed(version, sealed=ports.seal(copy, version.id, plain), accessed=accessed)
