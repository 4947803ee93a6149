"""The KMS keys that secrets are encrypted with: making them, and turning them off as an operator might."""

import re
from collections.abc import Callable
from typing import TypeAlias

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.keys import KeyRing, KeyState, KmsKey, KmsRefusal, is_alias
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.inspection.keywords import known_keywords

__tracebackhide__ = True

KeyRef: TypeAlias = str | KmsKey
"""A key, or its id, ARN, alias (`alias/…`) or alias ARN; empty for the account's default key `aws/secretsmanager`."""


class Kms:
    """The keys of one `SecretsManager`, in its own region and account unless `region` or `account` say otherwise.

    A request that names a key which doesn't exist is refused, as AWS refuses it. While a mock of moto is active, the
    keys of its KMS exist too, each with its state.

    >>> key = sm.kms.create_key(alias="alias/pay")
    >>> _ = sm.client().create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
    >>> sm.kms.disable(key)
    >>> sm.client().get_secret_value(SecretId="db")
    Traceback (most recent call last):
    botocore.errorfactory.DecryptionFailure: An error occurred (DecryptionFailure) when calling the GetSecretValue ...
    """

    def __init__(self, keys: KeyRing, regions: Regions, region: Callable[[], str], account: str) -> None:
        self._keys = keys
        self._regions = regions
        self._region = region
        self._account = account

    @known_keywords()
    def create_key(self, alias: str | None = None, *, region: str | None = None, account: str | None = None) -> KmsKey:
        """A new customer key, with an alias (`alias/…`) if one is given. Its `.id` and `.arn` name it too.

        >>> sm.kms.create_key(alias="alias/pay").alias
        'alias/pay'
        """
        if alias is not None:
            _require_alias(alias)
        return self._keys.create(self._in(region), account or self._account, alias=alias)

    def key(self, key: KeyRef, *, region: str | None = None, account: str | None = None) -> KmsKey:
        """A key as it is now."""
        name = key.arn if isinstance(key, KmsKey) else key
        if not isinstance(name, str):
            raise UsageError(f"a KMS key is named by its id, ARN or alias, or by itself, not by {type(key).__name__}")
        place = (name.split(":")[3], name.split(":")[4]) if name.startswith("arn:") and name.count(":") >= 5 else None
        where = place or (self._in(region), account or self._account)
        try:
            return self._keys.find(*where, name)
        except KmsRefusal as refusal:
            raise UsageError(
                f"no KMS key {name!r}: {str(refusal).rstrip('.')}; sm.kms.create_key(alias=…) makes one"
            ) from None

    def _in(self, region: str | None) -> str:
        if region is None:
            return self._region()
        self._regions.require(region, "the region of a KMS key")
        return region

    def disable(self, key: KeyRef) -> None:
        """The key encrypts and decrypts nothing until it is enabled again."""
        self._put_state(key, "Disabled")

    def enable(self, key: KeyRef) -> None:
        """The key works again; a scheduled deletion is cancelled."""
        self._put_state(key, "Enabled")

    def schedule_deletion(self, key: KeyRef) -> None:
        """The key waits for its deletion, and encrypts and decrypts nothing meanwhile."""
        self._put_state(key, "PendingDeletion")

    def _put_state(self, key: KeyRef, state: KeyState) -> None:
        found = self.key(key)
        if found.is_elsewhere:
            raise UsageError(
                f"the KMS key {found.arn} is moto's, and has the state that it has there: change that by a client of "
                "KMS; sm.kms.deny(key) lets no caller use it here"
            )
        self._keys.put(found, state=state)

    @known_keywords()
    def deny(self, key: KeyRef, *, principal: str | None = None) -> None:
        """Keep callers from using the key: AWS refuses their calls with `Access to KMS is not allowed`.

        `principal` is the ARN of one user, role or role session; a role's ARN denies the key to all its sessions. A
        logged call has its caller's ARN as `principal`. None denies the key to every caller, and to AWS itself when it
        rotates or replicates. Raises UsageError for a key that doesn't exist and for a `principal` that is no such ARN.

        >>> key = sm.kms.create_key(alias="alias/pay")
        >>> sm.kms.deny(key, principal="arn:aws:iam::123456789012:user/test")
        >>> sm.client().create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
        Traceback (most recent call last):
        botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the CreateSecret ...
        """
        found = self.key(key)
        if principal is None:
            self._keys.put(found, denied=True)
        else:
            _require_principal(principal)
            self._keys.put(found, denied_to=found.denied_to | {principal})

    def allow(self, key: KeyRef) -> None:
        """Let every caller use the key again, whichever principals it was denied to.

        Raises UsageError for a key that doesn't exist.

        >>> key = sm.kms.create_key(alias="alias/pay")
        >>> sm.kms.deny(key)
        >>> sm.kms.allow(key)
        >>> sm.client().create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")["Name"]
        'db'
        """
        self._keys.put(self.key(key), denied=False, denied_to=frozenset())

    def __repr__(self) -> str:
        return f"<KMS keys of {self._region()}, account {self._account}>"


_PRINCIPAL = re.compile(r"arn:[a-z-]+:(iam|sts)::\d{12}:(user|role|assumed-role)/.+")


def _require_principal(principal: object) -> None:
    if not isinstance(principal, str) or _PRINCIPAL.fullmatch(principal) is None:
        raise UsageError(
            "a principal is the ARN of a user, role or role session such as 'arn:aws:iam::123456789012:role/app', not "
            f"{principal!r}"
        )


def _require_alias(alias: object) -> None:
    if not isinstance(alias, str):
        raise UsageError(f"the alias of a KMS key is a str that starts with 'alias/', not {type(alias).__name__}")
    if not is_alias(alias):
        hint = f"; did you mean {f'alias/{alias}'!r}?" if is_alias(f"alias/{alias}") else ""
        raise UsageError(f"the alias of a KMS key is 'alias/' with letters, digits, /, _ or -, not {alias!r}{hint}")
    if alias.startswith("alias/aws/"):
        raise UsageError("aliases that start with 'alias/aws/' are those of AWS's own keys")
