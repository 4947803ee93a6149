"""Names and ARNs: those of secrets and functions, and the parts that the ARNs of all services have.

Imports nothing but the standard library.
"""

import re
from functools import lru_cache
from typing import NamedTuple

DEFAULT_KMS_ALIAS = "alias/aws/secretsmanager"
SUFFIX_LENGTH = 6
SUFFIX_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

_ARN = re.compile(
    r"arn:(?P<partition>[^:]*):secretsmanager:(?P<region>[^:]*):(?P<account>[^:]*):secret:(?P<tail>.*)", re.DOTALL
)
_SUFFIX = re.compile(r"(?P<name>.*)-[A-Za-z0-9]{6}", re.DOTALL)
_PARTITIONS = {
    "cn-": "aws-cn",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
}


class Arn(NamedTuple):
    """The parts that the ARNs of all services have. `resource` may have colons."""

    partition: str
    service: str
    region: str
    account: str
    resource: str


def split(arn: str) -> Arn:
    """Split an ARN of any service. Raise ValueError if it has fewer parts.

    >>> split("arn:aws:iam::123456789012:role/app")
    Arn(partition='aws', service='iam', region='', account='123456789012', resource='role/app')
    """
    _, partition_, service, region, account, resource = arn.split(":", 5)
    return Arn(partition_, service, region, account, resource)


# --- secrets ---------------------------------------------------------------------------------------------------------


class SecretArn(NamedTuple):
    """A parsed ARN. A partial ARN has no suffix: AWS reads any ending of a hyphen and six characters as a suffix."""

    region: str
    account: str
    name: str
    partial: bool


def build(region: str, account: str, name: str, suffix: str) -> str:
    """The full ARN of a secret.

    >>> build("us-east-1", "123456789012", "app/db", "Ab12Cd")
    'arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-Ab12Cd'
    """
    return f"arn:{partition(region)}:secretsmanager:{region}:{account}:secret:{name}-{suffix}"


def in_region(arn: str, region: str, account: str | None = None) -> str:
    """The ARN of a replica: only the region differs from its primary's ARN (DOC), or the account, if given.

    >>> in_region("arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-Ab12Cd", "eu-west-1")
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-Ab12Cd'
    """
    parts = split(arn)
    return ":".join(["arn", *parts._replace(region=region, account=account or parts.account)])


def place(arn: str) -> tuple[str, str]:
    """The region and the account in an ARN.

    >>> place("arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-Ab12Cd")
    ('us-east-1', '123456789012')
    """
    parts = split(arn)
    return parts.region, parts.account


def account_in(arn: str, default: str) -> str:
    """The account in the ARN of any service. `default` if the ARN has none, and for any other text.

    >>> account_in("arn:aws:iam::123456789012:role/app", "210987654321")
    '123456789012'
    >>> account_in("arn:aws:s3:::bucket", "210987654321"), account_in("*", "210987654321")
    ('210987654321', '210987654321')
    """
    parts = arn.split(":", 5)
    return parts[4] if len(parts) > 5 and parts[4] else default


@lru_cache(maxsize=256)
def partition(region: str) -> str:
    """The AWS partition of a region.

    >>> partition("eu-west-1"), partition("us-gov-west-1"), partition("cn-north-1")
    ('aws', 'aws-us-gov', 'aws-cn')
    """
    return next((name for prefix, name in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def is_arn(secret_id: str) -> bool:
    """Return whether a SecretId is an ARN rather than a name.

    >>> is_arn("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd"), is_arn("db")
    (True, False)
    """
    return secret_id.startswith("arn:")


@lru_cache(maxsize=4096)
def parse(arn: str) -> SecretArn | None:
    """Parse a full or partial ARN; None if it is not the ARN of a secret.

    RECORDED (localstack's validated tests): if the name in a partial ARN ends in a hyphen and six characters, AWS reads
    it as a full ARN of the shorter name, and therefore finds no secret.

    >>> parse("arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd")
    SecretArn(region='us-east-1', account='123456789012', name='db', partial=False)
    >>> parse("arn:aws:secretsmanager:us-east-1:123456789012:secret:db").partial
    True
    """
    whole = _ARN.fullmatch(arn)
    if whole is None:
        return None
    suffixed = _SUFFIX.fullmatch(whole["tail"])
    name = whole["tail"] if suffixed is None else suffixed["name"]
    return SecretArn(whole["region"], whole["account"], name, partial=suffixed is None)


def name_in(arn: str) -> str:
    """The name of the secret in a full ARN.

    >>> name_in("arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-Ab12Cd")
    'app/db'
    """
    return arn.split(":", 6)[6][: -SUFFIX_LENGTH - 1]


# --- functions -------------------------------------------------------------------------------------------------------

_FUNCTION = re.compile(
    r"arn:[a-z-]+:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:(?P<name>[A-Za-z0-9_-]+)"
    r"(?::(?P<qualifier>[A-Za-z0-9_$-]+))?"
)


class FunctionArn(NamedTuple):
    """The parsed ARN of a Lambda function; `qualifier` is a version or an alias, or None."""

    region: str
    account: str
    name: str
    qualifier: str | None


def parse_function(arn: str) -> FunctionArn | None:
    """Parse the ARN of a Lambda function; None if it is not one.

    >>> parse_function("arn:aws:lambda:us-east-1:123456789012:function:rotate:live")
    FunctionArn(region='us-east-1', account='123456789012', name='rotate', qualifier='live')
    """
    found = _FUNCTION.fullmatch(arn)
    return None if found is None else FunctionArn(**found.groupdict())


def unqualified(arn: str) -> str:
    """The ARN of a function without its version or alias.

    >>> unqualified("arn:aws:lambda:us-east-1:123456789012:function:rotate:live")
    'arn:aws:lambda:us-east-1:123456789012:function:rotate'
    """
    return ":".join(arn.split(":")[:7])
