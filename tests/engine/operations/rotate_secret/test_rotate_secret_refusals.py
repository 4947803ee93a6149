"""RotateSecret: the requests it refuses, and the quotas of versions and labels."""

import re
from datetime import UTC, datetime

import pytest
from rotation_calls import (
    BAD_FUNCTION_ARN,
    EVERY_30_DAYS,
    FUNCTION,
    GIVEN,
    LABEL_QUOTA_MET,
    MANAGED,
    MISSING,
    NO_FUNCTION,
    NOT_COMPLETE,
    NOT_INVOKABLE,
    OTHER_FUNCTION,
    PLACE,
    ROLE,
    STEPS,
    V1,
    V2,
    V3,
    VERSION_QUOTA_MET,
    date,
    described,
    events,
    hold,
    labels,
    place_labels,
    put_versions,
    rotate,
)

from pytest_secretsmanager.engine import model

RULES = model.operation("RotateSecret").input_shape.members["RotationRules"]
DURATION_PATTERN = RULES.members["Duration"].metadata["pattern"]


# --- refusals --------------------------------------------------------------------------------------------------------


@pytest.fixture
def secrets(world, function):
    """Secrets in every state that RotateSecret refuses, and `db`, which it takes."""
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


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        pytest.param({"SecretId": "rds!db", **GIVEN}, MANAGED, id="managed by a service, with a function"),
        pytest.param({}, NO_FUNCTION, id="no function"),
        pytest.param({"RotationLambdaARN": ""}, NO_FUNCTION, id="an empty function"),
        pytest.param({"RotationRules": EVERY_30_DAYS}, NO_FUNCTION, id="no function, with rules"),
        pytest.param({"RotateImmediately": False}, NO_FUNCTION, id="no function, test only"),
        pytest.param({"SecretId": "external"}, NO_FUNCTION, id="another vendor's secret without a role"),
        pytest.param(
            {"ExternalSecretRotationRoleArn": ROLE}, NO_FUNCTION, id="a role for a secret that is no vendor's"
        ),
        pytest.param({"RotationLambdaARN": OTHER_FUNCTION}, NOT_INVOKABLE, id="unregistered function"),
        pytest.param(
            {"RotationLambdaARN": f"{OTHER_FUNCTION}:live"}, NOT_INVOKABLE, id="alias of an unregistered function"
        ),
        pytest.param(
            {"RotationLambdaARN": OTHER_FUNCTION, "RotateImmediately": False},
            NOT_INVOKABLE,
            id="unregistered function, test only",
        ),
        pytest.param({"RotationLambdaARN": "rotate"}, BAD_FUNCTION_ARN, id="a function's name"),
        pytest.param({"RotationLambdaARN": PLACE}, BAD_FUNCTION_ARN, id="an ARN without a name"),
        pytest.param({"RotationLambdaARN": f"{FUNCTION}:live:1"}, BAD_FUNCTION_ARN, id="an ARN with too much"),
        pytest.param({"RotationLambdaARN": f"{FUNCTION}\n"}, BAD_FUNCTION_ARN, id="an ARN with a line break"),
        pytest.param({"RotationLambdaARN": f"{FUNCTION} "}, BAD_FUNCTION_ARN, id="an ARN with a space"),
        pytest.param({"RotationLambdaARN": ROLE}, BAD_FUNCTION_ARN, id="ARN of a role"),
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
            id="AWSPENDING on another version, test only",
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
def test_rotate_secret_refuses_a_request_and_changes_nothing(world, secrets, function, request_, refusal):
    assert world.refused("RotateSecret", **{"SecretId": "db", "ClientRequestToken": V2, **request_}) == refusal
    assert (function.events, events(world)) == ([], ["ReplicationSucceeded"])


