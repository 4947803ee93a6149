"""The local endpoint with planned faults: what a program in any language meets on the wire."""

import socket
from http.client import HTTPResponse, IncompleteRead, RemoteDisconnected
from threading import Timer
from threading import enumerate as enumerate_threads
from time import monotonic

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from signed_requests import PATIENCE, connect, send, signed

from pytest_secretsmanager import BrokenReply

GET = "GetSecretValue"


@pytest.fixture(autouse=True)
def _seeded(secretsmanager):
    secretsmanager.seed("db", "one")


def get(endpoint):
    return signed(endpoint, GET, {"SecretId": "db"})


def exchange(endpoint):
    """Send one request, and return the response as the standard library reads it."""
    connection = connect(endpoint)
    connection.sendall(bytes(get(endpoint)))
    response = HTTPResponse(connection, method="POST")
    response.begin()
    return connection, response


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 400), ("InternalServiceError", 500), ("ServiceUnavailable", 503)]
)
def test_a_planned_error_has_its_code_and_status_on_the_wire_and_is_logged(secretsmanager, endpoint, code, status):
    secretsmanager.faults.fail(GET, code)
    answer = send(endpoint, get(endpoint))
    assert (answer.status, answer.json["__type"]) == (status, code)
    assert send(endpoint, get(endpoint)).json["SecretString"] == "one"
    secretsmanager.assert_logged(GET, times=1, error=code)


def test_a_planned_error_of_authentication_names_its_type_in_a_header(secretsmanager, endpoint):
    secretsmanager.faults.fail(GET, "ExpiredTokenException")
    answer = send(endpoint, get(endpoint))
    assert answer.headers["x-amzn-ErrorType"] == "ExpiredTokenException"


def test_the_page_of_a_proxy_has_its_own_content_type_and_no_request_id(secretsmanager, endpoint):
    secretsmanager.faults.fail(GET, BrokenReply.from_proxy(502))
    connection, response = exchange(endpoint)
    with connection:
        assert (response.status, response.headers["Content-Type"]) == (502, "text/html")
        assert response.headers["x-amzn-RequestId"] is None
        assert response.read().startswith(b"<html>")


def test_a_truncated_reply_is_shorter_than_its_content_length(secretsmanager, endpoint):
    secretsmanager.faults.fail(GET, BrokenReply.truncated(5))
    connection, response = exchange(endpoint)
    with connection, pytest.raises(IncompleteRead) as raised:
        response.read()
    assert raised.value.partial == b'{"ARN'


@pytest.mark.parametrize("error", ["connection closed", "connection refused", "proxy error", "SSL error"])
def test_a_planned_failure_of_the_connection_closes_it_without_a_response(secretsmanager, endpoint, error):
    secretsmanager.faults.fail(GET, error)
    with connect(endpoint) as connection:
        connection.sendall(bytes(get(endpoint)))
        with pytest.raises((RemoteDisconnected, ConnectionResetError)):
            HTTPResponse(connection, method="POST").begin()
    secretsmanager.assert_not_logged()


@pytest.mark.parametrize("error", ["read timeout", "connect timeout"])
def test_a_planned_timeout_sends_nothing_while_the_client_waits(secretsmanager, endpoint, error):
    secretsmanager.faults.fail(GET, error)
    with connect(endpoint) as connection:
        connection.settimeout(0.1)
        connection.sendall(bytes(get(endpoint)))
        with pytest.raises(socket.timeout):
            connection.recv(1)


def test_an_endpoint_stops_while_a_client_waits_for_a_planned_timeout(secretsmanager, endpoint):
    secretsmanager.faults.fail(GET, "read timeout", after=True)
    with connect(endpoint) as connection:
        connection.sendall(bytes(get(endpoint)))
        while not secretsmanager.log:
            pass
        before = monotonic()
        endpoint.stop()
        assert monotonic() - before < 3
        assert connection.recv(1) == b""


@pytest.mark.parametrize("after", [False, True])
def test_boto3_meets_a_closed_connection_before_or_after_the_effect(secretsmanager, over_http, after):
    secretsmanager.faults.fail("PutSecretValue", "connection closed", after=after)
    with pytest.raises(ConnectionClosedError):
        over_http().put_secret_value(SecretId="db", SecretString="two")
    secretsmanager.assert_value("db", "two" if after else "one")


def test_an_error_after_the_effect_is_no_logged_refusal(secretsmanager, over_http):
    secretsmanager.faults.fail("PutSecretValue", "InternalServiceError", after=True)
    with pytest.raises(ClientError, match="InternalServiceError"):
        over_http().put_secret_value(SecretId="db", SecretString="two")
    assert [event.error for event in secretsmanager.log] == [None]


def test_a_refusal_of_the_service_is_lost_as_a_reply_is(secretsmanager, over_http):
    secretsmanager.faults.fail("DescribeSecret", "InternalServiceError", after=True)
    with pytest.raises(ClientError, match="InternalServiceError"):
        over_http().describe_secret(SecretId="none")
    secretsmanager.assert_logged("DescribeSecret", error="ResourceNotFoundException")


def test_a_delay_passes_on_the_clock_and_not_in_real_time(secretsmanager, endpoint):
    before, real = secretsmanager.clock.now, monotonic()
    secretsmanager.faults.delay(GET, 600)
    assert send(endpoint, get(endpoint)).json["SecretString"] == "one"
    assert (secretsmanager.clock.now - before).total_seconds() >= 600
    assert monotonic() - real < 10


def test_a_real_delay_meets_the_read_timeout_of_the_client(secretsmanager, over_http):
    secretsmanager.faults.delay(GET, 5, real=True)
    impatient = Config(read_timeout=0.1, retries={"total_max_attempts": 1}, proxies={})
    with pytest.raises(ReadTimeoutError):
        over_http(config=impatient).get_secret_value(SecretId="db")


def test_a_short_real_delay_is_only_late(secretsmanager, endpoint):
    secretsmanager.faults.delay(GET, 0.1, real=True)
    before = monotonic()
    assert send(endpoint, get(endpoint)).json["SecretString"] == "one"
    assert monotonic() - before >= 0.1


def test_a_real_delay_passes_while_freezegun_has_stopped_the_time(secretsmanager, over_http):
    freezegun = pytest.importorskip("freezegun")
    secretsmanager.faults.delay(GET, 0.05, real=True)
    patient = Config(read_timeout=PATIENCE, retries={"total_max_attempts": 1}, proxies={})
    client = over_http(config=patient)
    with freezegun.freeze_time():
        assert client.get_secret_value(SecretId="db")["SecretString"] == "one"


def test_an_endpoint_stops_during_a_real_delay_and_leaves_no_thread(secretsmanager, endpoint):
    secretsmanager.faults.delay(GET, 600, real=True)
    with connect(endpoint) as connection:
        connection.sendall(bytes(get(endpoint)))
        while not any(isinstance(thread, Timer) for thread in enumerate_threads()):
            pass
        endpoint.stop()
        assert connection.recv(1) == b""
    for timer in [thread for thread in enumerate_threads() if isinstance(thread, Timer)]:
        timer.join(PATIENCE)
        assert not timer.is_alive()


def test_a_plan_for_other_calls_leaves_a_request_alone(secretsmanager, endpoint):
    secretsmanager.faults.fail("PutSecretValue", "InternalServiceError", optional=True)
    assert send(endpoint, get(endpoint)).json["SecretString"] == "one"
