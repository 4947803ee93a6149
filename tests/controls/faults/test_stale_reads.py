"""`sm.faults.stale_reads`: what clients see, and what only the test sees."""

import asyncio
import threading
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager import SecretNotFound, SecretsManager, UsageError


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    """Stop the real time, so that only the test moves the clock."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)


@pytest.fixture
def value(secretsmanager):
    """Return a function that reads a secret's value."""
    client = secretsmanager.client()
    return lambda name="db": client.get_secret_value(SecretId=name)["SecretString"]


@pytest.fixture
def put(secretsmanager):
    """Return a function that writes a secret's value."""
    client = secretsmanager.client()
    return lambda text, name="db": client.put_secret_value(SecretId=name, SecretString=text)["VersionId"]


@pytest.mark.secret("db", "one")
def test_a_stale_read_is_one_second_behind_by_default(secretsmanager, value, put):
    stale = secretsmanager.faults.stale_reads()
    put("two")
    assert value() == "one"
    secretsmanager.clock.advance(seconds=0.999)
    assert value() == "one"
    secretsmanager.clock.advance(seconds=0.001)
    assert value() == "two"
    assert stale.met == 3


@pytest.mark.secret("db", "one")
def test_each_write_is_seen_when_its_own_time_has_passed(secretsmanager, value, put):
    secretsmanager.faults.stale_reads(1000)
    seen = []
    for text in ("two", "three", "four"):
        put(text)
        secretsmanager.clock.advance(seconds=0.5)
        seen.append(value())
    assert seen == ["one", "two", "three"]


@pytest.mark.secret("db", "one")
def test_views_log_and_assertions_see_the_newest_state(secretsmanager, value, put):
    secretsmanager.faults.stale_reads()
    version = put("two")
    secretsmanager.assert_value("db", "two")
    secretsmanager.assert_label("db", "AWSCURRENT", version)
    assert value() == "one"
    assert secretsmanager.secret("db").value == "two"
    assert secretsmanager.log[0].response["VersionId"] == version


@pytest.mark.secret("db", "one")
def test_a_stale_read_records_its_access_and_brings_back_no_former_state(secretsmanager, value, put):
    secretsmanager.faults.stale_reads()
    put("two")
    with secretsmanager.assert_unchanged("db"):
        before = secretsmanager.secret("db").labels
        value()
    assert secretsmanager.secret("db").labels == before
    secretsmanager.clock.advance(seconds=1)
    reply = secretsmanager.client().describe_secret(SecretId="db")
    assert reply["LastAccessedDate"].date() == secretsmanager.clock.now.date()


def test_a_secret_that_was_just_created_is_not_found(secretsmanager, value):
    secretsmanager.faults.stale_reads()
    secretsmanager.client().create_secret(Name="new", SecretString="one")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        value("new")
    secretsmanager.clock.advance(seconds=1)
    assert value("new") == "one"


def test_stale_reads_can_be_limited_to_a_secret_that_does_not_exist_yet(secretsmanager, value):
    secretsmanager.faults.stale_reads(secret="new", missing_ok=True)
    for name in ("new", "other"):
        secretsmanager.client().create_secret(Name=name, SecretString="one")
    assert value("other") == "one"
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        value("new")


def test_a_secret_that_is_seeded_while_reads_are_stale_is_read_at_once(secretsmanager, value):
    secretsmanager.faults.stale_reads()
    secretsmanager.seed("db", "two", versions=["one"])
    assert value() == "two"
    secretsmanager.seed("db", "three")
    assert value() == "three"


@pytest.mark.secret("db", "one")
def test_writes_before_stale_reads_began_are_seen(secretsmanager, value, put):
    put("two")
    secretsmanager.faults.stale_reads()
    assert value() == "two"


@pytest.mark.secret("db", "one")
def test_reads_are_fresh_after_the_block_of_stale_reads(secretsmanager, value, put):
    with secretsmanager.faults.stale_reads():
        put("two")
        assert value() == "one"
    assert value() == "two"


@pytest.mark.secret("db", "one")
def test_a_snapshot_restores_stale_reads_with_their_history(secretsmanager, value, put):
    secretsmanager.faults.stale_reads()
    put("two")
    with secretsmanager.snapshot():
        secretsmanager.clock.advance(seconds=1)
        put("three")
        assert value() == "two"
    assert value() == "one"


@pytest.mark.secret("db", "one")
def test_stale_reads_of_a_snapshot_end_with_the_snapshot(secretsmanager, value, put):
    with secretsmanager.snapshot():
        secretsmanager.faults.stale_reads()
    put("two")
    assert value() == "two"


