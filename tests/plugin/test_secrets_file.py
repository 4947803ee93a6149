"""The marker `secrets_file`: a test's secrets stand in a file beside it."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

Run = Callable[..., pytest.RunResult]
Failures = Callable[..., list[str]]

TOML = """
[[secret]]
name = "db"
value = "hunter2"

[[secret]]
name = "key"
binary = "AAE="
"""

VALUES = "{name: secret.value for name, secret in secretsmanager.secrets.items()}"


@pytest.fixture
def seeds(pytester: pytest.Pytester) -> Path:
    """Two secrets in `seeds.toml`, beside the test file."""
    path = pytester.path / "seeds.toml"
    path.write_text(TOML)
    return path


def test_it_activates_the_fixture_by_itself(run: Run, seeds: Path) -> None:
    run(
        """
        import boto3
        import pytest

        @pytest.mark.secrets_file("seeds.toml")
        def test_it():
            client = boto3.client("secretsmanager")
            assert client.get_secret_value(SecretId="db")["SecretString"] == "hunter2"
            assert client.get_secret_value(SecretId="key")["SecretBinary"] == b"\\0\\1"
        """
    ).assert_outcomes(passed=1)


def test_it_is_looked_for_beside_the_test_file_wherever_pytest_runs(
    run: Run, pytester: pytest.Pytester, seeds: Path
) -> None:
    below = pytester.mkdir("below")
    seeds.rename(below / "seeds.toml")
    below.joinpath("test_below.py").write_text(
        dedent(
            """
            import pytest

            @pytest.mark.secrets_file("seeds.toml")
            def test_it(secretsmanager):
                secretsmanager.assert_value("db", "hunter2")
            """
        )
    )
    run("", "below").assert_outcomes(passed=1)


@pytest.mark.parametrize("spelling", ["pathlib.Path('seeds.toml')", "pathlib.Path(__file__).with_name('seeds.toml')"])
def test_a_path_will_do_too(run: Run, seeds: Path, spelling: str) -> None:
    run(
        f"""
        import pathlib, pytest

        @pytest.mark.secrets_file({spelling})
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "hunter2")
        """
    ).assert_outcomes(passed=1)


def test_files_of_module_class_and_function_add_up(run: Run, pytester: pytest.Pytester) -> None:
    for name in ("module", "class", "function"):
        (pytester.path / f"{name}.json").write_text(f'{{"secret": [{{"name": "{name}", "value": "{name[0]}"}}]}}')
    run(
        f"""
        import pytest

        pytestmark = pytest.mark.secrets_file("module.json")

        @pytest.mark.secrets_file("class.json")
        class TestIt:
            @pytest.mark.secrets_file("function.json")
            @pytest.mark.secret("other", "x")
            def test_it(self, secretsmanager):
                assert {VALUES} == {{"module": "m", "class": "c", "function": "f", "other": "x"}}
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        pytest.param('secrets_file("seeds.toml")', 'secret("db", "mine")', "mine", id="the seed below the file"),
        pytest.param('secret("db", "mine")', 'secrets_file("seeds.toml")', "hunter2", id="the file below the seed"),
    ],
)
def test_the_nearest_marker_wins_for_a_name(run: Run, seeds: Path, upper: str, lower: str, expected: str) -> None:
    run(
        f"""
        import pytest

        @pytest.mark.{upper}
        class TestOfClass:
            @pytest.mark.{lower}
            def test_it(self, secretsmanager):
                secretsmanager.assert_value("db", "{expected}")

        @pytest.mark.{upper}
        @pytest.mark.{lower}
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "{expected}")
        """
    ).assert_outcomes(passed=2)


def test_each_test_has_the_secrets_of_the_file_anew(run: Run, seeds: Path) -> None:
    run(
        """
        import boto3, pytest

        @pytest.mark.secrets_file("seeds.toml")
        @pytest.mark.parametrize("number", [1, 2])
        def test_it(secretsmanager, number):
            secretsmanager.assert_history("db", ["hunter2"])
            boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="other")
        """
    ).assert_outcomes(passed=2)


# --- mistakes --------------------------------------------------------------------------------------------------------

FILE = """
import pytest

@pytest.mark.{marker}
def test_it():
    print("the body ran")
"""

ARGUMENTS = ["", '"a.toml", "b.toml"', "5", 'path="seeds.toml"', '"db", "hunter2"']


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_wrong_arguments_name_marker_and_test(failures: Failures, arguments: str) -> None:
    (found,) = failures(FILE.format(marker=f"secrets_file({arguments})"))
    assert found == (
        "it takes the path of one file, as in secrets_file('seeds.toml')\n"
        "  in @pytest.mark.secrets_file of test_it.py::test_it"
    )


def test_a_file_that_is_not_there_is_told_with_its_whole_path(failures: Failures, pytester: pytest.Pytester) -> None:
    assert failures(FILE.format(marker='secrets_file("seeds.toml")')) == [
        f"{pytester.path / 'seeds.toml'}: No such file or directory\n"
        "  in @pytest.mark.secrets_file('seeds.toml') of test_it.py::test_it"
    ]


def test_a_mistake_in_the_file_is_told_without_its_values(failures: Failures, seeds: Path) -> None:
    seeds.write_text('[[secret]]\nname = "db"\nvalue = "hunter2"\ntag = { team = "pay" }')
    assert failures(FILE.format(marker='secrets_file("seeds.toml")')) == [
        f"{seeds}: secret 1 ('db'): a seed has no option 'tag'; did you mean 'tags'?\n"
        "  in @pytest.mark.secrets_file('seeds.toml') of test_it.py::test_it"
    ]


def test_a_secret_that_aws_would_refuse_names_the_file(failures: Failures, seeds: Path) -> None:
    seeds.write_text('[[secret]]\nname = "bad name"\nvalue = "hunter2"')
    (found,) = failures(FILE.format(marker='secrets_file("seeds.toml")'))
    assert found.startswith(
        "secret 'bad name' can't be seeded: AWS would refuse it with ValidationException: Invalid name."
    )
    assert found.endswith("\n  in @pytest.mark.secrets_file('seeds.toml') of test_it.py::test_it")
    assert "hunter2" not in found
