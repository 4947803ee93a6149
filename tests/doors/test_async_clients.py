"""aiobotocore clients get the same answers as botocore's clients, and their listeners are called.

The sync door is the reference: these tests don't repeat its own.
"""

import inspect
import sys
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError
from botocore.history import BaseHistoryHandler, get_global_history_recorder
from botocore.session import Session

from pytest_secretsmanager import SecretsManager

pytest.importorskip("aiobotocore", reason="the async door is for clients of aiobotocore")

HOOKS = ("provide-client-params", "before-parameter-build", "before-call", "after-call")
TOKEN = "11111111-2222-4333-8444-555555555555"
CLOSED_PORT = "http://127.0.0.1:1"
ONCE = Config(retries={"total_max_attempts": 1}, proxies={})

pytestmark = pytest.mark.asyncio


def listen(client, way="no listener"):
    """Add a listener to the client if `way` asks for one. Its calls then take botocore's own way."""
    if way == "listener":
        client.meta.events.register("before-call.secrets-manager", lambda **_: None)
    return client


@pytest.fixture(params=["no listener", "listener"])
def way(request):
    """Calls without a listener take the short way, with the same results."""
    return request.param


@pytest_asyncio.fixture
async def aio(secretsmanager, new_async_client, way):
    async with new_async_client() as client:
        yield listen(client, way)


@pytest_asyncio.fixture
async def listened(secretsmanager, new_async_client):
    """A client for tests that add listeners."""
    async with new_async_client() as client:
        yield client


# --- the same answers as a sync client's -----------------------------------------------------------------------------


def world():
    """Return a manager with the same secrets and ids each time. Only the time of day differs."""
    sm = SecretsManager(random_seed=5, now=datetime(2026, 3, 1, tzinfo=UTC))
    sm.seed("db", "two", versions=["one"], tags={"team": "pay"})
    sm.clock.advance(minutes=1)  # lists are in order of creation, then of names
    sm.seed("bin", b"\x00\xff")
    sm.seed("gone", "x", deleted=True)
    return sm


