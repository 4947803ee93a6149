"""The state: frozen values and their properties."""

from collections.abc import Mapping

import pytest

from pytest_secretsmanager.engine.call import Call, Outcome, new_outcome
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey, Version, with_versions
from pytest_secretsmanager.inspection.log import entries_of

KEY = SecretKey("us-east-1", "123456789012", "app/db")
SEALED = Sealed(kms_key_id="alias/pay", key_arn="key", data_key=b"wrapped key", ciphertext=b"encrypted value")
VERSION = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=SEALED)
LATER = VERSION._replace(id="v2", number=2)
SECRET = Secret(
    key=KEY,
    arn="arn",
    created=0.0,
    changed=0.0,
    versions={"v1": VERSION, "v2": LATER},
    labels={"blue": "v1", "AWSCURRENT": "v2", "AWSPENDING": "v1"},
)


@pytest.mark.parametrize("value", [SEALED, VERSION, SECRET], ids=lambda value: type(value).__name__)
def test_a_state_value_is_frozen(value):
    for field in value._fields:
        with pytest.raises(AttributeError):
            setattr(value, field, None)


@pytest.mark.parametrize("value", [SEALED, VERSION, SECRET], ids=lambda value: type(value).__name__)
def test_a_state_value_has_no_dict(value):
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("value", [SEALED, VERSION, SECRET], ids=lambda value: type(value).__name__)
def test_no_repr_of_a_state_value_shows_an_encrypted_value_or_key(value):
    assert "wrapped key" not in repr(value)
    assert "encrypted value" not in repr(value)


def test_the_name_of_a_secret_is_that_of_its_key():
    assert SECRET.name == "app/db"


@pytest.mark.parametrize(
    ("label", "version"),
    [("blue", VERSION), ("AWSCURRENT", LATER), ("AWSPREVIOUS", None)],
    ids=["on the first", "on the second", "on none"],
)
def test_version_with_returns_the_version_that_holds_a_label(label, version):
    assert SECRET.version_with(label) is version


@pytest.mark.parametrize(
    ("version_id", "labels"),
    [("v1", ("blue", "AWSPENDING")), ("v2", ("AWSCURRENT",)), ("v3", ())],
    ids=["two labels", "one label", "no label"],
)
def test_labels_of_returns_labels_in_the_order_of_their_placement(version_id, labels):
    assert SECRET.labels_of(version_id) == labels


def test_with_versions_changes_four_fields_and_keeps_the_others():
    secret = Secret(*[f"the {name}" for name in Secret._fields])
    changed = {"changed": 1.0, "versions": {"v2": VERSION}, "labels": {"AWSCURRENT": "v2"}, "versions_made": 2}
    updated = with_versions(secret, **changed)
    assert updated == secret._replace(**changed)
    assert type(updated) is Secret


@pytest.mark.parametrize(
    ("primary_region", "expected"), [(None, False), ("us-east-1", False), ("eu-west-1", True)], ids=str
)
def test_is_replica_is_true_if_the_primary_region_is_another(primary_region, expected):
    secret = Secret(key=KEY, arn="arn", created=0.0, changed=0.0, primary_region=primary_region)
    assert secret.is_replica is expected


def all_values(value):
    """Yield a named tuple, and those in its fields, mappings and tuples."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    elif hasattr(value, "_fields"):
        yield value
    if isinstance(value, tuple):
        for part in value:
            yield from all_values(part)


def test_each_value_that_a_call_makes_has_all_the_fields_of_its_class(secretsmanager, client):
    """`of_fields` does not count them, and a field with a default is easily forgotten."""
    client.create_secret(Name="db", SecretString="one")
    client.put_secret_value(SecretId="db", SecretString="two")
    service = secretsmanager._parts.service
    made = [*all_values((*service.secrets(), *entries_of(secretsmanager.log), new_outcome({})))]
    assert {Call, Entry, Outcome, Sealed, Secret, Version} <= {type(value) for value in made}
    assert [value for value in made if len(value) != len(value._fields)] == []
