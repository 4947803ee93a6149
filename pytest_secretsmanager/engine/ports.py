"""The outside world of operations: randomness, ids, KMS keys and functions. The time comes with each call.

Each operation receives a `Ports`, and imports no clock, random source or cipher. This module turns KMS's refusals into
the errors of Secrets Manager: the texts for reading and for access are REPORTED, the others are by analogy.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from operator import itemgetter
from random import Random
from typing import TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.errors import (
    AccessDeniedException,
    DecryptionFailure,
    EncryptionFailure,
    InvalidParameterException,
    InvalidRequestException,
    ServiceError,
)
from pytest_secretsmanager.engine.keys import KeyRing, KmsKey, KmsRefusal
from pytest_secretsmanager.engine.regions import BOTOCORES, Regions
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.key_uses import OPENING, REPLICATING, SEALING, KeyUse
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey

KEY_TRIAL = "RequestToValidateKeyAccess"
"""The version id in the encryption context when AWS tries a key (DOC)."""

Function: TypeAlias = Callable[[Mapping[str, str]], object]
"""A Lambda function. Secrets Manager invokes it with the event of one step; any error that it raises is a failure."""

FindFunction: TypeAlias = Callable[[str], Function | None]
"""Finds a function of another Lambda in this process by its ARN. Raises UnsupportedOperation if it can't run here."""


def _nowhere(_: str) -> None:
    """Find nothing: there is no other Lambda."""


