"""The engine against the service description of the installed botocore: operations, replies, errors, secret values."""

import ast
import inspect
from contextlib import suppress
from importlib import import_module
from textwrap import dedent
from types import FunctionType, ModuleType

import pytest
from botocore.model import ListShape, StructureShape
from botocore.validate import ParamValidator

from pytest_secretsmanager import Rotation, SecretsManager, UnsupportedOperation
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.operations import OPERATIONS

DESCRIPTION = model.service_model()
COMMON_ERRORS = {"ValidationException", "SerializationException", "AccessDeniedException"}
ERRORS_OF_THE_FRONT = {
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InternalFailure",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "RequestEntityTooLargeException",
    "RequestExpired",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
}
"""Errors that no operation raises: AWS's front sends them before, or in place of, the service."""
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'
OTHER_ACCOUNT = "210987654321"
TOKEN = "token".ljust(36, "-")

GOOD_VALUES = {
    "SecretId": "db",
    "Name": "new",
    "ResourcePolicy": POLICY,
    "VersionStage": "blue",
    "RotationToken": "r" * 36,
    "Key": "name",
    "Region": "eu-west-1",
}
"""Meaningful values by member. Every other member takes any value of its shape."""


HAS_ALL = "ListResourcePolicies" in DESCRIPTION.operation_names
"""Whether this botocore has every operation and member of the engine: 1.44.2 and newer ones do."""

YOUNG_MEMBERS = {
    "CreateSecret": {"Type", "CrossAccountPrimaryARN"},
    "UpdateSecret": {"Type"},
    "GetResourcePolicy": {"PolicyName"},
    "PutResourcePolicy": {"PolicyName"},
    "DeleteResourcePolicy": {"PolicyName"},
    "ListSecrets": {"SortBy"},
    "RotateSecret": {"ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn"},
}
"""Members that AWS added later than the oldest botocore that is supported."""


