"""Which regions there are: every place that takes a region asks here, so a mistyped one is refused by its name."""

from functools import cache

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.errors import UsageError, nearest

__tracebackhide__ = True


def require_region(region: object, what: str = "region") -> None:
    """Refuses what is no region of AWS: UsageError with the nearest names. `what` is how its caller calls the region.

    >>> require_region("eu-west-1")
    >>> require_region("eu-wst-1")
    Traceback (most recent call last):
    pytest_secretsmanager.UsageError: region is 'eu-wst-1', which botocore ... does not know; did you mean ...
    """
    if not isinstance(region, str) or not region:
        raise UsageError(f"{what} is a str such as 'us-east-1', not {region!r}")
    if not is_region(region):
        raise UsageError(
            f"{what} is {region!r}, which {model.BOTOCORE} does not know{nearest(region, sorted(_known()))} "
            "(a newer region needs a newer botocore)"
        )


def is_region(name: str) -> bool:
    """Whether AWS has a region of that name, in any partition, as far as the installed botocore knows.

    >>> is_region("eu-west-1"), is_region("us-gov-west-1"), is_region("eu-wst-1"), is_region("aws-global")
    (True, True, False, False)
    """
    return name in _known()


@cache
def _known() -> frozenset[str]:
    """The regions of all partitions. What botocore lists beside them, such as aws-global, is no place for a secret."""
    return frozenset(
        region
        for partition in model.partitions()
        for region in model.regions(partition)
        if not region.endswith("-global")
    )
