"""Seeds: what a test wants to be there, as calls. There is no back door into the engine's state.

A seed is planned as the API would do it: CreateSecret, a PutSecretValue for each version at its own time, the label
moves that are still missing, then policy, rotation and replicas. So a seed can't create what AWS would not allow; what
AWS refuses is a usage error.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from textwrap import shorten
from typing import Any, TypeAlias, TypedDict

from pytest_secretsmanager import seed_arns
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Parameters, Principal
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.rules import labels

__tracebackhide__ = True

NO_VALUE: Any = type("NoValue", (), {"__repr__": lambda _: "NO_VALUE"})()
"""The default of a seed's value: the secret has no version, or those of `versions` only."""

BORROWED = "SEEDING"
"""The label that an unlabelled version carries until all versions are there."""

OLDEST = timedelta(days=10_000)
"""Older than anything in AWS; it keeps every date within the calendar."""

_RESERVED = (labels.CURRENT, labels.PREVIOUS)

_MISSING: Any = object()

MakeCall: TypeAlias = Callable[[str, Parameters, float], Call]
"""Makes a call out of an operation, its parameters, and the time at which it is made."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a seeded secret.

    `value` is a `str` (SecretString), `bytes` (SecretBinary) or anything JSON can spell. `labels` are the staging
    labels it holds in the end; None leaves that to AWS's own rule, by which each new version becomes the current one.
    `age` is how long ago it was made, `id` its version id (32 to 64 characters, made up when None).

    >>> Version("old", labels=["AWSPREVIOUS"], age=timedelta(days=40))
    Version(labels=['AWSPREVIOUS'], age=datetime.timedelta(days=40), id=None)
    """

    value: Any = field(repr=False)
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    age: timedelta = field(default=timedelta(0), kw_only=True)
    id: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Rotation:
    """How a seeded secret rotates: by which function and when. The secret has not been rotated yet.

    `function` is a Lambda handler, called as `handler(event, context)`, or the ARN of one that was registered; None for
    a secret that another AWS service manages. `days` is AutomaticallyAfterDays, `schedule` a ScheduleExpression,
    `duration` the length of the window (`"3h"`). Without `days` or `schedule` it rotates on request only.

    >>> Rotation("arn:aws:lambda:us-east-1:123456789012:function:rotate", schedule="rate(10 days)", duration="3h").days
    """

    function: Callable[[Any, Any], Any] | str | None = None
    days: int | None = field(default=None, kw_only=True)
    schedule: str | None = field(default=None, kw_only=True)
    duration: str | None = field(default=None, kw_only=True)

    def parameters(self, function: str | None) -> dict[str, object]:
        """What RotateSecret is told; `function` is the ARN."""
        rules = {"AutomaticallyAfterDays": self.days, "ScheduleExpression": self.schedule, "Duration": self.duration}
        given = {member: value for member, value in rules.items() if value is not None}
        parameters: dict[str, object] = {"RotateImmediately": False}
        if function is not None:
            parameters["RotationLambdaARN"] = function
        if given:
            parameters["RotationRules"] = given
        return parameters


class SeedOptions(TypedDict, total=False):
    """What a seed may say besides name and value."""

    versions: Sequence[Any]
    tags: Mapping[str, str]
    description: str
    kms_key: str
    policy: str | Mapping[str, Any]
    owning_service: str
    rotation: Rotation
    replicas: Sequence[str]
    deleted: bool
    region: str
    account: str


