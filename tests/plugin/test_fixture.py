"""The fixture `secretsmanager`, and what pytest lists of the plugin."""

import os
from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

QUIET = ["-p", "no:asyncio"]
"""Leave out pytest-asyncio, which emits a warning of its own."""


def test_the_fixture_secretsmanager_answers_clients_of_boto3(run: Run) -> None:
    run(
        """
        import boto3
        from pytest_secretsmanager import SecretsManager

        def test_it(secretsmanager):
            assert isinstance(secretsmanager, SecretsManager)
            secretsmanager.seed("db", "hunter2")
            assert boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "hunter2"
        """
    ).assert_outcomes(passed=1)


def test_the_fixture_has_no_secrets_and_no_log_at_the_start_of_every_test(run: Run) -> None:
    run(
        """
        import pytest

        @pytest.mark.parametrize("number", range(2))
        def test_it(secretsmanager, number):
            assert list(secretsmanager.secrets) == []
            assert len(secretsmanager.log) == 0
            secretsmanager.client().create_secret(Name="db", SecretString="x")
        """
    ).assert_outcomes(passed=2)


def test_a_client_made_in_one_test_is_answered_in_the_next(run: Run) -> None:
    run(
        """
        import boto3

        clients = []

        def test_first(secretsmanager):
            secretsmanager.seed("db", "one")
            clients.append(boto3.client("secretsmanager"))
            assert clients[0].get_secret_value(SecretId="db")["SecretString"] == "one"

        def test_second(secretsmanager):
            secretsmanager.seed("db", "two")
            assert clients[0].get_secret_value(SecretId="db")["SecretString"] == "two"
        """
    ).assert_outcomes(passed=2)


def test_a_failing_test_leaves_no_secrets_and_no_variables(run: Run) -> None:
    result = run(
        """
        import os
        import pytest

        @pytest.mark.secret("db", "x")
        def test_first(secretsmanager):
            raise ZeroDivisionError

        def test_second():
            assert "AWS_DEFAULT_REGION" not in os.environ

        def test_third(secretsmanager):
            assert list(secretsmanager.secrets) == []
        """
    )
    result.assert_outcomes(passed=2, failed=1)


def test_the_fixture_sets_region_and_credentials_in_the_environment_for_its_test_only(run: Run) -> None:
    run(
        """
        import os

        NAMES = {"AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}

        def test_with(secretsmanager):
            assert [os.environ[name] for name in sorted(NAMES)] == ["testing", "us-east-1", "testing"]

        def test_without():
            assert not NAMES & os.environ.keys()
        """
    ).assert_outcomes(passed=2)
    assert not [name for name in os.environ if name.startswith("AWS_")]


def test_the_fixture_keeps_aws_variables_that_are_already_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "own")
    run(
        """
        import os

        def test_it(secretsmanager):
            assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"
            assert os.environ["AWS_ACCESS_KEY_ID"] == "own"
            assert os.environ["AWS_SECRET_ACCESS_KEY"] == "testing"
        """
    ).assert_outcomes(passed=1)
    assert os.environ["AWS_DEFAULT_REGION"] == "ap-south-1"
    assert os.environ["AWS_ACCESS_KEY_ID"] == "own"
    assert "AWS_SECRET_ACCESS_KEY" not in os.environ


@pytest.mark.parametrize("change", ['setenv("AWS_DEFAULT_REGION", "eu-west-1")', 'delenv("AWS_DEFAULT_REGION")'])
def test_the_fixture_unsets_its_variables_after_monkeypatch_has_changed_them(run: Run, change: str) -> None:
    run(
        f"""
        import os

        def test_with(monkeypatch, secretsmanager):
            monkeypatch.{change}

        def test_without():
            assert "AWS_DEFAULT_REGION" not in os.environ
        """
    ).assert_outcomes(passed=2)


def test_pytest_fixtures_lists_the_fixture_with_an_example(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--fixtures", "-v")
    result.stdout.fnmatch_lines(
        [
            "secretsmanager -- *plugin/__init__.py:*",
            "    A local AWS Secrets Manager that answers every call made through botocore in this process.",
            "    Markers `secret` and `secrets_file` seed it, the marker `secretsmanager` sets its options:",
            '        @pytest.mark.secret("app/db", "hunter2")',
            "        def test_password(secretsmanager: SecretsManager):  # from *",
        ]
    )


def test_pytest_markers_lists_the_markers_with_their_arguments(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--markers")
    result.stdout.fnmatch_lines(
        [
            "@pytest.mark.secret(name, value, [*], versions, tags, description, kms_key, policy, owning_service, "
            "rotation, replicas, deleted, region, account): a secret that exists when the test starts, by its name "
            "or whole ARN; activates the fixture secretsmanager.",
            "",
            "@pytest.mark.secret_fault(operation, error, times=1, [*], every, secret, region, principal, when, after, "
            "message, latency, missing_ok, optional): calls of the operation that fail, as by "
            "secretsmanager.faults.fail; activates the fixture secretsmanager.",
            "",
            "@pytest.mark.secretsmanager([*], region, account, random_seed, now, version_quota, extra_regions, "
            "policy, log_limit, leaks, leaks_ignore): options of the fixture secretsmanager; activates it.",
        ]
    )


def test_pytest_help_lists_the_ini_options(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest("--help")
    result.stdout.fnmatch_lines(
        [
            "  secretsmanager_region (string):*",
            "  secretsmanager_account (string):*",
            "  secretsmanager_random_seed *",
            "  secretsmanager_block_network (string):*",
            "*from the first test that uses*",
            "  secretsmanager_seeds (linelist):*",
        ]
    )


def test_strict_markers_accepts_the_markers_of_the_plugin(run: Run) -> None:
    run(
        """
        import pytest

        @pytest.mark.secret("db", "x")
        @pytest.mark.secretsmanager(region="eu-west-1")
        def test_it(): ...
        """,
        "--strict-markers",
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no options"),
        pytest.param(["-p", "no:randomly"], id="in written order"),
        pytest.param(["--assert=plain"], id="without assertion rewriting"),
        pytest.param(["-W", "error", *QUIET], id="with warnings as errors"),
        pytest.param(["--import-mode=importlib"], id="with import mode importlib"),
        pytest.param(["-p", "no:cacheprovider", "-p", "no:logging"], id="without cacheprovider and logging"),
    ],
)
def test_the_plugin_works_with_each_option_of_pytest(pytester: pytest.Pytester, arguments: list[str]) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.secret("db", "two", versions=["one"])
        def test_holds(secretsmanager):
            secretsmanager.client().get_secret_value(SecretId="db")
            secretsmanager.assert_value("db", "two")
            secretsmanager.assert_logged("GetSecretValue")

        @pytest.mark.secret("db", "two")
        def test_fails(secretsmanager):
            secretsmanager.assert_value("db", "one")
        """
    )
    result = pytester.runpytest(*arguments)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E * version 1 of secret 'db' (AWSCURRENT) holds another value"])


def test_importing_and_using_the_plugin_emits_no_warning(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.secret("db", "x")
        def test_it(secretsmanager):
            assert secretsmanager.client().get_secret_value(SecretId="db")["SecretString"] == "x"
        """
    )
    pytester.runpytest_subprocess("-W", "error", *QUIET).assert_outcomes(passed=1)
