"""Signatures over HTTP: the endpoint serves a valid one and refuses any other as AWS does, unlogged."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from time import gmtime, strftime, time

import freezegun
import pytest
import time_machine
from botocore.auth import SIGV4_TIMESTAMP, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from signed_requests import PUT, SignedRequest, connect, port_of, read_answer, send, signed

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors.http import Endpoint

Spoiled = Callable[[Endpoint], SignedRequest]

MINUTE = 60
MISSING, INCOMPLETE = "MissingAuthenticationTokenException", "IncompleteSignatureException"
INVALID, UNKNOWN = "InvalidSignatureException", "UnrecognizedClientException"
NO_MATCH = "The request signature we calculated does not match the signature you provided."
NO_DATE = "Date must be in ISO-8601 'basic format'. Got '"
NEITHER_DATE = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
FIVE = "Credential must have exactly 5 slash-delimited elements"
OTHER_DATE = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"
OTHER_BODY = b'{"SecretId": "db", "SecretString": "stolen"}'


@pytest.fixture
def endpoint(secretsmanager):
    secretsmanager.seed("db", "old")
    return secretsmanager.endpoint()


def test_the_endpoint_serves_a_signed_put_secret_value(secretsmanager, endpoint):
    """The request that the other tests damage in one way each."""
    assert send(endpoint, signed(endpoint)).status == 200
    secretsmanager.assert_value("db", "new")
    assert len(secretsmanager.log) == 1


def credential(endpoint: Endpoint, new: str) -> SignedRequest:
    request = signed(endpoint)
    scope = re.search("Credential=([^,]+)", request.value_of("Authorization"))
    assert scope is not None
    return request.with_authorization(scope[1], new.format(*scope[1].split("/")))


def dated(endpoint: Endpoint, date: str) -> SignedRequest:
    return signed(endpoint).having("X-Amz-Date", date)


def without_part(endpoint: Endpoint, name: str) -> SignedRequest:
    request = signed(endpoint)
    header = request.value_of("Authorization")
    return request.having("Authorization", re.sub(rf",? ?{name}=[^,]+", "", header).replace("SHA256,", "SHA256"))


def in_upper_case(endpoint: Endpoint) -> SignedRequest:
    request = signed(endpoint)
    signature = request.value_of("Authorization").rpartition("=")[2]
    return request.with_authorization(signature, signature.upper())


def presigned(endpoint: Endpoint) -> SignedRequest:
    env = endpoint.env
    request = AWSRequest("POST", f"{endpoint.url}/", {"X-Amz-Target": "secretsmanager.PutSecretValue"}, b"{}")
    pair = Credentials(env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"])
    SigV4QueryAuth(pair, "secretsmanager", "us-east-1").add_auth(request)
    bare = signed(endpoint).without("Authorization").with_body(b"{}")
    return SignedRequest("POST", request.url.removeprefix(endpoint.url), bare.headers, bare.body)


def by_another_endpoint(endpoint: Endpoint) -> SignedRequest:
    with SecretsManager() as other, other.endpoint() as elsewhere:
        return signed(endpoint, env=elsewhere.env)


def target(endpoint: Endpoint, text: str) -> SignedRequest:
    request = signed(endpoint)
    return SignedRequest(request.method, text, request.headers, request.body)


def now_dated(layout: str, minutes: int = 0) -> str:
    return strftime(layout, gmtime(time() + minutes * MINUTE))


HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"
"""The format of an HTTP date."""


def with_date(endpoint: Endpoint, layout: str = HTTP_DATE, minutes: int = 0, unsigned: Sequence[str] = ()):
    """Return a request signed with a `Date` header, without X-Amz-Date."""
    moment = time() + minutes * MINUTE
    return signed(endpoint, at=moment, date=strftime(layout, gmtime(moment)), unsigned=unsigned)


REFUSED: dict[str, tuple[Spoiled, str, str]] = {
    "no Authorization": (lambda it: signed(it).without("Authorization"), MISSING, "Missing Authentication Token"),
    "empty Authorization": (lambda it: signed(it).having("Authorization", ""), MISSING, "Missing"),
    "another algorithm": (
        lambda it: signed(it).with_authorization("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
        INCOMPLETE,
        "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'.",
    ),
    "algorithm in lower case": (
        lambda it: signed(it).with_authorization("AWS4-HMAC-SHA256", "aws4-hmac-sha256"),
        INCOMPLETE,
        "Unsupported AWS 'algorithm'",
    ),
    "basic authentication": (
        lambda it: signed(it).having("Authorization", "Basic dXNlcjpwYXNz"),
        INCOMPLETE,
        "Unsupported AWS 'algorithm': 'Basic'.",
    ),
    "only the algorithm": (
        lambda it: signed(it).having("Authorization", "AWS4-HMAC-SHA256"),
        INCOMPLETE,
        "'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires "
        "'SignedHeaders' parameter.",
    ),
    "no credential": (lambda it: without_part(it, "Credential"), INCOMPLETE, "requires 'Credential' parameter."),
    "no signed headers": (lambda it: without_part(it, "SignedHeaders"), INCOMPLETE, "requires 'SignedHeaders'"),
    "no signature": (lambda it: without_part(it, "Signature"), INCOMPLETE, "requires 'Signature' parameter."),
    "no date": (lambda it: signed(it).without("X-Amz-Date"), INCOMPLETE, NEITHER_DATE),
    "only the algorithm, and no date": (
        lambda it: signed(it).without("X-Amz-Date").having("Authorization", "AWS4-HMAC-SHA256"),
        INCOMPLETE,
        f"'SignedHeaders' parameter. {NEITHER_DATE}",
    ),
    "credential of 4 parts": (lambda it: credential(it, "{0}/{1}/{2}/{3}"), INCOMPLETE, FIVE),
    "credential of 6 parts": (lambda it: credential(it, "{0}/{1}/{2}/{3}/{4}/x"), INCOMPLETE, FIVE),
    "no scope": (lambda it: credential(it, "{0}"), INCOMPLETE, FIVE),
    "unknown access key": (
        lambda it: credential(it, "AKIAIOSFODNN7EXAMPLE/{1}/{2}/{3}/{4}"),
        UNKNOWN,
        "The security token included in the request is invalid.",
    ),
    "no access key": (lambda it: credential(it, "/{1}/{2}/{3}/{4}"), UNKNOWN, "The security token"),
    "access key in lower case": (
        lambda it: credential(it, it.env["AWS_ACCESS_KEY_ID"].lower() + "/{1}/{2}/{3}/{4}"),
        UNKNOWN,
        "The security token",
    ),
    "credentials of another endpoint": (by_another_endpoint, UNKNOWN, "The security token"),
    "wrong secret key": (lambda it: signed(it, secret="guessed"), INVALID, NO_MATCH),
    "secret key of other credentials": (
        lambda it: signed(it, secret=it.env_of()["AWS_SECRET_ACCESS_KEY"]),
        INVALID,
        NO_MATCH,
    ),
    "another service": (
        lambda it: signed(it, service="s3"),
        INVALID,
        "Credential should be scoped to correct service: 'secretsmanager'.",
    ),
    "wrong terminator": (
        lambda it: credential(it, "{0}/{1}/{2}/{3}/aws5_request"),
        INVALID,
        "Credential should be scoped with a valid terminator: 'aws4_request'.",
    ),
    "no region": (lambda it: credential(it, "{0}/{1}//{3}/{4}"), INVALID, "scoped to a valid region."),
    "a made-up region": (
        lambda it: signed(it, region="eu-wst-1"),
        INVALID,
        "Credential should be scoped to a valid region.",
    ),
    "invalid region name": (
        lambda it: signed(it, region="US EAST"),
        INVALID,
        "Credential should be scoped to a valid region.",
    ),
    "another region than signed": (lambda it: credential(it, "{0}/{1}/eu-west-1/{3}/{4}"), INVALID, NO_MATCH),
    "scope of another day": (lambda it: credential(it, "{0}/20200101/{2}/{3}/{4}"), INVALID, OTHER_DATE),
    "scope without a day": (lambda it: credential(it, "{0}//{2}/{3}/{4}"), INVALID, OTHER_DATE),
    "all of the scope wrong": (
        lambda it: credential(it, "{0}/x/x/x/x"),
        INVALID,
        "valid region. Credential should be scoped to correct service: 'secretsmanager'. Credential should be scoped "
        "with a valid terminator: 'aws4_request'. Date in",
    ),
    "empty date": (lambda it: dated(it, ""), INCOMPLETE, NO_DATE),
    "extended date": (lambda it: dated(it, now_dated("%Y-%m-%dT%H:%M:%SZ")), INCOMPLETE, NO_DATE),
    "date with a digit missing": (lambda it: dated(it, now_dated("%Y%m%dT%H%M%SZ")[1:]), INCOMPLETE, NO_DATE),
    "date with a day of one digit": (lambda it: dated(it, "2026112T101010Z"), INCOMPLETE, NO_DATE),
    "date without a zone": (lambda it: dated(it, now_dated("%Y%m%dT%H%M%S")), INCOMPLETE, NO_DATE),
    "date with a UTC offset": (lambda it: dated(it, now_dated("%Y%m%dT%H%M%S+0000")), INCOMPLETE, NO_DATE),
    "date in a 13th month": (lambda it: dated(it, "20261301T101010Z"), INCOMPLETE, NO_DATE),
    "date in the year 0": (lambda it: dated(it, "00000101T101010Z"), INCOMPLETE, NO_DATE),
    "date with superscript digits": (lambda it: dated(it, "2026\xb2\xb201T101010Z"), INCOMPLETE, NO_DATE),
    "another time of the day than signed": (
        lambda it: dated(it, strftime(SIGV4_TIMESTAMP, gmtime(time() - time() % 86400 + (time() + 60) % 86400))),
        INVALID,
        "",
    ),
    "6 minutes old": (lambda it: signed(it, at=time() - 6 * MINUTE), INVALID, "Signature expired: "),
    "15 hours old": (lambda it: signed(it, at=time() - 900 * MINUTE), INVALID, " - 5 min.)"),
    "years old": (lambda it: signed(it, at=1_000_000_000), INVALID, "Signature expired: 20010909T014640Z is now"),
    "6 minutes ahead": (lambda it: signed(it, at=time() + 6 * MINUTE), INVALID, "Signature not yet current: "),
    "15 hours ahead": (lambda it: signed(it, at=time() + 900 * MINUTE), INVALID, " + 5 min.)"),
    "years ahead": (lambda it: signed(it, at=4_000_000_000), INVALID, "Signature not yet current: 20961002T070640Z"),
    "Date of 6 minutes ago": (lambda it: with_date(it, minutes=-6), INVALID, "Signature expired: "),
    "Date 6 minutes ahead": (lambda it: with_date(it, minutes=6), INVALID, "Signature not yet current: "),
    "empty Date": (lambda it: with_date(it, ""), INCOMPLETE, f"{NO_DATE}'. See http://en.wikipedia.org/wiki/ISO_8601"),
    "Date in words": (lambda it: with_date(it, "today"), INCOMPLETE, f"{NO_DATE}today'. See http"),
    "Date with a UTC offset": (lambda it: with_date(it, HTTP_DATE.replace("GMT", "+0100")), INCOMPLETE, NO_DATE),
    "Date without a zone": (lambda it: with_date(it, HTTP_DATE.removesuffix(" GMT")), INCOMPLETE, NO_DATE),
    "Date with an unknown month": (lambda it: with_date(it, "Thu, 01 Xyz 2026 10:10:10 GMT"), INCOMPLETE, NO_DATE),
    "Date on the 99th": (lambda it: with_date(it, "Thu, 99 Jan 2026 10:10:10 GMT"), INCOMPLETE, NO_DATE),
    "Date not signed": (lambda it: with_date(it, unsigned=["date"]), INVALID, "'date' must be a 'SignedHeader'"),
    "another Date than signed": (
        lambda it: with_date(it).having("Date", now_dated(HTTP_DATE, minutes=1)),
        INVALID,
        "",
    ),
    "invalid X-Amz-Date beside a valid Date": (
        lambda it: with_date(it).having("X-Amz-Date", "today"),
        INCOMPLETE,
        f"{NO_DATE}today'",
    ),
    "another body": (lambda it: signed(it).with_body(OTHER_BODY), INVALID, NO_MATCH),
    "no body": (lambda it: signed(it).with_body(b""), INVALID, NO_MATCH),
    "body with one more byte": (lambda it: signed(it).with_body(signed(it).body + b" "), INVALID, NO_MATCH),
    "another operation": (
        lambda it: signed(it).having("X-Amz-Target", "secretsmanager.DeleteSecret"),
        INVALID,
        NO_MATCH,
    ),
    "operation not signed": (
        lambda it: signed(it, unsigned=["x-amz-target"]),
        INVALID,
        "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ),
    "host not signed": (lambda it: signed(it, unsigned=["host"]), INVALID, "'host' must be a 'SignedHeader'"),
    "date not signed": (lambda it: signed(it, unsigned=["x-amz-date"]), INVALID, "'x-amz-date' must be a"),
    "a signed header removed": (lambda it: signed(it, headers={"X-A": "b"}).without("X-A"), INVALID, NO_MATCH),
    "a signed header changed": (lambda it: signed(it, headers={"X-A": "b"}).having("X-A", "c"), INVALID, NO_MATCH),
    "an unsigned header listed as signed": (
        lambda it: signed(it).with_authorization("SignedHeaders=", "SignedHeaders=accept;").having("Accept", "*/*"),
        INVALID,
        NO_MATCH,
    ),
    "a missing header listed as signed": (
        lambda it: signed(it).with_authorization("SignedHeaders=", "SignedHeaders=accept;"),
        INVALID,
        NO_MATCH,
    ),
    "invalid host": (lambda it: signed(it).having("Host", "[x"), INVALID, NO_MATCH),
    "a query added": (lambda it: target(it, "/?Action=DeleteSecret"), INVALID, NO_MATCH),
    "another path": (lambda it: target(it, "/secrets"), INVALID, NO_MATCH),
    "another method": (
        lambda it: SignedRequest("PUT", "/", signed(it).headers, signed(it).body),
        INVALID,
        NO_MATCH,
    ),
    "wrong hash of the body": (
        lambda it: signed(it, headers={"X-Amz-Content-SHA256": "0" * 64}),
        INVALID,
        "The value of 'x-amz-content-sha256' is not the hash of the body.",
    ),
    "body declared unsigned": (
        lambda it: signed(it, headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}),
        INVALID,
        "'x-amz-content-sha256'",
    ),
    "signature in upper case": (in_upper_case, INVALID, NO_MATCH),
    "signature cut short": (
        lambda it: signed(it).having("Authorization", signed(it).value_of("Authorization")[:-1]),
        INVALID,
        NO_MATCH,
    ),
    "signature with a letter outside ASCII": (
        lambda it: signed(it).having("Authorization", signed(it).value_of("Authorization")[:-1] + "\xe9"),
        INVALID,
        NO_MATCH,
    ),
    "signed in the query": (presigned, MISSING, "Missing Authentication Token"),
    "signed for the host of AWS": (
        lambda it: signed(it, host="secretsmanager.us-east-1.amazonaws.com"),
        INVALID,
        NO_MATCH,
    ),
    "signed for another port": (lambda it: signed(it, host=f"127.0.0.1:{port_of(it) - 1}"), INVALID, NO_MATCH),
    "signed for a host without port": (lambda it: signed(it, host="127.0.0.1"), INVALID, NO_MATCH),
    "signed for another host name": (lambda it: signed(it, host=f"evil.test:{port_of(it)}"), INVALID, NO_MATCH),
    "Host changed after signing": (lambda it: signed(it).having("Host", f"localhost:{port_of(it)}"), INVALID, NO_MATCH),
}


@pytest.mark.parametrize(("spoiled", "code", "text"), REFUSED.values(), ids=REFUSED)
def test_the_endpoint_refuses_a_wrong_signature_as_aws_does_and_logs_nothing(
    secretsmanager, endpoint, spoiled, code, text
):
    request = spoiled(endpoint)
    with secretsmanager.assert_unchanged():
        answer = send(endpoint, request)
    assert (answer.status, answer.code) == (400, code)
    assert text in answer.message
    assert answer.json == {"__type": code, "message": answer.message}
    assert answer.headers["x-amzn-ErrorType"] == code
    assert answer.headers["x-amzn-RequestId"]
    assert len(secretsmanager.log) == 0
    assert endpoint._crashes == []


SERVED: dict[str, Spoiled] = {
    "4 minutes old": lambda it: signed(it, at=time() - 4 * MINUTE),
    "4 minutes ahead": lambda it: signed(it, at=time() + 4 * MINUTE),
    "dated by Date": with_date,
    "dated by Date, as botocore writes it": lambda it: with_date(it, HTTP_DATE.replace("GMT", "-0000")),
    "dated by Date, in ISO-8601": lambda it: with_date(it, SIGV4_TIMESTAMP),
    "dated by Date, 4 minutes ago": lambda it: with_date(it, minutes=-4),
    "invalid Date beside X-Amz-Date": lambda it: signed(it).having("Date", "today"),
    "an additional unsigned header": lambda it: signed(it).having("X-Forwarded-For", "10.0.0.1"),
    "spaces within a signed header": lambda it: signed(it, headers={"X-A": "b   c"}).having("X-A", " b c  "),
    "a signed query": lambda it: signed(it, target="/?b=c&a=d%20e"),
    "hash of the body": lambda it: signed(it, headers={"X-Amz-Content-SHA256": sha256_of_put()}),
    "a signed session token": lambda it: signed(it, headers={"X-Amz-Security-Token": "the developer's"}),
    "localhost": lambda it: signed(it, host=f"localhost:{port_of(it)}"),
    "content type not signed": lambda it: signed(it, unsigned=["content-type"]),
    "no spaces in Authorization": lambda it: signed(it).with_authorization(", ", ","),
    "headers in upper case": lambda it: upper_case_names(signed(it)),
    "another account": lambda it: signed(it, env=it.env_of()),
}


def sha256_of_put() -> str:
    return sha256(json.dumps(PUT).encode()).hexdigest()


def upper_case_names(request: SignedRequest) -> SignedRequest:
    headers = tuple((name.upper(), value) for name, value in request.headers)
    return SignedRequest(request.method, request.target, headers, request.body)


@pytest.mark.parametrize("made", SERVED.values(), ids=SERVED)
def test_the_endpoint_serves_a_valid_signature(secretsmanager, endpoint, made):
    assert send(endpoint, made(endpoint)).status == 200
    secretsmanager.assert_value("db", "new")


@pytest.mark.parametrize(
    "changes",
    [
        {"x_amz_target": "secretsmanager.Nonsense"},
        {"x_amz_target": "lambda.Invoke"},
        {"body": b"{"},
        {"body": b"\xff"},
        {"target": "/elsewhere"},
        {"method": "PUT"},
    ],
    ids=["no such operation", "another service", "broken JSON", "not UTF-8", "another path", "another method"],
)
def test_the_endpoint_checks_the_signature_before_the_operation_and_the_body(endpoint, changes):
    assert send(endpoint, signed(endpoint, **changes).without("Authorization")).code == MISSING
    assert send(endpoint, signed(endpoint, **changes, secret="guessed")).code == INVALID


def test_the_endpoint_refuses_a_signed_http_get_as_an_unknown_operation(secretsmanager, endpoint):
    answer = send(endpoint, signed(endpoint, method="GET", body=b""))
    assert (answer.status, answer.code) == (400, "UnknownOperationException")
    assert len(secretsmanager.log) == 0


def test_the_endpoint_refuses_a_signature_with_another_body_and_serves_a_repeated_request(secretsmanager, endpoint):
    """A request can be replayed, as with AWS, but not changed."""
    request = signed(endpoint)
    assert send(endpoint, request).status == 200
    assert send(endpoint, request.with_body(OTHER_BODY)).code == INVALID
    assert send(endpoint, request).status == 200
    assert [call.request["SecretId"] for call in secretsmanager.log] == ["db", "db"]
    assert len(secretsmanager.secret("db").versions) == 2


def test_a_new_endpoint_refuses_the_credentials_of_a_stopped_endpoint(secretsmanager, endpoint):
    old = endpoint.env
    endpoint.stop()
    again = secretsmanager.endpoint(port=port_of(endpoint))
    assert send(again, signed(again, env=old)).code == UNKNOWN


def test_the_endpoint_checks_the_first_of_two_authorization_headers(secretsmanager, endpoint):
    good = signed(endpoint)
    bad = ("Authorization", good.value_of("Authorization")[:-2])
    request = SignedRequest("POST", "/", (bad, *good.headers), good.body)
    assert send(endpoint, request).code == INVALID


def test_the_endpoint_refuses_a_second_x_amz_target_that_was_not_signed(secretsmanager, endpoint):
    good = signed(endpoint)
    for headers in (
        (("X-Amz-Target", "secretsmanager.DeleteSecret"), *good.headers),
        (*good.headers, ("X-Amz-Target", "secretsmanager.DeleteSecret")),
    ):
        assert send(endpoint, SignedRequest("POST", "/", headers, good.body)).code == INVALID
    assert len(secretsmanager.log) == 0


# --- time ----------------------------------------------------------------------------------------------------------

FROZEN = datetime(2001, 9, 9, 12, tzinfo=UTC)


@pytest.fixture(params=["freezegun", "time-machine"])
def frozen(request):
    """Freeze the time of this process in 2001."""
    travel = freezegun.freeze_time(FROZEN) if request.param == "freezegun" else time_machine.travel(FROZEN, tick=False)
    with travel:
        yield


def machine_time(folder) -> float:
    """Return the real time: that of a new file. Neither library changes it."""
    file = folder / "new"
    file.touch()
    return file.stat().st_mtime


def test_the_endpoint_serves_a_client_of_this_process_in_frozen_time(secretsmanager, endpoint, frozen):
    request = signed(endpoint)
    assert request.value_of("X-Amz-Date") == "20010909T120000Z"
    assert send(endpoint, request).status == 200


def test_the_endpoint_serves_another_program_in_real_time_while_this_process_is_frozen(
    secretsmanager, endpoint, frozen, tmp_path
):
    request = signed(endpoint, at=machine_time(tmp_path))
    assert not request.value_of("X-Amz-Date").startswith("2001")
    assert send(endpoint, request).status == 200


@pytest.mark.parametrize("minutes", [-6, 6])
def test_the_endpoint_refuses_a_signature_6_minutes_from_frozen_and_from_real_time(
    secretsmanager, endpoint, frozen, tmp_path, minutes
):
    for now in (time(), machine_time(tmp_path)):
        assert send(endpoint, signed(endpoint, at=now + minutes * MINUTE)).code == INVALID
    assert len(secretsmanager.log) == 0


@pytest.mark.parametrize(
    "move", [lambda clock: clock.advance(days=400), lambda clock: clock.set(FROZEN)], ids=["advance", "set back"]
)
def test_the_endpoint_checks_a_signatures_date_without_the_managers_clock(secretsmanager, endpoint, move):
    move(secretsmanager.clock)
    assert send(endpoint, signed(endpoint)).status == 200
    at = secretsmanager._parts.time.seconds()
    assert send(endpoint, signed(endpoint, at=at)).code == INVALID


def test_the_endpoint_checks_the_signature_of_each_request_of_a_connection(secretsmanager, endpoint):
    with connect(endpoint) as connection:
        for request, status in [(signed(endpoint), 200), (signed(endpoint).without("Authorization"), 400)] * 2:
            connection.sendall(bytes(request))
            assert read_answer(connection).status == status
    assert len(secretsmanager.log) == 2
