"""The state: frozen values, and what they tell of themselves."""

from dataclasses import FrozenInstanceError, fields

import pytest

from pytest_secretsmanager.engine.state import Sealed, Secret, SecretKey, Version

KEY = SecretKey("us-east-1", "123456789012", "app/db")
SEALED = Sealed(kms_key_id="alias/pay", key_arn="key", data_key=b"wrapped key", ciphertext=b"encrypted value")
VERSION = Version(id="v1", number=1, created=0.0, member="SecretString", sealed=SEALED)
SECRET = Secret(
    key=KEY,
    arn="arn",
    created=0.0,
    changed=0.0,
    versions={"v1": VERSION},
    labels={"blue": "v1", "AWSCURRENT": "v2", "AWSPENDING": "v1"},
)


@pytest.mark.parametrize("value", [SEALED, VERSION, SECRET], ids=lambda value: type(value).__name__)
def test_no_value_can_be_changed_in_place(value):
    for field in fields(value):
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, None)


@pytest.mark.parametrize("value", [SEALED, VERSION, SECRET], ids=lambda value: type(value).__name__)
def test_values_have_no_room_for_more(value):
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("value", [SEALED, VERSION, SECRET], ids=lambda value: type(value).__name__)
def test_no_repr_shows_what_is_sealed(value):
    assert "wrapped key" not in repr(value)
    assert "encrypted value" not in repr(value)


def test_a_secret_is_called_as_its_key_says():
    assert SECRET.name == "app/db"


@pytest.mark.parametrize(
    ("version_id", "labels"), [("v1", ("blue", "AWSPENDING")), ("v2", ("AWSCURRENT",)), ("v3", ())]
)
def test_the_labels_of_a_version_stand_in_the_order_in_which_they_were_placed(version_id, labels):
    assert SECRET.labels_of(version_id) == labels


@pytest.mark.parametrize(
    ("primary_region", "expected"), [(None, False), ("us-east-1", False), ("eu-west-1", True)], ids=str
)
def test_a_replica_has_its_primary_in_another_region(primary_region, expected):
    secret = Secret(key=KEY, arn="arn", created=0.0, changed=0.0, primary_region=primary_region)
    assert secret.is_replica is expected
