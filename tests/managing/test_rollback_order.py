"""Rollbacks may end in any order: they restore the state before the first of them."""

import gc
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager


def everything_of(sm: SecretsManager) -> tuple[object, ...]:
    """Return all state that a rollback restores."""
    return (
        {name: (secret.value, secret.tags) for name, secret in sm.secrets.items()},
        [event.operation for event in sm.log],
        round(sm.clock.now.timestamp() / 3600),
        sorted(sm._parts.keys._aliases),
        len(sm.rotation.runs),
        sorted(sm._parts.functions.by_arn),
    )


def change(sm: SecretsManager, name: str) -> None:
    sm.client().update_secret(SecretId="db", SecretString=name)
    sm.seed(f"of-{name}", name)
    sm.clock.advance(hours=2)
    sm.kms.create_key(alias=f"alias/{name}")
    sm.rotation.register(lambda *_: None, name=name)


@pytest.mark.parametrize("order", list(permutations("abc")), ids="".join)
def test_snapshots_that_end_in_any_order_restore_the_state_before_the_first(order: tuple[str, ...]) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "zero")
        before = everything_of(sm)
        blocks: dict[str, Any] = {name: sm.snapshot() for name in "abc"}
        for name, block in blocks.items():
            block.__enter__()
            change(sm, name)
        for name in order:
            blocks[name].__exit__(None, None, None)
        assert everything_of(sm) == before


def test_the_earlier_of_two_overlapping_snapshots_restores_the_state_before_both() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "zero")
        before = everything_of(sm)
        first, second = sm.snapshot(), sm.snapshot()
        first.__enter__()
        change(sm, "first")
        second.__enter__()
        change(sm, "second")
        first.__exit__(None, None, None)
        assert everything_of(sm) == before
        change(sm, "afterwards")
        second.__exit__(None, None, None)
        assert everything_of(sm) == before


def test_an_inner_snapshot_keeps_the_changes_of_the_outer_snapshot() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "zero")
        with sm.snapshot():
            change(sm, "outer")
            outer = everything_of(sm)
            with sm.snapshot():
                change(sm, "inner")
            assert everything_of(sm) == outer


def test_a_snapshot_that_is_garbage_collected_inside_its_block_restores_the_state(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The garbage collector closes the block during another manager's commit, which keeps its lock."""
    with SecretsManager() as discarded, SecretsManager() as sm:
        discarded.seed("db", "zero")
        sm.seed("db", "zero")
        apply: Callable[..., None] = sm._parts.service.store.apply

        def collect_first(changes: Any) -> None:
            gc.collect(1)
            assert sm._parts.service.lock.is_mine
            apply(changes)

        gc.disable()  # the block has to stay in a young generation
        block: Any = discarded.snapshot()
        block.__enter__()
        discarded.seed("db", "changed")
        block.itself = block
        del block
        monkeypatch.setattr(sm._parts.service.store, "apply", collect_first)
        try:
            sm.client().put_secret_value(SecretId="db", SecretString="one")
        finally:
            gc.enable()
        assert discarded.secret("db").value == "zero"
        assert sm.secret("db").value == "one"
