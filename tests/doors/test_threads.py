"""Calls from many threads at once: nothing is lost, nothing is doubled, and the labels are where they belong."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pytest_secretsmanager import SecretsManager

THREADS = 8
CALLS = 50
TOTAL = THREADS * CALLS


@pytest.fixture(params=["quiet", "hooked"])
def shared(request, new_client):
    """One client for all threads, which botocore allows; with a listener to each call, or without."""
    client = new_client()
    if request.param == "hooked":
        client.meta.events.register("before-call.secrets-manager.*", lambda **_: None)
    return client


def at_once(work):
    """Runs `work(thread, number)` CALLS times in each of THREADS threads that start together; gives all results."""
    start = Barrier(THREADS)

    def run(thread):
        start.wait()
        return [work(thread, number) for number in range(CALLS)]

    with ThreadPoolExecutor(THREADS) as pool:
        return [result for results in pool.map(run, range(THREADS)) for result in results]


def test_every_create_of_many_threads_makes_a_secret(secretsmanager, shared):
    replies = at_once(lambda thread, number: shared.create_secret(Name=f"t{thread}-{number}", SecretString="x"))
    names = {f"t{thread}-{number}" for thread in range(THREADS) for number in range(CALLS)}
    assert set(secretsmanager.secrets) == names
    assert len({reply["ARN"] for reply in replies}) == TOTAL


def test_one_of_many_threads_wins_the_creation_of_a_name(secretsmanager, shared):
    def create(thread, number):
        try:
            return shared.create_secret(Name=f"shared-{number}", SecretString=str(thread))["Name"]
        except shared.exceptions.ResourceExistsException:
            return None

    won = Counter(filter(None, at_once(create)))
    assert won == {f"shared-{number}": 1 for number in range(CALLS)}


def test_every_put_of_many_threads_is_logged_once(secretsmanager, shared):
    """One secret for each thread, since none may hold more than 100 versions."""
    for thread in range(THREADS):
        secretsmanager.seed(f"t{thread}", "first")
    replies = at_once(lambda thread, number: shared.put_secret_value(SecretId=f"t{thread}", SecretString=str(number)))
    logged = Counter(call.response["VersionId"] for call in secretsmanager.log)
    assert logged == Counter(reply["VersionId"] for reply in replies)
    assert len(logged) == TOTAL


def test_every_put_of_a_thread_leaves_its_version_in_order(secretsmanager, shared):
    for thread in range(THREADS):
        secretsmanager.seed(f"t{thread}", "first")
    at_once(lambda thread, number: shared.put_secret_value(SecretId=f"t{thread}", SecretString=str(number)))
    expected = ["first", *map(str, range(CALLS))]
    for thread in range(THREADS):
        assert [version.value for version in secretsmanager.secret(f"t{thread}").versions] == expected
        secretsmanager.assert_labels(f"t{thread}", {"AWSCURRENT": -1, "AWSPREVIOUS": -2})


def test_puts_of_many_threads_into_one_secret_move_the_labels_one_by_one(secretsmanager, shared):
    """Each move of AWSCURRENT starts where the one before it ended, and the last two are where the labels stand."""
    secretsmanager.seed("db", "first")
    at_once(lambda _thread, number: number < 10 and shared.put_secret_value(SecretId="db", SecretString="x"))
    view = secretsmanager.secret("db")
    moves = [move for move in view.history if move.label == "AWSCURRENT"]
    assert len(moves) == THREADS * 10
    assert [move.source for move in moves[1:]] == [move.target for move in moves[:-1]]
    assert view.labels == {"AWSCURRENT": moves[-1].target, "AWSPREVIOUS": moves[-1].source}


def test_reads_during_writes_see_one_state_or_the_other(secretsmanager, shared):
    """A value always comes with its own version id, and always under AWSCURRENT."""
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


def test_every_refused_call_of_many_threads_is_logged(secretsmanager, shared):
    def get(thread, number):
        with pytest.raises(shared.exceptions.ResourceNotFoundException):
            shared.get_secret_value(SecretId=f"nowhere-{thread}-{number}")

    at_once(get)
    assert len({call.request["SecretId"] for call in secretsmanager.log}) == len(secretsmanager.log) == TOTAL


def test_request_ids_of_many_threads_differ(secretsmanager, shared):
    replies = at_once(lambda _thread, _number: shared.list_secrets())
    ids = {reply["ResponseMetadata"]["RequestId"] for reply in replies}
    assert ids == {call.request_id for call in secretsmanager.log}
    assert len(ids) == TOTAL


def test_threads_that_outlive_a_manager_are_answered_by_the_next(new_client):
    """A worker thread of the code under test may be started once and live through many tests."""
    client = new_client()
    with ThreadPoolExecutor(1) as pool:
        for round_ in ("one", "two"):
            with SecretsManager() as sm:
                sm.seed("db", round_)
                reply = pool.submit(client.get_secret_value, SecretId="db").result()
                assert reply["SecretString"] == round_
