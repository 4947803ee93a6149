"""`assert_value` and `assert_history`: the values that the versions of a secret hold."""

from collections.abc import Mapping, Sequence

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.assertions.comparison import comparison_text, is_value, is_version
from pytest_secretsmanager.inspection.assertions.failures import failure, version_of
from pytest_secretsmanager.inspection.cells import escaped
from pytest_secretsmanager.inspection.views import SecretView, VersionRef, VersionView
from pytest_secretsmanager.inspection.wording import MOST_LINES, bounded, count_text

__tracebackhide__ = True


def assert_value(secret: SecretView, expected: object, version: VersionRef, *, partial: bool) -> None:
    if partial and not isinstance(expected, Mapping):
        raise UsageError(f"with partial=True the expected value is a dict, not {type(expected).__name__}")
    if partial and not expected:
        raise UsageError("partial=True compares the expected keys, and the expected dict has none")
    found = version_of(secret, version)
    if is_value(found, expected, partial=partial):
        return
    holder = next((other for other in secret.versions if is_value(other, expected, partial=partial)), None)
    hints = [_part_hint(found, expected), "" if holder is None else _holder_hint(holder)]
    raise failure(
        f"version {found.number} of secret {secret.name!r} ({_labels_text(found)}) holds another value\n"
        + "\n".join([comparison_text(found, expected, partial=partial), *filter(None, hints)]),
        secret,
        [found, holder],
    )


def _part_hint(found: VersionView, expected: object) -> str:
    """Advice for a test that expects only some keys of the found object, with the right values."""
    if not isinstance(expected, Mapping) or not is_value(found, expected, partial=True):
        return ""
    return "every expected key has the expected value: partial=True ignores the other keys"


def _holder_hint(holder: VersionView) -> str:
    return f"that value is in version {holder.number} ({_labels_text(holder)})"


def _labels_text(version: VersionView) -> str:
    return escaped(", ".join(version.labels)) or "no label"


def assert_history(secret: SecretView, expected: Sequence[object]) -> None:
    if isinstance(expected, str | bytes) or not isinstance(expected, Sequence):
        raise UsageError(f"a history is a list of values or versions, not {type(expected).__name__}")
    versions = secret.versions
    pairs = zip(versions, expected, strict=False)
    differing = [(version, item) for version, item in pairs if not is_version(version, item)]
    problems = bounded(
        [f"version {version.number} differs\n{comparison_text(version, item)}" for version, item in differing]
    )
    if len(versions) != len(expected):
        problems.insert(0, f"expected {count_text(len(expected), 'version')}, found {len(versions)}")
    if problems:
        named = [version for version, _ in differing]
        text = f"secret {secret.name!r} has another history: " + "\n".join(problems)
        raise failure(text, secret, named[:MOST_LINES])
