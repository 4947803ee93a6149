"""Which versions the quota deletes, and when it refuses one: as a table, for any versions, then through the API."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager import SecretsManager, UsageError
from pytest_secretsmanager import Version as Seeded
from pytest_secretsmanager.engine.errors import LimitExceededException
from pytest_secretsmanager.engine.rules.retention import BLOCK, BLOCKS, VERSION_QUOTA, is_old, remembered, with_room
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version

NOW = 1_800_000_000.0
DAY = 86_400.0
OLD, YOUNG = 48 * 3_600.0, 3_600.0
LIMIT = ("LimitExceededException", "You can't have more than 100 versions of a secret.")


def versions_of(ages):
    """Versions `v1`, `v2`, … of these ages in seconds."""
    return {
        f"v{number}": Version(id=f"v{number}", number=number, created=NOW - age, member="SecretString", sealed=None)
        for number, age in enumerate(ages, start=1)
    }


def a_secret(ages, holders=(), deleted=()):
    """A secret of versions of these ages, with a label on each version whose number is among the holders."""
    return Secret(
        key=SecretKey("us-east-1", "123456789012", "db"),
        arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1B2c3",
        created=0.0,
        changed=0.0,
        versions=versions_of(ages),
        labels={f"label-{holder}": f"v{holder}" for holder in holders},
        deleted_versions=deleted,
    )


def retained(ages, holders, quota):
    """The remaining versions, by id."""
    return with_room(a_secret(ages, holders), NOW, quota).versions


# --- the rule --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ages", "holders", "quota", "kept"),
    [
        pytest.param([], [], 1, [], id="no version"),
        pytest.param([OLD, OLD], [], 3, [1, 2], id="fewer than the quota"),
        pytest.param([OLD, OLD, OLD], [], 3, [1, 2, 3], id="as many as the quota"),
        pytest.param([OLD, OLD, OLD, 0], [4], 3, [2, 3, 4], id="the oldest is deleted"),
        pytest.param([OLD] * 6, [6], 3, [4, 5, 6], id="several are deleted, oldest first"),
        pytest.param([OLD, OLD, OLD, 0], [1, 4], 3, [1, 3, 4], id="a labelled version stays"),
        pytest.param([OLD, YOUNG, YOUNG, 0], [4], 3, [2, 3, 4], id="the one old enough is deleted"),
        pytest.param([YOUNG, OLD, YOUNG, 0], [4], 3, [1, 3, 4], id="age counts, not position"),
        pytest.param([DAY, YOUNG, 0], [3], 2, [2, 3], id="a version of exactly 24 hours is deleted"),
        pytest.param([OLD, 0], [2], 1, [2], id="a quota of one"),
        pytest.param([OLD, OLD, OLD], [1, 2, 3], 3, [1, 2, 3], id="labels on all, and room for them"),
    ],
)
def test_with_room_keeps_versions(ages, holders, quota, kept):
    stay = retained(ages, holders, quota)
    assert [version.number for version in stay.values()] == kept
    assert list(stay) == [f"v{number}" for number in kept]


@pytest.mark.parametrize(
    ("ages", "holders", "quota"),
    [
        pytest.param([YOUNG, YOUNG, 0], [3], 2, id="all are young"),
        pytest.param([DAY - 0.001, YOUNG, 0], [3], 2, id="one is nearly old enough"),
        pytest.param([OLD, OLD, 0], [1, 2, 3], 2, id="all have labels"),
        pytest.param([OLD, YOUNG, YOUNG, 0], [4], 2, id="one may be deleted, but two have to"),
        pytest.param([OLD, YOUNG, 0], [1, 3], 2, id="the old have labels, the others are young"),
        pytest.param([-DAY, 0], [2], 1, id="one made before the clock was set back"),
    ],
)
def test_with_room_refuses_too_many_versions_that_have_to_stay(ages, holders, quota):
    with pytest.raises(LimitExceededException, match=f"^You can't have more than {quota} versions of a secret.$"):
        retained(ages, holders, quota)


def test_the_default_version_quota_is_100():
    assert VERSION_QUOTA == 100
    assert len(with_room(a_secret([OLD] * 100), NOW).versions) == 100
    assert len(with_room(a_secret([OLD] * 101), NOW).versions) == 100


@pytest.mark.parametrize(("age", "expected"), [(0, False), (DAY - 0.001, False), (DAY, True), (OLD, True), (-1, False)])
def test_a_version_is_old_after_24_hours(age, expected):
    (version,) = versions_of([age]).values()
    assert is_old(version, NOW) is expected


def test_with_room_changes_no_secret_in_place():
    secret = a_secret([OLD, OLD, 0], [3])
    with_room(secret, NOW, 2)
    assert secret == a_secret([OLD, OLD, 0], [3])


def test_with_room_returns_a_secret_below_the_quota_unchanged():
    secret = a_secret([OLD, OLD], deleted=(("gone",),))
    assert with_room(secret, NOW, 2) is secret


def test_with_room_appends_the_ids_of_deleted_versions():
    after = with_room(a_secret([OLD, OLD, OLD, 0], [4], deleted=(("gone",),)), NOW, 2)
    assert after.deleted_versions == (("gone", "v1", "v2"),)


def test_the_oldest_ids_of_deleted_versions_are_forgotten():
    blocks, ids = (), [f"gone-{number}" for number in range(3_000)]
    for version_id in ids:
        blocks = remembered(blocks, (version_id,))
    assert [version_id for block in blocks for version_id in block] == ids[-BLOCK * BLOCKS :]
    assert {len(block) for block in blocks} == {BLOCK}


AGES = st.lists(st.sampled_from([0.0, YOUNG, DAY - 1, DAY, DAY + 1, OLD]), max_size=12)


@given(ages=AGES, held=st.sets(st.integers(1, 12), max_size=6), quota=st.integers(1, 10))
def test_with_room_deletes_as_few_of_any_versions_as_needed(ages, held, quota):
    secret = a_secret(ages, [number for number in held if number <= len(ages)])
    versions, holders = secret.versions, set(secret.labels.values())
    may_go = [key for key, version in versions.items() if key not in holders and NOW - version.created >= DAY]
    surplus = max(len(versions) - quota, 0)
    try:
        stay = with_room(secret, NOW, quota).versions
    except LimitExceededException:
        assert len(may_go) < surplus
        return
    gone = [key for key in versions if key not in stay]
    assert len(stay) == len(versions) - surplus <= max(quota, 0)
    assert not holders & set(gone), "a labelled version was deleted"
    assert all(NOW - versions[key].created >= DAY for key in gone), "a young version was deleted"
    assert gone == may_go[: len(gone)], "an older version that may be deleted stayed"
    assert list(stay) == [key for key in versions if key in stay], "the order changed"
    assert all(stay[key] is versions[key] for key in stay)
    assert with_room(secret, NOW, quota).deleted_versions == ((tuple(gone),) if gone else ())


# --- through the API, by the clock -----------------------------------------------------------------------------------


def token(number):
    return f"version-{number}".ljust(32, "-")


def put(sm, numbers, **parameters):
    for number in numbers:
        sm.client().put_secret_value(
            SecretId="db", SecretString=f"value {number}", ClientRequestToken=token(number), **parameters
        )


def numbers_of(sm):
    return [version.number for version in sm.secret("db").versions]


@pytest.fixture
def hundred(secretsmanager):
    """A secret with 100 new versions."""
    secretsmanager.client().create_secret(Name="db", SecretString="value 1", ClientRequestToken=token(1))
    put(secretsmanager, range(2, 101))
    return secretsmanager


WRITES = {
    "PutSecretValue": lambda client: client.put_secret_value(SecretId="db", SecretString="one more"),
    "UpdateSecret": lambda client: client.update_secret(SecretId="db", SecretString="one more", Description="new"),
    "PutSecretValue with a label": lambda client: client.put_secret_value(
        SecretId="db", SecretString="one more", VersionStages=["AWSPENDING"]
    ),
}


def test_a_secret_takes_100_versions_within_a_day(hundred):
    assert numbers_of(hundred) == list(range(1, 101))


@pytest.mark.parametrize("write", WRITES)
def test_a_write_of_the_101st_version_within_a_day_is_refused(hundred, refused, write):
    assert refused(lambda: WRITES[write](hundred.client())) == LIMIT


@pytest.mark.parametrize("write", WRITES)
def test_a_write_of_the_101st_version_just_before_a_day_is_refused(hundred, refused, write):
    hundred.clock.set(hundred.secret("db").version(1).created + timedelta(hours=24, minutes=-1))
    assert refused(lambda: WRITES[write](hundred.client())) == LIMIT


@pytest.mark.parametrize("write", WRITES)
def test_a_write_of_the_101st_version_after_a_day_deletes_the_oldest(hundred, write):
    hundred.clock.advance(hours=24)
    WRITES[write](hundred.client())
    assert numbers_of(hundred) == list(range(2, 102))


def test_no_version_is_deleted_by_age_alone(hundred):
    hundred.clock.advance(days=400)
    hundred.client().get_secret_value(SecretId="db")
    assert numbers_of(hundred) == list(range(1, 101))


def test_each_new_version_deletes_one_old_version(hundred):
    hundred.clock.advance(hours=24)
    put(hundred, range(101, 111))
    assert numbers_of(hundred) == list(range(11, 111))


def test_new_versions_replace_only_versions_older_than_a_day(hundred, refused):
    """A hundred new versions replace a hundred old ones, and are then too young to be deleted."""
    hundred.clock.advance(hours=24)
    put(hundred, range(101, 201))
    assert numbers_of(hundred) == list(range(101, 201))
    assert refused(WRITES["PutSecretValue"], client=hundred.client()) == LIMIT


def test_labelled_versions_stay_at_any_age(hundred):
    client = hundred.client()
    client.update_secret_version_stage(SecretId="db", VersionStage="keep", MoveToVersionId=token(1))
    client.update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", MoveToVersionId=token(3))
    hundred.clock.advance(days=2)
    put(hundred, range(101, 103))
    assert numbers_of(hundred)[:4] == [1, 3, 5, 6]
    assert client.get_secret_value(SecretId="db", VersionStage="keep")["SecretString"] == "value 1"


def test_the_current_and_the_previous_version_stay_at_any_age(hundred):
    hundred.clock.advance(days=2)
    put(hundred, range(101, 199), VersionStages=["blue"])
    assert numbers_of(hundred)[:2] == [99, 100]
    labels = hundred.secret("db").labels
    assert (labels["AWSPREVIOUS"], labels["AWSCURRENT"]) == (token(99), token(100))


def test_a_version_whose_label_was_removed_may_be_deleted(hundred):
    client = hundred.client()
    client.update_secret_version_stage(SecretId="db", VersionStage="keep", MoveToVersionId=token(1))
    client.update_secret_version_stage(SecretId="db", VersionStage="keep", RemoveFromVersionId=token(1))
    hundred.clock.advance(days=2)
    put(hundred, [101])
    assert numbers_of(hundred)[0] == 2


def test_get_secret_value_refuses_a_version_that_the_quota_deleted(hundred, refused):
    hundred.clock.advance(days=2)
    put(hundred, [101])
    assert refused(hundred.client().get_secret_value, SecretId="db", VersionId=token(1)) == (
        "InvalidRequestException",
        f"You can't perform this operation on secret version {token(1)} because it was deleted.",
    )


def code_of_a_read(sm, version_id):
    with pytest.raises(ClientError) as refusal:
        sm.client().get_secret_value(SecretId="db", VersionId=version_id)
    return refusal.value.response["Error"]["Code"]


def test_a_rollback_restores_versions_that_the_quota_deleted(hundred):
    hundred.clock.advance(days=2)
    with hundred._parts.service.rolled_back():
        put(hundred, [101, 102])
        assert code_of_a_read(hundred, token(2)) == "InvalidRequestException"
    assert hundred.client().get_secret_value(SecretId="db", VersionId=token(2))["SecretString"] == "value 2"
    assert code_of_a_read(hundred, token(101)) == "ResourceNotFoundException"


def test_assert_unchanged_attributes_a_deleted_version_to_the_write(hundred):
    hundred.clock.advance(days=2)
    with pytest.raises(AssertionError, match=r"versions, labels changed by PutSecretValue"), hundred.assert_unchanged():
        put(hundred, [101])


def test_list_secret_version_ids_omits_versions_that_the_quota_deleted(hundred):
    hundred.clock.advance(days=2)
    put(hundred, [101])
    listed = hundred.client().list_secret_version_ids(SecretId="db", IncludeDeprecated=True, MaxResults=100)
    assert [entry["VersionId"] for entry in listed["Versions"]] == [token(number) for number in range(2, 102)]


def test_the_token_of_a_version_that_the_quota_deleted_makes_a_new_version(hundred):
    hundred.clock.advance(days=2)
    put(hundred, [101])
    put(hundred, [1])
    assert hundred.secret("db").version(token(1)).number == 102


def test_a_repeated_put_secret_value_meets_no_quota(hundred):
    with hundred.assert_unchanged():
        put(hundred, [100])


def test_update_secret_without_a_value_meets_no_version_quota(hundred):
    hundred.client().update_secret(SecretId="db", Description="new")
    assert numbers_of(hundred) == list(range(1, 101))


def test_update_secret_version_stage_meets_no_version_quota(hundred):
    hundred.client().update_secret_version_stage(SecretId="db", VersionStage="blue", MoveToVersionId=token(1))
    assert numbers_of(hundred) == list(range(1, 101))


def test_versions_keep_their_numbers_when_older_ones_are_deleted(hundred):
    view = hundred.secret("db").version(50)
    hundred.clock.advance(days=2)
    put(hundred, range(101, 111))
    assert (view.number, view.value) == (50, "value 50")
    assert hundred.secret("db").version(50) == view
    assert hundred.secret("db").version(-1).number == 110


def test_the_version_quota_applies_to_each_secret_alone(hundred):
    hundred.client().create_secret(Name="other", SecretString="one")
    hundred.client().put_secret_value(SecretId="other", SecretString="two")
    assert len(hundred.secret("other").versions) == 2


def test_filling_an_announced_version_meets_no_quota(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=token(1))
    for number in range(2, 100):
        world.call("PutSecretValue", SecretId="db", SecretString="x", ClientRequestToken=token(number))
    world.announce("db", token(100))
    world.call(
        "PutSecretValue",
        SecretId="db",
        SecretString="two",
        ClientRequestToken=token(100),
        VersionStages=["AWSPENDING"],
    )
    assert len(world.state("db").versions) == 100


# --- another quota ---------------------------------------------------------------------------------------------------


@pytest.mark.secretsmanager(version_quota=150)
def test_a_larger_version_quota_takes_more_versions(hundred, refused):
    put(hundred, range(101, 151))
    assert len(numbers_of(hundred)) == 150
    code, message = refused(hundred.client().put_secret_value, SecretId="db", SecretString="one more")
    assert (code, message) == (LIMIT[0], "You can't have more than 150 versions of a secret.")


@pytest.mark.secretsmanager(version_quota=150)
def test_a_larger_version_quota_keeps_more_versions(hundred):
    hundred.clock.advance(days=2)
    put(hundred, range(101, 161))
    assert numbers_of(hundred) == list(range(11, 161))


@pytest.mark.secretsmanager(version_quota=2)
def test_a_smaller_version_quota_takes_fewer_versions(client, refused):
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two")
    code, _ = refused(client.put_secret_value, SecretId="db", SecretString="three")
    assert code == "LimitExceededException"


@pytest.mark.parametrize("quota", [0, -1, 1.5, "100", None, True])
def test_an_invalid_version_quota_raises_usage_error(quota):
    with pytest.raises(UsageError, match=r"^version_quota is a number of versions, at least 1, not "):
        SecretsManager(version_quota=quota)


# --- seeds -----------------------------------------------------------------------------------------------------------


def test_seed_refuses_versions_over_the_quota(secretsmanager):
    with pytest.raises(UsageError, match="LimitExceededException: You can't have more than 100 versions of a secret"):
        secretsmanager.seed("db", versions=[str(number) for number in range(101)])


def test_seed_deletes_old_versions_over_the_quota(secretsmanager):
    versions = [Seeded(str(number), age=timedelta(days=150 - number)) for number in range(150)]
    secretsmanager.seed("db", versions=versions)
    assert numbers_of(secretsmanager) == list(range(51, 151))
