"""Both kinds of errors: AWS's errors, and this plugin's own. Imports nothing but the standard library.

An error of AWS is a `ServiceError`. Its class has the name of AWS's code, and its text is exactly AWS's, since tests
match on both. An error of this plugin is a `PytestSecretsManagerError`. Its text says what was found, what was expected
and the nearest right names.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class ServiceError(Exception):
    """An error that AWS answers a call with.

    `code` and `message` are AWS's. `status` is the HTTP status: 400 for nearly all errors, except the service's own
    faults. `of_authentication` marks the errors of a signature: AWS checks it before the service reads the request.
    `decision` is IAM's `Decision` on the refused call, None while IAM is off.
    """

    status: ClassVar[int] = 400
    of_authentication: ClassVar[bool] = False
    decision: object = None

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        return type(self).__name__


class AccessDeniedException(ServiceError):
    """The caller lacks permission; common to all services, in no model."""


class DecryptionFailure(ServiceError):
    """The value can't be decrypted with the secret's KMS key."""


class EncryptionFailure(ServiceError):
    """The value can't be encrypted with the secret's KMS key."""


class ExpiredTokenException(ServiceError):
    """Temporary credentials that have expired; common to all services, in no model."""

    of_authentication = True


class IncompleteSignature(ServiceError):
    """A signature that does not follow AWS's standards. Only a planned fault is one."""


class IncompleteSignatureException(ServiceError):
    """A signature that lacks a part or is malformed; common to all services, in no model."""

    of_authentication = True


class InternalFailure(ServiceError):
    """A fault in front of the service; common to all services, in no model."""

    status = 500


class InternalServiceError(ServiceError):
    """A fault on AWS's side."""

    status = 500


class InvalidClientTokenId(ServiceError):
    """An access key id that AWS does not know. Only a planned fault is one."""

    status = 403


class InvalidNextTokenException(ServiceError):
    """A page token that no listing returned."""


class InvalidParameterException(ServiceError):
    """A parameter, or a combination of parameters, that AWS refuses."""


class InvalidRequestException(ServiceError):
    """A request that the current state of the secret does not allow."""


class InvalidSignatureException(ServiceError):
    """A signature that is wrong or expired; common to all services, in no model."""

    of_authentication = True


class LimitExceededException(ServiceError):
    """A quota that the call would exceed."""


class MalformedPolicyDocumentException(ServiceError):
    """A resource policy that can't be parsed."""


class MissingAuthenticationTokenException(ServiceError):
    """A request without a signature; common to all services, in no model."""

    of_authentication = True


class NotAuthorized(ServiceError):
    """An action that the caller may not do. Only a planned fault is one."""


class OptInRequired(ServiceError):
    """An access key id without a subscription to the service. Only a planned fault is one."""

    status = 403


class PreconditionNotMetException(ServiceError):
    """A step that has to come first and has not. Only a planned fault is one: its causes are not public."""


class PublicPolicyException(ServiceError):
    """A resource policy that would grant everyone access to the secret."""


class RequestEntityTooLargeException(ServiceError):
    """A request that is too long for the service; common to all services, in no model."""

    status = 413


class RequestExpired(ServiceError):
    """A request that arrived too late after its date. Only a planned fault is one."""


class RequestTimeoutException(ServiceError):
    """A request that AWS did not get in time. Only a planned fault is one."""

    status = 408


class ResourceExistsException(ServiceError):
    """A name or a version id that is already in use."""


class ResourceNotFoundException(ServiceError):
    """A secret or a version that does not exist."""


class SerializationException(ServiceError):
    """A member of the wrong type; common to all services, in no model."""


class ServiceUnavailable(ServiceError):
    """A temporary failure of the server; common to all services, in no model."""

    status = 503


class ThrottlingException(ServiceError):
    """A call above the rate that AWS allows; common to all services, in no model."""


class UnknownOperationException(ServiceError):
    """A request that names no operation of the service; common to all services, in no model."""


class UnrecognizedClientException(ServiceError):
    """Credentials that AWS does not know; common to all services, in no model."""

    of_authentication = True


class ValidationError(ServiceError):
    """An input outside the limits of the service. Only a planned fault is one."""


class ValidationException(ServiceError):
    """A member outside the limits of the service description; common to all services, in no model."""


class PytestSecretsManagerError(Exception):
    """The base class of this plugin's own errors."""

    __str__ = Exception.__str__  # some are KeyErrors too, and KeyError.__str__ puts quotes around the text

    def __init_subclass__(cls) -> None:
        """Make tracebacks show the name that users import."""
        package = __package__.partition(".")[0]
        if cls.__module__.startswith(f"{package}."):
            cls.__module__ = package


class UsageError(PytestSecretsManagerError):
    """A seed, a marker, an option or an argument that is wrong.

    `subject` names the argument or option that the text begins with, `problem` is the text after it. Without a
    subject, `problem` is the whole text.
    """

    def __init__(self, problem: str = "", *, subject: str | None = None) -> None:
        super().__init__(problem if subject is None else f"{subject} {problem}")
        self.subject = subject
        self.problem = problem


class UnsupportedOperation(PytestSecretsManagerError, NotImplementedError):
    """An operation of AWS, or a member of one, that this engine lacks. The call never reaches the network."""


class NetworkBlocked(PytestSecretsManagerError):
    """A call that would have reached AWS: no `SecretsManager` is active, and `secretsmanager_block_network` blocks it.

    Raised where the call belongs to no test: while no test runs, and in a thread that an earlier test left running or
    that a fixture of wider scope started.
    """


class LateWrite(PytestSecretsManagerError):
    """A write to the run's shared secrets, between two tests, by a thread that an earlier test left running."""


class SecretNotFound(UsageError, KeyError):
    """A test asked for a secret that does not exist."""


class VersionNotFound(UsageError, KeyError):
    """A test asked for a version that does not exist."""


_FEW = 15


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The end of a message: the candidates nearest to `name`; if none is near, all of them, unless they are many.

    >>> nearest("lables", ["labels", "age", "id"])
    "; did you mean 'labels'?"
    >>> nearest("x", ["labels", "age"])
    "; there are 'labels', 'age'"
    """
    known = list(candidates)
    close = [other for other in known if other.lower() == name.lower()] or get_close_matches(name, known, n=3)
    if close:
        return f"; did you mean {' or '.join(map(repr, close))}?"
    if known and len(known) <= _FEW:
        return f"; there {'is' if len(known) == 1 else 'are'} {', '.join(map(repr, known))}"
    return ""
