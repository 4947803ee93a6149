"""Each object that a test gets has public names for users only: those of the contract, and those with a docstring."""

from collections.abc import Callable, Iterator
from typing import Any, get_args

import pytest

import pytest_secretsmanager
from pytest_secretsmanager import BrokenReply, Rotation, SecretsManager, Version

NAMES = {
    "BetweenReads": "reads rotations",
    "Clock": "advance now set",
    "CallBudget": "",
    "CallSite": "file function line",
    "Decision": "allowed explicit_deny message policy policy_type reason statement",
    "Event": (
        "account attempts by_service caller decision error error_message hidden operation principal record region "
        "request request_id response time waited within"
    ),
    "Events": "count index matching subscribe",
    "BrokenReply": "body content_type from_proxy not_json status truncated",
    "Faults": "asynchronous_deletion delay fail quota stale_reads throttle",
    "LastingFault": "cancel is_met met",
    "PlannedFault": "attempts cancel is_met met",
    "Hold": "resume run",
    "Iam": "acting_as enforce required_policy role simulate unused",
    "Kms": "allow create_key deny disable enable key schedule_deletion",
    "KmsKey": "alias arn denied denied_to id is_elsewhere policy state",
    "LabelMove": "count index label operation source target time",
    "Log": "clear cleared count forgotten index matching put_rate_warnings",
    "PutRateWarning": "arn count end index start writes",
    "ReplicationControl": "hold",
    "ReplicationHold": "resume",
    "Role": "account arn credentials environment name",
    "Rotation": "days duration function parameters schedule",
    "RotationControl": "between_reads fail hold register runs",
    "RotationRun": "broken_off ended error function retry secret started state steps test token",
    "SecretView": (
        "arn current deleted history json labels name pending previous tags timeline value version versions"
    ),
    "Snapshot": "",
    "StepRun": "error planned step traceback",
    "Subscription": "unsubscribe",
    "Unchanged": "",
    "UnusedPermission": "actions is_whole policy resources statement",
    "Version": "age id labels value",
    "VersionView": "age created id json labels number secret value",
}
"""What a user may rely on, for every exported type that is not an error."""

ELSEWHERE = {"SecretsManager", "Endpoint"}
"""Types whose names other tests hold."""


def _rotated(sm: SecretsManager) -> Any:
    sm.client().rotate_secret(SecretId="rotating")
    return sm.rotation.runs[-1]


def _often_written(sm: SecretsManager) -> Any:
    for number in range(12):
        sm.client().put_secret_value(SecretId="db", SecretString=str(number))
    return sm.log.put_rate_warnings[0]


def _logged(sm: SecretsManager) -> Any:
    sm.client().get_secret_value(SecretId="db")
    return sm.log[-1]


def _moved(sm: SecretsManager) -> Any:
    sm.client().put_secret_value(SecretId="db", SecretString="two")
    return sm.secret("db").history[-1]


def _unchanged(sm: SecretsManager) -> Any:
    unchanged = sm.assert_unchanged()
    with unchanged:
        return unchanged


def _budget(sm: SecretsManager) -> Any:
    budget = sm.assert_calls(at_most=0)
    with budget:
        return budget


def _between_reads(sm: SecretsManager) -> Any:
    with sm.rotation.between_reads("rotating") as between_reads:
        sm.client().get_secret_value(SecretId="rotating")
    return between_reads


_ALLOWING = {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}

