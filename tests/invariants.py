"""What is true of a `SecretsManager` whenever no call is under way: random sequences and hammering threads check it.

Those about secrets look at the engine's state, at the answers of `call` (a caller of operations that returns replies),
or at the log. Those about the store compare its indices with the secrets that it holds.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import pairwise
from threading import Thread
from typing import Any

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import attempts
from pytest_secretsmanager.doors.responder import calling_from, responding
from pytest_secretsmanager.doors.running import in_function
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine import arns, locks
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.rules.due import acts_at
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.log import entries_of
from pytest_secretsmanager.inspection.views import state_of

Call = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


def all_entries(sm: SecretsManager) -> list[Entry]:
    """The entries of the log, those that `log.clear()` hides too."""
    return entries_of(sm.log).since()


# --- labels and versions ---------------------------------------------------------------------------------------------


def labels_and_versions_are_consistent(sm: SecretsManager, call: Call, quota: int) -> None:
    """DescribeSecret and ListSecretVersionIds agree; each label is on one version; no secret is above the quota."""
    for name in sm.secrets:
        stages = call("DescribeSecret", {"SecretId": name}).get("VersionIdsToStages", {})
        listing = call("ListSecretVersionIds", {"SecretId": name, "IncludeDeprecated": True})
        listed = {entry["VersionId"]: entry.get("VersionStages", []) for entry in listing["Versions"]}
        placed = [label for held in stages.values() for label in held]
        assert len(placed) == len(set(placed)) <= 20
        filled = [version.id for version in sm.secret(name).versions if version.value is not None]
        assert listed.keys() == set(filled)  # a version without a value has labels and is not listed
        assert {id_: set(held) for id_, held in stages.items() if id_ in listed} == {
            id_: set(held) for id_, held in listed.items() if held
        }
        assert ("AWSCURRENT" in placed) == bool(filled)
        assert len(listed) <= quota


def every_label_is_on_an_existing_version(sm: SecretsManager) -> None:
    for secret in sm._parts.service.secrets():
        assert set(secret.labels.values()) <= secret.versions.keys()
        numbers = [version.number for version in secret.versions.values()]
        assert numbers == sorted(set(numbers))
        assert not numbers or numbers[-1] <= secret.versions_made


def moves_in_the_log_lead_to_the_labels(sm: SecretsManager) -> None:
    """Each call finds the labels of a secret as the last call left them, and the last one left the present labels."""
    left: dict[str, Mapping[str, str]] = {}
    for entry in all_entries(sm):
        for arn, (before, after) in entry.placements.items():
            assert before == left.get(arn, before), f"{entry.operation} of {arn}"
            left[arn] = after
    present = {secret.arn: secret.labels for secret in sm._parts.service.secrets()}
    assert {arn: labels for arn, labels in left.items() if labels} == {
        arn: present.get(arn) for arn, labels in left.items() if labels
    }


def awsprevious_goes_where_awscurrent_comes_from(sm: SecretsManager) -> None:
    """In each call. A replica takes over the result of all calls since its last update."""
    for entry in all_entries(sm):
        if entry.operation == "ReplicationSucceeded":
            continue
        for arn, moves in entry.moves.items():
            _, after = entry.placements[arn]
            for move in moves:
                if move.label == "AWSCURRENT" and move.source is not None and move.target is not None:
                    assert after["AWSPREVIOUS"] == move.source, f"{entry.operation} of {arn}"


def a_running_rotation_has_its_version(sm: SecretsManager) -> None:
    for secret in sm._parts.service.secrets():
        attempt = secret.rotation and secret.rotation.attempt
        assert not attempt or (attempt.token in secret.versions and secret.labels_of(attempt.token))


# --- replicas --------------------------------------------------------------------------------------------------------


def every_replica_has_a_primary_that_knows_it(sm: SecretsManager) -> None:
    secrets = {secret.key: secret for secret in sm._parts.service.secrets()}
    for replica in secrets.values():
        if replica.is_replica:
            assert replica.primary_region is not None
            primary = secrets[replica.key._replace(region=replica.primary_region)]
            assert not primary.is_replica
            assert replica.key.region in primary.replicas


def replicas_equal_their_primaries(sm: SecretsManager) -> None:
    for name, primary in sm.secrets.items():
        for region, replica in state_of(primary).replicas.items():
            assert replica.status in ("InSync", "Failed")
            if replica.status == "InSync":
                copy = sm.secret(name, region=region)
                assert copy.labels == primary.labels
                assert [version.value for version in copy.versions] == [version.value for version in primary.versions]
                assert copy.arn == primary.arn.replace(sm.region, region)


def cross_account_replicas_and_primaries_know_each_other(sm: SecretsManager) -> None:
    secrets = {secret.arn: secret for secret in sm._parts.service.secrets()}
    for primary in secrets.values():
        following = cross_account.associated(primary)
        assert len(following) <= 1
        for replica in map(secrets.__getitem__, following):
            known = cross_account.primary_of(replica)
            assert known is not None
            status = cross_account.replicas_of(primary)[replica.arn].status
            assert (known.arn, known.status) == (primary.arn, status)
            if known.status == "InSync":
                assert (replica.labels, replica.versions.keys()) == (primary.labels, primary.versions.keys())


# --- the store -------------------------------------------------------------------------------------------------------


def the_store_finds_every_secret_by_its_key(sm: SecretsManager) -> None:
    store = sm._parts.service.store
    for (region, account), place in store._places.items():
        for name, secret in place.items():
            assert (secret.key, arns.place(secret.arn)) == ((region, account, name), (region, account))
            assert store.get(secret.key) is secret


def the_order_of_many_secrets_has_exactly_those_that_exist(sm: SecretsManager) -> None:
    """Without interrupts, each order has each secret once. See `SecretOrder` about those after interrupts."""
    store = sm._parts.service.store
    for place, order in store._orders.items():
        secrets = list(store.within(*place))
        assert list(order._names.after(None)) == sorted(secret.name for secret in secrets)
        for keys_of, keys in order._orders.items():
            assert list(keys.after(None)) == sorted(key for secret in secrets for key in keys_of(secret))


def plans_of_aws_are_those_of_the_secrets(sm: SecretsManager) -> None:
    """The agenda knows when AWS acts on each secret, and `scheduled` which ones are going to be deleted."""
    store, secrets = sm._parts.service.store, sm._parts.service.secrets()
    due = {secret.key: time for secret in secrets if (time := acts_at(secret)) is not None}
    assert store.agenda._due == due
    assert store.agenda.time == min(due.values(), default=float("inf"))
    assert store.scheduled.keys() == {secret.key for secret in secrets if secret.deletion is not None}


def nothing_is_under_way(sm: SecretsManager) -> None:
    """No thread has a rollback, a rotation or a call under way, or holds a lock."""
    parts = sm._parts
    assert parts.service.store._journals == []
    assert not parts.service.effects.rotations.is_busy
    assert "running" not in [run.state for run in parts.service.runs]
    assert parts.service.ports.key_uses == []
    assert (PROCESS._under_way, PROCESS.functions.all) == (frozenset(), ())
    assert [variable.get() for variable in (attempts.current, responding, calling_from, in_function)] == [None] * 4
    assert held_locks() == []


def no_manager_is_active() -> None:
    """No manager answers, no function or call runs, no variable is set, and no lock is held."""
    assert PROCESS._responders == ()
    assert (PROCESS._under_way, PROCESS.functions.all) == (frozenset(), ())
    assert PROCESS.environment._users == ()
    assert held_locks() == []


def held_locks() -> list[locks.Lock]:
    """The locks of this package that any thread holds: as another thread finds them, since they are reentrant."""
    held = []

    def look() -> None:
        for lock in locks._all():
            if lock.acquire(blocking=False):
                lock.release()
            else:
                held.append(lock)

    thread = Thread(target=look)
    thread.start()
    thread.join()
    return held


# --- the log ---------------------------------------------------------------------------------------------------------


def calls_in(sm: SecretsManager) -> list[Entry]:
    """The entries of calls: without the service's own events, and without the reads of a batch."""
    return [entry for entry in all_entries(sm) if not entry.by_service and entry.within is None]


