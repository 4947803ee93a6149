"""Signature Version 4, from AWS's side: checks that a request is signed with credentials that were handed out.

botocore's own signer makes the string to sign. The error codes are AWS's. The texts of a wrong, an old and an unknown
signature, of a missing session token, and of a signature without a date are AWS's too (REPORTED by callers of AWS's
JSON services). The other texts, and the order of the checks, are a GUESS.
"""

import hmac
import re
from calendar import timegm
from collections.abc import Mapping, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from hashlib import sha256
from time import gmtime, strftime, strptime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.callers import Callers, KeyPair, Principal
from pytest_secretsmanager.engine.errors import (
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    UnrecognizedClientException,
)
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.surroundings import wall_clock

if TYPE_CHECKING:
    from pytest_secretsmanager.doors.http_server import Request

__tracebackhide__ = True

FRESH_MINUTES = 5
"""The largest difference between the time of a signature and now, either way (REPORTED of GetSecretValue)."""

ALGORITHM = "AWS4-HMAC-SHA256"
_REQUIRED = ("Credential", "Signature", "SignedHeaders")
_DATES = ("x-amz-date", "date")
"""The headers for the time of signing; the first one that a request has counts."""
_TIMESTAMP = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|UTC|[+-]0000)")
"""A date in HTTP's form (`Thu, 15 Oct 2015 18:30:00 GMT`), or in botocore's (`-0000`)."""


class Signer(NamedTuple):
    """The principal that signed a request, and the region that it signed for."""

    principal: Principal
    region: str


class Signatures:
    """Checks requests against the credentials that `callers` has handed out.

    A signature must be for one of `regions`, and fresh by the clock of this process or by that of the machine.
    """

    def __init__(self, callers: Callers, regions: Regions) -> None:
        self._callers = callers
        self._regions = regions

    def signer_of(self, request: "Request", body: bytes, hosts: Sequence[str]) -> Signer:
        """Return the signer of a request to one of these hosts.

        Raises MissingAuthenticationTokenException, IncompleteSignatureException, UnrecognizedClientException or
        InvalidSignatureException.
        """
        parts = _authorization(request)
        access_key_id, scope = _credential(parts["Credential"])
        known = self._callers.handed_out.get(access_key_id)
        if known is None or not _has_session_token(request, known.pair):
            raise UnrecognizedClientException("The security token included in the request is invalid.")
        date_header, timestamp, signed_at = _time(request)
        region = _region(scope, timestamp, self._regions)
        names = frozenset(parts["SignedHeaders"].split(";"))
        _require_signed(request, names, date_header)
        _require_fresh(timestamp, signed_at)
        _require_body(request, body)
        if not names <= {name for name, _ in request.headers} or request.header("host") not in hosts:
            raise _mismatch()
        expected = _BotocoresSigner(known.pair, region, names).sign(request, body, timestamp)
        if not hmac.compare_digest(expected, parts["Signature"].encode()):
            raise _mismatch()
        return Signer(self._callers.principal_with(known, region), region)


def _require_fresh(timestamp: str, signed: float) -> None:
    span = FRESH_MINUTES * 60
    for now in wall_clock.times():
        if abs(now - signed) <= span:
            return
    if signed < now:
        raise InvalidSignatureException(
            f"Signature expired: {timestamp} is now earlier than {_iso(now - span)} ({_iso(now)} - "
            f"{FRESH_MINUTES} min.)"
        )
    raise InvalidSignatureException(
        f"Signature not yet current: {timestamp} is still later than {_iso(now + span)} ({_iso(now)} + "
        f"{FRESH_MINUTES} min.)"
    )


def _has_session_token(request: "Request", pair: KeyPair) -> bool:
    """Whether a request has the session token of these credentials. Only temporary credentials have one."""
    if pair.session_token is None:
        return True
    return hmac.compare_digest((request.header("x-amz-security-token") or "").encode(), pair.session_token.encode())


def _mismatch() -> InvalidSignatureException:
    return InvalidSignatureException(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access "
        "Key and signing method. Consult the service documentation for details."
    )


