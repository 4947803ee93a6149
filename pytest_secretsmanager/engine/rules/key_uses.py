"""The uses of a customer managed KMS key, by Secrets Manager on behalf of the caller, and the actions that they need.

A secret under the account's default key needs no permission: DOC, its key policy allows every caller of the account.
"""

from typing import NamedTuple

OPENING = ("kms:Decrypt",)
"""The actions that decrypt a value (DOC)."""

SEALING = ("kms:GenerateDataKey", "kms:Decrypt")
"""The actions that encrypt a value, or try the key before there is one (DOC)."""

RESEALING = ("kms:GenerateDataKey", "kms:Decrypt", "kms:Encrypt")
"""The actions of UpdateSecret under the new key, when it changes the key of a secret (DOC)."""

REPLICATING = ("kms:GenerateDataKey", "kms:Encrypt")
"""The actions under the key of a replica in another region (DOC)."""

LINKING = ("kms:Encrypt",)
"""The action under the key of a replica in another account, when AssociateCrossAccountReplica tries it (DOC)."""


class KeyUse(NamedTuple):
    """One use of a customer managed key during a call: the actions that it needs, and the encryption context."""

    actions: tuple[str, ...]
    key_arn: str
    secret_arn: str
    version_id: str
