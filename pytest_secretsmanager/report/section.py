"""The section of a failing test: first the lines that explain it, then its last calls, then its secrets.

A block that crashes is left out, and the others stay.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pytest_secretsmanager.engine.effects.runs import Run
from pytest_secretsmanager.inspection.cells import cut_inside, escaped
from pytest_secretsmanager.inspection.entered import Unreached
from pytest_secretsmanager.inspection.forks import forks_text
from pytest_secretsmanager.inspection.log import Event, entry_of
from pytest_secretsmanager.inspection.missing_secret import named
from pytest_secretsmanager.inspection.rotation_texts import run_text
from pytest_secretsmanager.inspection.wording import rolled_back_text
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.calls import listed, numbers_of
from pytest_secretsmanager.report.denied import denied
from pytest_secretsmanager.report.frame import Frame, filled
from pytest_secretsmanager.report.not_found import not_found
from pytest_secretsmanager.report.not_made import not_made
from pytest_secretsmanager.report.other_account import other_account
from pytest_secretsmanager.report.secrets import Seen, tables
from pytest_secretsmanager.report.unreached import unreached

_OTHERS = 2
"""The managers besides the test's own whose calls are shown: those that were entered last."""

_NAMES = 3

Note = Callable[[Exception], None]
"""Called with the error of a block that crashed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A failing test as the section shows it.

    `own` is the inside of the test's own manager, None without one; `problems` are its crashes. `met` has each manager
    that the test met, with the calls that it logged in the test. `forks` is the number of children that were forked in
    the test while no endpoint ran. `text` is the text of the failure. `explains_silence` says that a test without calls
    gets a line about that. `seeded_later` has the names of secrets whose markers have not seeded them yet, each
    with the place of its marker: function, class or module.
    """

    own: World | None
    problems: Sequence[str]
    met: Sequence[tuple[World, Sequence[Event]]]
    unreached: Sequence[Unreached]
    forks: int
    text: str
    explains_silence: bool
    seeded_later: Mapping[str, str]


def section(failure: Failure, frame: Frame, note: Note) -> str:
    """The text of the section; empty if it has nothing to say."""
    explaining = _joined(_explanations(failure), note)
    above = "\n".join(filter(None, [problems_text(failure.problems), filled(explaining, frame)]))
    return "\n\n".join(filter(None, [above, *_joined(_pictures(failure, frame), note)]))


def problems_text(problems: Sequence[str]) -> str:
    """The crashes of a test, with their tracebacks as Python prints them."""
    return "\n".join(escaped(line) for problem in problems for line in problem.splitlines())


def _joined(blocks: Iterable[Callable[[], Iterable[str]]], note: Note) -> list[str]:
    found: list[str] = []
    for make in blocks:
        try:
            found += make()
        except Exception as error:
            note(error)
    return found


# --- what explains ---------------------------------------------------------------------------------------------------


def _explanations(failure: Failure) -> Iterator[Callable[[], Iterable[str]]]:
    """The makers of the lines that explain a failure."""
    own, met = failure.own, failure.met
    yield lambda: () if own is None else unfinished(own)
    yield lambda: unreached(failure.unreached)
    yield lambda: [forks_text(failure.forks)] if failure.forks else ()
    if any(events for _, events in met):
        yield lambda: denied(met)
        yield lambda: not_found(met, failure.seeded_later)
        yield lambda: not_made(met)
        yield lambda: other_account(met)
    elif failure.explains_silence and own is not None and not failure.problems:
        yield lambda: [_silence_text(own)]


def unfinished(world: World) -> list[str]:
    """A line for each secret whose last rotation, or trial of its function, did not succeed."""
    last = {(run.key, run.test): run for run in world.runs}
    return [_line(run) for run in last.values() if run.state != "succeeded"]


def _line(run: Run) -> str:
    kind = "trial of the rotation function" if run.test else "rotation"
    return f"the {kind} of secret {run.key.name!r} in {run.key.region} never finished: {run_text(run)}"


def _silence_text(world: World) -> str:
    """The line about a test whose log has no call, with the secrets that exist."""
    if world.entries.rolled_back:
        return rolled_back_text(world.entries.rolled_back)
    places = world.places()
    first = [secret.name for place in places for secret in world.present_within(*place, _NAMES)]
    names = list(dict.fromkeys(first))[:_NAMES]
    if not names:
        return "no call reached this SecretsManager, which has no secrets"
    others = sum(world.count_within(*place) for place in places) - sum(len(named(name, world)) for name in names)
    more = f" and {others:,} more" if others else ""
    return f"no call reached this SecretsManager, which has {', '.join(map(_short, names))}{more}"


def _short(name: str) -> str:
    return cut_inside(repr(name), 40)


# --- what is shown ---------------------------------------------------------------------------------------------------


def _pictures(failure: Failure, frame: Frame) -> Iterator[Callable[[], Iterable[str]]]:
    """The makers of the tables: of the test's own manager first."""
    called = [(world, events) for world, events in failure.met if events]
    own = [one for one in called if one[0] is failure.own]
    others = [one for one in called if one[0] is not failure.own]
    for world, events in [*own, *others[-_OTHERS:]]:
        owner = "" if world is failure.own or not own else " of another SecretsManager"
        yield lambda world=world, events=events, owner=owner: _shown(world, events, owner, failure, frame)  # type: ignore[misc]


def _shown(world: World, events: Sequence[Event], owner: str, failure: Failure, frame: Frame) -> Iterator[str]:
    """The last calls of one manager, then its secrets."""
    entries = [entry_of(event) for event in events]
    calls = listed(world, entries, frame, owner)
    yield "\n".join(calls.lines)
    yield from tables(Seen(world, entries, numbers_of(entries), calls.positions, failure.text, frame))
