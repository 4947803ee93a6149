"""RotateSecret: what it answers and refuses, the rotation it sets off, and what happens to that as time passes.

When a window opens is told in `rules/test_schedule.py`, what a rotation's transitions change in
`rules/test_rotation_rules.py`.
"""

import json
import re
from datetime import UTC, datetime
from math import inf

import pytest

from pytest_secretsmanager.controls.steps import Hold
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import RunRotation
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.state import SecretKey

V1, V2, V3, V4 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3, 4))
PLACE = "arn:aws:lambda:us-east-1:123456789012:function:"
FUNCTION = f"{PLACE}rotate"
OTHER_FUNCTION = f"{PLACE}rotate-otherwise"
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
EVERY_30_DAYS = {"AutomaticallyAfterDays": 30}
MEMBERS = {
    *["RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"],
    *["ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn"],
}
ROLE = "arn:aws:iam::123456789012:role/rotates-abroad"
RULES = model.operation("RotateSecret").input_shape.members["RotationRules"]
DURATION_PATTERN = RULES.members["Duration"].metadata["pattern"]
NO_FUNCTION = ("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
NOT_INVOKABLE = (
    "AccessDeniedException",
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
    "principal secretsmanager.amazonaws.com.",
)
BAD_FUNCTION_ARN = (
    "InvalidParameterException",
    "Invalid rotation Lambda ARN. Ensure the ARN matches format "
    "arn:aws:lambda:<region>:<account>:function:<functionName>.",
)
NOT_COMPLETE = (
    "InvalidRequestException",
    "A previous rotation isn't complete. That rotation will be reattempted.",
)
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MANAGED = (
    "InvalidRequestException",
    "This secret is managed by an AWS service, and you must use that service to update it.",
)
KMS_DISABLED = (
    "is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; "
    "Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
)


class RotationFunction:
    """A function like those of AWS's templates: each step may be run again. `on` is what a step does first."""

    def __init__(self, world):
        self.world = world
        self.events = []
        self.on = {}

    @property
    def steps(self):
        return [event["Step"] for event in self.events]

    def __call__(self, event):
        self.events.append(dict(event))
        if event["Step"] in self.on:
            self.on[event["Step"]]()
        name = event["SecretId"].split(":")[6][:-7]
        if event["Step"] == "createSecret":
            self.create(name, event["ClientRequestToken"])
        if event["Step"] == "finishSecret":
            self.finish(name, event["ClientRequestToken"])

    def create(self, name, token):
        if self.world.state(name).versions[token].sealed is None:
            value = {"ClientRequestToken": token, "SecretString": "two", "VersionStages": ["AWSPENDING"]}
            self.world.call("PutSecretValue", SecretId=name, **value)

    def finish(self, name, token):
        current = self.world.state(name).labels["AWSCURRENT"]
        if current != token:
            ends = {"RemoveFromVersionId": current, "MoveToVersionId": token}
            self.world.call("UpdateSecretVersionStage", SecretId=name, VersionStage="AWSCURRENT", **ends)


@pytest.fixture
def function(world):
    """A rotation function that Secrets Manager may invoke."""
    world.functions[FUNCTION] = RotationFunction(world)
    return world.functions[FUNCTION]


@pytest.fixture
def db(world, function):
    """The ARN of a secret with one version."""
    return world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1)["ARN"]


def rotate(world, token=V2, **parameters):
    """RotateSecret as one calls it first: with a function."""
    given = {"SecretId": "db", "ClientRequestToken": token, "RotationLambdaARN": FUNCTION, **parameters}
    return world.call("RotateSecret", **given)


def hold(world, step, when="before"):
    """Stops the next rotation of `db` there; what comes back lets it go on."""
    place = SecretKey(world.region, world.account, "db")
    held = Hold(place, step, when, world.service.effects.rotations.resume)
    world.steps.holds.append(held)
    return held


def fail(error):
    """What fails a step."""

    def step():
        raise error

    return step


def described(world, name="db"):
    """What DescribeSecret shows of a secret's rotation."""
    reply = world.call("DescribeSecret", SecretId=name)
    return {member: shown for member, shown in reply.items() if member in MEMBERS}


def listed(world, name="db"):
    """What ListSecrets shows of a secret's rotation."""
    secrets = world.call("ListSecrets")["SecretList"]
    (entry,) = [entry for entry in secrets if entry["Name"] == name]
    return {member: shown for member, shown in entry.items() if member in MEMBERS}


def date(world, member):
    """A date that DescribeSecret shows, None for one that it does not."""
    shown = described(world).get(member)
    return None if shown is None else datetime.fromtimestamp(shown, UTC).replace(tzinfo=None).isoformat()


def value(world, stage="AWSCURRENT", name="db"):
    return world.call("GetSecretValue", SecretId=name, VersionStage=stage)["SecretString"]


def labels(world, name="db"):
    return dict(world.state(name).labels)


def events(world):
    """What AWS has logged of its own doings: names and error messages."""
    return [
        (entry.operation, entry.error_message) if entry.error_message else entry.operation
        for entry in world.entries
        if entry.by_service
    ]


def states(world):
    return [run.state for run in world.service.runs]


def failed_in(step):
    return ("RotationFailed", f"Error when executing lambda {FUNCTION} during {step} step")


# --- what it answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [{}, {"RotateImmediately": True}, {"RotateImmediately": False}], ids=str)
def test_it_answers_with_the_token_as_the_id_of_the_version(world, db, now):
    assert rotate(world, **now) == {"ARN": db, "Name": "db", "VersionId": V2}


def test_a_client_fills_in_the_token(client, secretsmanager):
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(lambda *_: None)
    reply = client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
    assert re.fullmatch(r"[0-9a-f-]{36}", reply["VersionId"])
    assert secretsmanager.rotation.runs[-1].token == reply["VersionId"]


@pytest.mark.parametrize("secret_id", [lambda arn: arn, lambda arn: arn[:-7]], ids=["ARN", "partial ARN"])
def test_the_secret_may_be_named_by_its_arn(world, db, secret_id):
    assert rotate(world, SecretId=secret_id(db))["Name"] == "db"
    assert value(world) == "two"


# --- what a rotation does --------------------------------------------------------------------------------------------


def test_the_function_is_called_once_for_each_step(world, db, function):
    rotate(world)
    assert function.steps == STEPS


def test_each_step_is_told_of_the_secret_by_its_full_arn_and_of_the_token(world, db, function):
    rotate(world)
    tokens = [event["RotationToken"] for event in function.events]
    assert all(re.fullmatch(r"[a-zA-Z0-9-]{36,256}", token) for token in tokens)
    assert function.events == [
        {"Step": step, "SecretId": db, "ClientRequestToken": V2, "RotationToken": token}
        for step, token in zip(STEPS, tokens, strict=True)
    ]


def test_the_version_is_there_under_awspending_before_the_first_step(world, db, function):
    seen = []
    function.on["createSecret"] = lambda: seen.append(world.call("DescribeSecret", SecretId="db")["VersionIdsToStages"])
    rotate(world)
    assert seen == [{V1: ["AWSCURRENT"], V2: ["AWSPENDING"]}]