@pytest.mark.parametrize("secret_id", ["db", "nowhere", "a b", "gone", "copy"])
def test_rotate_secret_asks_for_a_token_before_it_looks_up_the_secret(world, secrets, secret_id):
    assert world.refused("RotateSecret", SecretId=secret_id, **GIVEN) == (
        "InvalidParameterException",
        "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    )


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        pytest.param(
            {"SecretId": "nowhere", "RotationRules": {"Duration": "25h"}}, MISSING, id="existence before rules"
        ),
        pytest.param(
            {"SecretId": "rds!db", **GIVEN, "RotationRules": {"Duration": "25h"}}, MANAGED, id="owner before rules"
        ),
        pytest.param(
            {"SecretId": "pending", "RotationRules": {"Duration": "25h"}},
            invalid("Duration must be at least 1 hour, at most 24 hour."),
            id="rules before running rotation",
        ),
        pytest.param(
            {"SecretId": "pending", "RotationLambdaARN": OTHER_FUNCTION},
            NOT_COMPLETE,
            id="running rotation before unregistered function",
        ),
        pytest.param({"SecretId": "pending"}, NOT_COMPLETE, id="running rotation before missing function"),
        pytest.param(
            {"RotationLambdaARN": "rotate", "RotationRules": {"Duration": "25h"}},
            invalid("Duration must be at least 1 hour, at most 24 hour."),
            id="rules before bad function",
        ),
    ],
)
def test_rotate_secret_checks_in_order(world, secrets, request_, refusal):
    assert world.refused("RotateSecret", **{"SecretId": "db", "ClientRequestToken": V2, **request_}) == refusal


@pytest.mark.parametrize(
    "request_",
    [{}, {"RotationLambdaARN": OTHER_FUNCTION}, {"RotationLambdaARN": "rotate"}],
    ids=["no function", "unregistered function", "bad function"],
)
def test_describe_secret_shows_nothing_of_a_refused_rotate_secret(world, db, request_):
    world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, RotationRules=EVERY_30_DAYS, **request_)
    assert described(world) == {}


def test_a_refused_rotate_secret_keeps_the_stored_settings(world, db):
    rotate(world, RotationRules=EVERY_30_DAYS)
    before = described(world)
    other = {"RotationLambdaARN": OTHER_FUNCTION, "RotationRules": {"AutomaticallyAfterDays": 5}}
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3, **other) == NOT_INVOKABLE
    assert described(world) == before


def test_rotate_secret_refuses_a_stored_function_that_is_no_longer_registered(world, db):
    rotate(world)
    del world.functions[FUNCTION]
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_INVOKABLE


@pytest.mark.parametrize("step", STEPS)
def test_rotate_secret_refuses_a_second_rotation_during_the_first(world, db, step):
    hold(world, step, "after")
    rotate(world)
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V3) == NOT_COMPLETE


# --- quotas ----------------------------------------------------------------------------------------------------------


def test_rotate_secret_refuses_a_secret_with_100_young_versions(world, db):
    put_versions(world, range(99))
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, **GIVEN) == VERSION_QUOTA_MET


def test_rotate_secret_deletes_the_oldest_of_100_versions_after_a_day(world, db):
    put_versions(world, range(99))
    world.pass_days(1)
    rotate(world)
    versions = world.state("db").versions
    assert (len(versions), V1 in versions, V2 in versions) == (100, False, True)


def test_rotate_secret_refuses_a_secret_with_20_labels(world, db):
    place_labels(world, 19)
    assert world.refused("RotateSecret", SecretId="db", ClientRequestToken=V2, **GIVEN) == LABEL_QUOTA_MET


def test_rotate_secret_places_awspending_as_the_20th_label(world, db, function):
    place_labels(world, 18)
    hold(world, "createSecret")
    rotate(world)
    assert len(labels(world)) == 20


def test_a_scheduled_rotation_over_a_quota_fails_until_the_next_window(world, db, function):
    rotate(world, RotationRules=EVERY_30_DAYS, RotateImmediately=False)
    place_labels(world, 19)
    world.pass_days(30)
    assert date(world, "NextRotationDate") == "2026-04-02T23:59:59"
    assert datetime.fromtimestamp(world.service.next_due, UTC).isoformat() == "2026-05-02T00:00:00+00:00"
    assert events(world)[-1] == ("RotationFailed", LABEL_QUOTA_MET[1])
    (failed,) = [entry for entry in world.entries if entry.operation == "RotationFailed"]
    assert re.fullmatch(f"Rotation-{db}-[0-9a-f-]{{36}}", failed.request_id)
    assert (function.steps, labels(world)["AWSCURRENT"]) == (["testSecret"], V1)
