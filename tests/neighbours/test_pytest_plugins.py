"""Other pytest plugins beside this one, in runs of pytest inside pytest."""

import boto3
import pytest

SETTINGS = {"pytest_asyncio.plugin": "asyncio_default_fixture_loop_scope = function"}
"""Ini options without which a plugin warns."""


APART = ("xdist", "pytest_django")
"""The plugins that run in a separate process: Django's settings are those of a process."""


@pytest.fixture
def run(pytester, monkeypatch):
    """Run a test module beside one other plugin, with warnings as errors."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the plugins of our own suite take a second to load
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)

    def go(neighbour, source, *arguments):
        pytester.makeini(f"[pytest]\n{SETTINGS.get(neighbour, '')}\n")
        pytester.makepyfile(source)
        begin = pytester.runpytest_subprocess if neighbour in APART else pytester.runpytest_inprocess
        return begin("-p", "pytest_secretsmanager.plugin", "-p", neighbour, "-W", "error", *arguments)

    return go


# --- pytest-xdist ----------------------------------------------------------------------------------------------------

MANY = """
    import boto3
    import pytest

    pytestmark = pytest.mark.secret("db", "one")

    @pytest.mark.parametrize("number", range(20))
    def test_alone(secretsmanager, number):
        client = boto3.client("secretsmanager")
        client.put_secret_value(SecretId="db", SecretString=str(number))
        client.create_secret(Name="mine")
        secretsmanager.assert_history("db", ["one", str(number)])
        assert len(secretsmanager.log) == 2
"""


@pytest.mark.parametrize("distribution", ["load", "loadscope", "worksteal"])
def test_each_worker_of_xdist_has_secrets_of_its_own(run, distribution):
    run("xdist", MANY, "-n", "2", "--dist", distribution).assert_outcomes(passed=20)


def test_each_worker_of_xdist_has_an_endpoint_of_its_own(run):
    run(
        "xdist",
        """
        import os, subprocess, sys
        import pytest

        CODE = "import boto3; print(boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString'])"

        @pytest.mark.parametrize("number", range(4))
        def test_it(secretsmanager, number):
            secretsmanager.seed("db", str(number))
            env = os.environ | secretsmanager.endpoint().env
            ran = subprocess.run([sys.executable, "-c", CODE], env=env, capture_output=True, text=True, timeout=300)
            assert ran.stdout.strip() == str(number)
        """,
        "-n",
        "2",
    ).assert_outcomes(passed=4)


# --- pytest-socket ---------------------------------------------------------------------------------------------------


def test_clients_in_process_are_answered_if_pytest_socket_disables_sockets(run):
    run("pytest_socket", MANY, "--disable-socket").assert_outcomes(passed=20)


def test_the_endpoint_raises_socket_blocked_error_under_pytest_socket_and_leaves_no_thread(run):
    run(
        "pytest_socket",
        """
        import gc, threading
        import pytest
        import pytest_socket

        def test_it(secretsmanager):
            before = threading.active_count()
            with pytest.raises(pytest_socket.SocketBlockedError):
                secretsmanager.endpoint()
            gc.collect()
            assert threading.active_count() == before
        """,
        "--disable-socket",
        "-W",
        "default:A test tried to use socket:UserWarning",
    ).assert_outcomes(passed=1)


def test_the_endpoint_works_if_pytest_socket_allows_only_127_0_0_1(run):
    run(
        "pytest_socket",
        """
        import boto3

        def test_it(secretsmanager):
            endpoint = secretsmanager.endpoint()
            client = boto3.client(
                "secretsmanager",
                endpoint_url=endpoint.url,
                aws_access_key_id=endpoint.env["AWS_ACCESS_KEY_ID"],
                aws_secret_access_key=endpoint.env["AWS_SECRET_ACCESS_KEY"],
            )
            client.create_secret(Name="db")
            client.close()
            secretsmanager.assert_logged("CreateSecret", times=1)
        """,
        "--allow-hosts=127.0.0.1",
    ).assert_outcomes(passed=1)


# --- pytest-rerunfailures --------------------------------------------------------------------------------------------


def test_a_rerun_of_pytest_rerunfailures_starts_with_fresh_secrets_log_and_clock(run):
    run(
        "rerunfailures",
        """
        import datetime
        import boto3
        import pytest

        tries = []

        @pytest.mark.secret("db", "one")
        def test_it(secretsmanager):
            tries.append(1)
            assert len(secretsmanager.log) == 0
            secretsmanager.assert_history("db", ["one"])
            now = datetime.datetime.now(datetime.UTC)
            assert abs(secretsmanager.clock.now - now) < datetime.timedelta(hours=1)
            boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="two")
            secretsmanager.clock.advance(days=3)
            assert len(tries) == 3
        """,
        "--reruns",
        "2",
    ).assert_outcomes(passed=1)


# --- pytest-randomly -------------------------------------------------------------------------------------------------


def test_the_random_seed_of_pytest_randomly_does_not_repeat_ids_of_secrets(run):
    """pytest-randomly seeds `random` before each test. Ids of secrets don't come from it and don't change its state."""
    run(
        "randomly",
        """
        import random
        import pytest

        arns = set()

        @pytest.mark.parametrize("number", range(3))
        def test_it(secretsmanager, number):
            random.seed(1)
            before = random.getstate()
            arns.add(secretsmanager.seed("db", "x").arn)
            assert random.getstate() == before

        def teardown_module():
            assert len(arns) == 3
        """,
    ).assert_outcomes(passed=3)


# --- pytest-asyncio and anyio ----------------------------------------------------------------------------------------

ASYNC = """
    import pytest

    get_session = pytest.importorskip("aiobotocore.session").get_session

    {mark}
    @pytest.mark.secret("db", "one")
    async def test_it(secretsmanager):
        async with get_session().create_client("secretsmanager") as client:
            assert (await client.get_secret_value(SecretId="db"))["SecretString"] == "one"
            await client.put_secret_value(SecretId="db", SecretString="two")
        secretsmanager.assert_labels("db", {{"AWSCURRENT": 2, "AWSPREVIOUS": 1}})
        secretsmanager.assert_log_order("GetSecretValue", "PutSecretValue")

    def test_a_sync_one_beside_it(secretsmanager):
        assert len(secretsmanager.log) == 0
