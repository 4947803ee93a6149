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
    written = tuple([text for text in texts if text is not None])
    return _together(written, f"resource policy of secret {secret.name}") if written else None


@lru_cache(maxsize=256)
def _together(texts: tuple[str, ...], name: str) -> Policy:
    """Return the same policy for equal texts: decisions keep what they know of a policy."""
    found = [parse_policy(text, name=name, with_principals=True) for text in texts]
    if len(found) == 1:
        return found[0]
    return Policy(name, found[0].version, tuple(statement for policy in found for statement in policy.statements))
