"""KMS keys, which encrypt and decrypt values. Only this module imports cryptography, and it knows no secrets.

As in AWS, each version's value is encrypted (AES-256-GCM) under a data key of its own, and the data key under a KMS
key. Both are bound to an encryption context (DOC: SecretARN and SecretVersionId), so that a sealed value can't be
opened as the value of another version. Plain values and data keys exist only during a call.
"""

import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.state import Sealed, of_fields

KeyState: TypeAlias = Literal["Enabled", "Disabled", "PendingDeletion"]

NOT_ALLOWED = "Access to KMS is not allowed"
"""The text with which Secrets Manager refuses a caller that may not use a key (REPORTED by many)."""

_KEY_BYTES = 32
_NONCE_BYTES = 12
_ONLY_NONCE = bytes(_NONCE_BYTES)
"""The nonce of every value: a data key encrypts one value only, so no other text has the same key and nonce."""

_KEY_ID = re.compile(r"(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_ALIAS = re.compile(r"alias/[A-Za-z0-9/_-]+")
_ARN = re.compile(r"arn:[a-z-]+:kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?P<id>(?:key|alias)/.+)")


_lock = Lock()
"""Held while any ring makes or changes a key, which a test may do while threads call.

One for all rings: making a lock costs time.
"""


class KmsRefusal(Exception):  # noqa: N818 - an answer of KMS, which the ports turn into an error of Secrets Manager
    """An error of KMS: its code and text."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class KmsKey:
    """One KMS key. Its material never leaves the ring. `denied` says that no caller may use it.

    `denied_to` has the ARNs of the principals that may not use it. `policy` is its key policy, JSON text; None for
    AWS's default, which grants everything to the key's account. `is_elsewhere` says that the key belongs to another KMS
    in this process, and has its state from there.
    """

    id: str
    arn: str
    alias: str | None = None
    state: KeyState = "Enabled"
    denied: bool = False
    denied_to: frozenset[str] = frozenset()
    policy: str | None = field(default=None, repr=False)
    is_elsewhere: bool = field(default=False, repr=False)


class KeyElsewhere(NamedTuple):
    """A key of another KMS in this process, in its current state."""

    arn: str
    state: KeyState


FindElsewhere: TypeAlias = Callable[[str], KeyElsewhere | None]
"""Finds a key of another KMS by its ARN or the ARN of an alias. Raises KmsRefusal if the key can't encrypt secrets."""


def _nowhere(_: str) -> None:
    """Find nothing: there is no other KMS."""


class KeyRing:
    """The KMS keys of all regions and accounts of one `SecretsManager`.

    `elsewhere` finds keys of another KMS in this process. The ring makes its own material for such a key, and looks up
    the key's state at each use. If the key no longer exists there, its last state stays.

    Requests name a key by id, ARN, alias or alias ARN. An empty name is the default key of the region and account,
    which the ring creates at its first use.
    """

    def __init__(self, elsewhere: FindElsewhere = _nowhere) -> None:
        self._elsewhere = elsewhere
        self._keys: dict[str, KmsKey] = {}
        self._ciphers: dict[str, AESGCM] = {}
        self._aliases: dict[str, str] = {}
        self._defaults: dict[tuple[str, str], str] = {}

    def checkpoint(self) -> Restore:
        """Record the current keys, and return a function that restores them."""
        return checkpoint(self._keys, self._ciphers, self._aliases, self._defaults)

    def create(
        self,
        region: str,
        account: str,
        *,
        key_id: str | None = None,
        alias: str | None = None,
        policy: str | None = None,
    ) -> KmsKey:
        """Create a key. If another key has the alias, the alias moves to the new one."""
        key = _new_key(_place(region, account), key_id, alias, policy)
        return _lock.during(lambda: self._add(key))

    def _add(self, key: KmsKey) -> KmsKey:
        self._ciphers[key.arn] = AESGCM(AESGCM.generate_key(bit_length=8 * _KEY_BYTES))
        self._keys[key.arn] = key
        if key.alias is not None:
            alias = f"{key.arn.partition(':key/')[0]}:{key.alias}"
            before = self._aliases.get(alias)
            if before is not None:
                self._keys[before] = replace(self._keys[before], alias=None)
            self._aliases[alias] = key.arn
        return key

    def create_named(self, region: str, account: str, name: str) -> KmsKey:
        """Create a key with this id, ARN, alias or alias ARN. Raise KmsRefusal if the name is malformed."""
        parts = arns.split(_full_arn(region, account, name))
        kind, _, key_id = parts.resource.partition("/")
        named = {"alias": parts.resource} if kind == "alias" else {"key_id": key_id}
        return self.create(parts.region, parts.account, **named)

    def find(self, region: str, account: str, name: str) -> KmsKey:
        """The key that a request names. Raise KmsRefusal if the name is malformed or names no key."""
        if not name or name == arns.DEFAULT_KMS_ALIAS:
            default = self._defaults.get((region, account))
            return self._default(region, account) if default is None else self._keys[default]
        arn = _full_arn(region, account, name)
        if arn.endswith(f":{account}:{arns.DEFAULT_KMS_ALIAS}"):
            return self._default(region, account)
        found = self._keys.get(self._aliases.get(arn, arn))
        if found is None or found.is_elsewhere:
            found = self._found_elsewhere(arn) or found
        if found is None:
            missing = f"Alias {arn} is not found." if ":alias/" in arn else f"Key '{arn}' does not exist"
            raise KmsRefusal("NotFoundException", missing)
        return found

    def is_default(self, arn: str) -> bool:
        """Return whether this is the ARN of an account's default key."""
        return arn in self._defaults.values()

    def at(self, arn: str) -> KmsKey:
        """The key of the ARN of a sealed value."""
        return self._keys[arn]

    def put(
        self,
        key: KmsKey,
        *,
        state: KeyState | None = None,
        denied: bool | None = None,
        denied_to: frozenset[str] | None = None,
    ) -> KmsKey:
        """Change the state of a key, or its denials, and return the key. None leaves them unchanged."""
        return _lock.during(
            lambda: self._put(
                key.arn,
                lambda current: replace(
                    current,
                    state=state or current.state,
                    denied=current.denied if denied is None else denied,
                    denied_to=current.denied_to if denied_to is None else denied_to,
                ),
            )
        )

    def deny_to(self, key: KmsKey, principal: str) -> None:
        """Deny a key to one more principal."""
        _lock.during(
            lambda: self._put(key.arn, lambda current: replace(current, denied_to=current.denied_to | {principal}))
        )

    def _put(self, arn: str, changed: Callable[[KmsKey], KmsKey]) -> KmsKey:
        self._keys[arn] = key = changed(self._keys[arn])
        return key

    def seal(self, plain: bytes, key: KmsKey, name: str, context: bytes, caller: Principal) -> Sealed:
        """Encrypt a value under a new data key, and the data key under the KMS key, if the caller may use this key."""
        _require_usable(key, caller)
        noise = os.urandom(_NONCE_BYTES + _KEY_BYTES)
        nonce, data_key = noise[:_NONCE_BYTES], noise[_NONCE_BYTES:]
        arn = key.arn
        wrapped = nonce + self._ciphers[arn].encrypt(nonce, data_key, context)
        return of_fields(Sealed, (name, arn, wrapped, AESGCM(data_key).encrypt(_ONLY_NONCE, plain, context)))

    def open(self, sealed: Sealed, context: bytes, caller: Principal) -> bytes:
        """Decrypt a value that `seal` made with the same context, if the caller may use the key."""
        key = self._keys[sealed.key_arn]
        if key.is_elsewhere:
            key = self._found_elsewhere(key.arn) or key
        _require_usable(key, caller)
        return self.open_regardless(sealed, context)

    def open_regardless(self, sealed: Sealed, context: bytes) -> bytes:
        """Decrypt a value for the test, in any state of the key."""
        _, arn, wrapped, ciphertext = sealed
        data_key = self._ciphers[arn].decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], context)
        return AESGCM(data_key).decrypt(_ONLY_NONCE, ciphertext, context)

    def _found_elsewhere(self, arn: str) -> KmsKey | None:
        """The key of another KMS with this ARN or alias ARN, in its current state there; None if it has none."""
        known = self._elsewhere(arn)
        if known is None:
            return None
        return _lock.during(lambda: self._adopted(known))

    def _adopted(self, known: KeyElsewhere) -> KmsKey:
        """This ring's own key for a key of another KMS, in its current state there."""
        if known.arn not in self._keys:
            self._add(KmsKey(id=known.arn.partition(":key/")[2], arn=known.arn, is_elsewhere=True))
        own = self._keys[known.arn]
        return self._put(own.arn, lambda key: replace(key, state=known.state)) if own.is_elsewhere else own

    def _default(self, region: str, account: str) -> KmsKey:
        arn = self._defaults.get((region, account))
        return _lock.during(lambda: self._made_default(region, account)) if arn is None else self._keys[arn]

    def _made_default(self, region: str, account: str) -> KmsKey:
        """The default key, made unless another thread has just made it."""
        arn = self._defaults.get((region, account))
        if arn is None:
            arn = self._add(_new_key(_place(region, account), alias=arns.DEFAULT_KMS_ALIAS)).arn
            self._defaults[region, account] = arn
        return self._keys[arn]


