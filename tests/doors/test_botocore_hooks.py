"""botocore's hooks around a call: their order, their arguments, and the changes that a listener can make.

botocore is the reference: the same call without a manager, answered by a Stubber.
"""

import json
from contextlib import nullcontext
from copy import deepcopy
from datetime import UTC, datetime

import boto3
import botocore.session
import pytest
from botocore.awsrequest import AWSResponse
from botocore.history import BaseHistoryHandler, get_global_history_recorder
from botocore.stub import Stubber

from pytest_secretsmanager import SecretsManager

HOOKS = ("provide-client-params", "before-parameter-build", "before-call", "after-call")
TOKEN = "11111111-2222-4333-8444-555555555555"
CREATION = {"Name": "db", "SecretString": "one", "ClientRequestToken": TOKEN, "Tags": [{"Key": "a", "Value": "b"}]}


def listen(client, *, to=HOOKS, service="secrets-manager", operation="*"):
    """Register a listener to each of these hooks. Return the list of their calls."""
    seen = []
    for hook in to:
        client.meta.events.register(
            f"{hook}.{service}.{operation}", lambda hook=hook, **given: seen.append((hook, given))
        )
    return seen


def plain(value):
    """Return a hook's argument as a value that can be compared with another call's."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, str | bytes | int | list | type(None)):
        return deepcopy(value)
    return type(value).__name__


# --- order and arguments ---------------------------------------------------------------------------------------------


def seen_of_one_call(client, answered_by=None):
    """Return the listeners' view of one call. The Stubber comes last: it stops the event for later listeners."""
    seen = listen(client, service="*")
    with answered_by or nullcontext():
        client.create_secret(**CREATION)
    return [(hook, {name: plain(value) for name, value in given.items()}) for hook, given in seen]


@pytest.fixture
def as_botocore_does(new_client):
    """The listeners' view of a call through botocore alone."""
    client = new_client()
    stubber = Stubber(client)
    stubber.add_response("create_secret", {})
    return seen_of_one_call(client, answered_by=stubber)


def test_hooks_are_called_in_botocores_order(as_botocore_does, secretsmanager, new_client):
    called = [hook for hook, _ in seen_of_one_call(new_client())]
    assert called == [hook for hook, _ in as_botocore_does]
    assert called == list(HOOKS)


@pytest.mark.parametrize("position", range(4), ids=HOOKS)
def test_a_hook_is_called_with_the_same_arguments_as_by_botocore(
    as_botocore_does, secretsmanager, new_client, position
):
    """Without the reply: botocore's parsed response is the Stubber's."""
    reference, ours = as_botocore_does[position][1], seen_of_one_call(new_client())[position][1]
    for given in (reference, ours):
        given.pop("parsed", None)
    assert ours == reference


def test_an_after_call_listener_gets_the_reply_object_of_the_caller(secretsmanager, new_client):
    client = new_client()
    seen = listen(client, to=["after-call"])
    reply = client.create_secret(**CREATION)
    assert seen[0][1]["parsed"] is reply


def test_an_after_call_listener_gets_the_http_response(secretsmanager, new_client):
    client = new_client()
    seen = listen(client, to=["after-call"])
    reply = client.create_secret(**CREATION)
    response = seen[0][1]["http_response"]
    assert isinstance(response, AWSResponse)
    assert response.status_code == 200
    assert response.headers["X-Amzn-RequestId"] == reply["ResponseMetadata"]["RequestId"]


def test_an_after_call_listener_gets_the_parsed_error_of_a_refused_call(secretsmanager, new_client):
    client = new_client()
    seen = listen(client, to=["after-call"])
    with pytest.raises(client.exceptions.ResourceNotFoundException) as raised:
        client.get_secret_value(SecretId="nowhere")
    assert seen[0][1]["parsed"] is raised.value.response
    assert seen[0][1]["http_response"].status_code == 400


def test_all_hooks_of_one_call_get_the_same_context(secretsmanager, new_client):
    """Tracing libraries keep their state from hook to hook there."""
    client = new_client()
    seen = listen(client)
    client.list_secrets()
    first, *others = [given["context"] for _, given in seen]
    assert all(context is first for context in others)


