"""Rolling back forgets no control and no part: whatever a block turns, its end turns back."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from pytest_secretsmanager import Rotation, SecretsManager
from pytest_secretsmanager.managing.panel import Panel
from pytest_secretsmanager.managing.parts import Parts
from pytest_secretsmanager.managing.planting import follow_environment
from pytest_secretsmanager.managing.rollback import rolled_back
from pytest_secretsmanager.seed_arguments import seed_of

STAYS = {
    "account": "a str",
    "regions": "frozen",
    "world": "frozen: where views look",
    "responder": "holds the other parts, and nothing that changes",
    "service": "takes back secrets, rotations, refusals and watchers itself",
    "presence": "notes which managers have answered",
    "entering": "counts entries, which a block may end before its own",
    "clock": "a look at the time, which goes back",
    "log": "a look at the entries, which go back",
    "entries": "the log's, which takes them back",
    "crashes": "a report of what happened",
    "cut_offs": "a report of what happened",
    "runs_decorated": "whether a decorated function runs",
    "made_deliveries": "made on first use",
    "made_serving": "made on first use; stops its endpoint outside the service's lock",
    "_kms": "turns the keys",
    "_rotation": "turns functions and steps",
    "_replication": "turns the holds of replicas",
    "_events": "a look at the entries, which go back",
    "_clients": "made on first use",
}
"""The parts that a rollback leaves to others, or alone, with the reason."""


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
    """All that a block may change, as values that can be compared."""
    parts = sm._parts
    service = parts.service
    return {
        "secrets": service.secrets(),
        "what vanished": service.vanished(),
        "refusals": list(service.refusals.all),
        "log": (list(parts.entries), len(sm.log), sm.log.cleared),
        "clock": parts.time._offset,
        "keys": (dict(parts.keys._keys), dict(parts.keys._aliases)),
        "functions": dict(parts.functions.by_arn),
        "rotations": list(sm.rotation.runs),
        "planned holds": list(parts.steps.planned_stops),
        "planned failures": [(failure.step, failure.times) for failure in parts.steps._failures],
        "holds of replicas": list(parts.held.places),
        "subscriptions": list(parts.deliveries.subscribers),
        "watchers": (list(service._watchers.of_calls), list(service._watchers.of_log)),
        "region": sm.region,
        "seeds that may move": dict(parts.home._planted),
        "ids": parts.random.getstate(),
        "clients": dict(parts.clients._made),
        "endpoint": parts.serving._current,
    }


def between_reads(sm: SecretsManager) -> None:
    ExitStack().enter_context(sm.rotation.between_reads("db"))


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
    "replication": {
        "replicas are held": lambda sm: sm.replication.hold("eu-west-1"),
        "replicas are held for some polls": lambda sm: sm.replication.hold(polls=3),
    },
    "events": {"a handler is subscribed": lambda sm: sm.events.subscribe(lambda _: None)},
    "client": {"a client is made": lambda sm: sm.client("eu-west-2")},
    "endpoint": {"an endpoint is started": lambda sm: sm.endpoint()},
    "region": {
        "the region follows the environment": go_elsewhere,
        "a secret is planted in no region": plant_unnamed_region,
    },
    "seed": {"ids are made": lambda sm: sm.seed("new", "one")},
}
"""What a block may turn, by the name on `SecretsManager`."""


@pytest.mark.parametrize(
    "change",
    [pytest.param(change, id=text) for changes in CHANGES.values() for text, change in changes.items()],
)
def test_a_snapshot_takes_back_what_a_control_has_changed(
    sm: SecretsManager, change: Callable[[SecretsManager], Any]
) -> None:
    before = state_of(sm)
    with sm.snapshot():
        change(sm)
        assert state_of(sm) != before
    after = state_of(sm)
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}


def test_every_control_of_a_secretsmanager_is_changed_by_one_of_these_tests() -> None:
    controls = {name for name, value in vars(Panel).items() if isinstance(value, property)} - {"account"}
    assert controls <= CHANGES.keys()


def test_every_part_of_a_secretsmanager_is_rolled_back_or_stays_for_a_reason(sm: SecretsManager) -> None:
    parts = sm._parts
    made = [getattr(parts, name) for name, value in vars(Parts).items() if isinstance(value, property)]
    undoable = [*parts.undoable(), parts.serving]
    assert made
    forgotten = {name for name, part in vars(parts).items() if not any(part is one for one in undoable)}
    assert forgotten - STAYS.keys() == set()


def test_every_lazily_made_part_with_a_checkpoint_is_rolled_back(sm: SecretsManager) -> None:
    lazy = [getattr(sm._parts, name) for name, value in vars(Parts).items() if isinstance(value, property)]
    missed = [part for part in lazy if hasattr(part, "checkpoint") and part not in sm._parts.undoable()]
    assert missed == [sm._parts.serving]


def test_an_own_log_begins_empty_and_gives_way_to_the_log_from_before(sm: SecretsManager) -> None:
    sm.client().list_secrets()
    with rolled_back(sm._parts, own_log=True):
        assert len(sm.log) == 0
        sm.client().describe_secret(SecretId="db")
        assert [event.operation for event in sm.log] == ["DescribeSecret"]
    assert [event.operation for event in sm.log] == ["ListSecrets"]


def test_parts_stand_still_where_nothing_is_changed(sm: SecretsManager) -> None:
    before = state_of(sm)
    with sm.snapshot():
        pass
    assert state_of(sm) == before
