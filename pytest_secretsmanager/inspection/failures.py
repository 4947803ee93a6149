"""What every failure about one secret has: its text, the secret's table, and a bounded number of lines."""

from collections.abc import Iterable, Sequence

from pytest_secretsmanager.engine.errors import VersionNotFound
from pytest_secretsmanager.inspection.tables import secret_table
from pytest_secretsmanager.inspection.views import SecretView, VersionRef, VersionView

__tracebackhide__ = True

MOST_LINES = 5
"""Items of a list in a failure; the rest is counted."""


def failure(message: str, secret: SecretView, named: Iterable[VersionView | None] = ()) -> AssertionError:
    """The failure of an assertion about a secret; the versions that it names have a line in the table."""
    ids = {version.id for version in named if version is not None}
    return AssertionError(f"{message}\n\n{secret_table(secret, named=ids)}")


def version_of(secret: SecretView, ref: VersionRef) -> VersionView:
    """The version that an assertion speaks of; one that is not there fails it."""
    try:
        return secret.version(ref)
    except VersionNotFound as error:
        message = str(error)
    raise failure(message, secret)


def bounded(lines: Sequence[str], most: int = MOST_LINES) -> list[str]:
    """The first lines, and how many more there are.

    >>> bounded(["one", "two", "three"], most=1)
    ['one', '  … and 2 more']
    """
    left = len(lines) - most
    return [*lines[:most], *([f"  … and {left} more"] if left > 0 else [])]
