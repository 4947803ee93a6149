"""The explanation of a failing `assert` that compares views, labels, versions or events. It shows no secret value.

The first line is the comparison in short names. Below are the differences, then the table of the secret.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import TypeAlias

from pytest_secretsmanager.inspection.cells import cut, escaped
from pytest_secretsmanager.inspection.label_mapping import LabelMapping, secret_of
from pytest_secretsmanager.inspection.label_spelling import label_hint
from pytest_secretsmanager.inspection.log import Event, Log
from pytest_secretsmanager.inspection.matching import ABSENT
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.tables import shortened, title_of
from pytest_secretsmanager.inspection.version_list import VersionList
from pytest_secretsmanager.inspection.views import SecretView, VersionView, secret_table, state_or_none, world_of
from pytest_secretsmanager.inspection.wording import MOST_LINES, bounded, count_text

_OURS = (SecretView, VersionView, LabelMapping, Event, Log)

_LONGEST = 60
"""The columns of an operand in the first line, if it is none of ours."""

_MOST_LABELS = 20
"""A secret has no more labels, but a test may expect more."""

Lines: TypeAlias = Iterator[str]


def explanation(op: str, left: object, right: object) -> list[str] | None:
    """The lines that explain a failing comparison; None if neither side is ours."""
    if not (_is_ours(left) or _is_ours(right)):
        return None
    lines = [f"{_name(left)} {op} {_name(right)}", *_differences(op, left, right)]
    for secret in dict.fromkeys([*_secrets_of(left), *_secrets_of(right)]):
        lines += ["", *secret_table(secret, _named(secret, left, right), whole_ids=False).splitlines()]
    return lines


def _is_ours(operand: object) -> bool:
    return isinstance(operand, _OURS) or _is_list_of_ours(operand)


def _is_list_of_ours(operand: object) -> bool:
    is_list = isinstance(operand, VersionList | list | tuple) and len(operand) > 0
    return is_list and all(isinstance(one, SecretView | VersionView | Event) for one in operand)  # type: ignore[attr-defined] # mypy narrows no name


# --- names -----------------------------------------------------------------------------------------------------------


def _name(operand: object) -> str:
    """An operand in the first line."""
    if isinstance(operand, LabelMapping):
        return f"labels of {_short(secret_of(operand))}"
    if isinstance(operand, SecretView | VersionView | Event | Log):
        return _short(operand)
    if _is_list_of_ours(operand) and isinstance(operand, list | tuple):
        names = [_short(one) for one in operand[:MOST_LINES]]
        more = len(operand) - len(names)
        return f"[{', '.join(names)}{f', … and {more:,} more' if more else ''}]"
    return cut(_safe(operand), _LONGEST)


def _short(one: object) -> str:
    if isinstance(one, SecretView):
        return title_of(key_of(one))
    if isinstance(one, VersionView):
        return f"version {one.number} of {cut(repr(one.secret.name), _LONGEST)}"
    return cut(_safe(one), _LONGEST)


def _safe(operand: object) -> str:
    """The repr of an operand, harmless. That of a test's own object may crash."""
    try:
        return escaped(repr(operand))
    except Exception:
        return f"<{type(operand).__name__} object>"


# --- differences -----------------------------------------------------------------------------------------------------


def _differences(op: str, left: object, right: object) -> Lines:
    """The lines below the first one, for `==`; for other operators the names and the table suffice."""
    if isinstance(right, LabelMapping) and op in ("in", "not in"):
        return _of_membership(left, right)
    if op != "==":
        return iter(())
    if isinstance(left, LabelMapping) and isinstance(right, Mapping):
        return iter(bounded([*_of_labels(left, right)], _MOST_LABELS))
    if isinstance(right, LabelMapping) and isinstance(left, Mapping):
        return iter(bounded([*_of_labels(right, left)], _MOST_LABELS))
    if isinstance(left, VersionView) and isinstance(right, VersionView):
        return _of_versions(left, right)
    if isinstance(left, SecretView) and isinstance(right, SecretView):
        return _of_secrets(left, right)
    if isinstance(left, Event) and isinstance(right, Event):
        return _of_events(left, right)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return _of_lists(left, right)
    return iter(_hint(left if _is_ours(left) else right, right if _is_ours(left) else left))


def _of_labels(found: LabelMapping, expected: Mapping[object, object]) -> Lines:
    """A line for each label that is on another version."""
    secret = secret_of(found)
    for label in dict.fromkeys([*expected, *found]):
        one, other = found.get(str(label)), expected.get(label)
        if one == other:
            continue
        name = cut(escaped(str(label)), _LONGEST)
        if isinstance(expected, LabelMapping):
            yield f"  {name}: left {_place(one, secret)}, right {_place(other, secret_of(expected))}"
        else:
            hint = "" if label in found or not isinstance(label, str) else label_hint(label, found)
            yield f"  {name}: expected {_place(other, secret)}, found {_place(one, secret)}{hint}"


def _place(version: object, secret: object) -> str:
    """The place of a label in words: the number of its version, or its id if the secret has no such version."""
    if version is None:
        return "nowhere"
    state = state_or_none(secret) if isinstance(secret, SecretView) else None
    known = None if state is None or not isinstance(version, str) else state.versions.get(version)
    if known is not None:
        return f"on version {known.number}"
    if isinstance(version, VersionView):
        return f"on {_short(version)} (labels have ids: write .id)"
    if isinstance(version, int):
        return f"on {version!r} (labels have ids: write .version({version!r}).id)"
    return f"on {cut(_safe(version), _LONGEST)}, which is no version of it"


