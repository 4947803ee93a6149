"""Refusals: the values of refused calls, encrypted and never shown."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.refusals import Refusals

PRINCIPAL = Principal("123456789012", "arn:aws:iam::123456789012:user/test")


def a_call(**parameters):
    return Call("PutSecretValue", parameters, "us-east-1", PRINCIPAL, 12.5, "request-1")


@pytest.mark.parametrize(
    ("parameters", "values"),
    [
        ({"SecretString": "pässwörd"}, ["pässwörd"]),
        ({"SecretString": "lone \ud800"}, ["lone \ud800"]),
        ({"SecretBinary": b"\x00\xff"}, [b"\x00\xff"]),
        ({"SecretString": "one", "SecretBinary": b"two"}, ["one", b"two"]),
        ({"SecretString": 7, "SecretBinary": ["x"]}, []),
        ({"RotationToken": "token"}, []),
        ({}, []),
    ],
    ids=["text", "lone surrogate", "bytes", "text and bytes", "wrong types", "rotation token", "no value"],
)
def test_refusals_keep_the_values_of_a_refused_call(parameters, values):
    refusals = Refusals()
    refusals.note(a_call(SecretId="db", **parameters))
    assert [value for _, value in refusals.values()] == values


def test_a_refusal_has_the_operation_and_the_request_id():
    refusals = Refusals()
    refusals.note(a_call(SecretString="hunter2"))
    assert [(refusal.operation, refusal.request_id) for refusal in refusals.all] == [("PutSecretValue", "request-1")]


def test_a_refusal_holds_its_value_encrypted_and_its_repr_omits_it():
    refusals = Refusals()
    refusals.note(a_call(SecretString="hunter2"))
    (refusal,) = refusals.all
    assert b"hunter2" not in refusal.sealed
    assert repr(refusal) == "<value that AWS refused in PutSecretValue>"


def test_refusals_keep_the_last_2000_values():
    refusals = Refusals()
    for n in range(2_003):
        refusals.note(a_call(SecretString=f"value {n}"))
    values = [value for _, value in refusals.values()]
    assert (len(values), values[0], values[-1]) == (2_000, "value 3", "value 2002")


def test_refusals_keep_at_most_8_mebibytes():
    refusals = Refusals()
    for n in range(10):
        refusals.note(a_call(SecretString=str(n) * 1024 * 1024))
    assert [value[0] for _, value in refusals.values()] == [*"3456789"]  # an encrypted value is some bytes longer
