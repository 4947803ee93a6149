"""The key ring: the names and states of keys, and encryption that is bound to key and context."""

import gc
import secrets
from dataclasses import replace
from types import CellType, FunctionType, ModuleType

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine import keys
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.keys import KeyElsewhere, KeyRing, KmsRefusal

HOME = ("us-east-1", "123456789012")
PLACE = "arn:aws:kms:us-east-1:123456789012"
USER = user_of("123456789012", "us-east-1")
KEY_ID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
V1, V2 = "version-1".ljust(32, "-"), "version-2".ljust(32, "-")


@pytest.fixture
def ring():
    """A key ring."""
    return KeyRing()


@pytest.fixture
def key(ring):
    """A key of the ring, with an alias."""
    return ring.create(*HOME, key_id=KEY_ID, alias="alias/pay")


def refusal(function, *arguments):
    """The code and text of KMS's refusal."""
    with pytest.raises(KmsRefusal) as caught:
        function(*arguments)
    return caught.value.code, str(caught.value)


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [KEY_ID, f"{PLACE}:key/{KEY_ID}", "alias/pay", f"{PLACE}:alias/pay"])
def test_find_finds_a_key_by_each_of_its_names(ring, key, name):
    assert ring.find(*HOME, name) == key


@pytest.mark.parametrize("name", ["", "alias/aws/secretsmanager"])
def test_find_creates_the_default_key_on_demand(ring, name):
    default = ring.find(*HOME, name)
    assert default.alias == "alias/aws/secretsmanager"
    assert ring.find(*HOME, "") == ring.find(*HOME, default.arn) == default


def test_each_region_and_account_has_its_own_default_key(ring):
    places = [HOME, ("eu-west-1", HOME[1]), (HOME[0], "210987654321")]
    arns = [ring.find(*place, "").arn for place in places]
    assert [tuple(arn.split(":")[3:5]) for arn in arns] == places


@pytest.mark.parametrize(
    ("region", "partition"), [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_the_arn_of_a_key_names_its_partition(ring, region, partition):
    key = ring.create(region, HOME[1], key_id=KEY_ID)
    assert key.arn == f"arn:{partition}:kms:{region}:{HOME[1]}:key/{KEY_ID}"
    assert ring.find(region, HOME[1], key.arn) == key


def test_create_gives_each_key_its_own_id(ring):
    keys = [ring.create(*HOME) for _ in range(20)]
    assert len({key.id for key in keys}) == 20
    assert all(ring.find(*HOME, key.id) == key for key in keys)


def test_create_moves_an_alias_to_the_newer_key(ring, key):
    newer = ring.create(*HOME, alias="alias/pay")
    assert ring.find(*HOME, "alias/pay") == newer
    assert ring.find(*HOME, KEY_ID) == replace(key, alias=None)


def test_an_alias_names_a_key_of_one_region_and_account(ring, key):
    elsewhere = ring.create("eu-west-1", HOME[1], alias="alias/pay")
    assert ring.find("eu-west-1", HOME[1], "alias/pay") == elsewhere
    assert ring.find(*HOME, "alias/pay") == key


def test_find_finds_a_key_of_another_account_by_its_arn(ring):
    theirs = ring.create(HOME[0], "210987654321", alias="alias/theirs")
    assert ring.find(*HOME, theirs.arn) == theirs
    assert ring.find(*HOME, "arn:aws:kms:us-east-1:210987654321:alias/theirs") == theirs


MULTI_REGION_ID = f"mrk-{'0f' * 16}"
MALFORMED = [
    pytest.param(name, id=name)
    for name in (
        "pay",
        "alias/",
        "alias/a b",
        "alias:pay",
        f"key/{KEY_ID}",
        KEY_ID[:-1],
        f"{KEY_ID}0",
        "mrk-0f",
        "arn:aws:kms",
        f"{PLACE}:{KEY_ID}",
        f"{PLACE}:key/",
        "arn:aws:kms:us-east-1:12:key/x",
        f"arn:aws:s3:us-east-1:123456789012:key/{KEY_ID}",
    )
]


@pytest.mark.parametrize("name", MALFORMED)
def test_find_refuses_a_malformed_name(ring, name):
    assert refusal(ring.find, *HOME, name) == ("InvalidArnException", "Invalid keyId")


@pytest.mark.parametrize("name", ["key/x", "alias/pay"])
def test_find_refuses_an_arn_of_another_region(ring, name):
    arn = f"arn:aws:kms:eu-west-1:123456789012:{name}"
    assert refusal(ring.find, *HOME, arn) == ("InvalidArnException", "Invalid arn eu-west-1")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (KEY_ID, f"Key '{PLACE}:key/{KEY_ID}' does not exist"),
        (MULTI_REGION_ID, f"Key '{PLACE}:key/{MULTI_REGION_ID}' does not exist"),
        (f"{PLACE}:key/{KEY_ID}", f"Key '{PLACE}:key/{KEY_ID}' does not exist"),
        ("alias/pay", f"Alias {PLACE}:alias/pay is not found."),
        (f"{PLACE}:alias/pay", f"Alias {PLACE}:alias/pay is not found."),
    ],
    ids=["id", "multi-region id", "ARN", "alias", "alias ARN"],
)
def test_find_refuses_a_name_of_no_key(ring, name, text):
    assert refusal(ring.find, *HOME, name) == ("NotFoundException", text)