def each_call_has_one_entry(sm: SecretsManager) -> None:
    """Request ids of calls are unique, and so are those of the service's events about one occasion."""
    assert [id_ for id_, times in Counter(entry.request_id for entry in calls_in(sm)).items() if times > 1] == []


def times_in_the_log_go_forward(sm: SecretsManager) -> None:
    """Unless the clock was set back, which neither the sequences nor the threads do."""
    for before, after in pairwise(all_entries(sm)):
        assert before.time <= after.time, f"{after.operation} is after {before.operation}, and its time before"


# --- all of them -----------------------------------------------------------------------------------------------------


OF_ANY_STATE = (
    every_label_is_on_an_existing_version,
    moves_in_the_log_lead_to_the_labels,
    awsprevious_goes_where_awscurrent_comes_from,
    a_running_rotation_has_its_version,
    every_replica_has_a_primary_that_knows_it,
    replicas_equal_their_primaries,
    cross_account_replicas_and_primaries_know_each_other,
    the_store_finds_every_secret_by_its_key,
    the_order_of_many_secrets_has_exactly_those_that_exist,
    plans_of_aws_are_those_of_the_secrets,
    nothing_is_under_way,
    each_call_has_one_entry,
    times_in_the_log_go_forward,
)
"""The invariants of any state between two calls, each a function of the `SecretsManager`."""


def values_of(secret: Secret, sm: SecretsManager) -> dict[str, bytes]:
    """The plain value of each version that has one, by version id."""
    plain = sm._parts.service.plain_value
    return {
        version.id: plain(secret, version.id, version.sealed)
        for version in secret.versions.values()
        if version.sealed is not None
    }
