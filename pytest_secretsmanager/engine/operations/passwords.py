"""GetRandomPassword."""

import string
from random import Random

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.state import Secrets

DEFAULT_LENGTH = 32

_TYPES = {
    "ExcludeLowercase": string.ascii_lowercase,
    "ExcludeUppercase": string.ascii_uppercase,
    "ExcludeNumbers": string.digits,
    "ExcludePunctuation": string.punctuation,
}


def get_random_password(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """A password of the requested length and character types. DOC: by default, it has a character of each type."""
    excluded = call.text("ExcludeCharacters") or ""
    types = [_without(characters, excluded) for flag, characters in _TYPES.items() if not call.flag(flag)]
    space = _without(" " if call.flag("IncludeSpace") else "", excluded)
    required = types if call.flag("RequireEachIncludedType", default=True) else []
    length = call.number("PasswordLength") or DEFAULT_LENGTH
    pool = "".join(types) + space
    _require_possible(length, required, pool)
    return Outcome({"RandomPassword": _password(ports.random, length, required, pool)})


def _without(characters: str, excluded: str) -> str:
    return "".join(character for character in characters if character not in excluded)


def _require_possible(length: int, required: list[str], pool: str) -> None:
    """The texts are REPORTED; the order of the three checks is a GUESS."""
    if not pool:
        raise InvalidParameterException("All characters have been excluded from selection.")
    if not all(required):
        raise InvalidParameterException("All characters of the desired type have been excluded.")
    if length < len(required):
        raise InvalidParameterException("Password length is too short based on the required types.")


def _password(random: Random, length: int, required: list[str], pool: str) -> str:
    characters = [random.choice(characters) for characters in required]
    characters += random.choices(pool, k=length - len(characters))
    random.shuffle(characters)
    return "".join(characters)
