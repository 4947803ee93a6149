"""`assert_unchanged`: whether any secret changed inside a block."""

from types import TracebackType

from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.changes import change_text, writers_text
from pytest_secretsmanager.inspection.label_moves import stays_of
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.tables import Look, state_table
from pytest_secretsmanager.inspection.views import SecretView
from pytest_secretsmanager.inspection.with_blocks import WithBlock
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True


class Unchanged(WithBlock):
    """The context manager that `assert_unchanged` returns."""

    _unentered = (
        "assert_unchanged was called but not entered, so it asserts nothing: write "
        "`with secretsmanager.assert_unchanged(…):` around the code that must not change anything"
    )

    def __init__(self, world: World, only: SecretView | None) -> None:
        self._world = world
        self._only = None if only is None else key_of(only)

    def __enter__(self) -> None:
        self._is_entered = True
        self._began = self._world.now()
        with self._world.service.lock:
            self._first_call = self._world.entries.position
            self._noting = self._world.service.journal()
            self._journal = self._noting.__enter__()
            self._scheduled = self._may_lapse()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        store = self._world.service.store
        with self._world.service.lock:  # one look, since other threads may go on
            self._noting.__exit__(None, None, None)
            now = self._world.now()
            calls = self._world.events_since(self._first_call)
            has_forgotten = self._world.entries.has_forgotten(self._first_call)
            touched = self._scheduled | self._journal.before
            seen = {
                key: (_unless_gone(before, self._began), _unless_gone(store.get(key), now))
                for key, before in touched.items()
                if self._only in (None, key)
            }
        if error is not None:
            return
        texts = {key: text for key, states in seen.items() if (text := change_text(*states))}
        if texts:
            lines = [
                f"  {key.name!r} in {key.region}: {text}{writers_text(calls, key, seen[key], has_forgotten)}"
                for key, text in texts.items()
            ]
            entries = self._world.entries.since()
            tables = [
                state_table(after, now, Look(stays=stays_of(after.arn, entries, after.labels)))
                for _, after in map(seen.__getitem__, texts)
                if after is not None
            ]
            raise AssertionError("\n\n".join(["expected no change, found\n" + "\n".join(lines), *tables]))

    def _may_lapse(self) -> dict[SecretKey, Secret | None]:
        """The secrets that time alone may delete, which no journal would see."""
        store = self._world.service.store
        return {key: store.get(key) for key in store.scheduled}


def _unless_gone(secret: Secret | None, now: float) -> Secret | None:
    """The secret; None if its deletion has taken effect."""
    return None if secret is None or guards.is_gone(secret, now) else secret