def test_a_before_call_listener_gets_body_headers_method_and_url_of_the_request(secretsmanager, new_client):
    client = new_client("eu-west-1")
    seen = listen(client, to=["before-call"])
    client.create_secret(**CREATION)
    request = seen[0][1]["params"]
    assert json.loads(request["body"]) == CREATION
    assert request["headers"]["X-Amz-Target"] == "secretsmanager.CreateSecret"
    assert (request["method"], request["url"]) == ("POST", "https://secretsmanager.eu-west-1.amazonaws.com/")


def test_the_client_request_token_is_missing_until_the_bare_before_parameter_build(secretsmanager, new_client):
    """botocore fills it in as a listener to the bare event, so a Stubber's expected parameters don't name it."""
    secretsmanager.seed("db", "one")
    client = new_client()
    had_token = []
    for event in ("provide-client-params", "before-parameter-build.secrets-manager", "before-parameter-build"):
        client.meta.events.register(event, lambda params, **_: had_token.append("ClientRequestToken" in params))
    client.put_secret_value(SecretId="db", SecretString="two")
    assert had_token == [False, False, True]


@pytest.mark.parametrize(
    "hook",
    [
        None,
        "after-call",
    ],
    ids=["no listener", "listener"],
)
def test_botocores_history_records_a_sync_call(secretsmanager, new_client, monkeypatch, hook):
    """`aws history` uses this global recorder. It is off by default."""

    class Kept(BaseHistoryHandler):
        def emit(self, event_type, payload, source):
            if event_type == "API_CALL":
                kept.append((payload, source))

    kept = []
    recorder = get_global_history_recorder()
    monkeypatch.setattr(recorder, "_handlers", [Kept()])
    monkeypatch.setattr(recorder, "_enabled", True)
    client = new_client()
    if hook:
        client.meta.events.register(hook, lambda **_: None)
    client.list_secrets(MaxResults=5)
    call = {"service": "secretsmanager", "operation": "ListSecrets", "params": {"MaxResults": 5}}
    assert kept == [(call, "BOTOCORE")]


# --- registrations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize(
    "registered_for",
    [
        "",
        ".*",
        ".*.*",
        ".*.GetSecretValue",
        ".secrets-manager",
        ".secrets-manager.*",
        ".secrets-manager.GetSecretValue",
        ".secretsmanager",
        ".secretsmanager.GetSecretValue",
    ],
)
def test_a_listener_is_called_with_any_form_of_its_event_name(secretsmanager, new_client, hook, registered_for):
    """`secretsmanager` is the service's older name, which botocore still accepts."""
    secretsmanager.seed("db", "one")
    client = new_client()
    called = []
    client.meta.events.register(f"{hook}{registered_for}", lambda **given: called.append(given["model"].name))
    client.get_secret_value(SecretId="db")
    assert called == ["GetSecretValue"]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_listener_to_another_operation_is_not_called(secretsmanager, new_client, hook):
    secretsmanager.seed("db", "one")
    client = new_client()
    called = listen(client, to=[hook], operation="PutSecretValue")
    client.get_secret_value(SecretId="db")
    assert called == []


def test_a_listener_that_is_registered_between_calls_is_called_in_later_calls(secretsmanager, new_client):
    client = new_client()
    client.list_secrets()
    called = listen(client, to=["before-call"])
    client.list_secrets()
    client.list_secrets()
    assert len(called) == 2


def test_an_unregistered_listener_is_not_called(secretsmanager, new_client):
    client = new_client()
    called = []

    def note(**_):
        called.append(1)

    client.meta.events.register("before-call.secrets-manager", note)
    client.list_secrets()
    client.meta.events.unregister("before-call.secrets-manager", note)
    client.list_secrets()
    assert called == [1]


def test_a_listener_of_one_client_is_not_called_for_another_client(secretsmanager, new_client):
    one, two = new_client(), new_client()
    called = listen(one)
    two.list_secrets()
    assert called == []


def test_a_listener_of_the_botocore_session_is_called(secretsmanager):
    session = botocore.session.Session()
    called = []
    session.register("before-call.secrets-manager", lambda **_: called.append(1))
    session.create_client("secretsmanager").list_secrets()
    assert called == [1]


