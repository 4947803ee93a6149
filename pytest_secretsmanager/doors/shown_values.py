"""Timestamps and blobs of a reply, in the form that a client shows: that of the client's own parser.

The engine's replies have seconds since the epoch and bytes. botocore's own parser returns aware datetimes and bytes;
other parsers, such as the AWS CLI's, return seconds, ISO texts or base64.
"""

import base64
import time
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

from botocore.client import BaseClient
from botocore.model import ListShape, Shape, StructureShape
from botocore.parsers import DEFAULT_TIMESTAMP_PARSER

from pytest_secretsmanager.doors import internals
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Reply


class Scalars(NamedTuple):
    """The functions with which one client shows a timestamp (seconds since the epoch) and a blob (bytes)."""

    timestamp: Callable[[float], object]
    blob: Callable[[bytes], object]


_Show: TypeAlias = Callable[[Any, Scalars], Any]


def scalars_of(client: BaseClient) -> Scalars:
    """The functions of this client, from the parser that its endpoint would make for a response."""
    parser = internals.response_parser_of(client)
    show_time, show_blob = internals.timestamp_parser_of(parser), internals.blob_parser_of(parser)
    if show_time is DEFAULT_TIMESTAMP_PARSER:
        show_time = _local_time
    if internals.is_default_blob_parser(show_blob):
        return Scalars(show_time, _unchanged)
    return Scalars(show_time, lambda raw: show_blob(base64.b64encode(raw).decode()))


def shown(operation: str, reply: Reply, scalars: Scalars) -> Reply:
    """Change the timestamps and blobs of a reply, in place, to the form that the client shows. Return the reply."""
    for name, show in _members(operation).items():
        if name in reply:
            reply[name] = show(reply[name], scalars)
    return reply


@cache
def _members(operation: str) -> dict[str, _Show]:
    shape = model.operation(operation).output_shape
    return {} if shape is None else _member_shows(shape)


def _member_shows(shape: StructureShape) -> dict[str, _Show]:
    return {name: show for name, member in shape.members.items() if (show := _show(member)) is not None}


def _show(shape: Shape) -> _Show | None:
    """The function that shows a value of this shape; None if the value is shown unchanged."""
    if shape.type_name == "timestamp":
        return lambda seconds, scalars: scalars.timestamp(seconds)
    if shape.type_name == "blob":
        return lambda raw, scalars: scalars.blob(raw)
    if isinstance(shape, StructureShape):
        return _show_structure(_member_shows(shape))
    if isinstance(shape, ListShape):
        return _show_list(_show(shape.member))
    return None


def _show_structure(members: dict[str, _Show]) -> _Show | None:
    if not members:
        return None
    return lambda values, scalars: {
        name: members[name](value, scalars) if name in members else value for name, value in values.items()
    }


def _show_list(show: _Show | None) -> _Show | None:
    return None if show is None else lambda values, scalars: [show(value, scalars) for value in values]


def _unchanged(raw: bytes) -> bytes:
    return raw


def _local_time(seconds: float) -> object:
    return _parsed_in_zone(seconds, time.tzname)


@lru_cache(maxsize=4096)
def _parsed_in_zone(seconds: float, _zone: tuple[str, str]) -> object:
    """Parse a timestamp as botocore does. The present local zone is part of the cache's key."""
    return DEFAULT_TIMESTAMP_PARSER(seconds)  # type: ignore[arg-type] # it takes numbers too; the stubs are wrong
