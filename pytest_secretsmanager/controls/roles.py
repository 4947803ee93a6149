"""A role of a test: its names, and the credentials of one session that a client or a program calls with."""

from contextlib import AbstractContextManager

from pytest_secretsmanager.engine.callers import KeyPair, Principal
from pytest_secretsmanager.surroundings.program import profile_environment

__tracebackhide__ = True


class Role:
    """A role that `sm.iam.role` has made, and one session of it.

    `name` and `arn` are those of the role. Its calls are logged with the session's ARN, as in AWS.

    >>> role = sm.iam.role("app", policy={"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    >>> role.arn
    'arn:aws:iam::123456789012:role/app'
    >>> _ = sm.client(**role.credentials).list_secrets()
    >>> sm.log[-1].principal
    'arn:aws:sts::123456789012:assumed-role/app/pytest'
    """

    __slots__ = ("_arn", "_pair", "_principal", "_profile")

    def __init__(self, arn: str, principal: Principal, pair: KeyPair) -> None:
        self._arn = arn
        self._principal = principal
        self._pair = pair
        self._profile: tuple[AbstractContextManager[dict[str, str]], dict[str, str]] | None = None
        """The profile in place of the developer's, and its variables. Its file lasts as long as this object."""

    @property
    def arn(self) -> str:
        """The ARN of the role, which policies name."""
        return self._arn

    @property
    def name(self) -> str:
        """The name of the role, without its path."""
        return self._arn.rpartition("/")[2]

    @property
    def account(self) -> str:
        """The account of the role."""
        return self._principal.account

    @property
    def credentials(self) -> dict[str, str]:
        """The arguments of a client: `aws_access_key_id`, `aws_secret_access_key`, `aws_session_token`; a copy."""
        return {
            "aws_access_key_id": self._pair.access_key_id,
            "aws_secret_access_key": self._pair.secret_access_key,
            "aws_session_token": self._pair.session_token or "",
        }

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables of a program: `os.environ | endpoint.env | role.environment`; a copy.

        If the developer's environment names a profile, the variables of a profile with these credentials are added.

        >>> role = sm.iam.role("app")
        >>> sorted(role.environment)
        ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']
        """
        return {**{name.upper(): value for name, value in self.credentials.items()}, **self._variables_of_profile()}

    def _variables_of_profile(self) -> dict[str, str]:
        if self._profile is None:
            profile = profile_environment(self._pair)
            variables = profile.__enter__()
            if not variables:
                return {}
            self._profile = profile, variables
        return self._profile[1]

    def __repr__(self) -> str:
        return f"<role {self.name!r} of account {self.account}>"


def principal_of(role: Role) -> Principal:
    """Return the session of a role, as the caller of a call."""
    return role._principal  # noqa: SLF001


def access_key_id_of(role: Role) -> str:
    """Return the access key id of a role's session."""
    return role._pair.access_key_id  # noqa: SLF001
