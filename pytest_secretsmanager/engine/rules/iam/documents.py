"""Policies as documents: their grammar, and the statements that they consist of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias, cast

from pytest_secretsmanager.engine.rules.iam import elements
from pytest_secretsmanager.engine.rules.iam.json_text import Fault, JsonObject, is_string, kind_of, read

Effect: TypeAlias = Literal["Allow", "Deny"]

_DOCUMENT = ("Version", "Id", "Statement")
_OF_IDENTITIES = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_PRINCIPALS = ("Principal", "NotPrincipal")
_OF_RESOURCES = ("Sid", "Effect", *_PRINCIPALS, *_OF_IDENTITIES[2:])
_A_PRINCIPAL = (
    "; a resource policy names the callers that it is about, such as "
    "'Principal': {'AWS': 'arn:aws:iam::123456789012:role/app'}"
)


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

    @property
    def title(self) -> str:
        """The statement for readers, such as `statement 2 (ReadDb)`."""
        return title(self.number, self.sid)


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A policy. `name` says which one, for readers: a file, or `policy of role app`."""

    name: str
    version: str
    statements: tuple[Statement, ...] = field(repr=False)


def title(number: int, sid: str) -> str:
    """Return the name of a statement for readers.

    >>> title(1, ""), title(2, "ReadDb")
    ('statement 1', 'statement 2 (ReadDb)')
    """
    return f"statement {number} ({sid})" if sid else f"statement {number}"


def parse_policy(text: str, *, name: str, with_principals: bool) -> Policy:
    """Return the policy of a JSON text. Raise MalformedPolicy for any other text.

    `with_principals`: a policy of a resource, whose statements name principals; else a policy of an identity.

    >>> text = '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}'
    >>> parse_policy(text, name="policy of role app", with_principals=False).statements[0].actions
    ('s3:*',)
    """
    return _parsed(text, name, with_principals)


@lru_cache(maxsize=256)
def _parsed(text: str, name: str, with_principals: bool) -> Policy:
    """Return one policy for equal texts: tests that share a policy share its compiled statements too."""
    try:
        document = elements.require_object(read(text), "", strict=not with_principals)
        elements.require_unwrapped(document)
        elements.require_known(document, _DOCUMENT, "a policy")
        version = elements.version(document)
        elements.text(document, "Id")
        items = _items(document)
    except Fault as fault:
        raise MalformedPolicy("", fault.field, fault.problem) from None
    statements = tuple(
        _statement(item, number, with_principals=with_principals) for number, item in enumerate(items, start=1)
    )
    _require_different_sids(statements)
    return Policy(name, version, statements)


def _items(document: JsonObject) -> list[object]:
    """Return the statements: a list, or one alone (DOC)."""
    if "Statement" not in document:
        raise Fault("Statement", "it is missing; a policy has one or more statements")
    found = document["Statement"]
    if isinstance(found, JsonObject):
        return [found]
    if not isinstance(found, list):
        raise Fault("Statement", f"it is {kind_of(found)}, not an object or a list of objects")
    if not found:
        raise Fault("Statement", "the list is empty")
    return found


def _statement(item: object, number: int, *, with_principals: bool) -> Statement:
    sid = item.get("Sid") if isinstance(item, JsonObject) else None
    try:
        return _read_statement(
            elements.require_object(item, "", strict=not with_principals), number, with_principals=with_principals
        )
    except Fault as fault:
        raise MalformedPolicy(title(number, str(sid) if is_string(sid) else ""), fault.field, fault.problem) from None


def _read_statement(item: JsonObject, number: int, *, with_principals: bool) -> Statement:
    strict = not with_principals
    if strict:
        for name in _PRINCIPALS:
            if name in item:
                raise Fault(name, "an identity policy has no principals; only a resource policy does")
    elements.require_known(item, _OF_RESOURCES if with_principals else _OF_IDENTITIES, "a statement")
    actions = elements.either(item, "Action", "NotAction")
    resources = elements.either(item, "Resource", "NotResource")
    principals = elements.either(item, *_PRINCIPALS, example=_A_PRINCIPAL) if with_principals else ""
    read_actions = elements.texts(item[actions], actions, elements.check_action if strict else None)
    read_resources = elements.texts(item[resources], resources, elements.check_resource if strict else None)
    read_principals = elements.principals(item[principals], principals) if principals else None
    return Statement(
        number=number,
        sid=elements.sid(item, strict=strict),
        effect=cast("Effect", elements.effect(item)),
        actions=read_actions if actions == "Action" else None,
        not_actions=read_actions if actions == "NotAction" else None,
        resources=read_resources if resources == "Resource" else None,
        not_resources=read_resources if resources == "NotResource" else None,
        principals=read_principals if principals == "Principal" else None,
        not_principals=read_principals if principals == "NotPrincipal" else None,
        conditions=elements.conditions(item.get("Condition", JsonObject()), strict=strict),
    )


def _require_different_sids(statements: tuple[Statement, ...]) -> None:
    """DOC: a Sid is unique in its policy."""
    seen: dict[str, int] = {}
    for statement in statements:
        if statement.sid and statement.sid in seen:
            problem = f"{statement.sid!r} is the Sid of statement {seen[statement.sid]} too"
            raise MalformedPolicy(statement.title, "Sid", problem)
        seen[statement.sid] = statement.number
