"""The failure of an assertion about one secret: its text, and the secret as a table."""

from collections.abc import Iterable

from pytest_secretsmanager.engine.errors import VersionNotFound
from pytest_secretsmanager.inspection.views import SecretView, VersionRef, VersionView, secret_table

__tracebackhide__ = True


def failure(message: str, secret: SecretView, named: Iterable[VersionView | None] = ()) -> AssertionError:
    """The failure with this text. The versions in `named` always have a line in the table."""
    ids = {version.id for version in named if version is not None}
    return AssertionError(f"{message}\n\n{secret_table(secret, ids)}")


def version_of(secret: SecretView, ref: VersionRef) -> VersionView:
    """The version that an assertion is about. The assertion fails if that version doesn't exist."""
    try:
        return secret.version(ref)
    except VersionNotFound as error:
        message = str(error)
    raise failure(message, secret)
