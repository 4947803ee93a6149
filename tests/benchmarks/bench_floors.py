"""The floor of each row of `bench_calls.py`: the part of its time that no code of ours can save.

    python -m pytest tests/benchmarks/bench_calls.py tests/benchmarks/bench_floors.py

The floor of a call is botocore's client method, one wrapper of wrapt around `_make_api_call` that returns the same
reply each time, and inside it what each call needs anew: its identifiers, and the encryption or decryption of its value
under a data key of its own. It has no validation, state, log or permissions. The floor of entering and leaving is two
wrappers and three environment variables. Run both files at once, so that one table has both.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, TypeAlias

import boto3
import pytest
import wrapt
from botocore.client import BaseClient
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pytest_secretsmanager.engine.ports import RequestIds, new_suffix, new_uuid

FLOOR = "floor"  # the name in the table of conftest.py

Measure: TypeAlias = Callable[..., None]
"""The fixture `measure` of conftest.py."""

pytestmark = pytest.mark.benchmark(disable_gc=True)

RANDOM = Random(1)
new_request_id = RequestIds(RANDOM)

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd"
CONTEXT = f"SecretARN={ARN}&SecretVersionId=3f1c7d7e-6a0e-4f0e-9b1a-4a3f8f1f6a10".encode()
ONLY_NONCE = bytes(12)
KMS_KEY = AESGCM(AESGCM.generate_key(bit_length=256))


def encrypted(value: bytes) -> tuple[bytes, bytes, bytes]:
    """The nonce, the encrypted data key and the encrypted value, as each new version needs them."""
    noise = os.urandom(44)
    nonce, data_key = noise[:12], noise[12:]
    return nonce, KMS_KEY.encrypt(nonce, data_key, CONTEXT), AESGCM(data_key).encrypt(ONLY_NONCE, value, CONTEXT)


def decrypted(nonce: bytes, wrapped: bytes, value: bytes) -> bytes:
    """The value of `encrypted`."""
    data_key = KMS_KEY.decrypt(nonce, wrapped, CONTEXT)
    return AESGCM(data_key).decrypt(ONLY_NONCE, value, CONTEXT)


SEALED = encrypted(b"hunter2")


def read() -> None:
    new_request_id()
    decrypted(*SEALED)


def put() -> None:
    new_request_id()
    new_uuid(RANDOM)
    encrypted(b"two")


def create() -> None:
    new_request_id()
    new_uuid(RANDOM)
    new_suffix(RANDOM)
    encrypted(b"hunter2")


CALLS: dict[str, tuple[Callable[[], object], Callable[[Any], object]]] = {
    "get": (read, lambda client: client.get_secret_value(SecretId="db")),
    "put": (put, lambda client: client.put_secret_value(SecretId="db", SecretString="two")),
    "describe": (new_request_id, lambda client: client.describe_secret(SecretId="db")),
    "create": (create, lambda client: client.create_secret(Name="db", SecretString="hunter2")),
    "list 20 of 100": (new_request_id, lambda client: client.list_secrets(MaxResults=20)),
    "list 100 of 1,500": (new_request_id, lambda client: client.list_secrets(MaxResults=100)),
}
"""What each call needs anew, and the call, by row."""


@contextmanager
def wrapped(method: str, wrapper: Callable[..., object]) -> Iterator[None]:
    """Put one wrapper around a method of all clients."""
    original = BaseClient.__dict__[method]
    setattr(BaseClient, method, wrapt.FunctionWrapper(original, wrapper))
    try:
        yield
    finally:
        setattr(BaseClient, method, original)


@pytest.mark.parametrize("row", CALLS)
def test_time_of_the_floor_of_a_call(measure: Measure, row: str) -> None:
    client = boto3.client(
        "secretsmanager", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    work, call = CALLS[row]
    reply: dict[str, object] = {}

    def answer(make_api_call: object, client: object, args: object, kwargs: object) -> object:
        work()
        return reply

    with wrapped("_make_api_call", answer):
        assert call(client) is reply
        measure(row, FLOOR, lambda: call(client))


def test_time_of_the_floor_of_entering_and_leaving(measure: Measure) -> None:
    names = [f"A_VARIABLE_OF_THE_FLOOR_{number}" for number in range(3)]
    methods = "_make_api_call", "_make_request"
    originals = [BaseClient.__dict__[method] for method in methods]

    def answer(wrapped: object, client: object, args: object, kwargs: object) -> None: ...

    def enter_and_leave() -> None:
        for name in names:
            if name not in os.environ:
                os.environ[name] = "testing"
        for method, original in zip(methods, originals, strict=True):
            setattr(BaseClient, method, wrapt.FunctionWrapper(original, answer))
        for method, original in zip(methods, originals, strict=True):
            setattr(BaseClient, method, original)
        for name in names:
            del os.environ[name]

    measure("enter and leave", FLOOR, enter_and_leave)