@dataclass(frozen=True, slots=True)
class Seed:
    """One secret to be there: checked arguments of `sm.seed` and of the `secret` marker.

    A seed that was named by its ARN has region and account among its options, and the ARN's last characters as
    `arn_suffix`.
    """

    name: str
    versions: tuple[Version, ...]
    options: SeedOptions = field(repr=False)
    arn_suffix: str | None = None

    @property
    def rotation(self) -> Rotation | None:
        return self.options.get("rotation")

    def calls(
        self, make_call: MakeCall, now: float, new_id: Callable[[], str], function: str | None = None
    ) -> Iterator[Call]:
        """The calls that bring this secret about, in order; `make_call` takes operation, parameters and time.

        `function` is the ARN of the rotation function.
        """
        versions = [(version, version.id or new_id()) for version in self.versions]
        start = now - max((version.age.total_seconds() for version in self.versions), default=0)
        create = make_call("CreateSecret", self._create_parameters(new_id()), start)
        yield create._replace(arn_suffix=self.arn_suffix)
        rotates = self._rotation_calls(make_call, now, new_id, function)
        placed: labels.Placement = {}
        for version, version_id in versions:
            stages = self._stages(version)
            parameters: dict[str, object] = {
                "SecretId": self.name,
                "ClientRequestToken": version_id,
                **value_parameters(version.value),
            }
            if stages is not None:
                parameters["VersionStages"] = stages
            yield make_call("PutSecretValue", parameters, now - version.age.total_seconds())
            placed = labels.after_new_version(placed, version_id, stages)
        moves = [*_label_moves(placed, versions, self.name)]
        to_pending = [move for move in moves if self.rotation is not None and move["VersionStage"] == labels.PENDING]
        for move in moves:
            if move not in to_pending:
                yield make_call("UpdateSecretVersionStage", move, now)
        if (policy := self.options.get("policy")) is not None:
            text = policy if isinstance(policy, str) else json.dumps(policy)
            yield make_call("PutResourcePolicy", {"SecretId": self.name, "ResourcePolicy": text}, now)
        yield from rotates
        for move in to_pending:  # AWS would refuse a rotation where AWSPENDING is
            yield make_call("UpdateSecretVersionStage", move, now)
        if replicas := self.options.get("replicas"):
            regions = [{"Region": region} for region in replicas]
            yield make_call("ReplicateSecretToRegions", {"SecretId": self.name, "AddReplicaRegions": regions}, now)
        if self.options.get("deleted"):
            yield make_call("DeleteSecret", {"SecretId": self.name}, now)

    def _rotation_calls(
        self, make_call: MakeCall, now: float, new_id: Callable[[], str], function: str | None
    ) -> Iterator[Call]:
        if self.rotation is not None:
            parameters = {"SecretId": self.name, "ClientRequestToken": new_id(), **self.rotation.parameters(function)}
            yield make_call("RotateSecret", parameters, now)

    def _stages(self, version: Version) -> list[str] | None:
        """The labels to put a version with. AWS makes none without, so an unlabelled one borrows one for a while."""
        if version.labels is None:
            return None
        wanted = [label for other in self.versions for label in other.labels or () if label not in _RESERVED]
        borrowed = wanted[:1] if len(wanted) + len(_RESERVED) >= labels.LABEL_QUOTA else [BORROWED]
        if self.rotation is None or labels.PENDING not in version.labels:
            return list(version.labels) or borrowed
        return [label for label in version.labels if label != labels.PENDING] or borrowed

    def _create_parameters(self, token: str) -> Parameters:
        given = {
            "Description": self.options.get("description"),
            "KmsKeyId": self.options.get("kms_key"),
            "Tags": [{"Key": key, "Value": value} for key, value in self.options.get("tags", {}).items()] or None,
        }
        present = {member: value for member, value in given.items() if value is not None}
        return {"Name": self.name, "ClientRequestToken": token, **present}

    def principal(self, account: str, arn: str) -> Principal:
        """Who makes the calls: the account itself, or the AWS service in it that is to own the secret."""
        return Principal(account, arn, self.options.get("owning_service"))


def seed_of(*arguments: Any, **options: Any) -> Seed:
    """A seed out of the arguments of `sm.seed` or of the marker; UsageError, in words, for what can't be one."""
    for option in options:
        if option not in _NAMES:
            raise UsageError(f"a seed has no option {option!r}{nearest(_OF_THE_API.get(option, option), _NAMES)}")
    name, value = _name_and_value(arguments, options)
    _require_types(options)
    arn_suffix = None
    if arns.is_arn(name):
        region, account, name, arn_suffix = seed_arns.read(name, options)
        options |= {"region": region, "account": account}
    versions = [item if isinstance(item, Version) else Version(item) for item in options.get("versions", ())]
    if value is not NO_VALUE:
        versions.append(value if isinstance(value, Version) else Version(value))
    for version in versions:
        _require_version(version)
    _require_ids(versions)
    _require_order(versions)
    _require_labels(versions)
    return Seed(name, tuple(versions), SeedOptions(**options), arn_suffix)  # type: ignore[typeddict-item] # checked just above


