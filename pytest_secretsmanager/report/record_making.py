"""The record of one test, made of its calls and of the looks at its secrets."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from types import CodeType
from typing import NamedTuple

from pytest_secretsmanager.engine.call import Site
from pytest_secretsmanager.engine.layers.audit import Entry
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


class RecordSource(NamedTuple):
    """All that the record of a test is made of, as frozen values: the record can be made later.

    `head` has the name and the outcome of the test. `managers` has the number of the manager of each call. `seeded` are
    the secrets that the test seeded itself, `shared` those for other tests too. `undone` are looks at secrets before
    each rollback in the test's body, `kept` those at the end of the body, each in their order and with the number of
    its manager.
    """

    head: TestRecord
    entries: Sequence[Entry] = ()
    actions: Sequence[tuple[str, ...]] = ()
    managers: Sequence[int] = ()
    seeded: Sequence[SecretKey] = ()
    undone: Sequence[tuple[int, Look]] = ()
    kept: Sequence[tuple[int, Look]] = ()
    shared: Sequence[SecretKey] = ()


def source_of(
    head: TestRecord,
    made: Sequence[MadeCall],
    seeded: Sequence[SecretKey],
    undone: Sequence[tuple[World, Look]],
    kept: Sequence[tuple[World, Look]],
    shared: Sequence[SecretKey] = (),
) -> RecordSource:
    """These calls and looks, with numbers for their managers, which may be gone when the record is made."""
    numbers = _numbered(chain((call.world for call in made), (world for world, _ in (*undone, *kept))))
    return RecordSource(
        head,
        [call.entry for call in made],
        [call.actions for call in made],
        [numbers[id(call.world)] for call in made],
        seeded,
        [(numbers[id(world)], look) for world, look in undone],
        [(numbers[id(world)], look) for world, look in kept],
        shared,
    )


def _numbered(worlds: Iterable[World]) -> dict[int, int]:
    """The number of each manager by its identity, in the order of the first call."""
    return {identity: number for number, identity in enumerate(dict.fromkeys(map(id, worlds)))}


class RecordMaker:
    """Makes the records of a run. `root` is pytest's root directory."""

    def __init__(self, root: str, *, with_calls: bool) -> None:
        self._root = root + os.sep
        self.with_calls = with_calls
        self._callers: dict[tuple[int, int], tuple[CodeType, str]] = {}

    def record(self, source: RecordSource) -> TestRecord:
        """The record of a source."""
        entries, keys = source.entries, keys_of(source.entries)
        read, written = read_and_written(entries, keys)
        looks = [*source.undone, *source.kept]
        left_out = max(0, len(entries) - MOST_CALLS) if self.with_calls else 0
        shown = _shown_histories(looks, entries, left_out)
        return source.head._replace(
            calls=tuple(self._calls(source, keys, shown, left_out)) if self.with_calls else (),
            left_out=left_out,
            histories=tuple([history for _, history in shown]),
            managers=tuple([manager for manager, _ in shown]),
            counts=counts_of(entries),
            actions=tuple(dict.fromkeys(chain.from_iterable(source.actions))),
            seeded=tuple(dict.fromkeys(source.seeded)),
            shared=tuple(dict.fromkeys(source.shared)),
            read=read,
            written=written,
            absent=_merged_absent(looks),
            repeats=repeats_of(entries, keys),
            put_rates=put_rates_of(entries),
            unfinished=_merged_unfinished(looks),
        )

    def _calls(
        self,
        source: RecordSource,
        keys: Sequence[SecretKey | None],
        shown: Sequence[tuple[int, History]],
        left_out: int,
    ) -> Iterator[CallRecord]:
        """The last calls, each with the last history that has it, or with that of the secret that it names."""
        by_place = {place: number for number, (_, one) in enumerate(shown) for place in one.calls}
        by_key = {(manager, history.key): number for number, (manager, history) in enumerate(shown)}
        undone = {id(entry) for _, look in source.undone for entry in look.entries}
        for place, entry in enumerate(source.entries[left_out:]):
            at = place + left_out
            manager, key = source.managers[at], keys[at]
            history = by_place.get(place)
            if history is None and key is not None:
                history = by_key.get((manager, key))
            yield self._call(entry, manager, history, id(entry) in undone)

    def _call(self, entry: Entry, manager: int, history: int | None, is_undone: bool) -> CallRecord:
        call, asked, version = entry.call, asked_by(entry), version_text(entry)
        return CallRecord(
            call.time,
            call.operation,
            manager,
            call.region,
            call.principal.account,
            None if asked is None else asked[:LONGEST_ID],
            cut(version, _LONGEST_VERSION) if version else None,
            history,
            entry.error_code,
            None if call.site is None else self._caller(call.site),
            entry.within,
            entry.by_service,
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


# --- merging looks ---------------------------------------------------------------------------------------------------


def _shown_histories(
    looks: Sequence[tuple[int, Look]], entries: Sequence[Entry], left_out: int
) -> list[tuple[int, History]]:
    """The last history of each secret, with its manager. An earlier one is that of a block that was rolled back."""
    found = {(manager, history.arn): (look, history) for manager, look in looks for history in look.histories()}
    last = [*found.items()][-MOST_HISTORIES:]
    if not left_out and all(look.entries == entries for _, look in looks):
        return [(manager, history) for (manager, _), (_, history) in last]
    places = {id(entry): place for place, entry in enumerate(entries, -left_out)}
    return [(manager, _placed(history, look, places)) for (manager, _), (look, history) in last]


def _merged_absent(looks: Sequence[tuple[int, Look]]) -> tuple[Absent, ...]:
    found: dict[tuple[str, str, str], Absent] = {}
    for absent in [one for _, look in looks for one in look.absent]:
        place = (absent.secret, absent.region, absent.account)
        calls = absent.calls + (found[place].calls if place in found else 0)
        found[place] = absent._replace(calls=calls)
    return tuple(found.values())


def _merged_unfinished(looks: Iterable[tuple[int, Look]]) -> tuple[Unfinished, ...]:
    found = {(manager, one.key, one.is_trial): one for manager, look in looks for one in look.unfinished}
    return tuple(found.values())


# --- the positions of a look's entries in a record -------------------------------------------------------------------


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
