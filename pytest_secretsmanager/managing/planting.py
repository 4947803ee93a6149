"""Planting seeds: the calls of a seed are made in one transaction, which replaces a secret of the same name."""

from textwrap import shorten

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Parameters
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.errors import ServiceError, UnsupportedOperation, UsageError
from pytest_secretsmanager.engine.keys import KmsRefusal
from pytest_secretsmanager.engine.ports import new_uuid
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.views import SecretView
from pytest_secretsmanager.managing import collecting
from pytest_secretsmanager.managing.parts import Parts
from pytest_secretsmanager.seeds import Seed, require_regions

__tracebackhide__ = True

_LONGEST_REFUSAL = 400
"""The number of characters shown of AWS's refusal of a seed: some refusals repeat the whole refused value."""
_LONGEST_NAME = 80


def plant(parts: Parts, seed: Seed) -> SecretView:
    """Create a secret from a `Seed`. Raises UsageError, and changes nothing, for a seed that AWS would refuse."""
    require_regions(seed, parts.regions)
    region = seed.options.get("region", parts.home.region)
    account = seed.options.get("account", parts.account)
    principal = seed.principal(account, user_of(account, region).arn)

    key = SecretKey(region, account, seed.name)
    now = parts.time.seconds()

    def make_call(operation: str, parameters: Parameters, time: float) -> Call:
        return Call(operation, parameters, region, principal, time, request_id="seed")

    try:
        with parts.service.transaction(parts.keys.checkpoint, parts.functions.checkpoint):
            function = _function_of(parts, seed, key)
            _remove(parts, key, now)
            _ensure_key(parts, seed, key)
            for call in seed.calls(make_call, now, lambda: new_uuid(parts.random), function):
                parts.service.seed(call)
            _require_replicated(parts, key)
    except ServiceError as error:
        refusal = f"AWS would refuse it with {error.code}: {shorten(str(error), _LONGEST_REFUSAL)}{_fault_of(error)}"
    else:
        parts.home.note(key, seed, parts.service.store.get(key))
        collecting.note_seed(parts.world, key)
        return SecretView(parts.world, key)
    raise UsageError(f"secret {shorten(seed.name, _LONGEST_NAME)!r} can't be seeded: {refusal}")


def _fault_of(error: ServiceError) -> str:
    """Return the fault of a malformed policy, which AWS's text doesn't name; empty for another refusal."""
    from pytest_secretsmanager.engine.rules.iam.documents import MalformedPolicy

    fault = error.__cause__
    return f" The fault: {shorten(str(fault), _LONGEST_REFUSAL)}" if isinstance(fault, MalformedPolicy) else ""


def follow_environment(parts: Parts) -> None:
    """Go to the region that AWS_DEFAULT_REGION names now, unless a region was given to the manager.

    Called while a test is set up: its fixtures may set the variable. A secret that a marker or a file has seeded
    without a region since the first such call goes along, if no call has been logged and the secret is as it was
    planted. A secret of `sm.seed` stays: its view is in use. Raises UsageError, and changes nothing, where a secret
    can't go along.
    """
    region = parts.home.follow()
    if region is None:
        return
    with parts.service.transaction(parts.keys.checkpoint, parts.functions.checkpoint):
        with_seeds = not parts.log and not parts.log.cleared
        with parts.home.moved_to(region, parts.world.state_of, with_seeds=with_seeds) as seeds:
            for key in seeds:
                _remove(parts, key, parts.time.seconds())
            for seed in seeds.values():
                plant(parts, seed)


def _require_replicated(parts: Parts, key: SecretKey) -> None:
    """Refuse a seed with a replica that AWS could not make."""
    secret = parts.service.store.get(key)
    for region, replica in secret.replicas.items() if secret is not None else ():
        if replica.status == "Failed":
            raise UsageError(f"secret {key.name!r} can't be seeded: no replica in {region}: {replica.message}")


def _function_of(parts: Parts, seed: Seed, key: SecretKey) -> str | None:
    """Return the ARN of a seed's rotation function; a handler is registered first."""
    function = seed.rotation.function if seed.rotation is not None else None
    if callable(function):
        return parts.rotation.register(function, region=key.region, account=key.account)
    named = None if function is None else arns.parse_function(function)
    if function and named and named.region == key.region and not _exists(parts, function):
        raise UsageError(f"no function is registered as {function}: sm.rotation.register(handler, arn=…) registers one")
    return function


def _exists(parts: Parts, function: str) -> bool:
    """Return whether a function has this ARN; UsageError for one that can't run here."""
    try:
        return parts.service.ports.function(function) is not None
    except UnsupportedOperation as refusal:
        raise UsageError(str(refusal)) from None


def _ensure_key(parts: Parts, seed: Seed, key: SecretKey) -> None:
    """Create the KMS key that a seed names, if it does not exist."""
    name = seed.options.get("kms_key", "")
    try:
        parts.keys.find(key.region, key.account, name)
    except KmsRefusal as refusal:
        if refusal.code == "NotFoundException" and "alias/aws/" not in name:
            parts.keys.create_named(key.region, key.account, name)


def _remove(parts: Parts, key: SecretKey, now: float) -> None:
    """Delete the secret that a seed replaces, as its owner, and its replicas with it."""
    present = parts.service.store.get(key)
    if present is None:
        return
    principal = user_of(key.account, key.region)

    def call_of(operation: str, parameters: Parameters) -> Call:
        return Call(operation, {"SecretId": key.name, **parameters}, key.region, principal, now, request_id="seed")

    if present.is_replica or cross_account.primary_of(present) is not None:
        parts.service.seed(call_of("StopReplicationToReplica", {}))
    if present.replicas:
        parts.service.seed(call_of("RemoveRegionsFromReplication", {"RemoveReplicaRegions": [*present.replicas]}))
    for arn in cross_account.associated(present):
        parts.service.seed(call_of("DisassociateCrossAccountReplica", {"CrossAccountReplicaARN": arn}))
    call = call_of("DeleteSecret", {"ForceDeleteWithoutRecovery": True})
    if present.deletion is not None:
        call = call._replace(time=min(call.time, present.deletion.due - 1))  # later it is gone already
    owner = call.principal._replace(service=present.owning_service)
    parts.service.seed(call._replace(principal=owner))
