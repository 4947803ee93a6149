"""The local endpoint: how it starts and ends, what it tells its clients, and that it serves what they ask for."""

import os
import socket
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread

import boto3
import freezegun
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from signed_requests import (
    PATIENCE,
    TOKEN,
    connect,
    open_sockets,
    port_of,
    read_answer,
    send,
    signed,
    threads_of_endpoints,
)

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import http_server
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.operations import OPERATIONS

ONE_TRY = Config(retries={"total_max_attempts": 1}, proxies={})


@pytest.fixture
def endpoint(secretsmanager):
    return secretsmanager.endpoint()


@pytest.fixture
def over_http(endpoint):
    """Makes boto3 clients of the endpoint, and lets go of their connections at the end."""
    made = []

    def make(env=None, config=ONE_TRY):
        env = env or endpoint.env
        client = boto3.client(
            "secretsmanager",
            endpoint_url=env["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
            region_name=env["AWS_REGION"],
            aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
            config=config,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


class Blocked:
    """A rotation function that waits, in its first step, until it is told to go on."""

    def __init__(self, secretsmanager):
        self.began, self.go_on = Event(), Event()
        self.arn = secretsmanager.rotation.register(self.handler)

    def handler(self, _event, _context):
        self.began.set()
        assert self.go_on.wait(PATIENCE)

    def begin(self, endpoint, name="db"):
        """Asks for a rotation of the secret; gives the connection when the function is running."""
        parameters = {"SecretId": name, "RotationLambdaARN": self.arn, "ClientRequestToken": TOKEN}
        connection = connect(endpoint)
        connection.sendall(bytes(signed(endpoint, "RotateSecret", parameters)))
        assert self.began.wait(PATIENCE)
        return connection


@pytest.fixture
def blocked(secretsmanager):
    function = Blocked(secretsmanager)
    yield function
    function.go_on.set()


# --- what it tells its clients -------------------------------------------------------------------------------------


def test_its_url_is_a_free_port_of_the_loopback_interface(endpoint):
    assert endpoint.url == f"http://127.0.0.1:{port_of(endpoint)}"
    assert port_of(endpoint) > 0


def test_it_listens_on_the_loopback_interface_alone(endpoint):
    """Were it to listen on all interfaces, the rest of 127.0.0.0/8 would reach it too."""
    with pytest.raises(OSError):  # noqa: PT011 - which one depends on the system
        socket.create_connection(("127.0.0.2", port_of(endpoint)), timeout=0.5)


def test_its_environment_names_url_region_and_credentials(endpoint, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    env = endpoint.env_of()
    assert env.pop("AWS_ACCESS_KEY_ID").startswith("AKIA")
    assert len(env.pop("AWS_SECRET_ACCESS_KEY")) == 40
    assert env == {
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint.url,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_SESSION_TOKEN": "",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_USE_FIPS_ENDPOINT": "false",
        "AWS_USE_DUALSTACK_ENDPOINT": "false",
    }


@pytest.mark.parametrize(
    ("variables", "exempt"),
    [
        ({"HTTP_PROXY": "http://proxy:3128"}, "127.0.0.1"),
        ({"all_proxy": "http://proxy:3128", "no_proxy": "intranet"}, "intranet,127.0.0.1"),
        ({"http_proxy": "http://proxy:3128", "NO_PROXY": "a,b"}, "a,b,127.0.0.1"),
    ],
    ids=["HTTP_PROXY", "all_proxy with exemptions", "http_proxy with exemptions"],
)
def test_its_environment_leads_past_a_proxy_of_the_developers(endpoint, monkeypatch, variables, exempt):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    env = endpoint.env_of()
    assert (env["NO_PROXY"], env["no_proxy"]) == (exempt, exempt)


def test_no_two_endpoints_hand_out_the_same_credentials():
    """A random seed makes ids repeatable, but never what protects the endpoint."""
    pairs = []
    for _ in range(2):
        with SecretsManager(random_seed=1) as sm, sm.endpoint() as endpoint:
            pairs.append({endpoint.env["AWS_ACCESS_KEY_ID"], endpoint.env["AWS_SECRET_ACCESS_KEY"]})
    assert pairs[0].isdisjoint(pairs[1])


def test_credentials_use_up_none_of_the_repeatable_ids():
    names = []
    for asks in (False, True):
        with SecretsManager(random_seed=1) as sm:
            if asks:
                sm.endpoint().env_of()
            names.append(sm.seed("db", "x").arn)
    assert names[0] == names[1]


def test_a_program_of_another_region_and_account_is_answered_there(secretsmanager, endpoint, over_http):
    client = over_http(endpoint.env_of(region="eu-west-1", account="210987654321"))
    assert client.create_secret(Name="db")["ARN"].startswith("arn:aws:secretsmanager:eu-west-1:210987654321:secret:db-")
    (call,) = secretsmanager.log
    assert (call.region, call.account) == ("eu-west-1", "210987654321")


def test_credentials_handed_out_before_stay_good(endpoint, over_http):
    env = endpoint.env_of()
    endpoint.env_of(account="210987654321")
    assert over_http(env).list_secrets()["SecretList"] == []


def test_its_repr_shows_no_credentials(endpoint):
    assert repr(endpoint) == f"<endpoint of Secrets Manager at {endpoint.url}>"


def test_neither_its_crashes_nor_its_parts_show_the_secret_key(endpoint):
    (_, pair), *_ = endpoint._signatures._known.values()
    assert pair.secret_access_key not in repr(pair)


@pytest.mark.parametrize(
    "spoiling",
    [
        {"AWS_SESSION_TOKEN": "the developer's own"},
        {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        {"AWS_USE_FIPS_ENDPOINT": "true"},
        {"AWS_USE_DUALSTACK_ENDPOINT": "true"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_a_subprocess_finds_it_whatever_the_developer_has_set(secretsmanager, endpoint, spoiling):
    secretsmanager.seed("db", "hunter2")
    code = "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString'])"
    env = os.environ | spoiling | endpoint.env
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.stderr) == ("hunter2", "")


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_a_subprocess_finds_it_whatever_profile_the_developer_has_chosen(secretsmanager, monkeypatch, name):
    """botocore stops at a profile that is not there, and nobody can unset a variable for a subprocess."""
    secretsmanager.seed("db", "hunter2")
    monkeypatch.setenv(name, "a-profile-that-is-not-there")
    endpoint = secretsmanager.endpoint()
    code = "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString'])"
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | endpoint.env, capture_output=True, text=True, check=False
    )
    assert (ran.stdout.strip(), ran.stderr) == ("hunter2", "")
    profile = Path(endpoint.env["AWS_CONFIG_FILE"])
    assert profile.parent.stat().st_mode & 0o077 == 0  # nobody else reads the credentials
    endpoint.stop()
    assert not profile.parent.exists()


def test_a_stopped_one_hands_out_no_credentials(endpoint):
    endpoint.stop()
    with pytest.raises(UsageError, match="was stopped"):
        endpoint.env_of()


def test_what_goes_to_and_fro_shows_neither_bodies_nor_headers():
    request = http_server.Request("POST", "/", "", (("authorization", "hunter2"),), b"hunter2")
    response = http_server.Response(200, {"x": "hunter2"}, b"hunter2")
    assert (repr(request), repr(response)) == ("<request: POST />", "<response: 200>")


# --- starting and stopping -----------------------------------------------------------------------------------------


def test_asked_twice_it_is_the_same_one(secretsmanager, endpoint):
    assert secretsmanager.endpoint() is endpoint
    assert secretsmanager.endpoint(port=port_of(endpoint)) is endpoint


def test_it_is_at_one_port_at_a_time(secretsmanager, endpoint):
    other = port_of(endpoint) - 1
    with pytest.raises(UsageError, match=f"at port {port_of(endpoint)} already: stop it to have it at {other}"):
        secretsmanager.endpoint(port=other)


def test_it_ends_with_the_block_that_is_rolled_back(secretsmanager):
    with secretsmanager.snapshot():
        inside = secretsmanager.endpoint()
    assert inside.is_stopped
    outside = secretsmanager.endpoint()
    with secretsmanager.snapshot():
        assert secretsmanager.endpoint() is outside
    assert not outside.is_stopped


def test_a_stopped_one_is_made_anew(secretsmanager, endpoint):
    endpoint.stop()
    again = secretsmanager.endpoint()
    assert again is not endpoint
    assert (endpoint.is_stopped, again.is_stopped) == (True, False)
    assert send(again, signed(again, "ListSecrets", {})).status == 200


def test_it_can_be_started_at_the_port_of_one_that_was_stopped(secretsmanager, endpoint):
    endpoint.stop()
    assert secretsmanager.endpoint(port=port_of(endpoint)).url == endpoint.url


def test_a_taken_port_is_told_and_leaves_no_thread(secretsmanager):
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            secretsmanager.endpoint(port=other.getsockname()[1])
        assert threads_of_endpoints() == []
    endpoint = secretsmanager.endpoint()
    assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def test_a_failed_start_leaves_no_socket(secretsmanager):
    with socket.create_server(("127.0.0.1", 0)) as other:
        before = open_sockets()
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            secretsmanager.endpoint(port=other.getsockname()[1])
        assert open_sockets() - before == Counter()


def test_a_with_statement_stops_it(secretsmanager):
    with secretsmanager.endpoint() as endpoint:
        assert not endpoint.is_stopped
    assert endpoint.is_stopped
    with pytest.raises(OSError, match="refused"):
        connect(endpoint)


def test_stopping_twice_is_stopping_once(endpoint):
    endpoint.stop()
    endpoint.stop()
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("error", [None, RuntimeError, KeyboardInterrupt], ids=str)
def test_it_stops_with_its_manager(error):
    before = open_sockets()
    found = []

    def run():
        with SecretsManager() as sm:
            found.append(sm.endpoint())
            if error is not None:
                raise error

    if error is None:
        run()
    else:
        with pytest.raises(error):
            run()
    assert found[0].is_stopped
    assert threads_of_endpoints() == []
    assert open_sockets() - before == Counter()


def test_it_outlives_an_inner_entering_of_the_same_manager():
    with SecretsManager() as sm:
        endpoint = sm.endpoint()
        with sm:
            assert sm.endpoint() is endpoint
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def idle(endpoint):
    connection = connect(endpoint)
    connection.sendall(bytes(signed(endpoint, "ListSecrets", {})))
    assert read_answer(connection).status == 200
    return connection


def silent(endpoint):
    return connect(endpoint)


def half_of_the_head(endpoint):
    connection = connect(endpoint)
    connection.sendall(bytes(signed(endpoint))[:60])
    return connection


def half_of_the_body(endpoint):
    connection = connect(endpoint)
    connection.sendall(bytes(signed(endpoint))[:-10])
    return connection


@pytest.mark.parametrize("client", [idle, silent, half_of_the_head, half_of_the_body])
def test_stopping_leaves_nothing_though_a_client_holds_on(client):
    before = open_sockets()
    with SecretsManager() as sm:
        sm.seed("db", "old")
        endpoint = sm.endpoint()
        connections = [client(endpoint) for _ in range(3)]
        # Connections are taken in the order they come in: when this is answered, the others are known.
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200
    assert threads_of_endpoints() == []
    for connection in connections:
        connection.close()
    assert open_sockets() - before == Counter()


def begin_to_stop(endpoint):
    """Stops the endpoint elsewhere; gives the thread when all that is left is to wait for answers."""
    stopping = Thread(target=endpoint.stop)
    stopping.start()
    for _ in range(int(PATIENCE * 100)):
        if endpoint._server._loop.is_closed():
            return stopping
        stopping.join(0.01)
    raise AssertionError("the endpoint does not stop")


def test_stopping_waits_for_an_answer_that_is_being_made(secretsmanager, endpoint, blocked, monkeypatch):
    monkeypatch.setattr(http_server, "SECONDS_TO_ANSWER", PATIENCE)
    before = open_sockets()
    secretsmanager.seed("db", "old")
    with blocked.begin(endpoint):
        stopping = begin_to_stop(endpoint)
        stopping.join(0.1)
        assert stopping.is_alive()
        blocked.go_on.set()
        stopping.join(PATIENCE)
        assert not stopping.is_alive()
    assert threads_of_endpoints() == []
    assert open_sockets() - before == Counter()
    (run,) = secretsmanager.rotation.runs
    assert [step.step for step in run.steps] == ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt("hunter2"), pytest.fail.Exception("hunter2")],
    ids=lambda it: type(it).__name__,
)
def test_it_outlives_what_a_rotation_function_raises(secretsmanager, endpoint, error, caplog):
    """Whoever asked is told of a crash, and the next one is served."""

    def handler(*_):
        raise error

    arn = secretsmanager.rotation.register(handler)
    secretsmanager.seed("db", "old")
    answer = send(
        endpoint,
        signed(endpoint, "RotateSecret", {"SecretId": "db", "RotationLambdaARN": arn, "ClientRequestToken": TOKEN}),
    )
    assert (answer.status, answer.json["__type"]) == (500, "InternalServiceError")
    assert send(endpoint, signed(endpoint, "GetSecretValue", {"SecretId": "db"})).json["SecretString"] == "old"
    (crash,) = endpoint.crashes
    assert crash.startswith("secretsmanager.RotateSecret crashed inside the endpoint\n")
    assert crash.endswith(type(error).__name__)
    assert "hunter2" not in crash + caplog.text
    endpoint.crashes.clear()  # it is no crash of this test's


def test_crashes_are_remembered_after_their_endpoint(secretsmanager, endpoint):
    endpoint.crashes.append("what crashed")
    endpoint.stop()
    again = secretsmanager.endpoint()
    assert secretsmanager._parts.crashes == ["what crashed"]
    again.crashes.clear()


def test_stopping_does_not_wait_for_ever(secretsmanager, endpoint, blocked, monkeypatch):
    monkeypatch.setattr(http_server, "SECONDS_TO_ANSWER", 0.01)
    secretsmanager.seed("db", "old")
    with blocked.begin(endpoint):
        endpoint.stop()
        late = [thread for thread in endpoint._server._pool._threads if thread.is_alive()]
        assert late
    blocked.go_on.set()
    for thread in late:
        thread.join(PATIENCE)
    assert threads_of_endpoints() == []


def raise_interrupt(*_args, **_kwargs):
    raise KeyboardInterrupt


INTERRUPTED = {
    "its connections are closed": lambda _: (http_server, "wait"),
    "its loop ends": lambda server: (server._has_ended, "wait"),
    "its thread ends": lambda server: (server._thread, "join"),
    "its port is freed": lambda server: (server._loop, "close"),
    "its pool is shut down": lambda server: (server._pool, "shutdown"),
}


@pytest.mark.parametrize("where", INTERRUPTED.values(), ids=INTERRUPTED)
def test_a_stop_that_is_interrupted_while_can_be_repeated(endpoint, where, monkeypatch):
    idle(endpoint).close()
    with monkeypatch.context() as interrupt:
        interrupt.setattr(*where(endpoint._server), raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            endpoint.stop()
    assert not endpoint.is_stopped
    endpoint.stop()
    assert endpoint.is_stopped
    assert threads_of_endpoints() == []
    with pytest.raises(OSError, match="refused"):
        connect(endpoint)


def test_a_manager_that_is_left_stops_its_endpoint_though_an_interrupt_comes(monkeypatch):
    sm = SecretsManager()
    sm.__enter__()
    endpoint = sm.endpoint()
    waits = [raise_interrupt, http_server.wait]
    monkeypatch.setattr(http_server, "wait", lambda *args: (waits.pop(0) if len(waits) > 1 else waits[0])(*args))
    with pytest.raises(KeyboardInterrupt):
        sm.__exit__(None, None, None)
    assert endpoint.is_stopped
    assert threads_of_endpoints() == []


def test_a_manager_that_is_not_entered_has_none():
    with pytest.raises(UsageError, match="start its endpoint inside `with SecretsManager"):
        SecretsManager().endpoint()


def test_a_manager_that_was_left_has_none():
    with SecretsManager() as sm:
        sm.endpoint()
    with pytest.raises(UsageError, match="answers no calls now"):
        sm.endpoint()


def test_without_aiohttp_the_extra_is_named():
    code = (
        "import sys; sys.modules['aiohttp'] = None\n"
        "from pytest_secretsmanager import SecretsManager\n"
        "from pytest_secretsmanager.engine.errors import UsageError\n"
        "with SecretsManager() as sm:\n"
        "    try: sm.endpoint()\n"
        "    except UsageError as error: print(error)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    told = "the endpoint needs aiohttp, which is not installed: pip install 'pytest-secretsmanager[endpoint]'"
    assert (ran.stdout.strip(), ran.stderr) == (told, "")


def test_threads_that_ask_at_once_get_the_same_one():
    start = Barrier(16)
    with SecretsManager() as sm:

        def ask(_):
            start.wait(PATIENCE)
            return sm.endpoint()

        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(ask, range(16)))) == 1
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("client", [idle, silent, half_of_the_head, half_of_the_body])
def test_it_stops_in_frozen_time_too(secretsmanager, client):
    """freezegun stops the clock by which aiohttp would give up on a client."""
    secretsmanager.seed("db", "old")
    with freezegun.freeze_time("2001-01-01"):
        endpoint = secretsmanager.endpoint()
        connection = client(endpoint)
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200
        endpoint.stop()
    connection.close()
    assert threads_of_endpoints() == []


@pytest.mark.parametrize("account", ["", "1234", "12345678901x", 123456789012])
def test_an_account_that_is_none_is_refused(endpoint, account):
    with pytest.raises(UsageError, match="twelve digits"):
        endpoint.env_of(account=account)


# --- serving -------------------------------------------------------------------------------------------------------


def test_a_client_of_the_environment_reaches_it(secretsmanager, endpoint, monkeypatch):
    for name, value in endpoint.env.items():
        monkeypatch.setenv(name, value)
    client = boto3.session.Session().client("secretsmanager", config=ONE_TRY)
    client.create_secret(Name="db", SecretString="x")
    client.close()
    assert secretsmanager.secret("db").value == "x"


def test_a_life_of_a_secret_goes_over_it(secretsmanager, over_http):
    client = over_http()
    client.create_secret(Name="db", SecretString="one", Tags=[{"Key": "team", "Value": "pay"}])
    client.put_secret_value(SecretId="db", SecretBinary=b"\x00\xff")
    assert client.get_secret_value(SecretId="db")["SecretBinary"] == b"\x00\xff"
    assert client.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    assert client.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "b"}]).keys() == {"ResponseMetadata"}
    assert isinstance(client.describe_secret(SecretId="db")["CreatedDate"], datetime)
    assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == ["db"]
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db")
    assert dict(secretsmanager.secrets) == {}