def a_value(shape, member=""):
    """Return a value that the description allows."""
    if isinstance(shape, StructureShape):
        return {name: a_value(shape.members[name], name) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [a_value(shape.member)]
    if shape.metadata.get("enum"):
        return shape.metadata["enum"][0]
    if member in GOOD_VALUES:
        return GOOD_VALUES[member]
    size = max(shape.metadata.get("min", 1), 1)
    return {"string": "x" * size, "blob": b"x" * size, "boolean": True}.get(shape.type_name, size)


def required_parameters(operation):
    shape = DESCRIPTION.operation_model(operation).input_shape
    return a_value(shape)


@pytest.fixture
def sm():
    """A SecretsManager that holds the secret `db`."""
    with SecretsManager() as manager:
        manager.seed("db", "two", versions=["one"], tags={"team": "pay"}, description="main", policy=POLICY)
        manager.seed("rotates", "one", rotation=Rotation(lambda *_: None, days=30))
        manager.seed("replicated", "one", replicas=["eu-west-1", "us-east-2"])
        manager.seed("replica", "one", region="eu-west-1", replicas=["us-east-1"])
        yield manager


# --- operations and members ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_installed_model_has_every_operation_and_member_of_the_engine(operation):
    assert operation in DESCRIPTION.operation_names
    missing = OPERATIONS[operation].members - DESCRIPTION.operation_model(operation).input_shape.members.keys()
    assert missing <= (set() if HAS_ALL else YOUNG_MEMBERS.get(operation, set()))


def test_the_engine_has_every_operation_of_the_installed_model():
    assert OPERATIONS.keys() == {*DESCRIPTION.operation_names}


@pytest.mark.parametrize("operation", DESCRIPTION.operation_names)
def test_the_engine_has_every_member_of_a_request_of_the_installed_model(operation):
    assert DESCRIPTION.operation_model(operation).input_shape.members.keys() <= OPERATIONS[operation].members


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_engine_has_every_required_member_of_the_installed_model(operation):
    shape = DESCRIPTION.operation_model(operation).input_shape
    assert set(shape.required_members) <= OPERATIONS[operation].members


@pytest.mark.parametrize("operation", DESCRIPTION.operation_names)
def test_the_engine_answers_every_operation_of_the_installed_model(sm, operation):
    """The endpoint accepts no connection: a call that left the process would fail with an error of botocore."""
    client = sm.client(endpoint_url="http://127.0.0.1:9")
    method = client.meta.method_to_api_mapping
    call = getattr(client, next(name for name in method if method[name] == operation))
    try:
        reply = call(**required_parameters(operation))
    except client.exceptions.ClientError as error:
        reply = error.response
    assert reply["ResponseMetadata"]["RequestId"]


def test_an_operation_of_a_newer_botocore_raises_unsupported_operation(sm, monkeypatch):
    monkeypatch.delitem(OPERATIONS, "RestoreSecret")
    with pytest.raises(UnsupportedOperation, match="RestoreSecret"):
        sm.client(endpoint_url="http://127.0.0.1:9").restore_secret(SecretId="db")
    assert not [event for event in sm.log if event.operation == "RestoreSecret"]


def test_a_member_of_a_newer_botocore_raises_unsupported_operation(world, monkeypatch):
    known = OPERATIONS["UpdateSecret"]
    monkeypatch.setitem(OPERATIONS, "UpdateSecret", known._replace(members=known.members - {"Description"}))
    with pytest.raises(UnsupportedOperation, match="Description of UpdateSecret"):
        world.call("UpdateSecret", SecretId="db", Description="x")


# --- replies -------------------------------------------------------------------------------------------------------


class World:
    """The engine behind a `SecretsManager`, called without a client: botocore does not parse its replies."""

    def __init__(self, manager):
        self.service = manager.secret("db")._world.service
        self.principal = Principal(manager.account, "arn:aws:iam::123456789012:user/test")
        self.region = manager.region

    def call(self, operation, **parameters):
        call = Call(operation, parameters, self.region, self.principal, 1_772_539_200.123, "request-1")
        return self.service.call(call).reply


@pytest.fixture
def world(sm):
    """The engine behind a SecretsManager that holds the secret `db`."""
    return World(sm)


BY_NAME = [{"Key": "name", "Values": ["db"]}]
REPLIES = [
    ("CreateSecret", {"Name": "new", "ClientRequestToken": TOKEN}),
    ("CreateSecret", {"Name": "new", "ClientRequestToken": TOKEN, "SecretString": "x"}),
    ("UpdateSecret", {"SecretId": "db", "Description": "x"}),
    ("UpdateSecret", {"SecretId": "db", "ClientRequestToken": TOKEN, "SecretBinary": b"x"}),
    ("DeleteSecret", {"SecretId": "db"}),
    ("DeleteSecret", {"SecretId": "nowhere", "ForceDeleteWithoutRecovery": True}),
    ("RestoreSecret", {"SecretId": "db"}),
    ("GetSecretValue", {"SecretId": "db"}),
    ("BatchGetSecretValue", {"SecretIdList": ["db", "nowhere"]}),
    ("BatchGetSecretValue", {"Filters": BY_NAME, "MaxResults": 1}),
    ("PutSecretValue", {"SecretId": "db", "ClientRequestToken": TOKEN, "SecretBinary": b"x"}),
    ("UpdateSecretVersionStage", {"SecretId": "db", "VersionStage": "blue", "MoveToVersionId": "current"}),
    ("DescribeSecret", {"SecretId": "db"}),
    ("ListSecrets", {}),
    ("ListSecrets", {"MaxResults": 1}),
    ("ListSecretVersionIds", {"SecretId": "db", "IncludeDeprecated": True}),
    ("ListSecretVersionIds", {"SecretId": "db", "MaxResults": 1}),
    ("TagResource", {"SecretId": "db", "Tags": [{"Key": "a", "Value": "1"}]}),
    ("UntagResource", {"SecretId": "db", "TagKeys": ["team"]}),
    ("GetResourcePolicy", {"SecretId": "db"}),
    ("PutResourcePolicy", {"SecretId": "db", "ResourcePolicy": POLICY}),
    ("DeleteResourcePolicy", {"SecretId": "db"}),
    ("ValidateResourcePolicy", {"SecretId": "db", "ResourcePolicy": POLICY}),
    ("RotateSecret", {"SecretId": "rotates", "ClientRequestToken": TOKEN}),
    ("CancelRotateSecret", {"SecretId": "rotates"}),
    ("ReplicateSecretToRegions", {"SecretId": "db", "AddReplicaRegions": [{"Region": "eu-west-1"}]}),
    ("RemoveRegionsFromReplication", {"SecretId": "replicated", "RemoveReplicaRegions": ["us-east-2"]}),
    ("StopReplicationToReplica", {"SecretId": "replica"}),
    ("GetRandomPassword", {}),
]
REPLIES += [
    (operation, parameters)
    for operation, parameters in [
        ("ListResourcePolicies", {"SecretId": "db"}),
        ("AssociateCrossAccountReplica", {"SecretId": "db", "CrossAccountReplicaARN": "the replica"}),
        ("DisassociateCrossAccountReplica", {"SecretId": "linked", "CrossAccountReplicaARN": "the replica"}),
    ]
    if operation in OPERATIONS
]


def a_replica_elsewhere(sm, name):
    """Create a replica of this secret in another account and return its ARN."""
    sm.kms.create_key(alias="alias/theirs", account=OTHER_ACCOUNT)
    stranger = sm.client(aws_account_id=OTHER_ACCOUNT)
    primary = sm.secret(name).arn
    return stranger.create_secret(Name="copy", KmsKeyId="alias/theirs", CrossAccountPrimaryARN=primary)["ARN"]


def test_the_table_of_replies_has_every_operation():
    assert {operation for operation, _ in REPLIES} == OPERATIONS.keys()


@pytest.mark.parametrize(
    ("operation", "parameters"), REPLIES, ids=[" ".join([operation, *request]) for operation, request in REPLIES]
)
def test_the_reply_of_each_operation_fits_the_output_shape_of_the_model(world, sm, operation, parameters):
    sm.seed("other", "value")
    sm.seed("db2", "value")
    world.call("GetSecretValue", SecretId="db")
    if "CrossAccountReplicaARN" in parameters:
        sm.seed("linked", "value")
        replica = a_replica_elsewhere(sm, parameters["SecretId"])
        if operation == "DisassociateCrossAccountReplica":
            world.call("AssociateCrossAccountReplica", SecretId="linked", CrossAccountReplicaARN=replica)
        parameters = {**parameters, "CrossAccountReplicaARN": replica}
    if "MoveToVersionId" in parameters:
        parameters = {**parameters, "MoveToVersionId": sm.secret("db").current.id}
    reply = world.call(operation, **parameters)
    shape = DESCRIPTION.operation_model(operation).output_shape
    if shape is None:
        assert reply == {}
    else:
        report = ParamValidator().validate(reply, shape)
        assert not report.has_errors(), report.generate_report()
        assert reply


def test_describe_secret_of_a_secret_with_every_member_fits_the_output_shape_of_the_model(world, sm):
    sm.seed(
        "all",
        "x",
        versions=["y"],
        tags={"a": "b"},
        description="d",
        kms_key="alias/k",
        owning_service="rds",
        deleted=True,
    )
    reply = world.call("DescribeSecret", SecretId="all")
    assert {"Tags", "Description", "KmsKeyId", "OwningService", "DeletedDate", "VersionIdsToStages"} <= reply.keys()
    report = ParamValidator().validate(reply, DESCRIPTION.operation_model("DescribeSecret").output_shape)
    assert not report.has_errors(), report.generate_report()


@pytest.mark.skipif(not HAS_ALL, reason="this botocore is older than AssociateCrossAccountReplica")
def test_describe_secret_of_linked_cross_account_secrets_fits_the_output_shape_of_the_model(world, sm):
    replica = a_replica_elsewhere(sm, "db")
    role = "arn:aws:iam::123456789012:role/copies"
    world.call("AssociateCrossAccountReplica", SecretId="db", CrossAccountReplicaARN=replica, ReplicationRoleARN=role)
    replies = {
        "CrossAccountReplicas": world.call("DescribeSecret", SecretId="db"),
        "CrossAccountPrimary": world.call("DescribeSecret", SecretId=replica),
    }
    for member, reply in replies.items():
        assert member in reply
        report = ParamValidator().validate(reply, DESCRIPTION.operation_model("DescribeSecret").output_shape)
        assert not report.has_errors(), report.generate_report()


# --- errors --------------------------------------------------------------------------------------------------------

ENGINE = "pytest_secretsmanager.engine."


def names_in(tree):
    """Yield every name and every dotted name of two parts in a piece of source."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id, None
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr


def imported_in(tree):
    """Return the names that a piece of source imports itself."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = import_module(node.module)
            found |= {name.asname or name.name: getattr(module, name.name) for name in node.names}
    return found


def mentioned(source, names):
    """Yield the objects of the engine that a piece of source mentions, looked up among a module's names and its own."""
    tree = ast.parse(dedent(source))
    names = names | imported_in(tree)
    for name, attribute in names_in(tree):
        found = names.get(name)
        if isinstance(found, ModuleType) and attribute is not None and found.__name__.startswith(ENGINE):
            yield getattr(found, attribute), vars(found), attribute
        elif attribute is None and found is not None:
            yield found, names, name


def table_source(names, name):
    """Return the source of a module's own table, such as a table of functions."""
    module = inspect.getsource(__import__(names["__name__"], fromlist=["_"]))
    for node in ast.parse(module).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == name for target in targets) and node.value is not None:
            return ast.unparse(node.value)
    return ""


