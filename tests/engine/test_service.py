"""The service: a call from arrival to commit."""

from threading import Barrier, Thread

import pytest

from pytest_secretsmanager import UnsupportedOperation
from pytest_secretsmanager.engine.errors import AccessDeniedException
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


# --- layers ----------------------------------------------------------------------------------------------------------


class Sentry:
    """A layer that notes each call, and refuses the reads of one secret."""

    def __init__(self, refused=None, passed=None):
        self.refused = refused
        self.passed = [] if passed is None else passed

    def __call__(self, inner):
        def handle(call):
            self.passed.append((call.operation, call.text("SecretId")))
            if call.operation == "GetSecretValue" and call.text("SecretId") == self.refused:
                raise AccessDeniedException("no")
            return inner(call)

        return handle


@pytest.fixture
def three(world):
    """Secrets Manager with three secrets."""
    for name in ("a", "b", "c"):
        world.call("CreateSecret", Name=name, SecretString=name, ClientRequestToken=TOKEN)
    return world


def test_each_secret_of_a_batch_passes_the_layers_around_a_single_read(three):
    sentry = Sentry(refused="b")
    three.service.put_around(sentry)
    reply = three.call("BatchGetSecretValue", SecretIdList=["a", "b", "c"])
    reads = [("GetSecretValue", name) for name in ("a", "b", "c")]
    assert sentry.passed == [("BatchGetSecretValue", None), *reads]
    assert [value["Name"] for value in reply["SecretValues"]] == ["a", "c"]
    assert reply["Errors"] == [{"SecretId": "b", "ErrorCode": "AccessDeniedException", "Message": "no"}]


def test_each_secret_of_a_batch_is_logged_once_with_its_error(three):
    three.service.put_around(Sentry(refused="b"))
    three.entries.clear()
    three.call("BatchGetSecretValue", SecretIdList=["a", "b"])
    assert [(entry.operation, entry.error_code) for entry in three.entries] == [
        ("BatchGetSecretValue", None),
        ("GetSecretValue", None),
        ("GetSecretValue", "AccessDeniedException"),
    ]


def test_seeds_and_calls_pass_every_layer_put_around_in_the_order_from_the_last_to_the_first(world):
    first, last = Sentry(refused="db"), Sentry()
    world.service.put_around(first)
    world.service.put_around(last)
    world.service.seed(world.request("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN))
    assert first.passed == last.passed == [("CreateSecret", None)]
    world.service.put_around(Sentry(refused="db", passed=(never := [])))
    world.refused("GetSecretValue", SecretId="db")
    assert (len(never), len(last.passed), len(first.passed)) == (1, 1, 1)


# --- one way to commit -----------------------------------------------------------------------------------------------


def test_calls_seeds_rotations_and_replicas_all_change_the_store_by_the_same_function(world, monkeypatch):
    service, inside, changed_outside = world.service, [], []
    make, apply = service._commits.make, service.store.apply

    def noting_make(handler, asked):
        inside.append(handler)
        try:
            return make(handler, asked)
        finally:
            inside.pop()

    def noting_apply(changes):
        if not inside:
            changed_outside.append(changes)
        apply(changes)

    monkeypatch.setattr(service._commits, "make", noting_make)
    monkeypatch.setattr(service.store, "apply", noting_apply)
    replicas = [{"Region": "eu-west-1"}]
    create = {"Name": "db", "SecretString": '{"password": "one"}', "ClientRequestToken": TOKEN}
    service.seed(world.request("CreateSecret", by="rds", AddReplicaRegions=replicas, **create))
    world.call("RotateSecret", SecretId="db", ClientRequestToken="rotation".ljust(32, "-"))
    assert [run.state for run in service.runs] == ["succeeded"]
    assert world.state("db").replicas["eu-west-1"].status == "InSync"
    assert changed_outside == []


def test_replicas_of_a_seed_follow_without_an_entry_in_the_log(world):
    replicas = [{"Region": "eu-west-1"}]
    create = {"Name": "db", "SecretString": "one", "ClientRequestToken": TOKEN}
    world.service.seed(world.request("CreateSecret", AddReplicaRegions=replicas, **create))
    assert world.state("db").replicas["eu-west-1"].status == "InSync"
    assert world.entries == []


def test_journal_of_a_block_has_the_state_before_it_and_ends_with_it(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=TOKEN)
    before = world.state("db")
    with world.service.journal() as journal:
        world.call("DeleteSecret", SecretId="db")
    world.call("RestoreSecret", SecretId="db")
    world.call("CreateSecret", Name="later", ClientRequestToken=TOKEN)
    assert journal.before == {before.key: before}
