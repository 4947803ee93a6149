"""The options, each once: the ini options, the keywords of the marker and of `SecretsManager`, and those of `serve`.

From here come the ini file's defaults and help, the marker's text, the command's arguments and the guide's tables. The
options of pytest's command line are a list of their own.
Imports none of the heavy libraries, since pytest loads it in every run.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from pytest_secretsmanager.surroundings.default_region import DEFAULT_REGION, REGION_VARIABLE

DEFAULT_ACCOUNT = "123456789012"

IniType = Literal["string", "args", "linelist"]


class Option(NamedTuple):
    """One option. `name` is its keyword; the ini option is called `secretsmanager_<name>`.

    `default` is the value if the ini file has none, `default_text` describes its effect. `ini_type` is
    pytest's type of the ini option, None for an option that no ini file has. `is_keyword` says whether the marker
    `secretsmanager` and `SecretsManager` take it, `is_marker_keyword` whether only the marker takes it. `flag` is its
    name on the command line of `serve`, where it has one.
    """

    name: str
    help: str
    default: str | list[str] = ""
    default_text: str = "none"
    ini_type: IniType | None = "string"
    is_keyword: bool = True
    flag: str = ""
    is_marker_keyword: bool = False

    @property
    def ini_name(self) -> str:
        """The name in an ini file."""
        return f"secretsmanager_{self.name}"

    @property
    def plain_default(self) -> str:
        """The default, for a terminal."""
        return self.default_text.replace("`", "")

    @property
    def plain_help(self) -> str:
        """The help text with the default, for a terminal."""
        return f"{self.help.replace('`', '')} (default: {self.plain_default})"


class CommandLineOption(NamedTuple):
    """One option of pytest's command line. `metavar` is its value in the help text, empty for a flag."""

    flag: str
    metavar: str
    help: str

    @property
    def usage(self) -> str:
        """The option with its value, as the help text shows it."""
        return f"{self.flag}={self.metavar}" if self.metavar else self.flag

    @property
    def destination(self) -> str:
        """The name in pytest's `config.option`."""
        return self.flag.removeprefix("--").replace("-", "_")


REGION = Option(
    "region",
    "region of seeds, views and `secretsmanager.client()`",
    default_text=f"`{REGION_VARIABLE}`, else `{DEFAULT_REGION}`",
    flag="--region",
)
ACCOUNT = Option(
    "account",
    "account of clients whose credentials name no other",
    default=DEFAULT_ACCOUNT,
    default_text=f"`{DEFAULT_ACCOUNT}`",
    flag="--account",
)
RANDOM_SEED = Option("random_seed", "makes ARN suffixes, version ids, request ids and random passwords repeatable")
BLOCK_NETWORK = Option(
    "block_network",
    "refuses calls that would reach AWS while no `SecretsManager` is active: `true` from the beginning, `auto` from "
    "the first test that uses the fixture or a marker, `false` never",
    default="auto",
    default_text="`auto`",
    is_keyword=False,
)
SEEDS = Option(
    "seeds",
    "TOML or JSON files, one a line: their secrets exist before the first conftest file is imported; of two secrets of "
    "one name the later one wins",
    default=[],
    ini_type="linelist",
    is_keyword=False,
    flag="--seed",
)
NOW = Option("now", "where the clock starts, a datetime with a time zone", default_text="the real time", ini_type=None)
VERSION_QUOTA = Option("version_quota", "how many versions a secret may have", default_text="`100`", ini_type=None)
LOG_LIMIT = Option(
    "log_limit",
    "how many calls and events the log keeps, the last ones; by default all",
    flag="--log-limit",
)
EXTRA_REGIONS = Option(
    "extra_regions",
    "regions that are newer than the installed botocore: a list, or separated by blanks or commas in an ini file; a "
    "marker adds to those of the ini file",
    default=[],
    ini_type="args",
    flag="--extra-region",
)
POLICY = Option(
    "policy",
    "clients call as a role with this identity policy: a dict, JSON text, the path of a file (in a marker: relative "
    "to the test's own file), or a list of several",
    ini_type=None,
)

