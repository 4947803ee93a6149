"""Event patterns: each form that EventBridge documents, and the refusals of wrong patterns."""

import copy
from typing import Any

import pytest

from pytest_secretsmanager import UsageError
from pytest_secretsmanager.inspection.event_patterns import matcher

EVENT: dict[str, Any] = {
    "version": "0",
    "detail-type": "Secret Label Updated",
    "source": "aws.secretsmanager",
    "region": "us-east-1",
    "resources": ["arn:one", "arn:two"],
    "detail": {
        "name": "app/db",
        "labelUpdated": "AWSCURRENT",
        "size": 300,
        "share": 0.5,
        "readOnly": False,
        "nothing": None,
        "blank": "",
        "sourceIPAddress": "10.0.0.7",
        "empty": [],
        "path": "a*b\\c",
        "sizes": [1, 20],
        "tags": [{"key": "team", "value": "pay"}, {"key": "stage", "value": "test"}],
        "inner": {"deep": "x"},
    },
}


def detail(**fields: object) -> dict[str, object]:
    return {"detail": fields}


MATCHING: dict[str, dict[str, object]] = {
    "a value": {"source": ["aws.secretsmanager"]},
    "one of several values": {"region": ["eu-west-1", "us-east-1"]},
    "several fields": {"source": ["aws.secretsmanager"], "region": ["us-east-1"]},
    "a nested field": detail(labelUpdated=["AWSCURRENT"]),
    "a field nested further": detail(inner={"deep": ["x"]}),
    "a number": detail(size=[300]),
    "a bool": detail(readOnly=[False]),
    "null": detail(nothing=[None]),
    "an empty text": detail(blank=[""]),
    "one value of a list in the event": {"resources": ["arn:two"]},
    "an object in a list of the event": detail(tags={"key": ["team"], "value": ["pay"]}),
    "a prefix": {"detail-type": [{"prefix": "Secret"}]},
    "a prefix in any case": detail(name=[{"prefix": {"equals-ignore-case": "APP/"}}]),
    "a prefix in a list of the event": {"resources": [{"prefix": "arn:t"}]},
    "a suffix": detail(name=[{"suffix": "/db"}]),
    "a suffix in any case": detail(name=[{"suffix": {"equals-ignore-case": "/DB"}}]),
    "a text in any case": detail(labelUpdated=[{"equals-ignore-case": "awscurrent"}]),
    "a filter or a value": detail(name=[{"prefix": "other/"}, "app/db"]),
    "anything but a text": detail(labelUpdated=[{"anything-but": "AWSPENDING"}]),
    "anything but some texts": detail(labelUpdated=[{"anything-but": ["AWSPENDING", "AWSPREVIOUS"]}]),
    "anything but a number": detail(size=[{"anything-but": 301}]),
    "anything but some numbers": detail(size=[{"anything-but": [1, 2.5]}]),
    "anything but a text, where a number is": detail(size=[{"anything-but": "x"}]),
    "anything but a value, in a list with other values": {"resources": [{"anything-but": "arn:one"}]},
    "anything but a prefix": detail(labelUpdated=[{"anything-but": {"prefix": "x"}}]),
    "anything but some prefixes": detail(labelUpdated=[{"anything-but": {"prefix": ["x", "y"]}}]),
    "anything but a suffix": detail(labelUpdated=[{"anything-but": {"suffix": "PENDING"}}]),
    "anything but some suffixes": detail(labelUpdated=[{"anything-but": {"suffix": ["PENDING", "PREVIOUS"]}}]),
    "anything but texts in any case": detail(labelUpdated=[{"anything-but": {"equals-ignore-case": ["awspending"]}}]),
    "anything but a wildcard": detail(labelUpdated=[{"anything-but": {"wildcard": "*PEND*"}}]),
    "a number above": detail(size=[{"numeric": [">", 299.5]}]),
    "a number at least": detail(size=[{"numeric": [">=", 300]}]),
    "a number below": detail(share=[{"numeric": ["<", 1]}]),
    "a number at most": detail(share=[{"numeric": ["<=", 0.5]}]),
    "an equal number in another spelling": detail(size=[{"numeric": ["=", 300.0]}]),
    "a range": detail(size=[{"numeric": [">", 0, "<=", 300]}]),
    "a number in a list of the event": detail(sizes=[{"numeric": [">", 10]}]),
    "a field that exists": detail(name=[{"exists": True}]),
    "a field that is null exists": detail(nothing=[{"exists": True}]),
    "a field that does not exist": detail(errorCode=[{"exists": False}]),
    "a field of an object that does not exist": detail(other={"deep": [{"exists": False}]}),
    "an object of fields is no value": detail(inner=[{"exists": False}]),
    "an empty list has no value": detail(empty=[{"exists": False}]),
    "absence or a value": detail(name=[{"exists": False}, "app/db"]),
    "a wildcard": detail(name=[{"wildcard": "a*/d*"}]),
    "a wildcard for nothing": detail(name=[{"wildcard": "app/db*"}]),
    "a wildcard with a star and a backslash": detail(path=[{"wildcard": r"a\*b\\*"}]),
    "an address in a block": detail(sourceIPAddress=[{"cidr": "10.0.0.0/24"}]),
    "the second of two alternatives": {"$or": [{"region": ["eu-west-1"]}, {"source": [{"suffix": "manager"}]}]},
    "alternatives inside an object": detail(**{"$or": [{"name": ["x"]}, {"size": [{"numeric": [">", 1]}]}]}),
    "alternatives beside a field": {"region": ["us-east-1"], "$or": [{"source": ["x"]}, {"version": ["0"]}]},
    "no replay": {"replay-name": [{"exists": False}]},
}

