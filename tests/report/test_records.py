"""The records of tests, as JSON and back."""

import json

import pytest

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History, Life, Rotation, Span
from pytest_secretsmanager.report import records

KEY = SecretKey("us-east-1", "123456789012", "db")

FULL = records.TestRecord(
    nodeid="test_it.py::test_it[\u202e\x00\ud800]",
    file="test_it.py",
    outcome="failed",
    duration=0.25,
    failure="AssertionError",
    worker="gw1",
    is_crashed=True,
    calls=(
        records.CallRecord(
            time=0.5,
            operation="PutSecretValue",
            manager=1,
            region="us-east-1",
            account="123456789012",
            secret="db",
            version="AWSPENDING",
            history=0,
            error="ThrottlingException",
            caller="app.py:3",
            within="BatchGetSecretValue",
            by_service=True,
            is_undone=True,
        ),
    ),
    left_out=3,
    histories=(
        History(
            KEY,
            "arn:db",
            None,
            0,
            (Life("v1", 1, 0.0, None, 0), Life("v2", None, 1.0, 0, None)),
            (Span("AWSCURRENT", "v1", None, 0),),
            (Rotation("v2", "failed", ("createSecret", "setSecret"), "setSecret", False, 0, 0),),
            (0,),
        ),
    ),
    managers=(1,),
    counts=(records.Count("PutSecretValue", 1, 1),),
    actions=("kms:Decrypt",),
    seeded=(KEY,),
    shared=(KEY,),
    read=(KEY,),
    written=(KEY,),
    absent=(records.Absent("dv", "us-east-1", "123456789012", "did you mean 'db'?", 2),),
    repeats=(records.Repeat(KEY, 3),),
    put_rates=(records.PutRate("arn:db", 11, 60.0),),
    unfinished=(records.Unfinished(KEY, True, "setSecret failed"),),
)


def types_in(value: object) -> object:
    """The types of a record's values and of all values in them."""
    return (type(value), [types_in(one) for one in value]) if isinstance(value, tuple) else type(value)


@pytest.mark.parametrize(
    "record",
    [pytest.param(records.TestRecord("", ""), id="empty"), pytest.param(FULL, id="every field")],
)
def test_a_record_comes_back_from_json_with_the_same_values_and_types(record: records.TestRecord) -> None:
    back = records.record_from(records.json_of(record))
    assert back == record
    assert types_in(back) == types_in(record)


def test_the_json_of_a_record_is_ascii_in_one_line() -> None:
    text = records.json_of(FULL)
    assert text.isascii()
    assert "\n" not in text
    assert json.loads(text)[0] == FULL.nodeid


@pytest.mark.parametrize("field", records.TestRecord._fields)
def test_the_record_of_this_file_has_a_value_other_than_the_default_in_each_field(field: str) -> None:
    defaults = records.TestRecord._field_defaults
    assert field not in defaults or getattr(FULL, field) != defaults[field]
