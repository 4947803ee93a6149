"""The options stand once, in `options`: ini file, marker, constructor, command and the guide's table agree with it."""

import inspect
from pathlib import Path

import pytest

from pytest_secretsmanager import SecretsManager, options
from pytest_secretsmanager.command import main
from pytest_secretsmanager.engine.rules.retention import VERSION_QUOTA
from pytest_secretsmanager.plugin import marker_texts

ROOT = Path(__file__).parents[2]
PLACES_OF_THE_TABLE = ("README.md", "examples/guide/reference.md")

PARAMETERS = inspect.signature(SecretsManager).parameters


def test_the_constructor_takes_the_options_that_are_keywords_in_their_order() -> None:
    assert tuple(PARAMETERS) == options.KEYWORDS == tuple(one.name for one in options.OPTIONS if one.is_keyword)


@pytest.mark.parametrize(
    ("option", "default"), [(options.ACCOUNT, "123456789012"), (options.VERSION_QUOTA, VERSION_QUOTA)]
)
def test_a_documented_default_is_that_of_the_constructor(option: options.Option, default: object) -> None:
    assert PARAMETERS[option.name].default == default
    assert option.default_text == f"`{default}`"


@pytest.mark.parametrize("option", [one for one in options.OPTIONS if one.ini_type], ids=lambda option: option.name)
def test_an_option_of_the_ini_file_is_registered_with_its_default(
    pytestconfig: pytest.Config, option: options.Option
) -> None:
    registered = pytestconfig._parser._inidict[option.ini_name]
    assert option.plain_help in registered
    assert option.default in registered


def test_the_marker_takes_keywords_that_the_constructor_does_not_take() -> None:
    only = tuple(one.name for one in options.OPTIONS if one.is_marker_keyword)
    assert only == options.MARKER_KEYWORDS
    assert PARAMETERS.keys().isdisjoint(only)


def test_the_marker_names_each_keyword() -> None:
    assert f"secretsmanager(*, {', '.join((*options.KEYWORDS, *options.MARKER_KEYWORDS))})" in "\n".join(
        marker_texts.TEXTS
    )


def test_the_command_serve_takes_each_flag_of_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    shown = capsys.readouterr().out
    assert [option.flag for option in options.OPTIONS if option.flag not in shown] == []


@pytest.mark.parametrize("option", options.COMMAND_LINE_OPTIONS, ids=lambda option: option.flag)
def test_an_option_of_the_command_line_is_registered_with_its_help(
    pytestconfig: pytest.Config, option: options.CommandLineOption
) -> None:
    help_text = " ".join(pytestconfig._parser.optparser.format_help().split())
    assert option.usage in help_text
    assert option.help in help_text


def test_the_table_of_command_line_options_stands_in_the_readme_or_in_the_guide() -> None:
    table = options.command_line_table()
    texts = [path.read_text(encoding="utf-8") for name in PLACES_OF_THE_TABLE if (path := ROOT / name).exists()]
    assert any(table in text for text in texts), f"the table is:\n{table}"


def test_the_table_of_options_stands_in_the_readme_or_in_the_guide() -> None:
    texts = [path.read_text(encoding="utf-8") for name in PLACES_OF_THE_TABLE if (path := ROOT / name).exists()]
    assert any(options.table() in text for text in texts), f"the table of options is:\n{options.table()}"
