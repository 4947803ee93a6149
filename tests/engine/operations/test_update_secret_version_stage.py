"""UpdateSecretVersionStage. `rules/test_labels.py` has the recorded traces."""

import pytest

from pytest_secretsmanager import Version

V1, V2, V3 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3))
DB = pytest.mark.secret(
    "db",
    versions=[
        Version("one", id=V1, labels=["AWSPREVIOUS", "blue"]),
        Version("two", id=V2, labels=["AWSCURRENT"]),
        Version("three", id=V3, labels=["AWSPENDING"]),
    ],
)
PLACED = {"AWSPREVIOUS": V1, "blue": V1, "AWSCURRENT": V2, "AWSPENDING": V3}


def not_attached(label, version_id):
    return f"Staging label {label} isn't currently attached to version {version_id}."


def wrong_holder(label):
    return (
        f"When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to the version that "
        f"currently has the staging label {label}."
    )


def must_name_holder(label, holder):
    return (
        f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
        f"{holder}, so you must explicitly reference that version in RemoveFromVersionId."
    )


@DB
def test_update_secret_version_stage_returns_arn_and_name(client, secretsmanager):
    reply = client.update_secret_version_stage(SecretId="db", VersionStage="green", MoveToVersionId=V1)
    del reply["ResponseMetadata"]
    assert reply == {"ARN": secretsmanager.secret("db").arn, "Name": "db"}


@DB
@pytest.mark.parametrize(
    ("label", "ends", "changed"),
    [
        pytest.param("green", {"MoveToVersionId": V1}, {"green": V1}, id="an unattached label is placed"),
        pytest.param(
            "blue", {"RemoveFromVersionId": V1, "MoveToVersionId": V3}, {"blue": V3}, id="a custom label moves alone"
        ),
        pytest.param("blue", {"RemoveFromVersionId": V1}, {"blue": None}, id="a custom label is taken away"),
        pytest.param("AWSPENDING", {"RemoveFromVersionId": V3}, {"AWSPENDING": None}, id="AWSPENDING is taken away"),
        pytest.param("AWSPREVIOUS", {"RemoveFromVersionId": V1}, {"AWSPREVIOUS": None}, id="AWSPREVIOUS is taken away"),
        pytest.param(
            "AWSCURRENT",
            {"RemoveFromVersionId": V2, "MoveToVersionId": V3},
            {"AWSCURRENT": V3, "AWSPREVIOUS": V2},
            id="AWSPREVIOUS follows AWSCURRENT, and AWSPENDING stays",
        ),
        pytest.param(
            "AWSCURRENT",
            {"RemoveFromVersionId": V2, "MoveToVersionId": V1},
            {"AWSCURRENT": V1, "AWSPREVIOUS": V2},
            id="the previous version becomes current again",
        ),
        pytest.param("AWSCURRENT", {"MoveToVersionId": V2}, {}, id="a label moves to its own holder"),
        pytest.param(
            "AWSCURRENT",
            {"RemoveFromVersionId": V2, "MoveToVersionId": V2},
            {},
            id="a label moves to its own holder, which the request names",
        ),
    ],
)
def test_update_secret_version_stage_places_labels(client, secretsmanager, label, ends, changed):
    client.update_secret_version_stage(SecretId="db", VersionStage=label, **ends)
    after = {name: holder for name, holder in (PLACED | changed).items() if holder is not None}
    assert secretsmanager.secret("db").labels == after


@pytest.mark.secret("managed", versions=[Version("one", id=V1)], owning_service="rds")
@DB
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"SecretId": "db", "VersionStage": "AWSCURRENT", "MoveToVersionId": V3},
            "InvalidParameterException",
            must_name_holder("AWSCURRENT", V2),
            id="holder of AWSCURRENT not named",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "blue", "MoveToVersionId": V3},
            "InvalidParameterException",
            must_name_holder("blue", V1),
            id="holder of a custom label not named",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": V2},
            "InvalidParameterException",
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
            id="AWSCURRENT taken away",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": V1, "MoveToVersionId": V3},
            "InvalidParameterException",
            wrong_holder("AWSCURRENT"),
            id="named version does not hold AWSCURRENT",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": V1, "MoveToVersionId": V2},
            "InvalidParameterException",
            wrong_holder("AWSCURRENT"),
            id="named version does not hold AWSCURRENT, target does",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "green", "RemoveFromVersionId": V1},
            "InvalidParameterException",
            not_attached("green", V1),
            id="unattached label taken away",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "blue", "RemoveFromVersionId": V2},
            "InvalidParameterException",
            not_attached("blue", V2),
            id="label taken away from a version that does not hold it",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": V1},
            "InvalidParameterException",
            not_attached("AWSCURRENT", V1),
            id="AWSCURRENT taken away from a version that does not hold it",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "AWSCURRENT", "RemoveFromVersionId": V2, "MoveToVersionId": "x" * 32},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {'x' * 32}",
            id="no such target",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "blue", "RemoveFromVersionId": "x" * 32},
            "ResourceNotFoundException",
            f"Secrets Manager can't find the specified secret value for VersionId: {'x' * 32}",
            id="no such source",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "blue"},
            "InvalidParameterException",
            "You must provide either RemoveFromVersionId or MoveToVersionId.",
            id="neither source nor target",
        ),
        pytest.param(
            {"SecretId": "managed", "VersionStage": "blue", "MoveToVersionId": V1},
            "InvalidRequestException",
            "This secret is managed by an AWS service, and you must use that service to update it.",
            id="managed by a service",
        ),
        pytest.param(
            {"SecretId": "db", "VersionStage": "x" * 257, "MoveToVersionId": V1},
            "ValidationException",
            f"1 validation error detected: Value '{'x' * 64} ...' at 'versionStage' failed to satisfy constraint: "
            "Member must have length less than or equal to 256",
            id="label too long",
        ),
    ],
)
def test_update_secret_version_stage_refuses_a_move(unchecked, refused, request_, code, message):
    assert refused(unchecked.update_secret_version_stage, **request_) == (code, message)


def test_update_secret_version_stage_refuses_the_21st_label(client, refused):
    client.create_secret(Name="db", SecretString="one", ClientRequestToken=V1)
    for number in range(19):
        client.update_secret_version_stage(SecretId="db", VersionStage=f"l{number}", MoveToVersionId=V1)
    request = {"SecretId": "db", "VersionStage": "l19", "MoveToVersionId": V1}
    code, _ = refused(client.update_secret_version_stage, **request)
    assert code == "LimitExceededException"


def test_update_secret_version_stage_makes_the_first_version_current(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1)
    world.announce("db", V2)
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=V2)
    assert world.state("db").labels == {"AWSPENDING": V2, "AWSCURRENT": V2}


def test_update_secret_version_stage_sets_the_date_of_the_last_change(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.pass_days(1)
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="blue", MoveToVersionId=V1)
    assert world.state("db").changed == world.now
