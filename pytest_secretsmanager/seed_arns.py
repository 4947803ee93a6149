"""A seed that is named by its ARN: the secret's place and name, or the reason why no secret has this ARN."""

from collections.abc import Mapping
from typing import NamedTuple

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.errors import UsageError

__tracebackhide__ = True

_FORM = "arn:aws:secretsmanager:<region>:<account>:secret:<name>-<six characters>"
_LONGEST = 200


class SeedArn(NamedTuple):
    """The fields of a secret's whole ARN; `suffix` is the six characters at its end."""

    region: str
    account: str
    name: str
    suffix: str


def read(arn: str, options: Mapping[str, object]) -> SeedArn:
    """Return the fields of a seed's ARN. Raises UsageError for an ARN that no secret has or the options contradict.

    The last hyphen and six characters are the suffix, as AWS reads them.

    >>> read("arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf", {"region": "eu-west-1"})
    SeedArn(region='eu-west-1', account='111122223333', name='app/db', suffix='AbCdEf')
    """
    shown = arn if len(arn) <= _LONGEST else f"{arn[:_LONGEST]}…"
    parsed = arns.parse(arn)
    if parsed is None:
        raise UsageError(_of_something_else(arn, shown))
    region, account, name, is_partial = parsed
    _require_partition(region, shown)
    require_account(account, "the account in the ARN of a seed")
    if ":" in name:
        raise UsageError(
            f"the ARN of a seed ends with its secret's name and six characters, which no colon follows; {shown!r} goes "
            "on with the key, label or version of one value, as ECS and CloudFormation have it: leave that out"
        )
    if is_partial:
        raise UsageError(
            f"the ARN of a seed ends in a hyphen and six letters or digits, such as …:secret:{_cut(name)}-AbCdEf; "
            f"{shown!r} does not. For random ones, name the secret {_cut(name)!r} with region={region!r} and "
            f"account={account!r}"
        )
    for option, said in (("region", region), ("account", account)):
        if options.get(option, said) != said:
            raise UsageError(
                f"the ARN of a seed says {option} {said!r}, but its option says {option}={options[option]!r}: leave "
                "the option out, or correct one of them"
            )
    return SeedArn(region, account, name, arn[-arns.SUFFIX_LENGTH :])


def _of_something_else(arn: str, shown: str) -> str:
    service = (*arn.split(":", 3), "", "")[2]
    owner = f" is one of {service}" if service not in ("", "secretsmanager") else " is not"
    return f"a seed is named by its secret's name or ARN ({_FORM}); {shown!r}{owner}"


def _require_partition(region: str, shown: str) -> None:
    partition, said = arns.partition(region), shown.split(":", 2)[1]
    if said != partition:
        raise UsageError(
            f"the ARN of a seed says partition {said!r}, but {region} is in {partition!r}: write "
            f"'arn:{partition}:{shown.split(':', 2)[2]}'"
        )


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
