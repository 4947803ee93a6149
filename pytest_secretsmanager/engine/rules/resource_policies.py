"""The policies of a secret as IAM reads them: all of them together, parsed."""

from functools import lru_cache

from pytest_secretsmanager.engine.rules import named_policies
from pytest_secretsmanager.engine.rules.iam.documents import Policy, parse_policy
from pytest_secretsmanager.engine.state import Secret


def policy_of(secret: Secret) -> Policy | None:
    """Return the policies of a secret as one, None without any."""
    if secret.policy is None and secret.links is None:
        return None
    texts = [named_policies.text(secret, name) for name in named_policies.names(secret)]
    found = [_parsed(text, f"resource policy of secret {secret.name}") for text in texts if text is not None]
    if len(found) <= 1:
        return found[0] if found else None
    first, *_ = found
    statements = tuple(statement for policy in found for statement in policy.statements)
    return Policy(first.name, first.version, statements)


@lru_cache(maxsize=256)
def _parsed(text: str, name: str) -> Policy:
    return parse_policy(text, name=name, with_principals=True)