LEAKS = Option(
    "leaks",
    "looks for secret values in the output, log, warnings, failure and logged requests of each test, and masks them: "
    "`warn` adds a warning to a test that leaks, `error` fails it, `off` does nothing",
    default="off",
    default_text="`off`",
    is_keyword=False,
    is_marker_keyword=True,
)
LEAKS_IGNORE = Option(
    "leaks_ignore",
    "texts that are no leak, such as hosts and user names: a list, or one a line in an ini file; a marker adds to "
    "those of the ini file",
    default=[],
    ini_type="linelist",
    is_keyword=False,
    is_marker_keyword=True,
)

POLICY_FILE = CommandLineOption(
    "--secretsmanager-policy",
    "PATH",
    "write the smallest identity policy for all calls of the run to this file, as JSON",
)

SHOW_VALUES = CommandLineOption(
    "--secretsmanager-show-values",
    "",
    "show the value of each version in the section of a failing test, at most 1,000 characters of each",
)

SUMMARY = CommandLineOption(
    "--secretsmanager-summary",
    "",
    "print a summary at the end of the run: calls and errors by operation, missing and unread secrets, repeated reads, "
    "quota risks, unfinished rotations, and IAM actions",
)

REPORT_FILE = CommandLineOption(
    "--secretsmanager-report",
    "PATH",
    "write an HTML page to this file: the calls of each test, and timelines of its secrets; needs Jinja2",
)

LEAKS_MODE = CommandLineOption(
    "--secretsmanager-leaks",
    "MODE",
    "look for secret values in the output, log, warnings, failure and logged requests of each test: off, warn or "
    "error; replaces the ini option secretsmanager_leaks",
)

COMMAND_LINE_OPTIONS = (POLICY_FILE, SUMMARY, REPORT_FILE, SHOW_VALUES, LEAKS_MODE)

OUTPUTS = (POLICY_FILE, SUMMARY, REPORT_FILE)
"""Those that collect the calls of the run for its end."""

OPTIONS = (
    *(REGION, ACCOUNT, RANDOM_SEED, BLOCK_NETWORK, SEEDS, NOW, VERSION_QUOTA, EXTRA_REGIONS, POLICY, LOG_LIMIT),
    *(LEAKS, LEAKS_IGNORE),
)

KEYWORDS = tuple(
    option.name for option in (REGION, ACCOUNT, RANDOM_SEED, NOW, VERSION_QUOTA, EXTRA_REGIONS, POLICY, LOG_LIMIT)
)
"""The options of the marker `secretsmanager` and of `SecretsManager`, in the order of its arguments."""

MARKER_KEYWORDS = (LEAKS.name, LEAKS_IGNORE.name)
"""The options that only the marker takes."""


def ini_name_of(keyword: str) -> str:
    """Return the name in an ini file of the option that this keyword names."""
    return next(option.ini_name for option in OPTIONS if option.name == keyword)


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Yield a row of the guide's table for each option, in Markdown: its names, its default and its effect."""
    for option in OPTIONS:
        ini_name = "none" if option.ini_type is None else f"`{option.ini_name}`"
        keyword = f"`{option.name}`" if option.is_keyword or option.is_marker_keyword else "none"
        if option.is_marker_keyword:
            keyword += " (marker only)"
        yield ini_name, keyword, option.default_text, option.help


def table() -> str:
    """Return the guide's table of options, in Markdown."""
    lines = ["| ini option | keyword | default | |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows())])


def command_line_table() -> str:
    """Return the guide's table of the options of pytest's command line, in Markdown."""
    rows = [f"| `{option.usage}` | {option.help} |" for option in COMMAND_LINE_OPTIONS]
    return "\n".join(["| command line | |", "| --- | --- |", *rows])
