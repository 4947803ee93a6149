"""The record of one test, made of its calls and of the looks at its secrets."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import CodeType

from pytest_secretsmanager.engine.call import Site
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.call_sites import call_site_of
from pytest_secretsmanager.inspection.cells import cut
from pytest_secretsmanager.inspection.histories import History
from pytest_secretsmanager.inspection.made_calls import MadeCall
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.calls import version_text
from pytest_secretsmanager.report.record_looks import Look
from pytest_secretsmanager.report.record_totals import (
    asked_by,
    counts_of,
    keys_of,
    put_rates_of,
    read_and_written,
    repeats_of,
)
from pytest_secretsmanager.report.records import (
    LONGEST_ID,
    MOST_CALLS,
    MOST_HISTORIES,
    Absent,
    CallRecord,
    TestRecord,
    Unfinished,
)

_LONGEST_VERSION = 100


class RecordMaker:
    """Makes the records of a run. `root` is pytest's root directory."""

    def __init__(self, root: str, *, with_calls: bool) -> None:
        self._root = root + os.sep
        self.with_calls = with_calls
        self._callers: dict[tuple[int, int], tuple[CodeType, str]] = {}

    def record(
        self, made: Sequence[MadeCall], seeded: Iterable[SecretKey], looks: Sequence[Look], kept: Iterable[Look]
    ) -> TestRecord:
        """The record of these calls, without the test's name and outcome.

        `looks` are at the secrets before each rollback in the test's body, `kept` at those that its end left, each in
        their order.
        """
        entries = [call.entry for call in made]
        keys = keys_of(entries)
        read, written = read_and_written(entries, keys)
        all_looks = [*looks, *kept]
        record = TestRecord(
            "",
            "",
            counts=counts_of(entries),
            actions=tuple(dict.fromkeys([action for call in made for action in call.actions])),
            seeded=tuple(dict.fromkeys(seeded)),
            read=read,
            written=written,
            absent=_merged_absent(all_looks),
            repeats=repeats_of(entries, keys),
            put_rates=put_rates_of(entries),
            unfinished=_merged_unfinished(all_looks),
        )
        if not self.with_calls:
            return record
        return self._with_calls(record, made, keys, all_looks, {id(entry) for look in looks for entry in look.entries})

    def _with_calls(
        self,
        record: TestRecord,
        made: Sequence[MadeCall],
        keys: Sequence[SecretKey | None],
        looks: Sequence[Look],
        undone: set[int],
    ) -> TestRecord:
        left_out = max(0, len(made) - MOST_CALLS)
        places = {id(call.entry): place for place, call in enumerate(made, -left_out)}
        found = _last_histories(looks)[-MOST_HISTORIES:]
        numbers = _numbered(chain((call.world for call in made), (look.world for look, _ in found)))
        moved = {id(look) for look in looks if not _are_in_place(look, places)}
        histories = tuple(_placed(one, look, places) if id(look) in moved else one for look, one in found)
        managers = tuple(numbers[id(look.world)] for look, _ in found)
        by_call = {place: number for number, history in enumerate(histories) for place in reversed(history.calls)}
        by_key = {
            (manager, history.key): n for n, (manager, history) in enumerate(zip(managers, histories, strict=True))
        }
        calls = []
        for place in range(len(made) - left_out):
            call, key = made[place + left_out], keys[place + left_out]
            manager = numbers[id(call.world)]
            history = by_call.get(place)
            if history is None and key is not None:
                history = by_key.get((manager, key))
            calls.append(self._call(call, manager, history, is_undone=id(call.entry) in undone))
        return record._replace(calls=tuple(calls), left_out=left_out, histories=histories, managers=managers)

    def _call(self, call: MadeCall, manager: int, history: int | None, *, is_undone: bool) -> CallRecord:
        entry = call.entry
        asked, site = asked_by(entry), entry.call.site
        return CallRecord(
            entry.time,
            entry.operation,
            manager,
            entry.region,
            entry.principal.account,
            None if asked is None else asked[:LONGEST_ID],
            cut(version_text(entry), _LONGEST_VERSION) or None,
            history,
            entry.error_code,
            None if site is None else self._caller(site),
            entry.within,
            entry.by_service,
            call.actions,
            is_undone,
        )

    def _caller(self, site: Site) -> str:
        """The place of a call, `file:line`. Kept with its code, since finding a line takes long."""
        code, offset = site
        kept = self._callers.get((id(code), offset))
        if kept is None:
            found = call_site_of(site)
            text = "" if found is None else f"{found.file.removeprefix(self._root)}:{found.line}"
            kept = self._callers[id(code), offset] = code, text
        return kept[1]


def _numbered(worlds: Iterable[World]) -> dict[int, int]:
    """The number of each manager by its identity, in the order of the first call."""
    return {identity: number for number, identity in enumerate(dict.fromkeys(id(world) for world in worlds))}


# --- merging looks ---------------------------------------------------------------------------------------------------


def _last_histories(looks: Iterable[Look]) -> list[tuple[Look, History]]:
    """The last history of each secret, with its look: an earlier one is that of a block that was rolled back."""
    found = {(id(look.world), history.arn): (look, history) for look in looks for history in look.histories}
    return [*found.values()]


def _merged_absent(looks: Sequence[Look]) -> tuple[Absent, ...]:
    if not any(look.absent for look in looks):
        return ()
    found: dict[tuple[str, str, str], Absent] = {}
    for absent in chain.from_iterable(look.absent for look in looks):
        place = (absent.secret, absent.region, absent.account)
        calls = absent.calls + (found[place].calls if place in found else 0)
        found[place] = absent._replace(calls=calls)
    return tuple(found.values())


def _merged_unfinished(looks: Iterable[Look]) -> tuple[Unfinished, ...]:
    found = {(id(look.world), one.key, one.is_trial): one for look in looks for one in look.unfinished}
    return tuple(found.values())


# --- the positions of a look's entries in a record -------------------------------------------------------------------


def _are_in_place(look: Look, places: Mapping[int, int]) -> bool:
    """Whether the calls of a look are the first ones of the record, as in most tests."""
    return all(places.get(id(entry)) == at for at, entry in enumerate(look.entries))


def _placed(history: History, look: Look, places: Mapping[int, int]) -> History:
    """A history whose positions are indexes of the record's calls. Calls that the record lacks are older ones."""

    def begin(at: int | None) -> int | None:
        place = -1 if at is None else places.get(id(look.entries[at]), -1)
        return place if place >= 0 else None

    def end(at: int | None) -> int | None:
        return None if at is None else max(0, places.get(id(look.entries[at]), 0))

    return history._replace(
        begin=begin(history.begin),
        end=end(history.end),
        versions=tuple(life._replace(begin=begin(life.begin), end=end(life.end)) for life in history.versions),
        spans=tuple(span._replace(begin=begin(span.begin), end=end(span.end)) for span in history.spans),
        rotations=tuple(one._replace(begin=begin(one.begin), end=end(one.end)) for one in history.rotations),
        calls=tuple(_calls_of(history, look, places)),
    )


def _calls_of(history: History, look: Look, places: Mapping[int, int]) -> Iterator[int]:
    for at in history.calls:
        place = places.get(id(look.entries[at]), -1)
        if place >= 0:
            yield place
