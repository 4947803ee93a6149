"""A user's file that uses every public name. mypy and pyright check it strictly; no test runs it."""

# pyright: strict

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, assert_type

from pytest_secretsmanager import (
    AWSCURRENT,
    AWSPENDING,
    AWSPREVIOUS,
    BetweenReads,
    BrokenReply,
    CallBudget,
    CallSite,
    Clock,
    Decision,
    Endpoint,
    ErrorCode,
    Event,
    Events,
    Faults,
    Hold,
    Iam,
    Kms,
    KmsKey,
    LabelMove,
    LabelName,
    LastingFault,
    LateWrite,
    Log,
    LoggedName,
    NetworkBlocked,
    OperationName,
    PlannedFault,
    PutRateWarning,
    PytestSecretsManagerError,
    ReplicationControl,
    ReplicationHold,
    Role,
    Rotation,
    RotationControl,
    RotationRun,
    SecretNotFound,
    SecretsManager,
    SecretView,
    Snapshot,
    StepName,
    StepRun,
    Subscription,
    Unchanged,
    UnsupportedOperation,
    UnusedPermission,
    UsageError,
    Version,
    VersionNotFound,
    VersionView,
)


def handler(event: dict[str, str], context: object) -> None: ...


def seeding(sm: SecretsManager) -> SecretView:
    old = Version("one", labels=[AWSPREVIOUS, "blue"], age=timedelta(days=40))
    return sm.seed("db", {"password": "two"}, versions=[old, "x"], rotation=Rotation(handler, days=30), tags={"a": "b"})


def views(sm: SecretsManager) -> None:
    view = sm.secret("db", region="eu-west-1", account="123456789012")
    assert_type(view, SecretView)
    versions: list[VersionView] = [*view.versions, view.current, view.previous, view.version(-1)]
    labels: Mapping[str, str] = view.labels
    moves: list[LabelMove] = [*view.history]
    places: list[str | None] = [moves[0].source, moves[0].target]
    text: str = view.timeline() + view.arn + view.name + versions[0].id + labels[AWSCURRENT]
    times: list[datetime] = [versions[0].created, moves[0].time]
    by_name: Mapping[str, SecretView] = sm.secrets
    del places, text, times, by_name


def log(sm: SecretsManager) -> None:
    calls: Log = sm.log
    event: Event = calls[0]
    record: Mapping[str, Any] = event.record
    warnings: list[PutRateWarning] = [*calls.put_rate_warnings]
    operation: OperationName = "PutSecretValue"
    logged: LoggedName = "RotationSucceeded"
    code: ErrorCode = "ResourceNotFoundException"
    label: LabelName = AWSPENDING
    sm.assert_logged(operation, times=1, error=code, SecretId="db")
    sm.assert_logged(logged)
    sm.assert_no_label("db", label)
    attempts: int = event.attempts
    waited: float = event.waited
    caller: CallSite | None = event.caller
    place: list[tuple[str, int, str]] = [] if caller is None else [(caller.file, caller.line, caller.function)]
    unchanged: Unchanged = sm.assert_unchanged()
    budget: CallBudget = sm.assert_calls(operation, at_most=1, SecretId="db")
    with unchanged, budget:
        del record, warnings, attempts, waited, place


def controls(sm: SecretsManager) -> None:
    clock: Clock = sm.clock
    clock.advance(days=1)
    clock.set(datetime(2030, 1, 1, tzinfo=UTC))
    kms: Kms = sm.kms
    key: KmsKey = kms.create_key(alias="alias/pay")
    rotation: RotationControl = sm.rotation
    runs: list[RotationRun] = [*rotation.runs]
    steps: list[StepRun] = [*runs[0].steps]
    step: StepName = "createSecret"
    hold: Hold = rotation.hold("db", before=step)
    reads: BetweenReads = rotation.between_reads("db")
    faults: Faults = sm.faults
    fault: PlannedFault = faults.fail("GetSecretValue", BrokenReply.from_proxy(), times=None, secret="db")
    replication: ReplicationControl = sm.replication
    replica: ReplicationHold = replication.hold("eu-west-1")
    events: Events = sm.events
    subscription: Subscription = events.subscribe(print)
    endpoint: Endpoint = sm.endpoint()
    variables: Mapping[str, str] = endpoint.env
    snapshot: Snapshot = sm.snapshot()
    lasting: LastingFault = faults.throttle(["GetSecretValue", "DescribeSecret"], rate=5, burst=10)
    deletion: LastingFault = faults.asynchronous_deletion(seconds=10, secret="db")
    stale: LastingFault = faults.stale_reads(500, chance=0.5, operation="GetSecretValue")
    quota: LastingFault = faults.quota()
    with hold, reads, fault, lasting, deletion, stale, quota, replica, snapshot:
        subscription.unsubscribe()
    del key, steps, variables


def permissions(sm: SecretsManager) -> None:
    iam: Iam = sm.iam
    boundary = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    role: Role = iam.role("app", policy="policies/app.json", boundary=[boundary], tags={"team": "pay"})
    names: list[str] = [role.arn, role.name, role.account, role.credentials["aws_access_key_id"]]
    variables: Mapping[str, str] = {**sm.endpoint().env, **role.environment}
    with iam.acting_as(role, context={"aws:SourceVpce": "vpce-1a2b3c4d"}), iam.acting_as(None):
        sm.client(principal=role)
    decision: Decision = iam.simulate("secretsmanager:GetSecretValue", sm.secret("db"), principal=role)
    logged: Decision | None = sm.log[-1].decision
    texts: list[str] = [decision.message, decision.reason]
    flags: list[bool] = [decision.allowed, decision.explicit_deny]
    sm.kms.create_key(alias="alias/pay", policy=boundary)
    iam.enforce()
    del names, variables, logged, texts, flags


def least_privilege(sm: SecretsManager) -> None:
    policy: Mapping[str, Any] = sm.iam.required_policy()
    sm.assert_allowed(policy)
    sm.assert_allowed(["policies/app.json", '{"Statement": []}'])
    unused: list[UnusedPermission] = sm.iam.unused(policy)
    texts: list[str] = [unused[0].policy, unused[0].statement, *unused[0].actions, *unused[0].resources]
    is_whole: bool = unused[0].is_whole
    del texts, is_whole


def errors() -> list[type[Exception]]:
    return [PytestSecretsManagerError, SecretNotFound, UnsupportedOperation, UsageError, VersionNotFound]


def refusals() -> list[type[BaseException]]:
    return [LateWrite, NetworkBlocked]


@SecretsManager(region="eu-west-1", account="123456789012", random_seed=1, version_quota=200)
def decorated(number: int) -> str:
    return str(number)


assert_type(decorated(1), str)


def entered() -> None:
    with SecretsManager() as sm:
        assert_type(sm, SecretsManager)
