"""The replies of a client: metadata, times, pages, and copies that belong to the caller."""

import copy
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.parsers import ResponseParserFactory
from botocore.session import Session
from dateutil.tz import tzlocal

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest.fixture(params=["no listener", "listener"])
def caller(request, secretsmanager, new_client):
    """A client with and without a listener."""
    client = new_client()
    if request.param == "listener":
        client.meta.events.register("after-call.secrets-manager", lambda **_: None)
    return client


# --- metadata --------------------------------------------------------------------------------------------------------


def test_a_reply_has_botocores_response_metadata(caller):
    metadata = caller.list_secrets()["ResponseMetadata"]
    assert metadata.keys() == {"RequestId", "HTTPStatusCode", "HTTPHeaders", "RetryAttempts"}
    assert (metadata["HTTPStatusCode"], metadata["RetryAttempts"]) == (200, 0)


def test_the_request_id_of_a_reply_is_the_uuid_in_the_log(caller, secretsmanager):
    request_id = caller.list_secrets()["ResponseMetadata"]["RequestId"]
    assert UUID4.fullmatch(request_id)
    assert request_id == secretsmanager.log[-1].request_id


def test_a_reply_has_the_http_headers_of_aws_in_lower_case(caller, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
    metadata = caller.list_secrets()["ResponseMetadata"]
    expected = {
        "x-amzn-requestid": metadata["RequestId"],
        "content-type": "application/x-amz-json-1.1",
        "date": "Tue, 14 Nov 2023 22:13:20 GMT",
    }
    assert metadata["HTTPHeaders"] == metadata["HTTPHeaders"] | expected


def test_the_reply_of_tag_resource_has_only_metadata(caller, secretsmanager):
    secretsmanager.seed("db", "one")
    assert caller.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}]).keys() == {"ResponseMetadata"}


def test_the_reply_of_get_secret_value_omits_absent_members(caller, secretsmanager):
    secretsmanager.seed("db", "one")
    reply = caller.get_secret_value(SecretId="db")
    assert "SecretBinary" not in reply
    assert None not in reply.values()


# --- times -----------------------------------------------------------------------------------------------------------


def as_botocore_parses(client, operation, body):
    """Parse this body with botocore's own parser."""
    shape = client.meta.service_model.operation_model(operation).output_shape
    parser = ResponseParserFactory().create_parser("json")
    return parser.parse({"status_code": 200, "headers": {}, "body": body}, shape)


@pytest.mark.parametrize("seconds", [1_523_477_145.713, 1_700_000_000.0, 1_719_792_000.001])
def test_times_in_replies_equal_those_of_botocores_parser(caller, secretsmanager, monkeypatch, seconds):
    monkeypatch.setattr("time.time", lambda: seconds)
    caller.create_secret(Name="db", SecretString="one")
    reference = as_botocore_parses(caller, "DescribeSecret", f'{{"CreatedDate": {seconds}}}'.encode())["CreatedDate"]
    for found in (
        caller.describe_secret(SecretId="db")["CreatedDate"],
        caller.get_secret_value(SecretId="db")["CreatedDate"],
        caller.list_secrets()["SecretList"][0]["CreatedDate"],
        caller.list_secret_version_ids(SecretId="db")["Versions"][0]["CreatedDate"],
    ):
        assert (found, found.utcoffset(), type(found.tzinfo)) == (reference, reference.utcoffset(), tzlocal)


def test_times_in_replies_are_aware_datetimes(caller, secretsmanager, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.125)
    secretsmanager.seed("db", "one")
    created = caller.get_secret_value(SecretId="db")["CreatedDate"]
    assert created == datetime(2023, 11, 14, 22, 13, 20, 125_000, tzinfo=UTC)


def test_the_dates_of_replies_share_their_zone(caller, secretsmanager, monkeypatch):
    for seconds in (1_600_000_000.0, 1_600_000_001.0):
        monkeypatch.setattr("time.time", lambda seconds=seconds: seconds)
        secretsmanager.seed(f"db {seconds}".replace(" ", "/"))
    first, second = (secret["CreatedDate"] for secret in caller.list_secrets()["SecretList"])
    assert first != second
    assert first.tzinfo is second.tzinfo


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system can't change the time zone of a process")
def test_dates_are_right_in_zones_that_have_the_same_names(caller, secretsmanager, monkeypatch):
    seconds = 1_600_000_100.0
    try:
        for hours in (1, 2):
            with monkeypatch.context() as patched:
                patched.setenv("TZ", f"ABC-{hours}")
                time.tzset()
                patched.setattr("time.time", lambda hours=hours: seconds + hours)
                secretsmanager.seed("db")
                created = caller.describe_secret(SecretId="db")["CreatedDate"]
                assert created.timestamp() == seconds + hours
                assert created.utcoffset() == timedelta(hours=hours)
    finally:
        time.tzset()


def test_a_created_date_is_not_later_than_the_clock(caller, secretsmanager, monkeypatch):
    """A test may compare it with `datetime.now(UTC)` after the call."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.1257)
    secretsmanager.seed("db", "one")
    assert caller.get_secret_value(SecretId="db")["CreatedDate"].timestamp() <= 1_700_000_000.1257


@pytest.mark.parametrize(("member", "shown"), [("CreatedDate", "time 1700000000.0"), ("SecretBinary", "blob AAE=")])
def test_a_client_uses_the_timestamp_and_blob_parsers_of_its_session(secretsmanager, monkeypatch, member, shown):
    """awscli's session has its own parsers, which keep the values of the HTTP body."""
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.0)
    session = Session()
    session.get_component("response_parser_factory").set_parser_defaults(
        timestamp_parser=lambda value: f"time {value}", blob_parser=lambda value: f"blob {value}"
    )
    client = session.create_client("secretsmanager")
    client.create_secret(Name="key", SecretBinary=b"\x00\x01")
    assert client.get_secret_value(SecretId="key")[member] == shown


