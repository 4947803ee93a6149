"""The libraries that read secrets for applications: AWS's caching client, and Powertools for AWS Lambda."""

import pytest
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from aws_secretsmanager_caching import InjectKeywordedSecretString, InjectSecretString, SecretCache, SecretCacheConfig

# --- aws-secretsmanager-caching ------------------------------------------------------------------------------------


@pytest.fixture
def cache(client):
    return SecretCache(client=client)


def test_aws_caching_client_gives_a_secrets_string(secretsmanager, cache):
    secretsmanager.seed("db", "one")
    assert cache.get_secret_string("db") == "one"


def test_aws_caching_client_gives_a_secrets_bytes(secretsmanager, cache):
    secretsmanager.seed("key", b"\x00\xff")
    assert cache.get_secret_binary("key") == b"\x00\xff"


def test_aws_caching_client_gives_the_version_with_a_label(secretsmanager, cache):
    secretsmanager.seed("db", "two", versions=["one"])
    assert cache.get_secret_string("db", version_stage="AWSPREVIOUS") == "one"


def test_aws_caching_client_gives_none_for_a_label_that_no_version_has(secretsmanager, cache):
    secretsmanager.seed("db", "one")
    assert cache.get_secret_string("db", version_stage="AWSPENDING") is None


def test_aws_caching_client_calls_aws_once_for_repeated_reads(secretsmanager, cache):
    secretsmanager.seed("db", "one")
    assert [cache.get_secret_string("db") for _ in range(3)] == ["one"] * 3
    assert [call.operation for call in secretsmanager.log] == ["DescribeSecret", "GetSecretValue"]


def test_aws_caching_client_serves_the_old_value_within_its_refresh_interval(secretsmanager, cache, client):
    secretsmanager.seed("db", "one")
    cache.get_secret_string("db")
    client.put_secret_value(SecretId="db", SecretString="two")
    assert cache.get_secret_string("db") == "one"


def test_aws_caching_client_serves_the_new_value_after_its_refresh_interval(secretsmanager, client):
    """The cache describes the secret, and reads the version only if AWSCURRENT moved."""
    cache = SecretCache(config=SecretCacheConfig(secret_refresh_interval=0), client=client)
    secretsmanager.seed("db", "one")
    cache.get_secret_string("db")
    client.put_secret_value(SecretId="db", SecretString="two")
    assert cache.get_secret_string("db") == "two"


def test_aws_caching_client_raises_the_error_of_its_client(secretsmanager, cache, client):
    with pytest.raises(client.exceptions.ResourceNotFoundException, match="can't find the specified secret"):
        cache.get_secret_string("nowhere")


def test_aws_caching_client_creates_its_own_client(secretsmanager):
    secretsmanager.seed("db", "one")
    cache = SecretCache(config=SecretCacheConfig(max_cache_size=2))
    assert cache.get_secret_string("db") == "one"


def test_aws_caching_client_decorator_passes_the_secret_to_the_function(secretsmanager, cache):
    secretsmanager.seed("db", "one")

    @InjectSecretString("db", cache)
    def connect(password, host):
        return f"{password}@{host}"

    assert connect("localhost") == "one@localhost"


def test_aws_caching_client_decorator_passes_the_fields_of_a_secret_to_the_function(secretsmanager, cache):
    secretsmanager.seed("db", {"user": "app", "password": "one"})

    @InjectKeywordedSecretString("db", cache, name="user", password="password")
    def connect(name, password):
        return f"{name}:{password}"

    assert connect() == "app:one"


# --- Powertools ----------------------------------------------------------------------------------------------------


@pytest.fixture
def provider(client):
    return parameters.SecretsProvider(boto3_client=client)


@pytest.fixture
def default_provider():
    """Clear the provider that Powertools keeps, with client and cache, for the whole process."""
    parameters.clear_caches()
    yield
    parameters.clear_caches()


@pytest.mark.parametrize("value", ["one", b"\x00\xff"])
def test_powertools_provider_gives_a_secrets_value(secretsmanager, provider, value):
    secretsmanager.seed("db", value)
    assert provider.get("db") == value


def test_powertools_provider_gives_a_secrets_json(secretsmanager, provider):
    secretsmanager.seed("db", {"user": "app"})
    assert provider.get("db", transform="json") == {"user": "app"}


def test_powertools_provider_passes_version_stage_to_get_secret_value(secretsmanager, provider):
    secretsmanager.seed("db", "two", versions=["one"])
    assert provider.get("db", VersionStage="AWSPREVIOUS") == "one"


def test_powertools_provider_calls_aws_once_for_repeated_reads(secretsmanager, provider):
    secretsmanager.seed("db", "one")
    provider.get("db")
    provider.get("db")
    assert [call.operation for call in secretsmanager.log] == ["GetSecretValue"]


def test_powertools_provider_writes_a_new_version(secretsmanager, provider):
    secretsmanager.seed("db", "one")
    provider.set("db", "two")
    secretsmanager.assert_value("db", "two")


def test_powertools_provider_creates_a_missing_secret(secretsmanager, provider):
    """The provider puts first, and creates after ResourceNotFoundException."""
    provider.set("db", {"user": "app"})
    secretsmanager.assert_value("db", {"user": "app"})
    assert [call.error for call in secretsmanager.log] == ["ResourceNotFoundException", None]


def test_powertools_provider_names_the_error_of_aws(secretsmanager, provider):
    with pytest.raises(GetParameterError, match=r"ResourceNotFoundException.*can't find the specified secret"):
        provider.get("nowhere")


@pytest.mark.parametrize("value", ["of the first test", "of the second test"])
@pytest.mark.usefixtures("default_provider")
def test_powertools_get_secret_gives_the_value_of_the_current_test(secretsmanager, value):
    secretsmanager.seed("db", value)
    assert parameters.get_secret("db") == value
