"""The rotation function: the four steps of AWS's single-user strategy, in which the user changes its own password.

Secrets Manager calls `handler` once for each step. When a step fails, it calls all steps again under the same token.
So each step first checks what an earlier try has done. No log line and no error contains a password.
"""

import json
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from stock.database import Database, Login, LoginRefusedError

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"

_log = logging.getLogger(__name__)


class NoRotationError(Exception):
    """The function was called for something else than a step of a running rotation."""


def handler(event: Mapping[str, str], _context: object) -> None:
    """Run one step of a rotation. Lambda calls this. The environment variable STOCK_DATABASE is the database's path."""
    step, secret_id, token = event["Step"], event["SecretId"], event["ClientRequestToken"]
    client = boto3.client("secretsmanager")
    labels = _labels(client, secret_id)
    if labels.get(CURRENT) == token:
        _log.info("%s: version %s of %s is current already", step, token, secret_id)
        return
    if labels.get(PENDING) != token:
        raise NoRotationError(f"version {token} of {secret_id} is not under {PENDING}")
    rotation = _Rotation(client, secret_id, token, Path(os.environ["STOCK_DATABASE"]))
    match step:
        case "createSecret":
            rotation.create_secret()
        case "setSecret":
            rotation.set_secret()
        case "testSecret":
            rotation.test_secret()
        case "finishSecret":
            rotation.finish_secret(replaced=labels[CURRENT])
        case _:
            raise NoRotationError(f"a rotation has no step {step!r}")
    _log.info("%s: done for version %s of %s", step, token, secret_id)


def _labels(client: "SecretsManagerClient", secret_id: str) -> dict[str, str]:
    """The version of each staging label. Raise NoRotationError if rotation is not turned on."""
    secret = client.describe_secret(SecretId=secret_id)
    if not secret.get("RotationEnabled"):
        raise NoRotationError(f"rotation of {secret_id} is not turned on")
    return {label: version for version, labels in secret["VersionIdsToStages"].items() for label in labels}


@dataclass(frozen=True)
class _Rotation:
    """The rotation of one secret to the version `token`, which has AWSPENDING."""

    client: "SecretsManagerClient"
    secret_id: str
    token: str
    database: Path

    def create_secret(self) -> None:
        """Put a new password under AWSPENDING. An existing one stays: the database may already have it."""
        current = json.loads(self._read(CURRENT))
        try:
            self._read(PENDING)
        except self.client.exceptions.ResourceNotFoundException:
            self.client.put_secret_value(
                SecretId=self.secret_id,
                ClientRequestToken=self.token,
                SecretString=json.dumps({**current, "password": self._new_password()}),
                VersionStages=[PENDING],
            )

    def set_secret(self) -> None:
        """Give the database the pending password, after a login with the first password that it accepts.

        The database accepts the pending password if an earlier try has set it, and the previous one if the database was
        restored from a backup. Setting a password again does no harm.
        """
        pending = Login.parse(self._read(PENDING))
        for label in (PENDING, CURRENT, PREVIOUS):
            with suppress(LoginRefusedError, self.client.exceptions.ResourceNotFoundException):
                with Database(self.database, Login.parse(self._read(label))) as database:
                    database.change_password(pending.password)
                return
        raise LoginRefusedError(f"the database takes none of the passwords in {self.secret_id}")

    def test_secret(self) -> None:
        """Log in with the pending password and run a query, before readers depend on it."""
        with Database(self.database, Login.parse(self._read(PENDING))) as database:
            database.quantity("anything")

    def finish_secret(self, replaced: str) -> None:
        """Make the pending version the current one. Secrets Manager then removes AWSPENDING."""
        self.client.update_secret_version_stage(
            SecretId=self.secret_id, VersionStage=CURRENT, RemoveFromVersionId=replaced, MoveToVersionId=self.token
        )

    def _read(self, label: str) -> str:
        """The value under a label. Raise ResourceNotFoundException without a version or a value under it."""
        return self.client.get_secret_value(SecretId=self.secret_id, VersionStage=label)["SecretString"]

    def _new_password(self) -> str:
        return self.client.get_random_password(PasswordLength=32, ExcludePunctuation=True)["RandomPassword"]
