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
    CallBudget,
    CallSite,
    Clock,
    Endpoint,
    ErrorCode,
    Event,
    Events,
    Hold,
    Kms,
    KmsKey,
    LabelMove,
    LabelName,
    LateWrite,
    Log,
    LoggedName,
    NetworkBlocked,
    OperationName,
    PutRateWarning,
    PytestSecretsManagerError,
    ReplicationControl,
    ReplicationHold,
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
    text: str = view.arn + view.name + versions[0].id + labels[AWSCURRENT]
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
    replication: ReplicationControl = sm.replication
    replica: ReplicationHold = replication.hold("eu-west-1")
    events: Events = sm.events
    subscription: Subscription = events.subscribe(print)
    endpoint: Endpoint = sm.endpoint()
    variables: Mapping[str, str] = endpoint.env
    snapshot: Snapshot = sm.snapshot()
    with hold, reads, replica, snapshot:
        subscription.unsubscribe()
    del key, steps, variables


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
