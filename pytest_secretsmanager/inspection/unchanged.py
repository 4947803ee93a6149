"""Whether anything changed inside a block: what `assert_unchanged` gives."""

from types import TracebackType

from pytest_secretsmanager.inspection.differences import change_text
from pytest_secretsmanager.inspection.tables import secret_table
from pytest_secretsmanager.inspection.views import SecretView, Source

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


class Unchanged:
    """The context of `assert_unchanged`."""

    def __init__(self, source: Source, only: SecretView | None) -> None:
        self._source = source
        self._only = only

    def __enter__(self) -> None:
        with self._source.service.lock:
            self._journal = self._source.service.store.open_journal()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        store = self._source.service.store
        with self._source.service.lock:
            store.close_journal(self._journal)
        if error is not None:
            return
        seen = {
            key: (before, store.get(key))
            for key, before in self._journal.before.items()
            if self._only is None or key == self._only.key
        }
        texts = {key: text for key, states in seen.items() if (text := change_text(*states))}
        if texts:
            lines = [f"  {key.name!r} in {key.region}: {text}" for key, text in texts.items()]
            tables = [secret_table(SecretView(self._source, key)) for key in texts if seen[key][1] is not None]
            raise AssertionError("\n\n".join(["expected no change, found\n" + "\n".join(lines), *tables]))
