"""AWS JSON 1.1: the body of a request as parameters, by walking the shapes of the service description."""

import base64
import json
from typing import cast

from botocore.model import ListShape, Shape, StructureShape

from pytest_secretsmanager.engine.errors import SerializationException

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""


def read_parameters(body: bytes | str, shape: StructureShape) -> dict[str, object]:
    """The parameters in a request's body: null members are absent, as AWS has it, and blobs are bytes.

    Raises SerializationException for a blob that is no base64.
    """
    return cast("dict[str, object]", _read(json.loads(body), shape))


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
