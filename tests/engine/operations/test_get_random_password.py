"""GetRandomPassword."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.errors import InvalidParameterException

TYPES = {
    "ExcludeLowercase": set(string.ascii_lowercase),
    "ExcludeUppercase": set(string.ascii_uppercase),
    "ExcludeNumbers": set("0123456789"),
    "ExcludePunctuation": set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
}


def password(client, **request):
    return client.get_random_password(**request)["RandomPassword"]


def test_it_has_thirty_two_characters_of_all_four_types(client):
    found = password(client)
    assert len(found) == 32
    assert all(set(found) & characters for characters in TYPES.values())
    assert " " not in found


def test_each_is_another(client):
    assert len({password(client) for _ in range(20)}) == 20


@pytest.mark.parametrize("length", [4, 33, 4_096])
def test_it_has_the_length_asked_for(client, length):
    assert len(password(client, PasswordLength=length)) == length


@pytest.mark.parametrize("flag", TYPES)
def test_a_type_can_be_left_out(client, flag):
    found = set(password(client, PasswordLength=1_000, **{flag: True}))
    assert not found & TYPES[flag]
    assert all(found & characters for name, characters in TYPES.items() if name != flag)


def test_characters_can_be_left_out(client):
    assert not set(password(client, PasswordLength=1_000, ExcludeCharacters='"@/\\a')) & set('"@/\\a')


def test_a_space_can_be_in_it(client):
    assert " " in password(client, PasswordLength=4_096, IncludeSpace=True)


def test_a_space_that_is_left_out_is_not_in_it(client):
    assert " " not in password(client, PasswordLength=4_096, IncludeSpace=True, ExcludeCharacters=" ")


def test_not_every_type_has_to_be_in_it(client):
    assert len(password(client, PasswordLength=1, RequireEachIncludedType=False)) == 1


def test_every_type_may_come_first(world):
    firsts = {world.call("GetRandomPassword", PasswordLength=4)["RandomPassword"][0] for _ in range(200)}
    assert all(firsts & characters for characters in TYPES.values())


def test_a_random_seed_makes_passwords_repeatable(new_world):
    assert new_world().call("GetRandomPassword") == new_world().call("GetRandomPassword")


@given(
    length=st.integers(1, 60),
    left_out=st.sets(st.sampled_from(sorted(TYPES))),
    characters=st.text(string.printable, max_size=40),
    space=st.booleans(),
    each=st.booleans(),
)
def test_it_is_made_of_what_is_left_or_refused(new_world, length, left_out, characters, space, each):
    types = [TYPES[flag] - set(characters) for flag in sorted(TYPES.keys() - left_out)]
    allowed = set().union(*types) | ({" "} - set(characters) if space else set())
    request = dict.fromkeys(left_out, True) | {
        "PasswordLength": length,
        "ExcludeCharacters": characters,
        "IncludeSpace": space,
        "RequireEachIncludedType": each,
    }
    if allowed and not (each and (not all(types) or length < len(types))):
        found = new_world().call("GetRandomPassword", **request)["RandomPassword"]
        assert len(found) == length
        assert set(found) <= allowed
        assert not each or all(set(found) & characters_ for characters_ in types)
    else:
        with pytest.raises(InvalidParameterException):
            new_world().call("GetRandomPassword", **request)


NONE_LEFT = dict.fromkeys(TYPES, True)


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"PasswordLength": 3},
            "InvalidParameterException",
            "Password length is too short based on the required types.",
            id="shorter than its types",
        ),
        pytest.param(
            {"ExcludeCharacters": string.digits},
            "InvalidParameterException",
            "All characters of the desired type have been excluded.",
            id="no character of one type",
        ),
        pytest.param(
            NONE_LEFT,
            "InvalidParameterException",
            "All characters have been excluded from selection.",
            id="no type at all",
        ),
        pytest.param(
            {**NONE_LEFT, "RequireEachIncludedType": False},
            "InvalidParameterException",
            "All characters have been excluded from selection.",
            id="no type at all, and none required",
        ),
        pytest.param(
            {"PasswordLength": 4_097},
            "ValidationException",
            "1 validation error detected: Value '4097' at 'passwordLength' failed to satisfy constraint: "
            "Member must have value less than or equal to 4096",
            id="too long",
        ),
        pytest.param(
            {"PasswordLength": 0},
            "ValidationException",
            "1 validation error detected: Value '0' at 'passwordLength' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
            id="of no length",
        ),
    ],
)
def test_it_refuses(unchecked, refused, request_, code, message):
    assert refused(unchecked.get_random_password, **request_) == (code, message)
