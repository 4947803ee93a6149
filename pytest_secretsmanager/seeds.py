"""Seeds: the secrets that a test begins with, as calls. A seed has no back door into the engine's state.

A seed makes the calls that a user of the API would make: CreateSecret, a PutSecretValue for each version at its own
time, the label moves that are still missing, then policy, rotation and replicas. So AWS's rules hold for seeds too, and
a seed that AWS would refuse is a usage error.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from textwrap import shorten
from typing import Any, NamedTuple, NoReturn, Self, SupportsIndex, TypeAlias, TypedDict

from pytest_secretsmanager.engine.call import Call, Parameters
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.rules import labels

__tracebackhide__ = True

NO_VALUE: Any = type("NoValue", (), {"__repr__": lambda _: "NO_VALUE"})()
"""The default of a seed's value: the secret has no version, or only those of `versions`."""

BORROWED = "SEEDING"
"""The label of an unlabelled version until all versions exist."""

OLDEST = timedelta(days=10_000)
"""The largest age of a version. It keeps every date within the calendar."""

_RESERVED = (labels.CURRENT, labels.PREVIOUS)

MakeCall: TypeAlias = Callable[[str, Parameters, float], Call]
"""Makes a call from an operation, its parameters and the time of the call."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a seeded secret.

    `value` is a `str` (SecretString), `bytes` (SecretBinary) or a value that JSON can hold. `labels` are its staging
    labels when all versions exist; None: by AWS's rule each new version becomes the current one. `age` is how long ago
    it was created, `id` its version id of 32 to 64 characters; None: a random one. Its repr leaves the value out, and
    it can't be pickled. A copy of it is the same object.

    >>> Version("old", labels=["AWSPREVIOUS"], age=timedelta(days=40))
    Version(labels=['AWSPREVIOUS'], age=datetime.timedelta(days=40), id=None)
    """

    value: Any = field(repr=False)
    labels: Sequence[str] | None = field(default=None, kw_only=True)
    age: timedelta = field(default=timedelta(0), kw_only=True)
    id: str | None = field(default=None, kw_only=True)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, _: object) -> Self:
        return self

    def __reduce_ex__(self, _: SupportsIndex) -> NoReturn:
        raise TypeError("cannot pickle a Version: it holds a secret value")


@dataclass(frozen=True, slots=True)
class Rotation:
    """The rotation function and the schedule of a seeded secret, which has not been rotated yet.

    `function` is a Lambda handler, called as `handler(event, context)`, or the ARN of a registered one; None for a
    secret that another AWS service manages. `days` is AutomaticallyAfterDays, `schedule` a ScheduleExpression,
    `duration` the length of the window (`"3h"`). Without `days` or `schedule` the secret rotates on request only.

    >>> Rotation("arn:aws:lambda:us-east-1:123456789012:function:rotate", schedule="rate(10 days)", duration="3h").days
    """

    function: Callable[[Any, Any], Any] | str | None = None
    days: int | None = field(default=None, kw_only=True)
    schedule: str | None = field(default=None, kw_only=True)
    duration: str | None = field(default=None, kw_only=True)

    def parameters(self, function: str | None) -> dict[str, object]:
        """Return the parameters of RotateSecret; `function` is the ARN."""
        rules = {"AutomaticallyAfterDays": self.days, "ScheduleExpression": self.schedule, "Duration": self.duration}
        given = {member: value for member, value in rules.items() if value is not None}
        parameters: dict[str, object] = {"RotateImmediately": False}
        if function is not None:
            parameters["RotationLambdaARN"] = function
        if given:
            parameters["RotationRules"] = given
        return parameters


class SeedOptions(TypedDict, total=False):
    """The options of a seed, in addition to name and value."""

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


class Seed(NamedTuple):
    """One secret to create: the checked arguments of `sm.seed` or of the marker `secret`.

    `versions` has all its values, so `options` are without them. For a seed that is named by its ARN, `options` has the
    ARN's region and account, and `arn_suffix` its last characters.
    """

    name: str
    versions: tuple[Version, ...]
    options: SeedOptions
    arn_suffix: str | None = None

    def __repr__(self) -> str:
        return f"<seed {self.name!r} of {len(self.versions)} versions>"

    @property
    def rotation(self) -> Rotation | None:
        return self.options.get("rotation")

    def calls(
        self, make_call: MakeCall, now: float, new_id: Callable[[], str], function: str | None = None
    ) -> Iterator[Call]:
        """Yield the calls that create this secret, in order. `function` is the ARN of the rotation function."""
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
        for move in to_pending:  # AWS refuses to rotate a secret with AWSPENDING
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
        """Return the labels to put a version with.

        AWS creates no version without a label, so an unlabelled version gets a temporary one.
        """
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
        """Return the caller: the account's user, or the AWS service that owns the secret."""
        return Principal(account, arn, self.options.get("owning_service"))


def require_regions(seed: Seed, regions: Regions) -> None:
    """Raise UsageError for a seed, or a replica of it, in an unknown region."""
    name = repr(shorten(seed.name, 80))
    if "region" in seed.options:
        regions.require(seed.options["region"], f"the region of secret {name}")
    for region in seed.options.get("replicas", ()):
        regions.require(region, f"the region of a replica of secret {name}")


def value_parameters(value: Any) -> dict[str, str | bytes]:
    """Return the request member for a value: text and bytes unchanged, any other value as JSON.

    >>> value_parameters({"user": "app"}), value_parameters(b"\\x00")
    ({'SecretString': '{"user": "app"}'}, {'SecretBinary': b'\\x00'})
    """
    if isinstance(value, bytes | bytearray):
        return {"SecretBinary": bytes(value)}
    return {"SecretString": value if isinstance(value, str) else json.dumps(value)}


# --- labels --------------------------------------------------------------------------------------------------------


def _label_moves(placed: labels.Placement, versions: Sequence[tuple[Version, str]], name: str) -> Iterator[Parameters]:
    """Yield the missing moves of labels. AWSPREVIOUS is last, since AWS moves it along with AWSCURRENT."""
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
