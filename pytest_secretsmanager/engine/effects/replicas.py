"""The update of replicas after their primary has changed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Outcome, own_work
from pytest_secretsmanager.engine.effects import cross_account as across
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.effects.copies import copied_versions, replication_event
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import cross_account, guards, replication
from pytest_secretsmanager.engine.state import Secret, SecretKey, Secrets

__tracebackhide__ = True

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.effects.controls import ReplicaControl

_UpdateReplica: TypeAlias = Callable[[Secret, str, float, Secrets, Ports], Outcome]


class Replicas:
    """Updates replicas, except those that the test holds back."""

    def __init__(self, background: Background, control: "ReplicaControl") -> None:
        self._background = background
        self._control = control

    def update(self, key: SecretKey) -> None:
        """Update the replicas of a secret, including those in other accounts."""
        with self._background.lock:
            primary = self._background.store.get(key)
            for region in () if primary is None else replication.regions_in_progress(primary):
                if not self._control.holds_back(region, key.account):
                    self._commit(key, update_replica, region)
            for arn in () if primary is None else cross_account.in_progress(primary):
                if not self._control.holds_back(*arns.place(arn)):
                    self._commit(key, across.update_replica, arn)

    def _commit(self, key: SecretKey, update: _UpdateReplica, to: str) -> None:
        background = self._background

        def transition(primary: Secret) -> Outcome:
            return update(primary, to, background.now(), background.store, background.ports)

        background.commit(key, transition)


def update_replica(primary: Secret, region: str, time: float, secrets: Secrets, ports: Ports) -> Outcome:
    """The replica of one region with the primary's current content, and the primary with the resulting status."""
    key = primary.key._replace(region=region)
    present = secrets.get(key)
    if present is not None and guards.is_gone(present, time):
        present = None
    own = present if replication.is_replica_of(present, primary) else None
    if present is not None and own is None and (obstacle := _obstacle(primary, present)):
        return _failure(primary, region, obstacle)
    try:
        copy = _copy(primary, own, region, time, ports)
    except ServiceError as error:
        # REPORTED: an unusable key fails the replication, not the call. The text is a GUESS.
        return _failure(primary, region, error.message)
    updated = replication.with_status(primary, region, "InSync", replication.SUCCEEDED)
    succeeded = replication_event("ReplicationSucceeded", primary, region)
    return own_work({key: copy, primary.key: updated}, events=(succeeded,))


def _obstacle(primary: Secret, present: Secret) -> str | None:
    """The reason why the replica can't overwrite another secret of its name; None if it can."""
    region = present.key.region
    if present.is_replica:
        # REPORTED, with the fact that ForceOverwriteReplicaSecret does not help.
        return f"Secret name {primary.name} is currently replicated to {region} with a different arn"
    if not primary.replicas[region].overwrite:
        # GUESS: moto's text has the form of the one above; the service description's example differs.
        return f"Secret name {primary.name} already exists in region {region}."
    # GUESS: overwriting a secret deletes it, so a secret that can't be deleted can't be overwritten.
    return replication.reason_to_stay(present)


def _failure(primary: Secret, region: str, reason: str) -> Outcome:
    message = f"Replication failed: {reason}"
    updated = replication.with_status(primary, region, "Failed", message)
    failed = replication_event("ReplicationFailed", primary, region, message)
    return own_work({primary.key: updated}, events=(failed,))


def _copy(primary: Secret, own: Secret | None, region: str, time: float, ports: Ports) -> Secret:
    """A copy of the primary as a secret of that region; `own` is the existing replica, or None.

    RECORDED: a replica has its own CreatedDate and its primary's LastChangedDate. Without a key in the request, it
    names the default key by its alias. It has no Tags if its primary has an empty list.
    """
    key = primary.key._replace(region=region)
    copy = Secret(
        key=key,
        arn=arns.in_region(primary.arn, region),
        number=primary.number,
        created=time if own is None else own.created,
        changed=primary.changed,
        description=primary.description,
        kms_key_id=ports.key_name(key, primary.replicas[region].kms_key_id or arns.DEFAULT_KMS_ALIAS),
        type=primary.type,
        tags=primary.tags or None,
        labels=primary.labels,
        versions_made=primary.versions_made,
        deleted_versions=primary.deleted_versions,
        accessed=None if own is None else own.accessed,
        policy=primary.policy,
        owning_service=primary.owning_service,
        primary_region=primary.key.region,
    )
    return copy._replace(versions={version.id: version for version in copied_versions(primary, copy, own, ports)})
