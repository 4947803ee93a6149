"""The identities of one manager: its roles, with the policies and tags that decide their requests.

IAM is off until a role exists or a test enforces it. Then policies decide every call of a client.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pytest_secretsmanager.engine import arns, locks
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.errors import AccessDeniedException
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.rules.iam.decision import Decision, Policies

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

    def namesake(self, role_arn: str) -> str | None:
        """Return the role of the same account and name, on any path (DOC). None without one."""
        wanted = _name_of(role_arn)
        return next((other for other in self.roles if _name_of(other) == wanted), None)


class Identities:
    """The roles of one manager, under the `lock` of its calls.

    `decide_by` is called with them when IAM comes into force, with None when it ends.
    """

    __slots__ = ("_decide_by", "_lock", "_state")

    def __init__(self, decide_by: "Callable[[Identities | None], None]", lock: Lock) -> None:
        self._decide_by = decide_by
        self._lock = lock
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

    def namesake(self, role_arn: str) -> str | None:
        """Return the role of the same account and name, on any path (DOC). None without one."""
        return self._state.namesake(role_arn)

    def add(self, role_arn: str, policies: Policies) -> bool:
        """Add a role, unless it has a namesake: completely or, when it is interrupted, not at all. Return whether."""

        def added(state: _State) -> _State:
            return state if state.namesake(role_arn) else state._replace(roles={**state.roles, role_arn: policies})

        self._change(added)
        return self._state.roles.get(role_arn) is policies

    def enforce(self) -> None:
        """Let policies decide, even if no role exists."""
        self._change(lambda state: state._replace(is_enforced=True))

    def checkpoint(self) -> Restore:
        """Record the roles, and return a function that restores them, and switches IAM on or off."""
        before = self._state
        return lambda: self._put(before)

    def _change(self, change: Callable[[_State], _State]) -> None:
        before = None
        try:
            with self._lock:
                before = self._state
                self._put(change(before))
        except BaseException:
            locks.let_go()
            if before is not None:
                self._put(before)
            raise

    def _put(self, state: _State) -> None:
        self._state = state
        self._decide_by(self if state.is_in_force else None)


def _name_of(role_arn: str) -> tuple[str, str]:
    """Return the account and the name of a role, without its path. DOC: the case of the name doesn't matter."""
    role = arns.split(role_arn)
    return role.account, role.resource.rpartition("/")[2].lower()


def access_denied(decision: Decision, message: str | None = None) -> AccessDeniedException:
    """Return AWS's refusal by a decision, with the decision's text unless the service has one of its own."""
    refusal = AccessDeniedException(decision.message if message is None else message)
    refusal.decision = decision
    return refusal
