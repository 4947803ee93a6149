"""The secrets of one region and account by name: `sm.secrets`."""

from collections.abc import ItemsView, Iterator, Mapping, ValuesView

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.cells import cut_inside, escaped
from pytest_secretsmanager.inspection.views import SecretView
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_MOST_NAMES = 20
_LONGEST_NAME = 60
"""The names, and the columns of one, that a repr shows."""


class SecretMapping(Mapping[str, SecretView]):
    """The secrets of one region and account by name, live."""

    def __init__(self, world: World, region: str, account: str) -> None:
        self._world = world
        self._region = region
        self._account = account

    def __getitem__(self, name: str) -> SecretView:
        key = SecretKey(self._region, self._account, name)
        if self._world.state_of(key) is None:
            raise self._world.not_found(name, key)
        return SecretView(self._world, key)

    def items(self) -> ItemsView[str, SecretView]:
        return _Items(self)

    def values(self) -> ValuesView[SecretView]:
        return _Values(self)

    def _view_of(self, name: str) -> SecretView:
        """The view of a secret that existed a moment ago."""
        return SecretView(self._world, SecretKey(self._region, self._account, name))

    def __contains__(self, name: object) -> bool:
        key = SecretKey(self._region, self._account, name) if isinstance(name, str) else None
        return key is not None and self._world.state_of(key) is not None

    def __iter__(self) -> Iterator[str]:
        return iter([secret.name for secret in self._world.present_within(self._region, self._account)])

    def __len__(self) -> int:
        return self._world.count_within(self._region, self._account)

    def __repr__(self) -> str:
        """The oldest names, shortened, and the number of the others."""
        count, first = len(self), self._world.present_within(self._region, self._account, _MOST_NAMES)
        names = [cut_inside(escaped(secret.name), _LONGEST_NAME) for secret in first]
        more = [f"… and {count - len(first):,} more"] if count > len(first) else []
        return f"<secrets of {self._region}, account {self._account}: {', '.join([*names, *more]) or 'none'}>"


class _Items(ItemsView[str, SecretView]):
    """Iterates over one moment's secrets: one that is deleted meanwhile raises no KeyError."""

    _mapping: SecretMapping

    def __iter__(self) -> Iterator[tuple[str, SecretView]]:
        return ((name, self._mapping._view_of(name)) for name in self._mapping)


class _Values(ValuesView[SecretView]):
    """Iterates as `_Items` does."""

    _mapping: SecretMapping

    def __iter__(self) -> Iterator[SecretView]:
        return (self._mapping._view_of(name) for name in self._mapping)
