"""The parts of an identity policy that no logged call needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pytest_secretsmanager.engine.rules.iam.applying import applying
from pytest_secretsmanager.engine.rules.iam.documents import Policy, Statement
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.inspection.wording import count_text

__tracebackhide__ = True


@dataclass(frozen=True, slots=True, repr=False)
class UnusedPermission:
    """A part of a policy that no logged call needed: a whole statement, or some of its actions and resources.

    `policy` names the policy: its file, or `the policy`. `statement` names the statement by its number, from 1, and its
    Sid. `actions` and `resources` are as the statement writes them. `is_whole` says that no call needed the statement.

    >>> policy = {"Statement": {"Sid": "Write", "Effect": "Allow", "Action": "secretsmanager:Put*", "Resource": "*"}}
    >>> (part,) = sm.iam.unused(policy)
    >>> part.statement, part.actions, part.is_whole
    ('statement 1 (Write)', ('secretsmanager:Put*',), True)
    """

    policy: str
    statement: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    is_whole: bool

    def __repr__(self) -> str:
        where = f"{self.policy}: {self.statement}"
        if self.is_whole:
            return f"<unused in {where}>"
        parts = [_named("action", self.actions), _named("resource", self.resources)]
        return f"<unused in {where}: {'; '.join(part for part in parts if part)}>"


def _named(noun: str, names: Sequence[str]) -> str:
    return f"{count_text(len(names), noun).partition(' ')[2]} {', '.join(names)}" if names else ""


def unused_permissions(policies: Iterable[Policy], requests: Sequence[Request]) -> list[UnusedPermission]:
    """The unused parts of the statements that allow, in their order."""
    found = [
        _unused_in(policy, statement, requests)
        for policy in policies
        for statement in policy.statements
        if statement.effect == "Allow"
    ]
    return [part for part in found if part is not None]


def _unused_in(policy: Policy, statement: Statement, asked: Sequence[Request]) -> UnusedPermission | None:
    needing = _allowed(policy, statement, asked)
    actions, resources = statement.actions or (), statement.resources or ()
    if needing:
        actions = tuple(
            [each for each in actions if not _allowed(policy, replace(statement, actions=(each,)), needing)]
        )
        resources = tuple(
            [each for each in resources if not _allowed(policy, replace(statement, resources=(each,)), needing)]
        )
        if not actions and not resources:
            return None
    return UnusedPermission(policy.name, statement.title, actions, resources, is_whole=not needing)


def _allowed(policy: Policy, statement: Statement, asked: Iterable[Request]) -> list[Request]:
    """The requests that the statement alone allows."""
    alone = Policy(policy.name, policy.version, (statement,))
    return [
        request
        for request in asked
        for found in applying(alone, request.action, request.resource).allowing
        if all(holds(request.context) for holds in found.tests)
    ]