def without_moments(value):
    """Return a reply with a placeholder for each time: two worlds differ in theirs."""
    if isinstance(value, dict):
        return {name: "a date" if name == "date" else without_moments(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_moments(item) for item in value]
    return str(value.tzinfo) if isinstance(value, datetime) else value


def refusal(error):
    return type(error).__name__, str(error), without_moments(getattr(error, "response", None))


def by_sync_client(client, method, parameters):
    try:
        return without_moments(getattr(client, method)(**parameters))
    except Exception as error:  # botocore's serializer fails on unvalidated parameters
        return refusal(error)


async def by_async_client(client, method, parameters):
    try:
        return without_moments(await getattr(client, method)(**parameters))
    except Exception as error:
        return refusal(error)


CLIENTS_ERRORS = (ClientError, ParamValidationError, KeyError, TypeError)
"""botocore's serializer raises the last two for unvalidated parameters."""

ANSWERED = [
    ("create_secret", {"Name": "new", "SecretString": "one", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("create_secret", {"Name": "new", "SecretBinary": bytearray(b"\x01")}),
    ("create_secret", {"Name": "new"}),
    ("put_secret_value", {"SecretId": "db", "SecretString": "three"}),
    ("put_secret_value", {"SecretId": "db", "SecretBinary": b"3", "VersionStages": ["AWSPENDING", "mine"]}),
    ("get_secret_value", {"SecretId": "db"}),
    ("get_secret_value", {"SecretId": "db", "VersionStage": "AWSPREVIOUS"}),
    ("get_secret_value", {"SecretId": "bin"}),
    ("describe_secret", {"SecretId": "db"}),
    ("list_secret_version_ids", {"SecretId": "db", "IncludeDeprecated": True}),
    ("list_secrets", {"MaxResults": 10}),
    ("batch_get_secret_value", {"SecretIdList": ["db", "bin", "nowhere"]}),
    ("get_random_password", {"PasswordLength": 20}),
    ("tag_resource", {"SecretId": "db", "Tags": [{"Key": "a", "Value": "b"}]}),
    ("delete_secret", {"SecretId": "db", "RecoveryWindowInDays": 7}),
    ("restore_secret", {"SecretId": "gone"}),
]
REFUSED = [
    ("create_secret", {"Name": "db", "SecretString": "one"}),
    ("create_secret", {"Name": "not a name!"}),
    ("get_secret_value", {"SecretId": "nowhere"}),
    ("get_secret_value", {"SecretId": "gone"}),
    ("get_secret_value", {"SecretId": "db", "VersionStage": "NONE"}),
    ("put_secret_value", {"SecretId": "db"}),
    ("put_secret_value", {"SecretId": "db", "SecretString": "x", "SecretBinary": b"x"}),
    ("put_secret_value", {"SecretId": "db", "SecretString": "x", "ClientRequestToken": "short"}),
    ("list_secrets", {"NextToken": "made up"}),
    ("get_secret_value", {}),
    ("get_secret_value", {"SecretId": 5}),
    ("get_secret_value", {"SecretId": "db", "Nonsense": True}),
    ("put_secret_value", {"SecretId": "db", "SecretBinary": 7}),
]


def ids(calls):
    return [f"{method} {' '.join(map(repr, parameters.values()))[:40]}" for method, parameters in calls]


@pytest.mark.parametrize(("method", "parameters"), ANSWERED, ids=ids(ANSWERED))
async def test_an_async_client_gets_the_same_reply_as_a_sync_client(
    new_client, new_async_client, way, method, parameters
):
    with world():
        expected = by_sync_client(new_client(), method, parameters)
    with world():
        async with new_async_client() as client:
            answer = await by_async_client(listen(client, way), method, parameters)
    assert answer == expected
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize("checks", [True, False], ids=["validated", "not validated"])
@pytest.mark.parametrize(("method", "parameters"), REFUSED, ids=ids(REFUSED))
async def test_an_async_client_gets_the_same_error_as_a_sync_client(
    new_client, new_async_client, way, method, parameters, checks
):
    """The same class, text and response. A failed validation is not logged."""
    config = Config(parameter_validation=checks)
    with world() as there:
        expected = by_sync_client(new_client(config=config), method, parameters)
    with world() as here:
        async with new_async_client(config=config) as client:
            answer = await by_async_client(listen(client, way), method, parameters)
    assert answer == expected
    assert [(call.operation, call.error) for call in here.log] == [(call.operation, call.error) for call in there.log]


async def test_an_async_client_reads_back_versions_and_labels_that_it_wrote(aio):
    first = await aio.create_secret(Name="db", SecretString="one")
    second = await aio.put_secret_value(SecretId="db", SecretBinary=b"\x00two", VersionStages=["AWSPENDING"])
    current = await aio.get_secret_value(SecretId=first["ARN"])
    pending = await aio.get_secret_value(SecretId="db", VersionStage="AWSPENDING")
    assert (current["VersionId"], current["SecretString"]) == (first["VersionId"], "one")
    assert (pending["VersionId"], pending["SecretBinary"]) == (second["VersionId"], b"\x00two")
    assert (await aio.describe_secret(SecretId="db"))["VersionIdsToStages"] == {
        first["VersionId"]: ["AWSCURRENT"],
        second["VersionId"]: ["AWSPENDING"],
    }


async def test_an_async_client_raises_its_own_exception_class(aio):
    with pytest.raises(aio.exceptions.ResourceNotFoundException, match="can't find the specified secret"):
        await aio.get_secret_value(SecretId="nowhere")


async def test_an_async_reply_has_the_request_id_of_the_log(secretsmanager, aio):
    reply = await aio.list_secrets()
    assert reply["ResponseMetadata"]["RequestId"] == secretsmanager.log[-1].request_id


# --- tokens ----------------------------------------------------------------------------------------------------------


async def test_an_async_client_fills_in_a_new_client_request_token_for_each_call(secretsmanager, aio):
    secretsmanager.seed("db", "one")
    versions = [(await aio.put_secret_value(SecretId="db", SecretString="x"))["VersionId"] for _ in range(2)]
    assert [call.request["ClientRequestToken"] for call in secretsmanager.log] == versions
    assert len(set(versions)) == 2


async def test_an_async_put_with_a_given_client_request_token_can_be_repeated(secretsmanager, aio):
    secretsmanager.seed("db", "one")
    for _ in range(2):
        reply = await aio.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=TOKEN)
        assert reply["VersionId"] == TOKEN
    secretsmanager.assert_history("db", ["one", "two"])


async def test_a_random_seed_gives_async_clients_the_same_version_ids_as_sync_clients(
    new_client, new_async_client, way
):
    with SecretsManager(random_seed=7) as sm:
        sync = new_client()
        sync.create_secret(Name="db", SecretString="one")
        sync.put_secret_value(SecretId="db", SecretString="two")
        expected = [version.id for version in sm.secret("db").versions]
    with SecretsManager(random_seed=7) as sm:
        async with new_async_client() as client:
            listen(client, way)
            await client.create_secret(Name="db", SecretString="one")
            await client.put_secret_value(SecretId="db", SecretString="two")
        assert [version.id for version in sm.secret("db").versions] == expected


# --- pages and waiters -----------------------------------------------------------------------------------------------


async def test_an_async_paginator_gives_each_secret_page_by_page(secretsmanager, aio):
    for number in range(5):
        secretsmanager.seed(f"db{number}", "x")
    pages = [page async for page in aio.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})]
    assert [len(page["SecretList"]) for page in pages] == [2, 2, 1]
    assert {secret["Name"] for page in pages for secret in page["SecretList"]} == set(secretsmanager.secrets)