def errors_of(function):
    """Return the error codes that an operation's function mentions, directly or through functions of the engine.

    The result may have codes that the operation never raises, since a function on the way may catch them.
    """
    codes, seen, left = set(), set(), [(inspect.getsource(function), vars(inspect.getmodule(function)))]
    while left:
        source, names = left.pop()
        for found, home, name in mentioned(source, names):
            if id(found) in seen:
                continue
            seen.add(id(found))
            if isinstance(found, type) and issubclass(found, ServiceError) and found is not ServiceError:
                codes.add(found.__name__)
            elif isinstance(found, FunctionType) and found.__module__.startswith(ENGINE):
                left.append((inspect.getsource(found), vars(inspect.getmodule(found))))
            elif isinstance(found, dict) and home["__name__"].startswith(ENGINE):
                left.append((table_source(home, name), home))
    return codes


CAUGHT = {"RotateSecret": {"LimitExceededException"}}
"""Errors that an operation catches and turns into others."""


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_model_declares_each_error_that_an_operation_may_raise(operation):
    declared = {shape.name for shape in DESCRIPTION.operation_model(operation).error_shapes}
    assert errors_of(OPERATIONS[operation].run) - CAUGHT.get(operation, set()) <= declared | COMMON_ERRORS


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("CreateSecret", "ResourceExistsException"),
        ("PutSecretValue", "ResourceExistsException"),
        ("PutSecretValue", "LimitExceededException"),
        ("PutSecretValue", "ValidationException"),
        ("DescribeSecret", "ResourceNotFoundException"),
        ("ListSecrets", "InvalidNextTokenException"),
        ("ListSecrets", "InvalidParameterException"),
        ("PutResourcePolicy", "MalformedPolicyDocumentException"),
        ("TagResource", "InvalidParameterException"),
        ("GetRandomPassword", "InvalidParameterException"),
    ],
)
def test_errors_of_finds_an_error_that_an_operation_raises_in_an_inner_function(operation, code):
    assert code in errors_of(OPERATIONS[operation].run)


