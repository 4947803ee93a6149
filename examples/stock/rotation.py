"""The rotation function: the four steps of AWS's single-user strategy, in which the user changes its own password.

Secrets Manager calls `handler` once for each step and, when one has failed, for all of them again under the same token.
So each step first looks how far an earlier try has come. No log line and no error holds a password.
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
    """The function was called for something else than a step of a rotation that is under way."""


def handler(event: Mapping[str, str], _context: object) -> None:
    """One step of a rotation: what Lambda calls. STOCK_DATABASE, in its environment, is the path of the database."""
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
    """The version that each staging label sits on, for a secret whose rotation is turned on."""
    secret = client.describe_secret(SecretId=secret_id)
    if not secret.get("RotationEnabled"):
        raise NoRotationError(f"rotation of {secret_id} is not turned on")
    return {label: version for version, labels in secret["VersionIdsToStages"].items() for label in labels}


@dataclass(frozen=True)
class _Rotation:
    """The rotation of one secret to the version `token`, which holds AWSPENDING."""

    client: "SecretsManagerClient"
    secret_id: str
    token: str
    database: Path

    def create_secret(self) -> None:
        """Puts a new password under AWSPENDING. One that is there already stays: the database may know it."""
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
        """Gives the database the pending password, logged in with whichever one it takes.

        It takes the pending one if an earlier try came this far, and the previous one if it has fallen behind, as a
        database does that was restored. To set a password once more does no harm.
        """
        pending = Login.parse(self._read(PENDING))
        for label in (PENDING, CURRENT, PREVIOUS):
            with suppress(LoginRefusedError, self.client.exceptions.ResourceNotFoundException):
                with Database(self.database, Login.parse(self._read(label))) as database:
                    database.change_password(pending.password)
                return
        raise LoginRefusedError(f"the database takes none of the passwords in {self.secret_id}")

    def test_secret(self) -> None:
        """Logs in with the pending password and asks for something, before anybody depends on it."""
        with Database(self.database, Login.parse(self._read(PENDING))) as database:
            database.quantity("anything")

    def finish_secret(self, replaced: str) -> None:
        """Makes the pending version the current one. Secrets Manager takes AWSPENDING away by itself."""
        self.client.update_secret_version_stage(
            SecretId=self.secret_id, VersionStage=CURRENT, RemoveFromVersionId=replaced, MoveToVersionId=self.token
        )

    def _read(self, label: str) -> str:
        """The value under a label; ResourceNotFoundException when no version is there, or one without a value yet."""
        return self.client.get_secret_value(SecretId=self.secret_id, VersionStage=label)["SecretString"]

    def _new_password(self) -> str:
        return self.client.get_random_password(PasswordLength=32, ExcludePunctuation=True)["RandomPassword"]
