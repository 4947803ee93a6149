"""GetResourcePolicy, PutResourcePolicy, DeleteResourcePolicy, ValidateResourcePolicy, ListResourcePolicies."""

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call, Outcome, Reply
from pytest_secretsmanager.engine.errors import PublicPolicyException
from pytest_secretsmanager.engine.operations.replies import identity
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards, named_policies, paging, policy_text
from pytest_secretsmanager.engine.state import Secret, Secrets


def get_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """The policy of that name of a secret. RECORDED: without a policy, the member is absent."""
    secret = guards.require_live(secrets, call)
    name = _name(call)
    text = named_policies.text(secret, name)
    reply = _identity(secret, call, name)
    if text is not None:
        reply["ResourcePolicy"] = text
    return Outcome(reply)


def put_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Attach a policy, rewritten as AWS rewrites it. It replaces the present one.

    RECORDED: AWS accepts a public policy too, unless BlockPublicPolicy is set.
    """
    from pytest_secretsmanager.engine.rules import policy

    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    name = _name(call)
    named_policies.require_default(name)
    text = call.required_text("ResourcePolicy")
    parsed = policy.parse(text)
    if call.flag("BlockPublicPolicy") and policy.is_public(parsed):
        # The condition is DOC; the text is from the old user guide.
        raise PublicPolicyException("You can't attach a resource-based policy that allows broad access to the secret.")
    updated = secret._replace(policy=policy_text.rewritten(text), changed=call.time)
    return Outcome(_identity(secret, call, name), {secret.key: updated})


def delete_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Remove the policy. GUESS: without one, the call succeeds too."""
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    name = _name(call)
    named_policies.require_default(name)
    reply = _identity(secret, call, name)
    if secret.policy is None:
        return Outcome(reply)
    return Outcome(reply, {secret.key: secret._replace(policy=None, changed=call.time)})


def validate_resource_policy(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Say whether AWS would accept a policy. The check's name is a GUESS: AWS publishes none."""
    from pytest_secretsmanager.engine.rules import policy

    if call.text("SecretId") is not None:
        guards.require_live(secrets, call)
    public = policy.is_public(policy.parse(call.required_text("ResourcePolicy")))
    errors = []
    if public:
        message = "This resource policy grants broad access to your secret."
        errors.append({"CheckName": "PUBLIC_ACCESS", "ErrorMessage": message})
    return Outcome({"PolicyValidationPassed": not public, "ValidationErrors": errors})


def list_resource_policies(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """The names of a secret's policies, a page at a time: `default` first, the others in alphabetical order (DOC)."""
    secret = guards.require_live(secrets, call)
    found, token = paging.page(
        named_policies.names(secret),
        lambda name: (name != named_policies.DEFAULT, name),
        {"SecretId": call.required_text("SecretId")},
        size=call.number("MaxResults"),
        token=call.text("NextToken"),
    )
    reply: Reply = {"ResourcePolicies": [{"PolicyName": name} for name in found]}
    if token is not None:
        reply["NextToken"] = token
    return Outcome(reply)


def _name(call: Call) -> str:
    return call.text("PolicyName") or named_policies.DEFAULT


def _identity(secret: Secret, call: Call, name: str) -> Reply:
    """DOC: the reply has the policy's name too. In botocore before 1.44.2, replies have no such member."""
    shape = model.operation(call.operation).output_shape
    return identity(secret, PolicyName=name) if shape and "PolicyName" in shape.members else identity(secret)
