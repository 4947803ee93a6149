"""The condition operators: how each compares the value of a request with the values of a policy.

DOC: IAM user guide, "Condition operators". An operator compares one value; `conditions` has the rest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, NamedTuple, TypeAlias

from pytest_secretsmanager.engine.errors import nearest
from pytest_secretsmanager.engine.rules.iam.patterns import Parts, matching, matching_arn, text_of

Matches: TypeAlias = Callable[[str], "bool | None"]
"""Returns whether a value of a request matches one of the policy's values. None if it or they can't be read."""

Compile: TypeAlias = Callable[[Sequence[Parts]], Matches]
"""Makes the comparison with the values of a policy."""


class Operator(NamedTuple):
    """One operator. `negated`: it holds for a value that does not match. `with_variables`: its values may have some."""

    name: str
    compile: Compile
    negated: bool = False
    with_variables: bool = False


class Written(NamedTuple):
    """An operator as a policy writes it. `quantifier` is `forallvalues`, `foranyvalue` or empty."""

    quantifier: str
    name: str
    if_exists: bool


NULL = "null"
"""The operator that asks only whether a key is present."""

FOR_ALL_VALUES, FOR_ANY_VALUE = "forallvalues", "foranyvalue"

_IF_EXISTS = "ifexists"


# --- text ------------------------------------------------------------------------------------------------------------


def _equal(values: Sequence[Parts]) -> Matches:
    return frozenset(map(text_of, values)).__contains__


def _equal_ignoring_case(values: Sequence[Parts]) -> Matches:
    wanted = frozenset(text_of(value).lower() for value in values)
    return lambda value: value.lower() in wanted


def _like(values: Sequence[Parts]) -> Matches:
    patterns = [matching(value) for value in values]
    return lambda value: any(pattern(value) for pattern in patterns)


def _arn_like(values: Sequence[Parts]) -> Matches:
    """DOC: ArnEquals and ArnLike behave the same. GUESS: neither they nor their negations hold for what is no ARN."""
    patterns = [matching_arn(value) for value in values]

    def matches(value: str) -> bool | None:
        if matching_arn((value,)) is None:
            return None
        found = any(pattern(value) for pattern in patterns if pattern is not None)
        return found or (None if None in patterns else False)

    return matches


# --- other types -----------------------------------------------------------------------------------------------------


def _comparison(
    read: Callable[[str], Any], read_policy: Callable[[str], Any], compare: Callable[[Any, Any], bool]
) -> Compile:
    """Return an operator of a type. GUESS: neither it nor its negation holds for a value that is not of the type."""

    def compile_(values: Sequence[Parts]) -> Matches:
        every = [read_policy(text_of(value)) for value in values]
        wanted = [value for value in every if value is not None]
        otherwise = False if len(wanted) == len(every) else None

        def matches(value: str) -> bool | None:
            found = read(value)
            if found is None:
                return None
            return any(compare(found, other) for other in wanted) or otherwise

        return matches

    return compile_


_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)", re.ASCII).fullmatch


def _number(text: str) -> Decimal | None:
    return Decimal(text.strip()) if _NUMBER(text.strip()) else None


_EPOCH = re.compile(r"-?\d{5,12}(?:\.\d+)?", re.ASCII).fullmatch
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII
).fullmatch


def _date(text: str) -> float | None:
    """Return epoch seconds. DOC: a date is in one of the W3C's profiles of ISO 8601, or in epoch seconds.

    GUESS: four digits are a year, and a time without zone is in UTC.
    """
    if _EPOCH(text):
        return float(text)
    found = _DATE(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        moment = datetime.fromisoformat(
            f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone or '+00:00'}"
        )
        return moment.timestamp() + float(fraction or 0)
    except ValueError:
        return None


def _boolean(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def _is_same(found: bool, wanted: bool) -> bool:
    return found is wanted


_same_boolean = _comparison(_boolean, _boolean, _is_same)


Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network


def _address(text: str) -> Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _network(text: str) -> Network | None:
    """Return the addresses of a range such as `203.0.113.0/24`. A single address is a range of one (DOC)."""
    _, *lengths = text.split("/")
    if not all(length.isdecimal() for length in lengths):
        return None
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _is_in(address: Address, network: Network) -> bool:
    return address in network


_in_network = _comparison(_address, _network, _is_in)


# --- the table -------------------------------------------------------------------------------------------------------

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "Equals": eq,
    "LessThan": lt,
    "LessThanEquals": le,
    "GreaterThan": gt,
    "GreaterThanEquals": ge,
}


def _of_type(prefix: str, read: Callable[[str], Any]) -> list[Operator]:
    found = [Operator(prefix + name, _comparison(read, read, compare)) for name, compare in _COMPARISONS.items()]
    return [*found, Operator(f"{prefix}NotEquals", found[0].compile, negated=True)]


_ALL = [
    Operator("StringEquals", _equal, with_variables=True),
    Operator("StringNotEquals", _equal, negated=True, with_variables=True),
    Operator("StringEqualsIgnoreCase", _equal_ignoring_case, with_variables=True),
    Operator("StringNotEqualsIgnoreCase", _equal_ignoring_case, negated=True, with_variables=True),
    Operator("StringLike", _like, with_variables=True),
    Operator("StringNotLike", _like, negated=True, with_variables=True),
    Operator("ArnEquals", _arn_like, with_variables=True),
    Operator("ArnLike", _arn_like, with_variables=True),
    Operator("ArnNotEquals", _arn_like, negated=True, with_variables=True),
    Operator("ArnNotLike", _arn_like, negated=True, with_variables=True),
    *_of_type("Numeric", _number),
    *_of_type("Date", _date),
    Operator("Bool", _same_boolean),
    Operator("BinaryEquals", _equal),
    Operator("IpAddress", _in_network),
    Operator("NotIpAddress", _in_network, negated=True),
]
OPERATORS = {operator.name.lower(): operator for operator in _ALL}
"""The operators by name in lower case, all but Null."""

_NAMES = [*(operator.name for operator in _ALL), "Null"]


def written(name: str) -> Written:
    """Return the parts of an operator as a policy writes it. GUESS: the case of its letters doesn't matter.

    >>> written("ForAllValues:StringLikeIfExists")
    Written(quantifier='forallvalues', name='stringlike', if_exists=True)
    """
    quantifier, _, rest = name.lower().rpartition(":")
    return Written(quantifier, rest.removesuffix(_IF_EXISTS), rest.endswith(_IF_EXISTS))


def problem(name: str) -> str:
    """Return what is wrong with an operator as a policy writes it, empty for a right one."""
    quantifier, base, if_exists = written(name)
    prefix, colon, rest = name.rpartition(":")
    if _is_key(quantifier, base):
        return (
            "it is a condition key, not an operator; Condition maps an operator to keys, such as "
            "{'StringEquals': {'aws:SourceVpce': 'vpce-1a2b3c4d'}}"
        )
    if colon and quantifier not in (FOR_ALL_VALUES, FOR_ANY_VALUE):
        return f"there is no {prefix!r} before an operator{nearest(prefix, ['ForAllValues', 'ForAnyValue'])}"
    if base == NULL:
        return "Null takes no IfExists: Null itself asks whether the key is present" if if_exists else ""
    if base in OPERATORS:
        return ""
    return f"there is no such operator{nearest(rest[: len(base)], _NAMES)}"


def _is_key(prefix: str, base: str) -> bool:
    """Return whether a name is that of a condition key, such as `aws:SourceVpce`, where an operator belongs."""
    return prefix != "" and not prefix.startswith("for") and base not in OPERATORS and base != NULL
