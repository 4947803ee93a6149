"""The key ring: sealed values open under their key and context only, and no plain text is held."""

import gc
import secrets
from dataclasses import replace
from types import CellType, FunctionType, ModuleType

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.keys import KeyName, KeyRing

KEY = KeyName("us-east-1", "123456789012", "alias/pay")
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")


@pytest.fixture
def ring():
    """A ring of keys."""
    return KeyRing()


@given(plain=st.binary(max_size=100), context=st.binary(max_size=100))
def test_what_is_sealed_opens_again(plain, context):
    ring = KeyRing()
    assert ring.open(ring.seal(plain, KEY, context), KEY, context) == plain


@pytest.mark.parametrize(
    "key", [KEY._replace(id=""), KEY._replace(region="eu-west-1"), KEY._replace(account="210987654321")]
)
def test_it_opens_under_no_other_key(ring, key):
    sealed = ring.seal(b"value", KEY, b"context")
    with pytest.raises(InvalidTag):
        ring.open(sealed, key, b"context")


def test_it_opens_in_no_other_context(ring):
    sealed = ring.seal(b"value", KEY, b"SecretVersionId=1")
    with pytest.raises(InvalidTag):
        ring.open(sealed, KEY, b"SecretVersionId=2")


def test_it_opens_in_no_other_ring(ring):
    sealed = ring.seal(b"value", KEY, b"context")
    with pytest.raises(InvalidTag):
        KeyRing().open(sealed, KEY, b"context")


@pytest.mark.parametrize("part", ["data_key", "ciphertext"])
def test_it_opens_only_as_it_was_sealed(ring, part):
    sealed = ring.seal(b"value", KEY, b"context")
    spoilt = bytearray(getattr(sealed, part))
    spoilt[-1] ^= 1
    with pytest.raises(InvalidTag):
        ring.open(replace(sealed, **{part: bytes(spoilt)}), KEY, b"context")


def test_parts_of_two_sealed_values_do_not_go_together(ring):
    first, second = (ring.seal(plain, KEY, b"context") for plain in (b"one", b"two"))
    with pytest.raises(InvalidTag):
        ring.open(replace(first, ciphertext=second.ciphertext), KEY, b"context")


def test_the_same_value_is_never_sealed_alike(ring):
    sealed = [ring.seal(b"value", KEY, b"context") for _ in range(50)]
    assert len({one.data_key for one in sealed}) == len({one.ciphertext for one in sealed}) == 50


def test_the_key_is_named_as_the_request_gave_it(ring):
    assert ring.seal(b"value", KEY, b"context").kms_key_id == "alias/pay"


def test_a_version_does_not_open_as_another_version(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2)
    secret = world.state("db")
    with pytest.raises(InvalidTag):
        world.service.ports.open(secret, V1, secret.versions[V2].sealed)


def test_a_version_does_not_open_as_another_secrets(world):
    for name in ("db", "other"):
        world.call("CreateSecret", Name=name, SecretString=name, ClientRequestToken=V1)
    with pytest.raises(InvalidTag):
        world.service.ports.open(world.state("db"), V1, world.state("other").versions[V1].sealed)


def held_by(root):
    """Every object that can be reached from one, but for code and what all code can reach."""
    seen, left = {}, [root]
    while left:
        found = left.pop()
        if id(found) in seen or isinstance(found, type | ModuleType):
            continue
        seen[id(found)] = found
        if isinstance(found, FunctionType):
            left += [*(found.__closure__ or ()), *(found.__defaults__ or ())]
        elif isinstance(found, CellType):
            left.append(found.cell_contents)
        else:
            left += gc.get_referents(found)
    return list(seen.values())


def texts_in(objects):
    texts = [found.encode(errors="surrogatepass") for found in objects if isinstance(found, str)]
    return texts + [bytes(found) for found in objects if isinstance(found, bytes | bytearray)]


@pytest.mark.parametrize("member", ["SecretString", "SecretBinary"])
def test_no_object_that_the_engine_holds_has_a_plain_value_in_it(world, member):
    plain = [secrets.token_hex(16).encode() for _ in range(3)]
    values = [text if member == "SecretBinary" else text.decode() for text in plain]
    world.call("CreateSecret", Name="db", ClientRequestToken=V1, **{member: values[0]})
    world.call("PutSecretValue", SecretId="db", ClientRequestToken=V2, **{member: values[1]})
    world.call("UpdateSecret", SecretId="db", KmsKeyId="alias/pay")
    world.refused("PutSecretValue", SecretId="db", ClientRequestToken=V2, **{member: values[2]})
    assert world.call("GetSecretValue", SecretId="db")[member] == values[1]
    held = texts_in(held_by(world))
    assert V1.encode() in held
    assert any(world.state("db").versions[V2].sealed.ciphertext == text for text in held)
    assert not [text for text in held for value in plain if value in text]
