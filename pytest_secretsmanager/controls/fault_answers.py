"""The answers that a test can plan: errors of AWS, failures of the connection, and broken replies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self, TypeAlias, cast

from pytest_secretsmanager.arguments import is_whole_number
from pytest_secretsmanager.engine.errors import ServiceError, UsageError, nearest
from pytest_secretsmanager.engine.faults import Answer, ConnectionFailure, RawAnswer, TruncatedAnswer

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class BrokenReply:
    """A reply that is not the service's own, for `sm.faults.fail`. Its class methods make the usual ones.

    `status` is the HTTP status, `body` the bytes of the body, and `content_type` their type. The operation does not
    run, since a proxy answers in AWS's place; with `after=True` it has run.

    >>> _ = sm.seed("db", "hunter2")
    >>> _ = sm.faults.fail("GetSecretValue", BrokenReply.from_proxy())
    >>> sm.client().get_secret_value(SecretId="db")["ResponseMetadata"]["RetryAttempts"]
    1
    """

    status: int
    body: bytes = field(repr=False)
    content_type: str = "text/html"
    _length: int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not (is_whole_number(self.status, least=100) and self.status < 600):
            raise UsageError(f"the status of a reply is a number from 100 to 599, not {self.status!r}")
        if not isinstance(self.body, bytes):
            raise UsageError(f"the body of a reply is bytes, not {type(self.body).__name__}")
        if not isinstance(self.content_type, str):
            raise UsageError(f"the content type of a reply is a str, not {type(self.content_type).__name__}")

    @classmethod
    def from_proxy(cls, status: int = 503) -> Self:
        """Return the HTML page of a proxy or a load balancer that reaches no server, such as `502 Bad Gateway`."""
        return cls(status, f"<html><body><h1>{_status_line(status)}</h1></body></html>".encode())

    @classmethod
    def not_json(cls) -> Self:
        """Return a reply with status 200 and a body that is not JSON, such as the page of a captive portal."""
        return cls(200, b"<html><body>Please log in</body></html>")

    @classmethod
    def truncated(cls, length: int = 10) -> Self:
        """Return the service's own reply, cut off after `length` bytes. The operation has taken effect."""
        if not is_whole_number(length, least=0):
            raise UsageError(f"a truncated reply has a number of bytes, 0 or more, not {length!r}")
        return cls(200, b"", "application/x-amz-json-1.1", length)

    def __str__(self) -> str:
        if self._length is not None:
            return f"a reply truncated after {self._length} bytes"
        return f"a reply with status {self.status} in {self.content_type}"


def _status_line(status: int) -> str:
    """Return a status with its phrase, without one for a status that HTTP doesn't define."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status}"


FailureOfACall: TypeAlias = str | BaseException | type[BaseException] | BrokenReply
"""The ways to name the failure of a call: a code of AWS, a connection failure, an exception, or a broken reply."""

_CONNECTION_FAILURES: dict[str, ConnectionFailure] = {
    "connection refused": "not connected",
    "proxy error": "proxy error",
    "SSL error": "SSL error",
    "connect timeout": "connect timeout",
    "read timeout": "read timeout",
    "connection closed": "closed",
}
"""The failures of a connection, by their names in a test."""

_ADVICE = f": name a code such as 'ThrottlingException', or one of {', '.join(map(repr, _CONNECTION_FAILURES))}"

_EXCEPTIONS: dict[str, ConnectionFailure] = {
    "EndpointConnectionError": "not connected",
    "ProxyConnectionError": "proxy error",
    "SSLError": "SSL error",
    "ConnectTimeoutError": "connect timeout",
    "ReadTimeoutError": "read timeout",
    "ConnectionClosedError": "closed",
    "HTTPClientError": "closed",
    "ConnectionRefusedError": "not connected",
    "TimeoutError": "read timeout",
    "ConnectionError": "closed",
    "botocore.ConnectionError": "not connected",
}
"""The failures of a connection, by the names of botocore's exceptions and of Python's own.