def test_a_listener_of_the_boto3_session_is_called(secretsmanager):
    session = boto3.Session()
    called = []
    session.events.register("after-call.secrets-manager.ListSecrets", lambda **_: called.append(1))
    session.client("secretsmanager").list_secrets()
    assert called == [1]


@pytest.mark.parametrize("hook", HOOKS)
def test_listeners_are_called_in_the_order_first_middle_last(secretsmanager, new_client, hook):
    client = new_client()
    called = []
    events, event = client.meta.events, f"{hook}.secrets-manager.ListSecrets"
    events.register_last(event, lambda **_: called.append("last"), unique_id="last")
    events.register(event, lambda **_: called.append("middle"))
    events.register_first(event, lambda **_: called.append("first"))
    client.list_secrets()
    assert called == ["first", "middle", "last"]


@pytest.mark.parametrize("hook", HOOKS)
def test_a_listener_to_a_more_specific_event_is_called_first(secretsmanager, new_client, hook):
    client = new_client()
    called = []
    for name in ("", ".secrets-manager", ".secrets-manager.ListSecrets"):
        client.meta.events.register(f"{hook}{name}", lambda name=name, **_: called.append(name))
    client.list_secrets()
    assert called == [".secrets-manager.ListSecrets", ".secrets-manager", ""]


def test_a_listener_registered_last_to_the_bare_before_call_is_called(secretsmanager, new_client):
    client = new_client()
    called = []
    client.meta.events.register_last("before-call", lambda **_: called.append(1), unique_id="mine")
    client.list_secrets()
    assert called == [1]


def test_a_listener_registered_last_to_the_bare_before_call_after_a_call_is_called(secretsmanager, new_client):
    client = new_client()
    listen(client, to=["after-call"])
    client.list_secrets()
    called = []
    client.meta.events.register_last("before-call", lambda **_: called.append(1), unique_id="mine")
    client.list_secrets()
    assert called == [1]


def test_a_listener_is_called_in_each_of_two_managers(new_client):
    client = new_client()
    called = listen(client, to=["before-call"])
    for _ in range(2):
        with SecretsManager():
            client.list_secrets()
    assert len(called) == 2


# --- changes by listeners --------------------------------------------------------------------------------------------


def test_a_provide_client_params_listener_can_change_the_parameters_in_place(secretsmanager, new_client):
    client = new_client()

    def add_prefix(params, **_):
        params["Name"] = f"app/{params['Name']}"

    client.meta.events.register("provide-client-params.secrets-manager.CreateSecret", add_prefix)
    assert client.create_secret(Name="db")["Name"] == "app/db"


def test_a_provide_client_params_listener_can_return_other_parameters(secretsmanager, new_client):
    client = new_client()
    client.meta.events.register("provide-client-params.secrets-manager.CreateSecret", lambda **_: {"Name": "other"})
    assert client.create_secret(Name="db", SecretString="one")["Name"] == "other"
    assert secretsmanager.secret("other").versions == []


def test_a_before_parameter_build_listener_can_change_the_parameters_in_place(secretsmanager, new_client):
    client = new_client()
    client.meta.events.register(
        "before-parameter-build.secrets-manager.CreateSecret",
        lambda params, **_: params.update(SecretString="from the hook"),
    )
    client.create_secret(Name="db", SecretString="one")
    secretsmanager.assert_value("db", "from the hook")


def test_parameters_that_a_listener_changed_are_validated(secretsmanager, new_client):
    client = new_client()
    client.meta.events.register("provide-client-params", lambda params, **_: params.update(SecretId=1))
    with pytest.raises(botocore.exceptions.ParamValidationError, match="Invalid type for parameter SecretId"):
        client.get_secret_value(SecretId="db")


def test_a_before_call_listener_can_change_the_body(secretsmanager, new_client):
    secretsmanager.seed("other", "of the other")
    client = new_client()

    def redirect(params, **_):
        params["body"] = b'{"SecretId": "other"}'

    client.meta.events.register("before-call.secrets-manager.GetSecretValue", redirect)
    assert client.get_secret_value(SecretId="db")["SecretString"] == "of the other"
    secretsmanager.assert_logged("GetSecretValue", SecretId="other")


