"""What an operation may ask of the outside: randomness and keys. The time of a call comes with the call.

Operations are handed one `Ports` and import no clock, no random source and no cipher themselves.
"""

from dataclasses import dataclass
from random import Random

from pytest_secretsmanager.engine.keys import KeyName, KeyRing
from pytest_secretsmanager.engine.state import Sealed, Secret


@dataclass(frozen=True, slots=True)
class Ports:
    """`random` makes ARN suffixes and passwords: seeded, they are repeatable. Keys are never made from it."""

    random: Random
    keys: KeyRing

    def seal(self, secret: Secret, version_id: str, value: bytes) -> Sealed:
        """Encrypts a value for one version of a secret, under the KMS key that the secret names now."""
        return self.keys.seal(value, _key(secret, secret.kms_key_id), _context(secret, version_id))

    def open(self, secret: Secret, version_id: str, sealed: Sealed) -> bytes:
        """The plain value of one version of a secret."""
        return self.keys.open(sealed, _key(secret, sealed.kms_key_id), _context(secret, version_id))


def _key(secret: Secret, kms_key_id: str) -> KeyName:
    return KeyName(secret.key.region, secret.key.account, kms_key_id)


def _context(secret: Secret, version_id: str) -> bytes:
    return f"SecretARN={secret.arn}&SecretVersionId={version_id}".encode(errors="surrogatepass")
