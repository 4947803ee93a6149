"""A call and its outcome, as values: doors make calls, layers pass them on, and operations return outcomes.

Parameters keep AWS's spelling. The typed accessors of `Call` don't check types, since the validation layer has. These
values are named tuples, which cost a third of frozen dataclasses: each call makes some. If they contain secret values,
their repr does not show them.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import CodeType, MappingProxyType
from typing import Literal, NamedTuple, TypeAlias, get_args

from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.state import Secret, SecretKey, of_fields

Parameters: TypeAlias = Mapping[str, object]
Reply: TypeAlias = dict[str, object]
Changes: TypeAlias = Mapping[SecretKey, Secret | None]
"""The changes that an operation requests: each secret's new state by its key, None for a deleted secret."""

NO_CHANGES: Changes = MappingProxyType({})

Site: TypeAlias = tuple[CodeType, int]
"""The place in a program that made a call: its code, and the offset of the instruction. It holds no frame."""


class Attempt(NamedTuple):
    """One attempt of a client to make a call. `number` starts at 1.

    `waited` is the time that the client has waited on the clock in this call, in seconds. `call` is equal for all
    attempts of one call; None for a call of one attempt.
    """

    number: int = 1
    waited: float = 0.0
    call: object = None


ONLY_ATTEMPT = Attempt()

ATTEMPT_OF_THE_TEST = Attempt()
"""The attempt of a call that a control makes for the test. It counts for no request rate. Known by its identity."""


class Call(NamedTuple):
    """One request as it reached the service. `time` is the service's clock at that moment, epoch seconds.

    `accepted` says that the door has validated the parameters. `arn_suffix` is the suffix that a seed sets for the ARN
    of its new secret; a request has none. `site` is None if the place that made the call is unknown.
    """

    operation: str
    parameters: Parameters
    region: str
    principal: Principal
    time: float
    request_id: str
    accepted: bool = False
    arn_suffix: str | None = None
    site: Site | None = None
    attempt: Attempt = ONLY_ATTEMPT

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
    """A call that AWS makes and logs while it answers another one: one read of a batch.

    `decision` as in `Outcome`.
    """

    operation: str
    parameters: Parameters
    error_code: str | None = None
    error_message: str | None = None
    decision: object = None


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
    """AWS's log entry for its own work. DOC: `request_id` names the secret's ARN and the occasion."""

    name: EventName
    key: SecretKey
    arn: str
    request_id: str
    error_message: str | None = None


def rotation_event(name: EventName, secret: Secret, token: str, error_message: str | None = None) -> ServiceEvent:
    """AWS's log entry for the rotation under a token."""
    return ServiceEvent(name, secret.key, secret.arn, f"Rotation-{secret.arn}-{token}", error_message)


def deletion_events(secret: Secret, time: float) -> tuple[ServiceEvent, ...]:
    """AWS's log entries for a forced deletion (RECORDED, of secrets with one version)."""
    minute = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%MZ")
    request_id = f"SecretDeleteMessage:{secret.arn}:{minute}:Forced"
    return (
        ServiceEvent("StartSecretVersionDelete", secret.key, secret.arn, request_id),
        ServiceEvent("EndSecretVersionDelete", secret.key, secret.arn, request_id),
    )


class RunRotation(NamedTuple):
    """The effect of starting or retrying a rotation: its steps run under this token.

    `function` is the ARN of the Lambda function, empty if AWS rotates without one. `test` requests only the trial of
    the function, which RotateSecret makes if it does not rotate immediately.
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
    """The result of an operation: its reply, the changes of secrets, AWS's log entries, and effects.

    An outcome only describes: the store applies `changes`, and the effects in `then` run after the commit, when the
    lock is free. `about` is the secret's ARN if CloudTrail names it and the reply doesn't. `decision` is IAM's
    `Decision`, None while IAM is off.
    """

    reply: Reply
    changes: Changes = NO_CHANGES
    parts: tuple[Part, ...] = ()
    events: tuple[ServiceEvent, ...] = ()
    then: tuple[Effect, ...] = ()
    about: str | None = None
    decision: object = None

    def __repr__(self) -> str:
        return f"Outcome({', '.join(self.reply)}; changes {len(self.changes)})"


def new_outcome(reply: Reply, changes: Changes = NO_CHANGES, events: tuple[ServiceEvent, ...] = ()) -> Outcome:
    """`Outcome(reply, changes, events=events)` in half of its time: most calls make one here."""
    return of_fields(Outcome, (reply, changes, (), events, (), None, None))


def own_work(
    changes: Changes = NO_CHANGES, *, events: tuple[ServiceEvent, ...] = (), then: tuple[Effect, ...] = ()
) -> Outcome:
    """The outcome of AWS's own work, which has no reply. Without arguments, it changes nothing."""
    return Outcome({}, changes, events=events, then=then)


Handler: TypeAlias = Callable[[Call], Outcome]


def copied_members(members: Parameters, containers: Iterable[str]) -> Reply:
    """A deep copy of a request or reply. `containers` are the members that are lists or mappings: few are."""
    copy = dict(members)
    for name in containers:
        if name in copy:
            copy[name] = copied(copy[name])
    return copy


def copied(value: object) -> object:
    """A deep copy of a request or reply, or of a part of one."""
    if type(value) is list:
        return [item if type(item) is str else copied(item) for item in value]  # most lists are of texts
    if type(value) is dict:
        return {name: copied(item) for name, item in value.items()}
    return value
