"""Timestamps and blobs of a reply, in the form that a client shows: that of the client's own parser.

The engine's replies have seconds since the epoch and bytes. botocore's own parser returns aware datetimes and bytes;
other parsers, such as the AWS CLI's, return seconds, ISO texts or base64. A reply is new at each call, down to its
innermost values, so it is changed in place.
"""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import lru_cache, partial
from typing import Any, TypeAlias

from botocore.client import BaseClient
from botocore.model import ListShape, Shape, StructureShape
from botocore.parsers import DEFAULT_TIMESTAMP_PARSER

from pytest_secretsmanager.doors import internals
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Reply

_Show: TypeAlias = Callable[[Any], Any]
"""Takes a value of a reply, and returns it as a client shows it."""


@dataclass(slots=True, eq=False, repr=False)
class Scalars:
    """The functions with which one client shows a timestamp (seconds since the epoch) and a blob (bytes).

    `members` has the members that it shows changed, by operation, from the operation's first call on.
    """

    timestamp: Callable[[float], object]
    blob: Callable[[bytes], object]
    members: dict[str, dict[str, _Show]] = field(default_factory=dict)


def scalars_of(client: BaseClient) -> Scalars:
    """The functions of this client, from the parser that its endpoint would make for a response."""
    parser = internals.response_parser_of(client)
    show_time, show_blob = internals.timestamp_parser_of(parser), internals.blob_parser_of(parser)
    is_default_blob = internals.is_default_blob_parser(show_blob)
    if show_time is DEFAULT_TIMESTAMP_PARSER and is_default_blob:
        return _BOTOCORES
    return Scalars(
        _local_time if show_time is DEFAULT_TIMESTAMP_PARSER else show_time,
        _unchanged if is_default_blob else lambda raw: show_blob(base64.b64encode(raw).decode()),
    )


def shown(operation: str, reply: Reply, scalars: Scalars) -> Reply:
    """Change the timestamps and blobs of a reply, in place, to the form that the client shows. Return the reply."""
    members = scalars.members.get(operation)
    if members is None:
        shape = model.operation(operation).output_shape
        members = scalars.members[operation] = {} if shape is None else _member_shows(shape, scalars)
    return _show_members(reply, members) if members else reply


def _show_members(values: Reply, members: dict[str, _Show]) -> Reply:
    for name, show in members.items():
        if name in values:
            values[name] = show(values[name])
    return values


def _member_shows(shape: StructureShape, scalars: Scalars) -> dict[str, _Show]:
    return {name: show for name, member in shape.members.items() if (show := _show(member, scalars)) is not None}


def _show(shape: Shape, scalars: Scalars) -> _Show | None:
    """The function that shows a value of this shape; None if the value is shown unchanged."""
    if shape.type_name == "timestamp":
        return scalars.timestamp
    if shape.type_name == "blob":
        return None if scalars.blob is _unchanged else scalars.blob
    if isinstance(shape, StructureShape):
        members = _member_shows(shape, scalars)
        return partial(_show_members, members=members) if members else None
    if isinstance(shape, ListShape):
        return _show_list(_show(shape.member, scalars))
    return None


def _show_list(show: _Show | None) -> _Show | None:
    return None if show is None else lambda values: list(map(show, values))


def _unchanged(raw: bytes) -> bytes:
    return raw


def _local_time(seconds: float) -> object:
    return _parsed_in_zone(seconds, time.tzname)


@lru_cache(maxsize=4096)
def _parsed_in_zone(seconds: float, zone: tuple[str, str]) -> object:
    """Parse a timestamp as botocore does. The present local zone is part of the cache's key."""
    parsed = DEFAULT_TIMESTAMP_PARSER(seconds)  # type: ignore[arg-type] # it takes numbers too; the stubs are wrong
    shared = _zones.setdefault(zone, parsed.tzinfo)
    return parsed.replace(tzinfo=shared) if shared == parsed.tzinfo else parsed


_zones: dict[tuple[str, str], tzinfo | None] = {}
"""The zone that all dates share. botocore makes one for each date: thousands, which the garbage collector would visit.

Two zones may have the same names and other offsets. A date of the second one keeps its own.
"""


_BOTOCORES = Scalars(_local_time, _unchanged)
"""Those of every client with botocore's own parser."""