@pytest.mark.parametrize("by", [{"VersionStage": "AWSPENDING"}, {"VersionId": V2, "VersionStage": "AWSPENDING"}])
def test_it_has_no_value_before_the_function_puts_one(world, db, by):
    hold(world, "createSecret")
    rotate(world)
    assert world.refused("GetSecretValue", SecretId="db", **by) == (
        "ResourceNotFoundException",
        "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    )


def test_it_is_described_and_not_listed_before_the_function_puts_a_value(world, db):
    hold(world, "createSecret")
    rotate(world)
    versions = world.call("ListSecretVersionIds", SecretId="db")["Versions"]
    assert [entry["VersionId"] for entry in versions] == [V1]
    described = world.call("DescribeSecret", SecretId="db")
    assert described["VersionIdsToStages"] == {V1: ["AWSCURRENT"], V2: ["AWSPENDING"]}


def test_the_function_reads_what_it_has_put(world, db, function):
    seen = []
    function.on["testSecret"] = lambda: seen.append((value(world), value(world, "AWSPENDING")))
    rotate(world)
    assert seen == [("one", "two")]


def test_afterwards_the_new_version_is_current_and_awspending_is_gone(world, db):
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert (value(world), value(world, "AWSPREVIOUS")) == ("two", "one")


def test_a_function_may_take_awspending_away_itself(world, db, function):
    remove = {"SecretId": "db", "VersionStage": "AWSPENDING", "RemoveFromVersionId": V2}

    def finish():
        function.finish("db", V2)
        world.call("UpdateSecretVersionStage", **remove)

    function.on["finishSecret"] = finish
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationSucceeded"]


def test_a_function_may_make_its_version_current_with_the_value(world, db, function):
    function.on["createSecret"] = lambda: world.call(
        "PutSecretValue", SecretId="db", SecretString="two", ClientRequestToken=V2
    )
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationSucceeded"]


def test_a_secret_without_a_value_gets_its_first_one(world, function):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1)
    rotate(world)
    assert (labels(world), value(world)) == ({"AWSCURRENT": V2}, "two")


def test_a_second_rotation_makes_the_first_one_s_version_the_previous_one(world, db):
    rotate(world)
    rotate(world, V3)
    assert labels(world) == {"AWSCURRENT": V3, "AWSPREVIOUS": V2}


def test_awspending_on_the_current_version_does_not_stand_in_the_way(world, db):
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSPENDING", MoveToVersionId=V1)
    rotate(world)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}


def test_a_rotation_dates_the_secret(world, db, function):
    world.pass_days(1)

    def take_an_hour():
        world.now += 3_600

    function.on["finishSecret"] = take_an_hour
    rotate(world, RotationRules=EVERY_30_DAYS)
    secret = world.call("DescribeSecret", SecretId="db")
    assert (secret["LastChangedDate"], secret["LastRotatedDate"]) == (world.now, world.now)
    assert date(world, "NextRotationDate") == "2026-04-03T23:59:59"


def test_a_rotation_is_logged_with_the_secret_and_the_token(world, db):
    rotate(world)
    logged = [entry for entry in world.entries if entry.by_service]
    assert [entry.operation for entry in logged] == ["RotationStarted", "RotationSucceeded"]
    assert {entry.request_id for entry in logged} == {f"Rotation-{db}-{V2}"}


def test_calls_of_the_function_are_logged_between_begin_and_end(world, db):
    rotate(world)
    assert [entry.operation for entry in world.entries] == [
        *["CreateSecret", "RotateSecret", "RotationStarted"],
        *["PutSecretValue", "UpdateSecretVersionStage", "RotationSucceeded"],
    ]


# --- what is stored, and shown ---------------------------------------------------------------------------------------


def test_a_secret_that_was_never_to_rotate_shows_nothing_of_it(world, db):
    assert described(world) == {}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"AutomaticallyAfterDays": 30}, {"AutomaticallyAfterDays": 30}),
        ({"AutomaticallyAfterDays": 30, "Duration": "3h"}, {"AutomaticallyAfterDays": 30, "Duration": "3h"}),
        (
            {"ScheduleExpression": "rate(10 days)"},
            {"AutomaticallyAfterDays": 10, "ScheduleExpression": "rate(10 days)"},
        ),
        (
            {"ScheduleExpression": "rate(4 hours)", "Duration": "4h"},
            {"AutomaticallyAfterDays": 1, "Duration": "4h", "ScheduleExpression": "rate(4 hours)"},
        ),
        (
            {"ScheduleExpression": "cron(0 16 ? * SUN *)", "Duration": "2h"},
            {"AutomaticallyAfterDays": 7, "Duration": "2h", "ScheduleExpression": "cron(0 16 ? * SUN *)"},
        ),
    ],
    ids=["days", "days and duration", "a rate in days", "a rate in hours", "a calendar"],
)
def test_rules_are_shown_with_the_days_that_they_come_to(world, db, given, shown):
    rotate(world, RotationRules=given)
    assert described(world)["RotationRules"] == shown


@pytest.mark.parametrize(
    ("rules", "next_date"),
    [
        ({"AutomaticallyAfterDays": 30}, "2026-04-02T23:59:59"),
        ({"AutomaticallyAfterDays": 30, "Duration": "3h"}, "2026-04-02T02:59:59"),
        ({"ScheduleExpression": "rate(4 hours)"}, "2026-03-03T16:59:59"),
        ({"ScheduleExpression": "cron(0 16 1,15 * ? *)", "Duration": "2h"}, "2026-03-15T17:59:59"),
    ],
    ids=["days", "days and duration", "a rate in hours", "a calendar"],
)
def test_the_date_of_the_next_rotation_is_the_end_of_its_window(world, db, rules, next_date):
    rotate(world, RotationRules=rules)
    assert date(world, "NextRotationDate") == next_date


def test_without_rules_a_secret_rotates_on_request_only(world, db):
    rotate(world)
    assert described(world) == {
        "RotationEnabled": True,
        "RotationLambdaARN": FUNCTION,
        "LastRotatedDate": world.now,
    }
    assert world.service.next_due == inf


def test_before_its_first_rotation_a_secret_shows_no_date_of_a_last_one(world, db):
    hold(world, "createSecret")
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert described(world).keys() == {"RotationEnabled", "RotationLambdaARN", "RotationRules", "NextRotationDate"}


