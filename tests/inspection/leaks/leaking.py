"""The values, functions and classes that the tests of `assert_nothing_leaked` share."""

import pytest

from pytest_secretsmanager import SecretsManager

VALUE = 'a "b"/ü?&+~ß'
"""A value with a different spelling in each form."""

RAW = VALUE.encode()


ADVICE = "\na harmless text, such as a host or user name, is named by ignore=[…]"


def text_of(sm: SecretsManager, *texts: object) -> str:
    """The failure of `assert_nothing_leaked`, without its last line, which all of them share."""
    with pytest.raises(AssertionError) as failure:
        sm.assert_nothing_leaked(*texts)
    text = str(failure.value)
    assert text.endswith(ADVICE)
    return text.removesuffix(ADVICE)


class Unprintable:
    def __repr__(self):
        raise RuntimeError("detached")


class Fields:
    """An object that looks up any attribute as a key, as some settings objects do."""

    def __init__(self, data):
        self.data = data

    def __getattr__(self, name):
        return self.data[name]


def closed(stream):
    stream.close()
    return stream
