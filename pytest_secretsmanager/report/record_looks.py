"""A look at the secrets of a manager for the record of a test, before a rollback restores them."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History, histories_of
from pytest_secretsmanager.inspection.known_secrets import Moment, moment_of
from pytest_secretsmanager.inspection.matching import key_from
from pytest_secretsmanager.inspection.missing_secret import where_else
from pytest_secretsmanager.inspection.rotation_texts import run_text
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.record_totals import asked_by
from pytest_secretsmanager.report.records import LONGEST_ID, MOST_HISTORIES, Absent, Unfinished

_MOST_ABSENT = 20
"""The number of different missing secrets that one look gives advice about: finding the nearest names takes long."""

_NOT_FOUND = "ResourceNotFoundException"


class Look(NamedTuple):
    """The secrets of one manager after some calls of its log, as frozen values.

    `moment` is None unless histories are wanted.
    """

    entries: Sequence[Entry]
    moment: Moment | None
    absent: Sequence[Absent]
    unfinished: Sequence[Unfinished]

    def histories(self) -> Sequence[History]:
        """The histories of its secrets. Their positions are indexes of `entries`."""
        if self.moment is None:
            return ()
        return histories_of(self.moment, self.entries)


def look_at(world: World, entries: Sequence[Entry], seeded: Sequence[SecretKey], *, with_histories: bool) -> Look:
    """Look at the secrets that the last entries of the log are about, and at those that were seeded."""
    moment = moment_of(world, entries, seeded[-MOST_HISTORIES:]) if with_histories else None
    return Look(entries, moment, absent_of(world, entries), _unfinished_of(world, entries))


def absent_of(world: World, entries: Iterable[Entry]) -> list[Absent]:
    """The secrets that these calls asked for and that did not exist at that time."""
    found: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        if entry.error_code == _NOT_FOUND and _is_about_a_secret(entry):
            asked = asked_by(entry)
            if asked is not None:
                place = (asked, entry.region, entry.principal.account)
                found[place] = found.get(place, 0) + 1
    if not found:
        return []
    described = []
    for number, ((asked, region, account), calls) in enumerate(found.items()):
        has_advice = number < _MOST_ABSENT
        advice = _advice(world, asked, key_from(asked, region, account)) if has_advice else ""
        described.append(Absent(asked[:LONGEST_ID], region, account, advice, calls))
    return described


def _is_about_a_secret(entry: Entry) -> bool:
    """Whether the error is about the secret. AWS's text about a missing version ends with its id or label."""
    return ": " not in (entry.error_message or "")


def _advice(world: World, asked: str, key: SecretKey) -> str:
    """The reason why a secret was not found, or the nearest name, in words."""
    state = world.state_of(key)
    if state is not None:
        parsed = arns.parse(asked)
        if parsed is not None and not state.arn.startswith(asked):
            return f"the secret of this name is {state.arn}"
        return "it exists now"
    return where_else(key, world).removeprefix("; ")


def _unfinished_of(world: World, entries: Sequence[Entry]) -> list[Unfinished]:
    """The last rotation of each secret in these calls, and its last trial, if it did not succeed."""
    if not world.runs:
        return []
    ids = [entry.request_id for entry in entries if entry.by_service]
    ran = [run for run in world.runs if any(one.endswith(run.token) for one in ids)]
    last = {(run.key, run.test): run for run in ran}
    return [Unfinished(run.key, run.test, run_text(run)) for run in last.values() if run.state != "succeeded"]
