"""The scenario runner itself: it fails for every difference between an answer and its scenario."""

from contextlib import nullcontext
from dataclasses import replace
from typing import get_args

import pytest
from scenario_doors import DOORS, Answer, by_boto3
from scenario_runner import Scenario, Variables, as_far_as_known, run, scenarios, version_id

from pytest_secretsmanager.inspection import names

BASE = Scenario(
    "a fact",
    "somewhere",
    "DOC",
    steps=[],
    setup=[["seed", {"name": "db", "value": "one", "tags": {"a": "1", "b": "2"}}]],
)
NOT_FOUND = ["ResourceNotFoundException", "Secrets Manager can't find the specified secret."]
DESCRIBE = {"SecretId": "db"}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        pytest.param(["DescribeSecret", DESCRIBE, {"error": NOT_FOUND}], "not refused with", id="answered"),
        pytest.param(["DescribeSecret", {"SecretId": "no"}], "refused with ResourceNotFoundException", id="refused"),
        pytest.param(["DescribeSecret", {"SecretId": "no"}, {"error": ["X", "{any}"]}], "not 'X'", id="other code"),
        pytest.param(
            ["DescribeSecret", {"SecretId": "no"}, {"error": [NOT_FOUND[0], "Other text"]}],
            "not 'Other text'",
            id="other text",
        ),
        pytest.param(
            ["DescribeSecret", {"SecretId": "no"}, {"error": NOT_FOUND, "status": 404}],
            "status is 400",
            id="other status",
        ),
        pytest.param(
            ["DescribeSecret", {"SecretId": "no"}, {"error": NOT_FOUND, "top_level": False}],
            "at the top level",
            id="top level",
        ),
        pytest.param(["DescribeSecret", DESCRIBE, {"reply": {"Name": "other"}}], "not 'other'", id="other value"),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"reply": {"Description": "{any}"}}], "has no Description", id="missing member"
        ),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"reply": {"Name": "{absent}"}}], "reply has Name", id="member marked {absent}"
        ),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"absent": ["Name"]}], "reply has Name", id="member listed in absent"
        ),
        pytest.param(["DescribeSecret", DESCRIBE, {"exactly": {"Name": "db"}}], "has more members", id="more members"),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"reply": {"VersionIdsToStages": {}}}], "has more members", id="more versions"
        ),
        pytest.param(["DescribeSecret", DESCRIBE, {"reply": {"Tags": ["{any}"]}}], "has 2 items", id="more items"),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"reply": {"Tags": [{"Key": "a"}, {"Key": "a"}]}}],
            "in any order",
            id="other items",
        ),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"reply": {"Tags": [{"Key": "b"}, {"Key": "a"}]}, "ordered": ["Tags"]}],
            "Tags.0.Key",
            id="other order",
        ),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"reply": {"CreatedDate": "{now+1d}"}}], "not about", id="other time"
        ),
        pytest.param(["DescribeSecret", DESCRIBE, {"reply": {"Name": "re:[a-c]+"}}], "not 're:", id="other pattern"),
        pytest.param(["DescribeSecret", DESCRIBE, {"repyl": {}}], "no key ['repyl']", id="misspelt expectation"),
        pytest.param(
            ["DescribeSecret", {"SecretId": "no"}, {"error": NOT_FOUND, "save": {"v": "nope"}}],
            "['save'] has no effect",
            id="save with an error",
        ),
        pytest.param(
            ["DescribeSecret", DESCRIBE, {"status": 500}], "['status'] has no effect", id="status without an error"
        ),
        pytest.param(["seed", {"name": "x"}, {"error": NOT_FOUND}], "has no answer", id="expectation of a control"),
        pytest.param(["labels", {}], "shows these labels", id="labels"),
    ],
)
def test_runner_fails_when_an_answer_differs_from_the_scenario(row, words):
    with pytest.raises(AssertionError) as caught:
        run(replace(BASE, steps=[row]), "boto3")
    assert words in str(caught.value)
    assert "a fact, row 2" in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(
            Answer(200, {"ARN": "a" * 30, "Colour": "red"}), 'Unknown parameter in input: "Colour"', id="strange member"
        ),
        pytest.param(
            Answer(200, {"Tags": [{"Key": "a", "Colour": "red"}]}),
            'Unknown parameter in Tags.0.: "Colour"',
            id="strange member deep inside",
        ),
        pytest.param(Answer(200, {"ARN": 7}), "Invalid type", id="wrong type"),
        pytest.param(Answer(200, {"Description": None}), "Invalid type", id="null"),
        pytest.param(Answer(400, {}, "ThingException", "No."), "not declared", id="strange code"),
        pytest.param(Answer(400, {}, "InvalidParameterException", ""), "no text", id="no text"),
    ],
)
def test_runner_fails_for_an_answer_that_aws_could_not_give(monkeypatch, answer, words):
    monkeypatch.setitem(DOORS, "broken", lambda _: nullcontext(lambda *_: answer))
    with pytest.raises(AssertionError, match=words):
        run(replace(BASE, steps=[["DescribeSecret", DESCRIBE]]), "broken")


