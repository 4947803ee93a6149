"""A rollback restores every control and every part that its block changed."""

from collections import ChainMap
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest

from pytest_secretsmanager import Rotation, SecretsManager
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.conditions import Conditions
from pytest_secretsmanager.engine.on_demand import OnDemand
from pytest_secretsmanager.inspection.log import entries_of
from pytest_secretsmanager.managing.panel import Panel
from pytest_secretsmanager.managing.parts import Parts
from pytest_secretsmanager.managing.planting import follow_environment
from pytest_secretsmanager.managing.rollback import rolled_back
from pytest_secretsmanager.seed_arguments import seed_of

KEY_POLICY = {"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}

STAYS = {
    "account": "a str",
    "regions": "frozen",
    "world": "frozen: the data of views",
    "responder": "holds the other parts; its fault plans are restored",
    "service": "restores secrets, rotations, refusals and watchers",
    "presence": "records the managers that answered",
    "entering": "counts entries, which may end inside the block",
    "clock": "shows the time, which is restored",
    "log": "shows the entries, which are restored",
    "crashes": "a report to the end of the test",
    "cut_offs": "a report to the end of the test",
    "decorated_call": "the outermost call of a decorated function that runs",
    "serving": "stops its endpoint outside the service's lock",
    "kms": "changes the keys, which are restored",
    "rotation": "changes functions and steps, which are restored",
    "events": "shows the entries, which are restored",
    "faults": "changes the fault plans, which are restored",
    "replication": "changes the holds of replicas, which are restored",
    "iam": "changes identities and callers, which are restored",
}
"""The parts without a rollback of their own, with the reason."""


@pytest.fixture
def sm(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretsManager]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with SecretsManager(random_seed=1) as manager:
        arn = manager.rotation.register(lambda *_: None, name="rotate")
        manager.seed("db", "one", rotation=Rotation(arn), replicas=["eu-west-1"])
        manager.seed("alone", "one")
        follow_environment(manager._parts)
        yield manager


def state_of(sm: SecretsManager) -> dict[str, object]:
    """Return all state that a block can change, as comparable values."""
    parts = sm._parts
    service = parts.service
    return {
        "secrets": service.secrets(),
        "deleted secrets": service.vanished(),
        "refusals": list(service.refusals.all),
        "log": (entries_of(sm.log).since(0), len(sm.log), sm.log.cleared),
        "clock": parts.time._offset,
        "credentials": dict(parts.callers.handed_out),
        "roles": dict(parts.identities.roles),
        "IAM is in force": (parts.identities.is_in_force, service._chains.identities is not None),
        "blocks that act": parts.callers.blocks,
        "lasting faults": lasting_faults_of(service.conditions),
        "fault plans": [(plan, plan.attempts) for plan in parts.responder.plans],
        "keys": (dict(parts.keys._keys), dict(parts.keys._aliases)),
        "functions": dict(parts.functions.by_arn),
        "rotations": list(sm.rotation.runs),
        "planned holds": list(parts.steps.planned_stops),
        "planned failures": [(failure.step, failure.times) for failure in parts.steps.failures],
        "holds of replicas": list(parts.held.places),
        "subscriptions": list(parts.deliveries.subscribers),
        "watchers": (list(service._watchers.of_calls), list(service._watchers.of_log)),
        "region": sm.region,
        "seeds without region": dict(ChainMap(*parts.home._planted[::-1])),
        "ids": parts.random.getstate(),
        "clients": dict(parts.clients._made),
        "endpoint": parts.serving._current,
    }


ENTERED: list[AbstractContextManager[None]] = []
"""The blocks that a change has entered: without a reference, a block would end."""


def enter(block: AbstractContextManager[None]) -> None:
    block.__enter__()
    ENTERED.append(block)


def lasting_faults_of(conditions: Conditions) -> list[object]:
    """Return the conditions in force, and all state that they keep."""
    rates, staleness, deletions = conditions.rates, conditions.staleness, conditions.deletions
    draws = [(condition, condition.draws) for condition in (*rates.in_force, *staleness.in_force, *deletions)]
    return [draws, dict(rates.buckets), list(staleness.history._changes)]


def between_reads(sm: SecretsManager) -> None:
    ExitStack().enter_context(sm.rotation.between_reads("db"))


def act_as_a_role(sm: SecretsManager) -> None:
    enter(sm.iam.acting_as(sm.iam.role("app")))


def act_as_the_default_user(sm: SecretsManager) -> None:
    enter(sm.iam.acting_as(None))


def meet_failure(sm: SecretsManager) -> None:
    sm.rotation.fail("createSecret", ValueError)
    sm.client().rotate_secret(SecretId="db")


def meet_hold(sm: SecretsManager) -> None:
    sm.rotation.hold("db", before="createSecret")
    sm.client().rotate_secret(SecretId="db")


def refused(sm: SecretsManager) -> None:
    with pytest.raises(sm.client().exceptions.ResourceNotFoundException):
        sm.client().put_secret_value(SecretId="none", SecretString="refused")


def plant_unnamed_region(sm: SecretsManager) -> None:
    from pytest_secretsmanager.managing.planting import plant

    plant(sm._parts, seed_of("planted", "one"))


def plan_fault(sm: SecretsManager) -> None:
    sm.faults.fail("GetSecretValue", "ThrottlingException", optional=True)


def throttle(sm: SecretsManager) -> None:
    sm.faults.throttle("ListSecrets", rate=1)
    sm.client().list_secrets()


def read_stale(sm: SecretsManager) -> None:
    sm.faults.stale_reads()
    sm.client().put_secret_value(SecretId="db", SecretString="two")
    sm.client().get_secret_value(SecretId="db")


def delete_slowly(sm: SecretsManager) -> None:
    sm.faults.asynchronous_deletion()
    sm.client().delete_secret(SecretId="alone", ForceDeleteWithoutRecovery=True)


def go_elsewhere(sm: SecretsManager) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        follow_environment(sm._parts)


CHANGES: dict[str, dict[str, Callable[[SecretsManager], Any]]] = {
    "secrets": {
        "a value is put": lambda sm: sm.client().put_secret_value(SecretId="db", SecretString="two"),
        "a secret is deleted": lambda sm: sm.client().delete_secret(SecretId="alone", ForceDeleteWithoutRecovery=True),
        "a secret is seeded": lambda sm: sm.seed("new", "one", kms_key="alias/new"),
        "a secret is seeded again": lambda sm: sm.seed("alone", "two"),
        "a value is refused": refused,
    },
    "log": {
        "a call is logged": lambda sm: sm.client().list_secrets(),
        "the log is cleared": lambda sm: (sm.client().list_secrets(), sm.log.clear()),
    },
    "clock": {
        "the clock advances": lambda sm: sm.clock.advance(days=1),
        "the clock is set": lambda sm: sm.clock.set(sm.clock.now.replace(year=2040)),
    },
    "kms": {
        "a key is made": lambda sm: sm.kms.create_key(alias="alias/new"),
        "a key with a policy is made": lambda sm: sm.kms.create_key(policy=KEY_POLICY),
        "a key is disabled": lambda sm: sm.kms.disable(""),
        "a key's deletion is scheduled": lambda sm: sm.kms.schedule_deletion(""),
        "a key is denied": lambda sm: sm.kms.deny(""),
    },
    "rotation": {
        "a function is registered": lambda sm: sm.rotation.register(lambda *_: None, name="new"),
        "a secret rotates": lambda sm: sm.client().rotate_secret(SecretId="db"),
        "a rotation is held": meet_hold,
        "a step fails": meet_failure,
        "a secret rotates between reads": between_reads,
    },
    "iam": {
        "a role is made": lambda sm: sm.iam.role("app"),
        "IAM is enforced": lambda sm: sm.iam.enforce(),
        "a block acts as a role": act_as_a_role,
        "a block acts as the default user": act_as_the_default_user,
    },
    "replication": {
        "replicas are held": lambda sm: sm.replication.hold("eu-west-1"),
        "replicas are held for some polls": lambda sm: sm.replication.hold(polls=3),
    },
    "events": {"a handler is subscribed": lambda sm: sm.events.subscribe(lambda _: None)},
    "client": {"a client is made": lambda sm: sm.client("eu-west-2")},
    "endpoint": {"an endpoint is started": lambda sm: sm.endpoint()},
    "region": {
        "the region follows the environment": go_elsewhere,
        "a secret is seeded without a region": plant_unnamed_region,
    },
    "callers": {"credentials are handed out": lambda sm: sm._parts.callers.hand_out(user_of(sm.account, sm.region))},
    "faults": {
        "a fault is planned": plan_fault,
        "the request rates of AWS are in force": lambda sm: sm.faults.quota(),
        "an operation is throttled": throttle,
        "reads are stale": read_stale,
        "deletions take their time": delete_slowly,
    },
    "seed": {"ids are made": lambda sm: sm.seed("new", "one")},
}
"""The changes that a block can make, by the name of the control on `SecretsManager`."""


@pytest.mark.parametrize(
    "change",
    [pytest.param(change, id=text) for changes in CHANGES.values() for text, change in changes.items()],
)
def test_the_end_of_a_snapshot_restores_all_state_after(
    sm: SecretsManager, change: Callable[[SecretsManager], Any]
) -> None:
    before = state_of(sm)
    with sm.snapshot():
        change(sm)
        assert state_of(sm) != before
    after = state_of(sm)
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}


