"""The database login in AWS Secrets Manager: read through a cache, replaced, or rotated in two steps."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aws_secretsmanager_caching import SecretCache  # type: ignore[import-untyped]
from botocore.exceptions import ClientError

from orders.database import Login

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"


class CredentialsError(Exception):
    """The login can't be read or changed. The messages of these errors contain no secret value."""


class MissingSecretError(CredentialsError):
    """The secret doesn't exist or has no value yet."""


class MalformedSecretError(CredentialsError):
    """The value of the secret is not a login."""


class RefusedCallError(CredentialsError):
    """AWS refused the call."""


@dataclass(frozen=True)
class StagedLogin:
    """A login under AWSPENDING, its version, and the version that was current when it was staged."""

    login: Login
    version: str
    replaces: str


class Credentials:
    """The login in one secret, stored as `{"user": …, "password": …}`."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id
        self.forget()

    def login(self) -> Login:
        """The current login, read from AWS at most once an hour."""
        with self._errors_explained():
            text = self._cache.get_secret_string(self._secret_id)
        return self._parsed(text)

    def forget(self) -> None:
        """Make the next `login()` read from AWS."""
        # A new cache, since refresh_secret_now() of the old one sleeps for seconds first.
        self._cache = SecretCache(client=self._client)

    def replace(self, login: Login) -> None:
        """Make a login the current one at once. The old one stays readable under AWSPREVIOUS."""
        with self._errors_explained():
            self._client.put_secret_value(SecretId=self._secret_id, SecretString=json.dumps(asdict(login)))
        self.forget()

    def stage(self) -> StagedLogin:
        """Put a new random password under AWSPENDING, where readers don't see it yet.

        A password that an interrupted rotation has left there is used again: the database may already have it.
        """
        with self._errors_explained():
            stages = self._client.describe_secret(SecretId=self._secret_id).get("VersionIdsToStages", {})
            holders = {label: version for version, labels in stages.items() for label in labels}
            if CURRENT not in holders:
                raise MissingSecretError(f"secret {self._secret_id!r} has no current value")
            current, pending = holders[CURRENT], holders.get(PENDING, holders[CURRENT])
            if pending != current:
                return StagedLogin(self._read(pending), pending, current)
            login = Login(self._read(current).user, self._new_password())
            reply = self._client.put_secret_value(
                SecretId=self._secret_id, SecretString=json.dumps(asdict(login)), VersionStages=[PENDING]
            )
            return StagedLogin(login, reply["VersionId"], current)

    def promote(self, staged: StagedLogin) -> None:
        """Make a staged login the current one, unless another login has become current since."""
        with self._errors_explained():
            self._client.update_secret_version_stage(
                SecretId=self._secret_id,
                VersionStage=CURRENT,
                RemoveFromVersionId=staged.replaces,
                MoveToVersionId=staged.version,
            )
            self._client.update_secret_version_stage(
                SecretId=self._secret_id, VersionStage=PENDING, RemoveFromVersionId=staged.version
            )
        self.forget()

    def _read(self, version: str) -> Login:
        reply = self._client.get_secret_value(SecretId=self._secret_id, VersionId=version)
        return self._parsed(reply.get("SecretString"))

    def _new_password(self) -> str:
        return self._client.get_random_password(PasswordLength=32, ExcludePunctuation=True)["RandomPassword"]

    def _parsed(self, text: str | None) -> Login:
        if text is None:
            raise MissingSecretError(f"secret {self._secret_id!r} has no text under {CURRENT}")
        try:
            return Login(**json.loads(text))
        except (TypeError, ValueError):
            # Without json's error, which contains the whole text.
            raise MalformedSecretError(f"secret {self._secret_id!r} holds no login") from None

    @contextmanager
    def _errors_explained(self) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.ResourceNotFoundException as error:
            raise MissingSecretError(f"there is no secret {self._secret_id!r}") from error
        except ClientError as error:
            raise RefusedCallError(f"secret {self._secret_id!r}: {error}") from error