def test_a_list_of_secrets_shows_the_same(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert listed(world) == described(world)
    assert listed(world).keys() == {
        *["RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"]
    }


def test_a_deletion_turns_rotation_off_and_keeps_function_and_rules(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.call("DeleteSecret", SecretId="db")
    off = {"RotationEnabled": False, "RotationLambdaARN": FUNCTION, "RotationRules": EVERY_30_DAYS}
    assert described(world) == off
    world.call("RestoreSecret", SecretId="db")
    assert described(world) == off


def test_a_deletion_leaves_no_rotation_where_there_was_none(world, db):
    world.call("DeleteSecret", SecretId="db")
    assert described(world) == {}


def test_a_second_call_without_parameters_uses_what_is_stored(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    before = described(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert function.steps == [*STEPS, *STEPS]
    assert described(world) == before


def test_new_rules_leave_the_function_that_is_stored(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    rules = {"ScheduleExpression": "rate(10 days)"}
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3, RotationRules=rules)
    assert described(world)["RotationLambdaARN"] == FUNCTION
    assert date(world, "NextRotationDate") == "2026-03-13T23:59:59"


def test_new_rules_take_the_place_of_all_that_were_stored(world, db):
    rotate(world, RotationRules={"AutomaticallyAfterDays": 30, "Duration": "3h"})
    rotate(world, V3, RotationRules={"AutomaticallyAfterDays": 10})
    assert described(world)["RotationRules"] == {"AutomaticallyAfterDays": 10}


def test_a_new_function_leaves_the_rules_that_are_stored(world, db, function):
    world.functions[OTHER_FUNCTION] = RotationFunction(world)
    rotate(world, RotationRules=EVERY_30_DAYS)
    rotate(world, V3, RotationLambdaARN=OTHER_FUNCTION)
    assert world.functions[OTHER_FUNCTION].steps == function.steps == STEPS
    assert described(world)["RotationLambdaARN"] == OTHER_FUNCTION
    assert described(world)["RotationRules"] == EVERY_30_DAYS


def test_an_empty_function_leaves_the_one_that_is_stored(world, db, function):
    rotate(world)
    rotate(world, V3, RotationLambdaARN="")
    assert (function.steps, described(world)["RotationLambdaARN"]) == ([*STEPS, *STEPS], FUNCTION)


@pytest.mark.parametrize(
    ("registered", "named"),
    [
        (FUNCTION, f"{FUNCTION}:live"),
        (FUNCTION, f"{FUNCTION}:$LATEST"),
        (FUNCTION, f"{FUNCTION}:12"),
        ("arn:aws:lambda:us-east-1:210987654321:function:x_1", "arn:aws:lambda:us-east-1:210987654321:function:x_1"),
    ],
    ids=["alias", "latest version", "version", "another account"],
)
def test_a_function_may_be_named_by_version_alias_or_account(world, db, registered, named):
    world.functions[registered] = RotationFunction(world)
    rotate(world, RotationLambdaARN=named)
    assert world.functions[registered].steps == STEPS
    assert described(world)["RotationLambdaARN"] == named


# --- the same token again --------------------------------------------------------------------------------------------


def test_a_repeat_with_the_same_token_answers_the_same_and_starts_nothing(world, db, function):
    first = rotate(world, RotationRules=EVERY_30_DAYS)
    before, logged = world.state("db"), events(world)
    assert rotate(world, RotationRules=EVERY_30_DAYS) == first
    assert (world.state("db"), events(world), function.steps) == (before, logged, STEPS)


def test_a_repeat_that_says_something_else_stores_it_and_starts_nothing(world, db, function):
    rotate(world)
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert (described(world)["RotationRules"], function.steps) == (EVERY_30_DAYS, STEPS)
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"


def test_a_repeat_that_asks_for_a_trial_runs_none(world, db, function):
    rotate(world)
    rotate(world, RotateImmediately=False, RotationRules=EVERY_30_DAYS)
    assert (function.steps, value(world)) == (STEPS, "two")


def test_a_repeat_turns_rotation_on_again(world, db, function):
    rotate(world)
    world.call("CancelRotateSecret", SecretId="db")
    rotate(world)
    assert (described(world)["RotationEnabled"], function.steps) == (True, STEPS)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        pytest.param({"RotationLambdaARN": f"{PLACE}nowhere"}, "AccessDeniedException", id="a function of nowhere"),
        pytest.param(
            {"RotationRules": {"ScheduleExpression": "rate(1 hour)"}}, "InvalidParameterException", id="bad rules"
        ),
    ],
)
def test_a_repeat_that_says_something_else_is_refused_as_the_first_call_is(world, db, function, given, refusal):
    rotate(world)
    code, _ = world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, **given)
    assert code == refusal


def test_a_repeat_that_says_something_else_waits_for_the_rotation_under_way(world, db):
    hold(world, "setSecret")
    rotate(world)
    refusal = world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, RotationRules=EVERY_30_DAYS)
    assert refusal == NOT_COMPLETE


def test_a_repeat_while_the_rotation_is_under_way_starts_no_second_one(world, db):
    hold(world, "setSecret")
    rotate(world)
    assert rotate(world) == {"ARN": db, "Name": "db", "VersionId": V2}
    assert states(world) == ["held"]


def test_a_repeat_while_a_failed_rotation_waits_does_not_try_it_again(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    assert rotate(world)["VersionId"] == V2
    assert function.steps == STEPS[:2]


def test_the_id_of_any_version_that_is_there_starts_nothing(world, db, function):
    assert rotate(world, V1) == {"ARN": db, "Name": "db", "VersionId": V1}
    assert (function.steps, described(world)) == ([], {"RotationEnabled": True, "RotationLambdaARN": FUNCTION})


def test_the_id_of_a_version_that_is_there_needs_a_function_too(world, db):
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V1) == (
        "InvalidRequestException",
        "No Lambda rotation function ARN is associated with this secret.",
    )


# --- what it refuses -------------------------------------------------------------------------------------------------


@pytest.fixture
def secrets(world, function):
    """Secrets in all states in which one can't be rotated, and `db`, which can."""
    for name in ("db", "gone", "pending"):
        world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken=V1)
    world.call("CreateSecret", Name="external", SecretString="one", ClientRequestToken=V1, Type="GitLabAccessToken")
    world.call("CreateSecret", Name="rds!db", SecretString="one", ClientRequestToken=V1, by="rds")
    world.make_replica("copy")
    world.call("DeleteSecret", SecretId="gone")
    put = {"SecretString": "two", "ClientRequestToken": V3, "VersionStages": ["AWSPENDING"]}
    world.call("PutSecretValue", SecretId="pending", **put)


def invalid(text):
    return ("InvalidParameterException", text)


def constraint(text):
    return ("ValidationException", f"1 validation error detected: {text}")


