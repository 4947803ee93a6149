"""The regions that exist. Every function that takes a region checks it here, so that a mistyped region is refused."""

import re
from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from pytest_secretsmanager.engine import arns, model, partitions
from pytest_secretsmanager.engine.errors import UsageError, nearest

__tracebackhide__ = True

_NAME = re.compile(r"([a-z]+-)+[0-9]+")
"""The form of a region's name in the service description."""


class Regions(NamedTuple):
    """The regions of one `SecretsManager`: those that botocore knows, and those that an option adds.

    >>> [BOTOCORES.has(name) for name in ("eu-west-1", "us-gov-west-1", "eu-wst-1", "aws-global")]
    [True, True, False, False]
    """

    extra: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        """Return whether a region of that name exists, in any partition."""
        return name in _known() or name in self.extra

    def can_replicate(self, source: str, target: str) -> bool:
        """Return whether `target` can hold a replica of a secret in `source`: another region of the same partition."""
        partition = arns.partition(source)
        is_of_partition = target in partitions.regions(partition) or (
            target in self.extra and arns.partition(target) == partition
        )
        return source != target and is_of_partition

    def require(self, region: object, what: str = "region") -> None:
        """Raise UsageError, with the nearest names, if AWS has no such region. `what` is the argument's name.

        >>> BOTOCORES.require("eu-west-1")
        >>> BOTOCORES.require("eu-wst-1")
        Traceback (most recent call last):
        pytest_secretsmanager.UsageError: region is 'eu-wst-1', which botocore ... does not know; did you mean ...
        """
        if not isinstance(region, str) or not region:
            raise UsageError(f"is a str such as 'us-east-1', not {region!r}", subject=what)
        if not self.has(region):
            raise UsageError(f"is {self.unknown(region)}", subject=what)

    def unknown(self, region: str) -> str:
        """The error text for an unknown region: the nearest names, and how to add a new region."""
        return (
            f"{region!r}, which {model.BOTOCORE} does not know{nearest(region, sorted(_known() | self.extra))} "
            "(a newer region needs a newer botocore, or the option extra_regions)"
        )


BOTOCORES = Regions()
"""The regions that botocore knows, and no others."""


def extra_regions(names: object) -> Regions:
    """The regions of botocore and these. Raise UsageError for anything but a list of names in AWS's form.

    >>> extra_regions(["eu-atlantis-1"]).has("eu-atlantis-1")
    True
    """
    if names == ():
        return BOTOCORES
    if isinstance(names, str) or not isinstance(names, Collection):
        raise UsageError(f"is a list of regions such as ['eu-atlantis-1'], not {names!r}", subject="extra_regions")
    for name in names:
        if not isinstance(name, str) or _NAME.fullmatch(name) is None:
            problem = f"has {name!r}, which is not a region name such as 'eu-atlantis-1'"
            raise UsageError(problem, subject="extra_regions")
    return Regions(frozenset(names))


def is_known_to_botocore(name: str) -> bool:
    """Return whether the installed botocore knows a region of that name."""
    return name in _known()


@cache
def _known() -> frozenset[str]:
    """The regions of all partitions. botocore also lists pseudo regions, such as aws-global, which hold no secrets."""
    return frozenset(
        region
        for partition in partitions.names()
        for region in partitions.regions(partition)
        if not region.endswith("-global")
    )
