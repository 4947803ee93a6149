"""The value and the function that the tests of `assert_nothing_leaked` share."""

import pytest

from pytest_secretsmanager import SecretsManager

VALUE = 'a "b"/ü?&+~ß'
"""A value with a different spelling in each form."""

RAW = VALUE.encode()


def text_of(sm: SecretsManager, *texts: object) -> str:
    with pytest.raises(AssertionError) as failure:
        sm.assert_nothing_leaked(*texts)
    return str(failure.value)