def test_a_call_is_logged_with_the_request_id_that_its_client_sees(secretsmanager, over_http):
    seen = over_http().list_secrets()["ResponseMetadata"]
    (call,) = secretsmanager.log
    assert (call.operation, call.region, call.account) == ("ListSecrets", "us-east-1", "123456789012")
    assert call.request_id == seen["RequestId"] == seen["HTTPHeaders"]["x-amzn-requestid"]


def test_a_refused_call_is_logged_with_the_request_id_that_its_client_sees(secretsmanager, over_http):
    client = over_http()
    with pytest.raises(client.exceptions.ResourceNotFoundException) as caught:
        client.get_secret_value(SecretId="nowhere")
    (call,) = secretsmanager.log
    assert call.request_id == caught.value.response["ResponseMetadata"]["RequestId"]
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert caught.value.response["Message"] == caught.value.response["Error"]["Message"]


def test_the_region_of_a_call_is_that_of_its_signature(secretsmanager, endpoint):
    """The environment's region is a client's default; what counts is what it signed for."""
    assert send(endpoint, signed(endpoint, "ListSecrets", {}, region="ap-south-1")).status == 200
    assert [call.region for call in secretsmanager.log] == ["ap-south-1"]


def test_a_client_of_its_url_goes_over_http_while_others_are_answered_in_process(secretsmanager, over_http, client):
    """aiohttp names itself in what it sends, which nobody who answers in process does."""
    assert "content-length" in over_http().list_secrets()["ResponseMetadata"]["HTTPHeaders"]
    assert "content-length" not in client.list_secrets()["ResponseMetadata"]["HTTPHeaders"]
    assert len(secretsmanager.log) == 2


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}/", "http://localhost:{}", "http://localhost:{}/"])
def test_a_client_may_write_its_url_otherwise(over_http, endpoint, form):
    env = {**endpoint.env, "AWS_ENDPOINT_URL_SECRETS_MANAGER": form.format(port_of(endpoint))}
    assert "content-length" in over_http(env).list_secrets()["ResponseMetadata"]["HTTPHeaders"]


