"""HTTP requests as bytes, signed with botocore's signer, to be sent unchanged or damaged.

A botocore client makes no wrong request, so the tests of the endpoint's refusals make theirs by hand.
"""

import json
import socket
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from email.message import Message
from http.client import HTTPResponse
from pathlib import Path
from time import gmtime, strftime, time
from typing import Any, NamedTuple, Self

import pytest
from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from pytest_secretsmanager.doors.http import Endpoint

PATIENCE = 30.0
"""Seconds until a missing answer counts as lost. Every answer takes less than 0.1 s."""

TOKEN = "11111111-2222-4333-8444-555555555555"
PUT = {"SecretId": "db", "SecretString": "new", "ClientRequestToken": TOKEN}


class Answer(NamedTuple):
    """An HTTP response of the endpoint."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        code: str = self.json["__type"]
        return code

    @property
    def message(self) -> str:
        body = self.json
        message: str = body["Message"] if "Message" in body else body["message"]
        return message


@dataclass(frozen=True)
class SignedRequest:
    """A request whose parts can be changed after it is signed. Its signature stays as it was."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def value_of(self, name: str) -> str:
        return next(value for other, value in self.headers if other.lower() == name.lower())

    def without(self, name: str) -> Self:
        return replace(self, headers=tuple(pair for pair in self.headers if pair[0].lower() != name.lower()))

    def having(self, name: str, value: str) -> Self:
        """Return the request with this header in place of any of that name."""
        return replace(self, headers=(*self.without(name).headers, (name, value)))

    def with_authorization(self, old: str, new: str) -> Self:
        header = self.value_of("Authorization")
        assert old in header
        return self.having("Authorization", header.replace(old, new))

    def with_body(self, body: bytes) -> Self:
        return replace(self, body=body).having("Content-Length", str(len(body)))

    def __bytes__(self) -> bytes:
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


class _Signer(SigV4Auth):  # type: ignore[misc] # the stubs leave it untyped
    """botocore's signer, without the headers `unsigned`, and with `date` in place of X-Amz-Date."""

    unsigned: Sequence[str] = ()
    date: str | None = None

    def _set_necessary_date_headers(self, request: Any) -> None:
        super()._set_necessary_date_headers(request)
        if self.date is not None:
            del request.headers["X-Amz-Date"]
            request.headers["Date"] = self.date

    def headers_to_sign(self, request: Any) -> HTTPHeaders:
        found = super().headers_to_sign(request)
        for name in self.unsigned:
            del found[name]
        return found


def signed(
    endpoint: Endpoint,
    operation: str = "PutSecretValue",
    parameters: Mapping[str, object] = PUT,
    *,
    body: bytes | None = None,
    env: Mapping[str, str] | None = None,
    secret: str | None = None,
    at: float | None = None,
    method: str = "POST",
    target: str = "/",
    host: str | None = None,
    headers: Mapping[str, str] | None = None,
    service: str = "secretsmanager",
    region: str | None = None,
    unsigned: Sequence[str] = (),
    date: str | None = None,
    x_amz_target: str | None = None,
) -> SignedRequest:
    """Return a request that is valid unless an argument makes it wrong. `date`: a `Date` header, not X-Amz-Date."""
    env = env or endpoint.env
    body = json.dumps(parameters).encode() if body is None else body
    host = host or endpoint.url.removeprefix("http://")
    all_headers = {
        "Host": host,
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": x_amz_target if x_amz_target is not None else f"secretsmanager.{operation}",
        **(headers or {}),
    }
    request = AWSRequest(method, f"http://{host}{target}", all_headers, body)
    request.context["timestamp"] = strftime(SIGV4_TIMESTAMP, gmtime(time() if at is None else at))
    pair = Credentials(env["AWS_ACCESS_KEY_ID"], secret or env["AWS_SECRET_ACCESS_KEY"])
    signer = _Signer(pair, service, region or env["AWS_REGION"])
    signer.unsigned, signer.date = unsigned, date
    signer._modify_request_before_signing(request)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(text, request))
    pairs = (*request.headers.items(), ("Content-Length", str(len(body))))
    return SignedRequest(method, target, pairs, body)


def connect(endpoint: Endpoint) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(endpoint)), timeout=PATIENCE)


def port_of(endpoint: Endpoint) -> int:
    return int(endpoint.url.rpartition(":")[2])


def read_answer(connection: socket.socket, method: str = "POST") -> Answer:
    with closing(HTTPResponse(connection, method=method)) as response:
        response.begin()
        return Answer(response.status, response.headers, response.read())


def send(endpoint: Endpoint, request: SignedRequest) -> Answer:
    """Send a request over a new connection."""
    with connect(endpoint) as connection:
        connection.sendall(bytes(request))
        return read_answer(connection, request.method)


def threads_of_endpoints() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("secretsmanager-endpoint")]


def open_sockets() -> Counter[str]:
    """The open sockets and selectors of this process."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not list open files")
    found: Counter[str] = Counter()
    for file in folder.iterdir():
        try:
            link = str(file.readlink())
        except OSError:  # the folder's own descriptor, already closed
            continue
        if link.startswith(("socket:", "anon_inode:")):
            found[link] += 1
    return found
