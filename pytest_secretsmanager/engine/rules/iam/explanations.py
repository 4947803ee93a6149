"""The reason for a decision: the statement that decided, or the nearest one and why it does not allow the request."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pytest_secretsmanager.engine.rules.iam.applying import Compiled, compiled_statements, has_action, has_resource
from pytest_secretsmanager.engine.rules.iam.conditions import Test
from pytest_secretsmanager.engine.rules.iam.documents import Policy
from pytest_secretsmanager.engine.rules.iam.operators import NULL, written
from pytest_secretsmanager.engine.rules.iam.patterns import Literal
from pytest_secretsmanager.engine.rules.iam.policy_types import PolicyType
from pytest_secretsmanager.engine.rules.iam.principals import Grant, grant
from pytest_secretsmanager.engine.rules.iam.requests import Context, Request
from pytest_secretsmanager.engine.rules.iam.variables import Variable, is_fixed, value_of

_FEW = 3
"""How many values of an element a sentence shows."""

_OBSTACLES = 2
"""How many obstacles a sentence names."""


class _Candidate(NamedTuple):
    """A statement with effect Allow that does not allow the request: what is in the way, and how far it is off."""

    distance: tuple[bool, bool, bool, int]
    compiled: Compiled
    obstacles: tuple[str, ...]


@lru_cache(maxsize=1024)
def allowed_by(policy: Policy, position: int) -> str:
    """Return the reason if a statement allows the request."""
    return f"{policy.statements[position].title} of {policy.name} allows it"


def denied_by(policy: Policy, position: int, request: Request) -> str:
    """Return the reason if a statement denies the request, with its conditions that hold."""
    compiled = compiled_statements(policy)[position]
    first = f"{compiled.statement.title} of {policy.name} denies {_wish(request)}"
    holding = [_holding(test, request.context) for test in compiled.tests[:_OBSTACLES]]
    return "\n".join([first, *holding])


def not_allowed(request: Request, policy_type: PolicyType, policies: Sequence[Policy]) -> str:
    """Return the reason if no policy of a type allows the request: the nearest statement, and what is in its way."""
    if not policies:
        owner = request.resource if policy_type == "resource-based policy" else request.principal.arn
        return f"{owner} has no {policy_type} that could allow {request.action}"
    first = f"no statement of {_listed([policy.name for policy in policies])} allows {_wish(request)}"
    candidates = [
        _candidate(compiled, request)
        for policy in policies
        for compiled in compiled_statements(policy)
        if compiled.statement.effect == "Allow"
    ]
    nearest = min(candidates, key=lambda candidate: candidate.distance, default=None)
    if nearest is None or nearest.distance[:2] == (True, True):
        return first  # another action on another resource is not near
    statement, policy = nearest.compiled.statement, nearest.compiled.policy
    return f"{first}\nthe nearest is {statement.title} of {policy.name}: {'; '.join(nearest.obstacles[:_OBSTACLES])}"


# --- obstacles -------------------------------------------------------------------------------------------------------


def _candidate(compiled: Compiled, request: Request) -> _Candidate:
    action = [] if has_action(compiled.statement, request.action) else [_other_action(compiled, request)]
    has_it = has_resource(compiled, request.resource, request.context)
    resource = [] if has_it else [_other_resource(compiled, request)]
    principal = _other_principal(compiled, request)
    conditions = [_failing(test, request.context) for test in compiled.tests if not test.holds(request.context)]
    distance = (bool(action), bool(resource), bool(principal), len(conditions))
    return _Candidate(distance, compiled, (*action, *resource, *principal, *conditions))


def _other_action(compiled: Compiled, request: Request) -> str:
    actions = compiled.statement.actions
    if actions is None:
        return f"its NotAction excludes {request.action}"
    return f"its Action has {_listed(actions)}, not {request.action}"


def _other_resource(compiled: Compiled, request: Request) -> str:
    unresolved = [_first_without_value(parts, request.context) for parts in compiled.resources if not is_fixed(parts)]
    name = "Resource" if compiled.statement.not_resources is None else "NotResource"
    for variable in filter(None, unresolved):
        return f"its {name} has {variable}, for which the request has no value"
    resources = compiled.statement.resources
    if resources is None:
        return f"its NotResource excludes {request.resource}"
    return f"its Resource has {_listed(resources)}, not {request.resource}"


def _other_principal(compiled: Compiled, request: Request) -> list[str]:
    statement = compiled.statement
    if statement.principals is None and statement.not_principals is None:
        return []
    how = grant(compiled.named, request.principal)
    if how is Grant.TO_ACCOUNT and request.principal.account == request.account:
        return ["its Principal names the account, which leaves the decision to identity-based policies"]
    if how is not Grant.NONE:
        return []
    if statement.principals is None:
        return [f"its NotPrincipal excludes {request.principal.arn}"]
    named = [identity for identities in statement.principals.values() for identity in identities]
    return [f"its Principal has {_listed(named)}, not {request.principal.arn}"]


def _failing(test: Test, context: Context) -> str:
    value = context(test.key.lower())
    quantifier, name, _ = written(test.operator)
    if value is None and name != NULL:
        return f"its condition {test.operator} needs {test.key}, which the request does not have"
    without_value = _first_without_value(test.variables, context)
    if without_value:
        return f"its condition {_shown(test)} has {without_value}, for which the request has no value"
    if isinstance(value, tuple) and not quantifier and name != NULL:
        return (
            f"its condition {_shown(test)} lacks ForAllValues: or ForAnyValue:, which a key with several values needs"
        )
    return f"its condition {_shown(test)} does not hold for {_shown_value(value)}"


def _holding(test: Test, context: Context) -> str:
    return f"its condition {_shown(test)} holds for {_shown_value(context(test.key.lower()))}"


def _first_without_value(parts: Iterable[str | Literal | Variable], context: Context) -> str | None:
    without = (part.written for part in parts if isinstance(part, Variable) and value_of(part, context) is None)
    return next(without, None)


# --- words -----------------------------------------------------------------------------------------------------------


def _wish(request: Request) -> str:
    return request.action if request.resource == "*" else f"{request.action} on {request.resource}"


def _shown(test: Test) -> str:
    return f"{test.operator} {test.key} {_listed([repr(value) for value in test.values])}"


def _shown_value(value: str | tuple[str, ...] | None) -> str:
    if value is None:
        return "a request without the key"
    return repr(value) if isinstance(value, str) else _listed([repr(item) for item in value]) or "no value"


def _listed(values: Sequence[str]) -> str:
    """Return the first few of several values.

    >>> _listed(["a", "b", "c", "d", "e"])
    'a, b, c and 2 more'
    """
    more = len(values) - _FEW
    return ", ".join(values[:_FEW]) + (f" and {more} more" if more > 0 else "")
