"""Both kinds of errors: those that AWS sends, and our own, which teach. Imports nothing but the standard library.

An error of AWS is a `ServiceError` whose class is named as AWS's code and whose text is AWS's, letter for letter, since
tests match on them. An error of ours is a `PytestSecretsManagerError`: what was found, what was expected, the nearest
right names.
"""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar


class ServiceError(Exception):
    """An answer of AWS that refuses the call.

    `code` and `message` are what AWS sends, `status` is the HTTP status: 400 for nearly all but the service's own
    faults. `of_authentication` marks the errors of a signature: AWS checks it before the service reads the request.
    """

    status: ClassVar[int] = 400
    of_authentication: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def code(self) -> str:
        return type(self).__name__


class AccessDeniedException(ServiceError):
    """The caller may not do that; common to all services, in no model."""


class DecryptionFailure(ServiceError):
    """The value can't be decrypted with the secret's KMS key."""


class EncryptionFailure(ServiceError):
    """The value can't be encrypted with the secret's KMS key."""


class IncompleteSignatureException(ServiceError):
    """A signature that lacks a part, or is not in the form that AWS reads; common to all services, in no model."""

    of_authentication = True


class InternalServiceError(ServiceError):
    """A fault on the side of AWS."""

    status = 500


class InvalidNextTokenException(ServiceError):
    """A page token that no listing gave out."""


class InvalidParameterException(ServiceError):
    """A parameter, or a combination of parameters, that AWS does not take."""


class InvalidRequestException(ServiceError):
    """A request that the present state of the secret does not allow."""


class InvalidSignatureException(ServiceError):
    """A signature that is not right, or not of now; common to all services, in no model."""

    of_authentication = True


class LimitExceededException(ServiceError):
    """A quota that the call would exceed."""


class MalformedPolicyDocumentException(ServiceError):
    """A resource policy that does not parse."""


class MissingAuthenticationTokenException(ServiceError):
    """A request without a signature; common to all services, in no model."""

    of_authentication = True


class PublicPolicyException(ServiceError):
    """A resource policy that would open the secret to everybody."""


class RequestEntityTooLargeException(ServiceError):
    """A request that is longer than the service reads; common to all services, in no model."""

    status = 413


class ResourceExistsException(ServiceError):
    """A name or a version id that is taken."""


class ResourceNotFoundException(ServiceError):
    """A secret or a version that is not there."""


class SerializationException(ServiceError):
    """A member of a type that the service does not take; common to all services, in no model."""


class ThrottlingException(ServiceError):
    """A call above the rate that AWS allows; common to all services, in no model."""


class UnknownOperationException(ServiceError):
    """A request that names no operation of the service; common to all services, in no model."""


class UnrecognizedClientException(ServiceError):
    """Credentials that AWS does not know; common to all services, in no model."""

    of_authentication = True


class ValidationException(ServiceError):
    """A member outside the limits of the service description; common to all services, in no model."""


class PytestSecretsManagerError(Exception):
    """Any error of this plugin itself."""

    __str__ = Exception.__str__  # KeyError, which some are too, would put quotes around it

    def __init_subclass__(cls) -> None:
        """Ours are shown by the name that users import them by."""
        package = __package__.partition(".")[0]
        if cls.__module__.startswith(f"{package}."):
            cls.__module__ = package


class UsageError(PytestSecretsManagerError):
    """A seed, a marker, an option or an argument that can't be right.

    `subject` names the argument or option that the text begins with, `problem` is the text after it. An error without a
    subject is all problem.
    """

    def __init__(self, problem: str = "", *, subject: str | None = None) -> None:
        super().__init__(problem if subject is None else f"{subject} {problem}")
        self.subject = subject
        self.problem = problem


class UnsupportedOperation(PytestSecretsManagerError, NotImplementedError):
    """An operation, or a member of one, that AWS has and this engine has not. It never reaches the network."""


class NetworkBlocked(PytestSecretsManagerError):
    """A call that would have reached AWS: no `SecretsManager` is active, and `secretsmanager_block_network` blocks it.

    Raised where no test is to fail of it: while none runs, and in a thread that an earlier test left behind or that a
    fixture of wider scope started.
    """


class LateWrite(PytestSecretsManagerError):
    """A write between two tests, by a thread that an earlier test left behind, to the secrets of the whole run."""


class SecretNotFound(UsageError, KeyError):
    """A test asked for a secret that is not there."""


class VersionNotFound(UsageError, KeyError):
    """A test asked for a version that is not there."""


_FEW = 15


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The end of a message that names the candidates nearest to `name`, else all of a few, else nothing.

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
