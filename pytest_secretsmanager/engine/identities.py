"""The identities of one manager: its roles, with the policies and tags that decide their requests.

IAM is off until a role exists or a test enforces it. Then policies decide every call of a client.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.rules.iam.decision import Policies

__tracebackhide__ = True

EVERYTHING = Policies()
"""The policies of a caller without a role, such as the default user: all that the caller's account allows."""


class _State(NamedTuple):
    """The policies of each role by its ARN, and whether a test enforces IAM without one."""

    roles: Mapping[str, Policies] = MappingProxyType({})
    is_enforced: bool = False

    @property
    def is_in_force(self) -> bool:
        return self.is_enforced or bool(self.roles)


class Identities:
    """The roles of one manager. `switch` is called when IAM comes into force, True, and when it ends, False."""

    __slots__ = ("_state", "_switch")

    def __init__(self, switch: Callable[[bool], None]) -> None:
        self._switch = switch
        self._state = _State()

    @property
    def is_in_force(self) -> bool:
        """Whether policies decide calls."""
        return self._state.is_in_force

    @property
    def roles(self) -> Mapping[str, Policies]:
        """The policies of each role, by its ARN."""
        return self._state.roles

    def policies_of(self, principal: Principal) -> Policies:
        """Return the policies that decide the requests of a caller."""
        session = principal.session
        return EVERYTHING if session is None else self._state.roles.get(session.role_arn, EVERYTHING)

    def add(self, role_arn: str, policies: Policies) -> None:
        """Add a role, in place of one with this ARN: completely or, when it is interrupted, not at all."""
        self._go_to(self._state._replace(roles={**self._state.roles, role_arn: policies}))

    def enforce(self) -> None:
        """Let policies decide, even if no role exists."""
        self._go_to(self._state._replace(is_enforced=True))

    def checkpoint(self) -> Restore:
        """Record the roles, and return a function that restores them, and switches IAM on or off."""
        before = self._state
        return lambda: self._put(before)

    def _go_to(self, state: _State) -> None:
        before = self._state
        try:
            self._put(state)
        except BaseException:
            self._put(before)
            raise

    def _put(self, state: _State) -> None:
        self._state = state
        self._switch(state.is_in_force)
