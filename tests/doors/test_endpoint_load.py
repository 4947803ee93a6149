"""The endpoint under load: it answers and logs each of 10,000 signed requests by 16 concurrent clients once.

`tests/benchmarks/bench_endpoint.py` measures the speed.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from signed_requests import PATIENCE, connect, read_answer, signed

CLIENTS = 16
ROUNDS = 312
"""A round is a put and a get. With two lists, each client sends 626 requests."""


def token(client, number):
    return str(UUID(int=client << 32 | number, version=4))


def requests_of(endpoint, client):
    """Yield the signed requests of one client, each with the expected members of its reply."""
    name = f"db{client}"
    listing = (bytes(signed(endpoint, "ListSecrets", {"MaxResults": 1})), None)
    yield listing
    for number in range(ROUNDS):
        put = {"SecretId": name, "SecretString": f"value {number}", "ClientRequestToken": token(client, number)}
        yield bytes(signed(endpoint, "PutSecretValue", put)), {"VersionId": token(client, number)}
        yield bytes(signed(endpoint, "GetSecretValue", {"SecretId": name})), {"SecretString": f"value {number}"}
    yield listing


@pytest.mark.secretsmanager(version_quota=1_000)
def test_the_endpoint_answers_and_logs_each_of_10_000_requests_by_16_clients_once(secretsmanager):
    for client in range(CLIENTS):
        secretsmanager.seed(f"db{client}")
    endpoint = secretsmanager.endpoint()
    prepared = [list(requests_of(endpoint, client)) for client in range(CLIENTS)]
    assert sum(map(len, prepared)) >= 10_000
    start = Barrier(CLIENTS)

    def send_all(requests):
        with connect(endpoint) as connection:
            start.wait(PATIENCE)
            for request, expected in requests:
                connection.sendall(request)
                answer = read_answer(connection)
                assert answer.status == 200, answer.body
                assert expected is None or answer.json.items() >= expected.items()
                yield answer.headers["x-amzn-RequestId"]

    with ThreadPoolExecutor(CLIENTS) as pool:
        seen = Counter(
            request_id for ids in pool.map(lambda each: list(send_all(each)), prepared) for request_id in ids
        )

    assert seen.total() == len(seen) == sum(map(len, prepared))
    assert Counter(call.request_id for call in secretsmanager.log) == seen
    assert endpoint._crashes == []
    for client in range(CLIENTS):
        versions = secretsmanager.secret(f"db{client}").versions
        assert [version.id for version in versions] == [token(client, number) for number in range(ROUNDS)]
    secretsmanager.assert_labels("db0", {"AWSCURRENT": ROUNDS, "AWSPREVIOUS": ROUNDS - 1})
