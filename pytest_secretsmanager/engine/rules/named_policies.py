"""The resource policies of a secret by name: the owner's policy is `default`, any other is AWS's own (DOC).

The only other policy is `cross-account-replication`. DOC says its name, not its text. A cross-account replica has it
from its creation until it is an independent secret (DOC).
"""

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.errors import InvalidParameterException, ResourceNotFoundException
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.state import Secret

DEFAULT = "default"
REPLICATION = "cross-account-replication"

_REPLICATION_POLICY = """{
  "Version" : "2012-10-17",
  "Statement" : [ {
    "Sid" : "CrossAccountReplication",
    "Effect" : "Allow",
    "Principal" : {
      "AWS" : "arn:{partition}:iam::{account}:root"
    },
    "Action" : "secretsmanager:AcceptCrossAccountReplication",
    "Resource" : "{secret}"
  } ]
}"""
"""GUESS: the policy's name and purpose are DOC, but its text is not public."""


def names(secret: Secret) -> list[str]:
    """The names of a secret's policies, `default` first (DOC). GUESS: without a policy, `default` is absent."""
    own = [] if secret.policy is None else [DEFAULT]
    return own if cross_account.primary_of(secret) is None else [*own, REPLICATION]


def text(secret: Secret, name: str) -> str | None:
    """The policy of that name; None without a `default`. Raise ResourceNotFoundException for any other name (DOC)."""
    if name == DEFAULT:
        return secret.policy
    primary = cross_account.primary_of(secret)
    if name != REPLICATION or primary is None:
        # The text is a GUESS.
        raise ResourceNotFoundException(f"Secrets Manager can't find the specified resource policy: {name}")
    region, account = arns.place(primary.arn)
    members = {"partition": arns.partition(region), "account": account, "secret": secret.arn}
    written = _REPLICATION_POLICY
    for member, value in members.items():
        written = written.replace(f"{{{member}}}", value)
    return written


def require_default(name: str) -> None:
    """Refuse to put or delete any policy but `default`. This and the code are DOC; the text is a GUESS."""
    if name != DEFAULT:
        raise InvalidParameterException(f"You can only modify the resource policy named default, not {name}.")
