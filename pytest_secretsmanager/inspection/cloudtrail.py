"""The CloudTrail record of a logged call or event.

RECORDED (real records, 2023 to 2025):

- Member names are in camel case. Records leave out secretString, secretBinary, rotationToken and CreateSecret's tags.
- Reads have `readOnly` true and no response elements. A refused call has `errorCode` and `errorMessage`.
- The response elements of CreateSecret and PutSecretValue have the ARN only. DeleteSecret's deletion date is a text.
- The deletion of versions is an AwsServiceEvent, with its secret under `additionalEventData`.

DOC: the events of rotation have that form too, and TagResource and UntagResource have an `arn` in their response
elements. GUESS: the response elements of other writes are their replies.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime

from pytest_secretsmanager.engine.arns import name_in, partition
from pytest_secretsmanager.engine.callers import ROLE_ID, USER_ID, Principal, RoleSession
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.limits import camel_case
from pytest_secretsmanager.engine.model import operation
from pytest_secretsmanager.engine.partitions import dns_suffix
from pytest_secretsmanager.engine.rules.condition_keys import SOURCE_IP, USER_AGENT
from pytest_secretsmanager.inspection.times import utc

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_ACCESS_KEY_ID, _TEMPORARY_ACCESS_KEY_ID = "AKIA0000000000000000", "ASIA0000000000000000"
"""Ids in AWS's form, the same for every caller: programs that read records may need them."""

_EVENT_VERSION = "1.11"
"""RECORDED for calls in 2025. GUESS: service events have it too; the latest recorded ones are from 2023."""

_ANSWERED_WITH_ARN_ONLY = {"CreateSecret", "PutSecretValue"}
_NOT_LOGGED = {"CreateSecret": {"Tags"}}
"""Request members that CloudTrail leaves out, although they are not sensitive."""

_DELETIONS = {"StartSecretVersionDelete", "EndSecretVersionDelete"}
_OTHER_CODES = {"AccessDeniedException": "AccessDenied"}
"""The errors that have another code in CloudTrail than in the API."""


def record_of(entry: Entry) -> dict[str, object]:
    """Return the CloudTrail record of one call or event, as a new dict each time."""
    return _event_record(entry) if entry.by_service else _call_record(entry)


def _event_record(entry: Entry) -> dict[str, object]:
    account, service = entry.principal.account, entry.principal.arn
    record: dict[str, object] = {
        "eventVersion": _EVENT_VERSION,
        "userIdentity": user_identity(entry.principal),
        "eventTime": utc(entry.time).strftime(_TIME),
        "eventSource": service,
        "eventName": entry.operation,
        "awsRegion": entry.region,
        "sourceIPAddress": service,
        "userAgent": service,
        "requestParameters": None,
        "responseElements": None,
        "additionalEventData": _event_data(entry),
        "requestID": entry.request_id,
        "eventID": _event_id(entry),
        "readOnly": False,
        "eventType": "AwsServiceEvent",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    if entry.error_message is not None:
        record["errorMessage"] = entry.error_message
    return record


def _event_data(entry: Entry) -> dict[str, object]:
    if entry.operation not in _DELETIONS:
        return dict(entry.request)
    arn = str(entry.request["SecretId"])
    return {"ARN": arn, "Name": name_in(arn)}


def _call_record(entry: Entry) -> dict[str, object]:
    record: dict[str, object] = {
        "eventVersion": _EVENT_VERSION,
        "userIdentity": user_identity(entry.principal),
        "eventTime": utc(entry.time).strftime(_TIME),
        "eventSource": "secretsmanager.amazonaws.com",
        "eventName": entry.operation,
        "awsRegion": entry.region,
        "sourceIPAddress": SOURCE_IP,
        "userAgent": USER_AGENT,
        "requestParameters": _in_camel_case(_logged_request(entry)),
        "responseElements": _response_elements(entry),
        "requestID": entry.request_id,
        "eventID": _event_id(entry),
        "readOnly": operation(entry.operation).reads,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": entry.principal.account,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"secretsmanager.{entry.region}.{dns_suffix(partition(entry.region))}",
        },
    }
    if entry.error_code is not None:
        record["errorCode"] = _OTHER_CODES.get(entry.error_code, entry.error_code)
        record["errorMessage"] = entry.error_message
    return record


def user_identity(principal: Principal) -> dict[str, object]:
    """Return the `userIdentity` of a caller. RECORDED for users and for AWS's own events, DOC for assumed roles."""
    if principal.kind == "AWSService":
        return {"accountId": principal.account, "invokedBy": principal.arn}
    if principal.session is not None:
        return _assumed_role(principal, principal.session)
    return {
        "type": principal.kind,
        "principalId": USER_ID,
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": _ACCESS_KEY_ID,
        "userName": principal.name,
    }


def _assumed_role(principal: Principal, session: RoleSession) -> dict[str, object]:
    return {
        "type": principal.kind,
        "principalId": f"{ROLE_ID}:{principal.name}",
        "arn": principal.arn,
        "accountId": principal.account,
        "accessKeyId": _TEMPORARY_ACCESS_KEY_ID,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": ROLE_ID,
                "arn": session.role_arn,
                "accountId": principal.account,
                "userName": session.role_name,
            },
            "attributes": {"creationDate": utc(session.began).strftime(_TIME), "mfaAuthenticated": "false"},
        },
    }


def _event_id(entry: Entry) -> str:
    """An id that is the same each time, and differs between entries: the reads of a batch, the tries of a rotation."""
    entry_text = f"{entry.request_id} {entry.operation} {entry.request.get('SecretId')!a} {entry.time}"
    return str(uuid.uuid5(uuid.NAMESPACE_OID, entry_text))


def _logged_request(entry: Entry) -> Mapping[str, object]:
    """The members of the request that CloudTrail logs. RECORDED: of a call that IAM refuses it logs none."""
    if entry.decision is not None and entry.error_message == entry.decision.message:
        return {}
    hidden = _NOT_LOGGED.get(entry.operation, ())
    return {name: value for name, value in entry.request.items() if name not in hidden}


def _response_elements(entry: Entry) -> dict[str, object] | None:
    response = entry.response
    if response is None:
        return None
    if entry.about is not None:
        return {"arn": entry.about}
    shown = {_response_name(name): _in_camel_case(value) for name, value in response.items()}
    if entry.operation in _ANSWERED_WITH_ARN_ONLY:
        return {"arn": shown["arn"]}
    if "deletionDate" in shown:
        shown["deletionDate"] = _in_words(utc(float(str(shown["deletionDate"]))))
    return shown


def _response_name(member: str) -> str:
    return "arn" if member == "ARN" else camel_case(member)


def _in_camel_case(value: object) -> object:
    if isinstance(value, Mapping):
        return {camel_case(name): _in_camel_case(item) for name, item in value.items()} or None
    if isinstance(value, list):
        return [_in_camel_case(item) for item in value]
    return value


def _in_words(time: datetime) -> str:
    """A date in CloudTrail's response elements: `Jul 10, 2023, 12:07:59 PM` (RECORDED)."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    hour, half = time.hour % 12 or 12, "AM" if time.hour < 12 else "PM"
    return f"{months[time.month - 1]} {time.day}, {time.year}, {hour}:{time:%M:%S} {half}"
