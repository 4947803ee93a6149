"""Fixtures of the tests of replicas."""

import pytest
from replica_views import EU, POLICY, V1, V2, V3, tags


@pytest.fixture
def db(client, secretsmanager):
    """`db` with every kind of metadata, three versions, the oldest without a label, and a replica."""
    secretsmanager.kms.create_key(alias="alias/us")
    client.create_secret(
        Name="db",
        SecretString="one",
        ClientRequestToken=V1,
        Description="main",
        Tags=tags(team="pay", stage="prod"),
        AddReplicaRegions=[EU],
    )
    client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=V2)
    client.put_secret_value(SecretId="db", SecretString="three", ClientRequestToken=V3, VersionStages=["AWSCURRENT"])
    client.put_resource_policy(SecretId="db", ResourcePolicy=POLICY)
