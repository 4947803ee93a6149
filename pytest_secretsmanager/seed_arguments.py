"""The arguments of `sm.seed` and of the marker `secret`, checked: `seed_of` makes a `Seed` of them."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from pytest_secretsmanager import seed_arns
from pytest_secretsmanager.arguments import is_whole_number
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.inspection.label_spelling import meant_label
from pytest_secretsmanager.json_values import require_json
from pytest_secretsmanager.seeds import NO_VALUE, OLDEST, Rotation, Seed, SeedOptions, Version

__tracebackhide__ = True

_MISSING: Any = object()

_IN_A_FILE = re.compile(r"[\w.]+:\w+")
"""A handler as a seed file names it: `package.module:handler`."""

_NAMES = ("name", "value", *SeedOptions.__annotations__)
_OF_THE_API = {"SecretString": "value", "SecretBinary": "value", "KmsKeyId": "kms_key", "AddReplicaRegions": "replicas"}

_EXAMPLES = {
    "versions": '["the first", "the second"]',
    "tags": '{"team": "pay"}',
    "rotation": "Rotation(handler, days=30)",
    "replicas": '["eu-west-1"]',
}

_OPTION_TYPES: dict[str, tuple[type, ...]] = {
    "versions": (list, tuple),
    "tags": (Mapping,),
    "description": (str,),
    "kms_key": (str,),
    "policy": (str, Mapping),
    "owning_service": (str,),
    "rotation": (Rotation,),
    "replicas": (list, tuple),
    "deleted": (bool,),
    "region": (str,),
    "account": (str,),
}


def seed_of(*arguments: Any, **options: Any) -> Seed:
    """Return the seed of these arguments. Raises UsageError for arguments that can't be a seed's."""
    for option in options:
        if option not in _NAMES:
            raise UsageError(f"a seed has no option {option!r}{nearest(_OF_THE_API.get(option, option), _NAMES)}")
    name, value = _name_and_value(arguments, options)
    _require_types(options)
    arn_suffix = None
    if arns.is_arn(name):
        region, account, name, arn_suffix = seed_arns.read(name, options)
        options |= {"region": region, "account": account}
    versions = [item if isinstance(item, Version) else Version(item) for item in options.pop("versions", ())]
    if value is not NO_VALUE:
        versions.append(value if isinstance(value, Version) else Version(value))
    for version in versions:
        _require_version(version)
    _require_ids(versions)
    _require_order(versions)
    _require_labels(versions)
    return Seed(name, tuple(versions), SeedOptions(**options), arn_suffix)  # type: ignore[typeddict-item] # checked just above


def _name_and_value(arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[str, Any]:
    """Return name and value, given by position or by keyword. Keywords are taken out of `options`."""
    given = dict(zip(("name", "value"), arguments, strict=False))
    twice = given.keys() & options.keys()
    if len(arguments) > 2 or twice:
        raise UsageError(
            "a seed has one name and one value, all else by name; "
            f"given were {len(arguments)} without a name and {', '.join(sorted(options)) or 'none'} by name"
        )
    name = given.get("name", options.pop("name", _MISSING))
    if name is _MISSING:
        raise UsageError("a seed begins with the secret's name, which is missing")
    if not isinstance(name, str):
        raise UsageError(f"a seed begins with the secret's name, a str, not {_kind(name)}")
    return name, given.get("value", options.pop("value", NO_VALUE))


def _require_types(options: Mapping[str, Any]) -> None:
    for option, value in options.items():
        allowed = _OPTION_TYPES[option]
        if not isinstance(value, allowed):
            names = " or ".join("mapping" if kind is Mapping else kind.__name__ for kind in allowed)
            example = f" such as {_EXAMPLES[option]}" if option in _EXAMPLES else ""
            raise UsageError(f"the option {option!r} of a seed is a {names}{example}, not {_kind(value)}")
    for key, value in options.get("tags", {}).items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise UsageError(f"the tags of a seed map str to str, but {key!r} maps to {_kind(value)}")
    for region in options.get("replicas", ()):
        if not isinstance(region, str):
            raise UsageError(f"the replicas of a seed are regions, but {_kind(region)} is among them")
    if "rotation" in options:
        _require_rotation(options["rotation"], managed="owning_service" in options)
    if "account" in options:
        require_account(options["account"])
    require_json(options.get("policy", ""), "a seeded policy is text or a JSON value")


def _require_rotation(rotation: Rotation, managed: bool) -> None:
    if rotation.function is None and not managed:
        raise UsageError(
            "a Rotation begins with its function, as in Rotation(handler, days=30): only a secret with owning_service "
            "rotates without one"
        )
    if not (rotation.function is None or isinstance(rotation.function, str) or callable(rotation.function)):
        raise UsageError(f"the function of a Rotation is a handler or an ARN, not {_kind(rotation.function)}")
    if isinstance(rotation.function, str) and _IN_A_FILE.fullmatch(rotation.function):
        raise UsageError(
            f"the function of a Rotation is a handler or an ARN, not {rotation.function!r}: only a seed file names a "
            "handler by its module and name; pass the handler itself"
        )
    if rotation.days is not None and not is_whole_number(rotation.days):
        raise UsageError(f"the days of a Rotation are a number, not {_kind(rotation.days)}")
    for name in ("schedule", "duration"):
        value = getattr(rotation, name)
        if not isinstance(value, str | None):
            raise UsageError(f"the {name} of a Rotation is a str, not {_kind(value)}")


def _require_version(version: Version) -> None:
    if version.value is None:
        raise UsageError(
            'a seeded value can\'t be None: leave it out for a secret without a value, write "null" for JSON null'
        )
    if version.labels is not None and (isinstance(version.labels, str) or not isinstance(version.labels, Sequence)):
        raise UsageError(f"the labels of a seeded version are a list of str, not {_kind(version.labels)}")
    for label in version.labels or ():
        if not isinstance(label, str):
            raise UsageError(f"the labels of a seeded version are a list of str, but {_kind(label)} is among them")
    if not isinstance(version.age, timedelta) or version.age < timedelta(0):
        raise UsageError(f"the age of a seeded version is a timedelta(days=…) of at least 0, not {version.age!r}")
    if version.age > OLDEST:
        raise UsageError(f"a seeded version is at most {OLDEST.days:,} days old, not {version.age.days:,}")
    if version.id is not None and not isinstance(version.id, str):
        raise UsageError(f"the id of a seeded version is a str, not {_kind(version.id)}")
    if not isinstance(version.value, bytes | bytearray):
        require_json(version.value, "a seeded value is text, bytes or a JSON value")


def _require_ids(versions: Sequence[Version]) -> None:
    ids = [version.id for version in versions if version.id is not None]
    twice = next((version_id for version_id in ids if ids.count(version_id) > 1), None)
    if twice is not None:
        raise UsageError(f"two versions of one secret can't have the same id {twice!r}")


def _require_order(versions: Sequence[Version]) -> None:
    ages = [version.age for version in versions]
    if ages != sorted(ages, reverse=True):
        raise UsageError(f"seeded versions are listed oldest first, but their ages are {', '.join(map(str, ages))}")


def _require_labels(versions: Sequence[Version]) -> None:
    placed = [label for version in versions for label in version.labels or ()]
    twice = next((label for label in placed if placed.count(label) > 1), None)
    if twice is not None:
        raise UsageError(f"the label {twice!r} can't be on two versions of one secret")
    if versions and all(version.labels is not None for version in versions) and labels.CURRENT not in placed:
        misspelt = next((label for label in placed if meant_label(label) == labels.CURRENT), None)
        hint = "" if misspelt is None else f"; {misspelt!r} is another label"
        raise UsageError(
            f"one version must have {labels.CURRENT}: AWS attaches it to a secret's first version automatically{hint}"
        )


def _kind(value: object) -> str:
    return type(value).__name__
