"""The calls and views that the tests of replicas share."""

import json

V1, V2, V3, V4, V5 = (f"version-{number}".ljust(32, "-") for number in range(1, 6))
TOKEN = "token".ljust(32, "-")
EU, AP = {"Region": "eu-west-1"}, {"Region": "ap-south-1"}
IN_SYNC = ("InSync", "Replication succeeded")
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:*", "Resource": "*"}}'
DENY = POLICY.replace("Allow", "Deny")
ON_REPLICA = (
    "InvalidParameterException",
    "Operation not permitted on a replica secret. Call must be made in primary secret's region.",
)


def tags(**pairs):
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


def shown(client):
    """The part of `db` that primary and replicas share, as a client sees it."""
    described = client.describe_secret(SecretId="db")
    versions = client.list_secret_version_ids(SecretId="db", IncludeDeprecated=True)["Versions"]
    return {
        "name": described["Name"],
        "description": described.get("Description"),
        "tags": described.get("Tags") or None,
        "policy": json.loads(client.get_resource_policy(SecretId="db").get("ResourcePolicy", "null")),
        "labels": {version["VersionId"]: version.get("VersionStages", []) for version in versions},
        "made": [version["CreatedDate"] for version in versions],
        "values": {version["VersionId"]: value_of(client, version["VersionId"]) for version in versions},
    }


def value_of(client, version_id):
    reply = client.get_secret_value(SecretId="db", VersionId=version_id)
    return reply.get("SecretString") or reply.get("SecretBinary")


def current(client):
    return client.get_secret_value(SecretId="db")["SecretString"]


def outcomes(client):
    entries = client.describe_secret(SecretId="db")["ReplicationStatus"]
    return {entry["Region"]: (entry["Status"], entry.get("StatusMessage")) for entry in entries}


LABELS = {V1: [], V2: ["AWSPREVIOUS"], V3: ["AWSCURRENT"]}
VALUES = {V1: "one", V2: "two", V3: "three"}


def without_dates(state):
    return {name: member for name, member in state.items() if name != "made"}
