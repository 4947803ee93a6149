"""The ports of operations: which names mean an account's default key, and the ids that they make."""

from random import Random
from uuid import RFC_4122, UUID

import pytest

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.keys import KeyRing
from pytest_secretsmanager.engine.ports import Ports, new_suffix, new_uuid
from pytest_secretsmanager.engine.state import Secret, SecretKey

REGION, ACCOUNT = "us-east-1", "123456789012"
PLACE = f"arn:aws:kms:{REGION}:{ACCOUNT}"
ALIAS = "alias/aws/secretsmanager"


def is_default(name, keys):
    key = SecretKey(REGION, ACCOUNT, "db")
    secret = Secret(key=key, arn="arn:db", created=0.0, changed=0.0, kms_key_id=name)
    return Ports(Random(1), keys, 100).under_default_key(secret)


@pytest.mark.parametrize("name", ["", ALIAS, f"{PLACE}:{ALIAS}"])
def test_an_empty_name_and_the_alias_mean_the_default_key(name):
    assert is_default(name, KeyRing())


@pytest.mark.parametrize("form", ["id", "arn"])
def test_the_id_and_the_arn_of_the_default_key_mean_the_default_key(form):
    keys = KeyRing()
    assert is_default(getattr(keys.find(REGION, ACCOUNT, ""), form), keys)


@pytest.mark.parametrize("name", ["alias/pay", f"{PLACE}:alias/pay"])
def test_a_customer_key_is_not_the_default_key(name):
    keys = KeyRing()
    keys.create(REGION, ACCOUNT, alias="alias/pay")
    assert not is_default(name, keys)


def test_an_unknown_key_is_not_the_default_key():
    assert not is_default("alias/pay", KeyRing())


def test_new_uuid_makes_random_uuids():
    random = Random(1)
    made = [UUID(new_uuid(random)) for _ in range(1000)]
    assert {(one.version, one.variant) for one in made} == {(4, RFC_4122)}
    numbers = [one.int for one in made]
    assert {bit for bit in range(128) if len({number >> bit & 1 for number in numbers}) == 1} == {
        *range(76, 80),
        62,
        63,
    }


def test_new_suffix_draws_from_all_letters():
    random = Random(1)
    made = [new_suffix(random) for _ in range(1000)]
    assert {len(one) for one in made} == {arns.SUFFIX_LENGTH}
    assert all({one[place] for one in made} == {*arns.SUFFIX_ALPHABET} for place in range(arns.SUFFIX_LENGTH))
