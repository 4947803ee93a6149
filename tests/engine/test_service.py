"""The service: a call from arrival to commit."""

from threading import Barrier, Thread

import pytest

from pytest_secretsmanager import UnsupportedOperation
from pytest_secretsmanager.engine.operations import OPERATIONS

TOKEN = "token".ljust(32, "-")


def test_a_call_is_committed_and_logged(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    assert world.state("db").name == "db"
    assert [entry.operation for entry in world.entries] == ["CreateSecret"]


def test_a_refused_call_is_logged_and_keeps_the_same_objects(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    before = world.state("db")
    world.refused("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=TOKEN)
    assert world.state("db") is before
    assert [entry.error_code for entry in world.entries] == [None, "ResourceExistsException"]


def test_a_read_keeps_the_same_objects(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    before = world.state("db")
    world.call("DescribeSecret", SecretId="db")
    world.call("ListSecrets")
    assert world.state("db") is before


def test_seed_follows_the_rules_of_a_call_and_is_not_logged(world):
    world.service.seed(world.request("CreateSecret", Name="db", ClientRequestToken=TOKEN))
    with pytest.raises(Exception, match="already exists"):
        world.service.seed(world.request("CreateSecret", Name="db", ClientRequestToken=TOKEN))
    with pytest.raises(Exception, match="Member must not be null"):
        world.service.seed(world.request("CreateSecret", ClientRequestToken=TOKEN))
    assert world.state("db").name == "db"
    assert world.entries == []


def test_secrets_returns_the_secrets_of_all_regions_and_accounts(world):
    places = [{}, {"region": "eu-west-1"}, {"account": "210987654321"}]
    for place in places:
        world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN, **place)
    assert len({secret.key for secret in world.service.secrets()}) == 3


@pytest.mark.parametrize("send", ["call", "seed"])
@pytest.mark.parametrize(
    ("operation", "parameters", "text"),
    [
        pytest.param(
            "GetSecretValues",
            {},
            "GetSecretValues is not supported yet by pytest-secretsmanager, so nothing was done and nothing was sent",
            id="unsupported operation",
        ),
        pytest.param(
            "CreateSecret",
            {"Name": "x", "ClientRequestToken": TOKEN, "Description": "x"},
            "Description of CreateSecret is not supported yet by pytest-secretsmanager, so nothing was "
            "done and nothing was sent to AWS. Supported are AddReplicaRegions, ",
            id="unsupported member",
        ),
    ],
)
def test_an_unsupported_operation_or_member_raises_unsupported_operation(
    world, monkeypatch, send, operation, parameters, text
):
    known = OPERATIONS["CreateSecret"]
    monkeypatch.setitem(OPERATIONS, "CreateSecret", known._replace(members=known.members - {"Description"}))
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    before, logged = world.service.secrets(), list(world.entries)
    with pytest.raises(UnsupportedOperation) as caught:
        getattr(world.service, send)(world.request(operation, **parameters))
    assert text in str(caught.value)
    assert world.service.secrets() == before
    assert world.entries == logged


def test_a_member_that_the_service_description_lacks_is_ignored(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    assert world.call("DescribeSecret", SecretId="db", Unheard="of")["Name"] == "db"


def test_calls_from_several_threads_are_all_committed(world):
    world.call("CreateSecret", Name="db", SecretString="zero", ClientRequestToken=TOKEN)
    together = Barrier(4)

    def write(writer):
        together.wait()
        for number in range(24):
            version_id = f"writer-{writer}-{number}".ljust(32, "-")
            world.call("PutSecretValue", SecretId="db", SecretString=version_id, ClientRequestToken=version_id)

    threads = [Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    secret = world.state("db")
    assert [version.number for version in secret.versions.values()] == list(range(1, 98))
    assert len(world.entries) == 97
    assert secret.labels.keys() == {"AWSCURRENT", "AWSPREVIOUS"}
