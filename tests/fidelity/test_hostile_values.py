"""Hostile values at every member of every operation get a reply or an error of AWS, and nothing else."""

import base64
import json
from contextlib import suppress

import pytest
from botocore.model import ListShape, StructureShape
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_doors import ACCOUNT, CALLERS, REGION, Answer, boto3_client, by_boto3
from scenario_runner import START, require_well_formed, version_id

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import wire
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.operations import OPERATIONS

POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'
ARN = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:"

GOOD = {
    "Name": "new", "SecretId": "db", "ResourcePolicy": POLICY, "VersionStage": "blue", "SecretString": "two",
    "ClientRequestToken": version_id(2), "Tags": [{"Key": "team", "Value": "pay"}], "TagKeys": ["team"],
    "AddReplicaRegions": [{"Region": "eu-west-1"}], "RemoveReplicaRegions": ["eu-west-1"],
    "CrossAccountReplicaARN": "arn:aws:secretsmanager:us-east-1:210987654321:secret:copy-AbCdEf",
}  # fmt: skip
"""The other members of a request with a hostile value, as far as the operation has them."""

GOOD_PARTS = {
    "Tags": {"Key": "team", "Value": "pay"},
    "Filters": {"Key": "name", "Values": ["a"]},
    "AddReplicaRegions": {"Region": "eu-west-1", "KmsKeyId": ""},
    "ExternalSecretRotationMetadata": {"Key": "a", "Value": "b"},
}


def nested(depth):
    """A list in a list in a list."""
    value = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = [
    None, True, False, 0, 1, -1, 6, 7, 21, 4_097, 2**31, 2**63, -(2**63) - 1, 10**400,
    1.5, -0.0, 1e308, float("nan"), float("inf"),
    "", " ", "a", "a b", "x" * 70_000, "\x00", "a\x00b", "\x1b[31m", "a\nb", "\r\n", "\ufeff", "\u202eab",
    "é", "日本", "😀", "\ud800", "a\udfffb", "\ud800" * 36, "%s%n", "{0}", "{}", "[]", "null", "../../etc/passwd",
    "' OR 1=1 --", "!", "!!", "=" * 40, "AAAA", "e30=", "AWSCURRENT", version_id(1),
    "alias/", "alias/aws/secretsmanager", "alias/\ud800", "arn:", "arn:aws:kms:::key/", "arn:aws:kms:us-east-1:1:key/x",
    ARN, f"{ARN}-AAAAAA", f"{ARN}db", f"{ARN}\ud800", f"{ARN}a b-AAAAAA", "arn:aws:secretsmanager:::secret:",
    POLICY.replace('"*"', '"\\ud800"'), POLICY.replace('"*"', "1e999"), '{"Statement": [' + "[" * 5_000,
    '{"Statement": {"Effect": ["Allow"], "Principal": {"AWS": [[]]}, "Action": {}}}',
    '{"Version": [], "Statement": []}', '{"Version": {}, "Statement": {"Effect": {}}}',
    POLICY.replace("}}", ', "Condition": {"A": {"aws:SourceArn": null}}}}'),
    b"", b"\x00\xff", b"x" * 70_000,
    [], [None], [""], ["a", "a"], ["a"] * 1_000, [1], [True], [[]], [{}], ["\ud800"], ["\x00"],
    {}, {"a": None}, {"": ""}, {"Key": {}}, {"Key": "name", "Values": None}, {"\ud800": "\ud800"},
    {"Key": "\ud800", "Value": []}, nested(100), {"a": nested(100)}, nested(450),
]  # fmt: skip


def hostile_requests(operation, values):
    """Requests with one hostile value each: as a member, as an item of a list, or as a member of an item."""
    members = model.operation(operation).input_shape.members
    known = {name: shape for name, shape in members.items() if name in OPERATIONS[operation].members}
    good = {name: value for name, value in GOOD.items() if name in known}
    if operation == "CreateSecret":
        del good["Tags"]
    for name, shape in known.items():
        for value in values:
            if name == "SecretBinary" and isinstance(value, str) and not is_base64(value):
                continue  # tested below
            yield {**good, name: value}
            if name == "SecretBinary":
                yield {**{other: good[other] for other in good if other != "SecretString"}, name: value}
            yield from ({**good, name: hostile} for hostile in hostile_inside(name, shape, value))
    yield from ({**good, name: "a"} for name in ("", "\ud800", "Unknown", "secretId"))


