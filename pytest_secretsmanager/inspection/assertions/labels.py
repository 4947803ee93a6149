"""`assert_labels`, `assert_label` and `assert_no_label`: the versions that the staging labels of a secret are on."""

from collections.abc import Mapping

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.assertions.failures import failure, version_of
from pytest_secretsmanager.inspection.cells import escaped
from pytest_secretsmanager.inspection.label_spelling import label_hint, meant_label
from pytest_secretsmanager.inspection.views import SecretView, VersionRef, VersionView, logged_moves, state_of

__tracebackhide__ = True

_EXAMPLE = {"AWSCURRENT": 2}
_LONGEST_FORM = 100


def assert_labels(secret: SecretView, expected: Mapping[str, VersionRef]) -> None:
    _require_placement(expected, secret)
    wanted = {label: version_of(secret, version) for label, version in expected.items()}
    found = {label: secret.version(holder) for label, holder in secret.labels.items()}
    if wanted == found:
        return
    differing = [label for label in dict.fromkeys([*wanted, *found]) if wanted.get(label) != found.get(label)]
    lines = [
        f"  {escaped(label)}: expected {_place_text(wanted.get(label))}, found {_place_text(found.get(label))}"
        f"{'' if label in found else label_hint(label, found)}"
        for label in differing
    ]
    raise failure(f"secret {secret.name!r} has different labels\n" + "\n".join(lines), secret, wanted.values())


def assert_label(secret: SecretView, label: str, version: VersionRef) -> None:
    _require_not_itself(label, version)
    wanted = version_of(secret, version)
    holder = secret.labels.get(label)
    if holder == wanted.id:
        return
    found = None if holder is None else secret.version(holder)
    hint = "" if holder else label_hint(label, secret.labels)
    raise failure(
        f"expected {label} of secret {secret.name!r} {_place_text(wanted)}, found it {_place_text(found)}{hint}",
        secret,
        [wanted],
    )


def assert_no_label(secret: SecretView, label: str) -> None:
    holder = secret.labels.get(label)
    if holder is None:
        _require_spelling(label, secret)
    else:
        raise failure(
            f"expected {label} of secret {secret.name!r} nowhere, found it {_place_text(secret.version(holder))}",
            secret,
        )


def require_label(label: object) -> None:
    if not isinstance(label, str):
        raise UsageError(f"a label is a str such as 'AWSPENDING', not {type(label).__name__}")


def _require_placement(expected: object, secret: SecretView) -> None:
    """Refuse a mapping that could never hold, such as versions to labels, which is DescribeSecret's form."""
    if not isinstance(expected, Mapping):
        raise UsageError(f"labels are a dict of label and version, not {type(expected).__name__}; {_form(_EXAMPLE)}")
    versions = state_of(secret).versions
    for label, version in expected.items():
        if not isinstance(label, str) or (label in versions and label not in secret.labels):
            raise UsageError(f"{label!r} is a version, not a label; {_form(_turned_round(expected))}")
        if isinstance(version, list | tuple | set | dict | None):
            raise UsageError(f"{label} can be on one version only, not on {version!r}; {_form(_EXAMPLE)}")
        _require_not_itself(label, version)


def _form(labels: Mapping[str, object]) -> str:
    return f"write {labels}: each label with its version"


def _turned_round(expected: Mapping[object, object]) -> Mapping[str, object]:
    """The labels by which a test has mapped versions to labels; an example, if it has written something else."""
    turned: dict[str, object] = {}
    for version, some in expected.items():
        for label in some if isinstance(some, list | tuple) else [some]:
            if not (isinstance(label, str) and isinstance(version, str | int)):
                return _EXAMPLE
            turned[label] = version
    return turned if turned and len(repr(turned)) <= _LONGEST_FORM else _EXAMPLE


def _require_not_itself(label: str, version: object) -> None:
    """Refuse a version that is named by the label itself: the assertion could not fail."""
    if isinstance(version, str) and version == label:
        raise UsageError(f"{label} is always on the version that {label} names: name the version by number, id or view")


def _require_spelling(label: str, secret: SecretView) -> None:
    """Refuse a label that is nearly one of AWS's own.

    A misspelt label is always absent, so the assertion would pass for the wrong reason.
    """
    if label in {move.label for move in logged_moves(secret)}:
        return
    meant = meant_label(label, cutoff=0.8)
    if meant is not None:
        raise UsageError(f"no such label {label!r}; did you mean {meant!r}?")


def _place_text(version: VersionView | None) -> str:
    return "nowhere" if version is None else f"on version {version.number}"
