"""The statements of a policy that apply to an action and a resource, found once and remembered.

Most of a decision depends on the action and the resource only. The rest, conditions and variables, is left as tests.
"""

from functools import lru_cache
from typing import NamedTuple

from pytest_secretsmanager.engine.rules.iam.conditions import Holds, Test, tests_of
from pytest_secretsmanager.engine.rules.iam.documents import Policy, Statement
from pytest_secretsmanager.engine.rules.iam.patterns import Match, matching
from pytest_secretsmanager.engine.rules.iam.principals import Named, named_by
from pytest_secretsmanager.engine.rules.iam.requests import Context
from pytest_secretsmanager.engine.rules.iam.variables import VERSION, Template, is_fixed, resolved, template


class Compiled(NamedTuple):
    """A statement ready to be decided. `resources` has the texts of Resource or NotResource."""

    policy: Policy
    statement: Statement
    resources: tuple[Template, ...]
    tests: tuple[Test, ...]
    named: Named


class Applicable(NamedTuple):
    """A statement that applies if all tests hold, and, in a policy of a resource, if it names the caller.

    `position` is the place of the statement in its policy, from 0.
    """

    policy: Policy
    position: int
    named: Named
    tests: tuple[Holds, ...]


class Applying(NamedTuple):
    """The statements of one policy that apply to an action on a resource."""

    denying: tuple[Applicable, ...]
    allowing: tuple[Applicable, ...]


@lru_cache(maxsize=4096)
def applying(policy: Policy, action: str, resource: str) -> Applying:
    """Return the statements of a policy that apply to an action on a resource, those with the fewest tests first."""
    found: dict[str, list[Applicable]] = {"Deny": [], "Allow": []}
    for position, compiled in _statements_with(policy, action):
        tests = _tests(compiled, resource)
        if tests is not None:
            found[compiled.statement.effect].append(Applicable(policy, position, compiled.named, tests))
    denying, allowing = (sorted(statements, key=lambda item: len(item.tests)) for statements in found.values())
    return Applying(tuple(denying), tuple(allowing))


@lru_cache(maxsize=256)
def compiled_statements(policy: Policy) -> tuple[Compiled, ...]:
    """Return the statements of a policy, compiled."""
    return tuple(_compiled(policy, statement) for statement in policy.statements)


def has_action(statement: Statement, action: str) -> bool:
    """Return whether an action is one of Action, or none of NotAction. DOC: case doesn't matter, in the service too."""
    wanted = statement.actions if statement.not_actions is None else statement.not_actions
    name = action.lower()
    found = any(_matching_action(pattern)(name) for pattern in wanted or ())
    return found is (statement.not_actions is None)


def has_resource(compiled: Compiled, resource: str, context: Context) -> bool:
    """Return whether a resource is one of Resource, or none of NotResource.

    GUESS: no resource is one of a NotResource with a variable that has no value, and the statement does not apply.
    """
    found = [resolved(parts, context) for parts in compiled.resources]
    matches = any(matching(parts)(resource) for parts in found if parts is not None)
    if compiled.statement.not_resources is None:
        return matches
    return not matches and None not in found


def _compiled(policy: Policy, statement: Statement) -> Compiled:
    texts = statement.resources if statement.not_resources is None else statement.not_resources
    with_variables = policy.version == VERSION
    return Compiled(
        policy,
        statement,
        tuple(template(text, with_variables=with_variables) for text in texts or ()),
        tests_of(statement.conditions, policy.version),
        named_by(statement),
    )


@lru_cache(maxsize=1024)
def _statements_with(policy: Policy, action: str) -> tuple[tuple[int, Compiled], ...]:
    """Return the statements about an action, with their positions. A new secret is a new resource, of no new action."""
    found = enumerate(compiled_statements(policy))
    return tuple((position, compiled) for position, compiled in found if has_action(compiled.statement, action))


def _tests(compiled: Compiled, resource: str) -> tuple[Holds, ...] | None:
    """Return what a request decides about a statement, None if it does not apply to the resource."""
    conditions = tuple(test.holds for test in compiled.tests)
    if not all(map(is_fixed, compiled.resources)):
        return (lambda context: has_resource(compiled, resource, context), *conditions)
    return conditions if has_resource(compiled, resource, _no_context) else None


def _no_context(_: str) -> None:
    """A request without condition keys."""


@lru_cache(maxsize=1024)
def _matching_action(pattern: str) -> Match:
    return matching((pattern.lower(),))