@pytest.mark.parametrize("kind", ServiceError.__subclasses__())
def test_every_error_of_the_engine_is_in_the_model_or_common(kind):
    assert kind.__name__ in model.modelled_errors() | COMMON_ERRORS | ERRORS_OF_THE_FRONT


# --- sensitive members ---------------------------------------------------------------------------------------------


def is_sensitive(shape):
    if isinstance(shape, StructureShape):
        return any(map(is_sensitive, shape.members.values()))
    return is_sensitive(shape.member) if isinstance(shape, ListShape) else bool(shape.metadata.get("sensitive"))


SENSITIVE_INPUTS = [
    (operation, member)
    for operation in OPERATIONS
    for member, shape in DESCRIPTION.operation_model(operation).input_shape.members.items()
    if is_sensitive(shape)
]
SENSITIVE = "correct-horse-battery-staple-0123456789"


def logged_text(manager):
    """Return everything that the log shows of its calls."""
    return "".join(
        f"{event!r}{event.request}{event.response}{event.error_message}{event.record}" for event in manager.log
    )


@pytest.mark.parametrize("secret_id", ["db", "nowhere"], ids=["taken", "refused"])
@pytest.mark.parametrize(("operation", "member"), SENSITIVE_INPUTS)
def test_no_sensitive_member_of_a_request_is_logged(sm, world, operation, member, secret_id):
    shape = DESCRIPTION.operation_model(operation).input_shape
    value = SENSITIVE.encode() if shape.members[member].type_name == "blob" else SENSITIVE
    parameters = {**required_parameters(operation), member: value}
    if "SecretId" in parameters:
        parameters["SecretId"] = secret_id
    else:
        parameters["Name"] = "new" if secret_id == "db" else "db"
    if "ClientRequestToken" in shape.members:
        parameters["ClientRequestToken"] = TOKEN
    if member == "RotationToken":
        parameters["SecretString"] = "three"
    try:
        world.call(operation, **parameters)
    except ServiceError:
        assert secret_id == "nowhere"
    event = sm.log[-1]
    assert (event.operation, event.error is None, member in event.hidden) == (operation, secret_id == "db", True)
    assert SENSITIVE not in logged_text(sm)


