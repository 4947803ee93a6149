"""What was logged, as EventBridge delivers it.

DOC (UG, secret-event-notifications): Secrets Manager itself sends `Secret Label Updated` when a label is moved to a new
version, for every label but AWSPENDING and AWSPREVIOUS. DOC (EventBridge UG): what CloudTrail records comes as
`AWS API Call via CloudTrail`, or `AWS Service Event via CloudTrail`, refused calls too, and calls that only read do not
come. Which of these comes first, and what else counts as a move, is a GUESS.
"""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeAlias

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.model import operation
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.inspection.cloudtrail import record_of

Delivered: TypeAlias = dict[str, Any]
"""An event as a rule's target gets it."""

_SOURCE = "aws.secretsmanager"
_UNTOLD = frozenset({labels.PENDING, labels.PREVIOUS})


def events_of(entry: Entry) -> Iterator[Delivered]:
    """The events that one call, or one thing that AWS did by itself, causes; made anew at each look."""
    for arn, moves in entry.moves.items():
        for move in moves:
            if move.target is not None and move.label not in _UNTOLD:
                yield _label_updated(entry, arn, move.label, move.target)
    if entry.by_service or not operation(entry.operation).reads:
        yield _via_cloudtrail(entry)


def _label_updated(entry: Entry, arn: str, label: str, version_id: str) -> Delivered:
    secret = arns.parse(arn)
    assert secret is not None, "the log names secrets by their ARNs"
    return {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{entry.request_id} {entry.time} {arn} {label!a} {version_id!a}")),
        "detail-type": "Secret Label Updated",
        "source": _SOURCE,
        "account": secret.account,
        "time": _written(entry.time),
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
        "time": _written(entry.time),
        "region": entry.region,
        "resources": [],
        "detail": record,
    }


def _written(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
