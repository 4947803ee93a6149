"""README and guide are true: their code runs, their links and paths exist, their tables are complete."""

import ast
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import botocore.exceptions
import pytest
from _pytest import fixtures
from documents import (
    CHAPTERS,
    CODE,
    DOCUMENTS,
    EXAMPLES,
    INDEX,
    README,
    ROOT,
    Document,
    Example,
    Failure,
    Output,
)

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager, options
from pytest_secretsmanager.plugin import names

PACKAGE = Path(pytest_secretsmanager.__file__).parent
ALL = pytest.mark.parametrize("document", DOCUMENTS, ids=[document.name for document in DOCUMENTS])
(REFERENCE,) = (chapter for chapter in CHAPTERS if chapter.path.stem == "reference")
(TROUBLESHOOTING,) = (chapter for chapter in CHAPTERS if chapter.path.stem == "troubleshooting")

# --- code ----------------------------------------------------------------------------------------------------------


@ALL
def test_every_block_of_code_of_a_document_is_part_of_an_example(document: Document) -> None:
    written = {text for example in document.examples for _, text in [(example.name, example.code), *example.beside]}
    blocks = [text for language, text in document.blocks if language in CODE]
    assert [text for text in blocks if text.partition("\n")[2] not in written] == []
    assert [example.name for example in document.examples if not example.tests] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter.name for chapter in CHAPTERS])
def test_every_chapter_of_the_guide_has_code(chapter: Document) -> None:
    assert chapter.examples


