"""DescribeSecret, ListSecrets, ListSecretVersionIds, and when replies have which field (RECORDED field by field)."""

from operator import attrgetter

from pytest_secretsmanager.engine.call import Call, Outcome, Reply, new_outcome
from pytest_secretsmanager.engine.operations.replies import cross_account_links, present, replication_status
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards, paging
from pytest_secretsmanager.engine.rules.secret_pages import page_of_secrets
from pytest_secretsmanager.engine.state import RotationConfiguration, RotationRules, Sealed, Secret, Secrets, Version

DEFAULT_KEY = "DefaultEncryptionKey"
"""The name of the account's default KMS key in ListSecretVersionIds (RECORDED)."""


_OPTIONAL = {
    "Type": "type",
    "Description": "description",
    "KmsKeyId": "kms_key_id",
    "LastAccessedDate": "accessed",
    "OwningService": "owning_service",
    "PrimaryRegion": "primary_region",
}
"""The members of a reply that only some secrets have, and their fields."""

_optional_of = attrgetter(*_OPTIONAL.values())


def describe_secret(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """A secret's metadata. RECORDED: it works on a secret that is scheduled for deletion."""
    secret = guards.require_secret(secrets, call)
    reply = _metadata(secret)
    if "LastRotatedDate" in reply and not reply["RotationEnabled"]:
        del reply["LastRotatedDate"]
    if secret.labels:
        reply["VersionIdsToStages"] = _stages_by_version(secret)
    if secret.replicas:
        reply["ReplicationStatus"] = replication_status(secret, secrets)
    if secret.links is not None:
        reply.update(cross_account_links(secret))
    return new_outcome(reply)


def list_secrets(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """The secrets of the caller's account and region, a page at a time."""
    deleted_too = call.flag("IncludePlannedDeletion")

    def is_shown(secret: Secret) -> bool:
        return not guards.is_gone(secret, call.time) and (deleted_too or secret.deletion is None)

    found, token = page_of_secrets(
        secrets,
        call,
        is_shown,
        _query(call),
        size=call.number("MaxResults"),
        sort_by=call.text("SortBy") or "created-date",
        descending=call.text("SortOrder") == "desc",
    )
    return Outcome(_with_token({"SecretList": [_list_entry(secret) for secret in found]}, token))


def list_secret_version_ids(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """A secret's versions that have a value (DOC), oldest first (GUESS); unlabelled ones only on request."""
    secret = guards.require_secret(secrets, call)
    deprecated_too = call.flag("IncludeDeprecated")
    versions = (
        (version, sealed)
        for version in secret.versions.values()
        if (sealed := version.sealed) is not None and (deprecated_too or secret.labels_of(version.id))
    )
    found, token = paging.page(
        versions,
        lambda held: (held[0].number, held[0].id),
        _query(call),
        size=call.number("MaxResults"),
        token=call.text("NextToken"),
    )
    reply: Reply = {
        "ARN": secret.arn,
        "Name": secret.name,
        "Versions": [_version_entry(secret, version, sealed) for version, sealed in found],
    }
    return Outcome(_with_token(reply, token))


def _query(call: Call) -> dict[str, object]:
    """The part of a request that its page token is valid for: all members but those for paging."""
    return {name: value for name, value in call.parameters.items() if name not in ("NextToken", "MaxResults")}


def _with_token(reply: Reply, token: str | None) -> Reply:
    if token is not None:
        reply["NextToken"] = token
    return reply


def _metadata(secret: Secret) -> Reply:
    optional = present(zip(_OPTIONAL, _optional_of(secret), strict=True))
    reply: Reply = {"ARN": secret.arn, "Name": secret.key.name, **optional}
    if secret.deletion is not None:
        # RECORDED: the time of the call. DeleteSecret itself answers with the date of the deletion.
        reply["DeletedDate"] = secret.deletion.asked
    reply["LastChangedDate"] = secret.changed
    if secret.tags is not None:
        reply["Tags"] = [{"Key": key, "Value": value} for key, value in secret.tags.items()]
    reply["CreatedDate"] = secret.created
    return reply if secret.rotation is None else reply | _rotation(secret.rotation, secret.changed)


def _rotation(rotation: RotationConfiguration, changed: float) -> Reply:
    """DOC: rules and function stay when rotation is turned off. In a list, so does the date of the last rotation."""
    shown: Reply = {"RotationEnabled": rotation.enabled}
    optional = {
        "RotationLambdaARN": rotation.function,
        "RotationRules": None if rotation.rules is None else _rules(rotation.rules, changed),
        "ExternalSecretRotationMetadata": [{"Key": key, "Value": value} for key, value in rotation.metadata],
        "ExternalSecretRotationRoleArn": rotation.role,
        "LastRotatedDate": rotation.last,
        "NextRotationDate": None if rotation.window is None else rotation.window.closes,
    }
    return {**shown, **present(optional.items())}


def _rules(rules: RotationRules, changed: float) -> Reply:
    from pytest_secretsmanager.engine.rules import schedule

    members = {
        "AutomaticallyAfterDays": schedule.days_between(rules, changed),
        "Duration": rules.duration,
        "ScheduleExpression": rules.expression,
    }
    return {name: value for name, value in members.items() if value is not None}


def _list_entry(secret: Secret) -> Reply:
    reply = _metadata(secret)
    if secret.labels:
        reply["SecretVersionsToStages"] = _stages_by_version(secret)
    return reply


def _stages_by_version(secret: Secret) -> dict[str, list[str]]:
    stages: dict[str, list[str]] = {}
    for label, version_id in secret.labels.items():
        stages.setdefault(version_id, []).append(label)
    return stages


def _version_entry(secret: Secret, version: Version, sealed: Sealed) -> Reply:
    entry: Reply = {
        "VersionId": version.id,
        "CreatedDate": version.created,
        "KmsKeyIds": [sealed.kms_key_id or DEFAULT_KEY],
    }
    if stages := secret.labels_of(version.id):
        entry["VersionStages"] = list(stages)
    if version.accessed is not None:
        entry["LastAccessedDate"] = version.accessed
    return entry