GIVEN = {"RotationLambdaARN": FUNCTION}


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        pytest.param({"SecretId": "nowhere", **GIVEN}, MISSING, id="no such secret"),
        pytest.param(
            {"SecretId": "a b", **GIVEN},
            (
                "ValidationException",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
                "-/_+=.@!",
            ),
            id="bad name",
        ),
        pytest.param(
            {"SecretId": "gone", **GIVEN},
            (
                "InvalidRequestException",
                "You can't perform this operation on the secret because it was marked for deletion.",
            ),
            id="scheduled for deletion",
        ),
        pytest.param(
            {"SecretId": "copy", **GIVEN},
            invalid("Operation not permitted on a replica secret. Call must be made in primary secret's region."),
            id="a replica",
        ),
        pytest.param({"SecretId": "rds!db", **GIVEN}, MANAGED, id="managed by a service, with a function"),
        pytest.param({}, NO_FUNCTION, id="no function"),
        pytest.param({"RotationLambdaARN": ""}, NO_FUNCTION, id="an empty function"),
        pytest.param({"RotationRules": EVERY_30_DAYS}, NO_FUNCTION, id="no function, with rules"),
        pytest.param({"RotateImmediately": False}, NO_FUNCTION, id="no function, not now"),
        pytest.param({"SecretId": "external"}, NO_FUNCTION, id="another vendor's secret without a role"),
        pytest.param({"ExternalSecretRotationRoleArn": ROLE}, NO_FUNCTION, id="a role for a secret of no vendor"),
        pytest.param({"RotationLambdaARN": OTHER_FUNCTION}, NOT_INVOKABLE, id="unregistered function"),
        pytest.param({"RotationLambdaARN": f"{OTHER_FUNCTION}:live"}, NOT_INVOKABLE, id="alias of none"),
        pytest.param(
            {"RotationLambdaARN": OTHER_FUNCTION, "RotateImmediately": False},
            NOT_INVOKABLE,
            id="unregistered function, not now",
        ),
        pytest.param({"RotationLambdaARN": "rotate"}, BAD_FUNCTION_ARN, id="a function's name"),
        pytest.param({"RotationLambdaARN": PLACE}, BAD_FUNCTION_ARN, id="an ARN without a name"),
        pytest.param({"RotationLambdaARN": f"{FUNCTION}:live:1"}, BAD_FUNCTION_ARN, id="an ARN with too much"),
        pytest.param({"RotationLambdaARN": f"{FUNCTION}\n"}, BAD_FUNCTION_ARN, id="an ARN with a line break"),
        pytest.param({"RotationLambdaARN": f"{FUNCTION} "}, BAD_FUNCTION_ARN, id="an ARN with a space"),
        pytest.param({"RotationLambdaARN": ROLE}, BAD_FUNCTION_ARN, id="an ARN of something else"),
        pytest.param(
            {"RotationLambdaARN": FUNCTION.replace("123456789012", "1234")}, BAD_FUNCTION_ARN, id="a short account"
        ),
        pytest.param(
            {"RotationLambdaARN": FUNCTION.replace("us-east-1", "eu-west-1")}, BAD_FUNCTION_ARN, id="another region"
        ),
        pytest.param({"SecretId": "pending", **GIVEN}, NOT_COMPLETE, id="AWSPENDING on another version"),
        pytest.param(
            {"SecretId": "pending", **GIVEN, "RotateImmediately": False},
            NOT_COMPLETE,
            id="AWSPENDING on another version, not now",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"AutomaticallyAfterDays": 30, "ScheduleExpression": "rate(10 days)"}},
            invalid("You cannot specify both rotation frequency and schedule expression together."),
            id="both kinds of frequency",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"ScheduleExpression": "rate(10 weeks)"}},
            invalid("Invalid schedule expression."),
            id="bad schedule",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"ScheduleExpression": "rate(3 hours)"}},
            invalid("Rate in hour should be least 4 and less than 24."),
            id="hours out of range",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"ScheduleExpression": "rate(1000 days)"}},
            invalid("Rate in day should be greater than 0 and less than 1000."),
            id="days out of range",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"AutomaticallyAfterDays": 30, "Duration": "25h"}},
            invalid("Duration must be at least 1 hour, at most 24 hour."),
            id="duration out of range",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"ScheduleExpression": "rate(4 hours)", "Duration": "5h"}},
            invalid("Duration cannot be greater than Rate in hour."),
            id="duration over the rate",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"ScheduleExpression": "cron(0 23 * * ? *)", "Duration": "2h"}},
            invalid("Starting hour and duration must be within a day."),
            id="duration past midnight",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"AutomaticallyAfterDays": 0}},
            constraint(
                "Value '0' at 'rotationRules.automaticallyAfterDays' failed to satisfy constraint: Member must have "
                "value greater than or equal to 1"
            ),
            id="no days",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"AutomaticallyAfterDays": 1_001}},
            constraint(
                "Value '1001' at 'rotationRules.automaticallyAfterDays' failed to satisfy constraint: Member must have "
                "value less than or equal to 1000"
            ),
            id="too many days",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"Duration": "3d"}},
            constraint(
                "Value '3d' at 'rotationRules.duration' failed to satisfy constraint: Member must satisfy regular "
                f"expression pattern: {DURATION_PATTERN}"
            ),
            id="a duration in days",
        ),
        pytest.param(
            {**GIVEN, "RotationRules": {"ScheduleExpression": "every week!"}},
            constraint(
                "Value 'every week!' at 'rotationRules.scheduleExpression' failed to satisfy constraint: Member must "
                r"satisfy regular expression pattern: [0-9A-Za-z\(\)#\?\*\-\/, ]+"
            ),
            id="a schedule with another character",
        ),
        pytest.param(
            {"ClientRequestToken": "short", **GIVEN},
            constraint(
                "Value 'short' at 'clientRequestToken' failed to satisfy constraint: Member must have length greater "
                "than or equal to 32"
            ),
            id="a short token",
        ),
    ],
)
def test_it_refuses_and_nothing_changes(world, secrets, function, request_, refusal):
    assert world.refused("RotateSecret", **{"SecretId": "db", "ClientRequestToken": V2, **request_}) == refusal
    assert (function.events, events(world)) == ([], ["ReplicationSucceeded"])


@pytest.mark.parametrize("secret_id", ["db", "nowhere", "a b", "gone", "copy"])
def test_a_token_is_asked_for_before_the_secret_is_looked_up(world, secrets, secret_id):
    assert world.refused("RotateSecret", SecretId=secret_id, **GIVEN) == (
        "InvalidParameterException",
        "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    )


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        pytest.param({"SecretId": "nowhere", "RotationRules": {"Duration": "25h"}}, MISSING, id="existence, rules"),
        pytest.param({"SecretId": "rds!db", **GIVEN, "RotationRules": {"Duration": "25h"}}, MANAGED, id="owner, rules"),
        pytest.param(
            {"SecretId": "pending", "RotationRules": {"Duration": "25h"}},
            invalid("Duration must be at least 1 hour, at most 24 hour."),
            id="rules, rotation under way",
        ),
        pytest.param(
            {"SecretId": "pending", "RotationLambdaARN": OTHER_FUNCTION},
            NOT_COMPLETE,
            id="rotation under way, unregistered function",
        ),
        pytest.param({"SecretId": "pending"}, NOT_COMPLETE, id="rotation under way, no function"),
        pytest.param(
            {"RotationLambdaARN": "rotate", "RotationRules": {"Duration": "25h"}},
            invalid("Duration must be at least 1 hour, at most 24 hour."),
            id="rules, bad function",
        ),
    ],
)
def test_what_it_refuses_first(world, secrets, request_, refusal):
    assert world.refused("RotateSecret", **{"SecretId": "db", "ClientRequestToken": V2, **request_}) == refusal


@pytest.mark.parametrize(
    "request_",
    [{}, {"RotationLambdaARN": OTHER_FUNCTION}, {"RotationLambdaARN": "rotate"}],
    ids=["no function", "unregistered function", "bad function"],
)
def test_of_a_refused_request_nothing_is_shown(world, db, request_):
    world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, RotationRules=EVERY_30_DAYS, **request_)
    assert described(world) == {}


def test_a_refused_request_leaves_what_was_stored(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    before = described(world)
    other = {"RotationLambdaARN": OTHER_FUNCTION, "RotationRules": {"AutomaticallyAfterDays": 5}}
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3, **other) == NOT_INVOKABLE
    assert described(world) == before


def test_a_stored_function_that_is_there_no_more_is_refused(world, db):
    rotate(world)
    del world.functions[FUNCTION]
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_INVOKABLE


@pytest.mark.parametrize("step", STEPS)
def test_while_a_rotation_is_under_way_another_is_refused(world, db, step):
    hold(world, step, "after")
    rotate(world)
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE


# --- quotas ----------------------------------------------------------------------------------------------------------


def put_versions(world, numbers):
    for number in numbers:
        token = f"put-{number}".ljust(32, "-")
        world.call("PutSecretValue", SecretId="db", SecretString=f"value {number}", ClientRequestToken=token)


def place_labels(world, number):
    for name in [f"label-{index}" for index in range(number)]:
        world.call("UpdateSecretVersionStage", SecretId="db", VersionStage=name, MoveToVersionId=V1)


VERSION_QUOTA_MET = ("InvalidRequestException", "You can't have more than 100 versions of a secret.")
LABEL_QUOTA_MET = ("InvalidRequestException", "You can't attach more than 20 staging labels to a secret.")


def test_with_a_hundred_young_versions_it_is_refused(world, db):
    put_versions(world, range(99))
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, **GIVEN) == VERSION_QUOTA_MET


def test_with_a_hundred_versions_the_oldest_makes_room_after_a_day(world, db):
    put_versions(world, range(99))
    world.pass_days(1)
    rotate(world)
    versions = world.state("db").versions
    assert (len(versions), V1 in versions, V2 in versions) == (100, False, True)


def test_with_twenty_labels_it_is_refused(world, db):
    place_labels(world, 19)
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, **GIVEN) == LABEL_QUOTA_MET


def test_awspending_may_be_the_twentieth_label(world, db, function):
    place_labels(world, 18)
    hold(world, "createSecret")
    rotate(world)
    assert len(labels(world)) == 20