@pytest.mark.secret("db", "one")
@pytest.mark.secret("other", "one")
@pytest.mark.parametrize(
    ("limits", "seen"),
    [
        ({"secret": "db"}, ["one", "two", "two"]),
        ({"operation": "GetSecretValue"}, ["one", "one", "two"]),
        ({"operation": ["DescribeSecret", "ListSecrets"]}, ["two", "two", "one"]),
        ({"region": "eu-west-1"}, ["two", "two", "two"]),
    ],
    ids=["secret", "operation", "operations", "region"],
)
def test_stale_reads_can_be_limited(secretsmanager, value, put, limits, seen):
    secretsmanager.faults.stale_reads(**limits)
    for name in ("db", "other"):
        put("two", name)
    secrets = secretsmanager.client().list_secrets()["SecretList"]
    versions = ["one", "two"][
        len(next(secret for secret in secrets if secret["Name"] == "other")["SecretVersionsToStages"]) - 1
    ]
    assert [value("db"), value("other"), versions] == seen


@pytest.mark.secret("db", "one")
def test_a_rotation_function_reads_stale_values_too(secretsmanager):
    """In production its reads are as stale as any."""

    def rotate(event, _):
        client = secretsmanager.client()
        token = {"SecretId": event["SecretId"], "VersionId": event["ClientRequestToken"]}
        if event["Step"] == "createSecret":
            client.put_secret_value(
                SecretId="db", ClientRequestToken=token["VersionId"], SecretString="two", VersionStages=["AWSPENDING"]
            )
        elif event["Step"] == "testSecret":
            client.get_secret_value(**token, VersionStage="AWSPENDING")

    arn = secretsmanager.rotation.register(rotate)
    secretsmanager.faults.stale_reads()
    secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert secretsmanager.rotation.runs[0].state == "failed"


@pytest.mark.secret("db", "one")
def test_an_async_client_reads_stale_values(secretsmanager, put):
    session = pytest.importorskip("aiobotocore.session", reason="the async door is for aiobotocore").get_session()
    secretsmanager.faults.stale_reads()
    put("two")

    async def read():
        keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
        async with session.create_client("secretsmanager", region_name="us-east-1", **keys) as client:
            return (await client.get_secret_value(SecretId="db"))["SecretString"]

    assert asyncio.run(read()) == "one"


# --- chance ----------------------------------------------------------------------------------------------------------


def some_reads(random_seed, chance=0.5):
    with SecretsManager() as sm:
        sm.seed("db", "one")
        client = sm.client()
        with sm.faults.stale_reads(60_000, chance=chance, random_seed=random_seed):
            client.put_secret_value(SecretId="db", SecretString="two")
            return [client.get_secret_value(SecretId="db")["SecretString"] for _ in range(40)]


def test_the_same_seed_and_the_same_calls_give_the_same_answers():
    first = some_reads("seed")
    assert first == some_reads("seed")
    assert set(first) == {"one", "two"}
    assert first != some_reads("other")


@pytest.mark.parametrize(("chance", "seen"), [(0, {"two"}), (1, {"one"}), (1.0, {"one"})])
def test_the_chance_of_stale_reads_can_be_none_or_certain(chance, seen):
    assert set(some_reads(0, chance)) == seen


@pytest.mark.secret("db", "one")
def test_a_snapshot_restores_the_sequence_of_stale_reads(secretsmanager, value, put):
    secretsmanager.faults.stale_reads(60_000, chance=0.5)
    put("two")
    with secretsmanager.snapshot():
        inside = [value() for _ in range(30)]
    assert [value() for _ in range(30)] == inside


# --- every answer is one real state ----------------------------------------------------------------------------------

NAMES = ("a", "b")
steps = st.lists(
    st.tuples(
        st.sampled_from([0, 100, 700, 2500]),
        st.sampled_from(["put", "delete", "read", "batch", "describe"]),
        st.sampled_from(NAMES),
    ),
    max_size=25,
)


