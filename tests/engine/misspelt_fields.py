"""What mypy refuses of `changed`. Its run reads this file too, and an ignored error that it does not find is an error.

A run of mypy inside a test would take seconds to say the same.
"""

from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.state import Secret, Version


def a_misspelt_field(version: Version) -> Version:
    return changed(version, acessed=1.0)  # type: ignore[call-arg]


def a_field_of_another_class(secret: Secret) -> Secret:
    return changed(secret, member="SecretString")  # type: ignore[call-arg]


def a_value_of_another_type(version: Version) -> Version:
    return changed(version, accessed="yesterday")  # type: ignore[arg-type]


def what_changed_returns(version: Version) -> Secret:
    return changed(version, accessed=1.0)  # type: ignore[return-value]