async def test_an_async_paginator_builds_the_full_result_and_searches_it(secretsmanager, aio):
    for number in range(3):
        secretsmanager.seed(f"db{number}", "x")
    paginator, one_by_one = aio.get_paginator("list_secrets"), {"PageSize": 1}
    whole = await paginator.paginate(PaginationConfig=one_by_one).build_full_result()
    found = paginator.paginate(PaginationConfig=one_by_one).search("SecretList[].Name")
    assert len(whole["SecretList"]) == 3
    assert {name async for name in found} == {"db0", "db1", "db2"}


async def test_an_async_client_has_no_waiters(aio):
    assert aio.waiter_names == []


# --- regions and accounts ---------------------------------------------------------------------------------------------


async def test_an_async_client_in_another_region_has_other_secrets(secretsmanager, new_async_client, way):
    secretsmanager.seed("db", "one")
    async with new_async_client("eu-west-1") as client:
        listen(client, way)
        with pytest.raises(client.exceptions.ResourceNotFoundException):
            await client.get_secret_value(SecretId="db")
        reply = await client.create_secret(Name="db", SecretString="in Ireland")
    assert reply["ARN"].startswith("arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-")
    secretsmanager.assert_value("db", "one")


@pytest.mark.skipif(
    "aws_account_id" not in inspect.signature(Session.create_client).parameters,
    reason="this botocore makes no client of another account",
)
async def test_an_async_client_with_an_explicit_account_creates_in_that_account(secretsmanager, new_async_client, way):
    async with new_async_client(aws_account_id="210987654321") as client:
        listen(client, way)
        await client.create_secret(Name="db", SecretString="theirs")
    assert secretsmanager.log[-1].account == "210987654321"
    assert secretsmanager.secret("db", account="210987654321").value == "theirs"
    assert "db" not in secretsmanager.secrets


async def test_an_async_call_to_another_service_reaches_the_network(secretsmanager, new_async_client):
    async with new_async_client(service="sts", endpoint_url=CLOSED_PORT, config=ONCE) as client:
        with pytest.raises(EndpointConnectionError):
            await client.get_caller_identity()
    secretsmanager.assert_not_logged()


