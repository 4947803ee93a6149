"""Random policies and requests from small alphabets, so that statements, principals and conditions often match.

They stay clear of the questions on which the oracle is known to answer otherwise; the cases with `differs` have these.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any, TypeAlias

from iam_cases import ACCOUNT, CALLERS, OTHER, Case

Principals: TypeAlias = Callable[[], dict[str, Any]]
"""Returns the Principal of a statement; nothing in a policy of an identity."""

SECRET = f"arn:aws:secretsmanager:us-east-2:{ACCOUNT}:secret:"

ACTIONS = ("secretsmanager:GetSecretValue", "secretsmanager:TagResource", "secretsmanager:DeleteSecret")
ACTION_PATTERNS = (
    "*",
    "secretsmanager:*",
    "secretsmanager:Get*",
    "secretsmanager:*e*Secret*",
    "secretsmanager:TagResource",
    "SecretsManager:tag??source",
    "secretsmanager:DeleteSecret",
    "s3:*",
)
RESOURCES = (f"{SECRET}app/db-a1b2c3", f"{SECRET}web/db-a1b2c3")
RESOURCE_PATTERNS = (
    "*",
    f"{SECRET}*",
    f"{SECRET}app/*",
    f"{SECRET}???/db-??????",
    f"{SECRET}web/db-a1b2c3",
    f"{SECRET}${{aws:username}}/*",
    f"{SECRET}${{aws:username, 'web'}}/db-*",
    "arn:aws:secretsmanager:*:*:secret:*-a1b2c3",
    f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:*",
)

VALUES: Mapping[str, tuple[Any, ...]] = {
    "aws:PrincipalOrgID": ("o-1", "o-2", "O-1", "app"),
    "aws:MultiFactorAuthAge": ("5", "10", "10.0", "ten"),
    "aws:CurrentTime": ("2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z", "2027-01-01T00:00:00Z"),
    "aws:SecureTransport": ("true", "false"),
    "aws:SourceArn": ("arn:aws:sns:us-east-2:111122223333:news", "arn:aws:sqs:us-east-1:444455556666:q", "none"),
    "aws:SourceIp": ("203.0.113.7", "198.51.100.7", "2001:db8::1", "localhost"),
    "aws:username": ("app", "web", "ann"),
    "aws:TagKeys": (["a"], ["a", "b"], ["c"], ["b", "c"], []),
}
"""The condition keys of requests, which the oracle knows for all the actions; `aws:TagKeys` for TagResource only."""

ORDERED = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
TEXTS = ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
ADDRESSES = ("203.0.113.0/24", "198.51.100.7/32", "2001:db8::/32", "192.0.2.0/24")
ARNS = (
    "arn:aws:sns:us-east-2:111122223333:news",
    "arn:aws:s?s:*:*:*",
    "arn:*:sqs:us-*:444455556666:q",
    "arn:aws:sns:*",
)
TIMES = ("2026-01-01", "2026-06-01T12:00:00Z", "2026-06-01T13:00:00+01:00", "2030-01-01T00:00Z")

WANTED: Mapping[str, tuple[Sequence[str], Sequence[Any]]] = {
    "aws:PrincipalOrgID": (
        (*TEXTS, "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"),
        ("o-1", "o-2", "o-*", "?-1", "*", "app"),
    ),
    "aws:MultiFactorAuthAge": ([f"Numeric{name}" for name in ORDERED], ("5", "10", 7.5, "many")),
    "aws:CurrentTime": ([f"Date{name}" for name in ORDERED], TIMES),
    "aws:SecureTransport": (("Bool",), ("true", "false", True)),
    "aws:SourceArn": (("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"), ARNS),
    "aws:SourceIp": (("IpAddress", "NotIpAddress"), ADDRESSES),
    "aws:username": (TEXTS, ("app", "w*", "web")),
    "aws:TagKeys": (TEXTS, ("a", "b", "*", "x")),
}
"""The operators for each key, and the values of policies."""

NAMED = {
    "role": (f"arn:aws:iam::{ACCOUNT}:role/app", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"),
    "user": (f"arn:aws:iam::{ACCOUNT}:user/ann", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"),
    "other role": (f"arn:aws:iam::{OTHER}:role/app", OTHER, f"arn:aws:iam::{OTHER}:root"),
    "other user": (f"arn:aws:iam::{OTHER}:user/eve", OTHER, f"arn:aws:iam::{OTHER}:root"),
}
"""The principals that name a caller, in the ways on which the oracle and AWS agree in every case."""

STRANGERS = ("arn:aws:iam::777788889999:root", f"arn:aws:iam::{ACCOUNT}:role/other")


def one_or_more(random: Random, choices: Sequence[Any]) -> Any:
    return random.choice(choices) if random.random() < 0.6 else random.sample(choices, 2)


def conditions(random: Random, keys: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        key = random.choice(keys)
        names, values = WANTED[key]
        kind = random.random()
        if kind < 0.1:
            found["Null"] = {key: random.choice(("true", "false"))}
            continue
        quantifier = random.choice(("ForAllValues:", "ForAnyValue:", "")) if key == "aws:TagKeys" else ""
        if_exists = "IfExists" if kind < 0.2 and quantifier != "ForAnyValue:" else ""
        operator = f"{quantifier}{random.choice(names)}{if_exists}"
        found.setdefault(operator, {})[key] = one_or_more(random, values)
    return found


def generated_statement(random: Random, keys: Sequence[str], principals: Principals) -> dict[str, Any]:
    return {
        "Effect": "Allow" if random.random() < 0.8 else "Deny",
        "Action" if random.random() < 0.85 else "NotAction": one_or_more(random, ACTION_PATTERNS),
        "Resource" if random.random() < 0.85 else "NotResource": one_or_more(random, RESOURCE_PATTERNS),
        "Condition": conditions(random, keys),
        **principals(),
    }


def generated_principals(random: Random, caller: str, *, direct: bool) -> dict[str, Any]:
    """Choose a Principal, or a NotPrincipal that lists all of the caller or nothing of it.

    `direct`: also the session itself, and everyone. On these, the oracle and AWS disagree beside a session policy.
    """
    if direct and random.random() < 0.15:
        return {"NotPrincipal": {"AWS": list(random.choice(([*NAMED[caller], CALLERS[caller].arn], STRANGERS)))}}
    if direct and random.random() < 0.2:
        return {"Principal": random.choice(("*", {"AWS": "*"}))}
    session = (CALLERS[caller].arn,) if direct else ()
    return {"Principal": {"AWS": one_or_more(random, (*NAMED[caller], *session, *STRANGERS))}}


def generated_policy(random: Random, keys: Sequence[str], principals: Principals) -> dict[str, Any]:
    statements = [generated_statement(random, keys, principals) for _ in range(random.choice((1, 2, 2, 3)))]
    return {"Version": "2012-10-17", "Statement": statements}


def generated_case(random: Random) -> Case:
    """Return a request with policies of some types."""
    caller, action = random.choice(sorted(NAMED)), random.choice(ACTIONS)
    keys = [key for key in VALUES if key != "aws:TagKeys" or action == "secretsmanager:TagResource"]
    context = {key: random.choice(VALUES[key]) for key in keys if random.random() < 0.7}
    types = ["identity", *(name for name in ("boundary", "service_control") if random.random() < 0.2)]
    with_session = caller.endswith("role") and random.random() < 0.2
    policies = {name: generated_policy(random, keys, dict) for name in (*types, *["session"] * with_session)}
    if caller.startswith("other") or random.random() < 0.4:
        choose = partial(generated_principals, random, caller, direct=not with_session)
        policies["resource_policy"] = generated_policy(random, keys, choose)
    resource = random.choice(RESOURCES)
    return Case("generated", policies, caller=CALLERS[caller], action=action, resource=resource, context=context)