"""


@pytest.mark.parametrize(
    ("neighbour", "mark", "arguments"),
    [
        pytest.param(
            "pytest_asyncio.plugin", "@pytest.mark.asyncio", ["--asyncio-mode=strict"], id="pytest-asyncio, strict"
        ),
        pytest.param("pytest_asyncio.plugin", "", ["--asyncio-mode=auto"], id="pytest-asyncio, auto"),
        pytest.param("anyio", "@pytest.mark.anyio", [], id="anyio"),
    ],
)
def test_aiobotocore_is_answered_in_async_tests_of(run, neighbour, mark, arguments):
    pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    fixture = "\n    @pytest.fixture\n    def anyio_backend():\n        return 'asyncio'\n"
    run(neighbour, ASYNC.format(mark=mark) + fixture, *arguments).assert_outcomes(passed=2)


def test_a_client_of_an_async_fixture_of_pytest_asyncio_is_answered(run):
    pytest.importorskip("aiobotocore.session", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    run(
        "pytest_asyncio.plugin",
        """
        import pytest
        import pytest_asyncio
        from aiobotocore.session import get_session

        @pytest_asyncio.fixture
        async def client(secretsmanager):
            async with get_session().create_client("secretsmanager") as client:
                yield client

        @pytest.mark.asyncio
        @pytest.mark.parametrize("number", [1, 2])
        async def test_it(secretsmanager, client, number):
            await client.create_secret(Name="db", SecretString=str(number))
            secretsmanager.assert_value("db", str(number))
        """,
    ).assert_outcomes(passed=2)


# --- wider scopes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
def test_async_fixtures_of_a_loop_scope_find_the_secrets_of_that_scope(run, scope):
    run(
        "pytest_asyncio.plugin",
        f"""
        import asyncio
        import boto3
        import pytest
        import pytest_asyncio

        def read():
            return boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"]

        @pytest_asyncio.fixture(scope="{scope}", loop_scope="{scope}")
        async def password({scope}_secretsmanager):
            {scope}_secretsmanager.seed("db", "one")
            yield await asyncio.to_thread(read)

        @pytest.mark.asyncio(loop_scope="{scope}")
        class TestIt:
            async def test_first(self, password, secretsmanager):
                assert (password, read()) == ("one", "one")
                boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="two")

            async def test_second(self, password):
                assert read() == "one"
        """,
    ).assert_outcomes(passed=2)


def test_set_up_of_a_django_test_case_finds_the_secrets_of_its_class(run, pytester):
    pytester.makeconftest(
        """
        import django
        from django.conf import settings

        def pytest_configure():
            settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}})
            django.setup()
        """
    )
    run(
        "pytest_django",
        """
        import boto3
        import pytest
        from django.test import TestCase

        def read():
            return boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"]

        @pytest.mark.secret("db", "one")
        @pytest.mark.usefixtures("class_secretsmanager")
        class TestIt(TestCase):
            @classmethod
            def setUpTestData(cls):
                cls.password = read()

            def test_first(self):
                assert (self.password, read()) == ("one", "one")
                boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="two")

            def test_second(self):
                assert read() in ("one", "two")
        """,
    ).assert_outcomes(passed=2)