def _authorization(request: "Request") -> Mapping[str, str]:
    header = request.header("authorization")
    if not header:
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    algorithm, _, rest = header.partition(" ")
    parts = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in rest.split(","))}
    if algorithm != ALGORITHM:
        raise IncompleteSignatureException(f"Unsupported AWS 'algorithm': '{algorithm[:40]}'.")
    missing = [f"Authorization header requires '{name}' parameter." for name in _REQUIRED if not parts.get(name)]
    if all(request.header(name) is None for name in _DATES):
        missing.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    if missing:
        raise IncompleteSignatureException(" ".join(missing))
    return parts


def _credential(text: str) -> tuple[str, list[str]]:
    access_key_id, *scope = text.split("/")
    if len(scope) != 4:
        raise IncompleteSignatureException(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term."
        )
    return access_key_id, scope


class _Time(NamedTuple):
    """The time of signing: its header, its text in ISO-8601's basic format, and its epoch seconds."""

    header: str
    timestamp: str
    seconds: float


def _time(request: "Request") -> _Time:
    """Return the time of signing. DOC: it is in X-Amz-Date, else in Date, which may have HTTP's form."""
    header, text = next((name, text) for name in _DATES if (text := request.header(name)) is not None)
    try:
        if _TIMESTAMP.fullmatch(text):
            return _Time(header, text, timegm(strptime(text, SIGV4_TIMESTAMP)))
        if header == "date" and _HTTP_DATE.fullmatch(text):
            seconds = parsedate_to_datetime(text).replace(tzinfo=UTC).timestamp()
            return _Time(header, _iso(seconds), seconds)
    except ValueError:
        pass
    raise IncompleteSignatureException(
        f"Date must be in ISO-8601 'basic format'. Got '{text[:40]}'. See http://en.wikipedia.org/wiki/ISO_8601"
    )


def _region(scope: list[str], timestamp: str, regions: Regions) -> str:
    date, region, service, term = scope
    wrong = []
    if not regions.has(region):
        wrong.append("Credential should be scoped to a valid region.")
    if service != model.SERVICE:
        wrong.append(f"Credential should be scoped to correct service: '{model.SERVICE}'.")
    if term != "aws4_request":
        wrong.append("Credential should be scoped with a valid terminator: 'aws4_request'.")
    if date != timestamp[:8]:
        wrong.append(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
            f"'{date[:40]}' != '{timestamp[:8]}', from '{timestamp}'."
        )
    if wrong:
        raise InvalidSignatureException(" ".join(wrong))
    return region


def _require_signed(request: "Request", names: frozenset[str], date_header: str) -> None:
    """Require that host, date and target are signed. Otherwise any program on the way could change them."""
    for name in ("host", date_header, "x-amz-target"):
        if name not in names and (name == "host" or request.header(name) is not None):
            raise InvalidSignatureException(f"'{name}' must be a 'SignedHeader' in the AWS Authorization.")


def _require_body(request: "Request", body: bytes) -> None:
    claimed = request.header("x-amz-content-sha256")
    if claimed is not None and claimed != sha256(body).hexdigest():
        raise InvalidSignatureException("The value of 'x-amz-content-sha256' is not the hash of the body.")


class _BotocoresSigner(SigV4Auth):
    """botocore's signer. It signs exactly the headers that a request lists as signed."""

    def __init__(self, pair: KeyPair, region: str, names: frozenset[str]) -> None:
        super().__init__(Credentials(pair.access_key_id, pair.secret_access_key), model.SERVICE, region)
        self._names = names

    def sign(self, request: "Request", body: bytes, timestamp: str) -> bytes:
        # The attributes of botocore's AWSRequest that the signer reads: making an AWSRequest costs more than signing.
        # The signer reads only path and query of the URL.
        url = f"http://host/{request.path.lstrip('/')}{'?' if request.query else ''}{request.query}"
        read: Any = SimpleNamespace(
            method=request.method,
            url=url,
            params=None,
            headers=request.headers,
            body=body,
            context={"timestamp": timestamp},
        )
        text = self.string_to_sign(read, self.canonical_request(read))
        return self.signature(text, read).encode()

    def headers_to_sign(self, request: Any) -> HTTPHeaders:
        signed = HTTPHeaders()
        for name, value in request.headers:
            if name in self._names:
                signed[name] = value
        return signed


def _iso(seconds: float) -> str:
    return strftime(SIGV4_TIMESTAMP, gmtime(seconds))