MADE: dict[str, Callable[[SecretsManager], Any]] = {
    "BetweenReads": _between_reads,
    "CallBudget": _budget,
    "CallSite": lambda sm: _logged(sm).caller,
    "Clock": lambda sm: sm.clock,
    "Decision": lambda sm: sm.iam.simulate("secretsmanager:ListSecrets", principal=None),
    "Event": _logged,
    "Events": lambda sm: sm.events,
    "BrokenReply": lambda _: BrokenReply.not_json(),
    "Faults": lambda sm: sm.faults,
    "LastingFault": lambda sm: sm.faults.quota(),
    "PlannedFault": lambda sm: sm.faults.fail("GetSecretValue", "ThrottlingException", optional=True),
    "Hold": lambda sm: sm.rotation.hold("db", before="setSecret"),
    "Iam": lambda sm: sm.iam,
    "Kms": lambda sm: sm.kms,
    "KmsKey": lambda sm: sm.kms.create_key(),
    "LabelMove": _moved,
    "Log": lambda sm: sm.log,
    "PutRateWarning": _often_written,
    "ReplicationControl": lambda sm: sm.replication,
    "ReplicationHold": lambda sm: sm.replication.hold(),
    "Role": lambda sm: sm.iam.role("app"),
    "Rotation": lambda _: Rotation("arn:aws:lambda:us-east-1:123456789012:function:rotate"),
    "RotationControl": lambda sm: sm.rotation,
    "RotationRun": _rotated,
    "SecretView": lambda sm: sm.secret("db"),
    "Snapshot": lambda sm: sm.snapshot(),
    "StepRun": lambda sm: _rotated(sm).steps[0],
    "Subscription": lambda sm: sm.events.subscribe(lambda _: None),
    "Unchanged": _unchanged,
    "UnusedPermission": lambda sm: sm.iam.unused({"Statement": _ALLOWING})[0],
    "Version": lambda _: Version("one"),
    "VersionView": lambda sm: sm.secret("db").current,
}


@pytest.fixture
def sm() -> Iterator[SecretsManager]:
    with SecretsManager() as sm:
        sm.seed("db", "one")
        sm.seed("rotating", {"password": "one"}, rotation=Rotation(_write_and_promote(sm)))
        yield sm
        sm._parts.unmet_plans.forget()
        sm._parts.steps.planned_stops.clear()


def _write_and_promote(sm: SecretsManager) -> Callable[[Any, Any], None]:
    def handler(event: Any, context: Any) -> None:
        secret, token, client = event["SecretId"], event["ClientRequestToken"], sm.client()
        if event["Step"] == "createSecret":
            client.put_secret_value(
                SecretId=secret, ClientRequestToken=token, SecretString="{}", VersionStages=["AWSPENDING"]
            )
        if event["Step"] == "finishSecret":
            current = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
            holder = next(version for version, labels in current.items() if "AWSCURRENT" in labels)
            client.update_secret_version_stage(
                SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=holder, MoveToVersionId=token
            )

    return handler


def _exported_types() -> set[str]:
    exported = {name: getattr(pytest_secretsmanager, name) for name in pytest_secretsmanager.__all__}
    return {
        name
        for name, value in exported.items()
        if isinstance(value, type) and not issubclass(value, BaseException) and not get_args(value)
    }


def test_every_exported_type_has_its_public_names_listed() -> None:
    assert _exported_types() == {*NAMES, *ELSEWHERE}


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_an_exported_type_has_the_listed_public_names_only(sm: SecretsManager, kind: str) -> None:
    made = MADE[kind](sm)
    assert type(made).__name__ == kind
    public = {name for name in dir(made) if not name.startswith("_")}
    assert public == {*NAMES[kind].split()}


@pytest.mark.parametrize("kind", ["Event", "Log", "RotationRun", "SecretView", "VersionView"])
def test_the_attributes_of_a_look_cannot_be_set(sm: SecretsManager, kind: str) -> None:
    made = MADE[kind](sm)
    for name in NAMES[kind].split():
        if isinstance(getattr(type(made), name, None), property):
            with pytest.raises(AttributeError):
                setattr(made, name, None)


@pytest.mark.parametrize("kind", ["Event", "Log", "RotationRun", "SecretView", "VersionView"])
def test_each_public_name_of_a_look_has_a_docstring(kind: str) -> None:
    exported = getattr(pytest_secretsmanager, kind)
    assert [name for name in NAMES[kind].split() if not getattr(exported, name).__doc__] == []
