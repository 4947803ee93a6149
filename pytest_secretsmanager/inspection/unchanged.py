"""Whether anything changed inside a block: what `assert_unchanged` gives."""

import warnings
from types import TracebackType

from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Secret
from pytest_secretsmanager.inspection.changers import changers_text
from pytest_secretsmanager.inspection.differences import change_text
from pytest_secretsmanager.inspection.tables import state_table
from pytest_secretsmanager.inspection.views import SecretView, World

__tracebackhide__ = True


class Unchanged:
    """The context of `assert_unchanged`."""

    def __init__(self, world: World, only: SecretView | None) -> None:
        self._world = world
        self._only = only

        self._is_entered = False

    def __enter__(self) -> None:
        self._is_entered = True
        self._began = self._world.now()
        with self._world.service.lock:
            self._first_call = self._world.log.position
            self._journal = self._world.service.store.open_journal()
            self._scheduled = [secret for secret in self._world.service.secrets() if self._may_lapse(secret)]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        store = self._world.service.store
        with self._world.service.lock:  # once, since other threads may go on
            store.close_journal(self._journal)
            now = self._world.now()
            calls = self._world.log.since(self._first_call)
            touched = {secret.key: secret for secret in self._scheduled} | self._journal.before
            seen = {
                key: (_there(before, self._began), _there(store.get(key), now))
                for key, before in touched.items()
                if self._only is None or key == self._only.key
            }
        if error is not None:
            return
        texts = {key: text for key, states in seen.items() if (text := change_text(*states))}
        if texts:
            lines = [
                f"  {key.name!r} in {key.region}: {text}{changers_text(calls, key, seen[key])}"
                for key, text in texts.items()
            ]
            tables = [state_table(after, now) for _, after in map(seen.__getitem__, texts) if after is not None]
            raise AssertionError("\n\n".join(["expected no change, found\n" + "\n".join(lines), *tables]))

    def _may_lapse(self, secret: Secret) -> bool:
        """Whether this secret goes by itself as time passes, without a change that a journal would see."""
        return secret.deletion is not None and self._only in (None, SecretView(self._world, secret.key))

    def __del__(self) -> None:
        if not self._is_entered:
            warnings.warn(
                "assert_unchanged was called and never entered, so it asserts nothing: write "
                "`with secretsmanager.assert_unchanged(…):` around what must not change anything",
                RuntimeWarning,
                stacklevel=2,
            )


def _there(secret: Secret | None, now: float) -> Secret | None:
    """A secret, unless its deletion has fallen due."""
    return None if secret is None or guards.is_gone(secret, now) else secret
