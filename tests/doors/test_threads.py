"""Calls of concurrent threads: no call is lost or doubled, and the labels are right."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pytest_secretsmanager import SecretsManager

THREADS = 8
CALLS = 50
TOTAL = THREADS * CALLS


@pytest.fixture(params=["no listener", "listener"])
def shared(request, new_client):
    """One client for all threads, with a listener or without. botocore's clients are thread-safe."""
    client = new_client()
    if request.param == "listener":
        client.meta.events.register("before-call.secrets-manager.*", lambda **_: None)
    return client


def at_once(work):
    """Run `work(thread, number)` CALLS times in each of THREADS concurrent threads. Return all results."""
    start = Barrier(THREADS)

    def run(thread):
        start.wait()
        return [work(thread, number) for number in range(CALLS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [result for results in pool.map(run, range(THREADS)) for result in results]


def test_create_secret_by_concurrent_threads_creates_every_secret(secretsmanager, shared):
    replies = at_once(lambda thread, number: shared.create_secret(Name=f"t{thread}-{number}", SecretString="x"))
    names = {f"t{thread}-{number}" for thread in range(THREADS) for number in range(CALLS)}
    assert set(secretsmanager.secrets) == names
    assert len({reply["ARN"] for reply in replies}) == TOTAL


def test_one_of_several_threads_creates_a_secret_of_the_same_name(secretsmanager, shared):
    def create(thread, number):
        try:
            return shared.create_secret(Name=f"shared-{number}", SecretString=str(thread))["Name"]
        except shared.exceptions.ResourceExistsException:
            return None

    won = Counter(filter(None, at_once(create)))
    assert won == {f"shared-{number}": 1 for number in range(CALLS)}


def test_put_secret_value_by_concurrent_threads_logs_every_version_once(secretsmanager, shared):
    """One secret for each thread: a secret holds at most 100 versions."""
    for thread in range(THREADS):
        secretsmanager.seed(f"t{thread}", "first")
    replies = at_once(lambda thread, number: shared.put_secret_value(SecretId=f"t{thread}", SecretString=str(number)))
    logged = Counter(call.response["VersionId"] for call in secretsmanager.log)
    assert logged == Counter(reply["VersionId"] for reply in replies)
    assert len(logged) == TOTAL


def test_put_secret_value_by_concurrent_threads_keeps_each_threads_versions_in_order(secretsmanager, shared):
    for thread in range(THREADS):
        secretsmanager.seed(f"t{thread}", "first")
    at_once(lambda thread, number: shared.put_secret_value(SecretId=f"t{thread}", SecretString=str(number)))
    expected = ["first", *map(str, range(CALLS))]
    for thread in range(THREADS):
        assert [version.value for version in secretsmanager.secret(f"t{thread}").versions] == expected
        secretsmanager.assert_labels(f"t{thread}", {"AWSCURRENT": -1, "AWSPREVIOUS": -2})


def test_concurrent_puts_into_one_secret_move_awscurrent_from_version_to_version(secretsmanager, shared):
    """Each move of AWSCURRENT starts at the target of the last one. The final labels are those of the last move."""
    secretsmanager.seed("db", "first")
    at_once(lambda _thread, number: number < 10 and shared.put_secret_value(SecretId="db", SecretString="x"))
    view = secretsmanager.secret("db")
    moves = [move for move in view.history if move.label == "AWSCURRENT"]
    assert len(moves) == THREADS * 10
    assert [move.source for move in moves[1:]] == [move.target for move in moves[:-1]]
    assert view.labels == {"AWSCURRENT": moves[-1].target, "AWSPREVIOUS": moves[-1].source}


def test_get_secret_value_during_puts_returns_a_value_with_its_own_version_id(secretsmanager, shared):

    secretsmanager.seed("db", "first")
    written = {secretsmanager.secret("db").current.id: "first"}

    def write_or_read(thread, number):
        if thread == 0:
            reply = shared.put_secret_value(SecretId="db", SecretString=str(number))
            written[reply["VersionId"]] = str(number)
            return None
        reply = shared.get_secret_value(SecretId="db")
        return reply["VersionId"], reply["SecretString"], reply["VersionStages"]

    read = [found for found in at_once(write_or_read) if found]
    assert len(read) == (THREADS - 1) * CALLS
    assert [(written[version], stages) for version, _, stages in read] == [
        (value, ["AWSCURRENT"]) for _, value, _ in read
    ]


def test_every_refused_call_of_concurrent_threads_is_logged(secretsmanager, shared):
    def get(thread, number):
        with pytest.raises(shared.exceptions.ResourceNotFoundException):
            shared.get_secret_value(SecretId=f"nowhere-{thread}-{number}")

    at_once(get)
    assert len({call.request["SecretId"] for call in secretsmanager.log}) == len(secretsmanager.log) == TOTAL


def test_calls_of_concurrent_threads_have_different_request_ids(secretsmanager, shared):
    replies = at_once(lambda _thread, _number: shared.list_secrets())
    ids = {reply["ResponseMetadata"]["RequestId"] for reply in replies}
    assert ids == {call.request_id for call in secretsmanager.log}
    assert len(ids) == TOTAL


def test_a_thread_that_outlives_a_manager_is_answered_by_the_next_manager(new_client):
    """A worker thread of the code under test may start once and live through many tests."""
    client = new_client()
    with ThreadPoolExecutor(1) as pool:
        for round_ in ("one", "two"):
            with SecretsManager() as sm:
                sm.seed("db", round_)
                reply = pool.submit(client.get_secret_value, SecretId="db").result()
                assert reply["SecretString"] == round_