def test_it_answers_for_its_own_manager_while_an_inner_one_is_entered(secretsmanager, over_http, client):
    secretsmanager.seed("db", "outer")
    with SecretsManager() as inner:
        inner.seed("db", "inner")
        assert over_http().get_secret_value(SecretId="db")["SecretString"] == "outer"
        assert client.get_secret_value(SecretId="db")["SecretString"] == "inner"
        assert len(inner.log) == 1


def test_the_clock_of_the_manager_is_the_clock_of_what_it_serves(secretsmanager, over_http):
    secretsmanager.clock.set(datetime(2040, 1, 1, tzinfo=UTC))
    over_http().create_secret(Name="db", SecretString="x")
    assert over_http().describe_secret(SecretId="db")["CreatedDate"] - datetime(2040, 1, 1, tzinfo=UTC) < timedelta(
        minutes=5
    )


# --- crashes -------------------------------------------------------------------------------------------------------


ON_PURPOSE = pytest.mark.filterwarnings("ignore:secretsmanager. .* crashed inside:pytest.PytestWarning")


def crash(*_):
    raise ZeroDivisionError("hunter2 is in this text")


@ON_PURPOSE
def test_a_crash_is_a_fault_of_the_service_without_detail(secretsmanager, endpoint, over_http, monkeypatch):
    secretsmanager.seed("db", "old")
    monkeypatch.setitem(OPERATIONS, "PutSecretValue", OPERATIONS["PutSecretValue"]._replace(run=crash))
    with secretsmanager.assert_unchanged():
        answer = send(endpoint, signed(endpoint))
    assert (answer.status, answer.code) == (500, "InternalServiceError")
    assert answer.json == {"__type": "InternalServiceError", "Message": "An error occurred on the server side."}
    with pytest.raises(ClientError, match="InternalServiceError"):
        over_http().put_secret_value(SecretId="db", SecretString="new")
    for text in endpoint.crashes:
        assert text.splitlines()[0] == "secretsmanager.PutSecretValue crashed inside the endpoint"
        assert (text.splitlines()[-1], "hunter2 is in this text\n" in text) == ("ZeroDivisionError", False)
    assert len(secretsmanager._parts.crashes) == 2


