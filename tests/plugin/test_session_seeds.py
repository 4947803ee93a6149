"""The ini option `secretsmanager_seeds`: secrets that exist before the first import and are restored for each test."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

SEEDS = '[[secret]]\nname = "db"\nvalue = "hunter2"\n'
INI = "[pytest]\nsecretsmanager_seeds = seeds.toml\n"


@pytest.fixture
def seeded(pytester: pytest.Pytester, run: Run) -> Run:
    """Run one file with seeds of the run: the secret `db` by default."""

    def run_file(source: str, *arguments: str, seeds: str = SEEDS) -> pytest.RunResult:
        _write_seeds(pytester, seeds)
        return run(source, *arguments)

    return run_file


@pytest.fixture
def seeded_apart(pytester: pytest.Pytester, run_apart: Run) -> Run:
    """Like `seeded`, in a separate process."""

    def run_file(source: str, *arguments: str) -> pytest.RunResult:
        _write_seeds(pytester, SEEDS)
        return run_apart(source, *arguments)

    return run_file


def _write_seeds(pytester: pytest.Pytester, seeds: str) -> None:
    pytester.makeini(INI)
    pytester.path.joinpath("seeds.toml").write_text(seeds)


def test_conftest_and_test_modules_read_seeds_of_the_run_at_import(seeded: Run, pytester: pytest.Pytester) -> None:
    read = "import boto3\nVALUE = boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString']\n"
    pytester.makeconftest(f"{read}assert VALUE == 'hunter2'\n")
    seeded(f"{read}def test_it():\n    assert VALUE == 'hunter2'\n").assert_outcomes(passed=1)


def test_calls_and_markers_of_a_test_are_rolled_back_to_the_seeds_of_the_run(seeded: Run) -> None:
    seeded(
        """
        import boto3, pytest
        ARN = boto3.client("secretsmanager").describe_secret(SecretId="db")["ARN"]

        def test_write():
            client = boto3.client("secretsmanager")
            client.put_secret_value(SecretId="db", SecretString="other")
            client.create_secret(Name="new", SecretString="x")

        def test_look(secretsmanager):
            assert list(secretsmanager.log) == []
            assert list(secretsmanager.secrets) == ["db"]
            secretsmanager.assert_history("db", ["hunter2"])
            assert secretsmanager.secret("db").arn == ARN

        @pytest.mark.secret("db", "mine")
        def test_marker(secretsmanager):
            secretsmanager.assert_value("db", "mine")

        def test_after_the_marker(secretsmanager):
            secretsmanager.assert_value("db", "hunter2")
        """,
    ).assert_outcomes(passed=4)


def test_a_test_with_options_has_its_own_manager_with_the_seeds_of_the_run(seeded: Run) -> None:
    seeded(
        """
        import boto3
        import pytest

        @pytest.mark.secretsmanager(region="eu-west-1")
        def test_it(secretsmanager):
            assert secretsmanager.secret("db").arn.split(":")[3] == "eu-west-1"
            client = boto3.session.Session().client("secretsmanager")  # as the code under test makes it
            assert client.get_secret_value(SecretId="db")["SecretString"] == "hunter2"

        def test_after_it():
            assert boto3.session.Session().client("secretsmanager").meta.region_name == "us-east-1"
        """,
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "seeds",
    [
        '[[secret]]\nname = "db"\nvalue = "to-hide',
        '[[secret]]\nname = "db"\nvalue = "to-hide"\ntag = {}\n',
        '[[secret]]\nname = "d b"\nvalue = "to-hide"\n',
    ],
    ids=["syntax", "unknown option", "refused by AWS"],
)
def test_a_wrong_seeds_file_is_a_usage_error_that_shows_no_value(seeded: Run, seeds: str) -> None:
    result = seeded("def test_it(): pass", seeds=seeds)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*secretsmanager_seeds: *"])
    assert "to-hide" not in result.stderr.str() + result.stdout.str()


def test_seeds_of_the_run_answer_a_plugin_that_loads_settings_before_conftest_files(
    seeded: Run, pytester: pytest.Pytester
) -> None:
    """pytest-django does so, in a hook that runs first."""
    pytester.makepyfile(
        settings="""
        import boto3
        import pytest

        @pytest.hookimpl(tryfirst=True)
        def pytest_load_initial_conftests():
            global PASSWORD
            PASSWORD = boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"]
        """
    )
    pytester.syspathinsert()
    seeded(
        "import settings\ndef test_it():\n    assert settings.PASSWORD == 'hunter2'\n",
        "-p",
        "settings",
    ).assert_outcomes(passed=1)


def test_clock_keys_and_rotation_functions_are_rolled_back_after_each_test(seeded: Run) -> None:
    seeded(
        """
        from datetime import UTC, datetime, timedelta
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_it(secretsmanager, number):
            assert abs(secretsmanager.clock.now - datetime.now(UTC)) < timedelta(hours=1)
            secretsmanager.clock.advance(days=40)
            assert secretsmanager.kms.key("alias/aws/secretsmanager").state == "Enabled"
            secretsmanager.kms.disable("alias/aws/secretsmanager")
            assert secretsmanager.rotation.register(lambda event, context: None, name="rotate").endswith(":rotate")
            assert secretsmanager.rotation.runs == ()
        """,
    ).assert_outcomes(passed=2)


def test_calls_of_unittest_methods_are_rolled_back(seeded: Run) -> None:
    seeded(
        """
        import unittest
        import boto3

        class TestIt(unittest.TestCase):
            def test_one(self):
                boto3.client("secretsmanager").delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)

            def test_two(self):
                value = boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"]
                self.assertEqual(value, "hunter2")
        """,
    ).assert_outcomes(passed=2)


def test_secrets_that_a_wider_fixture_creates_stay_for_its_scope(seeded: Run) -> None:
    seeded(
        """
        import boto3
        import pytest

        @pytest.fixture(scope="module")
        def shared():
            client = boto3.client("secretsmanager")
            client.create_secret(Name="shared", SecretString="x")
            yield client
            client.delete_secret(SecretId="shared", ForceDeleteWithoutRecovery=True)

        @pytest.mark.parametrize("number", range(2))
        def test_it(shared, secretsmanager, number):
            secretsmanager.assert_history("shared", ["x"])
            shared.put_secret_value(SecretId="shared", SecretString="y")
        """,
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "arguments",
    [(), ("-n", "2"), ("-o", "secretsmanager_block_network=true")],
    ids=["no options", "xdist", "block_network"],
)
def test_seeds_of_the_run_work_with_other_options(seeded: Run, seeded_apart: Run, arguments: tuple[str, ...]) -> None:
    go, arguments = (seeded_apart, ("-p", "xdist", *arguments)) if "-n" in arguments else (seeded, arguments)
    go(
        """
        import boto3
        import pytest

        @pytest.mark.parametrize("number", range(4))
        def test_it(number):
            client = boto3.client("secretsmanager")
            assert client.get_secret_value(SecretId="db")["SecretString"] == "hunter2"
            client.put_secret_value(SecretId="db", SecretString="x")
        """,
        *arguments,
    ).assert_outcomes(passed=4)


def test_a_seeds_file_is_found_beside_the_ini_file(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_seeds(pytester, SEEDS)
    monkeypatch.chdir(pytester.mkdir("below"))
    pytester.path.joinpath("below/test_below.py").write_text("def test_it(secretsmanager): secretsmanager.secret('db')")
    run("def test_it(): raise AssertionError('outside')").assert_outcomes(passed=1)


def test_a_missing_seeds_file_is_a_usage_error(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    result = run("")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*secretsmanager_seeds: *seeds.toml: No such file or directory"])


def test_a_failing_test_with_seeds_of_the_run_names_an_unfinished_rotation(seeded: Run) -> None:
    result = seeded(
        """
        import boto3
        from pytest_secretsmanager import Rotation

        def test_it(secretsmanager):
            secretsmanager.seed("rotates", "x", rotation=Rotation(lambda event, context: 1 / 0, days=30))
            boto3.client("secretsmanager").rotate_secret(SecretId="rotates")
            raise AssertionError
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the rotation of secret 'rotates' in us-east-1 never finished: *"])