NOT_MATCHING: dict[str, dict[str, object]] = {
    "another value": {"source": ["aws.ec2"]},
    "a value in another case": detail(labelUpdated=["awscurrent"]),
    "a part of the value": detail(labelUpdated=["AWS"]),
    "one field of two": {"source": ["aws.secretsmanager"], "region": ["eu-west-1"]},
    "a number in another spelling": detail(size=[300.0]),
    "a number as a text": detail(size=["300"]),
    "a text for a bool": detail(readOnly=["false"]),
    "0 for False": detail(readOnly=[0]),
    "an empty text for null": detail(nothing=[""]),
    "null for a field that does not exist": detail(errorCode=[None]),
    "two fields of two objects in a list": detail(tags={"key": ["team"], "value": ["test"]}),
    "a value where the event has an object": detail(inner=["x"]),
    "an object where the event has a value": detail(name={"deep": ["x"]}),
    "an object that does not exist": detail(other={"deep": ["x"]}),
    "another prefix": detail(name=[{"prefix": "App/"}]),
    "a prefix of a number": detail(size=[{"prefix": "3"}]),
    "another suffix": detail(name=[{"suffix": "/DB"}]),
    "another text in any case": detail(name=[{"equals-ignore-case": "app"}]),
    "a number in any case": detail(size=[{"equals-ignore-case": "300"}]),
    "anything but the value": detail(labelUpdated=[{"anything-but": "AWSCURRENT"}]),
    "anything but a list with it": detail(labelUpdated=[{"anything-but": ["x", "AWSCURRENT"]}]),
    "anything but its number": detail(size=[{"anything-but": [300]}]),
    "anything but its prefix": detail(labelUpdated=[{"anything-but": {"prefix": ["x", "AWS"]}}]),
    "anything but its suffix": detail(labelUpdated=[{"anything-but": {"suffix": "CURRENT"}}]),
    "anything but its text in any case": detail(labelUpdated=[{"anything-but": {"equals-ignore-case": "awscurrent"}}]),
    "anything but its wildcard": detail(labelUpdated=[{"anything-but": {"wildcard": "A*T"}}]),
    "anything but all values of a list": {"resources": [{"anything-but": ["arn:one", "arn:two"]}]},
    "anything but, of a field that does not exist": detail(errorCode=[{"anything-but": "x"}]),
    "a number that is not above": detail(size=[{"numeric": [">", 300]}]),
    "a number that is not below": detail(size=[{"numeric": ["<", 300]}]),
    "a number outside a range": detail(size=[{"numeric": [">=", 0, "<", 300]}]),
    "the number of a text": detail(name=[{"numeric": [">", 0]}]),
    "the number of a bool": detail(readOnly=[{"numeric": ["=", 0]}]),
    "a field that is missing": detail(errorCode=[{"exists": True}]),
    "the absence of a field that exists": detail(name=[{"exists": False}]),
    "an object as a value": detail(inner=[{"exists": True}]),
    "another wildcard": detail(name=[{"wildcard": "*/d"}]),
    "a dot for any character": detail(name=[{"wildcard": "app.db"}]),
    "a wildcard in a number": detail(size=[{"wildcard": "*"}]),
    "an address outside a block": detail(sourceIPAddress=[{"cidr": "10.0.1.0/24"}]),
    "a name in a block": detail(name=[{"cidr": "10.0.0.0/24"}]),
    "a number in a block": detail(size=[{"cidr": "0.0.0.0/0"}]),
    "none of two alternatives": {"$or": [{"region": ["eu-west-1"]}, {"source": ["aws.ec2"]}]},
    "an alternative beside another field": {"region": ["x"], "$or": [{"source": ["x"]}, {"version": ["0"]}]},
    "a replay": {"replay-name": [{"exists": True}]},
}


