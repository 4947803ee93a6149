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
def test_views_show_values_in_any_state_of_the_kms_key(secretsmanager: SecretsManager, key: KmsKey, state: str) -> None:
    turn(secretsmanager, state, key)
    view = secretsmanager.secret("db")
    assert (view.value, view.json) == ("2", 2)
    assert [version.value for version in view.versions] == ["1", "2", "3", "4"]


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize("state", STATES)
def test_assertions_read_values_in_any_state_of_the_kms_key(
    secretsmanager: SecretsManager, key: KmsKey, state: str
) -> None:
    turn(secretsmanager, state, key)
    secretsmanager.assert_value("db", "2")
    secretsmanager.assert_history("db", ["1", "2", "3", "4"])


@pytest.mark.secret("db", "correct horse", kms_key="alias/pay")
def test_assert_nothing_leaked_finds_a_value_under_a_disabled_kms_key(secretsmanager: SecretsManager) -> None:
    secretsmanager.kms.disable("alias/pay")
    with pytest.raises(AssertionError, match="holds the value of 'db', version 1"):
        secretsmanager.assert_nothing_leaked("the password is correct horse")


@pytest.mark.usefixtures("four")
def test_assert_unchanged_ignores_a_change_of_a_kms_keys_state(secretsmanager: SecretsManager, key: KmsKey) -> None:
    with secretsmanager.assert_unchanged():
        secretsmanager.kms.disable(key)
