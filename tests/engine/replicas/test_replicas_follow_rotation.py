"""Replicas: how they follow a rotation of their primary."""

import pytest
from replica_views import IN_SYNC, TOKEN, V2, V3, V5, VALUES, current, outcomes, shown, value_of

from pytest_secretsmanager import Rotation


@pytest.fixture
def function(client, secretsmanager):
    """The ARN of a function that rotates `db` to `rotated`."""

    def rotate(event, context):
        secret, token = event["SecretId"], event["ClientRequestToken"]
        if event["Step"] == "createSecret":
            client.put_secret_value(
                SecretId=secret, SecretString="rotated", ClientRequestToken=token, VersionStages=["AWSPENDING"]
            )
        if event["Step"] == "finishSecret":
            client.update_secret_version_stage(
                SecretId=secret,
                VersionStage="AWSCURRENT",
                RemoveFromVersionId=secretsmanager.secret(secret).current.id,
                MoveToVersionId=token,
            )

    return secretsmanager.rotation.register(rotate)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("point", "labels", "values"),
    [
        pytest.param(
            {"before": "createSecret"},
            {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: None},
            id="announced",
        ),
        pytest.param(
            {"after": "createSecret"},
            {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: "rotated"},
            id="filled",
        ),
        pytest.param(
            {"before": "finishSecret"},
            {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: "rotated"},
            id="tested",
        ),
        pytest.param(
            {"after": "finishSecret"},
            {"AWSPREVIOUS": V3, "AWSCURRENT": TOKEN, "AWSPENDING": TOKEN},
            VALUES | {TOKEN: "rotated"},
            id="promoted",
        ),
    ],
)
def test_a_replica_shows_labels_and_values_of_a_running_rotation(
    client, secretsmanager, function, point, labels, values
):
    secretsmanager.rotation.hold("db", **point)
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert replica.labels == labels
    assert {version.id: version.value for version in replica.versions} == values
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.usefixtures("db")
def test_a_replica_shows_labels_and_value_of_a_completed_rotation(client, eu, secretsmanager, function):
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    assert secretsmanager.secret("db", region="eu-west-1").labels == {"AWSPREVIOUS": V3, "AWSCURRENT": TOKEN}
    assert current(eu) == "rotated"
    assert outcomes(client) == {"eu-west-1": IN_SYNC}


@pytest.mark.usefixtures("db")
def test_an_announced_version_has_no_value_in_the_replica(client, eu, secretsmanager, function, refused):
    secretsmanager.rotation.hold("db", before="createSecret")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    assert refused(eu.get_secret_value, SecretId="db", VersionStage="AWSPENDING") == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )


@pytest.mark.usefixtures("db")
def test_an_announced_version_of_a_replica_gets_the_value_later(client, eu, secretsmanager, function):
    hold = secretsmanager.rotation.hold("db", before="createSecret")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    assert secretsmanager.secret("db", region="eu-west-1").version(TOKEN).value is None
    hold.resume()
    assert value_of(eu, TOKEN) == "rotated"


@pytest.mark.usefixtures("db")
def test_a_failed_rotation_leaves_its_version_in_the_replica(client, secretsmanager, function):
    secretsmanager.rotation.fail("testSecret", ValueError("no login"))
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    replica = secretsmanager.secret("db", region="eu-west-1")
    assert replica.labels == {"AWSPREVIOUS": V2, "AWSCURRENT": V3, "AWSPENDING": TOKEN}
    assert replica.pending.value == "rotated"


@pytest.mark.usefixtures("db")
def test_a_write_that_abandons_a_rotation_removes_awspending_from_the_replica(client, secretsmanager, function):
    secretsmanager.rotation.hold("db", after="createSecret")
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, ClientRequestToken=TOKEN)
    client.put_secret_value(SecretId="db", SecretString="five", ClientRequestToken=V5)
    assert secretsmanager.secret("db", region="eu-west-1").labels == {"AWSPREVIOUS": V3, "AWSCURRENT": V5}


def test_a_scheduled_rotation_reaches_replicas(eu, secretsmanager, function):
    secretsmanager.seed("db", "one", rotation=Rotation(function, days=30), replicas=["eu-west-1"])
    secretsmanager.clock.advance(days=31)
    assert current(eu) == "rotated"


def test_a_managed_rotation_reaches_replicas(client, eu, secretsmanager):
    secretsmanager.seed("db", {"password": "one"}, owning_service="rds", replicas=["eu-west-1"])
    client.rotate_secret(SecretId="db", ClientRequestToken=TOKEN)
    reply = eu.get_secret_value(SecretId="db")
    assert reply["VersionId"] == TOKEN
    assert reply["SecretString"] == client.get_secret_value(SecretId="db")["SecretString"]


@pytest.mark.usefixtures("db")
def test_a_promoted_replica_does_not_rotate_on_schedule(client, eu, secretsmanager, function):
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 30})
    eu.stop_replication_to_replica(SecretId="db")
    secretsmanager.clock.advance(days=31)
    assert [run.secret.split(":")[3] for run in secretsmanager.rotation.runs] == ["us-east-1", "us-east-1"]


def test_a_test_rotation_leaves_the_replica_in_sync(client, eu, secretsmanager):
    secretsmanager.seed("db", "one", replicas=["eu-west-1"])
    seen = []

    def handler(event, context):
        seen.append(eu.describe_secret(SecretId="db")["VersionIdsToStages"][event["ClientRequestToken"]])

    function = secretsmanager.rotation.register(handler)
    client.rotate_secret(SecretId="db", RotationLambdaARN=function, RotateImmediately=False)
    assert seen == [["AWSPENDING"]]
    assert outcomes(client) == {"eu-west-1": IN_SYNC}
    assert shown(eu)["labels"] == shown(client)["labels"]


def test_a_replica_is_in_sync_at_the_first_step_of_a_rotation(client, secretsmanager):
    seen = []
    rotation = Rotation(lambda event, _: seen.append((event["Step"], outcomes(client))))
    secretsmanager.seed("db", "one", replicas=["eu-west-1"], rotation=rotation)
    client.rotate_secret(SecretId="db")
    assert seen[0] == ("createSecret", {"eu-west-1": IN_SYNC})
