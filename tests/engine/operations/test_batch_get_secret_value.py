"""BatchGetSecretValue. `rules/test_filters.py` tests which secrets a filter finds."""

import pytest

NOT_BOTH = ("InvalidParameterException", "Either 'SecretIdList' or 'Filters' must be provided, but not both.")
TWICE = ("InvalidParameterException", "You can't specify the same secret more than once in SecretIdList.")
NO_FILTERS = (
    "InvalidParameterException",
    "'Filters' not specified. 'Filters' must also be specified when 'MaxResults' is provided.",
)
APP = [{"Key": "name", "Values": ["app/"]}]


def names(reply):
    return [entry["Name"] for entry in reply["SecretValues"]]


@pytest.mark.secret("app/a", "one")
@pytest.mark.secret("app/b", b"\x00")
def test_batch_get_secret_value_returns_the_values_in_the_order_of_the_ids(client, secretsmanager):
    reply = client.batch_get_secret_value(SecretIdList=["app/b", secretsmanager.secret("app/a").arn])
    assert names(reply) == ["app/b", "app/a"]
    assert reply["Errors"] == []
    assert "NextToken" not in reply


@pytest.mark.secret("app/a", "one")
def test_an_entry_of_batch_get_secret_value_equals_the_reply_of_get_secret_value(client):
    one = client.get_secret_value(SecretId="app/a")
    del one["ResponseMetadata"]
    assert client.batch_get_secret_value(SecretIdList=["app/a"])["SecretValues"] == [one]


@pytest.mark.secret("app/a", "one")
@pytest.mark.secret("app/gone", "one", deleted=True)
@pytest.mark.secret("app/empty")
@pytest.mark.parametrize(
    "secret_id",
    ["app/no", "app/gone", "app/empty"],
    ids=["no such secret", "scheduled for deletion", "no value"],
)
def test_batch_get_secret_value_lists_the_refusals_of_get_secret_value_as_errors(client, refused, secret_id):
    code, message = refused(client.get_secret_value, SecretId=secret_id)
    reply = client.batch_get_secret_value(SecretIdList=[secret_id, "app/a"])
    assert reply["Errors"] == [{"SecretId": secret_id, "ErrorCode": code, "Message": message}]
    assert names(reply) == ["app/a"]


@pytest.mark.secret("app/a", "two", versions=["one"])
@pytest.mark.secret("app/gone", "one", deleted=True)
@pytest.mark.secret("other", "one")
def test_the_filters_of_batch_get_secret_value_skip_secrets_scheduled_for_deletion(client):
    reply = client.batch_get_secret_value(Filters=APP)
    assert [(entry["Name"], entry["SecretString"]) for entry in reply["SecretValues"]] == [("app/a", "two")]
    assert reply["Errors"] == []


@pytest.mark.secret("app/a", "one")
@pytest.mark.secret("app/empty")
def test_batch_get_secret_value_lists_a_filtered_secret_without_a_value_as_an_error(client, secretsmanager):
    reply = client.batch_get_secret_value(Filters=APP)
    assert [error["SecretId"] for error in reply["Errors"]] == [secretsmanager.secret("app/empty").arn]


@pytest.mark.secret("app/a", "one", kms_key="alias/pay")
def test_the_filters_of_batch_get_secret_value_find_no_secrets_of_another_account(client, stranger):
    assert stranger.batch_get_secret_value(Filters=APP)["SecretValues"] == []


@pytest.mark.parametrize(
    ("size", "pages"), [({}, [20, 3]), ({"MaxResults": 10}, [10, 10, 3])], ids=["default size", "size 10"]
)
def test_batch_get_secret_value_with_filters_returns_pages_from_the_oldest_secret_on(
    client, secretsmanager, size, pages
):
    for number in range(23):
        secretsmanager.seed(f"app/{number:02}", "value")
    found, token = [], {}
    while True:
        reply = client.batch_get_secret_value(Filters=APP, **size, **token)
        found.append(names(reply))
        if "NextToken" not in reply:
            break
        token = {"NextToken": reply["NextToken"]}
    assert [len(page) for page in found] == pages
    assert [name for page in found for name in page] == [f"app/{number:02}" for number in range(23)]


def test_batch_get_secret_value_records_the_access_to_each_secret(world):
    for name in ("a", "b"):
        world.call("CreateSecret", Name=name, SecretString="one", ClientRequestToken="token".ljust(32, "-"))
    world.call("BatchGetSecretValue", SecretIdList=["a", "b"])
    midnight = world.now - 12 * 3_600
    assert (world.state("a").accessed, world.state("b").accessed) == (midnight, midnight)


