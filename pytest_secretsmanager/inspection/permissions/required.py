"""The smallest identity policy that allows some requests, as a dict that reads well as JSON."""

import re
from collections.abc import Iterable, Mapping, Set
from typing import Any, TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.engine.rules.permissions import UNKNOWN_SUFFIX

__tracebackhide__ = True

Permission: TypeAlias = tuple[str, str]
"""An action, and the resource as a policy names it."""

_EVERYTHING = "*"
_SERVICES = ("secretsmanager", "kms", "lambda", "iam")
"""The services in the order of their statements."""

_SPECIAL = re.compile(r"[*?$]")


def permission_of(request: Request) -> Permission:
    """The permission that a request needs."""
    return request.action, _pattern_of(request.resource)


def _pattern_of(resource: str) -> str:
    """The resource as a policy names it. The six characters after a secret's name are as good as unknown."""
    if resource == _EVERYTHING:
        return resource
    if resource.endswith(UNKNOWN_SUFFIX):
        name = resource.removesuffix(UNKNOWN_SUFFIX)
    else:
        parsed = arns.parse(resource)
        if parsed is None or parsed.partial:
            return _escaped(resource)
        name = resource[: -arns.SUFFIX_LENGTH - 1]
    return _escaped(name) + UNKNOWN_SUFFIX


def _escaped(text: str) -> str:
    """The text as a policy writes it: `${*}` stands for an asterisk."""
    return _SPECIAL.sub(lambda found: f"${{{found[0]}}}", text)


def policy_of(permissions: Iterable[Permission]) -> dict[str, Any]:
    """The smallest identity policy with these permissions, and no other.

    >>> policy_of([("secretsmanager:ListSecrets", "*")])["Statement"]
    [{'Effect': 'Allow', 'Action': ['secretsmanager:ListSecrets'], 'Resource': ['*']}]
    """
    resources = _resources_by_action(permissions)
    grouped = min(_by_equal_resources(resources), _by_equal_actions(resources), key=len)
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": sorted(named)} for actions, named in grouped
    ]
    return {"Version": "2012-10-17", "Statement": sorted(statements, key=_place)}


def _resources_by_action(permissions: Iterable[Permission]) -> dict[str, frozenset[str]]:
    """The resources of each action. An action on everything needs no other resource."""
    found: dict[str, set[str]] = {}
    for action, resource in permissions:
        found.setdefault(action, set()).add(resource)
    return {
        action: frozenset([_EVERYTHING]) if _EVERYTHING in named else frozenset(named)
        for action, named in found.items()
    }


_Group: TypeAlias = tuple[Set[str], Set[str]]
"""Actions and resources of one statement. In each grouping, a permission stands in one statement only."""


def _by_equal_resources(resources: Mapping[str, frozenset[str]]) -> list[_Group]:
    groups: dict[frozenset[str], set[str]] = {}
    for action, named in resources.items():
        groups.setdefault(named, set()).add(action)
    return [(actions, named) for named, actions in groups.items()]


def _by_equal_actions(resources: Mapping[str, frozenset[str]]) -> list[_Group]:
    actions: dict[str, set[str]] = {}
    for action, named in resources.items():
        for resource in named:
            actions.setdefault(resource, set()).add(action)
    groups: dict[frozenset[str], set[str]] = {}
    for resource, needing in actions.items():
        groups.setdefault(frozenset(needing), set()).add(resource)
    return list(groups.items())


def _place(statement: Mapping[str, Any]) -> tuple[object, ...]:
    """The place of a statement: by service, those on everything last, then by resource and action."""
    service = statement["Action"][0].partition(":")[0]
    is_of_all = statement["Resource"] == [_EVERYTHING]
    return _SERVICES.index(service), is_of_all, statement["Resource"], statement["Action"]
