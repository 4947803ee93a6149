"""What an operation may ask of the outside: randomness, ids, keys, functions. The time of a call comes with it.

Operations are handed one `Ports` and import no clock, no random source and no cipher themselves. Here KMS's refusals
become the errors that Secrets Manager sends: REPORTED texts for reading and for access, the others by analogy.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import TypeAlias

from pytest_secretsmanager.engine.errors import (
    AccessDeniedException,
    DecryptionFailure,
    EncryptionFailure,
    InvalidParameterException,
    ServiceError,
)
from pytest_secretsmanager.engine.keys import KeyRing, KmsKey, KmsRefusal
from pytest_secretsmanager.engine.marks import GoBack
from pytest_secretsmanager.engine.regions import BOTOCORES, Regions
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey

Function: TypeAlias = Callable[[Mapping[str, str]], object]
"""A Lambda function as Secrets Manager invokes it: with the event of one step. It fails by raising."""

FindFunction: TypeAlias = Callable[[str], Function | None]
"""Finds a function of another Lambda in this process by its ARN. UnsupportedOperation for one that can't run here."""


def _nowhere(_: str) -> None:
    """Where no other Lambda is."""


@dataclass(frozen=True, slots=True)
class Ports:
    """`random` makes ARN suffixes and passwords: seeded, they are repeatable. Keys are never made from it.

    `functions` are the Lambda functions that Secrets Manager may invoke, by ARN; `elsewhere` finds those of another
    Lambda in this process. `regions` are those that AWS has; `numbers` count the secrets made.
    """

    random: Random
    keys: KeyRing
    version_quota: int
    functions: Mapping[str, Function] = field(default_factory=dict)
    regions: Regions = BOTOCORES
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    elsewhere: FindFunction = _nowhere

    def function(self, arn: str) -> Function | None:
        """The function of that ARN, None when there is none. An ARN may name a version or an alias of it, too."""
        return self.functions.get(":".join(arn.split(":")[:7])) or self.elsewhere(arn)

    def key_name(self, place: SecretKey, name: str) -> str:
        """The KMS key that a request names, as it named it; the account's default key goes by no name in any form.

        Raises InvalidParameterException when the name is malformed or names no key.
        """
        return "" if self._key(place, name) == self._key(place, "") else name

    def _key(self, place: SecretKey, name: str) -> KmsKey:
        try:
            return self.keys.find(place.region, place.account, name)
        except KmsRefusal as refusal:
            raise InvalidParameterException(f"The operation failed because of an invalid KMS key: {refusal}") from None

    def seal(self, secret: Secret, version_id: str, value: bytes) -> Sealed:
        """Encrypts a value for one version of a secret, under the KMS key that the secret names now."""
        key = self._key(secret.key, secret.kms_key_id)
        try:
            return self.keys.seal(value, key, secret.kms_key_id, _context(secret, version_id))
        except KmsRefusal as refusal:
            raise _failure(EncryptionFailure, "encrypt", refusal) from None

    def require_key_access(self, secret: Secret) -> None:
        """Refuses a customer key that may not be used: AWS tries it out (DOC), even with nothing to encrypt."""
        if secret.kms_key_id:
            self.seal(secret, "RequestToValidateKeyAccess", b"")

    def open(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        """The plain value of one version of a secret."""
        try:
            return self.keys.open(sealed, _context(secret, version_id))
        except KmsRefusal as refusal:
            raise _failure(DecryptionFailure, "decrypt", refusal) from None

    def look(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        """The plain value for the test that looks at it, whatever state the key is in."""
        return self.keys.open_regardless(sealed, _context(secret, version_id))


def _failure(kind: type[ServiceError], verb: str, refusal: KmsRefusal) -> ServiceError:
    if refusal.code == "AccessDeniedException":
        return AccessDeniedException(str(refusal))
    return kind(
        f"Secrets Manager can't {verb} the secret value: {refusal} (Service: AWSKMS; Status Code: 400; Error Code: "
        f"{refusal.code}; Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
    )


def _context(secret: Secret, version_id: str) -> bytes:
    return f"SecretARN={secret.arn}&SecretVersionId={version_id}".encode(errors="surrogatepass")


# --- ids ---


def new_uuid(random: Random) -> str:
    """A version 4 UUID from this source of randomness.

    >>> new_uuid(Random(1))
    'cd613e30-d8f1-4adf-91b7-584a2265b1f5'
    """
    bits = random.getrandbits(128) & ~_UUID_FIXED_BITS | _UUID_VERSION_4
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class RequestIds:
    """A source of request ids: UUIDs that count up from a random start, since every call takes one and few look.

    >>> new_request_id = RequestIds(Random(1))
    >>> new_request_id(), new_request_id()
    ('cd613e30-d8f1-4adf-91b7-000000000001', 'cd613e30-d8f1-4adf-91b7-000000000002')
    """

    def __init__(self, random: Random) -> None:
        self._start = new_uuid(random)[:24]
        self._numbers = count(1)

    def __call__(self) -> str:
        return f"{self._start}{next(self._numbers):012x}"

    def mark(self) -> GoBack:
        """A point to go back to, from which the same ids come again."""
        number = next(self._numbers)

        def go_back() -> None:
            self._numbers = count(number)

        go_back()
        return go_back


_UUID_FIXED_BITS = 0xF << 76 | 0x3 << 62
_UUID_VERSION_4 = 0x4 << 76 | 0x2 << 62
