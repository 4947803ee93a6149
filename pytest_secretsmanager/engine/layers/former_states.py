"""The former states of secrets whose IAM-related facts a call changes, so that the log can decide earlier calls again.

A policy's conditions read these facts: tags, type, rotation function, replication, and whether the secret exists.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from pytest_secretsmanager.engine.call import Changes
from pytest_secretsmanager.engine.state import Secret, SecretKey, Secrets

__tracebackhide__ = True

FormerStates: TypeAlias = Mapping[SecretKey, Secret | None]
"""Secrets as they were before a call, without their versions; None if a secret did not exist."""

NO_STATES: FormerStates = MappingProxyType({})

CHANGING = frozenset(
    [
        "AssociateCrossAccountReplica",
        "CreateSecret",
        "DeleteSecret",
        "DisassociateCrossAccountReplica",
        "RemoveRegionsFromReplication",
        "ReplicateSecretToRegions",
        "RotateSecret",
        "StopReplicationToReplica",
        "TagResource",
        "UntagResource",
        "UpdateSecret",
    ]
)
"""The operations that can change such a fact. Others need not be compared."""


def former_states(secrets: Secrets, changes: Changes) -> FormerStates:
    """The former states of the secrets whose facts change."""
    found: dict[SecretKey, Secret | None] = {}
    for key, after in changes.items():
        before = secrets.get(key)
        if before is None or after is None or _facts(before) != _facts(after):
            found[key] = None if before is None else before._replace(versions={}, deleted_versions=())
    return found or NO_STATES


def _facts(secret: Secret) -> tuple[object, ...]:
    function = None if secret.rotation is None else secret.rotation.function
    is_linked = secret.links is not None and secret.links.primary is not None
    return secret.arn, secret.tags, secret.type, function, secret.primary_region, is_linked
