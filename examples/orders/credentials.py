"""The database login, as it stands in AWS Secrets Manager: read through a cache, replaced, or rotated in two steps."""

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
    """The login can't be had or changed. No message of these errors holds a secret value."""


class MissingSecretError(CredentialsError):
    """There is no such secret, or it has no value yet."""


class MalformedSecretError(CredentialsError):
    """The secret holds something else than a login."""


class RefusedCallError(CredentialsError):
    """AWS refused the call."""


@dataclass(frozen=True)
class StagedLogin:
    """A login that waits under AWSPENDING, its version, and the version that was current when it was staged."""

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
        """The current login; AWS is asked once an hour at most."""
        with self._errors_explained():
            text = self._cache.get_secret_string(self._secret_id)
        return self._parsed(text)

    def forget(self) -> None:
        """Makes the next `login()` ask AWS."""
        # A new cache, since the old one's refresh_secret_now() sleeps for seconds first.
        self._cache = SecretCache(client=self._client)

    def replace(self, login: Login) -> None:
        """Makes a login the current one, at once. The one before stays readable under AWSPREVIOUS."""
        with self._errors_explained():
            self._client.put_secret_value(SecretId=self._secret_id, SecretString=json.dumps(asdict(login)))
        self.forget()

    def stage(self) -> StagedLogin:
        """Puts a new random password under AWSPENDING; readers don't see it yet.

        One that an interrupted rotation has left there is taken up again: the database may know it already.
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
        """Makes a staged login the current one, unless another has become current since it was staged."""
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
            # Without json's error, which carries the whole text that it could not parse.
            raise MalformedSecretError(f"secret {self._secret_id!r} holds no login") from None

    @contextmanager
    def _errors_explained(self) -> Iterator[None]:
        try:
            yield
        except self._client.exceptions.ResourceNotFoundException as error:
            raise MissingSecretError(f"there is no secret {self._secret_id!r}") from error
        except ClientError as error:
            raise RefusedCallError(f"secret {self._secret_id!r}: {error}") from error