def test_a_rotation_that_falls_due_and_meets_a_quota_fails_and_waits_for_the_next_window(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS, RotateImmediately=False)
    place_labels(world, 19)
    world.pass_days(30)
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"
    assert datetime.fromtimestamp(world.service.next_due, UTC).isoformat() == "2026-05-02T00:00:00+00:00"
    assert events(world)[-1] == ("RotationFailed", LABEL_QUOTA_MET[1])
    (failed,) = [entry for entry in world.entries if entry.operation == "RotationFailed"]
    assert re.fullmatch(f"Rotation-{db}-[0-9a-f-]{{36}}", failed.request_id)
    assert (function.steps, labels(world)["AWSCURRENT"]) == (["testSecret"], V1)


# --- not now: the function is only tried -----------------------------------------------------------------------------


def try_out(world, **parameters):
    return rotate(world, RotateImmediately=False, **parameters)


def test_a_trial_runs_only_the_step_that_tests(world, db, function):
    try_out(world)
    (event,) = function.events
    assert (event["Step"], event["SecretId"], event["ClientRequestToken"]) == ("testSecret", db, V2)


@pytest.mark.parametrize("content", [{"SecretString": "one €"}, {"SecretBinary": b"\x00\xff"}], ids=["text", "binary"])
def test_during_a_trial_awspending_holds_a_copy_of_the_current_value(world, function, content):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1, **content)
    seen = []
    function.on["testSecret"] = lambda: seen.append(
        world.call("GetSecretValue", SecretId="db", VersionId=V2, VersionStage="AWSPENDING")
    )
    try_out(world)
    assert {member: shown for member, shown in seen[0].items() if member in content} == content


def test_during_a_trial_of_a_secret_without_a_value_there_is_none_under_awspending(world, function):
    world.call("CreateSecret", Name="db", ClientRequestToken=V1)
    seen = []

    def look():
        seen.append(labels(world))
        with pytest.raises(ServiceError, match="can't find the specified secret value for staging label: AWSPENDING"):
            value(world, "AWSPENDING")

    function.on["testSecret"] = look
    try_out(world)
    assert (seen, events(world)[-1]) == ([{"AWSPENDING": V2}], "TestRotationSucceeded")


def test_after_a_trial_its_version_is_gone(world, db):
    before = world.state("db")
    try_out(world)
    after = world.state("db")
    assert (after.versions, after.labels, after.versions_made) == (before.versions, before.labels, before.versions_made)


def test_a_trial_stores_how_the_secret_rotates(world, db):
    try_out(world, RotationRules=EVERY_30_DAYS)
    assert described(world) == {
        "RotationEnabled": True,
        "RotationLambdaARN": FUNCTION,
        "RotationRules": EVERY_30_DAYS,
        "NextRotationDate": datetime(2026, 4, 2, 23, 59, 59, tzinfo=UTC).timestamp(),
    }


def test_a_trial_is_logged_as_one(world, db):
    try_out(world)
    assert events(world) == ["TestRotationStarted", "TestRotationSucceeded"]


def test_a_trial_that_fails_is_logged_and_keeps_what_was_stored(world, db, function):
    function.on["testSecret"] = fail(ConnectionError("refused"))
    try_out(world, RotationRules=EVERY_30_DAYS)
    assert events(world) == [
        "TestRotationStarted",
        ("TestRotationFailed", f"Error when executing lambda {FUNCTION} during testSecret step"),
    ]
    assert (described(world)["RotationEnabled"], labels(world)) == (True, {"AWSCURRENT": V1})


def test_a_trial_that_fails_is_not_tried_again(world, db, function):
    function.on["testSecret"] = fail(ConnectionError("refused"))
    try_out(world)
    assert world.service.next_due == inf


def test_a_secret_whose_function_was_only_tried_rotates_when_its_window_opens(world, db, function):
    try_out(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(30)
    assert value(world) == "two"
    assert function.steps == ["testSecret", *STEPS]


def test_a_rotation_may_have_the_token_of_a_trial(world, db, function):
    try_out(world)
    rotate(world)
    assert (labels(world)["AWSCURRENT"], function.steps) == (V2, ["testSecret", *STEPS])


@pytest.mark.parametrize(
    ("fill", "text"),
    [
        pytest.param(lambda world: put_versions(world, range(99)), VERSION_QUOTA_MET[1], id="versions"),
        pytest.param(lambda world: place_labels(world, 19), LABEL_QUOTA_MET[1], id="labels"),
    ],
)
def test_a_trial_needs_no_room(world, db, function, fill, text):
    """What is there for the trial only makes nothing go, and meets no quota."""
    fill(world)
    before = world.state("db")
    try_out(world)
    after = world.state("db")
    assert events(world) == ["TestRotationStarted", "TestRotationSucceeded"]
    assert (after.versions, after.labels) == (before.versions, before.labels)


def test_a_trial_under_a_disabled_key_fails(world, function):
    key = world.create_key("alias/pay")
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    world.keys.put(key, state="Disabled")
    try_out(world)
    text = f"Secrets Manager can't decrypt the secret value: {key.arn} {KMS_DISABLED}"
    assert (events(world), function.events) == ([("TestRotationFailed", text)], [])
    assert described(world)["RotationEnabled"] is True


# --- without a function: managed by another service, or by another vendor --------------------------------------------


@pytest.fixture
def managed(world):
    """Makes a secret that another AWS service manages."""

    def create(**content):
        world.call("CreateSecret", Name="rds!db", ClientRequestToken=V1, by="rds", **content)

    return create


def rotate_managed(world, token=V2, **parameters):
    return world.call("RotateSecret", SecretId="rds!db", ClientRequestToken=token, **parameters)


def test_a_managed_secret_rotates_without_a_function(world, managed):
    managed(SecretString="one")
    rotate_managed(world, RotationRules={"AutomaticallyAfterDays": 7})
    assert labels(world, "rds!db") == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert events(world) == ["RotationStarted", "RotationSucceeded"]
    assert described(world, "rds!db") == {
        "RotationEnabled": True,
        "RotationRules": {"AutomaticallyAfterDays": 7},
        "LastRotatedDate": world.now,
        "NextRotationDate": datetime(2026, 3, 10, 23, 59, 59, tzinfo=UTC).timestamp(),
    }


@pytest.mark.parametrize(
    "content", ['{"username": "app", "password": "one"}', '{"password": null, "username": "app"}'], ids=["text", "null"]
)
def test_the_password_of_a_managed_secret_is_a_new_one(world, managed, content):
    managed(SecretString=content)
    rotate_managed(world)
    rotate_managed(world, V3)
    before, after = json.loads(value(world, "AWSPREVIOUS", "rds!db")), json.loads(value(world, name="rds!db"))
    assert len({content, before["password"], after["password"]}) == 3
    assert re.fullmatch("[A-Za-z0-9]{32}", after["password"])
    assert (after.keys(), after["username"]) == ({"username", "password"}, "app")


@pytest.mark.parametrize(
    "content",
    [
        {"SecretString": "hunter2"},
        {"SecretString": '["password"]'},
        {"SecretString": '"password"'},
        {"SecretString": '{"username": "app"}'},
        {"SecretString": '{"password": "one"'},
        {"SecretString": "\ud800"},
        {"SecretBinary": b"\x00\xff"},
    ],
    ids=["text", "a JSON list", "a JSON text", "no password", "cut JSON", "no text", "binary"],
)
def test_any_other_value_of_a_managed_secret_stays_in_a_new_version(world, managed, content):
    managed(**content)
    rotate_managed(world)
    reply = world.call("GetSecretValue", SecretId="rds!db")
    assert reply["VersionId"] == V2
    assert {member: shown for member, shown in reply.items() if member in content} == content


def test_a_password_in_a_binary_value_is_a_new_one_in_a_binary_value(world, managed):
    managed(SecretBinary=b'{"password": "one"}')
    rotate_managed(world)
    content = json.loads(world.call("GetSecretValue", SecretId="rds!db")["SecretBinary"])
    assert re.fullmatch("[A-Za-z0-9]{32}", content["password"])


def test_a_managed_secret_without_a_value_gets_an_empty_object(world, managed):
    managed()
    rotate_managed(world)
    assert (labels(world, "rds!db"), value(world, name="rds!db")) == ({"AWSCURRENT": V2}, "{}")


def test_the_function_of_a_managed_secret_is_not_tried(world, managed):
    managed(SecretString="one")
    rotate_managed(world, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 7})
    assert (labels(world, "rds!db"), events(world)) == ({"AWSCURRENT": V1}, [])
    assert described(world, "rds!db")["RotationRules"] == {"AutomaticallyAfterDays": 7}


