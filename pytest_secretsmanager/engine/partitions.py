"""AWS's partitions, with their regions and domains, as the installed botocore describes them."""

import os
from functools import cache
from typing import Any

from botocore.loaders import create_loader


def names() -> list[str]:
    """The partitions that the installed botocore knows.

    >>> "aws" in names(), "aws-cn" in names()
    (True, True)
    """
    return [each["id"] for each in _partitions()]


@cache
def regions(partition: str) -> frozenset[str]:
    """The regions of a partition that the installed botocore knows.

    >>> "eu-west-1" in regions("aws"), "cn-north-1" in regions("aws"), regions("nowhere")
    (True, False, frozenset())
    """
    described = _partitions()
    return frozenset(region for each in described if each["id"] == partition for region in each["regions"])


@cache
def dns_suffix(partition: str) -> str:
    """The end of host names in a partition, according to the installed botocore.

    >>> dns_suffix("aws"), dns_suffix("aws-cn")
    ('amazonaws.com', 'amazonaws.com.cn')
    """
    described = _partitions()
    suffixes: dict[str, str] = {each["id"]: each["outputs"]["dnsSuffix"] for each in described}
    return suffixes[partition]


def is_host_of_aws(host: str) -> bool:
    """Return whether a host belongs to AWS, in any partition that the installed botocore knows.

    >>> is_host_of_aws("secretsmanager.eu-west-1.amazonaws.com"), is_host_of_aws("localhost.localstack.cloud")
    (True, False)
    """
    name = f".{host.rstrip('.').lower()}"
    return any(name.endswith(f".{domain}") for domain in _domains())


@cache
def _domains() -> frozenset[str]:
    described = _partitions()
    kinds = ("dnsSuffix", "dualStackDnsSuffix")
    return frozenset(each["outputs"][kind] for each in described for kind in kinds)


@cache
def _partitions() -> list[dict[str, Any]]:
    """The partitions as botocore's sessions find them: files in AWS_DATA_PATH and ~/.aws/models take precedence."""
    loader = create_loader(os.environ.get("AWS_DATA_PATH"))
    described: list[dict[str, Any]] = loader.load_data("partitions")["partitions"]
    return described
