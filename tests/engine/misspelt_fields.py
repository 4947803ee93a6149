"""Calls of `changed` that mypy has to refuse. The mypy run of the project reads this file and reports an unused ignore.

A run of mypy inside a test would take seconds.
"""

from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.state import Secret, Version


def a_misspelt_field(version: Version) -> Version:
    return changed(version, acessed=1.0)  # type: ignore[call-arg]


def a_field_of_another_class(secret: Secret) -> Secret:
    return changed(secret, member="SecretString")  # type: ignore[call-arg]


def a_value_of_another_type(version: Version) -> Version:
    return changed(version, accessed="yesterday")  # type: ignore[arg-type]


def a_return_type_of_another_class(version: Version) -> Secret:
    return changed(version, accessed=1.0)  # type: ignore[return-value]