@pytest.mark.parametrize(
    "name", [KEY_ID, MULTI_REGION_ID, f"{PLACE}:key/{KEY_ID}", "alias/pay", f"{PLACE}:alias/pay", "alias/a/b_c-d"]
)
def test_create_named_creates_a_key_of_that_name(ring, name):
    key = ring.create_named(*HOME, name)
    assert ring.find(*HOME, name) == key


@pytest.mark.parametrize("name", MALFORMED)
def test_create_named_refuses_a_malformed_name(ring, name):
    assert refusal(ring.create_named, *HOME, name) == ("InvalidArnException", "Invalid keyId")


def test_the_repr_of_a_key_shows_no_material(key):
    shown = f"id={KEY_ID!r}, arn='{PLACE}:key/{KEY_ID}', alias='alias/pay', state='Enabled', denied=False"
    assert repr(key) == f"KmsKey({shown}, denied_to=frozenset())"


# --- states ----------------------------------------------------------------------------------------------------------

STATES = [
    pytest.param({"denied": True}, ("AccessDeniedException", "Access to KMS is not allowed"), id="denied"),
    pytest.param({"state": "Disabled"}, ("DisabledException", f"{PLACE}:key/{KEY_ID} is disabled."), id="disabled"),
    pytest.param(
        {"state": "PendingDeletion"},
        ("KMSInvalidStateException", f"{PLACE}:key/{KEY_ID} is pending deletion."),
        id="pending deletion",
    ),
    pytest.param(
        {"state": "Disabled", "denied": True},
        ("AccessDeniedException", "Access to KMS is not allowed"),
        id="disabled and denied",
    ),
]


@pytest.mark.parametrize(("change", "expected"), STATES)
def test_an_unusable_key_decrypts_nothing(ring, key, change, expected):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    ring.put(key, **change)
    assert refusal(ring.open, sealed, b"context", USER) == expected


@pytest.mark.parametrize(("change", "expected"), STATES)
def test_an_unusable_key_encrypts_nothing(ring, key, change, expected):
    ring.put(key, **change)
    assert refusal(ring.seal, b"value", ring.find(*HOME, KEY_ID), KEY_ID, b"context", USER) == expected


@pytest.mark.parametrize(("change", "expected"), STATES)
def test_open_regardless_decrypts_under_an_unusable_key(ring, key, change, expected):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    ring.put(key, **change)
    assert ring.open_regardless(sealed, b"context") == b"value"


@pytest.mark.parametrize(("change", "expected"), STATES)
def test_a_key_that_is_usable_again_decrypts_earlier_values(ring, key, change, expected):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    ring.put(key, **change)
    ring.put(key, state="Enabled", denied=False)
    assert ring.open(sealed, b"context", USER) == b"value"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"state": "Disabled"}, {"denied": True}, ("Disabled", True)),
        ({"denied": True}, {"state": "Disabled"}, ("Disabled", True)),
        ({"denied": True}, {"state": "Enabled"}, ("Enabled", True)),
        ({"state": "Disabled", "denied": True}, {"denied": False}, ("Disabled", False)),
    ],
    ids=str,
)
def test_put_changes_state_and_denial_independently(ring, key, first, second, expected):
    ring.put(key, **first)
    now = ring.put(key, **second)
    assert (now.state, now.denied) == expected
    assert ring.find(*HOME, KEY_ID) == now


def test_an_encrypted_value_stays_under_its_key_when_the_alias_moves(ring, key):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    ring.put(ring.create(*HOME, alias="alias/pay"), state="Disabled")
    assert ring.open(sealed, b"context", USER) == b"value"


# --- sealing ---------------------------------------------------------------------------------------------------------