def test_the_sensitive_members_include_secret_string_of_put_secret_value():
    assert ("PutSecretValue", "SecretString") in SENSITIVE_INPUTS


@pytest.mark.parametrize(
    "operation",
    [
        operation
        for operation in OPERATIONS
        if (shape := DESCRIPTION.operation_model(operation).output_shape) is not None and is_sensitive(shape)
    ],
)
def test_no_sensitive_member_of_a_reply_is_logged(sm, world, operation):
    sm.seed("db", SENSITIVE)
    requests = {"BatchGetSecretValue": {"SecretIdList": ["db"]}, "GetRandomPassword": {"ExcludePunctuation": True}}
    parameters = requests.get(operation, required_parameters(operation))
    reply = world.call(operation, **parameters)
    shown = reply.get("RandomPassword", SENSITIVE)
    assert shown in str(reply)
    assert sm.log[0].operation == operation
    assert shown not in logged_text(sm)


def test_the_log_of_calls_of_every_operation_shows_no_secret_value(sm, world):
    for number, (operation, parameters) in enumerate(REPLIES):
        secret = {name: SENSITIVE for name in ("SecretString",) if name in parameters}
        token = {"ClientRequestToken": f"token-{number}".ljust(32, "-")} if "ClientRequestToken" in parameters else {}
        with suppress(ServiceError):
            world.call(operation, **{**parameters, **secret, **token})
    assert len(sm.log) >= len(REPLIES)
    assert SENSITIVE not in logged_text(sm)