# --- copies ----------------------------------------------------------------------------------------------------------


def spoil(value):
    """Change each mutable part of a reply or a request."""
    if isinstance(value, dict):
        for item in list(value.values()):
            spoil(item)
        value["spoiled"] = "spoiled"
        value.pop(next(iter(value)))
    elif isinstance(value, list):
        for item in value:
            spoil(item)
        value.append("spoiled")


def without_metadata(reply):
    return {name: copy.deepcopy(value) for name, value in reply.items() if name != "ResponseMetadata"}


READS = [
    ("get_secret_value", {"SecretId": "db"}),
    ("describe_secret", {"SecretId": "db"}),
    ("list_secrets", {}),
    ("list_secret_version_ids", {"SecretId": "db"}),
    ("batch_get_secret_value", {"SecretIdList": ["db", "nowhere"]}),
    ("get_resource_policy", {"SecretId": "db"}),
]
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    ],
}


@pytest.mark.parametrize(("operation", "parameters"), READS, ids=[operation for operation, _ in READS])
def test_changing_a_reply_does_not_change_the_next_reply(caller, secretsmanager, operation, parameters):
    secretsmanager.seed("db", "two", versions=["one"], tags={"team": "pay"}, policy=POLICY)
    getattr(caller, operation)(**copy.deepcopy(parameters))  # sets the date of last access
    reply = getattr(caller, operation)(**copy.deepcopy(parameters))
    expected = without_metadata(reply)
    assert expected
    spoil(reply)
    assert without_metadata(getattr(caller, operation)(**copy.deepcopy(parameters))) == expected


def test_changing_a_reply_does_not_change_the_log(caller, secretsmanager):
    secretsmanager.seed("db", "one")
    reply = caller.put_secret_value(SecretId="db", SecretString="two", VersionStages=["AWSCURRENT", "green"])
    expected = without_metadata(reply)
    spoil(reply)
    assert secretsmanager.log[-1].response == expected


def test_changing_a_request_after_the_call_does_not_change_the_secret(caller, secretsmanager):
    tags = [{"Key": "team", "Value": "pay"}]
    caller.create_secret(Name="db", Tags=tags)
    spoil(tags)
    assert secretsmanager.secret("db").tags == {"team": "pay"}


def test_changing_a_request_after_the_call_does_not_change_the_log(caller, secretsmanager):
    stages = ["AWSCURRENT", "green"]
    secretsmanager.seed("db", "one")
    caller.put_secret_value(SecretId="db", SecretString="two", VersionStages=stages)
    spoil(stages)
    assert secretsmanager.log[-1].request["VersionStages"] == ["AWSCURRENT", "green"]


def test_changing_a_bytearray_after_create_secret_does_not_change_the_value(caller, secretsmanager):
    value = bytearray(b"one")
    caller.create_secret(Name="key", SecretBinary=value)
    value[:] = b"two"
    secretsmanager.assert_value("key", b"one")


def test_changing_the_request_and_response_of_an_event_does_not_change_the_log(caller, secretsmanager):
    caller.create_secret(Name="db", Tags=[{"Key": "team", "Value": "pay"}])
    call = secretsmanager.log[-1]
    expected = copy.deepcopy((call.request, call.response))
    spoil(call.request)
    spoil(call.response)
    assert (call.request, call.response) == expected


def test_a_listener_that_changes_the_reply_does_not_change_the_log(secretsmanager, new_client):
    client = new_client()
    client.meta.events.register("after-call", lambda parsed, **_: spoil(parsed))
    client.create_secret(Name="db", SecretString="one")
    view = secretsmanager.secret("db")
    assert secretsmanager.log[-1].response == {"ARN": view.arn, "Name": "db", "VersionId": view.current.id}


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_list_secrets_paginator_gives_every_secret_once(caller, secretsmanager):
    for number in range(7):
        secretsmanager.seed(f"db-{number}", "x")
    pages = list(caller.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 3}))
    sizes = [len(page["SecretList"]) for page in pages]
    names = [secret["Name"] for page in pages for secret in page["SecretList"]]
    assert sizes == [3, 3, 1]
    assert sorted(names) == [f"db-{number}" for number in range(7)]


def test_the_list_secrets_paginator_continues_from_a_starting_token(caller, secretsmanager):
    for number in range(5):
        secretsmanager.seed(f"db-{number}", "x")
    paginator = caller.get_paginator("list_secrets")
    first = paginator.paginate(PaginationConfig={"PageSize": 2, "MaxItems": 2}).build_full_result()
    rest = paginator.paginate(PaginationConfig={"StartingToken": first["NextToken"]}).build_full_result()
    names = [secret["Name"] for secret in first["SecretList"] + rest["SecretList"]]
    assert (len(first["SecretList"]), sorted(names)) == (2, [f"db-{number}" for number in range(5)])


def test_the_list_secrets_paginator_passes_filters(caller, secretsmanager):
    for name in ("app/db", "app/key", "web/db"):
        secretsmanager.seed(name, "x")
    pages = caller.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": ["app/"]}])
    assert sorted(pages.search("SecretList[].Name")) == ["app/db", "app/key"]
