"""The elements of a statement: AWS's grammar of policies, with a fault that names the element at fault.

DOC: IAM user guide, "Grammar of the IAM JSON policy language". IAM itself checks the policies of identities more
strictly than Secrets Manager checks the policies of secrets: `strict` says which.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from pytest_secretsmanager.engine.errors import nearest
from pytest_secretsmanager.engine.rules.iam import operators
from pytest_secretsmanager.engine.rules.iam.json_text import Fault, JsonNumber, JsonObject, is_string, kind_of

VERSIONS = ("2012-10-17", "2008-10-17")

_PRINCIPAL_TYPES = ("AWS", "Service", "Federated", "CanonicalUser")
_SID = re.compile(r"[A-Za-z0-9]*").fullmatch
_SERVICE = re.compile(r"[A-Za-z0-9-]+").fullmatch
_ACTION_PARTS = 2
_ARN_COLONS = 5

Check = Callable[[str, str], None]
"""Raises Fault for a text that its element can't have: takes the element's name and the text."""


def require_object(value: object, field: str, *, strict: bool) -> JsonObject:
    """Return the value if it is an object. DOC: IAM refuses a name that stands in it more than once."""
    if not isinstance(value, JsonObject):
        raise Fault(field, f"it is {kind_of(value)}, not an object")
    if strict and value.repeated:
        raise Fault(_below(field, value.repeated), "it occurs more than once")
    return value


def require_known(value: JsonObject, known: Iterable[str], what: str, field: str = "") -> None:
    """Raise Fault for a name that is no element of `what`."""
    names = list(known)
    for name in value:
        if name not in names:
            raise Fault(_below(field, name), f"{what} has no such element{nearest(name, names)}")


def require_unwrapped(document: JsonObject) -> None:
    """Raise Fault for an object that has a policy inside, such as a resource of CloudFormation or a reply of IAM."""
    if "PolicyDocument" in document:
        raise Fault(
            "PolicyDocument",
            "the policy is inside, as in CloudFormation and in the replies of IAM; give its PolicyDocument alone",
        )


def version(document: JsonObject) -> str:
    """Return the version of the language. DOC: without one, it is the older."""
    found = document.get("Version", "2008-10-17")
    if found not in VERSIONS:
        raise Fault("Version", f"it is {_shown(found)}, not '2012-10-17' or '2008-10-17'")
    return str(found)


def effect(statement: JsonObject) -> str:
    """Return `Allow` or `Deny`."""
    if "Effect" not in statement:
        raise Fault("Effect", "it is missing; a statement allows or denies: 'Allow' or 'Deny'")
    found = statement["Effect"]
    if found not in ("Allow", "Deny"):
        raise Fault("Effect", f"it is {_shown(found)}, not 'Allow' or 'Deny'")
    return str(found)


def sid(statement: JsonObject, *, strict: bool) -> str:
    """Return the Sid, empty without one. DOC: IAM allows letters and digits only."""
    found = text(statement, "Sid")
    if strict and not _SID(found):
        raise Fault("Sid", f"{found!r} has characters other than letters and digits")
    return found


def text(owner: JsonObject, name: str) -> str:
    """Return the string of an element, empty without one."""
    found = owner.get(name, "")
    if not is_string(found):
        raise Fault(name, f"it is {kind_of(found)}, not a string")
    return str(found)


def either(statement: JsonObject, name: str, opposite: str, *, example: str = "") -> str:
    """Return which of two elements a statement has: it needs one of them, and can't have both.

    `example` ends the text of the fault if it has neither.
    """
    if name in statement and opposite in statement:
        raise Fault(opposite, f"a statement has either {name} or {opposite}, not both")
    if name not in statement and opposite not in statement:
        raise Fault(name, f"it is missing; a statement needs {name} or {opposite}{example}")
    return name if name in statement else opposite


def texts(value: object, field: str, check: Check | None = None) -> tuple[str, ...]:
    """Return the string, or the strings of a list, of an element."""
    if isinstance(value, list) and not value:
        raise Fault(field, "the list is empty")
    found = []
    for item in value if isinstance(value, list) else [value]:
        if not is_string(item):
            raise Fault(
                field, f"it has {kind_of(item)}, not only strings" if isinstance(value, list) else _no_texts(item)
            )
        if check is not None:
            check(field, str(item))
        found.append(str(item))
    return tuple(found)


def check_action(field: str, action: str) -> None:
    """Raise Fault unless an action is `*` or `service:Name`. DOC: wildcards stand in the name only."""
    if action in ("*", "*:*"):
        return
    service, colon, name = action.partition(":")
    if not colon:
        example = f"; did you mean 'secretsmanager:{action}'?" if _SERVICE(action) else ""
        raise Fault(field, f"{action!r} has no service such as 'secretsmanager:'{example}")
    if not _SERVICE(service):
        raise Fault(field, f"{action!r} has no service before the colon; a service has no wildcards")
    if not name or ":" in name:
        raise Fault(field, f"{action!r} is not 'service:Name'")


def check_resource(field: str, resource: str) -> None:
    """Raise Fault unless a resource is `*` or an ARN. A wildcard in an ARN may stand for several of its parts."""
    if resource == "*" or (
        resource.startswith("arn:") and (resource.count(":") >= _ARN_COLONS or "*" in resource or "${" in resource)
    ):
        return
    raise Fault(field, f"{resource!r} is neither '*' nor an ARN such as 'arn:aws:secretsmanager:*:*:secret:app/*'")


def principals(value: object, field: str) -> Mapping[str, tuple[str, ...]]:
    """Return the principals by their type. DOC: `"*"` is the same as `{"AWS": "*"}`.

    Only policies of secrets have principals, so none are checked strictly.
    """
    if is_string(value):
        if value == "*":
            return {"AWS": ("*",)}
        raise Fault(field, f"{value!r} is neither '*' nor an object such as {{'AWS': {value!r}}}")
    found = require_object(value, field, strict=False)
    if not found:
        raise Fault(field, "the object is empty")
    require_known(found, _PRINCIPAL_TYPES, f"a {field}", field)
    return {kind: texts(ids, f"{field}.{kind}") for kind, ids in found.items()}


def conditions(value: object, *, strict: bool) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Return the values by operator and key, as text."""
    found = {}
    for name, tests in require_object(value, "Condition", strict=strict).items():
        field = f"Condition.{name}"
        problem = operators.problem(name)
        if problem:
            raise Fault(field, problem)
        found[name] = {
            key: _condition_values(values, _require_key(key, field, strict=strict))
            for key, values in require_object(tests, field, strict=strict).items()
        }
    return found


def _require_key(key: str, field: str, *, strict: bool) -> str:
    """Return the field of a condition key. DOC: a key has a prefix, `aws:` or that of a service."""
    if strict and not all(key.partition(":")[::2]):
        raise Fault(field, f"the key {key!r} has no prefix such as 'aws:' or 'secretsmanager:'")
    return f"{field}.{key}"


def _condition_values(value: object, field: str) -> tuple[str, ...]:
    if isinstance(value, list) and not value:
        raise Fault(field, "the list is empty")
    return tuple(_condition_value(item, field) for item in (value if isinstance(value, list) else [value]))


def _condition_value(value: object, field: str) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return str(value)
    raise Fault(field, f"it has {kind_of(value)}, not a string, a number or a boolean")


def _no_texts(value: object) -> str:
    return f"it is {kind_of(value)}, not a string or a list of strings"


def _shown(value: object) -> str:
    return repr(str(value)) if isinstance(value, str) and not isinstance(value, JsonNumber) else kind_of(value)


def _below(field: str, name: str) -> str:
    return f"{field}.{name}" if field else name
