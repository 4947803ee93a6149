"""Views and assertions read values in any state of the KMS key."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from kms_keys import STATES, turn

from pytest_secretsmanager import KmsKey, SecretsManager

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    Operation = Callable[[SecretsManagerClient], Any]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_views_show_values_whatever_the_keys_state(secretsmanager: SecretsManager, key: KmsKey, state: str) -> None:
    turn(secretsmanager, state, key)
    view = secretsmanager.secret("db")
    assert (view.value, view.json) == ("2", 2)
    assert [version.value for version in view.versions] == ["1", "2", "3", "4"]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_assertion_helpers_see_values_whatever_the_keys_state(
    secretsmanager: SecretsManager, key: KmsKey, state: str
) -> None:
    turn(secretsmanager, state, key)
    secretsmanager.assert_value("db", "2")
    secretsmanager.assert_history("db", ["1", "2", "3", "4"])


@pytest.mark.secret("db", "hunter2", kms_key="alias/pay")
def test_a_leak_is_found_whatever_the_keys_state(secretsmanager: SecretsManager) -> None:
    secretsmanager.kms.disable("alias/pay")
    with pytest.raises(AssertionError, match="holds the value of 'db', version 1"):
        secretsmanager.assert_nothing_leaked("the password is hunter2")


@pytest.mark.usefixtures("four")
def test_a_turn_of_a_key_is_no_change_of_a_secret(secretsmanager: SecretsManager, key: KmsKey) -> None:
    with secretsmanager.assert_unchanged():
        secretsmanager.kms.disable(key)
