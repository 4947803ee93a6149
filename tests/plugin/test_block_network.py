"""The ini option `secretsmanager_block_network`: calls that no `SecretsManager` answers fail before they reach AWS."""

from collections.abc import Callable
from textwrap import dedent

import botocore
import pytest
from botocore import handlers
from botocore.endpoint import Endpoint

Run = Callable[..., pytest.RunResult]

INI = "[pytest]\nsecretsmanager_block_network = {}\n"


@pytest.fixture
def no_way_out(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point calls at a closed proxy, in case the block fails, and keep other tools out of new clients."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(pytester.path))
    # Once imported, moto and AWS's Powertools listen to every client; other tests of this process import them.
    of_botocore = [entry for entry in handlers.BUILTIN_HANDLERS if not type(entry[1]).__module__.startswith("moto")]
    monkeypatch.setattr(handlers, "BUILTIN_HANDLERS", of_botocore)
    monkeypatch.setattr(botocore, "_INITIALIZERS", [])


@pytest.fixture
def blocked(no_way_out: None, pytester: pytest.Pytester, run: Run) -> Run:
    """Run one file with the network blocked."""

    def run_file(source: str, *arguments: str, on: str = "true") -> pytest.RunResult:
        pytester.makeini(INI.format(on))
        return run(source, *arguments)

    return run_file


@pytest.fixture
def blocked_apart(no_way_out: None, pytester: pytest.Pytester, run_apart: Run) -> Run:
    """Run one file with the network blocked, in a separate process."""

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        pytester.makeini(INI.format("true"))
        return run_apart(source, *arguments)

    return run_file


@pytest.mark.parametrize("keys", [True, False], ids=["with credentials", "without credentials"])
def test_a_blocked_call_names_its_operation_its_test_and_where_the_client_was_made(
    blocked: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, keys: bool
) -> None:
    if keys:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATEST")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    pytester.makepyfile(app="import boto3\nclient = boto3.client('secretsmanager')\n")
    result = blocked(
        """
        import app

        def test_it():
            try:
                app.client.get_secret_value(SecretId="db")
            except Exception:
                pass
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "GetSecretValue was stopped on its way to AWS (secretsmanager.us-east-1.amazonaws.com): no SecretsManager "
            "is active, and secretsmanager_block_network is true",
            "  called at *test_it.py:5 in test_it",
            "  by a client made at *app.py:2 in <module>",
            "  in test_it.py::test_it",
            'Give the test the fixture, or the secrets that it reads: @pytest.mark.secret("name", "value"). *',
        ],
        consecutive=True,
    )


def test_block_network_lets_calls_to_other_hosts_stubs_moto_and_the_fixture_pass(blocked_apart: Run) -> None:
    """In a separate process, where moto is imported as a program imports it."""
    blocked_apart(
        """
        import boto3, pytest
        from botocore.exceptions import EndpointConnectionError
        from botocore.stub import Stubber
        from moto import mock_aws

        KEYS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}

        def test_a_closed_port():
            client = boto3.client("secretsmanager", endpoint_url="http://127.0.0.1:1", **KEYS)
            with pytest.raises(EndpointConnectionError):
                client.list_secrets()

        def test_a_stubber():
            client = boto3.client("secretsmanager", **KEYS)
            with Stubber(client) as stubber:
                stubber.add_response("list_secrets", {})
                client.list_secrets()

        @mock_aws
        def test_moto():
            assert boto3.client("secretsmanager", **KEYS).list_secrets()["SecretList"] == []

        def test_the_fixture(secretsmanager):
            assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
        """
    ).assert_outcomes(passed=4)


@pytest.mark.parametrize(
    "arguments",
    [
        'region_name="cn-north-1"',
        'region_name="us-gov-west-1"',
        "config=Config(use_dualstack_endpoint=True)",
        "config=Config(use_fips_endpoint=True)",
        'endpoint_url="https://vpce-0123.secretsmanager.us-east-1.vpce.amazonaws.com"',
    ],
)
def test_block_network_stops_calls_to_every_kind_of_aws_host(blocked: Run, arguments: str) -> None:
    result = blocked(
        f"""
        import boto3
        from botocore.config import Config

        def test_it():
            keys = {{"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}}
            boto3.client("secretsmanager", **keys, {arguments}).list_secrets()
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["ListSecrets was stopped on its way to AWS (*"])


def test_a_blocked_call_at_import_is_a_collection_error(blocked: Run) -> None:
    result = blocked("import boto3\nboto3.client('secretsmanager').list_secrets()\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*NetworkBlocked: ListSecrets was stopped *", "*while no test was running"])


@pytest.mark.parametrize(("on", "wrapped"), [("true", True), ("false", False)])
def test_endpoint_send_is_wrapped_only_if_block_network_is_true(blocked: Run, on: str, wrapped: bool) -> None:
    blocked(
        f"""
        import wrapt
        from botocore.endpoint import Endpoint

        def test_it():
            assert isinstance(Endpoint.__dict__["_send"], wrapt.FunctionWrapper) is {wrapped}
        """,
        on=on,
    ).assert_outcomes(passed=1)


def test_a_run_inside_this_process_restores_the_methods_that_it_wrapped(blocked: Run) -> None:
    bare = {name: Endpoint.__dict__[name] for name in ("_send", "create_request")}
    blocked(
        """
        from botocore.endpoint import Endpoint

        def test_it():
            assert hasattr(Endpoint.__dict__["_send"], "_self_wrapper")
        """
    ).assert_outcomes(passed=1)
    assert all(Endpoint.__dict__[name] is method for name, method in bare.items())


def test_block_network_stops_calls_in_threads_and_in_fixtures(blocked: Run) -> None:
    result = blocked(
        """
        from concurrent.futures import ThreadPoolExecutor
        import boto3, pytest

        def read():
            keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
            return boto3.client("secretsmanager", **keys).get_secret_value(SecretId="db")

        @pytest.fixture
        def secret():
            return read()

        def test_fixture(secret):
            pass

        def test_thread():
            with ThreadPoolExecutor() as pool:
                pool.submit(read).result()
        """
    )
    result.assert_outcomes(errors=1, failed=1)
    result.stdout.fnmatch_lines(["  in test_it.py::test_fixture", "  in test_it.py::test_thread"])


@pytest.mark.parametrize("early", [True, False], ids=["imported before", "imported in the test"])
def test_block_network_stops_calls_of_aiobotocore(blocked: Run, blocked_apart: Run, early: bool) -> None:
    """Other tests import aiobotocore in this process: the late import needs a separate one."""
    pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    result = (blocked if early else blocked_apart)(
        f"""
        import asyncio
        {"import aiobotocore.session" if early else ""}

        async def read(**arguments):
            from aiobotocore.session import get_session

            async with get_session().create_client("secretsmanager", **arguments) as client:
                await client.get_secret_value(SecretId="db")

        def test_signed():
            asyncio.run(read(aws_access_key_id="AKIATEST", aws_secret_access_key="test"))

        def test_without_credentials():
            asyncio.run(read())

        def test_answered(secretsmanager):
            secretsmanager.seed("db", "x")
            asyncio.run(read())
        """
    )
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(
        [
            "GetSecretValue was stopped on its way to AWS (secretsmanager.us-east-1.amazonaws.com)*",
            "  called at *test_it.py:8 in read",
            "  by a client made at *test_it.py:7 in read",
            "  in test_it.py::test_signed",
        ]
    )


def test_block_network_stops_calls_in_each_worker_of_xdist(blocked_apart: Run) -> None:
    result = blocked_apart(
        """
        import boto3, pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(number):
            boto3.client("secretsmanager").list_secrets()
        """,
        "-p",
        "xdist",
        "-n",
        "2",
    )
    result.assert_outcomes(failed=4)


def test_block_network_lets_clients_of_other_services_pass(blocked: Run) -> None:
    blocked(
        """
        import boto3, pytest
        from botocore.exceptions import ProxyConnectionError

        def test_it():
            keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
            with pytest.raises(ProxyConnectionError):  # the call gets as far as the closed proxy
                boto3.client("sts", **keys).get_caller_identity()
        """
    ).assert_outcomes(passed=1)


def test_a_test_that_swallows_a_blocked_call_fails(blocked: Run) -> None:
    result = blocked(
        """
        import threading
        import boto3

        def read():
            try:
                boto3.client("secretsmanager").get_secret_value(SecretId="db")
            except:
                pass

        def test_bare_except():
            read()

        def test_thread():
            thread = threading.Thread(target=read)
            thread.start()
            thread.join()

        def test_next_one():
            pass
        """
    )
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(["GetSecretValue was stopped *", "  in test_it.py::test_bare_except"])
    result.stdout.fnmatch_lines(["GetSecretValue was stopped *", "  in test_it.py::test_thread"])


def test_a_run_whose_conftest_raises_leaves_endpoint_send_unwrapped(blocked: Run, pytester: pytest.Pytester) -> None:
    before = Endpoint.__dict__["_send"]
    pytester.makeconftest("raise ZeroDivisionError")
    blocked("")
    assert Endpoint.__dict__["_send"] is before


ASKS_FIRST = """
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
import boto3, pytest

ASKED = []

class Recorder(BaseHTTPRequestHandler):
    def do_POST(self):
        ASKED.append(self.path)
        self.send_response(403)
        self.end_headers()

    def log_message(self, *_): ...

@pytest.fixture
def sts(monkeypatch, tmp_path):
    server = HTTPServer(("127.0.0.1", 0), Recorder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    (tmp_path / "config").write_text(
        "[profile app]\\nrole_arn = arn:aws:iam::123456789012:role/app\\nsource_profile = keys\\n"
        "[profile keys]\\naws_access_key_id = AKIATEST\\naws_secret_access_key = test\\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_PROFILE", "app")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", f"http://127.0.0.1:{server.server_port}")
    yield
    server.shutdown()
    thread.join()
    server.server_close()
"""


def test_a_blocked_call_does_not_assume_a_role_over_the_network(blocked: Run) -> None:
    """botocore assumes the role, over the network, before it signs a request."""
    result = blocked(
        ASKS_FIRST
        + dedent(
            """
            def test_it(sts):
                try:
                    boto3.client("secretsmanager").list_secrets()
                finally:
                    print("asked:", ASKED)
            """
        )
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["ListSecrets was stopped on its way to AWS (*", "asked: []"])


@pytest.mark.parametrize("listener", ["before-send", "request-created"])
def test_a_call_is_blocked_even_if_its_credentials_fail_before_signing(blocked: Run, listener: str) -> None:
    """A listener could answer the call, but the token file of its credentials does not exist."""
    result = blocked(
        f"""
        import boto3

        def test_it(monkeypatch):
            monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app")
            monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
            client = boto3.client("secretsmanager")
            client.meta.events.register("{listener}.secrets-manager.*", lambda **_: None)
            try:
                client.list_secrets()
            except Exception:
                pass
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["ListSecrets was stopped on its way to AWS (*"])


def test_block_network_lets_event_hooks_answer_or_redirect_a_call(blocked: Run) -> None:
    blocked(
        """
        import boto3, pytest
        from botocore.awsrequest import AWSResponse
        from botocore.exceptions import EndpointConnectionError

        KEYS = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}

        class Raw:
            def stream(self, **_):
                return iter([b'{"SecretList": []}'])

        def test_one_that_answers():
            client = boto3.client("secretsmanager", **KEYS)
            client.meta.events.register("before-send", lambda request, **_: AWSResponse(request.url, 200, {}, Raw()))
            assert client.list_secrets()["SecretList"] == []

        @pytest.mark.parametrize("event", ["before-sign", "request-created"])
        def test_one_that_leads_elsewhere(event):
            def lead(request, **_):
                request.url = "http://127.0.0.1:1/"

            client = boto3.client("secretsmanager", **KEYS)
            client.meta.events.register_last(event, lead)
            with pytest.raises(EndpointConnectionError):
                client.list_secrets()
        """
    ).assert_outcomes(passed=3)


def test_block_network_does_not_replace_an_error_that_an_event_hook_raises(blocked: Run) -> None:
    blocked(
        """
        import boto3, pytest

        def outage(**_):
            raise ConnectionResetError("on purpose")

        @pytest.mark.parametrize("event", ["request-created", "choose-signer", "before-sign", "before-send"])
        def test_it(event):
            keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
            client = boto3.client("secretsmanager", **keys)
            client.meta.events.register(event, outage)
            with pytest.raises(ConnectionResetError, match="on purpose"):
                client.list_secrets()
        """
    ).assert_outcomes(passed=4)


def test_block_network_does_not_replace_an_error_that_an_async_event_hook_raises(blocked: Run) -> None:
    pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    blocked(
        """
        import asyncio, pytest
        from aiobotocore.session import get_session

        async def outage(**_):
            raise ConnectionResetError("on purpose")

        async def call(event):
            keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
            async with get_session().create_client("secretsmanager", **keys) as client:
                client.meta.events.register(event, outage)
                await client.list_secrets()

        @pytest.mark.parametrize("event", ["request-created", "choose-signer", "before-sign"])
        def test_it(event):
            with pytest.raises(ConnectionResetError, match="on purpose"):
                asyncio.run(call(event))
        """
    ).assert_outcomes(passed=3)


def test_a_blocked_call_in_a_wider_fixture_of_a_marked_test_names_the_fixture_of_its_scope(blocked: Run) -> None:
    """The test has the marker already, so the advice to add it would not help."""
    result = blocked(
        """
        import boto3, pytest

        @pytest.fixture(scope="module")
        def read():
            return boto3.client("secretsmanager").get_secret_value(SecretId="db")

        @pytest.mark.secret("db", "x")
        def test_it(read): ...
        """
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["A fixture of wider scope runs before the fixture secretsmanager of any test. *"])
    result.stdout.no_fnmatch_line("*Give the test the fixture*")


def test_a_call_is_blocked_even_if_its_async_credentials_fail(blocked: Run) -> None:
    """aiobotocore awaits credentials and event hooks in one place: an error of credentials is not a hook's."""
    pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    result = blocked(
        """
        import asyncio
        from aiobotocore.credentials import AioDeferredRefreshableCredentials
        from aiobotocore.session import get_session

        async def refresh():
            raise RuntimeError("the vault is down")

        async def call():
            session = get_session()
            session._credentials = AioDeferredRefreshableCredentials(refresh, "vault")
            async with session.create_client("secretsmanager") as client:
                client.meta.events.register("before-sign", lambda **_: None)
                await client.list_secrets()

        def test_it():
            try:
                asyncio.run(call())
            except Exception:
                pass
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["ListSecrets was stopped on its way to AWS (*"])
