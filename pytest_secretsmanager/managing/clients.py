"""The clients that `sm.client()` has made, by their arguments: building one costs milliseconds."""

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.surroundings.clients import new_client

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

__tracebackhide__ = True


class Clients:
    """A cache of clients."""

    __slots__ = ("_made",)

    def __init__(self) -> None:
        self._made: dict[object, SecretsManagerClient] = {}

    def checkpoint(self) -> Restore:
        """Return a function that restores the clients that exist now."""
        return checkpoint(self._made)

    def of(self, arguments: dict[str, Any]) -> "SecretsManagerClient":
        """Return the client for these arguments of `create_client`; a new one where an argument has no hash."""
        if not all(isinstance(value, Hashable) for value in arguments.values()):
            return cast("SecretsManagerClient", new_client(**arguments))
        key = tuple(sorted(arguments.items(), key=lambda item: item[0]))
        return self._made.get(key) or self._made.setdefault(key, new_client(**arguments))