@pytest.mark.parametrize("pattern", MATCHING.values(), ids=MATCHING)
def test_event_pattern_matches(pattern: dict[str, object]) -> None:
    assert matcher(pattern)(EVENT)


@pytest.mark.parametrize("pattern", NOT_MATCHING.values(), ids=NOT_MATCHING)
def test_event_pattern_does_not_match(pattern: dict[str, object]) -> None:
    assert not matcher(pattern)(EVENT)


def test_event_pattern_changes_neither_the_event_nor_itself() -> None:
    event, pattern = copy.deepcopy(EVENT), copy.deepcopy(MATCHING["alternatives inside an object"])
    assert matcher(pattern)(event)
    assert (event, pattern) == (EVENT, MATCHING["alternatives inside an object"])


REFUSED: list[tuple[object, str]] = [
    ('{"source": []}', "an event pattern is a dict, not str; json.loads reads one from JSON"),
    ({}, "event pattern: it is empty: name a field"),
    (detail(), "event pattern, at detail: it is empty: name a field"),
    ({"detial": ["x"]}, "event pattern: an event has no 'detial'; did you mean 'detail'?"),
    ({"detailType": ["x"]}, "event pattern: an event has no 'detailType'; did you mean 'detail-type' or 'detail'?"),
    (
        {"$or": [{"sorce": ["x"]}, {"region": ["x"]}]},
        "event pattern: an event has no 'sorce'; did you mean 'source' or 'resources'?",
    ),
    ({"source": "x"}, "event pattern, at source: the values of a field are a list: write ['x']"),
    (detail(name={"prefix": "a"}), "event pattern, at detail.name: a filter is in a list: write [{'prefix': 'a'}]"),
    (
        detail(name={"anything-but": ["a"]}),
        "event pattern, at detail.name: a filter is in a list: write [{'anything-but': ['a']}]",
    ),
    ({"source": {"exists": True}}, "event pattern, at source: a filter is in a list: write [{'exists': True}]"),
    (
        {"source": []},
        "event pattern, at source: the list is empty, so it would match nothing: write values or filters",
    ),
    (
        {"source": [["x"]]},
        "event pattern, at source: a list has texts, numbers, True, False, None or filters such as {'prefix': …}, not "
        "['x']",
    ),
    ({"detail": {1: ["x"]}}, "event pattern, at detail: the name of a field is a str, not 1"),
    (
        {"source": [{"prefx": "aws"}]},
        "event pattern, at source: no filter 'prefx'; did you mean 'prefix'?",
    ),
    (
        {"source": [{"prefix": "a", "suffix": "b"}]},
        "event pattern, at source: a filter has one name and one value, not 2 ('prefix', 'suffix'); write one each",
    ),
    ({"source": [{"prefix": 1}]}, "event pattern, at source: 'prefix' has a text, not 1"),
    ({"source": [{"suffix": ["a"]}]}, "event pattern, at source: 'suffix' has a text, not ['a']"),
    ({"source": [{"exists": "yes"}]}, "event pattern, at source: 'exists' is True or False, not 'yes'"),
    (
        {"source": [{"wildcard": "a**b"}]},
        "event pattern, at source: 'wildcard' has two stars side by side in 'a**b': write one",
    ),
    (
        {"source": [{"wildcard": "a\\b"}]},
        "event pattern, at source: 'wildcard' has a backslash in 'a\\\\b' that escapes neither * nor \\: "
        "write \\\\ for it",
    ),
    (
        {"source": [{"cidr": "10.0.0.0/33"}]},
        "event pattern, at source: 'cidr' is a block of IP addresses such as '10.0.0.0/24': '10.0.0.0/33' does not "
        "appear to be an IPv4 or IPv6 network",
    ),
    (
        detail(a=[{"numeric": 5}]),
        "event pattern, at detail.a: 'numeric' is an operator and a number, as ['>', 0], or a range, as "
        "['>=', 0, '<', 5], not 5",
    ),
    (
        detail(a=[{"numeric": ["==", 5]}]),
        "event pattern, at detail.a: 'numeric' has no operator '=='; its operators are =, >, >=, <, <=",
    ),
    (detail(a=[{"numeric": [">", "5"]}]), "event pattern, at detail.a: 'numeric' compares with a number, not with '5'"),
    (
        detail(a=[{"numeric": ["<", 6e9]}]),
        "event pattern, at detail.a: 'numeric' compares with numbers from -5e9 to 5e9",
    ),
    (
        detail(a=[{"numeric": ["<", 10**400]}]),
        "event pattern, at detail.a: 'numeric' compares with numbers from -5e9 to 5e9",
    ),
    (
        detail(a=[{"numeric": ["<", float("nan")]}]),
        "event pattern, at detail.a: 'numeric' compares with numbers from -5e9 to 5e9",
    ),
    (
        detail(a=[{"numeric": [[], 0, "<", 5]}]),
        "event pattern, at detail.a: 'numeric' has no operator []; its operators are =, >, >=, <, <=",
    ),
    (
        detail(a=[{"numeric": ["<", 5, ">", 0]}]),
        "event pattern, at detail.a: a range begins with > or >= and ends with < or <=, not ['<', '>']",
    ),
    (
        detail(a=[{"numeric": [">", 5, "<", 5]}]),
        "event pattern, at detail.a: the range from 5.0 to 5.0 is empty: the lower number comes first",
    ),
    (
        {"source": [{"anything-but": ["x", 1]}]},
        "event pattern, at source: 'anything-but' has a text, a number, or a list of texts or of numbers, not ['x', 1]",
    ),
    (
        {"source": [{"anything-but": []}]},
        "event pattern, at source: 'anything-but' has a text, a number, or a list of texts or of numbers, not []",
    ),
    (
        {"source": [{"anything-but": True}]},
        "event pattern, at source: 'anything-but' has a text, a number, or a list of texts or of numbers, not True",
    ),
    (
        {"source": [{"anything-but": {"prefixes": "x"}}]},
        "event pattern, at source: 'anything-but' takes one filter of texts, not 'prefixes'; did you mean 'prefix'?",
    ),
    (
        {"source": [{"anything-but": {"prefix": ""}}]},
        "event pattern, at source: 'anything-but' with 'prefix' has texts that are not empty, not ''",
    ),
    ({"source": [{"anything-but": {"suffix": [1]}}]}, "event pattern, at source: 'suffix' has a text, not 1"),
    ({"$or": [{"source": ["x"]}]}, "event pattern: '$or' has a list of two patterns or more"),
    ({"$or": {"source": ["x"]}}, "event pattern: '$or' has a list of two patterns or more"),
    (
        {"source": [{"prefix": ["x" * 100]}]},
        f"event pattern, at source: 'prefix' has a text, not ['{'x' * 58}…",
    ),
]


@pytest.mark.parametrize(("pattern", "text"), REFUSED, ids=[text[:60] for _, text in REFUSED])
def test_event_pattern_explains_its_refusal(pattern: object, text: str) -> None:
    with pytest.raises(UsageError) as refusal:
        matcher(pattern)
    assert str(refusal.value) == text
