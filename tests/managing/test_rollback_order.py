"""Blocks that are rolled back may end in any order: what is left is what was there before the first of them."""

import gc
from collections.abc import Callable
from itertools import permutations
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager


def everything_of(sm: SecretsManager) -> tuple[object, ...]:
    """All that a block may change and that is taken back."""
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
def test_blocks_that_end_in_any_order_leave_what_was_there_before_the_first(order: tuple[str, ...]) -> None:
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


def test_a_block_that_ends_first_takes_back_what_a_later_one_did_so_far() -> None:
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


def test_what_happened_before_a_block_stays_when_an_earlier_one_is_still_open() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "zero")
        with sm.snapshot():
            change(sm, "outer")
            outer = everything_of(sm)
            with sm.snapshot():
                change(sm, "inner")
            assert everything_of(sm) == outer


def test_a_block_that_is_thrown_away_is_rolled_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector closes it, in the midst of another manager's commit: that keeps its lock."""
    with SecretsManager() as thrown_away, SecretsManager() as sm:
        thrown_away.seed("db", "zero")
        sm.seed("db", "zero")
        apply: Callable[..., None] = sm._parts.service.store.apply

        def collect_first(changes: Any) -> None:
            gc.collect(1)
            assert sm._parts.service.lock.is_mine
            apply(changes)

        gc.disable()  # else the block might have grown old before it is thrown away
        block: Any = thrown_away.snapshot()
        block.__enter__()
        thrown_away.seed("db", "changed")
        block.itself = block
        del block
        monkeypatch.setattr(sm._parts.service.store, "apply", collect_first)
        try:
            sm.client().put_secret_value(SecretId="db", SecretString="one")
        finally:
            gc.enable()
        assert thrown_away.secret("db").value == "zero"
        assert sm.secret("db").value == "one"
