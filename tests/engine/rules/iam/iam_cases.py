"""Cases of IAM's decision: policies, a request and the decision that AWS documents, as data under `cases/`.

A case is a `[[case]]` table in a TOML file, one file for each subject:

| key | |
| --- | --- |
| `name` | a sentence, the id of the test |
| `source` | the page of AWS that says so; its own name for a fact that is recorded or reported |
| `caller` | one of `CALLERS`, or the ARN of a role; by default `role` |
| `action`, `resource` | of the request; by default GetSecretValue on `RESOURCE` |
| `identity`, `boundary`, `session`, `service_control`, `resource_policy` | the statements of one policy of each type |
| `condition` | instead of `identity`: one statement with this Condition |
| `version` | of all the policies; by default 2012-10-17 |
| `context` | the condition keys of the request |
| `expected` | `Allowed`, `ImplicitlyDenied` or `ExplicitlyDenied` |
| `by` | optional: the type of the policies that decide |
| `differs` | optional: why the oracle answers otherwise; it has to |
| `each` | optional: sets of variables; the case runs once with each |

A statement without Effect allows, without an action is about all actions of Secrets Manager, without a resource about
all. A text that is a variable, such as `"{context}"`, stands for its value of any type.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_secretsmanager.engine.callers import Principal, assumed_role
from pytest_secretsmanager.engine.rules.iam.decision import Decision, Policies, decide
from pytest_secretsmanager.engine.rules.iam.documents import Policy, parse_policy
from pytest_secretsmanager.engine.rules.iam.requests import Context, Request

CASES = Path(__file__).parent / "cases"
ACCOUNT, OTHER = "111122223333", "444455556666"
RESOURCE = f"arn:aws:secretsmanager:us-east-2:{ACCOUNT}:secret:app/db-a1b2c3"
TYPES = ("identity", "boundary", "session", "service_control")


def user(account: str, name: str) -> Principal:
    return Principal(account, f"arn:aws:iam::{account}:user/{name}", name=name)


CALLERS = {
    "role": assumed_role(f"arn:aws:iam::{ACCOUNT}:role/app", "tests", 0.0),
    "user": user(ACCOUNT, "ann"),
    "other role": assumed_role(f"arn:aws:iam::{OTHER}:role/app", "tests", 0.0),
    "other user": user(OTHER, "eve"),
    "service": Principal(ACCOUNT, "rds.amazonaws.com", kind="AWSService"),
}


@dataclass(frozen=True)
class Case:
    """One request with its policies. `policies` has the document of each type that there is."""

    name: str
    policies: Mapping[str, dict[str, Any]]
    expected: str = ""
    caller: Principal = CALLERS["role"]
    action: str = "secretsmanager:GetSecretValue"
    resource: str = RESOURCE
    context: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""
    by: str | None = None
    differs: str | None = None

    @property
    def decision(self) -> Decision:
        return decide(self.request, self.of_the_caller, self.of_the_resource)

    @property
    def request(self) -> Request:
        return Request(self.action, self.resource, ACCOUNT, self.caller, context_of(self.context), self.resource)

    @property
    def of_the_caller(self) -> Policies:
        groups = {name: self._parsed(name) for name in TYPES if name in self.policies}
        return Policies(**{"identity": ()} | {name: (policy,) for name, policy in groups.items()})

    @property
    def of_the_resource(self) -> Policy | None:
        return self._parsed("resource_policy") if "resource_policy" in self.policies else None

    def _parsed(self, name: str) -> Policy:
        text = json.dumps(self.policies[name])
        return parse_policy(text, name=name, with_principals=name == "resource_policy")


def context_of(values: Mapping[str, Any]) -> Context:
    """Return the function that IAM asks for the keys of a request."""
    known = {key.lower(): tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return known.get


def outcome(decision: Decision) -> str:
    """Return a decision in the oracle's words."""
    if decision.allowed:
        return "Allowed"
    return "ExplicitlyDenied" if decision.explicit_deny else "ImplicitlyDenied"


def cases() -> Iterator[Case]:
    """Return the cases of all files."""
    for path in sorted(CASES.glob("*.toml")):
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["case"]:
            for variables in table.pop("each", [{}]):
                yield _case(path.stem, _filled(table, variables))


def _case(subject: str, table: dict[str, Any]) -> Case:
    version = table.pop("version", "2012-10-17")
    if "condition" in table:
        table["identity"] = [{"Condition": table.pop("condition")}]
    policies = {
        name: {"Version": version, "Statement": [statement(item) for item in table.pop(name)]}
        for name in (*TYPES, "resource_policy")
        if table.get(name)
    }
    caller = table.pop("caller", "role")
    table = {key: value for key, value in table.items() if key not in TYPES and key != "resource_policy"}
    table["name"] = f"{subject}: {table['name'].strip()}"
    return Case(policies=policies, caller=CALLERS.get(caller) or assumed_role(caller, "tests", 0.0), **table)


def statement(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return a statement with the elements that a case leaves out."""
    found = {"Effect": "Allow", **item}
    if found.keys().isdisjoint({"Action", "NotAction"}):
        found["Action"] = "secretsmanager:*"
    if found.keys().isdisjoint({"Resource", "NotResource"}):
        found["Resource"] = "*"
    return found


def _filled(value: Any, variables: Mapping[str, Any]) -> Any:
    """Return a value with the variables filled in."""
    if isinstance(value, dict):
        return {_text(key, variables): _filled(item, variables) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, variables) for item in value]
    if not isinstance(value, str):
        return value
    whole = value[1:-1] if value.startswith("{") and value.endswith("}") else ""
    return variables[whole] if whole in variables else _text(value, variables)


def _text(text: str, variables: Mapping[str, Any]) -> str:
    for name, value in variables.items():
        text = text.replace(f"{{{name}}}", value if isinstance(value, str) else json.dumps(value))
    return text
