"""The name of a secret that a view shows: its region, its account and its name."""

from pytest_secretsmanager.engine.state import SecretKey

__tracebackhide__ = True


class NamedSecret:
    """An object that stands for one secret. `key_of` gives its key to the modules of this package."""

    __slots__ = ("_key",)

    def __init__(self, key: SecretKey) -> None:
        self._key = key


def key_of(view: NamedSecret) -> SecretKey:
    """Region, account and name of a view's secret."""
    return view._key
