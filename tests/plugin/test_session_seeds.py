"""The ini option `secretsmanager_seeds`: secrets that are there before the first import, and as they were in each test."""

import pytest

SEEDS = '[[secret]]\nname = "db"\nvalue = "hunter2"\n'
INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\nsecretsmanager_seeds = seeds.toml\n"


def run(pytester: pytest.Pytester, source: str, *arguments: str, seeds: str = SEEDS) -> pytest.RunResult:
    pytester.makeini(INI)
    pytester.path.joinpath("seeds.toml").write_text(seeds)
    pytester.makepyfile(test_it=source)
    return pytester.runpytest_subprocess("-p", "no:randomly", *arguments, timeout=60)


def test_conftest_and_test_modules_read_them_at_import(pytester: pytest.Pytester) -> None:
    read = "import boto3\nVALUE = boto3.client('secretsmanager').get_secret_value(SecretId='db')['SecretString']\n"
    pytester.makeconftest(f"{read}assert VALUE == 'hunter2'\n")
    run(pytester, f"{read}def test_it():\n    assert VALUE == 'hunter2'\n").assert_outcomes(passed=1)


@pytest.mark.parametrize("order", ["test_it.py::test_write test_it.py::test_look", "test_it.py::test_look test_it.py"])
def test_what_a_test_does_is_taken_back(pytester: pytest.Pytester, order: str) -> None:
    run(
        pytester,
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


def test_a_test_with_options_has_a_manager_of_its_own_with_the_seeds(pytester: pytest.Pytester) -> None:
    run(
        pytester,
        """
        import pytest

        @pytest.mark.secretsmanager(region="eu-west-1")
        def test_it(secretsmanager):
            assert secretsmanager.secret("db").arn.split(":")[3] == "eu-west-1"
        """,
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "seeds",
    [
        '[[secret]]\nname = "db"\nvalue = "to-hide',
        '[[secret]]\nname = "db"\nvalue = "to-hide"\ntag = {}\n',
        '[[secret]]\nname = "d b"\nvalue = "to-hide"\n',
    ],
    ids=["syntax", "unknown option", "refused by AWS"],
)
def test_a_bad_file_is_a_usage_error_without_its_values(pytester: pytest.Pytester, seeds: str) -> None:
    result = run(pytester, "def test_it(): pass", seeds=seeds)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*secretsmanager_seeds: *"])
    assert "to-hide" not in result.stderr.str() + result.stdout.str()
