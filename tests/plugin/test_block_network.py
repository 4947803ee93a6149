"""The ini option `secretsmanager_block_network`: calls that nobody answers fail in words instead of reaching AWS."""

from collections.abc import Callable

import pytest
from botocore.endpoint import Endpoint

Run = Callable[..., pytest.RunResult]

INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\nsecretsmanager_block_network = {}\n"


@pytest.fixture
def blocked(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs one file with the guard up; if it failed, a closed proxy would keep the call on this machine."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(pytester.path))

    def run_file(source: str, *arguments: str, on: str = "true") -> pytest.RunResult:
        pytester.makeini(INI.format(on))
        pytester.makepyfile(test_it=source)
        return pytester.runpytest_subprocess("-p", "no:randomly", *arguments, timeout=300)

    return run_file


@pytest.mark.parametrize("keys", [True, False], ids=["with credentials", "without credentials"])
def test_the_failure_names_test_operation_and_where_the_client_was_made(
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
            "is active, and secretsmanager_block_network is on",
            "  called at *test_it.py:5 in test_it",
            "  by a client made at *app.py:2 in <module>",
            "  in test_it.py::test_it",
            'Give the test the fixture, or the secrets that it reads: @pytest.mark.secret("name", "value"). *',
        ],
        consecutive=True,
    )


def test_what_goes_elsewhere_or_is_answered_before_passes(blocked: Run) -> None:
    blocked(
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
def test_every_host_of_aws_is_guarded(blocked: Run, arguments: str) -> None:
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


def test_a_call_at_import_is_a_collection_error(blocked: Run) -> None:
    result = blocked("import boto3\nboto3.client('secretsmanager').list_secrets()\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*NetworkBlocked: ListSecrets was stopped *", "*while no test was running"])


@pytest.mark.parametrize(("on", "wrapped"), [("true", True), ("false", False)])
def test_botocore_is_wrapped_only_while_the_option_is_on(blocked: Run, on: str, wrapped: bool) -> None:
    blocked(
        f"""
        import wrapt
        from botocore.endpoint import Endpoint

        def test_it():
            assert isinstance(Endpoint.__dict__["_send"], wrapt.FunctionWrapper) is {wrapped}
        """,
        on=on,
    ).assert_outcomes(passed=1)


def test_what_was_wrapped_is_bare_again_after_the_run(pytester: pytest.Pytester) -> None:
    """In the same process, as a run inside another one is."""
    bare = {name: Endpoint.__dict__[name] for name in ("_send", "_send_request")}
    pytester.makeini(INI.format("true"))
    pytester.makepyfile(
        """
        from botocore.endpoint import Endpoint

        def test_it():
            assert hasattr(Endpoint.__dict__["_send"], "_self_wrapper")
        """
    )
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=1)
    assert all(Endpoint.__dict__[name] is method for name, method in bare.items())


def test_a_call_in_a_thread_and_one_in_a_fixture_are_stopped_too(blocked: Run) -> None:
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
def test_async_calls_are_stopped_too(blocked: Run, pytester: pytest.Pytester, early: bool) -> None:
    pytest.importorskip("aiobotocore", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    result = blocked(
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


def test_each_worker_of_xdist_is_guarded(blocked: Run) -> None:
    result = blocked(
        """
        import boto3, pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(number):
            boto3.client("secretsmanager").list_secrets()
        """,
        "-n",
        "2",
    )
    result.assert_outcomes(failed=4)


def test_clients_of_other_services_pass(blocked: Run) -> None:
    blocked(
        """
        import boto3, pytest
        from botocore.exceptions import ProxyConnectionError

        def test_it():
            keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
            with pytest.raises(ProxyConnectionError):  # on its way out, but for the proxy
                boto3.client("sts", **keys).get_caller_identity()
        """
    ).assert_outcomes(passed=1)


def test_a_test_that_swallows_the_refusal_fails_nevertheless(blocked: Run) -> None:
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


def test_a_run_that_ends_before_it_is_configured_leaves_nothing(pytester: pytest.Pytester) -> None:
    before = Endpoint.__dict__["_send"]
    pytester.makeini(INI.format("true"))
    pytester.makeconftest("raise ZeroDivisionError")
    pytester.runpytest_inprocess()
    assert Endpoint.__dict__["_send"] is before
