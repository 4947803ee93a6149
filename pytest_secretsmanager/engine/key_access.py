"""IAM and the KMS keys: a caller may use a customer managed key if its policies and the key's own policy allow that.

DOC: the default key `aws/secretsmanager` needs no permission of the callers in its account. The policy of a customer
managed key decides whether the identity policies of its account count: if it grants nothing to the account, only the
callers that it names itself may use the key.
"""

from dataclasses import fields
from functools import lru_cache
from operator import attrgetter

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.identities import Identities, access_denied
from pytest_secretsmanager.engine.keys import NOT_ALLOWED, KmsKey
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules.iam.decision import Decision, decide
from pytest_secretsmanager.engine.rules.iam.documents import Policy, parse_policy
from pytest_secretsmanager.engine.rules.iam.requests import Request
from pytest_secretsmanager.engine.rules.key_permissions import key_request_of
from pytest_secretsmanager.engine.state import Secret

__tracebackhide__ = True


_PARTS = attrgetter(*(part.name for part in fields(Ports)))
"""Returns all parts of some ports, in the order of their arguments."""


class GuardedPorts(Ports):
    """The ports of one call while IAM is in force: each use of a customer managed key needs the caller's permission."""

    __slots__ = ("_call", "_identities")

    def __init__(self, ports: Ports, identities: Identities, call: Call) -> None:
        super().__init__(*_PARTS(ports))
        self._identities = identities
        self._call = call

    def _use_key(
        self, actions: tuple[str, ...], key_arn: str, secret: Secret, version_id: str, caller: Principal
    ) -> None:
        super()._use_key(actions, key_arn, secret, version_id, caller)
        key = self.keys.at(key_arn)
        if key.alias == arns.DEFAULT_KMS_ALIAS:
            return
        added = self._call.principal.context.get
        for action in actions:
            request = key_request_of(action, key.arn, secret.arn, version_id, self._call, added=added)
            decision = key_decision(request, key, self._identities)
            if not decision.allowed:
                raise access_denied(decision, NOT_ALLOWED)


def key_decision(request: Request, key: KmsKey, identities: Identities) -> Decision:
    """Return the decision on the use of a key. Without a policy of its own, a key grants everything to its account."""
    policy = None if key.policy is None else _parsed(key.policy, f"policy of KMS key {key.alias or key.arn}")
    return decide(request, identities.policies_of(request.principal), policy)


@lru_cache(maxsize=256)
def _parsed(text: str, name: str) -> Policy:
    return parse_policy(text, name=name, with_principals=True)
