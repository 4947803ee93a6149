"""The mutants that no test can notice, and why: the entries of `equivalent_mutants.toml`."""

import tomllib
from pathlib import Path
from typing import NamedTuple

LIST = Path(__file__).parent / "equivalent_mutants.toml"


class Change(NamedTuple):
    """What a mutant changes: the lines of its function that differ, before and after, in one line each."""

    before: str
    after: str


class Entry(NamedTuple):
    """One mutant: its function, the lines that it changes, before and after, and why that changes nothing."""

    function: str
    before: str
    after: str
    why: str

    def explains(self, function: str, change: Change) -> bool:
        """Return whether this entry is about that change of a function."""
        return (self.function, self.before, self.after) == (function, change.before, change.after)


def entries() -> list[Entry]:
    """Return all entries: each table of the list has the changes of one line, with one reason."""
    tables = tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]
    return [
        Entry(table["function"], table["before"], after, table["why"]) for table in tables for after in table["after"]
    ]
