"""A failing `assert` on views, labels, versions, events and the log explains itself, and shows no secret value."""

import time
from collections.abc import Callable

import pytest

from pytest_secretsmanager.report import comparisons

Run = Callable[..., pytest.RunResult]
Failures = Callable[..., list[str]]

FILE = """
import boto3
import pytest
from pytest_secretsmanager import SecretsManager, Version

VERSIONS = [Version("one-to-hide", id="1" * 36), Version("two-to-hide", id="2" * 36)]
pytestmark = pytest.mark.secret("db", versions=VERSIONS)

@pytest.fixture
def db(secretsmanager):
    client = boto3.client("secretsmanager")
    client.put_secret_value(SecretId="db", SecretString="three-" "to-hide", ClientRequestToken="3" * 36)
    client.get_secret_value(SecretId="db")
    return secretsmanager.secret("db")

def test_it(secretsmanager, db):
    sm, log = secretsmanager, secretsmanager.log
    assert {comparison}
"""

TABLE = [
    "",
    "secret 'db' in us-east-1",
    "  #  version id  age  AWSCURRENT  AWSPREVIOUS",
    "  1  11111111…   0 s              was",
    "  2  22222222…   0 s  was         now",
    "  3  33333333…   0 s  now",
]


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_767_323_045.0)


@pytest.fixture
def explained(failures: Failures) -> Callable[[str], list[str]]:
    """Return the lines of the failure of one comparison, without the margin."""

    def lines(comparison: str, *arguments: str) -> list[str]:
        (text,) = failures(FILE.format(comparison=comparison), "-vv", *arguments)
        assert "to-hide" not in text.replace("one-to-hide", "") or "to-hide" in comparison
        shown = [line[1:] for line in text.splitlines() if line.startswith("E ")]
        first = shown[0].strip().removeprefix("AssertionError: ").removeprefix("assert ")
        return [first, *(line[9:].rstrip() for line in shown[1:])]

    return lines


EXPLAINED = {
    'db.labels == {"AWSCURRENT": "2" * 36, "AWSPENDNG": "3" * 36, "AWSPREVIOUS": "nope"}': [
        "labels of secret 'db' in us-east-1 == {'AWSCURRENT': '222222222222222222222222222222222222', 'AWS…",
        "  AWSCURRENT: expected on version 2, found on version 3",
        "  AWSPENDNG: expected on version 3, found nowhere; did you mean 'AWSPENDING'?",
        "  AWSPREVIOUS: expected on 'nope', which is no version of it, found on version 2",
        *TABLE,
    ],
    '{"AWSCURRENT": "3" * 36} == db.labels': [
        "{'AWSCURRENT': '333333333333333333333333333333333333'} == labels of secret 'db' in us-east-1",
        "  AWSPREVIOUS: expected nowhere, found on version 2",
        *TABLE,
    ],
    'db.labels == {"AWSCURRENT": 3, "AWSPREVIOUS": db.version(2)}': [
        "labels of secret 'db' in us-east-1 == {'AWSCURRENT': 3, 'AWSPREVIOUS': <version 2 of 'db', 222222…",
        "  AWSCURRENT: expected on 3 (labels have ids: write .version(3).id), found on version 3",
        "  AWSPREVIOUS: expected on version 2 of 'db' (labels have ids: write .id), found on version 2",
        *TABLE,
    ],
    '"AWSPENDNG" in db.labels': [
        "'AWSPENDNG' in labels of secret 'db' in us-east-1",
        "  AWSPENDNG is nowhere; did you mean 'AWSPENDING'?",
        *TABLE,
    ],
    '"AWSCURRENT" not in db.labels': [
        "'AWSCURRENT' not in labels of secret 'db' in us-east-1",
        "  AWSCURRENT is on version 3",
        *TABLE,
    ],
    "db.current == db.version(1)": [
        "version 3 of 'db' == version 1 of 'db'",
        "  left: 33333333…, AWSCURRENT",
        "  right: 11111111…, no label",
        "  their values are different",
        *TABLE,
    ],
    'db.current == "x"': [
        "version 3 of 'db' == 'x'",
        "  a view of a version equals no str: .value is its value, .id its id",
        *TABLE,
    ],
    "db.current == 3": [
        "version 3 of 'db' == 3",
        "  a view of a version equals no int: .number is its number",
        *TABLE,
    ],
    'db == {"user": "x"}': [
        "secret 'db' in us-east-1 == {'user': 'x'}",
        "  a view of a secret equals no dict: .json is its value",
        *TABLE,
    ],
    "db is None": ["secret 'db' in us-east-1 is None", *TABLE],
    'db == sm.seed("other", region="eu-west-1")': [
        "secret 'db' in us-east-1 == secret 'other' in eu-west-1",
        "  region: left 'us-east-1', right 'eu-west-1'",
        "  name: left 'db', right 'other'",
        *TABLE,
        "",
        "secret 'other' in eu-west-1",
        "  (no version)",
    ],
    'db == SecretsManager().seed("db")': [
        "secret 'db' in us-east-1 == secret 'db' in us-east-1",
        "  they belong to two SecretsManagers",
        *TABLE,
        "",
        "secret 'db' in us-east-1",
        "  (no version)",
    ],
    "db.versions == [db.version(1), db.version(3)]": [
        "[version 1 of 'db', version 2 of 'db', version 3 of 'db'] == [version 1 of 'db', version 3 of 'db']",
        "  left has 3 items, right has 2 items",
        "  [1]: left version 2 of 'db', right version 3 of 'db'",
        "  [2]: left version 3 of 'db', right nothing",
        *TABLE,
    ],
    "log[0] == log[1]": [
        "<PutSecretValue(SecretId='db', ClientRequestToken='33333333… == <GetSecretValue(SecretId='db')>",
        "  operation: left PutSecretValue, right GetSecretValue",
        "  caller: left test_it.py:11, right test_it.py:12",
        f"  request ClientRequestToken: left {'3' * 36}, right nothing",
    ],
    "log == []": [
        "<log of 2 calls> == []",
        "  a log equals only itself: write list(log) for a list of its calls, `not log` for none",
        f"  <PutSecretValue(SecretId='db', ClientRequestToken='{'3' * 36}', SecretString=(hidden))>",
        "  <GetSecretValue(SecretId='db')>",
    ],
    "list(log) == [log[1]]": [
        "[<PutSecretValue(SecretId='db', ClientRequestToken='33333333…, <GetSecretValue(SecretId='db')>] == "
        "[<GetSecretValue(SecretId='db')>]",
        "  left has 2 items, right has 1 item",
        "  [0]: left <PutSecretValue(SecretId='db', ClientRequestToken='33333333…, "
        "right <GetSecretValue(SecretId='db')>",
        "  [1]: left <GetSecretValue(SecretId='db')>, right nothing",
    ],
}


