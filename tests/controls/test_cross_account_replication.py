"""`sm.replication` and replicas in other accounts: holds, code that waits, seeds in their place."""

import pytest

from pytest_secretsmanager import UsageError

OTHER_ACCOUNT = "210987654321"


@pytest.mark.parametrize(
    "where",
    [{}, {"account": OTHER_ACCOUNT}, {"region": "us-east-1"}, {"region": "us-east-1", "account": OTHER_ACCOUNT}],
    ids=["all", "account", "region", "both"],
)
def test_replication_hold_keeps_primary_and_cross_account_replica_in_progress(pair, secretsmanager, where):
    pair.associate()
    hold = secretsmanager.replication.hold(**where)
    pair.put("two")
    assert (pair.statuses, pair.copied) == (("InProgress", "InProgress"), "one")
    hold.resume()
    assert (pair.statuses, pair.copied) == (("InSync", "InSync"), "two")


def test_a_held_association_has_changed_the_replica_already(pair, secretsmanager):
    secretsmanager.clock.advance(days=2)
    secretsmanager.replication.hold()
    pair.associate()
    described = pair.stranger.describe_secret(SecretId="copy")
    assert described["CrossAccountPrimary"]["PrimarySecretARN"] == pair.arn
    assert (described["LastChangedDate"] - described["CreatedDate"]).days == 2


@pytest.mark.parametrize(
    "where", [{"account": "123456789012"}, {"region": "eu-west-1"}], ids=["the primary's account", "another region"]
)
def test_replication_hold_of_another_region_or_account_holds_no_cross_account_replica(pair, secretsmanager, where):
    pair.associate()
    secretsmanager.replication.hold(**where)
    pair.put("two")
    assert pair.copied == "two"


def test_replication_hold_of_another_account_does_not_hold_a_regional_replica(pair, eu, secretsmanager):
    pair.associate()
    pair.client.replicate_secret_to_regions(SecretId="db", AddReplicaRegions=[{"Region": "eu-west-1"}])
    secretsmanager.replication.hold(account=OTHER_ACCOUNT)
    pair.put("two")
    assert eu.get_secret_value(SecretId="db")["SecretString"] == "two"
    assert pair.copied == "one"


def test_replication_hold_of_the_own_account_holds_a_regional_replica(client, eu, secretsmanager):
    secretsmanager.replication.hold(account="123456789012")
    client.create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": "eu-west-1"}])
    assert client.describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"] == "InProgress"


def test_held_association_copies_no_version_until_it_is_resumed(pair, secretsmanager):
    with secretsmanager.replication.hold(account=OTHER_ACCOUNT):
        pair.associate()
        assert pair.statuses == ("InProgress", "InProgress")
        assert secretsmanager.secret(pair.replica).versions == []
    assert (pair.statuses, pair.copied) == (("InSync", "InSync"), "one")


@pytest.mark.parametrize("looks_at_replica", [False, True], ids=["primary", "replica"])
def test_replication_hold_with_polls_counts_describe_secret_of_primary_or_replica(
    pair, secretsmanager, looks_at_replica
):
    pair.associate()
    secretsmanager.replication.hold(account=OTHER_ACCOUNT, polls=2)
    pair.put("two")
    client, name = (pair.stranger, "copy") if looks_at_replica else (pair.client, "db")
    client.describe_secret(SecretId=name)
    assert pair.copied == "one"
    client.describe_secret(SecretId=name)
    assert pair.copied == "two"


def test_replication_hold_with_polls_does_not_count_describe_secret_of_a_pending_replica(pair, secretsmanager):
    secretsmanager.replication.hold(account=OTHER_ACCOUNT, polls=1)
    pair.stranger.describe_secret(SecretId="copy")
    pair.associate()
    assert pair.statuses == ("InProgress", "InSync")


