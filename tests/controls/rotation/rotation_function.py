"""A rotation function as users run it on AWS, and the database whose passwords it changes.

It follows the strategy of AWS's templates for a single user: the user changes its own password. A step
skips work that is already done, so each step may run any number of times.
"""

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

Database = dict[str, str]
"""Each user of the database, and its password."""

Credentials = dict[str, str]
"""A secret's value: `username` and `password`."""

Handler = Callable[[dict[str, str], Any], object]
"""A Lambda handler."""


class LoginRefused(Exception):  # noqa: N818 - the name of a reply of the database
    """The database does not know that password."""


def log_in(database: Database, credentials: Credentials) -> None:
    """Connect to the database. Raise LoginRefused for a wrong password."""
    if database[credentials["username"]] != credentials["password"]:
        raise LoginRefused(f"no such password of user {credentials['username']}")


def rotation_function(database: Database) -> Handler:
    """Return the Lambda handler that rotates the passwords of this database."""

    def lambda_handler(event: dict[str, str], context: Any) -> None:
        client = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
        secret, token = event["SecretId"], event["ClientRequestToken"]
        if is_current_already(client, secret, token):
            return
        match event["Step"]:
            case "createSecret":
                create_secret(client, secret, token)
            case "setSecret":
                set_secret(client, secret, token, database)
            case "testSecret":
                log_in(database, value_of(client, secret, "AWSPENDING", token))
            case "finishSecret":
                finish_secret(client, secret, token)
            case step:
                raise ValueError(f"no step {step} is known")

    return lambda_handler


def is_current_already(client: "SecretsManagerClient", secret: str, token: str) -> bool:
    """Return whether the version is current already. Raise ValueError if it can't become current."""
    described = client.describe_secret(SecretId=secret)
    if not described.get("RotationEnabled"):
        raise ValueError(f"rotation of {secret} is turned off")
    stages = described.get("VersionIdsToStages", {}).get(token)
    if stages is None:
        raise ValueError(f"{secret} has no version {token}")
    if "AWSCURRENT" in stages:
        return True
    if "AWSPENDING" not in stages:
        raise ValueError(f"version {token} of {secret} is not pending")
    return False


def create_secret(client: "SecretsManagerClient", secret: str, token: str) -> None:
    """Put a new password into the pending version, unless an earlier attempt has."""
    credentials = value_of(client, secret, "AWSCURRENT")
    try:
        value_of(client, secret, "AWSPENDING", token)
    except client.exceptions.ResourceNotFoundException:
        password = client.get_random_password(PasswordLength=24, ExcludeCharacters="\"'\\/@")["RandomPassword"]
        client.put_secret_value(
            SecretId=secret,
            ClientRequestToken=token,
            SecretString=json.dumps({**credentials, "password": password}),
            VersionStages=["AWSPENDING"],
        )


def set_secret(client: "SecretsManagerClient", secret: str, token: str, database: Database) -> None:
    """Change the password in the database, unless an earlier attempt has."""
    wanted = value_of(client, secret, "AWSPENDING", token)
    if database[wanted["username"]] != wanted["password"]:
        log_in(database, value_of(client, secret, "AWSCURRENT"))
        database[wanted["username"]] = wanted["password"]


def finish_secret(client: "SecretsManagerClient", secret: str, token: str) -> None:
    """Make the pending version the current one."""
    stages = client.describe_secret(SecretId=secret)["VersionIdsToStages"]
    current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
    client.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=current, MoveToVersionId=token
    )


def value_of(client: "SecretsManagerClient", secret: str, stage: str, version_id: str | None = None) -> Credentials:
    """Return the value of the version with a staging label; `version_id` may name the same version."""
    version = {} if version_id is None else {"VersionId": version_id}
    text = client.get_secret_value(SecretId=secret, VersionStage=stage, **version)["SecretString"]
    credentials: Credentials = json.loads(text)
    return credentials