@pytest.mark.parametrize(("comparison", "lines"), EXPLAINED.items(), ids=EXPLAINED)
def test_a_failing_comparison_explains_itself(
    explained: Callable[..., list[str]], comparison: str, lines: list[str]
) -> None:
    assert explained(comparison) == lines


@pytest.mark.parametrize(
    "comparison", ["log[0] == log[0]", "log[0] in log", "log[0] != log[1]", "len({log[0], log[0]}) == 1"]
)
def test_two_looks_at_one_event_are_equal(run: Run, comparison: str) -> None:
    run(FILE.format(comparison=comparison)).assert_outcomes(passed=1)


def test_labels_of_two_secrets_are_left_and_right(explained: Callable[..., list[str]]) -> None:
    assert explained('db.labels == sm.seed("old", "x").labels')[:3] == [
        "labels of secret 'db' in us-east-1 == labels of secret 'old' in us-east-1",
        "  AWSCURRENT: left on version 3, right on version 1",
        "  AWSPREVIOUS: left on version 2, right nowhere",
    ]


def test_a_long_table_shows_the_version_that_the_comparison_names(explained: Callable[..., list[str]]) -> None:
    lines = explained('sm.seed("many", versions=[str(n) for n in range(30)]).version(7) == db.current')
    assert [line.split()[0] for line in lines if line.startswith("  7 ")] == ["7"]


@pytest.mark.parametrize(
    "comparison",
    ['db.value == "one-to-hide"', "db.versions[0].labels == ['x']", "1 == 2", "len(log) == 5"],
)
def test_other_comparisons_are_left_to_pytest(explained: Callable[..., list[str]], comparison: str) -> None:
    assert not any("secret 'db' in us-east-1" in line for line in explained(comparison))


def test_a_hostile_operand_is_cut_and_escaped(explained: Callable[..., list[str]]) -> None:
    lines = explained(r'db.labels == {"\u202e\x1b[31m" + "x" * 10_000: "\x00" * 10_000}')
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) < 200


def test_a_view_among_arguments_and_locals_is_one_line(run: Run) -> None:
    result = run(FILE.format(comparison="not [db]"), "-l")
    text = "<secret 'db': 3 versions, AWSCURRENT on 3, AWSPREVIOUS on 2>"
    result.stdout.fnmatch_lines([f"db = {text}", f"E  *assert not [[]{text}]"])


def test_an_object_of_the_test_whose_repr_crashes_has_its_class_in_the_explanation(run: Run) -> None:
    evil = "type('Evil', (), {'__repr__': lambda self: 1 / 0})()"
    result = run(FILE.format(comparison=f"db == {evil}"))
    result.stdout.fnmatch_lines(["E  *assert secret 'db' in us-east-1 == <Evil object>"])
    result.stdout.no_fnmatch_line("*crashed*")


def test_twenty_differing_labels_are_shown_and_the_others_counted(explained: Callable[[str], list[str]]) -> None:
    lines = explained("{f'L{n:04}': 'x' for n in range(9_998)} == db.labels")
    assert lines[1] == "  L0000: expected on 'x', which is no version of it, found nowhere"
    assert lines[20:22] == [
        "  L0019: expected on 'x', which is no version of it, found nowhere",
        "  … and 9,980 more",
    ]
    assert lines[22:] == TABLE


def test_a_crash_of_an_explanation_is_reported_and_leaves_the_comparison_to_pytest(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("to-hide")

    monkeypatch.setattr(comparisons, "explanation", crash)
    result = run(FILE.format(comparison="db.labels == {}"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E * assert {'AWSCURRENT'*} == {}",
            "secretsmanager: the explanation of a failing comparison crashed: ZeroDivisionError in test_assertrepr.py*",
        ]
    )


def test_a_comparison_without_a_view_imports_nothing(run_apart: Run) -> None:
    result = run_apart(
        """
        import sys

        def test_it():
            try:
                assert [1] == [2]
            except AssertionError:
                assert "pytest_secretsmanager.report.comparisons" not in sys.modules
        """
    )
    result.assert_outcomes(passed=1)
