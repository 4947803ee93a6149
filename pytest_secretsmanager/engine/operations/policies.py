"""GetResourcePolicy, PutResourcePolicy, DeleteResourcePolicy, ValidateResourcePolicy."""

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.errors import PublicPolicyException
from pytest_secretsmanager.engine.operations.replies import identity
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards, policy, policy_text
from pytest_secretsmanager.engine.state import Secrets


def get_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """The policy attached to a secret. RECORDED: without one the member is absent."""
    secret = guards.require_live(secrets, call)
    reply = identity(secret)
    if secret.policy is not None:
        reply["ResourcePolicy"] = secret.policy
    return Outcome(reply)


def put_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Attaches a policy in place of the present one, as AWS writes it.

    RECORDED: a public one is taken too, unless BlockPublicPolicy is set.
    """
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    text = call.required_text("ResourcePolicy")
    statements = policy.parse(text)
    if call.flag("BlockPublicPolicy") and policy.is_public(statements):
        # DOC for the condition; the text is the old user guide's.
        raise PublicPolicyException("You can't attach a resource-based policy that allows broad access to the secret.")
    updated = changed(secret, policy=policy_text.rewritten(text), changed=call.time)
    return Outcome(identity(secret), {secret.key: updated})


def delete_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Takes the policy away. GUESS: without one it succeeds too."""
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    reply = identity(secret)
    if secret.policy is None:
        return Outcome(reply)
    return Outcome(reply, {secret.key: changed(secret, policy=None, changed=call.time)})


def validate_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Whether a policy would be taken. The check's name is a GUESS: AWS publishes none."""
    if call.text("SecretId") is not None:
        guards.require_live(secrets, call)
    public = policy.is_public(policy.parse(call.required_text("ResourcePolicy")))
    errors = []
    if public:
        message = "This resource policy grants broad access to your secret."
        errors.append({"CheckName": "PUBLIC_ACCESS", "ErrorMessage": message})
    return Outcome({"PolicyValidationPassed": not public, "ValidationErrors": errors})
