"""`assert_labels`, `assert_label`, `assert_no_label`: when they pass, when they fail, and their failure texts."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pytest_secretsmanager import SecretsManager, UsageError, Version, VersionNotFound

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32

TABLE = """\
secret 'db' in us-east-1
  #  version id  age  AWSCURRENT  AWSPREVIOUS  BLUE
  1  11111111…   0 s              now
  2  22222222…   0 s  now                      now
  3  33333333…   0 s"""


@pytest.fixture(autouse=True)
def _three_versions(secretsmanager: SecretsManager) -> None:
    """AWSPREVIOUS on 1, AWSCURRENT and BLUE on 2, no label on 3."""
    secretsmanager.seed(
        "db",
        versions=[
            Version("one", id=ONE, labels=["AWSPREVIOUS"]),
            Version("two", id=TWO, labels=["AWSCURRENT", "BLUE"]),
            Version("three", id=THREE, labels=[]),
        ],
    )


def text_of(check: Callable[[], None]) -> str:
    with pytest.raises(AssertionError) as failure:
        check()
    return str(failure.value)


# --- assert_labels ---------------------------------------------------------------------------------------------------


def test_assert_labels_passes_when_all_labels_match(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_labels("db", {"BLUE": 2, "AWSPREVIOUS": 1, "AWSCURRENT": 2})


def test_assert_labels_accepts_versions_by_id_number_label_and_view(secretsmanager: SecretsManager) -> None:
    current = secretsmanager.secret("db").versions[1]
    secretsmanager.assert_labels("db", {"AWSPREVIOUS": ONE, "AWSCURRENT": -2, "BLUE": "AWSCURRENT"})
    secretsmanager.assert_labels("db", {"AWSPREVIOUS": 1, "AWSCURRENT": current, "BLUE": current})


@pytest.mark.parametrize(
    ("expected", "lines"),
    [
        pytest.param(
            {"AWSCURRENT": 2, "AWSPREVIOUS": 1},
            ["BLUE: expected nowhere, found on version 2"],
            id="an unexpected label",
        ),
        pytest.param(
            {"AWSCURRENT": 2, "AWSPREVIOUS": 1, "BLUE": 2, "AWSPENDING": 3},
            ["AWSPENDING: expected on version 3, found nowhere"],
            id="a missing label",
        ),
        pytest.param(
            {"AWSCURRENT": 2, "AWSPREVIOUS": 1, "BLUE": 3},
            ["BLUE: expected on version 3, found on version 2"],
            id="a label on another version",
        ),
        pytest.param(
            {"AWSPREVIOUS": 2, "GREEN": 1},
            [
                "AWSPREVIOUS: expected on version 2, found on version 1",
                "GREEN: expected on version 1, found nowhere",
                "BLUE: expected nowhere, found on version 2",
                "AWSCURRENT: expected nowhere, found on version 2",
            ],
            id="all differences, expected labels first",
        ),
    ],
)
def test_assert_labels_lists_each_difference(
    secretsmanager: SecretsManager, expected: dict[str, int], lines: list[str]
) -> None:
    text = text_of(lambda: secretsmanager.assert_labels("db", expected))
    differing = "".join(f"  {line}\n" for line in lines)
    assert text == f"secret 'db' has different labels\n{differing}\n{TABLE}"


def test_assert_labels_passes_with_an_empty_dict_for_a_secret_without_versions(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("empty")
    secretsmanager.assert_labels("empty", {})


def test_assert_labels_with_an_unknown_version_fails_with_the_table(secretsmanager: SecretsManager) -> None:
    text = r"^secret 'db' has no version 4; it has numbers 1 to 3 and the labels [^\n]*\n\nsecret 'db' in us-east-1\n"
    with pytest.raises(AssertionError, match=text):
        secretsmanager.assert_labels("db", {"AWSCURRENT": 4})


@pytest.mark.parametrize("label", ["AWSCURENT", "AWSCURRNT", "AWSPENDIG", "PENDING"])
def test_assert_no_label_refuses_a_misspelt_label_of_aws(secretsmanager: SecretsManager, label: str) -> None:
    with pytest.raises(UsageError, match=f"^no such label '{label}'; did you mean 'AWS"):
        secretsmanager.assert_no_label("db", label)


def test_assert_labels_finds_its_secret_by_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1}, region="eu-west-1", account="999999999999")


# --- assert_label ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("label", "version"), [("AWSPREVIOUS", 1), ("AWSCURRENT", TWO), ("BLUE", "AWSCURRENT")])
def test_assert_label_passes_for_the_version_of_one_label(
    secretsmanager: SecretsManager, label: str, version: str | int
) -> None:
    secretsmanager.assert_label("db", label, version)


@pytest.mark.parametrize(
    ("label", "version", "line"),
    [
        ("BLUE", 1, "expected BLUE of secret 'db' on version 1, found it on version 2"),
        ("AWSPENDING", 3, "expected AWSPENDING of secret 'db' on version 3, found it nowhere"),
        (
            "AWSCURENT",
            2,
            "expected AWSCURENT of secret 'db' on version 2, found it nowhere; did you mean 'AWSCURRENT'?",
        ),
    ],
)
def test_assert_label_names_the_version_that_has_the_label(
    secretsmanager: SecretsManager, label: str, version: int, line: str
) -> None:
    assert text_of(lambda: secretsmanager.assert_label("db", label, version)) == f"{line}\n\n{TABLE}"


def test_assert_label_refuses_a_version_view_of_another_secret(secretsmanager: SecretsManager) -> None:
    other = secretsmanager.seed("other", "x").versions[0]
    with pytest.raises(UsageError, match="'other'"):
        secretsmanager.assert_label("db", "AWSCURRENT", other)


def test_assert_label_finds_its_secret_by_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    secretsmanager.assert_label("db", "AWSCURRENT", 1, region="eu-west-1", account="999999999999")


# --- assert_no_label -------------------------------------------------------------------------------------------------


def test_assert_no_label_passes_when_no_version_has_the_label(secretsmanager: SecretsManager) -> None:
    secretsmanager.assert_no_label("db", "AWSPENDING")


def test_assert_no_label_names_the_version_that_has_the_label(secretsmanager: SecretsManager) -> None:
    text = text_of(lambda: secretsmanager.assert_no_label("db", "BLUE"))
    assert text == f"expected BLUE of secret 'db' nowhere, found it on version 2\n\n{TABLE}"


def test_assert_no_label_finds_its_secret_by_region_and_account(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "x", region="eu-west-1", account="999999999999")
    secretsmanager.assert_no_label("db", "BLUE", region="eu-west-1", account="999999999999")


def test_assert_no_label_suggests_the_label_of_aws_in_any_case(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(UsageError, match="did you mean 'AWSCURRENT'"):
        secretsmanager.assert_no_label("db", "awscurrent")


def test_assert_no_label_fails_for_an_existing_label_that_resembles_one_of_aws(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[Version("one", labels=["AWSCURRENT", "AWSPENDING2"])])
    with pytest.raises(AssertionError, match="expected AWSPENDING2 of secret 'db' nowhere"):
        secretsmanager.assert_no_label("db", "AWSPENDING2")


@pytest.mark.parametrize("label", ["current", "pending", "previous", "BLUE"])
def test_assert_no_label_accepts_custom_labels_such_as_current_and_pending(
    secretsmanager: SecretsManager, label: str
) -> None:
    secretsmanager.seed("db", "one")
    secretsmanager.assert_no_label("db", label)


def test_assert_no_label_accepts_a_removed_label_that_resembles_one_of_aws(secretsmanager: SecretsManager) -> None:
    version = secretsmanager.seed("db", versions=[Version("one", labels=["AWSCURRENT", "PENDING"])]).versions[0]
    secretsmanager.client().update_secret_version_stage(
        SecretId="db", VersionStage="PENDING", RemoveFromVersionId=version.id
    )
    secretsmanager.assert_no_label("db", "PENDING")


@pytest.mark.parametrize("label", [None, 1, ["AWSPENDING"]], ids=str)
def test_label_assertions_refuse_a_label_that_is_not_text(secretsmanager: SecretsManager, label: Any) -> None:
    secretsmanager.seed("db", "one")
    told = "a label is a str such as 'AWSPENDING', not "
    with pytest.raises(UsageError, match=told):
        secretsmanager.assert_label("db", label, 1)
    with pytest.raises(UsageError, match=told):
        secretsmanager.assert_no_label("db", label)
    with pytest.raises(UsageError, match=told):
        secretsmanager.assert_moved("db", label)


def test_assert_labels_refuses_labels_that_are_no_dict(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(UsageError, match=r"labels are a dict of label and version, not list; write {"):
        secretsmanager.assert_labels("db", ["AWSCURRENT"])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"labels are a dict of label and version, not str; write {"):
        secretsmanager.assert_labels("db", "AWSCURRENT")  # type: ignore[arg-type]


WRITE = "write {'AWSCURRENT': 2}: each label with its version"


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ({1: "AWSCURRENT"}, "1 is a version, not a label; write {'AWSCURRENT': 1}: each label with its version"),
        (
            {ONE: "AWSPREVIOUS"},
            f"'{ONE}' is a version, not a label; write {{'AWSPREVIOUS': '{ONE}'}}: each label with its version",
        ),
        (
            {3: ["AWSCURRENT", "BLUE"], 2: ["AWSPREVIOUS"]},
            "3 is a version, not a label; write {'AWSCURRENT': 3, 'BLUE': 3, 'AWSPREVIOUS': 2}: each label with its "
            "version",
        ),
        ({ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]}, f"'{ONE}' is a version, not a label; {WRITE}"),
        ({"AWSCURRENT": 2, 1: "AWSPREVIOUS"}, f"1 is a version, not a label; {WRITE}"),
        ({"AWSCURRENT": [TWO]}, f"AWSCURRENT can be on one version only, not on ['{TWO}']; {WRITE}"),
        ({"AWSCURRENT": [["a"]]}, f"AWSCURRENT can be on one version only, not on [['a']]; {WRITE}"),
        ({"AWSCURRENT": [2]}, f"AWSCURRENT can be on one version only, not on [2]; {WRITE}"),
        ({"AWSCURRENT": 2, "AWSPENDING": None}, f"AWSPENDING can be on one version only, not on None; {WRITE}"),
    ],
    ids=[
        "number as a label",
        "version id as a label",
        "numbers with lists of labels",
        "version ids with lists of labels",
        "one of two turned round",
        "list of version ids",
        "list in a list",
        "list of versions",
        "None as a version",
    ],
)
def test_assert_labels_refuses_a_version_in_place_of_a_label(
    secretsmanager: SecretsManager, expected: Any, told: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        secretsmanager.assert_labels("db", expected)
    assert str(refusal.value) == told


def test_assert_labels_refuses_a_version_view_in_place_of_a_label(secretsmanager: SecretsManager) -> None:
    expected: Any = {secretsmanager.secret("db").current: "AWSCURRENT"}
    told = rf"^<version 2 of 'db', .*> is a version, not a label; {re.escape(WRITE)}$"
    with pytest.raises(UsageError, match=told):
        secretsmanager.assert_labels("db", expected)


def test_assert_labels_accepts_a_label_that_looks_like_a_version_id(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("odd", versions=[Version("one", id=ONE, labels=["AWSCURRENT", ONE])])
    secretsmanager.assert_labels("odd", {"AWSCURRENT": 1, ONE: 1})


# --- misspelt labels -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "meant"),
    [
        pytest.param("AWSCURENT", "AWSCURRENT", id="an existing label of AWS"),
        pytest.param("AWSPENDNG", "AWSPENDING", id="another label of AWS"),
        pytest.param("awscurrent", "AWSCURRENT", id="lower case"),
        pytest.param("BLU", "BLUE", id="a custom label of the secret"),
    ],
)
def test_label_assertions_suggest_the_nearest_label_for_a_misspelt_one(
    secretsmanager: SecretsManager, label: str, meant: str
) -> None:
    told = f"; did you mean {meant!r}?"
    assert f"  {label}: expected on version 2, found nowhere{told}\n" in text_of(
        lambda: secretsmanager.assert_labels("db", {label: 2})
    )
    assert told in text_of(lambda: secretsmanager.assert_label("db", label, 2))
    assert told in text_of(lambda: secretsmanager.assert_moved("db", label))
    assert told in text_of(lambda: secretsmanager.assert_value("db", "x", label))
    with pytest.raises(VersionNotFound, match=re.escape(told)):
        secretsmanager.secret("db").version(label)


@pytest.mark.parametrize("label", ["AWSPENDING", "green"])
def test_label_assertions_suggest_nothing_for_a_label_that_is_only_missing(
    secretsmanager: SecretsManager, label: str
) -> None:
    assert "did you mean" not in text_of(lambda: secretsmanager.assert_labels("db", {label: 2}))
    assert "did you mean" not in text_of(lambda: secretsmanager.assert_label("db", label, 2))
    assert "did you mean" not in text_of(lambda: secretsmanager.assert_moved("db", label))
    assert "did you mean" not in text_of(lambda: secretsmanager.assert_value("db", "x", label))


def test_unknown_version_names_the_existing_numbers_and_labels_once(secretsmanager: SecretsManager) -> None:
    with pytest.raises(VersionNotFound) as failure:
        secretsmanager.secret("db").version("AWSPENDING")
    assert str(failure.value.args[0]) == (
        "secret 'db' has no version 'AWSPENDING'; it has numbers 1 to 3 and the labels AWSPREVIOUS, BLUE, AWSCURRENT"
    )


def test_assert_moved_says_that_a_label_never_moved(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", "one")
    with pytest.raises(AssertionError, match="AWSCURRENT of secret 'db' never moved; its moves:") as caught:
        secretsmanager.assert_moved("db", "AWSCURRENT")
    assert "(none; seeding does not count as a move)" in str(caught.value)


@pytest.mark.parametrize("label", ["AWSCURRENT", "AWSPENDING"])
def test_label_assertions_refuse_the_label_itself_as_its_version(secretsmanager: SecretsManager, label: str) -> None:
    told = f"^{label} is always on the version that {label} names: name the version by number, id or view$"
    with pytest.raises(UsageError, match=told):
        secretsmanager.assert_label("db", label, label)
    with pytest.raises(UsageError, match=told):
        secretsmanager.assert_labels("db", {"AWSPREVIOUS": 1, label: label})