def test_what_was_refused_is_no_crash(endpoint):
    assert send(endpoint, signed(endpoint)).code == "ResourceNotFoundException"
    assert endpoint.crashes == []


@ON_PURPOSE
def test_it_serves_on_after_a_crash(secretsmanager, endpoint, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setitem(OPERATIONS, "ListSecrets", OPERATIONS["ListSecrets"]._replace(run=crash))
        assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 500
    assert send(endpoint, signed(endpoint, "ListSecrets", {})).status == 200


def test_an_operation_that_is_not_supported_is_told_by_that_name(secretsmanager, endpoint, monkeypatch):
    monkeypatch.delitem(OPERATIONS, "ListSecrets")
    answer = send(endpoint, signed(endpoint, "ListSecrets", {}))
    assert (answer.status, answer.code) == (400, "UnsupportedOperation")
    assert answer.message.startswith("ListSecrets is not supported yet by pytest-secretsmanager")
    assert endpoint.crashes == []


# --- at the same time ----------------------------------------------------------------------------------------------


def test_a_call_that_takes_its_time_holds_up_no_other(secretsmanager, endpoint, blocked, over_http):
    secretsmanager.seed("db", "old")
    with blocked.begin(endpoint) as connection:
        over_http().create_secret(Name="other", SecretString="x")
        assert secretsmanager.secret("other").value == "x"
        blocked.go_on.set()
        assert read_answer(connection).status == 200


def test_a_rotation_function_may_call_the_endpoint(secretsmanager, over_http):
    seen = []
    client = over_http()

    def handler(event, context):
        seen.append((event["Step"], client.describe_secret(SecretId=event["SecretId"])["Name"]))

    secretsmanager.seed("db", "old")
    client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(handler))
    assert seen == [(step, "db") for step in ("createSecret", "setSecret", "testSecret", "finishSecret")]


