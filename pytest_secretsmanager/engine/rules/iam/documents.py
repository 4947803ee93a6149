"""Policies as documents: their grammar, and the statements that they consist of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Effect: TypeAlias = Literal["Allow", "Deny"]


class MalformedPolicy(Exception):  # noqa: N818 - the callers make an error of AWS or of this plugin of it
    """A document that is no policy.

    `statement` is the number of the statement, from 1, and its Sid if it has one; empty for a fault outside the
    statements. `field` is the element at fault, such as `Condition.StringEquals`. `problem` says what is wrong.
    """

    def __init__(self, statement: str, field: str, problem: str) -> None:
        super().__init__(": ".join(part for part in (statement, field, problem) if part))
        self.statement, self.field, self.problem = statement, field, problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of a policy.

    Of the pairs `actions` and `not_actions`, `resources` and `not_resources`, `principals` and `not_principals`, one is
    None. An identity policy has no principals. `conditions` maps operators to keys, and keys to values, as written.
    `number` counts from 1.
    """

    number: int
    sid: str
    effect: Effect
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: Mapping[str, tuple[str, ...]] | None
    not_principals: Mapping[str, tuple[str, ...]] | None
    conditions: Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy. `name` says which one, for readers: a file, or `policy of role app`."""

    name: str
    version: str
    statements: tuple[Statement, ...]


def parse_policy(text: str, *, name: str, with_principals: bool) -> Policy:
    """Return the policy of a JSON text. Raise MalformedPolicy for any other text.

    `with_principals`: a policy of a resource, whose statements name principals; else a policy of an identity.
    """
    raise NotImplementedError