@dataclass(slots=True, eq=False, repr=False)  # not frozen: each manager makes one, and a frozen one costs twice as much
class Ports:
    """The ports of one service.

    `random` makes ARN suffixes, tokens and passwords, which a seed makes repeatable; it makes no keys. `functions` has
    the Lambda functions that Secrets Manager may invoke, by ARN; `elsewhere` finds those of another Lambda in this
    process. `regions` knows which regions exist. `numbers` numbers the secrets in the order of their creation.
    `key_uses` has the uses of customer managed keys by the current call.
    """

    random: Random
    keys: KeyRing
    version_quota: int
    functions: Mapping[str, Function] = field(default_factory=dict)
    regions: Regions = BOTOCORES
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    elsewhere: FindFunction = _nowhere
    key_uses: list[KeyUse] = field(default_factory=list)

    def function(self, arn: str) -> Function | None:
        """The function of that ARN, or None. The ARN may have a version or an alias."""
        return self.functions.get(arns.unqualified(arn)) or self.elsewhere(arn)

    def key_name(self, place: SecretKey, name: str) -> str:
        """The name of a request's KMS key, unchanged (RECORDED, for the default key's alias too); empty without a key.

        Raise InvalidParameterException if the name is malformed or names no key.
        """
        if name:  # else no key is asked for, and the account's default key is made when it encrypts
            self._key(place, name)
        return name

    def key_arn(self, place: SecretKey, name: str) -> str | None:
        """The ARN of the KMS key that a request names; None if the name is malformed or names no key."""
        try:
            return self.keys.find(place.region, place.account, name).arn
        except KmsRefusal:
            return None

    def under_default_key(self, secret: Secret) -> bool:
        """Return whether a secret's KMS key is its account's default key, under any of its names or none."""
        if not secret.kms_key_id:
            return True
        region, account, _ = secret.key
        try:
            return self.keys.find(region, account, secret.kms_key_id) == self.keys.find(region, account, "")
        except KmsRefusal:
            return False  # the key is gone, and the default key can't go

    def require_own_key(self, secret: Secret, call: Call) -> None:
        """Refuse a caller of another account for a secret under the default key (RECORDED)."""
        if secret.key.account != call.principal.account and self.under_default_key(secret):
            raise InvalidRequestException(
                "You can't access a secret from a different AWS account if you encrypt the secret with the default "
                "KMS service key."
            )

    def _key(self, place: SecretKey, name: str) -> KmsKey:
        region, account, _ = place
        try:
            return self.keys.find(region, account, name)
        except KmsRefusal as refusal:
            raise InvalidParameterException(f"The operation failed because of an invalid KMS key: {refusal}") from None

    def seal(
        self,
        secret: Secret,
        version_id: str,
        value: bytes,
        caller: Principal,
        actions: tuple[str, ...] = SEALING,
    ) -> Sealed:
        """Encrypt a value for one version of a secret, under the secret's current KMS key.

        `actions` are the permissions that the caller needs for a customer managed key.
        """
        name = secret.kms_key_id
        key = self._key(secret.key, name)
        if name:  # checked here for speed: most secrets are under the default key, which has no name
            self._use_key(actions, key.arn, secret, version_id, caller)
        try:
            return self.keys.seal(value, key, name, _context(secret, version_id), caller)
        except KmsRefusal as refusal:
            raise _failure(EncryptionFailure, "encrypt", refusal) from None

    def require_key_access(self, secret: Secret, caller: Principal, actions: tuple[str, ...] = SEALING) -> None:
        """Refuse a customer managed key that the caller can't use: AWS tries it (DOC), even without a value."""
        if not self.under_default_key(secret):
            self.seal(secret, KEY_TRIAL, b"", caller, actions)

    def note_replication(self, secret: Secret, keys: Mapping[str, str], caller: Principal) -> None:
        """Note the keys of a replication that a call requests: the primary's, and by region those of its replicas.

        REPORTED: a key that is missing or unusable does not fail the call.
        """
        current = secret.version_with(labels.CURRENT)
        if current is not None and current.sealed is not None and current.sealed.kms_key_id:
            self._note_use(OPENING, current.sealed.key_arn, secret, current.id, caller)
        for region, name in keys.items():
            replica = secret.key._replace(region=region)
            key_arn = self.key_arn(replica, name) if name else None
            if key_arn is not None:
                copy = secret._replace(key=replica, arn=arns.in_region(secret.arn, region))
                self._note_use(REPLICATING, key_arn, copy, KEY_TRIAL, caller)

    def _use_key(
        self, actions: tuple[str, ...], key_arn: str, secret: Secret, version_id: str, caller: Principal
    ) -> None:
        """Called before each use of a key that a secret names. While IAM is in force, it refuses the use."""
        self._note_use(actions, key_arn, secret, version_id, caller)

    def _note_use(
        self, actions: tuple[str, ...], key_arn: str, secret: Secret, version_id: str, caller: Principal
    ) -> None:
        """Note that a call uses a customer managed key."""
        if caller.kind != "AWSService" and not self.keys.is_default(key_arn):
            self.key_uses.append(KeyUse(actions, key_arn, secret.arn, version_id))

    def open(self, secret: Secret, version_id: str, sealed: Sealed, caller: Principal) -> bytes:
        """Return the plain value of one version of a secret."""
        if sealed.kms_key_id:
            self._use_key(OPENING, sealed.key_arn, secret, version_id, caller)
        try:
            return self.keys.open(sealed, _context(secret, version_id), caller)
        except KmsRefusal as refusal:
            raise _failure(DecryptionFailure, "decrypt", refusal) from None

    def look(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        """Return the plain value of a version for the test, in any state of its key."""
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


# --- ids -------------------------------------------------------------------------------------------------------------


def new_uuid(random: Random) -> str:
    """A version 4 UUID from this source of randomness.

    >>> new_uuid(Random(1))
    'cd613e30-d8f1-4adf-91b7-584a2265b1f5'
    """
    bits = random.getrandbits(128) & _UUID_RANDOM_BITS | _UUID_VERSION_4
    return "-".join(_uuid_groups(bits.to_bytes(16).hex()))


def new_suffix(random: Random) -> str:
    """The random end of a new secret's ARN, from this source of randomness.

    >>> new_suffix(Random(1))
    'V7in17'
    """
    return random.getrandbits(8 * arns.SUFFIX_LENGTH).to_bytes(arns.SUFFIX_LENGTH).translate(_SUFFIX_LETTERS).decode()


class RequestIds:
    """A source of request ids: UUIDs that count up from a random start. Every call takes one, so they must be cheap.

    >>> new_request_id = RequestIds(Random(1))
    >>> new_request_id(), new_request_id()
    ('cd613e30-d8f1-4adf-91b7-000000000001', 'cd613e30-d8f1-4adf-91b7-000000000002')
    """

    def __init__(self, random: Random) -> None:
        self.begin(random)

    def begin(self, random: Random) -> None:
        """Begin at a new random start."""
        self._start = new_uuid(random)[:24]
        self._numbers = count(_BEFORE_REQUEST_IDS + 1)

    def __call__(self) -> str:
        return self._start + hex(next(self._numbers))[3:]

    def checkpoint(self) -> Restore:
        """Record the next id, and return a function that restores it: the same ids come again."""
        number = next(self._numbers)

        def restore() -> None:
            self._numbers = count(number)

        restore()
        return restore


_BEFORE_REQUEST_IDS = 16**12
"""In hexadecimal a 1 and twelve zeros, so that each number has twelve digits after the 1."""

_UUID_RANDOM_BITS = (1 << 128) - 1 ^ (0xF << 76 | 0x3 << 62)
_UUID_VERSION_4 = 0x4 << 76 | 0x2 << 62
_uuid_groups = itemgetter(slice(8), slice(8, 12), slice(12, 16), slice(16, 20), slice(20, 32))
"""Takes 32 digits apart into the groups that hyphens join."""

_SUFFIX_LETTERS = (arns.SUFFIX_ALPHABET * 5)[:256].encode()
"""A letter for each byte. The first eight come a little more often: 256 is not a multiple of 62."""