def test_nothing_of_many_threads_is_lost_or_doubled(secretsmanager, over_http):
    threads, calls = 16, 50
    client = over_http(config=ONE_TRY.merge(Config(max_pool_connections=threads)))
    start = Barrier(threads)

    def work(thread):
        start.wait(PATIENCE)
        return [client.create_secret(Name=f"{thread}-{n}", SecretString="x") for n in range(calls)]

    with ThreadPoolExecutor(threads) as pool:
        replies = [reply for replies in pool.map(work, range(threads)) for reply in replies]
    assert {reply["Name"] for reply in replies} == set(secretsmanager.secrets)
    seen = Counter(reply["ResponseMetadata"]["RequestId"] for reply in replies)
    assert Counter(call.request_id for call in secretsmanager.log) == seen
    assert len(seen) == threads * calls


def test_a_client_that_was_made_for_it_gets_no_answer_when_it_is_gone(secretsmanager):
    """Nobody else at that URL answers in its place once no manager is left."""
    with SecretsManager() as sm:
        endpoint = sm.endpoint()
        env = endpoint.env
    code = (
        "import boto3; from botocore.config import Config\n"
        "client = boto3.client('secretsmanager', config=Config(retries={'total_max_attempts': 1}))\n"
        "try: client.list_secrets()\n"
        "except Exception as error: print(type(error).__name__)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | env, capture_output=True, text=True, check=False
    )
    refusals = {EndpointConnectionError.__name__, "UnrecognizedClientException"}  # another test's may be there by now
    assert ran.stdout.strip() in refusals


@pytest.mark.parametrize("port", [-1, 65_536, "80", 80.0, True])
def test_a_port_that_is_none_is_refused(secretsmanager, port):
    with pytest.raises(UsageError, match="a port is a number from 0 to 65535, not"):
        secretsmanager.endpoint(port=port)


@pytest.mark.parametrize("region", ["", 5])
def test_a_region_that_is_none_is_refused(endpoint, region):
    with pytest.raises(UsageError, match="region is a str such as 'us-east-1', not"):
        endpoint.env_of(region=region)
