"""The state machine of staging labels: the placement of labels after a change, and the moves between two placements.

A placement maps each label to the version that holds it, in the order in which the labels were placed. All functions
return a new placement. The rules are RECORDED in localstack's validated tests, unless a comment says otherwise.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.errors import InvalidParameterException, LimitExceededException

CURRENT = "AWSCURRENT"
PREVIOUS = "AWSPREVIOUS"
PENDING = "AWSPENDING"
LABEL_QUOTA = 20

Placement: TypeAlias = Mapping[str, str]


class Move(NamedTuple):
    """One label's move from one version to another; None stands for no version."""

    label: str
    source: str | None
    target: str | None


def after_new_version(labels: Placement, version_id: str, requested: Iterable[str] | None) -> Placement:
    """The placement after a new version has a value: PutSecretValue, UpdateSecret, CreateSecret.

    Without requested labels, the version becomes current. DOC: the first version of a secret always does. If AWSPENDING
    is on the current version, it is removed when the new version becomes current. Only this function does that.

    >>> after_new_version({"AWSCURRENT": "v1"}, "v2", None)
    {'AWSCURRENT': 'v2', 'AWSPREVIOUS': 'v1'}
    >>> after_new_version({"AWSCURRENT": "v1"}, "v2", ["AWSPENDING"])
    {'AWSCURRENT': 'v1', 'AWSPENDING': 'v2'}
    """
    stages = tuple(requested or ())
    current = labels.get(CURRENT)
    becomes_current = current is None or not stages or CURRENT in stages
    placed = dict(labels)
    if becomes_current and current is not None and placed.get(PENDING) == current:
        del placed[PENDING]
    for label in stages:
        if label != CURRENT:
            _place(placed, label, version_id)
    if becomes_current:
        _make_current(placed, version_id)
    return placed


def after_update_stage(labels: Placement, label: str, remove_from: str | None, move_to: str | None) -> Placement:
    """The placement after UpdateSecretVersionStage has moved, placed or removed one label; the others stay.

    Raise InvalidParameterException for a move that AWS refuses.

    >>> after_update_stage({"AWSCURRENT": "v1", "AWSPENDING": "v2"}, "AWSCURRENT", "v1", "v2")
    {'AWSPENDING': 'v2', 'AWSCURRENT': 'v2', 'AWSPREVIOUS': 'v1'}
    """
    _require_holder_named(labels, label, remove_from, move_to)
    if move_to is None:
        _require_removable(label)
        return without_label(labels, label)
    if label == CURRENT:
        return make_current(labels, move_to)
    return with_label(labels, label, move_to)


def with_label(labels: Placement, label: str, version_id: str) -> Placement:
    """The placement after one label was put on a version; the others stay."""
    placed = dict(labels)
    _place(placed, label, version_id)
    return placed


def without_label(labels: Placement, label: str) -> Placement:
    """The placement without one label."""
    return {name: holder for name, holder in labels.items() if name != label}


def make_current(labels: Placement, version_id: str) -> dict[str, str]:
    """The placement with AWSCURRENT on this version, and AWSPREVIOUS on the version that was current before."""
    placed = dict(labels)
    _make_current(placed, version_id)
    return placed


def moves(before: Placement, after: Placement) -> tuple[Move, ...]:
    """The moves between two placements of one secret.

    >>> moves({"AWSCURRENT": "v1"}, {"AWSCURRENT": "v2", "AWSPREVIOUS": "v1"})
    (Move(label='AWSCURRENT', source='v1', target='v2'), Move(label='AWSPREVIOUS', source=None, target='v1'))
    """
    moved = [Move(label, source, after.get(label)) for label, source in before.items() if after.get(label) != source]
    placed = [Move(label, None, target) for label, target in after.items() if label not in before]
    return (*moved, *placed)


def require_room(labels: Placement) -> None:
    """DOC: all versions of a secret together have at most 20 labels. The text is a GUESS: no public source has it."""
    if len(labels) > LABEL_QUOTA:
        raise LimitExceededException(f"You can't attach more than {LABEL_QUOTA} staging labels to a secret.")


def _make_current(placed: dict[str, str], version_id: str) -> None:
    current = placed.get(CURRENT)
    if current == version_id:
        return
    _place(placed, CURRENT, version_id)
    if current is not None:
        _place(placed, PREVIOUS, current)


def _place(placed: dict[str, str], label: str, version_id: str) -> None:
    if placed.get(label) != version_id:
        placed.pop(label, None)
        placed[label] = version_id


def _require_holder_named(labels: Placement, label: str, remove_from: str | None, move_to: str | None) -> None:
    holder = labels.get(label)
    if remove_from is None and holder is not None and holder != move_to:
        raise InvalidParameterException(
            f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version "
            f"{holder}, so you must explicitly reference that version in RemoveFromVersionId."
        )
    if remove_from is not None and remove_from != holder and move_to is None:
        # REPORTED, except for the full stop, which is a GUESS.
        raise InvalidParameterException(f"Staging label {label} isn't currently attached to version {remove_from}.")
    if remove_from is not None and remove_from != holder:
        # DOC that it fails; the text is a GUESS.
        raise InvalidParameterException(
            f"When you move staging label {label}, if you specify RemoveFromVersionId, it must be set to the version "
            f"that currently has the staging label {label}."
        )


def _require_removable(label: str) -> None:
    if label == CURRENT:
        raise InvalidParameterException(
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed."
        )
