"""Hostile and malformed requests from callers without the endpoint's credentials."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPException
from random import Random
from time import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signed_requests import PATIENCE, connect, read_answer, send, signed, threads_of_endpoints

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors.http import Endpoint

HOSTILE = 1_000
THREADS = 16

Make = Callable[[Endpoint, Random], bytes]


def unsigned(endpoint, random):
    return bytes(signed(endpoint).without("Authorization"))


def stale(endpoint, random):
    return bytes(signed(endpoint, at=time() - random.choice([16 * 60, 86_400, -60 * 60])))


def guessed(endpoint, random):
    return bytes(signed(endpoint, secret="".join(random.choices("abcdef0123456789", k=40))))


def unknown(endpoint, random):
    env = {**endpoint.env, "AWS_ACCESS_KEY_ID": f"AKIA{random.randrange(10**15):016}"}
    return bytes(signed(endpoint, env=env))


def tampered(endpoint, random):
    body = bytearray(signed(endpoint).body)
    body[random.randrange(len(body))] ^= 1 << random.randrange(7)
    return bytes(signed(endpoint).with_body(bytes(body)))


def misdirected(endpoint, random):
    host = random.choice(["evil.test", "secretsmanager.us-east-1.amazonaws.com", "[::1", "127.0.0.1", ""])
    return bytes(signed(endpoint).having("Host", host))


def redirected(endpoint, random):
    target = random.choice(["DeleteSecret", "PutResourcePolicy", "GetSecretValue"])
    return bytes(signed(endpoint).having("X-Amz-Target", f"secretsmanager.{target}"))


def huge(endpoint, random):
    return bytes(signed(endpoint, body=b"x" * (1024 * 1024 + random.randrange(1, 100_000))))


def flooded(endpoint, random):
    flood = {f"X-Flood-{number}": "x" * 100 for number in range(random.randrange(100, 400))}
    return bytes(signed(endpoint, headers=flood).without("Authorization"))


def no_http(endpoint, random):
    return random.choice(
        [
            random.randbytes(random.randrange(1, 2_000)),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(500),  # a TLS ClientHello
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            b"GET\r\n\r\n",
            b"POST / HTTP/9.9\r\n\r\n",
            b"\r\n" * 1_000,
            b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"CONNECT secretsmanager.us-east-1.amazonaws.com:443 HTTP/1.1\r\n\r\n",
        ]
    )


def slow(endpoint, random):
    """Return the beginning of a good request. The rest never comes."""
    good = bytes(signed(endpoint))
    return good[: random.randrange(1, len(good) - 1)]


KINDS: list[Make] = [
    unsigned,
    stale,
    guessed,
    unknown,
    tampered,
    misdirected,
    redirected,
    huge,
    flooded,
    no_http,
    slow,
]


def test_the_endpoint_serves_no_hostile_request_and_still_serves_a_good_one():
    random, before = Random(20261124), threads_of_endpoints()
    with SecretsManager() as sm:
        sm.seed("db", "old")
        endpoint = sm.endpoint()
        kinds = [KINDS[number % len(KINDS)] for number in range(HOSTILE)]
        requests = [(kind, kind(endpoint, random)) for kind in kinds]
        hanging: list[socket.socket] = []

        def attack(each):
            kind, request = each
            connection = connect(endpoint)
            with suppress(ConnectionError):  # the endpoint may close the connection early
                connection.sendall(request)
            if kind is slow:
                hanging.append(connection)
                return None
            with connection:
                connection.settimeout(0.5 if kind is no_http else PATIENCE)  # may send half of a line
                try:
                    return read_answer(connection).status
                except (OSError, HTTPException):
                    return None

        with sm.assert_unchanged(), ThreadPoolExecutor(THREADS) as pool:
            statuses = set(pool.map(attack, requests))
        assert len(hanging) == kinds.count(slow)
        assert {status for status in statuses if status is not None and status < 400} == set()
        assert 500 not in statuses
        assert (len(sm.log), endpoint._crashes) == (0, [])

        answer = send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"}))
        assert (answer.status, answer.json["SecretString"]) == (200, "old")
    for connection in hanging:
        connection.close()
    assert threads_of_endpoints() == before


@pytest.fixture(scope="module")
def served():
    with SecretsManager() as sm:
        sm.seed("db", "old")
        yield sm, sm.endpoint()


@given(data=st.data())
@settings(max_examples=200)
def test_the_endpoint_never_serves_a_signed_request_with_one_changed_byte_as_another_call(served, data):
    """Unsigned parts (the agent, the version of HTTP, spaces) may change; operation and secret may not."""
    sm, endpoint = served
    request = bytearray(bytes(signed(endpoint, "DescribeSecret", {"SecretId": "db"})))
    place = data.draw(st.integers(0, len(request) - 1))
    request[place] = data.draw(st.integers(0, 255))
    before = len(sm.log)
    with connect(endpoint) as connection:
        connection.sendall(bytes(request))
        connection.shutdown(socket.SHUT_WR)
        with suppress(OSError, HTTPException):
            assert read_answer(connection).status < 500 or request.startswith(b"POST / HTTP/1.1") is False
    assert endpoint._crashes == []
    assert {(call.operation, call.request["SecretId"]) for call in sm.log[before:]} <= {("DescribeSecret", "db")}