@pytest.mark.secret("app/a", "one")
def test_batch_get_secret_value_is_logged_with_one_read_for_each_secret(client, secretsmanager):
    client.batch_get_secret_value(SecretIdList=["app/a", "app/no"])
    logged = [
        (event.operation, event.request.get("SecretId"), event.error, event.within) for event in secretsmanager.log
    ]
    assert logged == [
        ("BatchGetSecretValue", None, None, None),
        ("GetSecretValue", "app/a", None, "BatchGetSecretValue"),
        ("GetSecretValue", "app/no", "ResourceNotFoundException", "BatchGetSecretValue"),
    ]


@pytest.mark.secret("app/a", "one")
@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        pytest.param({"SecretIdList": ["app/a"], "Filters": APP}, *NOT_BOTH, id="ids and filters"),
        pytest.param(
            {"SecretIdList": ["app/a"], "Filters": APP, "MaxResults": 1}, *NOT_BOTH, id="ids, filters and page size"
        ),
        pytest.param({}, *NOT_BOTH, id="neither ids nor filters"),
        pytest.param({"SecretIdList": ["app/a", "b", "app/a"]}, *TWICE, id="an id twice"),
        pytest.param({"SecretIdList": ["gone", "gone"]}, *TWICE, id="an unknown id twice"),
        pytest.param({"MaxResults": 5}, *NO_FILTERS, id="page size alone"),
        pytest.param({"SecretIdList": ["app/a"], "MaxResults": 5}, *NO_FILTERS, id="ids and page size"),
        pytest.param(
            {"Filters": APP, "NextToken": "nonsense"},
            "InvalidNextTokenException",
            "Invalid pagination token.",
            id="bad page token",
        ),
        pytest.param(
            {"SecretIdList": ["app/a"] * 21},
            "ValidationException",
            f"1 validation error detected: Value '[{'app/a, ' * 9} ...' at 'secretIdList' failed to satisfy "
            "constraint: Member must have length less than or equal to 20",
            id="21 ids",
        ),
        pytest.param(
            {"Filters": APP, "MaxResults": 21},
            "ValidationException",
            "1 validation error detected: Value '21' at 'maxResults' failed to satisfy constraint: "
            "Member must have value less than or equal to 20",
            id="pages of 21",
        ),
    ],
)
def test_batch_get_secret_value_refuses_a_request(unchecked, refused, request_, code, message):
    assert refused(unchecked.batch_get_secret_value, **request_) == (code, message)


@pytest.mark.secret("app/a", "one")
@pytest.mark.secret("app/b", "one")
def test_batch_get_secret_value_refuses_the_page_token_of_other_filters(client, refused):
    token = client.batch_get_secret_value(Filters=APP, MaxResults=1)["NextToken"]
    other = [{"Key": "name", "Values": ["app"]}]
    code, _ = refused(client.batch_get_secret_value, Filters=other, MaxResults=1, NextToken=token)
    assert code == "InvalidNextTokenException"


READS = {"Effect": "Allow", "Action": ["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"]}
NOT_ITS_OWN = {
    "Effect": "Deny",
    "Action": "secretsmanager:GetSecretValue",
    "Resource": "arn:aws:secretsmanager:*:*:secret:app/denied-*",
}


@pytest.mark.secret("app/a", "one")
@pytest.mark.secret("app/denied", "one")
def test_the_reads_of_a_batch_are_logged_each_with_its_refusal_and_its_decision(secretsmanager):
    role = secretsmanager.iam.role(
        "app", policy={"Version": "2012-10-17", "Statement": [{**READS, "Resource": "*"}, NOT_ITS_OWN]}
    )
    client = secretsmanager.client(principal=role)
    reply = client.batch_get_secret_value(SecretIdList=["app/a", "app/denied", "app/no"])
    texts = {error["SecretId"]: error["Message"] for error in reply["Errors"]}
    reads = {event.request["SecretId"]: event for event in secretsmanager.log if event.within is not None}
    assert {name: event.error_message for name, event in reads.items()} == {"app/a": None, **texts}
    assert {name: event.decision.allowed for name, event in reads.items()} == {
        "app/a": True,
        "app/denied": False,
        "app/no": True,
    }
