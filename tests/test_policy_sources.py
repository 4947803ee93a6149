"""Policies as a test gives them: each form, and the errors, which name file, statement and element."""

import json
from collections import OrderedDict
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from pytest_secretsmanager import UsageError
from pytest_secretsmanager.policy_sources import policy_text, read_policies

STATEMENT = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [STATEMENT]}
TEXT = json.dumps(DOCUMENT)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with the policy `app.json`."""
    (tmp_path / "app.json").write_text(TEXT, encoding="utf-8")
    return tmp_path


def read(source: object, directory: Path | None = None) -> Any:
    return read_policies(source, name="policy of role app", with_principals=False, directory=directory)


FORMS = {
    "dict": DOCUMENT,
    "another mapping": MappingProxyType(OrderedDict(DOCUMENT)),
    "text": TEXT,
    "text over several lines": f"\n{json.dumps(DOCUMENT, indent=2)}\n",
    "text with a byte order mark": f"\ufeff{TEXT}",
    "a set of actions": {"Statement": {**STATEMENT, "Action": {"secretsmanager:GetSecretValue"}}},
    "path": "app.json",
    "path object": Path("app.json"),
    "path below": "./app.json",
}


@pytest.mark.parametrize("source", FORMS.values(), ids=FORMS)
def test_a_policy_may_have_each_of_these_forms(directory: Path, source: object) -> None:
    (policy,) = read(source, directory)
    assert policy.statements[0].actions == ("secretsmanager:GetSecretValue",)


def test_an_absolute_path_needs_no_directory(directory: Path) -> None:
    (policy,) = read(directory / "app.json")
    assert policy.name == str(directory / "app.json")


def test_a_relative_path_starts_at_the_working_directory_without_another(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(directory)
    (policy,) = read("app.json")
    assert policy.name == "app.json"


def test_a_file_may_have_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "app.json").write_text(TEXT, encoding="utf-8-sig")
    assert len(read("app.json", tmp_path)) == 1


def test_each_policy_of_a_list_has_a_name_of_its_own(directory: Path) -> None:
    assert [policy.name for policy in read([DOCUMENT, "app.json", TEXT], directory)] == [
        "policy of role app (1)",
        "app.json",
        "policy of role app (3)",
    ]


def test_an_empty_list_has_no_policies() -> None:
    assert read([]) == read(()) == ()


BAD = {
    "no statement": ({"Version": "2012-10-17"}, "policy of role app: .*Statement"),
    "an unknown effect": ({"Statement": {**STATEMENT, "Effect": "Permit"}}, "policy of role app: statement 1: Effect"),
    "the second statement": (
        {"Statement": [STATEMENT, {**STATEMENT, "Sid": "Read", "Action": 7}]},
        r"policy of role app: statement 2 \(Read\): Action",
    ),
    "a condition": (
        {"Statement": {**STATEMENT, "Condition": {"StringEqual": {"aws:SourceIp": "x"}}}},
        "policy of role app: statement 1: Condition.*StringEqual",
    ),
    "a principal": ({"Statement": {**STATEMENT, "Principal": "*"}}, "policy of role app: statement 1: .*Principal"),
    "text that is not JSON": ("{", "policy of role app: "),
    "text of a list": ("[]", "policy of role app: "),
    "an empty text": ("", "policy of role app: "),
    "a value that JSON has not": (
        {"Statement": object()},
        "policy of role app: a policy is a JSON object: object is no",
    ),
    "a key that JSON has not": ({("a",): 1}, "policy of role app: a policy is a JSON object"),
    "a number": (7, "policy of role app: a policy is a dict, JSON text or the path of a file, not int$"),
    "None": (None, "policy of role app: a policy is a dict, JSON text or the path of a file, not NoneType$"),
    "a list in a list": ([[DOCUMENT]], r"policy of role app \(1\): .*, not list; a list of policies contains no list$"),
    "a missing file": ("ap.json", r"^no policy file '.*ap\.json'; did you mean 'app\.json'\?$"),
    "a file in a missing folder": ("none/app.json", r"^no policy file '.*app\.json'$"),
    "a folder": (".", r"^the policy file '.*' can't be read: "),
    "a path with a null byte": ("a\0.json", "can't be read: embedded null byte$"),
}


@pytest.mark.parametrize(("source", "text"), BAD.values(), ids=BAD)
def test_a_policy_that_cant_be_read_is_a_usage_error(directory: Path, source: object, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        read(source, directory)


def test_an_error_in_a_file_names_the_file_the_statement_and_the_element(directory: Path) -> None:
    (directory / "app.json").write_text(TEXT.replace("Allow", "allow"), encoding="utf-8")
    with pytest.raises(UsageError, match=r"^app\.json: statement 1: Effect"):
        read("app.json", directory)


def test_a_file_that_is_not_in_utf_8_is_a_usage_error(directory: Path) -> None:
    (directory / "app.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(UsageError, match="can't be read: not in UTF-8"):
        read("app.json", directory)


def test_the_text_of_a_resources_policy_is_returned_as_it_was_given(directory: Path) -> None:
    text = json.dumps({"Statement": {**STATEMENT, "Principal": "*"}}, indent=4)
    (directory / "key.json").write_text(text, encoding="utf-8")
    assert policy_text(text, name="policy") == policy_text("key.json", name="policy", directory=directory) == text


def test_a_resources_policy_needs_principals() -> None:
    with pytest.raises(UsageError, match=r"policy: statement 1: .*Principal"):
        policy_text(TEXT, name="policy")
