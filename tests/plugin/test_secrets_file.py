"""The marker `secrets_file`: a test's secrets come from a file beside it."""

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


def test_the_marker_secrets_file_activates_the_fixture(run: Run, seeds: Path) -> None:
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


def test_a_secrets_file_is_found_beside_its_test_file_from_another_working_directory(
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


@pytest.mark.parametrize(
    "spelling",
    ["pathlib.Path('seeds.toml')", "pathlib.Path(__file__).with_name('seeds.toml')"],
    ids=["relative", "absolute"],
)
def test_the_marker_secrets_file_takes_a_path(run: Run, seeds: Path, spelling: str) -> None:
    run(
        f"""
        import pathlib, pytest

        @pytest.mark.secrets_file({spelling})
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "hunter2")
        """
    ).assert_outcomes(passed=1)


def test_secrets_files_of_module_class_and_function_add_up(run: Run, pytester: pytest.Pytester) -> None:
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
        pytest.param('secrets_file("seeds.toml")', 'secret("db", "mine")', "mine", id="secret below secrets_file"),
        pytest.param('secret("db", "mine")', 'secrets_file("seeds.toml")', "hunter2", id="secrets_file below secret"),
    ],
)
def test_the_nearest_of_secret_and_secrets_file_wins_for_a_name(
    run: Run, seeds: Path, upper: str, lower: str, expected: str
) -> None:
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


def test_each_test_starts_with_the_secrets_of_its_file(run: Run, seeds: Path) -> None:
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


# --- errors ----------------------------------------------------------------------------------------------------------

FILE = """
import pytest

@pytest.mark.{marker}
def test_it():
    print("the body ran")
"""

ARGUMENTS = ["", '"a.toml", "b.toml"', "5", 'path="seeds.toml"', '"db", "hunter2"']


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=lambda arguments: arguments or "no arguments")
def test_wrong_arguments_of_secrets_file_are_an_error_that_names_marker_and_test(
    failures: Failures, arguments: str
) -> None:
    (found,) = failures(FILE.format(marker=f"secrets_file({arguments})"))
    assert found == (
        "it takes the path of one file, as in secrets_file('seeds.toml')\n"
        "  in @pytest.mark.secrets_file of test_it.py::test_it"
    )


def test_the_error_of_a_missing_secrets_file_shows_its_whole_path(
    failures: Failures, pytester: pytest.Pytester
) -> None:
    assert failures(FILE.format(marker='secrets_file("seeds.toml")')) == [
        f"{pytester.path / 'seeds.toml'}: No such file or directory\n"
        "  in @pytest.mark.secrets_file('seeds.toml') of test_it.py::test_it"
    ]


def test_the_error_of_a_wrong_secrets_file_shows_no_value(failures: Failures, seeds: Path) -> None:
    seeds.write_text('[[secret]]\nname = "db"\nvalue = "hunter2"\ntag = { team = "pay" }')
    assert failures(FILE.format(marker='secrets_file("seeds.toml")')) == [
        f"{seeds}: secret 1 ('db'): a seed has no option 'tag'; did you mean 'tags'?\n"
        "  in @pytest.mark.secrets_file('seeds.toml') of test_it.py::test_it"
    ]


def test_the_error_of_a_secret_that_aws_would_refuse_names_the_secrets_file(failures: Failures, seeds: Path) -> None:
    seeds.write_text('[[secret]]\nname = "bad name"\nvalue = "hunter2"')
    (found,) = failures(FILE.format(marker='secrets_file("seeds.toml")'))
    assert found.startswith(
        "secret 'bad name' can't be seeded: AWS would refuse it with ValidationException: Invalid name."
    )
    assert found.endswith("\n  in @pytest.mark.secrets_file('seeds.toml') of test_it.py::test_it")
    assert "hunter2" not in found