def require_regions(seed: Seed, regions: Regions) -> None:
    """Refuses a seed with a region that is none, where it or a replica is to be."""
    name = repr(shorten(seed.name, 80))
    if "region" in seed.options:
        regions.require(seed.options["region"], f"the region of secret {name}")
    for region in seed.options.get("replicas", ()):
        regions.require(region, f"the region of a replica of secret {name}")


def value_parameters(value: Any) -> dict[str, object]:
    """The request member that carries a value: text as it is, bytes as they are, anything else as JSON.

    >>> value_parameters({"user": "app"}), value_parameters(b"\\x00")
    ({'SecretString': '{"user": "app"}'}, {'SecretBinary': b'\\x00'})
    """
    if isinstance(value, bytes | bytearray):
        return {"SecretBinary": bytes(value)}
    return {"SecretString": value if isinstance(value, str) else json.dumps(value)}


# --- labels --------------------------------------------------------------------------------------------------------


def _label_moves(placed: labels.Placement, versions: Sequence[tuple[Version, str]], name: str) -> Iterator[Parameters]:
    """The moves missing until labels sit where the versions say; AWSPREVIOUS last, since it moves by itself."""
    wanted = {label: version_id for version, version_id in versions for label in version.labels or ()}
    bare = {version_id for version, version_id in versions if version.labels is not None and not version.labels}
    explicit = {version_id for version, version_id in versions if version.labels is not None}
    surplus = [
        label for label, holder in placed.items() if holder in bare or (holder in explicit and label not in wanted)
    ]
    for label in sorted({*wanted, *surplus}, key=lambda label: (label != labels.CURRENT, label == labels.PREVIOUS)):
        source, target = placed.get(label), wanted.get(label)
        if source == target:
            continue
        placed = labels.after_update_stage(placed, label, source, target)
        ends = {"RemoveFromVersionId": source, "MoveToVersionId": target}
        yield {"SecretId": name, "VersionStage": label, **{end: value for end, value in ends.items() if value}}


# --- checks --------------------------------------------------------------------------------------------------------

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


def _name_and_value(arguments: tuple[Any, ...], options: dict[str, Any]) -> tuple[str, Any]:
    """The two arguments that may stand without a name; takes them out of `options` where they have one."""
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
    _require_json("policy", options.get("policy", ""))


def _require_rotation(rotation: Rotation, managed: bool) -> None:
    if rotation.function is None and not managed:
        raise UsageError(
            "a Rotation begins with its function, as in Rotation(handler, days=30): only a secret with owning_service "
            "rotates without one"
        )
    if not (rotation.function is None or isinstance(rotation.function, str) or callable(rotation.function)):
        raise UsageError(f"the function of a Rotation is a handler or an ARN, not {_kind(rotation.function)}")
    if rotation.days is not None and (not isinstance(rotation.days, int) or isinstance(rotation.days, bool)):
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
        _require_json("value", version.value)


def _require_json(what: str, value: object) -> None:
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error)
    else:
        return
    raise UsageError(f"a seeded {what} is text, or something JSON can spell, not {_kind(value)}: {reason}")


def _require_ids(versions: Sequence[Version]) -> None:
    ids = [version.id for version in versions if version.id is not None]
    twice = next((version_id for version_id in ids if ids.count(version_id) > 1), None)
    if twice is not None:
        raise UsageError(f"two versions of one secret can't have the same id {twice!r}")


def _require_order(versions: Sequence[Version]) -> None:
    ages = [version.age for version in versions]
    if ages != sorted(ages, reverse=True):
        raise UsageError(f"seeded versions stand oldest first, but their ages are {', '.join(map(str, ages))}")


def _require_labels(versions: Sequence[Version]) -> None:
    placed = [label for version in versions for label in version.labels or ()]
    twice = next((label for label in placed if placed.count(label) > 1), None)
    if twice is not None:
        raise UsageError(f"the label {twice!r} can't sit on two versions of one secret")
    if versions and all(version.labels is not None for version in versions) and labels.CURRENT not in placed:
        raise UsageError(
            f"one version has to hold {labels.CURRENT}: AWS attaches it to a secret's first version by itself"
        )


def _kind(value: object) -> str:
    return type(value).__name__
