"""The README and the guide as tests read them: headings, links, and the code that a reader copies.

Every block of code begins with the name of its file. A test file runs beside the other files of its section (its `##`
heading), such as a seed file, a program or a `pytest.ini`.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "examples" / "guide"

CODE = ("python", "toml", "ini")
"""The languages of the blocks that are files."""

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"# (\S+)\n(.*)", re.DOTALL)
_COMMAND = re.compile(r"\$ python -m pytest ?([^\n]*)\n(.*)", re.DOTALL)
_TEST = re.compile(r"^ *(?:async )?def test_", re.MULTILINE)


@dataclass(frozen=True)
class Example:
    """One test file of a document, with the other files of its section."""

    document: str
    name: str
    code: str
    beside: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return f"{Path(self.document).stem}-{Path(self.name).stem.removeprefix('test_')}"

    @property
    def tests(self) -> int:
        """How many tests it has."""
        return len(_TEST.findall(self.code))

    @property
    def runs_anywhere(self) -> bool:
        """Whether it needs no settings of its own, and nothing that may not be installed."""
        settings = {"conftest.py", "pytest.ini", "pyproject.toml"}
        return "aiobotocore" not in self.code and not settings & {name for name, _ in self.beside}

    def write(self, directory: Path) -> None:
        """Write its files. The test file gets a name of its own: runs inside a run share the modules of the process."""
        for name, text in self.beside:
            directory.joinpath(name).write_text(text, encoding="utf-8")
        directory.joinpath(f"test_{Path(self.document).stem.replace('-', '_')}_{self.name}").write_text(
            self.code, encoding="utf-8"
        )

    def run_as_copied(self, pytester: pytest.Pytester, code: str, *arguments: str) -> pytest.RunResult:
        """Run it with this code, in a file with the name and the lines of a reader who copies the whole block."""
        for name, text in (*self.beside, (self.name, code)):
            pytester.path.joinpath(name).write_text(f"# {name}\n{text}", encoding="utf-8")
        with pytest.MonkeyPatch.context() as modules:
            # pytest refuses two modules of one name. A test of this project may have the name, too.
            modules.delitem(sys.modules, Path(self.name).stem, raising=False)
            return pytester.runpytest("-p", "no:randomly", *arguments)

    def require_passes(self, pytester: pytest.Pytester) -> None:
        """Run it in pytest; each of its tests passes, or says itself where it is skipped."""
        self.write(pytester.path)
        outcomes = pytester.runpytest("--strict-markers").parseoutcomes()
        may_be_skipped = ("passed", "skipped") if "skip" in self.code else ("passed",)
        assert outcomes.keys() <= {*may_be_skipped, "warning", "warnings"}
        assert sum(outcomes.get(outcome, 0) for outcome in may_be_skipped) == self.tests


@dataclass(frozen=True)
class Failure:
    """A failure text that a document shows: the line that fails in place of one of the example before it."""

    example: Example
    line: str
    text: str

    @property
    def code(self) -> str:
        """The code of the example with the line that fails, in place of the line with the same beginning."""
        beginning = re.escape(self.line.partition("(" if "(" in self.line else " == ")[0])
        line = re.compile(rf"^( *){beginning}.*$", re.MULTILINE)
        replaced = line.sub(lambda found: found[1] + self.line, self.example.code, count=1)
        assert replaced != self.example.code
        return replaced


@dataclass(frozen=True)
class Output:
    """What a command prints, as a document shows it, for the example before it: `arguments` follow `pytest`."""

    example: Example
    arguments: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Document:
    """One Markdown file; `name` is its path from the root of the project."""

    name: str

    @property
    def path(self) -> Path:
        return ROOT / self.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """The text without its blocks of code."""
        return _BLOCK.sub("", self.text)

    @property
    def headings(self) -> list[str]:
        return re.findall(r"^#+ (.*)$", self.prose, re.MULTILINE)

    @property
    def anchors(self) -> set[str]:
        """The anchors of its headings, as GitHub makes them."""
        found: set[str] = set()
        seen: Counter[str] = Counter()
        for heading in self.headings:
            text = re.sub(r"\[(.*?)\]\(.*?\)", r"\1", heading).lower()
            anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
            found.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
            seen[anchor] += 1
        return found

    @property
    def links(self) -> list[str]:
        """The targets of its links that stay within the project."""
        targets = re.findall(r"\]\(([^)\s]+)\)", self.prose)
        return [target for target in targets if not re.match(r"\w+:", target)]

    @property
    def pictures(self) -> list[tuple[str, str]]:
        """The alternative text and the path of each picture."""
        return re.findall(r"!\[([^\]]*)\]\(([^)\s]+)\)", self.prose)

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Language and text of each block of code."""
        return _BLOCK.findall(self.text)

    @cached_property
    def examples(self) -> list[Example]:
        return [example for section in _sections(self.text) for example in self._examples_of(section)]

    def _examples_of(self, section: str) -> list[Example]:
        found = [_NAMED.match(text) for language, text in _BLOCK.findall(section) if language in CODE]
        files = [(file[1], file[2]) for file in found if file is not None]
        beside = tuple(file for file in files if not file[0].startswith("test_"))
        return [Example(self.name, *file, beside) for file in files if file[0].startswith("test_")]

    @property
    def failures(self) -> list[Failure]:
        """Each failure text, with the example before it."""
        return [
            Failure(example, text.splitlines()[0].removeprefix(">").strip(), text)
            for example, text in self._texts_after_examples()
            if text.startswith(">")
        ]

    @property
    def outputs(self) -> list[Output]:
        """Each output of a command, with the example before it."""
        found = [(example, _COMMAND.match(text)) for example, text in self._texts_after_examples()]
        return [Output(example, tuple(one[1].split()), one[2]) for example, one in found if one is not None]

    def _texts_after_examples(self) -> Iterator[tuple[Example, str]]:
        examples = {example.code: example for example in self.examples}
        last = None
        for language, text in self.blocks:
            named = _NAMED.match(text)
            last = examples.get(named[2], last) if language in CODE and named else last
            if language == "text" and last is not None:
                yield last, text


def _sections(text: str) -> list[str]:
    return re.split(r"^## ", text, flags=re.MULTILINE)


README = Document("README.md")
INDEX = Document("examples/guide/README.md")
CHAPTERS = [
    Document(path.relative_to(ROOT).as_posix()) for path in sorted(GUIDE.glob("*.md")) if path.name != "README.md"
]
DOCUMENTS = [README, INDEX, *CHAPTERS]
"""All that users read, but for the changelog."""

EXAMPLES = [example for document in DOCUMENTS for example in document.examples]