async def test_an_async_client_of_the_endpoint_calls_over_http_and_shares_the_log(secretsmanager, new_async_client):
    """botocore emits `request-created` only for a request that it sends."""
    pytest.importorskip("aiohttp", reason="the endpoint is the extra of that name")
    endpoint = secretsmanager.endpoint()
    keys = {name.lower(): endpoint.env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
    sent = []
    async with (
        new_async_client(endpoint_url=endpoint.url, config=ONCE, **keys) as outside,
        new_async_client() as inside,
    ):
        for client in (outside, inside):
            client.meta.events.register("request-created", lambda request, **_: sent.append(request.url))
        await outside.create_secret(Name="db", SecretString="by HTTP")
        assert (await inside.get_secret_value(SecretId="db"))["SecretString"] == "by HTTP"
        with pytest.raises(outside.exceptions.ResourceExistsException):
            await outside.create_secret(Name="db", SecretString="again")
    assert [url.rstrip("/") for url in sent] == [endpoint.url] * 2
    assert [(call.operation, call.error) for call in secretsmanager.log] == [
        ("CreateSecret", None),
        ("GetSecretValue", None),
        ("CreateSecret", "ResourceExistsException"),
    ]


# --- listeners -------------------------------------------------------------------------------------------------------


def as_coroutine(listener):
    async def awaited(**given):
        return listener(**given)

    return awaited


KINDS = {"sync": lambda listener: listener, "coroutine": as_coroutine}


@pytest.fixture(params=KINDS.values(), ids=KINDS)
def kind(request):
    """Return a maker of listeners: aiobotocore calls functions and coroutine functions."""
    return request.param


async def test_an_async_call_emits_each_hook_once_and_in_order(secretsmanager, listened, kind):
    called = []
    for hook in HOOKS:
        listened.meta.events.register(f"{hook}.secrets-manager", kind(lambda hook=hook, **_: called.append(hook)))
    await listened.create_secret(Name="db", SecretString="one")
    assert called == list(HOOKS)
    secretsmanager.assert_logged("CreateSecret", times=1)


@pytest.mark.parametrize("hook", HOOKS)
async def test_a_listener_to_one_operation_of_an_async_client_is_not_called_for_others(
    secretsmanager, listened, kind, hook
):
    secretsmanager.seed("db", "one")
    heard = []
    listened.meta.events.register(
        f"{hook}.secrets-manager.PutSecretValue", kind(lambda model, **_: heard.append(model.name))
    )
    await listened.get_secret_value(SecretId="db")
    await listened.put_secret_value(SecretId="db", SecretString="two")
    await listened.list_secrets()
    assert heard == ["PutSecretValue"]


async def test_a_coroutine_listener_is_called_until_it_is_unregistered(secretsmanager, listened):
    called = []

    async def note(**_):
        called.append(1)

    await listened.list_secrets()
    listened.meta.events.register("before-call.secrets-manager", note)
    await listened.list_secrets()
    listened.meta.events.unregister("before-call.secrets-manager", note)
    await listened.list_secrets()
    assert called == [1]


async def test_a_coroutine_listener_can_return_other_parameters(secretsmanager, listened):
    async def redirect(params, **_):
        return {**params, "SecretId": "replaced"}

    secretsmanager.seed("replaced", "yes")
    listened.meta.events.register("provide-client-params.secrets-manager.GetSecretValue", redirect)
    assert (await listened.get_secret_value(SecretId="db"))["SecretString"] == "yes"


async def test_a_coroutine_listener_can_change_parameters_in_place(secretsmanager, listened):
    async def label(params, **_):
        params["VersionStages"] = ["mine"]

    secretsmanager.seed("db", "one")
    listened.meta.events.register("before-parameter-build.secrets-manager.PutSecretValue", label)
    await listened.put_secret_value(SecretId="db", SecretString="two")
    secretsmanager.assert_labels("db", {"AWSCURRENT": 1, "mine": 2})


async def test_a_before_call_listener_can_answer_an_async_call(secretsmanager, listened, kind):
    response = pytest.importorskip("aiobotocore.awsrequest").AioAWSResponse(None, 200, {}, None)
    answer = kind(lambda **_: (response, {"SecretString": "from elsewhere"}))
    listened.meta.events.register("before-call.secrets-manager", answer)
    assert (await listened.get_secret_value(SecretId="nowhere"))["SecretString"] == "from elsewhere"
    secretsmanager.assert_not_logged()


async def test_aio_stubber_answers_inside_its_block_and_the_manager_after_it(secretsmanager, listened):
    secretsmanager.seed("db", "ours")
    stubber = pytest.importorskip("aiobotocore.stub").AioStubber(listened)
    stubber.add_response("get_secret_value", {"SecretString": "stubbed"}, {"SecretId": "db"})
    with stubber:
        assert (await listened.get_secret_value(SecretId="db"))["SecretString"] == "stubbed"
    assert (await listened.get_secret_value(SecretId="db"))["SecretString"] == "ours"
    secretsmanager.assert_logged("GetSecretValue", times=1)


@pytest.mark.parametrize("hook", HOOKS[:3])
async def test_an_error_of_a_listener_before_the_answer_of_an_async_call_changes_nothing(
    secretsmanager, listened, kind, hook
):
    def refuse(**_):
        raise ConnectionError("not today")

    secretsmanager.seed("db", "one")
    listened.meta.events.register(f"{hook}.secrets-manager", kind(refuse))
    with secretsmanager.assert_unchanged(), pytest.raises(ConnectionError, match="not today"):
        await listened.put_secret_value(SecretId="db", SecretString="two")
    secretsmanager.assert_not_logged()


async def test_an_error_of_an_after_call_listener_leaves_an_async_put_done_and_logged(secretsmanager, listened, kind):
    def refuse(**_):
        raise ConnectionError("not today")

    secretsmanager.seed("db", "one")
    listened.meta.events.register("after-call.secrets-manager", kind(refuse))
    with pytest.raises(ConnectionError, match="not today"):
        await listened.put_secret_value(SecretId="db", SecretString="two")
    secretsmanager.assert_history("db", ["one", "two"])
    secretsmanager.assert_logged("PutSecretValue", times=1)


async def test_an_async_after_call_listener_can_await_the_content_of_the_http_response(secretsmanager, listened):
    seen = []

    async def read(http_response, parsed, **_):
        seen.append((http_response.status_code, await http_response.content, await http_response.text, parsed))

    listened.meta.events.register("after-call.secrets-manager", read)
    reply = await listened.list_secrets()
    assert [(status, content, text) for status, content, text, _ in seen] == [(200, b"", "")]
    assert seen[0][3] is reply


async def test_an_async_after_call_listener_gets_the_parsed_error_of_a_refused_call(secretsmanager, listened, kind):
    seen = []
    listened.meta.events.register("after-call", kind(lambda parsed, **_: seen.append(parsed)))
    with pytest.raises(listened.exceptions.ResourceNotFoundException) as raised:
        await listened.get_secret_value(SecretId="nowhere")
    assert seen == [raised.value.response]


async def test_botocores_history_records_each_async_call_once(secretsmanager, aio, monkeypatch):
    class Kept(BaseHistoryHandler):
        def emit(self, event_type, payload, source):
            if event_type == "API_CALL":
                kept.append((payload["operation"], payload["params"], source))

    kept = []
    recorder = get_global_history_recorder()
    monkeypatch.setattr(recorder, "_handlers", [Kept()])
    monkeypatch.setattr(recorder, "_enabled", True)
    await aio.list_secrets(MaxResults=5)
    assert kept == [("ListSecrets", {"MaxResults": 5}, "BOTOCORE")]


async def test_an_async_client_is_answered_after_aiobotocore_left_sys_modules(secretsmanager, listened, monkeypatch):
    secretsmanager.seed("db", "one")
    listened.meta.events.register("before-call", lambda **_: None)
    for name in [name for name in sys.modules if name.partition(".")[0] == "aiobotocore"]:
        monkeypatch.delitem(sys.modules, name)
    assert (await listened.get_secret_value(SecretId="db"))["SecretString"] == "one"


# --- aioboto3 --------------------------------------------------------------------------------------------------------


@pytest.fixture
def aioboto3():
    return pytest.importorskip("aioboto3", reason="aioboto3 is not installed: it pins aiobotocore")


async def test_an_aioboto3_client_creates_and_reads_a_secret(secretsmanager, aioboto3):
    async with aioboto3.Session().client("secretsmanager") as client:
        await client.create_secret(Name="db", SecretString="one")
        assert (await client.get_secret_value(SecretId="db"))["SecretString"] == "one"
        with pytest.raises(client.exceptions.ResourceExistsException):
            await client.create_secret(Name="db", SecretString="one")
    secretsmanager.assert_log_order("CreateSecret", "GetSecretValue", "CreateSecret")


async def test_an_aioboto3_client_creates_in_the_region_of_its_session(secretsmanager, aioboto3):
    async with aioboto3.Session(region_name="eu-west-1").client("secretsmanager") as client:
        await client.create_secret(Name="db", SecretString="in Ireland")
    assert secretsmanager.secret("db", region="eu-west-1").value == "in Ireland"


async def test_an_aioboto3_paginator_lists_the_managers_secrets(secretsmanager, aioboto3):
    for number in range(3):
        secretsmanager.seed(f"db{number}", "x")
    async with aioboto3.Session().client("secretsmanager") as client:
        pages = client.get_paginator("list_secrets").paginate(PaginationConfig={"PageSize": 2})
        assert [len(page["SecretList"]) async for page in pages] == [2, 1]


async def test_an_aioboto3_client_reaches_the_network_after_the_manager_was_left(aioboto3):
    session = aioboto3.Session("AKIATEST", "test", region_name="us-east-1")
    async with session.client("secretsmanager", endpoint_url=CLOSED_PORT, config=ONCE) as client:
        with SecretsManager():
            await client.list_secrets()
        with pytest.raises(EndpointConnectionError):
            await client.list_secrets()
