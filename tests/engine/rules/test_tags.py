"""The tags of a secret after a request, and the tags that it refuses."""

import pytest

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import Principal
from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules.tags import tags_after

ACCOUNT = "123456789012"


def a_call(by=None):
    return Call("TagResource", {}, "us-east-1", Principal(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/ann", by), 0.0, "r")


def a_tag(key, value="x"):
    return {"Key": key, "Value": value}


@pytest.mark.parametrize(
    ("before", "requested", "after"),
    [
        pytest.param(None, [a_tag("a")], {"a": "x"}, id="the first tag"),
        pytest.param({"a": "x"}, [], {"a": "x"}, id="no tag"),
        pytest.param(
            {"a": "x", "b": "x"}, [a_tag("a", "y"), a_tag("c")], {"a": "y", "b": "x", "c": "x"}, id="two tags"
        ),
        pytest.param({}, [{"Key": "a"}], {"a": ""}, id="a tag without a value"),
    ],
)
def test_a_request_adds_tags_and_replaces_values(before, requested, after):
    assert tags_after(before, requested, a_call()) == after


@pytest.mark.parametrize(
    ("requested", "text"),
    [
        pytest.param([a_tag("a"), {"Value": "x"}], "You must provide a key for each tag.", id="no key"),
        pytest.param([a_tag("")], "You must provide a key for each tag.", id="an empty key"),
        pytest.param(
            [a_tag("a"), a_tag("AWS:b"), a_tag("aws:c")],
            "You can't modify system tags. Tag key: 'AWS:b'.",
            id="a tag of AWS",
        ),
        pytest.param(
            [a_tag("a"), a_tag("a", "y")],
            "You can't specify the same tag key more than once in a request.",
            id="a key twice",
        ),
        pytest.param(
            [a_tag(f"k{number}") for number in range(50)],
            "You can't attach more than 50 tags to a secret.",
            id="too many tags",
        ),
    ],
)
def test_a_request_for_other_tags_is_refused(requested, text):
    with pytest.raises(InvalidParameterException) as caught:
        tags_after({"old": "x"}, requested, a_call())
    assert caught.value.message == text


def test_a_secret_has_up_to_50_tags():
    assert len(tags_after({"old": "x"}, [a_tag(f"k{number}") for number in range(49)], a_call())) == 50


def test_an_aws_service_has_tags_of_its_own():
    assert tags_after(None, [a_tag("aws:a")], a_call(by="rds")) == {"aws:a": "x"}