@given(plain=st.binary(max_size=100), context=st.binary(max_size=100))
def test_open_decrypts_any_value_that_seal_encrypted(plain, context):
    ring = KeyRing()
    assert ring.open(ring.seal(plain, ring.find(*HOME, ""), "", context, USER), context, USER) == plain


def test_open_fails_under_another_key(ring, key):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    other = ring.create(*HOME)
    with pytest.raises(InvalidTag):
        ring.open(sealed._replace(key_arn=other.arn), b"context", USER)


def test_open_fails_in_another_context(ring, key):
    sealed = ring.seal(b"value", key, "alias/pay", b"SecretVersionId=1", USER)
    with pytest.raises(InvalidTag):
        ring.open(sealed, b"SecretVersionId=2", USER)


def test_open_fails_in_another_key_ring(ring, key):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    other = KeyRing()
    other.create(*HOME, key_id=KEY_ID)
    with pytest.raises(InvalidTag):
        other.open(sealed, b"context", USER)


@pytest.mark.parametrize("part", ["data_key", "ciphertext"])
def test_open_fails_for_a_changed_value(ring, key, part):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    spoilt = bytearray(getattr(sealed, part))
    spoilt[-1] ^= 1
    with pytest.raises(InvalidTag):
        ring.open(sealed._replace(**{part: bytes(spoilt)}), b"context", USER)


def test_open_fails_for_parts_of_two_encrypted_values(ring, key):
    first, second = (ring.seal(plain, key, "alias/pay", b"context", USER) for plain in (b"one", b"two"))
    with pytest.raises(InvalidTag):
        ring.open(first._replace(ciphertext=second.ciphertext), b"context", USER)


def test_seal_never_encrypts_a_value_to_the_same_bytes(ring, key):
    sealed = [ring.seal(b"value", key, "alias/pay", b"context", USER) for _ in range(50)]
    assert len({one.data_key for one in sealed}) == len({one.ciphertext for one in sealed}) == 50


def test_an_encrypted_value_has_the_given_key_name_and_the_key_arn(ring, key):
    sealed = ring.seal(b"value", key, "alias/pay", b"context", USER)
    assert (sealed.kms_key_id, sealed.key_arn) == ("alias/pay", key.arn)


# --- values in the engine --------------------------------------------------------------------------------------------