By name, since each edition of botocore has classes of its own. `botocore.ConnectionError` is written with its package,
since Python has a class of the same name.
"""

_TEXTS = {
    "AccessDeniedException": "You do not have sufficient access to perform this action.",
    "DecryptionFailure": "Secrets Manager can't decrypt the protected secret text using the provided KMS key.",
    "EncryptionFailure": "Secrets Manager can't encrypt the protected secret text using the provided KMS key.",
    "ExpiredTokenException": "The security token included in the request is expired",
    "IncompleteSignature": "The request signature does not conform to AWS standards.",
    "InternalFailure": "The request processing has failed because of an unknown error, exception or failure.",
    "InternalServiceError": "An error occurred on the server side.",
    "InvalidClientTokenId": "The X.509 certificate or AWS access key ID provided does not exist in our records.",
    "InvalidNextTokenException": "The NextToken value is invalid.",
    "InvalidParameterException": "The parameter name or value is invalid.",
    "InvalidRequestException": "A parameter value is not valid for the current state of the resource.",
    "LimitExceededException": "The request failed because it would exceed one of the Secrets Manager quotas.",
    "MalformedPolicyDocumentException": "This resource policy contains a syntax error.",
    "NotAuthorized": "You do not have permission to perform this action.",
    "OptInRequired": "The AWS access key ID needs a subscription for the service.",
    "PreconditionNotMetException": "The request failed because you did not complete all the prerequisite steps.",
    "PublicPolicyException": "You can't attach a resource-based policy that allows broad access to the secret.",
    "RequestExpired": "The request reached the service more than 15 minutes after the date stamp on the request.",
    "RequestTimeoutException": "The request timed out.",
    "ResourceExistsException": "A resource with the ID you requested already exists.",
    "ResourceNotFoundException": "Secrets Manager can't find the specified secret.",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
    "ThrottlingException": "Rate exceeded",
    "UnrecognizedClientException": "The security token included in the request is invalid.",
    "ValidationError": "The input fails to satisfy the constraints specified by an AWS service.",
    "ValidationException": "The input fails to satisfy the constraints specified by an AWS service.",
}
"""The text of each error, where a test names none: AWS's own as far as it is known, else GUESS: its description."""


def answer_for(error: object, message: str | None) -> Answer:
    """Return the answer that `error` names, with the text of an error of AWS. Raises UsageError for anything else."""
    if message is not None and not isinstance(message, str):
        raise UsageError(f"the message of an error is a str, not {type(message).__name__}")
    answer = _answer_for(error, message)
    if message is not None and not isinstance(answer, ServiceError):
        raise UsageError(f"only an error of AWS has a message, not {answer_text(error)}")
    return answer


def answer_text(error: object) -> str:
    """Return the name of a failure, for texts. It has no message: a message may quote a secret value."""
    if isinstance(error, str):
        return repr(error)
    if isinstance(error, BrokenReply):
        return str(error)
    if _is_client_error(error):
        return repr(_details_of(error).get("Code"))
    return error.__name__ if isinstance(error, type) else type(error).__name__


def _answer_for(error: object, message: str | None) -> Answer:
    if isinstance(error, BrokenReply):
        if error._length is not None:  # noqa: SLF001 - of the same module
            return TruncatedAnswer(error._length)  # noqa: SLF001
        return RawAnswer(error.status, error.body, error.content_type)
    if isinstance(error, str):
        return _CONNECTION_FAILURES.get(error) or _error_of_aws(error, message)
    if _is_client_error(error):
        details = _details_of(error)
        return _error_of_aws(str(details.get("Code")), message or cast("str | None", details.get("Message")))
    kind = error if isinstance(error, type) else type(error)
    if not issubclass(kind, BaseException):
        raise UsageError(
            "a call fails with a code of AWS, a failure of the connection, an exception or a BrokenReply, not with "
            f"{kind.__name__}"
        )
    for base in kind.__mro__:
        if (failure := _failure_of(base)) is not None:
            return failure
    if kind.__name__ in _classes():
        return _error_of_aws(kind.__name__, message)
    raise UsageError(f"no answer of AWS or of the network raises {kind.__name__}{_ADVICE}")


def _failure_of(kind: type) -> ConnectionFailure | None:
    package = kind.__module__.partition(".")[0]
    return _EXCEPTIONS.get(f"{package}.{kind.__name__}") or _EXCEPTIONS.get(kind.__name__)


def _error_of_aws(code: str, message: str | None) -> ServiceError:
    known = _classes()
    if code not in known:
        raise UsageError(f"no error {code!r}{nearest(code, (*known, *_CONNECTION_FAILURES)) or _ADVICE}")
    return known[code](_TEXTS.get(code, "") if message is None else message)


def _classes() -> dict[str, Callable[[str], ServiceError]]:
    return {kind.__name__: kind for kind in ServiceError.__subclasses__()}


def _is_client_error(error: object) -> bool:
    """Whether this is an instance of botocore's ClientError: it has AWS's answer."""
    return isinstance(error, Exception) and isinstance(getattr(error, "response", None), Mapping)


def _details_of(error: object) -> Mapping[str, Any]:
    details = cast("Any", error).response.get("Error", {})
    return details if isinstance(details, Mapping) else {}