def _of_membership(label: object, found: LabelMapping) -> Lines:
    holder = found.get(label) if isinstance(label, str) else None
    if holder is not None:
        yield f"  {label} is {_place(holder, secret_of(found))}"
    elif isinstance(label, str):
        yield f"  {cut(escaped(label), _LONGEST)} is nowhere{label_hint(label, found)}"


def _of_versions(left: VersionView, right: VersionView) -> Lines:
    ids = shortened([left.id, right.id])
    if left.id == right.id:
        yield f"  both have the id {escaped(ids[0])}, but they belong to two secrets:"
        yield from (
            f"  {side}: {one.secret.name!r} in {key_of(one.secret).region}"
            for side, one in (("left", left), ("right", right))
        )
    else:
        for side, one, version_id in (("left", left, ids[0]), ("right", right, ids[1])):
            yield f"  {side}: {escaped(version_id)}, {escaped(', '.join(one.labels)) or 'no label'}"
    yield f"  their values are {'equal' if left.value == right.value else 'different'}"


def _of_secrets(left: SecretView, right: SecretView) -> Lines:
    one, other = key_of(left), key_of(right)
    names = ("region", "account", "name")
    for name, mine, others in zip(names, one, other, strict=True):
        if mine != others:
            yield f"  {name}: left {cut(repr(mine), _LONGEST)}, right {cut(repr(others), _LONGEST)}"
    if world_of(left) is not world_of(right):
        yield "  they belong to two SecretsManagers"


def _of_events(left: Event, right: Event) -> Lines:
    """A line for each differing member of two calls."""
    for name in ("operation", "region", "account", "principal", "error", "within", "caller", "time"):
        yield from _of_member(name, getattr(left, name), getattr(right, name))
    one, other = left.request, right.request
    for name in dict.fromkeys([*one, *other]):
        yield from _of_member(f"request {name}", one.get(name, ABSENT), other.get(name, ABSENT))


def _of_member(name: str, left: object, right: object) -> Lines:
    if left != right:
        yield f"  {name}: left {_member(left)}, right {_member(right)}"


def _member(value: object) -> str:
    return "nothing" if value is ABSENT or value is None else cut(escaped(str(value)), _LONGEST)


def _of_lists(left: Iterable[object], right: Iterable[object]) -> Lines:
    """A line for each place where two lists differ, and their lengths."""
    one, other = list(left), list(right)
    if len(one) != len(other):
        yield f"  left has {count_text(len(one), 'item')}, right has {count_text(len(other), 'item')}"
    pairs = enumerate(zip_longest(one, other, fillvalue=ABSENT))
    lines = [
        f"  [{at}]: left {_item(mine)}, right {_item(others)}"
        for at, (mine, others) in pairs
        if mine is ABSENT or others is ABSENT or mine != others
    ]
    yield from bounded(lines)


def _item(one: object) -> str:
    return "nothing" if one is ABSENT else _name(one)


def _hint(ours: object, other: object) -> list[str]:
    """Advice for a comparison that can never hold."""
    kind = type(other).__name__
    if isinstance(ours, SecretView | VersionView) and isinstance(other, str | bytes | dict):
        member = ".json" if isinstance(other, dict) else ".value"
        noun = "secret" if isinstance(ours, SecretView) else "version"
        also = ", .id its id" if isinstance(ours, VersionView) and isinstance(other, str) else ""
        return [f"  a view of a {noun} equals no {kind}: {member} is its value{also}"]
    if isinstance(ours, VersionView) and isinstance(other, int):
        return ["  a view of a version equals no int: .number is its number"]
    if isinstance(ours, Log) and isinstance(other, list | tuple):
        return [
            "  a log equals only itself: write list(log) for a list of its calls, `not log` for none",
            *_calls(ours),
        ]
    return []


def _calls(log: Log) -> list[str]:
    return bounded([f"  {cut(_safe(event), 2 * _LONGEST)}" for event in log])


# --- the secrets below -----------------------------------------------------------------------------------------------


def _secrets_of(operand: object) -> list[SecretView]:
    """The secrets of an operand whose tables explain it."""
    if isinstance(operand, SecretView):
        return [operand]
    if isinstance(operand, VersionView):
        return [operand.secret]
    if isinstance(operand, LabelMapping):
        secret = secret_of(operand)
        return [secret] if isinstance(secret, SecretView) else []
    if isinstance(operand, list | tuple) and _is_list_of_ours(operand):
        return [*dict.fromkeys(secret for one in operand for secret in _secrets_of(one))][:MOST_LINES]
    return []


def _named(secret: SecretView, *operands: object) -> frozenset[str]:
    """The ids of the versions that the operands name: a long table shows them too."""
    versions = [
        one
        for operand in operands
        for one in (operand if isinstance(operand, list | tuple) else [operand])
        if isinstance(one, VersionView)
    ]
    ids = [value for operand in operands if isinstance(operand, Mapping) for value in operand.values()]
    return frozenset(
        [*(one.id for one in versions if one.secret == secret), *(one for one in ids if isinstance(one, str))]
    )