def test_no_two_examples_of_the_documentation_have_the_same_id() -> None:
    ids = [example.id for example in EXAMPLES]
    assert [one for one in set(ids) if ids.count(one) > 1] == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_code_of_the_documentation_passes(pytester: pytest.Pytester, example: Example) -> None:
    if "aiobotocore" in example.code:
        pytest.importorskip("aiobotocore", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    example.require_passes(pytester)


FAILURES = [failure for document in DOCUMENTS for failure in document.failures]
OUTPUTS = [output for document in DOCUMENTS for output in document.outputs]


@pytest.fixture
def shown(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run an example of the documentation in a terminal of 80 columns, and return the output."""

    def run(example: Example, code: str, *arguments: str) -> str:
        monkeypatch.setenv("COLUMNS", "80")
        return example.run_as_copied(pytester, code, *arguments).stdout.str()

    return run


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.example.id)
def test_a_failure_text_of_the_documentation_is_what_pytest_shows(shown: Callable[..., str], failure: Failure) -> None:
    _require_pieces(failure.text, shown(failure.example, failure.code))


@pytest.mark.parametrize("output", OUTPUTS, ids=lambda output: output.example.id)
def test_an_output_of_the_documentation_is_what_the_command_prints(shown: Callable[..., str], output: Output) -> None:
    _require_pieces(output.text, shown(output.example, output.example.code, *output.arguments))


def _require_pieces(expected: str, shown: str) -> None:
    """Require that a text is shown, in its order. A line `…` stands for lines that are left out."""
    rest = _normal(shown)
    for piece in _normal(expected).split("\n…\n"):
        before, found, rest = rest.partition(piece.strip("\n"))
        assert found, f"not shown:\n{piece}\nin:\n{before}"


def _normal(text: str) -> str:
    """Return the text without version ids, times, ages, and repeated blanks and dashes: they differ between runs."""
    for pattern, mark in _DIFFERING:
        text = re.sub(pattern, mark, text)
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


_DIFFERING = (
    (r"[0-9a-f]{8}(-[0-9a-f-]{27}|…)", "<id>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>"),
    (r"\b\d+\.\d\d\b", "<seconds>"),
    (r"\b\d s\b", "<age>"),  # a busy machine takes seconds
    (r"([-=_])\1{3,}", r"\1\1\1\1"),
)


# --- links and paths -----------------------------------------------------------------------------------------------


@ALL
def test_every_link_of_a_document_leads_to_a_heading_or_a_file(document: Document) -> None:
    broken = []
    for link in document.links:
        path, _, anchor = link.partition("#")
        target = (document.path.parent / path).resolve() if path else document.path
        if not target.exists() or (anchor and anchor not in _document_at(target).anchors):
            broken.append(link)
    assert broken == []


def _document_at(path: Path) -> Document:
    return Document(path.relative_to(ROOT).as_posix())


@ALL
def test_every_path_that_a_document_names_exists(document: Document) -> None:
    named = re.findall(r"`((?:tests|examples|\.ci)/[\w./-]*)`", document.text)
    named += re.findall(r"python -m pytest ((?:tests|examples)/\S+\.py)", document.text)
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("chapter", CHAPTERS, ids=[chapter.name for chapter in CHAPTERS])
def test_every_chapter_is_linked_from_the_index_and_links_to_the_readme(chapter: Document) -> None:
    assert chapter.path.name in {link.partition("#")[0] for link in INDEX.links}
    assert "README.md" in chapter.links


# --- completeness --------------------------------------------------------------------------------------------------


def test_readme_has_at_most_150_lines() -> None:
    assert README.text.count("\n") <= 150


@pytest.mark.parametrize("document", [README, Document("examples/guide/asserting.md"), REFERENCE], ids=str)
def test_a_document_names_every_assertion_helper(document: Document) -> None:
    helpers = {name for name in dir(SecretsManager) if name.startswith("assert_")}
    assert set(re.findall(r"`(assert_\w+)[(`]", document.prose)) >= helpers


def test_the_reference_names_every_exported_name() -> None:
    named = set(re.findall(r"\w+", REFERENCE.text))
    assert {*pytest_secretsmanager.__all__} - named == set()


def test_the_reference_names_the_members_of_secretsmanager() -> None:
    section = REFERENCE.text.partition("## SecretsManager\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)[(`]", _first_column(section)))
    members = {name for name in dir(SecretsManager) if not name.startswith("_")}
    assert named == members


def _first_column(section: str) -> str:
    return "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("|"))


def test_the_reference_names_every_ini_option_and_marker() -> None:
    named = set(re.findall(r"`(\w+)[(`]", REFERENCE.prose))
    assert {option.ini_name for option in options.OPTIONS if option.ini_type} - named == set()
    assert {*names.MARKERS} - named == set()


TYPES = re.findall(r"^### (\w+)\n(.*?)(?=^##)", REFERENCE.text, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize(("name", "section"), TYPES, ids=[name for name, _ in TYPES])
def test_every_member_that_the_reference_names_exists(name: str, section: str) -> None:
    kind = getattr(pytest_secretsmanager, name)
    members = re.findall(r"`(\w+)(?:\(.*?\))?`", _first_column(section))
    # A class does not know the attributes that are set on each object.
    source = (PACKAGE / Path(*kind.__module__.split(".")[1:])).with_suffix(".py").read_text()
    known = {*dir(kind), *re.findall(r"self\.(\w+)(?: =|: )", source)}
    assert [member for member in members if member not in known] == []


# --- error texts ---------------------------------------------------------------------------------------------------


@cache
def _templates() -> list[str]:
    """Every text that this package, botocore's errors or pytest's fixtures can make, with `…` for the fields."""
    sources = [*PACKAGE.rglob("*.py"), Path(botocore.exceptions.__file__), Path(fixtures.__file__)]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sources]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr)]
    return [_template(node) for node in nodes]


def _template(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(map(_template, node.values))
    if isinstance(node, ast.FormattedValue):
        constant = getattr(names, ast.unparse(node.value), "…")
        return f"'{constant}'" if node.conversion == ord("r") else str(constant)
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


QUOTED = re.findall(r"^### `(.*)`$", TROUBLESHOOTING.text, re.MULTILINE)


@pytest.mark.parametrize("text", QUOTED)
def test_every_error_text_of_troubleshooting_is_in_the_source(text: str) -> None:
    pattern = re.compile(".*".join(map(re.escape, text.replace("'…'", "…").split("…"))), re.DOTALL)
    assert any(pattern.search(template.replace("'…'", "…")) for template in _templates())
