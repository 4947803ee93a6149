"""Constants and functions that the tests of replication share."""

V1, V2, V3 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3))
EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}


def statuses(client, secret_id="db"):
    entries = client.describe_secret(SecretId=secret_id).get("ReplicationStatus", [])
    return {entry["Region"]: entry["Status"] for entry in entries}


def current(client, secret_id="db"):
    return client.get_secret_value(SecretId=secret_id)["SecretString"]


def is_there(client, secret_id="db"):
    return secret_id in [secret["Name"] for secret in client.list_secrets()["SecretList"]]
