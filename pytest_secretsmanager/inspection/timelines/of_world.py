"""The timelines of a running manager's secrets, from its log."""

from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.call_sites import call_site_of
from pytest_secretsmanager.inspection.histories import histories_of, history_of
from pytest_secretsmanager.inspection.known_secrets import moment_of
from pytest_secretsmanager.inspection.timelines.drawing import picture
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True


class _LoggedCall:
    """A log entry as a picture shows it. Its caller is found on use: a long log has few that are drawn."""

    __slots__ = ("_entry",)

    def __init__(self, entry: Entry) -> None:
        self._entry = entry

    @property
    def operation(self) -> str:
        return self._entry.operation

    @property
    def time(self) -> float:
        return self._entry.time

    @property
    def error(self) -> str | None:
        return self._entry.error_code

    @property
    def caller(self) -> str | None:
        site = call_site_of(self._entry.call.site)
        return None if site is None else str(site)

    @property
    def by_service(self) -> bool:
        return self._entry.by_service


def timeline_of(world: World, key: SecretKey) -> str:
    """The SVG of a secret that exists or was deleted. Raise SecretNotFound if the manager knows none of this name."""
    entries = world.entries.since()
    history = history_of(moment_of(world, entries, [key]), entries, key)
    if history is None:
        raise world.not_found(key.name, key)
    return picture(history, {at: _LoggedCall(entries[at]) for at in history.calls})


def timelines_of(world: World, most: int) -> list[str]:
    """The SVGs of the secrets that this test called for: those of its last calls, at most so many."""
    entries = world.entries.since(world.entries.begin)
    histories = sorted(histories_of(moment_of(world, entries), entries), key=lambda history: history.calls[-1])[-most:]
    return [picture(history, {at: _LoggedCall(entries[at]) for at in history.calls}) for history in histories]
