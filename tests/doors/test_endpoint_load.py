"""The endpoint under load: 16 clients at once, 10,000 signed requests, and each of them is answered and logged once.

How fast that goes is told by `tests/benchmarks/bench_endpoint.py`.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from signed_requests import PATIENCE, connect, read_answer, signed

CLIENTS = 16
ROUNDS = 312
"""Each is a put and a get; with a list at both ends that makes 626 requests of each client."""


def token(client, number):
    return str(UUID(int=client << 32 | number, version=4))


def requests_of(endpoint, client):
    """What one client sends, signed beforehand, each with what its answer has to hold."""
    name = f"db{client}"
    listing = (bytes(signed(endpoint, "ListSecrets", {"MaxResults": 1})), None)
    yield listing
    for number in range(ROUNDS):
        put = {"SecretId": name, "SecretString": f"value {number}", "ClientRequestToken": token(client, number)}
        yield bytes(signed(endpoint, "PutSecretValue", put)), {"VersionId": token(client, number)}
        yield bytes(signed(endpoint, "GetSecretValue", {"SecretId": name})), {"SecretString": f"value {number}"}
    yield listing


@pytest.mark.secretsmanager(version_quota=1_000)
def test_nothing_of_ten_thousand_requests_by_sixteen_clients_is_lost(secretsmanager):
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
    assert endpoint.crashes == []
    for client in range(CLIENTS):
        versions = secretsmanager.secret(f"db{client}").versions
        assert [version.id for version in versions] == [token(client, number) for number in range(ROUNDS)]
    secretsmanager.assert_labels("db0", {"AWSCURRENT": ROUNDS, "AWSPREVIOUS": ROUNDS - 1})
