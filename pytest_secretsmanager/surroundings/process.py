"""The environment variables of this process: those that a client needs, and those that running functions lay over them.

A manager sets region and credentials if, and only if, they are unset. The last manager removes them again. Each change
can be repeated after an interrupt.
"""

import os
from collections import ChainMap
from collections.abc import Collection
from typing import NamedTuple

from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.surroundings.default_region import REGION_VARIABLE

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
CREDENTIALS_VARIABLES = {name.upper(): value for name, value in CREDENTIALS.items()}


class Overlay(NamedTuple):
    """Variables that lie over the process's own, and the function that they belong to."""

    owner: object
    variables: dict[str, str]


class Environment:
    """The process's own variables, and the overlays over them; the newest overlay is on top.

    An environment belongs to the whole process, so other threads see an overlay as well.
    """

    def __init__(self) -> None:
        self.lock = Lock()
        self._users: tuple[object, ...] = ()
        self._set: dict[str, str] = {}
        """Values that managers have set. A variable that differs now was changed by other code, and is left."""
        self._overlays: tuple[Overlay, ...] = ()
        self._beneath: dict[str, str | None] = {}
        """The process's own values of the variables in overlays; None if unset."""

    # --- for managers ------------------------------------------------------------------------------------------------

    @property
    def region(self) -> str | None:
        """The region of a client that is made outside functions and names none; None if none is set."""
        return self.own(REGION_VARIABLE) or None

    def unset_variables(self, region: str) -> dict[str, str]:
        """The variables that are unset, or set by managers only, with the values that a manager sets."""
        wanted = _wanted(region)
        return {name: value for name, value in wanted.items() if self.own(name) in (None, self._set.get(name))}

    def enter(self, user: object, region: str) -> None:
        """Set the unset variables, for one more user."""
        with self.lock:
            self._users = (*self._users, user)
            beneath = self._beneath
            for name, value in _wanted(region).items():
                if name in beneath:
                    if beneath[name] is None:
                        self._set[name] = beneath[name] = value
                elif name not in os.environ:
                    self._set[name] = value
                    os.environ[name] = value

    def leave(self, user: object) -> None:
        """Remove the variables that were set and are unchanged, if this user was the last one. Idempotent."""
        with self.lock:
            self._users = tuple([other for other in self._users if other is not user])
            if self._users:
                return
            beneath = self._beneath
            for name, value in self._set.items():
                if name in beneath:
                    if beneath[name] == value:
                        beneath[name] = None
                elif os.environ.get(name) == value:
                    del os.environ[name]
            self._set.clear()

    # --- for functions -----------------------------------------------------------------------------------------------

    def own(self, name: str) -> str | None:
        """The process's own value of a variable; None if unset."""
        return self._beneath[name] if name in self._beneath else os.environ.get(name)

    def lay(self, overlay: Overlay) -> None:
        """Lay the variables of a function over all others."""
        with self.lock:
            for name in overlay.variables.keys() - self._beneath.keys():
                self._beneath[name] = os.environ.get(name)
            self._overlays = (*self._overlays, overlay)
            self._show()

    def take_off(self, owners: Collection[object]) -> None:
        """Remove the overlays of these functions, which may still run. Idempotent."""
        with self.lock:
            self._overlays = tuple(overlay for overlay in self._overlays if overlay.owner not in owners)
            self._show()

    def _show(self) -> None:
        """Give each variable the value on top, else its own value. Idempotent."""
        if not self._beneath:
            return
        laid: ChainMap[str, str] = ChainMap(*(overlay.variables for overlay in reversed(self._overlays)))
        for name, value in self._beneath.items():
            shown = laid.get(name, value)
            if shown is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = shown
        self._beneath = {name: value for name, value in self._beneath.items() if name in laid}


def _wanted(region: str) -> dict[str, str]:
    return {REGION_VARIABLE: region, **CREDENTIALS_VARIABLES}