def test_a_version_does_not_decrypt_as_another_version(world):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)
    world.call("PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2)
    secret = world.state("db")
    with pytest.raises(InvalidTag):
        world.service.ports.open(secret, V1, secret.versions[V2].sealed, USER)


def test_a_version_does_not_decrypt_as_a_version_of_another_secret(world):
    for name in ("db", "other"):
        world.call("CreateSecret", Name=name, SecretString=name, ClientRequestToken=V1)
    with pytest.raises(InvalidTag):
        world.service.ports.open(world.state("db"), V1, world.state("other").versions[V1].sealed, USER)


def held_by(root):
    """Every object that another one references, except for classes and modules."""
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
def test_no_object_of_the_engine_holds_a_plain_value(world, member):
    plain = [secrets.token_hex(16).encode() for _ in range(3)]
    values = [text if member == "SecretBinary" else text.decode() for text in plain]
    world.create_key("alias/pay")
    world.call("CreateSecret", Name="db", ClientRequestToken=V1, **{member: values[0]})
    world.call("PutSecretValue", SecretId="db", ClientRequestToken=V2, **{member: values[1]})
    world.call("UpdateSecret", SecretId="db", KmsKeyId="alias/pay")
    world.refused("PutSecretValue", SecretId="db", ClientRequestToken=V2, **{member: values[2]})
    assert world.call("GetSecretValue", SecretId="db")[member] == values[1]
    held = texts_in(held_by(world))
    assert V1.encode() in held
    assert any(world.state("db").versions[V2].sealed.ciphertext == text for text in held)
    assert not [text for text in held for value in plain if value in text]


# --- another KMS in this process -------------------------------------------------------------------------------------

OTHERS_KEY = f"{PLACE}:key/{KEY_ID}"


@pytest.fixture
def others():
    """The keys of another KMS, by the ARNs of keys and aliases."""
    return {arn: KeyElsewhere(OTHERS_KEY, "Enabled") for arn in (OTHERS_KEY, f"{PLACE}:alias/theirs")}


@pytest.fixture
def ring_beside(others):
    """A ring that looks up missing keys in the other KMS."""
    return KeyRing(others.get)


@pytest.mark.parametrize("name", [KEY_ID, OTHERS_KEY, "alias/theirs", f"{PLACE}:alias/theirs"])
def test_find_finds_a_key_of_another_kms_by_each_of_its_names(ring_beside, name):
    found = ring_beside.find(*HOME, name)
    assert (found.arn, found.is_elsewhere, found.state) == (OTHERS_KEY, True, "Enabled")
    assert ring_beside.find(*HOME, name) == found


def test_find_refuses_a_key_that_neither_kms_has(ring_beside):
    assert refusal(ring_beside.find, *HOME, "alias/none") == (
        "NotFoundException",
        f"Alias {PLACE}:alias/none is not found.",
    )


def test_each_use_of_a_key_of_another_kms_reads_its_state_there(ring_beside, others):
    sealed = ring_beside.seal(b"one", ring_beside.find(*HOME, KEY_ID), KEY_ID, b"context", USER)
    others[OTHERS_KEY] = KeyElsewhere(OTHERS_KEY, "Disabled")
    assert refusal(ring_beside.open, sealed, b"context", USER) == ("DisabledException", f"{OTHERS_KEY} is disabled.")
    assert ring_beside.open_regardless(sealed, b"context") == b"one"
    others[OTHERS_KEY] = KeyElsewhere(OTHERS_KEY, "Enabled")
    assert ring_beside.open(sealed, b"context", USER) == b"one"


@pytest.mark.parametrize(("state", "code"), [("Enabled", None), ("Disabled", "DisabledException")])
def test_a_key_of_an_ended_kms_keeps_its_last_state(ring_beside, others, state, code):
    sealed = ring_beside.seal(b"one", ring_beside.find(*HOME, KEY_ID), KEY_ID, b"context", USER)
    others[OTHERS_KEY] = KeyElsewhere(OTHERS_KEY, state)
    ring_beside.find(*HOME, KEY_ID)
    others.clear()
    if code is None:
        assert ring_beside.open(sealed, b"context", USER) == b"one"
    else:
        assert refusal(ring_beside.open, sealed, b"context", USER)[0] == code


def test_a_key_of_another_kms_can_be_denied_in_this_ring(ring_beside):
    sealed = ring_beside.seal(b"one", ring_beside.find(*HOME, KEY_ID), KEY_ID, b"context", USER)
    ring_beside.put(ring_beside.find(*HOME, KEY_ID), denied=True)
    assert refusal(ring_beside.open, sealed, b"context", USER)[0] == "AccessDeniedException"


def test_an_alias_of_another_kms_names_the_key_of_this_ring_with_the_same_arn(ring_beside):
    own = ring_beside.create(*HOME, key_id=KEY_ID)
    ring_beside.put(own, state="Disabled")
    found = ring_beside.find(*HOME, "alias/theirs")
    assert (found.arn, found.is_elsewhere, found.state) == (own.arn, False, "Disabled")


# --- several threads -------------------------------------------------------------------------------------------------


CHANGES = {
    "made": lambda ring, _: ring.create(*HOME),
    "made for an account": lambda ring, _: ring.find("eu-west-1", "210987654321", ""),
    "put": lambda ring, key: ring.put(key, state="Disabled"),
    "denied": lambda ring, key: ring.deny_to(key, USER.arn),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_key_is_made_or_changed_under_the_lock_of_keys(ring, key, monkeypatch, is_free, change):
    """Otherwise two threads could make two default keys, or lose each other's change."""
    free = []

    def looking(function):
        def look(*arguments, **fields):
            free.append(is_free(keys._lock))
            return function(*arguments, **fields)

        return look

    for owner, name in ((ring, "_add"), (keys, "replace")):
        monkeypatch.setattr(owner, name, looking(getattr(owner, name)))
    change(ring, key)
    assert free
    assert not any(free)


def test_a_thread_that_comes_second_finds_the_default_key_of_the_first(ring, monkeypatch):
    """The other thread makes it between the look of this one and its turn."""
    made = ring._made_default

    def second(*place):
        monkeypatch.setattr(ring, "_made_default", made)
        ring.find(*place, "")
        return made(*place)

    monkeypatch.setattr(ring, "_made_default", second)
    assert ring.find(*HOME, "") == ring.find(*HOME, "")
    assert len(ring._keys) == 1


def test_a_denial_keeps_one_that_another_thread_has_added_since_the_key_was_looked_up(ring, key):
    ring.deny_to(key, "arn:aws:iam::123456789012:user/one")
    assert not key.denied_to
    ring.deny_to(key, "arn:aws:iam::123456789012:user/two")
    assert len(ring.at(key.arn).denied_to) == 2