def test_to_store_how_a_secret_rotates_is_to_change_it(world, managed):
    managed(SecretString="one")
    world.pass_days(1)
    rotate_managed(world, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 7})
    assert world.call("DescribeSecret", SecretId="rds!db")["LastChangedDate"] == world.now


def test_a_managed_secret_rotates_when_its_window_opens(world, managed):
    managed(SecretString="one")
    rotate_managed(world, RotateImmediately=False, RotationRules={"AutomaticallyAfterDays": 7})
    world.pass_days(7)
    assert world.call("GetSecretValue", SecretId="rds!db")["VersionId"] not in (V1, V2)
    assert labels(world, "rds!db")["AWSPREVIOUS"] == V1


def test_the_service_that_manages_a_secret_may_give_it_a_function(world, managed, function):
    managed(SecretString="one")
    rotate_managed(world, by="rds", RotationLambdaARN=FUNCTION, RotateImmediately=False)
    assert (function.steps, described(world, "rds!db")["RotationLambdaARN"]) == (["testSecret"], FUNCTION)


@pytest.fixture
def external(world):
    """A secret of another vendor."""
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, Type="GitLabAccessToken")


METADATA = [{"Key": "adminSecretArn", "Value": "admin"}, {"Key": "host", "Value": "gitlab.example"}]


def test_another_vendor_s_secret_rotates_by_a_role(world, external):
    request = {"ExternalSecretRotationRoleArn": ROLE, "ExternalSecretRotationMetadata": METADATA}
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V2, **request)
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    assert described(world) == {"RotationEnabled": True, "LastRotatedDate": world.now, **request}


def test_role_and_metadata_of_a_vendor_s_secret_stay_stored(world, external):
    request = {"ExternalSecretRotationRoleArn": ROLE, "ExternalSecretRotationMetadata": METADATA}
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V2, **request)
    before = described(world)
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert (described(world), labels(world)["AWSCURRENT"]) == (before, V3)


def test_new_metadata_take_the_place_of_those_that_were_stored(world, external):
    request = {"SecretId": "db", "ExternalSecretRotationRoleArn": ROLE}
    world.call("RotateSecret", ClientRequestToken=V2, ExternalSecretRotationMetadata=METADATA, **request)
    world.call("RotateSecret", ClientRequestToken=V3, ExternalSecretRotationMetadata=METADATA[:1], **request)
    assert described(world)["ExternalSecretRotationMetadata"] == METADATA[:1]


def test_a_vendor_s_secret_may_have_a_function_instead(world, external, function):
    rotate(world)
    assert function.steps == STEPS


# --- keys ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def key(world):
    """A customer key."""
    return world.create_key("alias/pay")


def test_a_disabled_key_fails_the_step_that_puts_the_value(world, function, key):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    world.keys.put(key, state="Disabled")
    rotate(world)
    assert events(world) == ["RotationStarted", failed_in("createSecret")]
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}


def test_once_the_key_is_enabled_the_rotation_succeeds_at_its_next_try(world, function, key):
    world.call("CreateSecret", Name="db", SecretString="one", ClientRequestToken=V1, KmsKeyId="alias/pay")
    world.keys.put(key, state="Disabled")
    rotate(world)
    world.keys.put(key, state="Enabled")
    world.now += 60
    assert value(world) == "two"


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"state": "Disabled"}, "Secrets Manager can't decrypt the secret value: {arn} " + KMS_DISABLED),
        ({"denied": True}, "Access to KMS is not allowed"),
    ],
    ids=["disabled", "denied"],
)
def test_a_key_that_can_t_be_used_fails_a_managed_rotation(world, managed, key, state, text):
    managed(SecretString="one", KmsKeyId="alias/pay")
    world.keys.put(key, **state)
    rotate_managed(world)
    assert events(world) == ["RotationStarted", ("RotationFailed", text.format(arn=key.arn))]
    assert (labels(world, "rds!db"), states(world)) == ({"AWSCURRENT": V1, "AWSPENDING": V2}, ["failed"])


def test_a_managed_rotation_is_tried_again(world, managed, key):
    managed(SecretString="one", KmsKeyId="alias/pay")
    world.keys.put(key, state="Disabled")
    rotate_managed(world)
    world.keys.put(key, state="Enabled")
    world.now += 60
    assert world.call("GetSecretValue", SecretId="rds!db")["VersionId"] == V2


def test_a_new_key_seals_what_a_rotation_puts_from_then_on(world, db, key):
    held = hold(world, "createSecret")
    rotate(world)
    world.call("UpdateSecret", SecretId="db", KmsKeyId="alias/pay")
    held.resume()
    assert world.state("db").versions[V2].sealed.kms_key_id == "alias/pay"


# --- others write meanwhile ------------------------------------------------------------------------------------------


def put(world, token=V3, **parameters):
    return world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=token, **parameters)


def update(world, token=V3):
    return world.call("UpdateSecret", SecretId="db", SecretString="by hand", ClientRequestToken=token)


def take_awspending_away(world):
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=V2)


CURRENT_BY_HAND = {"AWSCURRENT": V3, "AWSPREVIOUS": V1}
ABANDONING = [
    pytest.param(put, CURRENT_BY_HAND, id="PutSecretValue"),
    pytest.param(update, CURRENT_BY_HAND, id="UpdateSecret"),
    pytest.param(
        lambda world: put(world, VersionStages=["AWSPENDING"]),
        {"AWSCURRENT": V1, "AWSPENDING": V3},
        id="AWSPENDING put elsewhere",
    ),
    pytest.param(take_awspending_away, {"AWSCURRENT": V1}, id="AWSPENDING taken away"),
]


@pytest.mark.parametrize(("write", "left"), ABANDONING)
@pytest.mark.parametrize("step", ["createSecret", "setSecret", "finishSecret"])
def test_a_write_by_others_abandons_the_rotation_under_way(world, db, function, step, write, left):
    held = hold(world, step)
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(1)
    write(world)
    held.resume()
    assert (states(world), function.steps) == (["abandoned"], STEPS[: STEPS.index(step)])
    assert labels(world) == left
    assert events(world) == ["RotationStarted", "RotationAbandoned"]
    assert world.entries[-1].request_id == f"Rotation-{db}-{V2}"


@pytest.mark.parametrize(("write", "left"), ABANDONING)
def test_a_write_by_the_function_under_another_token_abandons_its_rotation(world, db, function, write, left):
    function.on["testSecret"] = lambda: write(world)
    rotate(world)
    assert (states(world), function.steps, labels(world)) == (["abandoned"], STEPS[:3], left)