def test_an_after_call_listener_can_change_the_reply(secretsmanager, new_client):
    secretsmanager.seed("db", "one")
    client = new_client()
    client.meta.events.register("after-call", lambda parsed, **_: parsed.update(SecretString="masked"))
    assert client.get_secret_value(SecretId="db")["SecretString"] == "masked"
    secretsmanager.assert_value("db", "one")


def test_an_error_of_an_after_call_listener_reaches_the_caller_and_the_call_is_logged(secretsmanager, new_client):
    client = new_client()

    def refuse(**_):
        raise PermissionError("not in this test")

    client.meta.events.register("after-call.secrets-manager.CreateSecret", refuse)
    with pytest.raises(PermissionError, match="not in this test"):
        client.create_secret(Name="db")
    secretsmanager.assert_logged("CreateSecret", times=1)


@pytest.mark.parametrize("hook", HOOKS[:3])
def test_an_error_of_a_listener_before_the_answer_stops_the_call(secretsmanager, new_client, hook):
    client = new_client()

    def refuse(**_):
        raise PermissionError("not in this test")

    client.meta.events.register(f"{hook}.secrets-manager.CreateSecret", refuse)
    with pytest.raises(PermissionError, match="not in this test"):
        client.create_secret(Name="db")
    assert dict(secretsmanager.secrets) == {}
    assert list(secretsmanager.log) == []


def test_a_call_after_a_call_that_a_listener_stopped_is_answered(secretsmanager, new_client):
    client = new_client()
    refusals = [PermissionError("once")]

    def refuse_once(**_):
        if refusals:
            raise refusals.pop()

    client.meta.events.register("before-call", refuse_once)
    with pytest.raises(PermissionError):
        client.list_secrets()
    assert client.list_secrets()["SecretList"] == []


def test_a_before_call_listener_can_call_the_same_client(secretsmanager, new_client):
    secretsmanager.seed("db", "one")
    client = new_client()
    client.meta.events.register(
        "before-call.secrets-manager.GetSecretValue", lambda **_: client.describe_secret(SecretId="db") and None
    )
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    assert [call.operation for call in secretsmanager.log] == ["DescribeSecret", "GetSecretValue"]


# --- a listener that answers -----------------------------------------------------------------------------------------


def answer(status, parsed):
    return lambda **_: (AWSResponse("https://test", status, {}, None), parsed)


def test_a_before_call_listener_can_answer_a_call(secretsmanager, new_client):
    client = new_client()
    parsed = {"SecretString": "from the hook", "CreatedDate": datetime(2020, 1, 1, tzinfo=UTC)}
    client.meta.events.register("before-call.secrets-manager.GetSecretValue", answer(200, parsed))
    assert client.get_secret_value(SecretId="nowhere") is parsed


def test_a_call_that_a_listener_answers_is_not_logged(secretsmanager, new_client):
    client = new_client()
    client.meta.events.register("before-call", answer(200, {}))
    client.create_secret(Name="db")
    assert list(secretsmanager.log) == []
    assert dict(secretsmanager.secrets) == {}


@pytest.mark.parametrize("register", ["register_first", "register", "register_last"])
@pytest.mark.parametrize("event", ["before-call", "before-call.*.*", "before-call.secrets-manager.ListSecrets"])
def test_a_before_call_listener_can_answer_from_any_registration(secretsmanager, new_client, register, event):
    client = new_client()
    getattr(client.meta.events, register)(event, answer(200, {"SecretList": ["mine"]}), unique_id="mine")
    assert client.list_secrets() == {"SecretList": ["mine"]}


def test_a_before_call_listener_can_answer_with_a_modelled_error(secretsmanager, new_client):
    client = new_client()
    parsed = {"Error": {"Code": "DecryptionFailure", "Message": "from the hook"}}
    client.meta.events.register("before-call", answer(400, parsed))
    with pytest.raises(client.exceptions.DecryptionFailure, match="from the hook") as raised:
        client.get_secret_value(SecretId="db")
    assert raised.value.response is parsed


def test_an_after_call_listener_gets_the_answer_of_a_before_call_listener(secretsmanager, new_client):
    client = new_client()
    parsed = {"SecretList": []}
    client.meta.events.register("before-call", answer(200, parsed))
    seen = listen(client, to=["after-call"])
    client.list_secrets()
    assert seen[0][1]["parsed"] is parsed