def test_runner_fails_when_a_refusal_changes_a_secret(monkeypatch):
    def leaky(caller, operation, parameters):
        by_boto3(caller, "TagResource", {"SecretId": "db", "Tags": [{"Key": "team", "Value": "pay"}]})
        return by_boto3(caller, operation, parameters)

    monkeypatch.setitem(DOORS, "leaky", lambda _: nullcontext(leaky))
    with pytest.raises(AssertionError, match="has changed something"):
        run(replace(BASE, steps=[["DescribeSecret", {"SecretId": "no"}, {"error": NOT_FOUND}]]), "leaky")


@pytest.mark.parametrize(
    ("value", "filled"),
    [
        ("{v3}", version_id(3)),
        ("id {one}", "id 1"),
        ("{one}", 1),
        ("{table}", {"A": 1}),
        ("{x*5}", "xxxxx"),
        ("{hex:00ff}", b"\x00\xff"),
        ({"{key}": ["{one}"]}, {"k": [1]}),
        ([{"repeat": 2, "item": "s{n}"}], ["s1", "s2"]),
        ({"B": 2, "and": "{table}"}, {"B": 2, "A": 1}),
        ('{"Statement": {}}', '{"Statement": {}}'),
        ("{any} {now}", "{any} {now}"),
    ],
)
def test_variables_fill_in_a_value(value, filled):
    assert Variables({"one": 1, "key": "k", "table": {"A": "{one}"}}).put_into(value) == filled


def test_unknown_variable_raises_key_error():
    with pytest.raises(KeyError, match="is not a variable"):
        Variables().put_into("{nothing}")


# --- operations of a newer botocore --------------------------------------------------------------------------------


@pytest.mark.parametrize("door", DOORS)
def test_scenario_that_needs_an_operation_of_a_newer_botocore_is_skipped_for_every_door(door):
    scenario = replace(BASE, needs="ReadMinds", steps=[["ReadMinds", {}]])
    with pytest.raises(pytest.skip.Exception, match="this botocore is older than ReadMinds"):
        run(scenario, door)


def test_scenario_that_needs_an_operation_of_the_installed_botocore_runs():
    scenario = replace(BASE, needs="DescribeSecret", steps=[["DescribeSecret", DESCRIBE, {"reply": {"Name": "other"}}]])
    with pytest.raises(AssertionError, match="not 'other'"):
        run(scenario, "boto3")


def test_scenarios_need_only_known_operations():
    needed = {scenario.needs for scenario in scenarios()} - {None}
    assert needed <= {*get_args(names.OperationName)}


def test_young_member_is_expected_only_with_a_botocore_that_knows_it(monkeypatch):
    monkeypatch.setattr("scenario_runner.YOUNG_IN_REPLIES", {"Name", "Thought"})
    assert as_far_as_known("DescribeSecret", {"Name": "db", "Thought": "x"}) == {"Name": "db"}
