"""The entries of the log as the events that EventBridge delivers.

DOC (UG, secret-event-notifications): Secrets Manager itself sends `Secret Label Updated` when a label is moved to a new
version, for every label but AWSPENDING and AWSPREVIOUS. DOC (EventBridge UG): each record of CloudTrail
comes as `AWS API Call via CloudTrail` or `AWS Service Event via CloudTrail`; refused calls come too, calls that only
read don't. The order of these events, and whether other moves count, are a GUESS.
"""

import uuid
from collections.abc import Iterator
from typing import Any, TypeAlias, cast

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.model import operation
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.inspection.cloudtrail import record_of
from pytest_secretsmanager.inspection.times import utc

Delivered: TypeAlias = dict[str, Any]
"""An event in the form that a rule's target receives."""

_SOURCE = "aws.secretsmanager"
_NOT_SENT = frozenset({labels.PENDING, labels.PREVIOUS})


def events_of(entry: Entry) -> Iterator[Delivered]:
    """The events that one entry of the log causes, built at each call."""
    for arn, moves in entry.moves.items():
        for move in moves:
            if move.target is not None and move.label not in _NOT_SENT:
                yield _label_updated(entry, arn, move.label, move.target)
    if entry.by_service or not operation(entry.operation).reads:
        yield _via_cloudtrail(entry)


def _label_updated(entry: Entry, arn: str, label: str, version_id: str) -> Delivered:
    secret = cast("arns.SecretArn", arns.parse(arn))  # the log names secrets by their ARNs
    return {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{entry.request_id} {entry.time} {arn} {label!a} {version_id!a}")),
        "detail-type": "Secret Label Updated",
        "source": _SOURCE,
        "account": secret.account,
        "time": _time_text(entry.time),
        "region": secret.region,
        "resources": [arn],
        "detail": {"name": secret.name, "labelUpdated": label, "versionId": version_id},
    }


def _via_cloudtrail(entry: Entry) -> Delivered:
    record = record_of(entry)
    return {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"EventBridge {record['eventID']}")),
        "detail-type": f"AWS {'Service Event' if entry.by_service else 'API Call'} via CloudTrail",
        "source": _SOURCE,
        "account": record["recipientAccountId"],
        "time": _time_text(entry.time),
        "region": entry.region,
        "resources": [],
        "detail": record,
    }


def _time_text(seconds: float) -> str:
    return f"{utc(seconds):%Y-%m-%dT%H:%M:%SZ}"