def test_a_failing_test_with_options_names_an_unfinished_rotation_of_its_own_manager(seeded: Run) -> None:
    result = seeded(
        """
        import pytest
        from pytest_secretsmanager import Rotation

        @pytest.mark.secretsmanager(account="210987654321")
        @pytest.mark.secret("rotates", "x", rotation=Rotation(lambda *_: 1 / 0, days=30))
        def test_it(secretsmanager):
            secretsmanager.client().rotate_secret(SecretId="rotates")
            raise AssertionError
        """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the rotation of secret 'rotates' in us-east-1 never finished: *"])


def test_an_endpoint_stops_at_the_end_of_its_test(seeded: Run) -> None:
    seeded(
        """
        started = []

        def test_one(secretsmanager):
            started.append(secretsmanager.endpoint())

        def test_two(secretsmanager):
            assert started[0].is_stopped
        """,
    ).assert_outcomes(passed=2)


def test_calls_of_an_autouse_fixture_of_another_plugin_are_rolled_back(seeded: Run, pytester: pytest.Pytester) -> None:
    """pytest sets it up before the fixtures that a test requests, so the rollback must begin before it."""
    pytester.makepyfile(
        company="""
        import boto3
        import pytest

        @pytest.fixture(autouse=True)
        def flags():
            boto3.client("secretsmanager").create_secret(Name="flags", SecretString="x")
        """
    )
    pytester.syspathinsert()
    seeded(
        """
        def test_one(): ...
        def test_two(secretsmanager):
            assert sorted(secretsmanager.secrets) == ["db", "flags"]
        """,
        "-p",
        "company",
    ).assert_outcomes(passed=2)


def test_an_event_hook_on_the_managers_client_ends_with_its_test(seeded: Run) -> None:
    seeded(
        """
        import pytest

        def refuse(**_):
            raise ZeroDivisionError

        def test_one(secretsmanager):
            client = secretsmanager.client()
            client.meta.events.register("before-call", refuse)
            with pytest.raises(ZeroDivisionError):
                client.list_secrets()

        def test_two(secretsmanager):
            secretsmanager.client().list_secrets()
        """,
    ).assert_outcomes(passed=2)


def test_a_wrong_option_of_a_run_with_seeds_is_a_usage_error_that_names_the_option(
    run: Run, pytester: pytest.Pytester
) -> None:
    _write_seeds(pytester, SEEDS)
    pytester.makeini(f"{INI}secretsmanager_account = 12\n")
    result = run("")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the ini option secretsmanager_account is a str of twelve digits *, not '12'"])


def test_a_crash_of_the_endpoint_is_not_reported_for_the_next_test(seeded: Run) -> None:
    result = seeded(
        """
        def test_one(secretsmanager):
            secretsmanager.endpoint()._crashes.append("what " + "crashed")

        def test_two(secretsmanager):
            assert secretsmanager._parts.crashes == []
            raise AssertionError
        """,
        "-W",
        "default::pytest.PytestWarning",
    )
    result.assert_outcomes(passed=1, failed=1)
    assert result.stdout.str().count("what crashed") == 1  # in the warning of test_one
