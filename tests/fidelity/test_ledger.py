"""The ledger tells every decision and deviation, with the test that pins it, and the guide has its main entries."""

from datetime import UTC, datetime

import boto3
import pytest
from ledger_table import BEGIN, CHAPTER, END, ROOT, entries, guesses, is_there, main_table, scenario_names, table_in
from scenario_runner import CONFIDENCES

MEMBERS = {"id", "operation", "what", "we", "aws", "confidence", "pinned"}


def test_no_two_entries_have_one_id():
    ids = [entry["id"] for entry in entries()]
    assert [id_ for id_ in sorted(set(ids)) if ids.count(id_) > 1] == []


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["id"])
def test_an_entry_says_everything(entry):
    assert entry.keys() >= MEMBERS
    assert entry.keys() <= MEMBERS | {"where", "readme"}
    assert all(entry[member] for member in MEMBERS)
    assert entry["confidence"] in CONFIDENCES


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["id"])
def test_what_pins_an_entry_is_there(entry):
    assert [pin for pin in entry["pinned"] if not is_there(pin)] == []


def test_every_scenario_that_is_a_guess_has_an_entry():
    told = {pin for entry in entries() for pin in entry["pinned"]}
    assert scenario_names("GUESS") - told == set(), "these scenarios pin decisions: each is one of an entry's `pinned`"


def test_every_guess_in_the_package_has_an_entry():
    told = {place for entry in entries() for place in entry.get("where", ())}
    assert guesses() - told == set(), "these places say GUESS: name each in the `where` of an entry of ledger.toml"


def test_every_place_that_the_ledger_names_still_says_guess():
    told = {place for entry in entries() for place in entry.get("where", ())}
    assert told - guesses() == set(), "these places say GUESS no more: take them out of ledger.toml, or their entries"


def test_the_guide_has_the_main_entries_of_the_ledger():
    table = main_table()
    assert table.count("\n") - 2 <= 30
    assert table_in(CHAPTER.read_text(encoding="utf-8")) == table, (
        f"{CHAPTER.relative_to(ROOT)} has another table between {BEGIN} and {END} than the entries of "
        f"tests/fidelity/ledger.toml that have `readme = true`; paste this one:\n\n{table}"
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


def test_a_place_is_named_by_the_function_or_the_constant_around_it(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text(SOURCE)
    monkeypatch.setattr("ledger_table.PACKAGE", tmp_path)
    assert guesses() == {"a.py", "a.py ONE", "a.py two"}


# --- decisions that no reply shows ---------------------------------------------------------------------------------


@pytest.mark.secret("db", "one")
def test_the_record_of_a_write_has_its_reply(secretsmanager):
    client = boto3.client("secretsmanager")
    client.restore_secret(SecretId="db")
    client.tag_resource(SecretId="db", Tags=[{"Key": "team", "Value": "pay"}])
    elements = [event.record["responseElements"] for event in secretsmanager.log]
    arn = secretsmanager.secret("db").arn
    assert elements == [{"arn": arn, "name": "db"}, {"arn": arn}]


@pytest.mark.secretsmanager(now=datetime(2026, 2, 3, 12, tzinfo=UTC))
@pytest.mark.secret("db", "one", owning_service="rds")
def test_new_rules_count_from_the_call(secretsmanager):
    client = boto3.client("secretsmanager")
    client.rotate_secret(SecretId="db")
    secretsmanager.clock.advance(days=3)
    client.rotate_secret(SecretId="db", RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 25})
    assert client.describe_secret(SecretId="db")["NextRotationDate"] == datetime(2026, 3, 3, 23, 59, 59, tzinfo=UTC)