class LockBox:
    """A key outside all rings. It encrypts values that no caller may read, and works in this process only.

    >>> box = LockBox()
    >>> box.open(box.seal(b"hunter2"))
    b'hunter2'
    """

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(bit_length=8 * _KEY_BYTES))

    def seal(self, plain: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def open(self, sealed: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)


def is_alias(name: str) -> bool:
    """Return whether this is the name of an alias."""
    return _ALIAS.fullmatch(name) is not None


def _place(region: str, account: str) -> str:
    """The beginning of the ARNs of all keys and aliases of a region and account."""
    return f"arn:{arns.partition(region)}:kms:{region}:{account}"


def _new_key(place: str, key_id: str | None = None, alias: str | None = None, policy: str | None = None) -> KmsKey:
    """A key with this id, or a random one."""
    key_id = key_id or str(uuid.uuid4())
    return KmsKey(id=key_id, arn=f"{place}:key/{key_id}", alias=alias, policy=policy)


def _full_arn(region: str, account: str, name: str) -> str:
    """The ARN of a key or an alias, from its id, alias or ARN. The refusals are REPORTED."""
    place = _place(region, account)
    if _KEY_ID.fullmatch(name):
        return f"{place}:key/{name}"
    if _ALIAS.fullmatch(name):
        return f"{place}:{name}"
    arn = _ARN.fullmatch(name)
    if arn is None:
        raise KmsRefusal("InvalidArnException", "Invalid keyId")
    if arn["region"] != region:
        raise KmsRefusal("InvalidArnException", f"Invalid arn {arn['region']}")
    return name


def _require_usable(key: KmsKey, caller: Principal) -> None:
    if key.state == "Enabled" and not key.denied and not key.denied_to:
        return
    if key.denied or caller.is_named_by(key.denied_to):
        raise KmsRefusal("AccessDeniedException", NOT_ALLOWED)
    if key.state == "Disabled":
        raise KmsRefusal("DisabledException", f"{key.arn} is disabled.")
    if key.state == "PendingDeletion":
        raise KmsRefusal("KMSInvalidStateException", f"{key.arn} is pending deletion.")
