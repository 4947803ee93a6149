"""Invariants of Secrets Manager, checked after random sequences of valid and invalid calls."""

from itertools import count

import invariants
import rotation_functions
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from scenario_doors import ACCOUNT, CALLERS, REGION, Caller, by_boto3
from scenario_runner import START, require_well_formed, version_id

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.engine import model

OWNER, OWNER_IN_IRELAND = Caller(checks=False), Caller(checks=False, region="eu-west-1")
QUOTA = 5
NAMES = ["a", "app/b", "c-a1b2c3"]
LABELS = ["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS", "blue", "green"]
POLICY = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}'

names = st.sampled_from([*NAMES, "bad name", ""])
ids = st.sampled_from(
    [
        *NAMES * 3,
        "rds!d",
        "nowhere",
        "bad name",
        *(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{n}" for n in NAMES),
    ]
)
versions = st.sampled_from([*(version_id(number) for number in range(1, 7)), "short"])
labels = st.sampled_from([*LABELS, ""])
stages = st.lists(labels, max_size=3)
keys = st.sampled_from(["", "alias/pay", "alias/nowhere", "no key"])
texts = st.sampled_from(["one", "two", "three", ""])
blobs = st.sampled_from([b"one", b"\x00"])
tags = st.lists(
    st.fixed_dictionaries({}, optional={"Key": st.sampled_from(["team", "Team", "aws:x", ""]), "Value": texts}),
    max_size=3,
)
filters = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "Key": st.sampled_from(["name", "all", "tag-key", "description", "colour"]),
            "Values": st.lists(st.sampled_from(["a", "!a", "app one", "", "#"]), max_size=2),
        },
    ),
    max_size=2,
)

