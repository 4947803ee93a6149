"""AWS JSON 1.1: parameters, replies and errors as the bodies of requests and responses, by walking the shapes.

The protocol is that of the service description: names are members, blobs are base64, timestamps are seconds since the
epoch, and a null member is absent.
"""

import base64
import json
from collections.abc import Mapping
from typing import NoReturn, cast

from botocore.model import ListShape, Shape, StructureShape

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Reply
from pytest_secretsmanager.engine.errors import SerializationException, ServiceError

__tracebackhide__ = True

CONTENT_TYPE = "application/x-amz-json-1.1"


def read_parameters(body: bytes | str, shape: StructureShape) -> dict[str, object]:
    """Return the parameters in a request's body. Null members are absent, as with AWS, and blobs are bytes.

    Raise SerializationException for a body that is not a JSON object in UTF-8, and for a blob that is not base64.
    """
    return cast("dict[str, object]", _read(_parsed(body), shape))


def write_reply(reply: Reply, shape: StructureShape | None) -> bytes:
    """The body of an answer; empty if the operation has no output (REPORTED of TagResource)."""
    return b"" if shape is None else _text_of(_written(reply, shape))


def write_error(error: ServiceError) -> bytes:
    """The body of a refusal.

    RECORDED: a modelled error has its text under `Message`. REPORTED: an error of the front has it under `message`.
    The key of other errors is not known; SDKs read either key, so other errors have both (GUESS).
    """
    if error.of_authentication:
        return _text_of({"__type": error.code, "message": error.message})
    if error.code in model.modelled_errors():
        return _text_of({"__type": error.code, "Message": error.message})
    return write_failure(error.code, error.message)


def write_failure(code: str, message: str) -> bytes:
    """The body of a refusal that is not in the service description."""
    return _text_of({"__type": code, "message": message, "Message": message})


# --- reading -------------------------------------------------------------------------------------------------------


def _parsed(body: bytes | str) -> dict[str, object]:
    # GUESS: AWS's parsers refuse all this too; the texts are ours.
    try:
        text = body if isinstance(body, str) else body.decode()
        parsed = json.loads(text or "{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise SerializationException("The body of the request is not JSON in UTF-8.") from None
    if not isinstance(parsed, dict):
        raise SerializationException("The body of the request is not a JSON object.")
    return parsed


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _read(value: object, shape: Shape) -> object:
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = shape.members
        return {
            name: _read(item, members[name]) for name, item in value.items() if item is not None and name in members
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_read(item, shape.member) for item in value]
    if shape.type_name == "blob" and isinstance(value, str):
        return _read_blob(value)
    return value


def _read_blob(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        # GUESS: AWS's parsers refuse it; the text is ours.
        raise SerializationException("A blob is not valid base64.") from None


# --- writing -------------------------------------------------------------------------------------------------------


def _written(value: object, shape: Shape) -> object:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        return {name: _written(item, shape.members[name]) for name, item in value.items()}
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_written(item, shape.member) for item in value]
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _text_of(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