class Observed:
    """A manager, all states that its calls have made, and the time at which each began."""

    def __init__(self, sm):
        self.sm, self.client, self.number = sm, sm.client(), 0
        self.states = [(sm.clock.now, {})]

    def write(self, action, name):
        self.number += 1
        if action == "delete":
            self.client.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        elif name in self.sm.secrets:
            self.client.put_secret_value(SecretId=name, SecretString=f"{name}-{self.number}")
        else:
            self.client.create_secret(Name=name, SecretString=f"{name}-{self.number}")
        state = {name: (secret.value, secret.labels) for name, secret in self.sm.secrets.items()}
        self.states.append((self.sm.clock.now, state))

    def read(self, action, name):
        """Return what a read shows, and a function that takes it from a state."""
        if action == "read":
            return self.answer(lambda: self.client.get_secret_value(SecretId=name)["SecretString"]), (
                lambda state: state[name][0] if name in state else None
            )
        if action == "describe":
            return self.answer(lambda: self.client.describe_secret(SecretId=name)["VersionIdsToStages"]), (
                lambda state: stages(state[name][1]) if name in state else None
            )
        values = self.client.batch_get_secret_value(SecretIdList=[*NAMES])["SecretValues"]
        return {value["Name"]: value["SecretString"] for value in values}, (
            lambda state: {name: value for name, (value, _) in state.items()}
        )

    def answer(self, read):
        try:
            return read()
        except self.client.exceptions.ResourceNotFoundException:
            return None

    def recent_states(self, seconds):
        """The state of that many seconds ago, and all states since."""
        then = self.sm.clock.now - timedelta(seconds=seconds)
        first = max(number for number, (began, _) in enumerate(self.states) if began <= then or number == 0)
        return [state for _, state in self.states[first:]]


def stages(labels):
    found = {}
    for label, version in labels.items():
        found.setdefault(version, []).append(label)
    return found


@given(steps, st.sampled_from([0.3, 1.0]), st.integers(0, 9))
def test_each_answer_comes_from_one_state_of_the_last_second(steps, chance, random_seed):
    with SecretsManager() as sm:
        observed = Observed(sm)
        sm.faults.stale_reads(1000, chance=chance, random_seed=random_seed)
        for milliseconds, action, name in steps:
            sm.clock.advance(seconds=milliseconds / 1000)
            if action in ("put", "delete"):
                observed.write(action, name)
                continue
            seen, of = observed.read(action, name)
            states = observed.recent_states(1)
            assert seen in [of(state) for state in (states if chance < 1 else states[:1])]


def test_threads_read_and_write_and_each_answer_is_one_state(secretsmanager):
    for name in NAMES:
        secretsmanager.seed(name, "0")
    secretsmanager.faults.stale_reads(1000, chance=0.5)
    client, mixed = secretsmanager.client(), []

    def write():
        for number in range(60):
            for name in NAMES:
                client.put_secret_value(SecretId=name, SecretString=str(number))
            secretsmanager.clock.advance(seconds=0.2)

    def read():
        for _ in range(60):
            values = client.batch_get_secret_value(SecretIdList=[*NAMES])["SecretValues"]
            first, second = (int(value["SecretString"]) for value in values)
            if not second <= first <= second + 1:  # `a` is written before `b`
                mixed.append((first, second))

    threads = [threading.Thread(target=write), *(threading.Thread(target=read) for _ in range(3))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert mixed == []
    assert [secretsmanager.secret(name).value for name in NAMES] == ["59", "59"]


# --- wrong arguments -------------------------------------------------------------------------------------------------

WRONG = {
    "a write": ({"operation": "PutSecretValue"}, UsageError, "PutSecretValue does not read secrets"),
    "unknown operation": ({"operation": "GetSecret"}, UsageError, "did you mean 'GetSecretValue'"),
    "no milliseconds": ({"milliseconds": 0}, UsageError, "not 0"),
    "negative milliseconds": ({"milliseconds": -1}, UsageError, "not -1"),
    "milliseconds as text": ({"milliseconds": "5"}, UsageError, "not '5'"),
    "more than a day": ({"milliseconds": 1e9}, UsageError, "milliseconds"),
    "chance above 1": ({"chance": 1.5}, UsageError, "from 0 to 1, not 1.5"),
    "chance as a bool": ({"chance": True}, UsageError, "not True"),
    "seed": ({"random_seed": 1.5}, UsageError, "random_seed is an int or a str, not float"),
    "missing secret": ({"secret": "dbs"}, SecretNotFound, "db"),
    "unknown region": ({"region": "eu-west-9"}, UsageError, "eu-west-9"),
    "unknown argument": ({"seconds": 1}, UsageError, "stale_reads has no argument 'seconds'"),
}


@pytest.mark.secret("db", "one")
@pytest.mark.parametrize(("arguments", "error", "text"), WRONG.values(), ids=WRONG)
def test_stale_reads_refuses_a_wrong_argument(secretsmanager, arguments, error, text):
    with pytest.raises(error, match=text):
        secretsmanager.faults.stale_reads(**arguments)


def test_stale_reads_show_their_limits(secretsmanager):
    stale = secretsmanager.faults.stale_reads(500, operation="ListSecrets", region="eu-west-1")
    assert repr(stale) == "<stale reads of ListSecrets, 500 ms behind for calls in eu-west-1: in force>"