flags = st.booleans()
sizes = st.sampled_from([1, 2, 100, 0, 101])
value = {"SecretString": texts, "SecretBinary": blobs, "ClientRequestToken": versions}
metadata = {"Description": texts, "KmsKeyId": keys}
page = {"MaxResults": sizes}
secret_id = {"SecretId": ids}
functions = st.sampled_from(
    [f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{n}" for n in ("by_the_book", "idle", "fails", "nowhere")]
)
rules = st.sampled_from(
    [
        {"AutomaticallyAfterDays": 1},
        {"ScheduleExpression": "rate(4 hours)"},
        {"ScheduleExpression": "cron(0 8 L * ? *)"},
    ]
)
regions = st.sampled_from(["eu-west-1", "us-west-2", REGION, "nowhere-1"])
replicas = st.lists(st.fixed_dictionaries({"Region": regions}, optional={"KmsKeyId": keys}), min_size=1, max_size=2)

REQUESTS = {
    "CreateSecret": ({"Name": names}, {**value, **metadata, "Tags": tags, "AddReplicaRegions": replicas}),
    "UpdateSecret": (secret_id, {**value, **metadata}),
    "PutSecretValue": (secret_id, {**value, "VersionStages": stages}),
    "UpdateSecretVersionStage": (
        {**secret_id, "VersionStage": labels},
        {"RemoveFromVersionId": versions, "MoveToVersionId": versions},
    ),
    "GetSecretValue": (secret_id, {"VersionId": versions, "VersionStage": labels}),
    "BatchGetSecretValue": ({}, {"SecretIdList": st.lists(ids, max_size=3), "Filters": filters, **page}),
    "DeleteSecret": (
        secret_id,
        {"RecoveryWindowInDays": st.sampled_from([6, 7, 30, 31]), "ForceDeleteWithoutRecovery": flags},
    ),
    "RestoreSecret": (secret_id, {}),
    "DescribeSecret": (secret_id, {}),
    "ListSecrets": (
        {},
        {
            "Filters": filters,
            "IncludePlannedDeletion": flags,
            "SortOrder": st.sampled_from(["asc", "desc", "up"]),
            **page,
        },
    ),
    "ListSecretVersionIds": (secret_id, {"IncludeDeprecated": flags, **page}),
    "TagResource": ({**secret_id, "Tags": tags}, {}),
    "UntagResource": ({**secret_id, "TagKeys": st.lists(st.sampled_from(["team", "none"]), max_size=2)}, {}),
    "GetResourcePolicy": (secret_id, {}),
    "PutResourcePolicy": (
        {**secret_id, "ResourcePolicy": st.sampled_from([POLICY, "{}", "no policy"])},
        {"BlockPublicPolicy": flags},
    ),
    "DeleteResourcePolicy": (secret_id, {}),
    "ValidateResourcePolicy": ({"ResourcePolicy": st.sampled_from([POLICY, "{}"])}, secret_id),
    "RotateSecret": (
        secret_id,
        {
            "ClientRequestToken": versions,
            "RotationLambdaARN": functions,
            "RotationRules": rules,
            "RotateImmediately": flags,
            "ExternalSecretRotationRoleArn": st.just(f"arn:aws:iam::{ACCOUNT}:role/rotate"),
        },
    ),
    "CancelRotateSecret": (secret_id, {}),
    "ReplicateSecretToRegions": (
        {**secret_id, "AddReplicaRegions": replicas},
        {"ForceOverwriteReplicaSecret": flags},
    ),
    "RemoveRegionsFromReplication": ({**secret_id, "RemoveReplicaRegions": st.lists(regions, max_size=2)}, {}),
    "StopReplicationToReplica": (secret_id, {}),
    "ListResourcePolicies": (secret_id, page),
    "GetRandomPassword": ({}, {"PasswordLength": sizes, "ExcludeNumbers": flags, "ExcludePunctuation": flags}),
}


LINKS_ACCOUNTS = "AssociateCrossAccountReplica" in model.operation_names()
STRANGER = CALLERS["stranger"]


def requests(*operations):
    """Any request for one of these operations, as a client without parameter validation sends it."""
    known = [operation for operation in operations if operation in model.operation_names()]
    return st.one_of(st.tuples(st.just(operation), request(operation)) for operation in known)


def request(operation):
    """Any parameters of one operation that this botocore knows."""
    required, optional = REQUESTS[operation]
    known = model.operation(operation).input_shape.members
    return st.fixed_dictionaries(required, optional={name: optional[name] for name in optional if name in known})


class AnySequence(RuleBasedStateMachine):
    """Calls of a boto3 client, moves of the clock, and a key that is disabled and enabled."""

    def __init__(self):
        super().__init__()
        self.sm = SecretsManager(REGION, ACCOUNT, now=START, version_quota=QUOTA)
        self.sm.__enter__()
        self.sm.kms.create_key(alias="alias/pay")
        self.sm.seed("rds!d", "one", owning_service="rds")
        self.sm.kms.create_key(alias="alias/theirs", account=STRANGER.account)
        for name, function in {**rotation_functions.HANDLERS, "fails": self.failing}.items():
            self.sm.rotation.register(function(self.call), name=name)
        self.seen = {}

    def teardown(self):
        self.sm.__exit__(None, None, None)

    def failing(self, call):
        """A rotation function whose every third step fails."""
        works, steps = rotation_functions.by_the_book(call), count(1)

        def handler(event, context):
            works(event, context)
            if next(steps) % 3 == 0:
                raise ConnectionError

        return handler

    def call(self, operation, parameters, by=OWNER):
        """Make a call and check what is true of every answer."""
        before = self.sm._parts.service.secrets()
        answer = by_boto3(by, operation, parameters)
        require_well_formed(operation, answer)
        if answer.code is not None:
            assert self.sm._parts.service.secrets() == before
        return answer.reply

    @initialize(name=st.sampled_from(NAMES))
    def begin_with_a_secret(self, name):
        self.call("CreateSecret", {"Name": name, "SecretString": "one", "ClientRequestToken": version_id(1)})

    @rule(request=requests("PutSecretValue", "UpdateSecret", "CreateSecret"))
    def write(self, request):
        self.call(*request)

    @rule(request=requests("UpdateSecretVersionStage"))
    def move_a_label(self, request):
        self.call(*request)

    @rule(request=requests("DeleteSecret", "RestoreSecret"))
    def delete_or_restore(self, request):
        self.call(*request)

    @rule(request=requests("TagResource", "UntagResource", "PutResourcePolicy", "DeleteResourcePolicy"))
    def tag_or_attach(self, request):
        self.call(*request)

    @rule(request=requests("GetSecretValue"))
    def read(self, request):
        self.remember(self.call(*request))

    @rule(request=requests("BatchGetSecretValue"))
    def read_several(self, request):
        for entry in self.call(*request).get("SecretValues", ()):
            self.remember(entry)

    @rule(
        request=requests(
            "DescribeSecret", "ListSecrets", "ListSecretVersionIds", "GetResourcePolicy", "ValidateResourcePolicy",
            "GetRandomPassword", "ListResourcePolicies",
        )
    )  # fmt: skip
    def read_metadata(self, request):
        self.call(*request)

    @rule(request=requests("RotateSecret", "CancelRotateSecret"))
    def rotate(self, request):
        self.call(*request)

    @rule(request=requests("ReplicateSecretToRegions", "RemoveRegionsFromReplication", "StopReplicationToReplica"))
    def replicate(self, request):
        self.call(*request)

    @rule(
        request=requests(
            "StopReplicationToReplica", "ReplicateSecretToRegions", "PutSecretValue", "DeleteSecret", "CreateSecret"
        )
    )
    def write_in_the_replicas_region(self, request):
        self.call(*request, by=OWNER_IN_IRELAND)

    @precondition(lambda _: LINKS_ACCOUNTS)
    @rule(name=st.sampled_from(NAMES), copy=st.sampled_from(["one", "two"]))
    def create_a_cross_account_replica(self, name, copy):
        primary = self.call("DescribeSecret", {"SecretId": name}).get("ARN")
        if primary is not None:
            key = "alias/theirs"
            self.call("CreateSecret", {"Name": copy, "KmsKeyId": key, "CrossAccountPrimaryARN": primary}, by=STRANGER)

    @precondition(lambda _: LINKS_ACCOUNTS)
    @rule(
        name=st.sampled_from(NAMES),
        copy=st.sampled_from(["one", "two"]),
        verb=st.sampled_from(["Associate", "Disassociate"]),
    )
    def associate_or_disassociate(self, name, copy, verb):
        replica = self.call("DescribeSecret", {"SecretId": copy}, by=STRANGER).get("ARN")
        if replica is not None:
            link = {"SecretId": name, "CrossAccountReplicaARN": replica}
            self.call(f"{verb}CrossAccountReplica", link)

    @precondition(lambda _: LINKS_ACCOUNTS)
    @rule(copy=st.sampled_from(["one", "two"]), operation=st.sampled_from(["StopReplicationToReplica", "DeleteSecret"]))
    def stop_or_delete_a_cross_account_replica(self, copy, operation):
        self.call(operation, {"SecretId": copy}, by=STRANGER)

    @rule(days=st.sampled_from([0.5, 2, 8, 31]))
    def advance_the_clock(self, days):
        self.sm.clock.advance(days=days)

    @rule(works=flags)
    def disable_or_enable_the_key(self, works):
        (self.sm.kms.enable if works else self.sm.kms.disable)("alias/pay")

    def remember(self, entry):
        """Check that a version has the same value at every read."""
        if entry:
            plain = entry.get("SecretString", entry.get("SecretBinary"))
            assert self.seen.setdefault((entry["ARN"], entry["VersionId"]), plain) == plain

    @invariant()
    def labels_and_versions_are_consistent(self):
        invariants.labels_and_versions_are_consistent(self.sm, self.call, QUOTA)


for one in invariants.OF_ANY_STATE:
    setattr(AnySequence, one.__name__, invariant()(lambda self, one=one: one(self.sm)))

AnySequence.TestCase.settings = settings(max_examples=60, stateful_step_count=25)
TestAnySequenceOfCalls = AnySequence.TestCase