def hostile_inside(name, shape, value):
    """Values of one member with a hostile part: an item, a member of an item, or a member."""
    if isinstance(shape, StructureShape):
        yield from ({part: value} for part in shape.members)
    if isinstance(shape, ListShape):
        yield [value]
        if isinstance(shape.member, StructureShape):
            for part, inner in shape.member.members.items():
                yield [{**GOOD_PARTS[name], part: value}]
                if isinstance(inner, ListShape):
                    yield [{**GOOD_PARTS[name], part: [value]}]


def is_base64(text):
    """Whether a request may have this text for bytes."""
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


@pytest.fixture(scope="module")
def sm():
    """A SecretsManager that holds the secret `db`."""
    with SecretsManager(REGION, ACCOUNT, now=START) as manager:
        manager.seed("db", "one", versions=["zero"], tags={"team": "pay"}, description="main", policy=POLICY)
        yield manager


def by_wire(sm, operation, parameters):
    """Call the service with parameters as a JSON body has them, without any client's checks."""
    body = json.dumps(parameters, default=lambda raw: base64.b64encode(raw).decode())
    principal = Principal(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/test")
    try:
        parameters = wire.read_parameters(body, model.operation(operation).input_shape)
        call = Call(operation, parameters, REGION, principal, sm._parts.time.seconds(), request_id="request-1")
        return Answer(200, sm._parts.service.call(call).reply)
    except ServiceError as error:
        return Answer(error.status, {}, error.code, error.message)


def require_an_answer(sm, operation, answer_to, parameters):
    """Make a call, require a reply or a refusal that AWS could give, and undo the call."""
    before = sm._parts.service.secrets()
    with sm.snapshot():
        try:
            answer = answer_to(operation, parameters)
            require_well_formed(operation, answer)
        except Exception as error:
            error.add_note(f"in {operation} with {str(parameters)[:500]!r}")
            raise
        assert answer.code is None or sm._parts.service.secrets() == before
        assert all(map(repr, sm.log))
    assert sm._parts.service.secrets() == before


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_answers_or_refuses_every_hostile_value(sm, operation):
    for parameters in hostile_requests(operation, HOSTILE):
        require_an_answer(sm, operation, lambda *call: by_wire(sm, *call), parameters)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_operation_answers_or_refuses_every_hostile_value_from_a_boto3_client(sm, operation):
    caller = CALLERS["owner unchecked"]
    for parameters in hostile_requests(operation, HOSTILE):
        if can_be_sent(boto3_client(caller), operation, parameters):
            require_an_answer(sm, operation, lambda *call: by_boto3(caller, *call), parameters)


def can_be_sent(client, operation, parameters):
    """Whether botocore can make a request with these parameters."""
    with suppress(Exception):
        client._serializer.serialize_to_request(dict(parameters), client.meta.service_model.operation_model(operation))
        return True
    return False


@pytest.mark.parametrize("text", ["a", "a b", "é", "@@@@", "AA=A", "\ud800"], ids=ascii)
def test_secret_binary_that_is_not_base64_is_refused(sm, text):
    parameters = {"SecretId": "db", "SecretBinary": text, "ClientRequestToken": version_id(2)}
    with sm.snapshot():
        assert by_wire(sm, "PutSecretValue", parameters).code == "SerializationException"


def test_every_hostile_call_has_a_cloudtrail_record(sm):
    for operation in OPERATIONS:
        for parameters in hostile_requests(operation, HOSTILE):
            with sm.snapshot():
                by_wire(sm, operation, parameters)
                assert all(json.dumps(event.record) for event in sm.log)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.characters(categories=["Cs"])
garbage = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(garbage=garbage, data=st.data())
@settings(max_examples=100)
def test_operation_answers_or_refuses_random_values(sm, garbage, data):
    operation = data.draw(st.sampled_from(sorted(OPERATIONS)))
    for parameters in hostile_requests(operation, [garbage]):
        require_an_answer(sm, operation, lambda *call: by_wire(sm, *call), parameters)