def test_replica_disassociated_under_a_hold_keeps_its_old_value(pair, secretsmanager):
    pair.associate()
    with secretsmanager.replication.hold():
        pair.put("two")
        pair.client.disassociate_cross_account_replica(SecretId="db", CrossAccountReplicaARN=pair.replica)
    assert (pair.statuses, pair.copied) == ((None, "Detached"), "one")


def test_replica_promoted_under_a_hold_keeps_its_old_value_in_its_account(pair, secretsmanager):
    pair.associate()
    with secretsmanager.replication.hold():
        pair.put("two")
        pair.stranger.stop_replication_to_replica(SecretId="copy")
    assert (pair.statuses, pair.copied) == (("Detached", None), "one")


def test_cross_account_replica_shows_a_rotation_after_the_hold_ends(pair, secretsmanager):
    pair.associate()

    def rotate(event, context):
        if event["Step"] == "finishSecret":
            pair.client.put_secret_value(
                SecretId="db", SecretString="rotated", ClientRequestToken=event["ClientRequestToken"]
            )

    with secretsmanager.replication.hold(account=OTHER_ACCOUNT):
        pair.client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(rotate))
        assert pair.copied == "one"
    assert pair.copied == "rotated"


def test_repr_of_a_replication_hold_shows_its_account(secretsmanager):
    hold = secretsmanager.replication.hold(account=OTHER_ACCOUNT)
    assert repr(hold) == "<hold of replication to all regions in account 210987654321: held>"


@pytest.mark.parametrize("account", ["elsewhere", "", 210987654321], ids=repr)
def test_replication_hold_refuses_an_invalid_account(secretsmanager, account):
    with pytest.raises(UsageError, match="account is a str of twelve digits such as '123456789012', not "):
        secretsmanager.replication.hold(account=account)


# --- seeds in place of a primary or a replica ------------------------------------------------------------------------


def test_seed_that_replaces_a_primary_detaches_its_cross_account_replica(pair, secretsmanager):
    pair.associate()
    secretsmanager.seed("db", "anew")
    assert pair.statuses == (None, "Detached")


def test_seed_that_replaces_a_cross_account_replica_detaches_it_from_its_primary(pair, secretsmanager):
    pair.associate()
    secretsmanager.seed("copy", "anew", account=OTHER_ACCOUNT)
    assert pair.statuses == ("Detached", None)
    assert pair.copied == "anew"


def test_seed_replaces_a_pending_cross_account_replica(pair, secretsmanager):
    secretsmanager.seed("copy", "anew", account=OTHER_ACCOUNT)
    assert pair.copied == "anew"


# --- properties of the replica ---------------------------------------------------------------------------------------


def test_owner_of_a_cross_account_replica_tags_it(pair):
    pair.associate()
    pair.stranger.tag_resource(SecretId="copy", Tags=[{"Key": "team", "Value": "buy"}, {"Key": "stage", "Value": "a"}])
    pair.stranger.untag_resource(SecretId="copy", TagKeys=["stage"])
    assert pair.stranger.describe_secret(SecretId="copy")["Tags"] == [{"Key": "team", "Value": "buy"}]


@pytest.mark.secretsmanager(version_quota=3)
def test_cross_account_replica_refuses_a_version_that_was_pruned(pair, secretsmanager):
    pair.associate()
    first = secretsmanager.secret(pair.replica).versions[0].id
    for value in ("two", "three"):
        pair.put(value)
    secretsmanager.clock.advance(days=2)
    pair.put("four")
    with pytest.raises(pair.stranger.exceptions.InvalidRequestException, match=f"{first} because it was deleted"):
        pair.stranger.get_secret_value(SecretId="copy", VersionId=first)


# --- changes of the replica ------------------------------------------------------------------------------------------


def test_assert_unchanged_names_the_call_that_changed_a_cross_account_replica(pair, secretsmanager):
    pair.associate()
    with (
        pytest.raises(AssertionError, match=r"'copy' in us-east-1: .* by PutSecretValue"),
        secretsmanager.assert_unchanged(pair.replica),
    ):
        pair.put("two")