def test_the_rollback_tests_change_every_control_of_a_secretsmanager() -> None:
    controls = {name for name, value in vars(Panel).items() if isinstance(value, property)} - {"account"}
    assert controls <= CHANGES.keys()


def test_every_part_of_a_secretsmanager_is_rolled_back_or_has_a_reason_not_to_be(sm: SecretsManager) -> None:
    parts = sm._parts
    made = [getattr(parts, name) for name, value in vars(Parts).items() if isinstance(value, OnDemand)]
    undoable = [*parts.undoable(), parts.serving]
    assert made
    forgotten = {name for name, part in vars(parts).items() if not any(part is one for one in undoable)}
    assert forgotten - STAYS.keys() == set()


def test_every_lazily_created_part_with_a_checkpoint_is_rolled_back(sm: SecretsManager) -> None:
    lazy = [getattr(sm._parts, name) for name, value in vars(Parts).items() if isinstance(value, OnDemand)]
    missed = [part for part in lazy if hasattr(part, "checkpoint") and part not in sm._parts.undoable()]
    assert missed == [sm._parts.serving]


def test_a_rollback_with_its_own_log_starts_with_an_empty_log_and_restores_the_earlier_log(sm: SecretsManager) -> None:
    sm.client().list_secrets()
    with rolled_back(sm._parts, own_log=True):
        assert len(sm.log) == 0
        sm.client().describe_secret(SecretId="db")
        assert [event.operation for event in sm.log] == ["DescribeSecret"]
    assert [event.operation for event in sm.log] == ["ListSecrets"]


def test_a_snapshot_without_changes_leaves_all_state_unchanged(sm: SecretsManager) -> None:
    before = state_of(sm)
    with sm.snapshot():
        pass
    assert state_of(sm) == before
