"""A call and its outcome as values: what doors hand in, what operations hand back, what layers stand between.

Parameters keep AWS's spelling; the typed accessors of `Call` may trust the types, since the validation layer has
refused all others. The values that every call makes are named tuples, which cost a third of what frozen dataclasses
cost to make; those that carry secret values don't show them.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias, get_args

from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.state import Secret, SecretKey

Parameters: TypeAlias = Mapping[str, object]
Reply: TypeAlias = dict[str, object]
Changes: TypeAlias = Mapping[SecretKey, Secret | None]
"""What an operation wants changed: a secret's new value under its key, None for a secret that is gone."""

NO_CHANGES: Changes = MappingProxyType({})


class Call(NamedTuple):
    """One request as it reached the service. `time` is the service's clock at that moment, epoch seconds.

    `accepted` says that the door has put the parameters to the service description's own test, and that they passed.
    `arn_suffix` is what a seed wants the ARN of its new secret to end in; no request can say so.
    """

    operation: str
    parameters: Parameters
    region: str
    principal: Principal
    time: float
    request_id: str
    accepted: bool = False
    arn_suffix: str | None = None

    def __repr__(self) -> str:
        return f"Call({self.operation}, region={self.region!r}, account={self.account!r})"

    @property
    def account(self) -> str:
        return self.principal.account

    def text(self, member: str) -> str | None:
        return self.parameters.get(member)  # type: ignore[return-value]

    def required_text(self, member: str) -> str:
        return self.parameters[member]  # type: ignore[return-value]

    def texts(self, member: str) -> list[str] | None:
        return self.parameters.get(member)  # type: ignore[return-value]

    def number(self, member: str) -> int | None:
        return self.parameters.get(member)  # type: ignore[return-value]

    def flag(self, member: str, default: bool = False) -> bool:
        return self.parameters.get(member, default)  # type: ignore[return-value]

    def blob(self, member: str) -> bytes | None:
        return self.parameters.get(member)  # type: ignore[return-value]

    def structure(self, member: str) -> dict[str, object] | None:
        return self.parameters.get(member)  # type: ignore[return-value]

    def structures(self, member: str) -> list[dict[str, object]] | None:
        return self.parameters.get(member)  # type: ignore[return-value]


class Part(NamedTuple):
    """A call that AWS makes on the caller's behalf while it answers another, and logs: one secret of a batch read."""

    operation: str
    parameters: Parameters
    error_code: str | None = None
    error_message: str | None = None


EventName: TypeAlias = Literal[
    "RotationStarted",
    "RotationSucceeded",
    "RotationFailed",
    "RotationAbandoned",
    "TestRotationStarted",
    "TestRotationSucceeded",
    "TestRotationFailed",
    "ReplicationSucceeded",
    "ReplicationFailed",
    "StartSecretVersionDelete",
    "EndSecretVersionDelete",
]
SERVICE_EVENTS: tuple[str, ...] = get_args(EventName)


class ServiceEvent(NamedTuple):
    """Something that AWS did by itself and logs. DOC: `request_id` names the secret's ARN and the occasion."""

    name: EventName
    key: SecretKey
    arn: str
    request_id: str
    error_message: str | None = None


def rotation_event(name: EventName, secret: Secret, token: str, error_message: str | None = None) -> ServiceEvent:
    """What AWS logs of the rotation under a token."""
    return ServiceEvent(name, secret.key, secret.arn, f"Rotation-{secret.arn}-{token}", error_message)


def deletion_events(secret: Secret, time: float) -> tuple[ServiceEvent, ...]:
    """What AWS logs while it deletes a secret by force (RECORDED, of secrets with one version)."""
    minute = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%MZ")
    request_id = f"SecretDeleteMessage:{secret.arn}:{minute}:Forced"
    return (
        ServiceEvent("StartSecretVersionDelete", secret.key, secret.arn, request_id),
        ServiceEvent("EndSecretVersionDelete", secret.key, secret.arn, request_id),
    )


class RunRotation(NamedTuple):
    """The effect of starting, or trying again, a rotation: its steps are to be run under this token.

    `function` is the ARN of the Lambda function, empty where AWS rotates by itself. `test` asks for no rotation, but
    for the trial of the function that RotateSecret makes when it is not to rotate at once.
    """

    key: SecretKey
    arn: str
    token: str
    function: str
    test: bool = False


class UpdateReplicas(NamedTuple):
    """The effect of a change to a secret that has replicas: AWS updates the replicas that are in progress."""

    key: SecretKey


Effect: TypeAlias = RunRotation | UpdateReplicas


class Outcome(NamedTuple):
    """What an operation answers and wants changed, what AWS logs beside the call, and what is to follow the commit.

    Nothing is done yet: `changes` are applied by the store, `then` is run when the call is over and its lock released.
    `about` is the ARN of the secret where the reply does not name it, and CloudTrail does.
    """

    reply: Reply
    changes: Changes = NO_CHANGES
    parts: tuple[Part, ...] = ()
    events: tuple[ServiceEvent, ...] = ()
    then: tuple[Effect, ...] = ()
    about: str | None = None

    def __repr__(self) -> str:
        return f"Outcome({', '.join(self.reply)}; changes {len(self.changes)})"


Handler: TypeAlias = Callable[[Call], Outcome]


def copied_members(members: Parameters) -> Reply:
    """The members of a request or reply, in objects of their own; nearly all are single values, which need no copy."""
    return {name: copied(value) if type(value) in (list, dict) else value for name, value in members.items()}


def copied(value: object) -> object:
    """A request or reply, or a part of one, in lists and mappings of its own."""
    if type(value) is list:
        return [copied(item) for item in value]
    if type(value) is dict:
        return {name: copied(item) for name, item in value.items()}
    return value
