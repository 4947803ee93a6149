"""The KMS-like key ring: seals values and opens them. Knows no secrets; the only module that imports cryptography.

As with AWS, each version's value is encrypted (AES-256-GCM) under a data key of its own, the data key under a KMS key,
and both are bound to an encryption context (DOC: SecretARN and SecretVersionId), so that a sealed value can't be opened
as another version's. Plain text and data keys live for the length of one call.
"""

import os
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pytest_secretsmanager.engine.state import Sealed

_KEY_BYTES = 32
_NONCE_BYTES = 12


class KeyName(NamedTuple):
    """Which KMS key: its id as a request gives it, empty for the account's default key `aws/secretsmanager`."""

    region: str
    account: str
    id: str


class KeyRing:
    """The KMS keys of all regions and accounts of one `SecretsManager`; their material never leaves the ring.

    A key comes into being when it is first named: until keys can be turned on and off, any id names a usable key.
    """

    def __init__(self) -> None:
        self._ciphers: dict[KeyName, AESGCM] = {}

    def seal(self, plain: bytes, key: KeyName, context: bytes) -> Sealed:
        """Encrypts a value under a new data key, and the data key under the KMS key."""
        noise = os.urandom(_KEY_BYTES + 2 * _NONCE_BYTES)
        data_key, nonce, key_nonce = noise[:_KEY_BYTES], noise[_KEY_BYTES:-_NONCE_BYTES], noise[-_NONCE_BYTES:]
        return Sealed(
            kms_key_id=key.id,
            data_key=key_nonce + self._cipher(key).encrypt(key_nonce, data_key, context),
            ciphertext=nonce + AESGCM(data_key).encrypt(nonce, plain, context),
        )

    def open(self, sealed: Sealed, key: KeyName, context: bytes) -> bytes:
        """Decrypts a value that `seal` made with the same context."""
        wrapped, ciphertext = sealed.data_key, sealed.ciphertext
        data_key = self._cipher(key).decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        return AESGCM(data_key).decrypt(ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:], context)

    def _cipher(self, key: KeyName) -> AESGCM:
        cipher = self._ciphers.get(key)
        if cipher is None:
            cipher = self._ciphers.setdefault(key, AESGCM(AESGCM.generate_key(bit_length=256)))
        return cipher
