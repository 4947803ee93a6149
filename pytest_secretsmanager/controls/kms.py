"""The KMS keys of secrets: how a test creates, disables and denies them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.keys import KeyRing, KeyState, KmsKey, KmsRefusal, is_alias
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.policy_sources import PolicySource, policy_text

__tracebackhide__ = True

KeyRef: TypeAlias = str | KmsKey
"""A key, or its id, ARN, alias (`alias/…`) or alias ARN; empty for the account's default key `aws/secretsmanager`."""


class Kms:
    """The keys of one `SecretsManager`. `region` and `account` default to those of the `SecretsManager`.

    A request that names a missing key is refused, as AWS refuses it. While a mock of moto is active, requests can name
    the keys of moto's KMS too. Such a key has the state that it has in moto.

    >>> key = sm.kms.create_key(alias="alias/pay")
    >>> _ = sm.client().create_secret(Name="db", SecretString="one", KmsKeyId="alias/pay")
    >>> sm.kms.disable(key)
    >>> sm.client().get_secret_value(SecretId="db")
    Traceback (most recent call last):
    botocore.errorfactory.DecryptionFailure: An error occurred (DecryptionFailure) when calling the GetSecretValue ...
    """

    def __init__(
        self,
        keys: KeyRing,
        regions: Regions,
        region: Callable[[], str],
        account: str,
        directory: Callable[[], Path | None],
    ) -> None:
        self._directory = directory
        self._keys = keys
        self._regions = regions
        self._region = region
        self._account = account

    @known_keywords()
    def create_key(
        self,
        alias: str | None = None,
        *,
        policy: PolicySource | None = None,
        region: str | None = None,
        account: str | None = None,
    ) -> KmsKey:
        """Create a customer key, with an alias (`alias/…`) if one is given. Return it: `.id` and `.arn` name it too.

        `policy` is its key policy: a dict, JSON text, or the path of a file. It decides while IAM is in force
        (`sm.iam`): a caller needs `kms:Decrypt` to read a secret under the key, and `kms:GenerateDataKey` too to write
        one. None stands for AWS's default key policy: it leaves the decision to the identity policies of the key's
        account.

        Raises UsageError for an alias of another form, a malformed policy, and an unknown region.

        >>> sm.kms.create_key(alias="alias/pay").alias
        'alias/pay'
        """
        if alias is not None:
            _require_alias(alias)
        text = None
        if policy is not None:
            text = policy_text(policy, name=f"policy of KMS key {alias or ''}".rstrip(), directory=self._directory())
        return self._keys.create(self._in(region), self._of(account), alias=alias, policy=text)

    def key(self, key: KeyRef, *, region: str | None = None, account: str | None = None) -> KmsKey:
        """Return a key as it is now. Raises UsageError for a key that doesn't exist."""
        name = key.arn if isinstance(key, KmsKey) else key
        if not isinstance(name, str):
            raise UsageError(f"a KMS key is a KmsKey, or a str with its id, ARN or alias, not {type(key).__name__}")
        where = _place_in(name) or (self._in(region), self._of(account))
        try:
            return self._keys.find(*where, name)
        except KmsRefusal as refusal:
            raise UsageError(
                f"no KMS key {name!r}: {str(refusal).rstrip('.')}; sm.kms.create_key(alias=…) creates one"
            ) from None

    def _in(self, region: str | None) -> str:
        if region is None:
            return self._region()
        self._regions.require(region, "the region of a KMS key")
        return region

    def _of(self, account: str | None) -> str:
        if account is None:
            return self._account
        require_account(account, "the account of a KMS key")
        return account

    def disable(self, key: KeyRef) -> None:
        """Disable the key: it encrypts and decrypts nothing until it is enabled again.

        Raises UsageError for a key that doesn't exist, and for a key of moto.
        """
        self._put_state(key, "Disabled")

    def enable(self, key: KeyRef) -> None:
        """Enable the key again, and cancel a scheduled deletion.

        Raises UsageError for a key that doesn't exist, and for a key of moto.
        """
        self._put_state(key, "Enabled")

    def schedule_deletion(self, key: KeyRef) -> None:
        """Schedule the deletion of the key: until then it encrypts and decrypts nothing.

        Raises UsageError for a key that doesn't exist, and for a key of moto.
        """
        self._put_state(key, "PendingDeletion")

    def _put_state(self, key: KeyRef, state: KeyState) -> None:
        found = self.key(key)
        if found.is_elsewhere:
            raise UsageError(
                f"the KMS key {found.arn} is moto's, and moto holds its state: change it with a client of KMS; "
                "sm.kms.deny(key) keeps callers from using it here"
            )
        self._keys.put(found, state=state)

    @known_keywords()
    def deny(self, key: KeyRef, *, principal: str | None = None) -> None:
        """Keep callers from using the key: AWS refuses their calls with `Access to KMS is not allowed`.

        `principal` is the ARN of one user, role or role session; a role's ARN denies the key to all its sessions. A
        logged call has its caller's ARN as `principal`. None denies the key to every caller, and to AWS itself when it
        rotates or replicates. Raises UsageError for a key that doesn't exist, for a `principal` of another form, and
        for one in another partition than the key.

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
            _require_principal(principal, found)
            self._keys.deny_to(found, principal)

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


_PRINCIPAL = re.compile(
    r"""arn:(?P<partition>aws[a-z-]*):
    ( iam::[0-9]{12}:(user|role)/([!-~]+/)?[A-Za-z0-9_+=,.@-]+
    | sts::[0-9]{12}:assumed-role/[A-Za-z0-9_+=,.@-]+/[A-Za-z0-9_+=,.@-]+
    )""",
    re.VERBOSE,
)


def _require_principal(principal: object, key: KmsKey) -> None:
    """Raise UsageError for an ARN that no caller of this key can have: it would deny nothing."""
    arn = _PRINCIPAL.fullmatch(principal) if isinstance(principal, str) else None
    if arn is None:
        raise UsageError(
            "a principal is the ARN of a user, role or role session such as 'arn:aws:iam::123456789012:role/app', not "
            f"{principal!r}"
        )
    partition = key.arn.split(":", 2)[1]
    if arn["partition"] != partition:
        raise UsageError(
            f"the principal {principal!r} is in the partition {arn['partition']!r}, and the KMS key {key.arn} is in "
            f"{partition!r}: write 'arn:{partition}:{arn[0].split(':', 2)[2]}'"
        )


def _require_alias(alias: object) -> None:
    if not isinstance(alias, str):
        raise UsageError(f"the alias of a KMS key is a str that starts with 'alias/', not {type(alias).__name__}")
    if not is_alias(alias):
        hint = f"; did you mean {f'alias/{alias}'!r}?" if is_alias(f"alias/{alias}") else ""
        raise UsageError(f"the alias of a KMS key is 'alias/' with letters, digits, /, _ or -, not {alias!r}{hint}")
    if alias.startswith("alias/aws/"):
        raise UsageError("aliases that start with 'alias/aws/' are reserved for AWS's own keys")


def _place_in(name: str) -> tuple[str, str] | None:
    """The region and the account of a key that is named by an ARN; None for any other name."""
    try:
        return arns.place(name) if arns.is_arn(name) else None
    except ValueError:
        return None
