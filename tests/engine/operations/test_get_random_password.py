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


def test_get_random_password_returns_32_characters_of_all_four_types(client):
    found = password(client)
    assert len(found) == 32
    assert all(set(found) & characters for characters in TYPES.values())
    assert " " not in found


def test_get_random_password_returns_a_new_password_each_time(client):
    assert len({password(client) for _ in range(20)}) == 20


@pytest.mark.parametrize("length", [4, 33, 4_096])
def test_get_random_password_returns_the_requested_length(client, length):
    assert len(password(client, PasswordLength=length)) == length


@pytest.mark.parametrize("flag", TYPES)
def test_get_random_password_leaves_out_a_type_of_characters(client, flag):
    found = set(password(client, PasswordLength=1_000, **{flag: True}))
    assert not found & TYPES[flag]
    assert all(found & characters for name, characters in TYPES.items() if name != flag)


def test_get_random_password_leaves_out_excluded_characters(client):
    assert not set(password(client, PasswordLength=1_000, ExcludeCharacters='"@/\\a')) & set('"@/\\a')


def test_get_random_password_includes_a_space_on_request(client):
    assert " " in password(client, PasswordLength=4_096, IncludeSpace=True)


def test_get_random_password_leaves_out_a_space_that_is_also_excluded(client):
    assert " " not in password(client, PasswordLength=4_096, IncludeSpace=True, ExcludeCharacters=" ")


def test_get_random_password_need_not_include_every_type(client):
    assert len(password(client, PasswordLength=1, RequireEachIncludedType=False)) == 1


def test_a_random_password_may_have_any_character(world):
    found = world.call("GetRandomPassword", PasswordLength=4096)["RandomPassword"]
    assert set(found) == set().union(*TYPES.values())


def test_a_random_password_may_begin_with_any_type_of_character(world):
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
def test_get_random_password_uses_the_allowed_characters_or_refuses_the_request(
    new_world, length, left_out, characters, space, each
):
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
            {"ExcludeCharacters": string.printable},
            "InvalidParameterException",
            "All characters have been excluded from selection.",
            id="every character excluded",
        ),
        pytest.param(
            {"PasswordLength": 3},
            "InvalidParameterException",
            "Password length is too short based on the required types.",
            id="shorter than the number of types",
        ),
        pytest.param(
            {"ExcludeCharacters": string.digits},
            "InvalidParameterException",
            "All characters of the desired type have been excluded.",
            id="all characters of one type excluded",
        ),
        pytest.param(
            NONE_LEFT,
            "InvalidParameterException",
            "All characters have been excluded from selection.",
            id="all types excluded",
        ),
        pytest.param(
            {**NONE_LEFT, "RequireEachIncludedType": False},
            "InvalidParameterException",
            "All characters have been excluded from selection.",
            id="all types excluded, and none required",
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
            id="length zero",
        ),
    ],
)
def test_get_random_password_refuses_a_request(unchecked, refused, request_, code, message):
    assert refused(unchecked.get_random_password, **request_) == (code, message)
