"""ListSecrets. `rules/test_filters.py` tests which secrets a filter finds."""

import pytest

TOKEN = "token".ljust(32, "-")


def names(reply):
    return [entry["Name"] for entry in reply["SecretList"]]


@pytest.fixture
def three(world):
    """Three secrets: created c, a, b; changed a, b, c; read b, a, never c."""
    for name in "cab":
        world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken=TOKEN)
        world.pass_days(1)
    for name in "abc":
        world.call("UpdateSecret", SecretId=name, Description="changed")
        world.pass_days(1)
    for name in "ba":
        world.call("GetSecretValue", SecretId=name)
        world.pass_days(1)
    return world


def test_list_secrets_without_secrets_returns_an_empty_list(client):
    reply = client.list_secrets()
    del reply["ResponseMetadata"]
    assert reply == {"SecretList": []}


@pytest.mark.secret("db", "one", versions=["zero"], tags={"team": "pay"}, description="main", kms_key="alias/pay")
def test_an_entry_of_list_secrets_equals_describe_secret_except_for_one_member_name(client):
    described = client.describe_secret(SecretId="db")
    del described["ResponseMetadata"]
    described["SecretVersionsToStages"] = described.pop("VersionIdsToStages")
    assert client.list_secrets()["SecretList"] == [described]


@pytest.mark.secret("db")
def test_list_secrets_shows_four_fields_of_a_bare_secret(client):
    assert client.list_secrets()["SecretList"][0].keys() == {"ARN", "Name", "CreatedDate", "LastChangedDate"}


@pytest.mark.secret("db")
@pytest.mark.secret("gone", deleted=True)
@pytest.mark.parametrize(
    ("request_", "listed"),
    [({}, ["db"]), ({"IncludePlannedDeletion": False}, ["db"]), ({"IncludePlannedDeletion": True}, ["db", "gone"])],
    ids=["default", "not requested", "requested"],
)
def test_list_secrets_lists_secrets_scheduled_for_deletion_on_request(client, request_, listed):
    assert sorted(names(client.list_secrets(**request_))) == listed


def test_list_secrets_omits_a_secret_whose_recovery_window_has_passed(world):
    world.call("CreateSecret", Name="db", ClientRequestToken=TOKEN)
    world.call("DeleteSecret", SecretId="db", RecoveryWindowInDays=7)
    world.pass_days(7)
    assert world.call("ListSecrets", IncludePlannedDeletion=True) == {"SecretList": []}


def test_list_secrets_lists_the_secrets_of_the_callers_region_and_account(client, secretsmanager, stranger):
    secretsmanager.seed("here")
    secretsmanager.seed("there", region="eu-west-1")
    secretsmanager.seed("theirs", account="210987654321")
    clients = (client, secretsmanager.client("eu-west-1"), stranger)
    assert [names(one.list_secrets()) for one in clients] == [["here"], ["there"], ["theirs"]]


