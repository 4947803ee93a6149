"""JSON text as a policy has it: numbers as they are spelled, and the names that an object repeats."""

import json
from collections.abc import Iterable
from typing import NoReturn


class Fault(Exception):  # noqa: N818 - a step on the way to MalformedPolicy
    """One fault of a policy. `field` is the element, such as `Condition.StringEquals`; `problem` says what is wrong."""

    def __init__(self, field: str, problem: str) -> None:
        self.field, self.problem = field, problem


class JsonObject(dict[str, object]):
    """An object of a JSON text. `repeated` is a name that occurs in it more than once, empty without one."""

    def __init__(self, pairs: Iterable[tuple[str, object]] = ()) -> None:
        super().__init__()
        self.repeated = ""
        for name, value in pairs:
            self.repeated = name if name in self else self.repeated
            self[name] = value


class JsonNumber(str):
    """A number, spelled as the text spells it."""

    __slots__ = ()


def read(text: str) -> object:
    """Return the value of a JSON text. Raise Fault for any other text.

    >>> read('{"a": [1.50, true]}')
    {'a': ['1.50', True]}
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=JsonObject,
            parse_int=JsonNumber,
            parse_float=JsonNumber,
            parse_constant=_refuse_constant,
        )
    except RecursionError:
        raise Fault("", "not JSON of a policy: brackets are nested too deeply") from None
    except ValueError as error:
        raise Fault("", f"not JSON: {error}") from None


def kind_of(value: object) -> str:
    """Return the JSON type of a value, with an article.

    >>> kind_of(read("[]")), kind_of(read("1")), kind_of(read("null"))
    ('a list', 'a number', 'null')
    """
    if value is None:
        return "null"
    kinds = {JsonObject: "an object", JsonNumber: "a number", str: "a string", bool: "a boolean", list: "a list"}
    return kinds[type(value)]


def is_string(value: object) -> bool:
    """Return whether a value is a string of the JSON text; a `JsonNumber` is not."""
    return type(value) is str


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number of JSON")
