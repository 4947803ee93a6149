"""The ledger has every decision and deviation, each with the test that pins it. The guide shows its main entries."""

from datetime import UTC, datetime

import boto3
import pytest
from ledger_table import BEGIN, CHAPTER, END, ROOT, entries, exists, guesses, guide_table, scenario_names, table_in
from scenario_runner import CONFIDENCES

MEMBERS = {"id", "operation", "what", "we", "aws", "confidence", "pinned"}


def test_ledger_entries_have_different_ids():
    ids = [entry["id"] for entry in entries()]
    assert [id_ for id_ in sorted(set(ids)) if ids.count(id_) > 1] == []


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["id"])
def test_ledger_entry_has_every_required_key(entry):
    assert entry.keys() >= MEMBERS
    assert entry.keys() <= MEMBERS | {"where", "guide"}
    assert all(entry[member] for member in MEMBERS)
    assert entry["confidence"] in CONFIDENCES


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["id"])
def test_ledger_entry_names_pinned_scenarios_and_tests_that_exist(entry):
    assert [pin for pin in entry["pinned"] if not exists(pin)] == []


def test_every_scenario_with_confidence_guess_has_a_ledger_entry():
    pinned = {pin for entry in entries() for pin in entry["pinned"]}
    assert scenario_names("GUESS") - pinned == set(), (
        "name each of these scenarios in the `pinned` of an entry of ledger.toml"
    )


def test_every_guess_in_the_package_has_a_ledger_entry():
    named = {place for entry in entries() for place in entry.get("where", ())}
    assert guesses() - named == set(), (
        "these places are marked GUESS: name each in the `where` of an entry of ledger.toml"
    )


def test_every_place_named_in_the_ledger_is_marked_guess():
    named = {place for entry in entries() for place in entry.get("where", ())}
    assert named - guesses() == set(), (
        "these places are not marked GUESS: remove them, or their entries, from ledger.toml"
    )


def test_guide_table_matches_the_ledger():
    table = guide_table()
    assert table.count("\n") - 2 <= 30
    assert table_in(CHAPTER.read_text(encoding="utf-8")) == table, (
        f"the table between {BEGIN} and {END} in {CHAPTER.relative_to(ROOT)} differs from the entries of "
        f"tests/fidelity/ledger.toml with `guide = true`; paste this one:\n\n{table}"
    )


SOURCE = '''"""Module.

A GUESS."""

ONE = 1
"""One. GUESS."""


def two():
    # GUESS
    return 2


class Three:
    """3"""
'''


def test_place_of_a_guess_is_named_after_the_function_or_constant_around_it(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text(SOURCE)
    monkeypatch.setattr("ledger_table.PACKAGE", tmp_path)
    assert guesses() == {"a.py", "a.py ONE", "a.py two"}


# --- decisions that no scenario can show ---------------------------------------------------------------------------


@pytest.mark.secret("db", "one")
def test_cloudtrail_record_of_a_write_has_its_reply(secretsmanager):
    client = boto3.client("secretsmanager")
    client.restore_secret(SecretId="db")
    client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}])
    elements = [event.record["responseElements"] for event in secretsmanager.log]
    arn = secretsmanager.secret("db").arn
    assert elements == [{"arn": arn, "name": "db"}, {"arn": arn}]


@pytest.mark.secretsmanager(now=datetime(2026, 2, 3, 12, tzinfo=UTC))
@pytest.mark.secret("db", "one", owning_service="rds")
def test_new_automatically_after_days_counts_from_the_call(secretsmanager):
    client = boto3.client("secretsmanager")
    client.rotate_secret(SecretId="db")
    secretsmanager.clock.advance(days=3)
    client.rotate_secret(SecretId="db", RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 25})
    assert client.describe_secret(SecretId="db")["NextRotationDate"] == datetime(2026, 3, 3, 23, 59, 59, tzinfo=UTC)
