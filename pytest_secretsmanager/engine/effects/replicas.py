"""How replicas follow their primary: what AWS does by itself once a secret that is replicated has changed."""

from collections.abc import Callable
from typing import TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Outcome
from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.effects import cross_account as across
from pytest_secretsmanager.engine.effects.background import Background
from pytest_secretsmanager.engine.effects.controls import ReplicaControl
from pytest_secretsmanager.engine.effects.copies import event, versions
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import cross_account, guards, replication
from pytest_secretsmanager.engine.state import Secret, SecretKey, Secrets

__tracebackhide__ = True

_Replicate: TypeAlias = Callable[[Secret, str, float, Secrets, Ports], Outcome]


class Replicas:
    """Lets replicas follow, but for those that the test holds back."""

    def __init__(self, background: Background, control: ReplicaControl) -> None:
        self._background = background
        self._control = control

    def follow(self, key: SecretKey) -> None:
        """Brings the replicas of a secret up to date, those in other accounts too."""
        with self._background.lock:
            primary = self._background.store.get(key)
            for region in () if primary is None else replication.regions_in_progress(primary):
                if not self._control.holds_back(region, key.account):
                    self._copy(key, replicated, region)
            for arn in () if primary is None else cross_account.in_progress(primary):
                if not self._control.holds_back(*arns.place(arn)):
                    self._copy(key, across.replicated, arn)

    def _copy(self, key: SecretKey, replicate: _Replicate, to: str) -> None:
        background = self._background

        def copy(primary: Secret) -> Outcome:
            return replicate(primary, to, background.now(), background.store, background.ports)

        background.commit(key, copy)


def replicated(primary: Secret, region: str, time: float, secrets: Secrets, ports: Ports) -> Outcome:
    """The replica of one region as the primary is now, and the primary with the status that this came to."""
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
        # REPORTED that a key which does not work fails the replication and not the call; the text is a GUESS.
        return _failure(primary, region, error.message)
    updated = replication.with_status(primary, region, "InSync", replication.SUCCEEDED)
    succeeded = event("ReplicationSucceeded", primary, region)
    return Outcome({}, {key: copy, primary.key: updated}, events=(succeeded,))


def _obstacle(primary: Secret, present: Secret) -> str | None:
    """Why another secret, where the replica is to go, can't be overwritten; None when it can."""
    region = present.key.region
    if present.is_replica:
        # REPORTED, and that overwriting does not help.
        return f"Secret name {primary.name} is currently replicated to {region} with a different arn"
    if not primary.replicas[region].overwrite:
        # GUESS: moto's text has the form of the one above, the model's example has another.
        return f"Secret name {primary.name} already exists in region {region}."
    # GUESS: to overwrite a secret is to delete it, so what keeps it from being deleted keeps it here.
    return replication.reason_to_stay(present)


def _failure(primary: Secret, region: str, reason: str) -> Outcome:
    message = f"Replication failed: {reason}"
    updated = replication.with_status(primary, region, "Failed", message)
    failed = event("ReplicationFailed", primary, region, message)
    return Outcome({}, {primary.key: updated}, events=(failed,))


def _copy(primary: Secret, own: Secret | None, region: str, time: float, ports: Ports) -> Secret:
    """The primary as a secret of that region; `own` is the replica that stands there, if there is one.

    RECORDED: a replica has a CreatedDate of its own and the LastChangedDate of its primary, names the default key by
    its alias where no other was asked for, and has no Tags where its primary has an empty list.
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
    return changed(copy, versions={version.id: version for version in versions(primary, copy, own, ports)})
