"""The application under test, and the variables that a manager sets."""

import boto3

VARIABLES = ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def read(name: str = "db") -> str:
    """Read a secret as an application does: with its own client."""
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