@pytest.mark.parametrize("write", [put, update], ids=["PutSecretValue", "UpdateSecret"])
def test_a_write_by_others_after_the_last_step_abandons_the_rotation_still(world, db, write):
    held = hold(world, "finishSecret", "after")
    rotate(world)
    write(world)
    held.resume()
    assert (states(world), labels(world)) == (["abandoned"], {"AWSCURRENT": V3, "AWSPREVIOUS": V2})
    assert events(world) == ["RotationStarted", "RotationAbandoned"]
    assert "LastRotatedDate" not in described(world)


@pytest.mark.parametrize(("write", "left"), ABANDONING)
def test_a_write_by_others_ends_the_wait_for_another_try(world, db, function, write, left):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    write(world)
    assert (world.service.next_due, labels(world)) == (inf, left)
    assert events(world)[-1] == "RotationAbandoned"


@pytest.mark.parametrize("write", [put, update], ids=["PutSecretValue", "UpdateSecret"])
def test_after_a_write_by_others_the_next_rotation_may_begin(world, db, function, write):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    write(world)
    function.on.clear()
    rotate(world, V4)
    assert labels(world) == {"AWSCURRENT": V4, "AWSPREVIOUS": V3}


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda world: put(world, VersionStages=["blue"]), id="a version under another label"),
        pytest.param(lambda world: world.call("UpdateSecret", SecretId="db", Description="new"), id="a description"),
        pytest.param(
            lambda world: world.call("TagResource", SecretId="db", Tags=[{"Key": "team", "Value": "pay"}]), id="a tag"
        ),
        pytest.param(
            lambda world: world.call(
                "UpdateSecretVersionStage", SecretId="db", VersionStage="blue", MoveToVersionId=V1
            ),
            id="a label",
        ),
        pytest.param(
            lambda world: world.call("PutSecretValue", SecretId="db", SecretString="one", ClientRequestToken=V1),
            id="a repeat of the current version",
        ),
    ],
)
def test_any_other_change_leaves_the_rotation_under_way(world, db, write):
    held = hold(world, "setSecret")
    rotate(world)
    write(world)
    held.resume()
    assert (events(world), labels(world)["AWSCURRENT"]) == (["RotationStarted", "RotationSucceeded"], V2)


@pytest.mark.parametrize("write", [put, update], ids=["PutSecretValue", "UpdateSecret"])
def test_a_new_value_restarts_the_count_of_days(world, db, write):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(10)
    write(world)
    assert date(world, "NextRotationDate") == "2026-04-12T23:59:59"
    world.pass_days(20)
    assert value(world) == "by hand"


