"""IAM in a test: roles with policies, and the blocks in which clients act as one of them."""

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

from pytest_secretsmanager.controls.acting_blocks import ActingBlock
from pytest_secretsmanager.controls.condition_context import context_of
from pytest_secretsmanager.controls.roles import Role, access_key_id_of, principal_of
from pytest_secretsmanager.controls.simulation import simulated
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.callers import Acting, Callers, Principal, assumed_role, require_account, user_of
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.identities import Identities
from pytest_secretsmanager.engine.rules.iam.decision import Decision, Policies
from pytest_secretsmanager.engine.rules.iam.documents import Policy
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.permissions.logged import required_policy, unused
from pytest_secretsmanager.inspection.permissions.unused import UnusedPermission
from pytest_secretsmanager.inspection.views import SecretId
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.policy_sources import PolicySources, read_policies

__tracebackhide__ = True

SESSION_NAME = "pytest"
"""The name of the session in which a test assumes a role."""

_ROLE = re.compile(r"(?:[!-.0-~]{1,64}/)*[A-Za-z0-9_+=,.@-]{1,64}")


class Iam:
    """IAM of one `SecretsManager`. It is off until a role exists or `enforce` is called.

    Then policies decide every call: those of the role that calls, and those of the secret. The default user has no
    policy and may do everything that its account allows. Seeds, AWS's own work and the call of a rotation function need
    no permission. The calls that the function makes do.

    A policy is a dict, JSON text, the path of a file, or a list of several. A relative path starts at the folder of
    the test's file, outside pytest at the working directory.

    >>> _ = sm.seed("db", "hunter2")
    >>> listing = {"Effect": "Allow", "Action": "secretsmanager:List*", "Resource": "*"}
    >>> role = sm.iam.role("app", policy={"Statement": listing})
    >>> with sm.iam.acting_as(role):
    ...     sm.client().get_secret_value(SecretId="db")
    Traceback (most recent call last):
    botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetSecretValue ...
    """

    def __init__(self, world: World, identities: Identities, callers: Callers) -> None:
        self._world = world
        self._identities = identities
        self._callers = callers

    @known_keywords()
    def role(
        self,
        name: str,
        policy: PolicySources = (),
        *,
        boundary: PolicySources | None = None,
        session_policy: PolicySources | None = None,
        service_control_policies: PolicySources | None = None,
        tags: Mapping[str, str] | None = None,
        account: str | None = None,
    ) -> Role:
        """Create a role with these identity policies, and return it. From now on, policies decide every call.

        `name` may begin with a path: `team/app`. Without `policy`, the role may do only what the policies of secrets in
        its account grant to it. `boundary` is its permissions boundary, `session_policy` the policies of the session
        that a test assumes, `service_control_policies` those of its organization. `tags` are the condition keys
        `aws:PrincipalTag/…` of its requests. `account` defaults to that of the `SecretsManager`.

        Raises UsageError for a name of another form, a second role of that name in the account, and a malformed policy.

        >>> sm.iam.role("reader", policy={"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}).name
        'reader'
        """
        owner = self._account(account)
        role_arn = self._arn(name, owner)
        policies = Policies(
            identity=self._read(policy, f"policy of role {name}"),
            boundary=self._read_if_given(boundary, f"permissions boundary of role {name}"),
            session=self._read_if_given(session_policy, f"session policy of role {name}"),
            service_control=self._read_if_given(service_control_policies, f"service control policy of role {name}"),
        )
        principal = assumed_role(role_arn, SESSION_NAME, self._world.now())._replace(context=_tag_context(tags))
        return self._kept(principal, role_arn, policies)

    @known_keywords()
    def acting_as(self, role: Role | None, context: Mapping[str, Any] | None = None) -> AbstractContextManager[None]:
        """Return a context manager: inside, clients without credentials of their own call as the role.

        The block applies to all threads and tasks, and to programs with the environment of an endpoint. Threads that
        act as different roles at the same time use `client(principal=role)`. Rotation functions, and clients with the
        credentials of another role or account (`aws_account_id`), keep their own identity. `context` has condition keys
        for the role's requests in the block, by their names in IAM. With None as the role, clients call as the
        account's default user. Blocks nest.

        A block that is never entered warns. Raises UsageError for a role of another `SecretsManager`, and for a
        condition key of another form.

        >>> role = sm.iam.role("app")
        >>> with sm.iam.acting_as(role, context={"aws:SourceVpce": "vpce-1a2b3c4d"}):
        ...     sm.client().list_secrets()
        Traceback (most recent call last):
        botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the ListSecrets ...
        """
        principal = None if role is None else self._own(role)
        keys = context_of(context)
        block = Acting(principal and principal._replace(context={**principal.context, **keys}), keys)
        return ActingBlock(self._callers, block)

    @known_keywords()
    def simulate(
        self,
        action: str,
        resource: SecretId = "*",
        *,
        principal: Role | None,
        context: Mapping[str, Any] | None = None,
    ) -> Decision:
        """Return the decision on one request, without a call: `.allowed`, `.explicit_deny`, `.statement`, `.message`.

        `action` is `service:Name`. `resource` is the name, the ARN or the view of a secret, the ARN of any other
        resource, or `*`; for CreateSecret, the name of the new secret. `principal` is a role, None for the default
        user. `context` has condition keys of the request, by their names in IAM; the keys of the caller and of the
        secret are known.

        Raises UsageError for an action of another form, for an unknown action of Secrets Manager, and for a resource if
        the action has none. Raises SecretNotFound for an unknown name.

        >>> _ = sm.seed("db", "hunter2")
        >>> role = sm.iam.role("app")
        >>> sm.iam.simulate("secretsmanager:GetSecretValue", "db", principal=role).allowed
        False
        """
        caller = user_of(self._world.account, self._world.region()) if principal is None else self._own(principal)
        caller = caller._replace(context={**caller.context, **context_of(context)})
        return simulated(self._world, self._identities, action, resource, caller)

    def required_policy(self) -> dict[str, Any]:
        """Return the smallest identity policy that allows the calls logged so far, refused calls included.

        A malformed call, which AWS refuses before IAM decides, needs no permission. Secrets are named by their ARNs
        with `-??????` for the six characters that AWS adds. The uses of customer managed KMS keys are included, and so
        are the calls of rotation functions. Statements are merged, and have no conditions. Without a call, the policy
        has no statement. `sm.log.clear()` forgets the calls that prepare a test.

        >>> _ = sm.seed("app/db", "hunter2")
        >>> _ = sm.client().get_secret_value(SecretId="app/db")
        >>> (statement,) = sm.iam.required_policy()["Statement"]
        >>> statement["Action"], statement["Resource"]
        (['secretsmanager:GetSecretValue'], ['arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-??????'])
        """
        return required_policy(self._world)

    def unused(self, policy: PolicySources) -> list[UnusedPermission]:
        """Return the parts of an identity policy that no call logged so far needed, in their order.

        Each part is a statement that allows, or some of its actions and resources. `policy` is as in `role`. An action
        with a wildcard is used if any call needed it. Statements that deny are left out.

        Raises UsageError for a malformed policy.

        >>> _ = sm.client().list_secrets()
        >>> actions = ["secretsmanager:List*", "secretsmanager:Put*"]
        >>> policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}
        >>> sm.iam.unused(policy)
        [<unused in the policy: statement 1: action secretsmanager:Put*>]
        """
        return unused(self._world, policy)

    def enforce(self) -> None:
        """Let policies decide every call, even if no role exists: those of secrets decide for other accounts' callers.

        >>> _ = sm.seed("db", "hunter2", kms_key=sm.kms.create_key(alias="alias/pay").arn)
        >>> sm.iam.enforce()
        >>> sm.client(aws_account_id="210987654321").get_secret_value(SecretId=sm.secret("db").arn)
        Traceback (most recent call last):
        botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the GetSecretValue ...
        """
        self._identities.enforce()

    def __repr__(self) -> str:
        roles = ", ".join(sorted(arn.rpartition("/")[2] for arn in self._identities.roles))
        return f"<IAM: {'in force' if self._identities.is_in_force else 'off'}{f', roles {roles}' if roles else ''}>"

    # --- roles -------------------------------------------------------------------------------------------------------

    def _kept(self, principal: Principal, role_arn: str, policies: Policies) -> Role:
        """Keep a new role with its credentials: completely or, when it is interrupted, not at all."""
        self._require_new(role_arn)
        restore_identities, restore_callers = self._identities.checkpoint(), self._callers.checkpoint()
        try:
            pair = self._callers.hand_out(principal)
            if self._identities.add(role_arn, policies):
                return Role(role_arn, principal, pair)
        except BaseException:
            restore_identities()
            restore_callers()
            raise
        self._callers.take_back(pair)  # another thread was faster
        raise _taken(role_arn, role_arn)

    def _own(self, role: object) -> Principal:
        if not isinstance(role, Role):
            raise UsageError(f"a role is a Role made by sm.iam.role(…), not {role!r}")
        if access_key_id_of(role) not in self._callers.handed_out:
            raise UsageError(
                f"{role!r} does not exist here: another SecretsManager made it, or the block that made it was rolled "
                "back"
            )
        return principal_of(role)

    def _arn(self, name: object, account: str) -> str:
        if not isinstance(name, str) or _ROLE.fullmatch(name) is None:
            raise UsageError(
                "the name of a role has 1 to 64 letters, digits or +=,.@_-, and may begin with a path such as 'team/', "
                f"not {name!r}"
            )
        return f"arn:{arns.partition(self._world.region())}:iam::{account}:role/{name}"

    def _require_new(self, role_arn: str) -> None:
        namesake = self._identities.namesake(role_arn)
        if namesake is not None:
            raise _taken(role_arn, namesake)

    def _account(self, account: object) -> str:
        if account is None:
            return self._world.account
        require_account(account, "the account of a role")
        return str(account)

    # --- policies ----------------------------------------------------------------------------------------------------

    def _read(self, source: object, name: str) -> tuple[Policy, ...]:
        return read_policies(source, name=name, with_principals=False, directory=self._world.directory)

    def _read_if_given(self, source: object, name: str) -> tuple[Policy, ...] | None:
        return None if source is None else self._read(source, name)


def _taken(role_arn: str, namesake: str) -> UsageError:
    role = arns.split(role_arn)
    return UsageError(f"account {role.account} has a role {role.resource.rpartition('/')[2]!r} already: {namesake}")


def credentials_of(iam: Iam, role: object) -> dict[str, str]:
    """Return the credentials of a role of this manager, as arguments of a client."""
    iam._own(role)  # noqa: SLF001
    return cast("Role", role).credentials


def _tag_context(tags: object) -> dict[str, str]:
    """Return the condition keys of a role's tags."""
    if tags is None:
        return {}
    if not isinstance(tags, Mapping):
        raise UsageError(f"the tags of a role map str to str, but {type(tags).__name__} is not a mapping")
    for key, value in tags.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise UsageError(f"the tags of a role map str to str, but {key!r} maps to {type(value).__name__}")
    return {f"aws:principaltag/{key.lower()}": value for key, value in tags.items()}
