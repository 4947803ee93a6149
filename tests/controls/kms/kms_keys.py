"""Constants and functions that the tests of KMS keys share."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pytest_secretsmanager import KmsKey, SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]

V1, V2, V3, V4 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3, 4))
UNKNOWN_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
PLACE = "arn:aws:kms:us-east-1:123456789012"
OTHER_ACCOUNT = "210987654321"
INVALID_KEY = "The operation failed because of an invalid KMS key:"


Refusal = tuple[str, str]


DENIED = ("AccessDeniedException", "Access to KMS is not allowed")


def failure(verb: str, state: str, code: str) -> str:
    """Return the error text of KMS inside that of Secrets Manager, with a placeholder `{arn}`."""
    return (
        f"Secrets Manager can't {verb} the secret value: {{arn}} is {state}. (Service: AWSKMS; Status Code: 400; "
        f"Error Code: {code}; Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
    )


STATES: dict[str, tuple[Refusal, Refusal]] = {
    "disable": (
        ("DecryptionFailure", failure("decrypt", "disabled", "DisabledException")),
        ("EncryptionFailure", failure("encrypt", "disabled", "DisabledException")),
    ),
    "schedule_deletion": (
        ("DecryptionFailure", failure("decrypt", "pending deletion", "KMSInvalidStateException")),
        ("EncryptionFailure", failure("encrypt", "pending deletion", "KMSInvalidStateException")),
    ),
    "deny": (DENIED, DENIED),
}
"""For each state of a key: the errors of a read and of a write."""


def turn(secretsmanager: SecretsManager, state: str, key: KmsKey | str) -> None:
    getattr(secretsmanager.kms, state)(key)
