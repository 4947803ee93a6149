"""The types of policies, as AWS's refusals name them."""

from typing import Literal, TypeAlias

PolicyType: TypeAlias = Literal[
    "identity-based policy",
    "resource-based policy",
    "permissions boundary",
    "session policy",
    "service control policy",
]