@pytest.mark.parametrize(
    ("request_", "order"),
    [
        ({}, "cab"),
        ({"SortOrder": "asc"}, "cab"),
        ({"SortOrder": "desc"}, "bac"),
        ({"SortBy": "created-date", "SortOrder": "desc"}, "bac"),
        ({"SortBy": "name"}, "abc"),
        ({"SortBy": "name", "SortOrder": "desc"}, "cba"),
        ({"SortBy": "last-changed-date"}, "abc"),
        ({"SortBy": "last-changed-date", "SortOrder": "desc"}, "cba"),
        ({"SortBy": "last-accessed-date"}, "cba"),
        ({"SortBy": "last-accessed-date", "SortOrder": "desc"}, "abc"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value.values()) or "default",
)
def test_list_secrets_sorts_secrets(three, request_, order):
    assert "".join(names(three.call("ListSecrets", **request_))) == order


@pytest.mark.parametrize("sort_by", ["created-date", "last-accessed-date", "last-changed-date", "name"])
@pytest.mark.parametrize("sort_order", ["asc", "desc"])
def test_the_pages_of_list_secrets_follow_the_sort_order(three, sort_by, sort_order):
    request = {"SortBy": sort_by, "SortOrder": sort_order}
    whole = names(three.call("ListSecrets", **request))
    first = three.call("ListSecrets", MaxResults=2, **request)
    second = three.call("ListSecrets", MaxResults=2, NextToken=first["NextToken"], **request)
    assert (names(first), names(second)) == (whole[:2], whole[2:])
    assert "NextToken" not in second


def test_the_paginator_of_list_secrets_finds_every_secret_once(client, secretsmanager):
    expected = {f"s{number:03}" for number in range(7)}
    for name in expected:
        secretsmanager.seed(name)
    pages = list(client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(page["SecretList"]) for page in pages] == [3, 3, 1]
    assert {name for page in pages for name in names(page)} == expected


def test_a_page_of_list_secrets_holds_100_secrets_by_default(world):
    for number in range(101):
        world.call("CreateSecret", Name=f"s{number:03}", ClientRequestToken=TOKEN)
    assert len(names(world.call("ListSecrets"))) == 100


def test_list_secrets_returns_the_secrets_that_match_all_filters(client, secretsmanager):
    secretsmanager.seed("app/a", tags={"team": "pay"})
    secretsmanager.seed("app/b", tags={"team": "search"})
    secretsmanager.seed("other", tags={"team": "pay"})
    filters = [{"Key": "name", "Values": ["app/"]}, {"Key": "tag-value", "Values": ["pay"]}]
    assert names(client.list_secrets(Filters=filters)) == ["app/a"]


@pytest.mark.secret("a")
@pytest.mark.secret("b")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param(
            {"NextToken": "nonsense"}, "InvalidNextTokenException", "Invalid pagination token.", id="bad page token"
        ),
        pytest.param(
            {"Filters": [{"Values": ["x"]}]},
            "InvalidParameterException",
            "Invalid filter key",
            id="filter without a key",
        ),
        pytest.param(
            {"Filters": [{"Key": "name"}]},
            "InvalidParameterException",
            "Invalid filter values for key: name",
            id="filter without values",
        ),
        pytest.param(
            {"MaxResults": 0},
            "ValidationException",
            "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1",
            id="page size 0",
        ),
        pytest.param(
            {"SortOrder": "up"},
            "ValidationException",
            "1 validation error detected: Value 'up' at 'sortOrder' failed to satisfy constraint: "
            "Member must satisfy enum value set: [asc, desc]",
            id="unknown sort order",
        ),
        pytest.param(
            {"Filters": [{"Key": "name", "Values": ["?"]}]},
            "ValidationException",
            "1 validation error detected: Value '[?]' at 'filters.1.member.values' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must have length less than or equal to 512, "
            r"Member must satisfy regular expression pattern: ^\!?[a-zA-Z0-9 :_@\/\+\=\.\-\!]*$]",
            id="bad filter value",
        ),
    ],
)
def test_list_secrets_refuses_a_request(unchecked, refused, request_, code, message):
    assert refused(unchecked.list_secrets, **request_) == (code, message)


def test_list_secrets_refuses_an_unknown_filter_key_with_its_position(unchecked, refused):
    filters = [{"Key": "name", "Values": ["x"]}, {"Key": "colour", "Values": ["x"]}]
    code, message = refused(unchecked.list_secrets, Filters=filters)
    assert code == "ValidationException"
    assert message.startswith(
        "1 validation error detected: Value 'colour' at 'filters.2.member.key' failed to satisfy constraint: "
        "Member must satisfy enum value set: ["
    )


@pytest.mark.secret("a")
@pytest.mark.secret("b")
def test_list_secrets_refuses_the_page_token_of_another_order(client, refused):
    token = client.list_secrets(MaxResults=1, SortOrder="asc")["NextToken"]
    code, _ = refused(client.list_secrets, MaxResults=1, SortOrder="desc", NextToken=token)
    assert code == "InvalidNextTokenException"


def test_the_page_size_of_list_secrets_may_change_between_pages(three):
    token = three.call("ListSecrets", MaxResults=1)["NextToken"]
    assert names(three.call("ListSecrets", MaxResults=2, NextToken=token)) == ["a", "b"]