def test_a_new_value_that_is_not_current_does_not_restart_the_count_of_days(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(10)
    put(world, VersionStages=["blue"])
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"


def test_a_new_value_is_no_rotation(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    rotated = world.now
    world.pass_days(10)
    put(world)
    assert described(world)["LastRotatedDate"] == rotated


# --- deletion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deletion", [{}, {"ForceDeleteWithoutRecovery": True}], ids=["scheduled", "at once"])
@pytest.mark.parametrize(
    ("when", "step", "done"), [("before", "setSecret", STEPS[:1]), ("after", "finishSecret", STEPS)]
)
def test_a_rotation_goes_no_further_once_its_secret_is_deleted(world, db, function, deletion, when, step, done):
    held = hold(world, step, when)
    rotate(world)
    world.call("DeleteSecret", SecretId="db", **deletion)
    held.resume()
    assert (states(world), function.steps) == (["abandoned"], done)
    assert [event for event in events(world) if "VersionDelete" not in event] == ["RotationStarted"]


@pytest.mark.parametrize("deletion", [{}, {"ForceDeleteWithoutRecovery": True}], ids=["scheduled", "at once"])
def test_a_function_that_deletes_its_secret_is_called_no_more(world, db, function, deletion):
    function.on["setSecret"] = lambda: world.call("DeleteSecret", SecretId="db", **deletion)
    rotate(world)
    assert (states(world), function.steps) == (["abandoned"], STEPS[:2])


def test_a_rotation_leaves_a_new_secret_of_the_same_name_alone(world, db, function):
    held = hold(world, "setSecret")
    rotate(world)
    world.call("DeleteSecret", SecretId="db", ForceDeleteWithoutRecovery=True)
    world.call("CreateSecret", Name="db", SecretString="anew", ClientRequestToken=V3)
    before = world.state("db")
    held.resume()
    assert (states(world), world.state("db")) == (["abandoned"], before)


def test_a_secret_scheduled_for_deletion_rotates_again_once_it_is_restored_and_told_to(world, db, function):
    rotate(world, RotationRules={"AutomaticallyAfterDays": 5})
    world.call("DeleteSecret", SecretId="db")
    world.pass_days(6)
    world.call("RestoreSecret", SecretId="db")
    world.call("ListSecrets")
    assert function.steps == STEPS
    world.call("RotateSecret", SecretId="db", ClientRequestToken=V3)
    assert function.steps == [*STEPS, *STEPS]


def test_a_rotation_that_its_secret_s_deletion_has_stopped_is_not_taken_up_again(world, db, function):
    held = hold(world, "setSecret")
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.call("DeleteSecret", SecretId="db")
    held.resume()
    world.call("RestoreSecret", SecretId="db")
    world.pass_days(30)
    world.call("ListSecrets")
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}
    assert (states(world), function.steps) == (["abandoned"], STEPS[:1])


def test_a_failed_rotation_is_not_tried_again_once_its_secret_was_deleted(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    world.call("DeleteSecret", SecretId="db")
    world.call("RestoreSecret", SecretId="db")
    world.now += 60
    world.call("ListSecrets")
    assert (states(world), function.steps) == (["failed"], STEPS[:2])


# --- failures, and further tries -------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_fails_ends_the_rotation_for_now(world, db, function, step):
    function.on[step] = fail(ConnectionError("refused"))
    rotate(world, RotationRules=EVERY_30_DAYS)
    assert (function.steps, states(world)) == (STEPS[: STEPS.index(step) + 1], ["failed"])
    assert events(world) == ["RotationStarted", failed_in(step)]
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}
    assert described(world).keys() == {"RotationEnabled", "RotationLambdaARN", "RotationRules", "NextRotationDate"}


def test_the_call_that_began_a_rotation_succeeds_though_that_fails(world, db, function):
    function.on["createSecret"] = fail(ConnectionError("refused"))
    assert rotate(world) == {"ARN": db, "Name": "db", "VersionId": V2}


def test_a_function_that_promotes_nothing_has_failed(world, db):
    world.functions[FUNCTION] = lambda _: None
    rotate(world)
    assert events(world) == ["RotationStarted", ("RotationFailed", f"AWSCURRENT has not come to version {V2}")]
    assert (labels(world), states(world)) == ({"AWSCURRENT": V1, "AWSPENDING": V2}, ["failed"])


def test_what_is_no_ordinary_error_goes_on_to_the_caller(world, db, function):
    function.on["setSecret"] = fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        rotate(world)
    assert events(world) == ["RotationStarted", failed_in("setSecret")]


def test_what_is_no_ordinary_error_goes_on_to_the_caller_once_a_trial_is_cleared_up(world, db, function):
    function.on["testSecret"] = fail(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        try_out(world)
    assert (labels(world), states(world)) == ({"AWSCURRENT": V1}, ["failed"])


def test_another_try_runs_all_steps_under_the_same_token(world, db, function):
    function.on["testSecret"] = fail(ConnectionError())
    rotate(world)
    function.on.clear()
    world.now += 60
    assert value(world) == "two"
    assert function.steps == [*STEPS[:3], *STEPS]
    assert {event["ClientRequestToken"] for event in function.events} == {V2}
    assert events(world) == ["RotationStarted", failed_in("testSecret"), "RotationStarted", "RotationSucceeded"]


def test_nothing_is_tried_again_before_its_time(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    world.now += 59.999
    world.call("ListSecrets")
    assert states(world) == ["failed"]


def wait(world):
    """Goes to each moment at which something falls due, as long as something does."""
    while (due := world.service.next_due) < inf:
        world.now = due
        world.call("ListSecrets")


def test_a_rotation_is_tried_six_times_at_growing_intervals(world, db, function):
    start, times = world.now, []
    function.on["createSecret"] = lambda: times.append(world.now - start)
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    wait(world)
    assert times == [0, 60, 180, 420, 900, 1_860]
    assert states(world) == ["failed"] * 6


def test_a_rotation_that_is_given_up_stands_in_the_way_of_the_next(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    wait(world)
    assert labels(world) == {"AWSCURRENT": V1, "AWSPENDING": V2}
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE


def test_a_rotation_that_is_given_up_is_taken_up_in_the_next_window(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world, RotationRules=EVERY_30_DAYS)
    for _ in range(5):
        world.now = world.service.next_due
        world.call("ListSecrets")
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"
    function.on.clear()
    world.pass_days(30)
    assert (value(world), labels(world)) == ("two", {"AWSCURRENT": V2, "AWSPREVIOUS": V1})


def test_while_a_rotation_fails_the_date_of_the_next_one_may_be_past(world, db, function):
    try_out(world, RotationRules={"ScheduleExpression": "cron(0 16 * * ? *)", "Duration": "1h"})
    function.on["setSecret"] = fail(ConnectionError())
    world.now = datetime(2026, 3, 3, 16, 50, tzinfo=UTC).timestamp()
    for delay in (0, 60, 120, 240, 480):
        world.now += delay
        world.call("ListSecrets")
    assert described(world)["NextRotationDate"] < world.now
    assert date(world, "NextRotationDate") == "2026-03-03T16:59:59"


def test_a_try_that_succeeds_is_the_last_rotation(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    function.on.clear()
    world.now += 60
    assert described(world)["LastRotatedDate"] == world.now
    assert world.service.next_due == inf


def test_another_rotation_that_fails_is_tried_as_often_as_the_first(world, db, function):
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world)
    world.now += 60
    function.on.clear()
    world.call("ListSecrets")
    function.on["setSecret"] = fail(ConnectionError())
    rotate(world, V3)
    wait(world)
    assert states(world) == ["failed", "succeeded", *["failed"] * 6]


# --- by itself -------------------------------------------------------------------------------------------------------


def test_a_secret_rotates_by_itself_when_its_window_opens_and_not_before(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.now = datetime(2026, 4, 2, tzinfo=UTC).timestamp() - 0.001
    assert labels(world) == {"AWSCURRENT": V2, "AWSPREVIOUS": V1}
    world.call("ListSecrets")
    assert function.steps == STEPS
    world.now += 0.001
    world.call("ListSecrets")
    assert function.steps == [*STEPS, *STEPS]


def test_a_call_meets_what_fell_due_before_it(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(31)
    reply = world.call("GetSecretValue", SecretId="db", VersionStage="AWSPREVIOUS")
    assert reply["VersionId"] == V2


def test_a_rotation_by_itself_has_a_token_of_its_own(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(31)
    token = world.call("GetSecretValue", SecretId="db")["VersionId"]
    assert re.fullmatch("[0-9a-f-]{36}", token)
    assert [event["ClientRequestToken"] for event in function.events] == [*[V2] * 4, *[token] * 4]


def test_a_rotation_by_itself_is_dated_and_followed_by_the_next(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.pass_days(30)
    assert described(world)["LastRotatedDate"] == world.now
    assert date(world, "NextRotationDate") == "2026-05-02T23:59:59"


def test_a_calendar_rotates_a_secret_at_each_of_its_hours(world, db, function):
    rotate(world, RotationRules={"ScheduleExpression": "cron(0 8/8 ? * TUE-WED *)"})
    hours = []
    for _ in range(4):
        world.now = world.service.next_due
        world.call("ListSecrets")
        hours.append(date(world, "LastRotatedDate"))
    assert hours == ["2026-03-03T16:00:00", "2026-03-04T08:00:00", "2026-03-04T16:00:00", "2026-03-10T08:00:00"]


def test_a_version_put_under_awspending_by_hand_is_what_the_next_window_rotates_to(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    put(world, VersionStages=["AWSPENDING"])
    world.pass_days(30)
    assert (value(world), labels(world)) == ("by hand", {"AWSCURRENT": V3, "AWSPREVIOUS": V2})


def test_a_function_that_is_there_no_more_fails_the_rotation(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    del world.functions[FUNCTION]
    world.pass_days(30)
    world.call("ListSecrets")
    assert events(world)[-2:] == ["RotationStarted", failed_in("createSecret")]
    assert isinstance(world.service.runs[-1].error, LookupError)


def test_the_secret_that_has_waited_longest_rotates_first(world, function):
    for name, days in (("later", 20), ("sooner", 10), ("latest", 30)):
        world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken=V1)
        rotate(world, SecretId=name, RotationRules={"AutomaticallyAfterDays": days}, RotateImmediately=False)
    function.events.clear()
    world.pass_days(40)
    world.call("ListSecrets")
    names = [event["SecretId"].split(":")[6][:-7] for event in function.events if event["Step"] == "createSecret"]
    assert names == ["sooner", "later", "latest"]


# --- what must not go wrong ------------------------------------------------------------------------------------------


def test_a_write_brings_no_date_back_once_rotation_is_turned_off(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    world.call("CancelRotateSecret", SecretId="db")
    put(world)
    assert "NextRotationDate" not in described(world)


def test_json_that_is_too_deep_to_read_stays_as_it_is(world):
    deep = "[" * 60_000
    world.call("CreateSecret", Name="rds", SecretString=deep, ClientRequestToken=V1, by="rds")
    world.call("RotateSecret", SecretId="rds", ClientRequestToken=V2)
    assert world.call("GetSecretValue", SecretId="rds") | {"VersionId": V2, "SecretString": deep} == world.call(
        "GetSecretValue", SecretId="rds"
    )


def test_a_trial_makes_no_version_go(world, db, function):
    put_versions(world, range(98))
    world.pass_days(2)
    before = world.state("db").versions
    try_out(world)
    assert world.state("db").versions == before


def test_a_write_during_a_trial_ends_no_rotation(world, db, function):
    function.on["testSecret"] = lambda: put(world)
    try_out(world)
    assert events(world) == ["TestRotationStarted", "TestRotationSucceeded"]


def test_a_label_that_moves_by_hand_leaves_the_next_date(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS)
    expected = described(world)["NextRotationDate"]
    world.pass_days(10)
    hold(world, "createSecret")
    rotate(world, ClientRequestToken=V3)
    world.call("UpdateSecretVersionStage", SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=V3)
    assert described(world)["NextRotationDate"] - expected == 10 * 86_400


def test_a_function_that_is_gone_fails_the_step(world, db, function):
    held = hold(world, "setSecret")
    rotate(world)
    world.functions.clear()
    held.resume()
    assert (states(world), type(world.service.runs[-1].error)) == (["failed"], LookupError)


def test_a_rotation_without_a_function_that_was_cancelled_before_it_ran_changes_nothing(world):
    """As when another thread cancels between RotateSecret's commit and what follows from it."""
    world.call("CreateSecret", Name="rds", SecretString="one", ClientRequestToken=V1, by="rds")
    before = world.state("rds")
    world.service.effects.run([RunRotation(before.key, before.arn, V2, function="")])
    assert (states(world), world.state("rds")) == (["abandoned"], before)
