"""Wrong markers, seeds and options are errors at set-up, before the test's body runs."""

from collections.abc import Callable

import botocore
import pytest

Failures = Callable[..., list[str]]

BOTOCORE = f"botocore {botocore.__version__}"

SEEDS = [
    (
        '"db", "x", tag={"team": "pay"}',
        "a seed has no option 'tag'; did you mean 'tags'?",
    ),
    ("", "a seed begins with the secret's name, which is missing"),
    ('Name="db"', "a seed has no option 'Name'; did you mean 'name'?"),
    ('"db", SecretString="x"', "a seed has no option 'SecretString'; did you mean 'value'?"),
    ("5", "a seed begins with the secret's name, a str, not int"),
    (
        '"db", "x", "y"',
        "a seed has one name and one value, all else by name; given were 3 without a name and none by name",
    ),
    (
        '"db", "x", value="y"',
        "a seed has one name and one value, all else by name; given were 2 without a name and value by name",
    ),
    (
        '"db", None',
        'a seeded value can\'t be None: leave it out for a secret without a value, write "null" for JSON null',
    ),
    ('"db", "x", tags=["a"]', 'the option \'tags\' of a seed is a mapping such as {"team": "pay"}, not list'),
    (
        '"db", "x", region="EU-WEST-1"',
        f"the region of secret 'db' is 'EU-WEST-1', which {BOTOCORE} does not know; did you mean 'eu-west-1'? (a newer "
        "region needs a newer botocore, or the option extra_regions)",
    ),
    (
        '"db", "x", replicas=["EU-WEST-1"]',
        f"the region of a replica of secret 'db' is 'EU-WEST-1', which {BOTOCORE} does not know; did you mean "
        "'eu-west-1'? (a newer region needs a newer botocore, or the option extra_regions)",
    ),
    ('"db", "x", account="1"', "account is a str of twelve digits such as '123456789012', not '1'"),
    (
        '"db", versions=[Version("x", labels=["BLUE"]), Version("y", labels=["BLUE"])]',
        "the label 'BLUE' can't be on two versions of one secret",
    ),
    (
        '"bad name", "x"',
        "secret 'bad name' can't be seeded: AWS would refuse it with ValidationException: Invalid name. Must be a "
        "valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
    ),
    (
        '"db", "x" * 65_537',
        "secret 'db' can't be seeded: AWS would refuse it with ValidationException: 1 validation error detected: Value "
        "at 'secretString' failed to satisfy constraint: Member must have length less than or equal to 65536",
    ),
]

OPTIONS = [
    ('regions="eu-west-1"', "there is no option 'regions'; did you mean 'region' or 'extra_regions'?"),
    (
        "qqqq=1",
        "there is no option 'qqqq'; there are 'region', 'account', 'random_seed', 'now', 'version_quota', "
        "'extra_regions', 'policy', 'log_limit', 'leaks', 'leaks_ignore'",
    ),
    (
        '"app/db", "hunter2"',
        "options are given by name, not by position (2); a secret is seeded by @pytest.mark.secret",
    ),
    ("region=5", "region is a str such as 'us-east-1', not 5"),
    (
        'region="EU-WEST-1"',
        f"region is 'EU-WEST-1', which {BOTOCORE} does not know; did you mean 'eu-west-1'? (a newer region needs a "
        "newer botocore, or the option extra_regions)",
    ),
    ('account="12345"', "account is a str of twelve digits such as '123456789012', not '12345'"),
]

FILE = """
import botocore
import pytest
from pytest_secretsmanager import Version

@pytest.mark.{marker}
def test_it():
    print("the body ran")
"""


@pytest.mark.parametrize(("arguments", "text"), SEEDS, ids=[arguments or "no arguments" for arguments, _ in SEEDS])
def test_a_wrong_seed_is_an_error_that_names_marker_and_test(failures: Failures, arguments: str, text: str) -> None:
    found = failures(FILE.format(marker=f"secret({arguments})"))
    named = f"({arguments.split(chr(34))[1]!r})" if arguments.startswith('"') else ""
    assert found == [f"{text}\n  in @pytest.mark.secret{named} of test_it.py::test_it"]


@pytest.mark.parametrize(("arguments", "text"), OPTIONS, ids=[arguments for arguments, _ in OPTIONS])
def test_a_wrong_option_is_an_error_that_names_marker_and_test(failures: Failures, arguments: str, text: str) -> None:
    found = failures(FILE.format(marker=f"secretsmanager({arguments})"))
    assert found == [f"{text}\n  in @pytest.mark.secretsmanager of test_it.py::test_it"]


@pytest.mark.parametrize("marker", ['secret("db", "x", tag={})', "secretsmanager(regions=1)"])
def test_a_wrong_marker_is_an_error_at_set_up_and_the_body_does_not_run(
    run: Callable[..., pytest.RunResult], marker: str
) -> None:
    result = run(FILE.format(marker=marker), "-s")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["* ERROR at setup of test_it *"])
    result.stdout.no_fnmatch_line("*the body ran*")


def test_a_wrong_marker_is_an_error_before_fixtures_of_the_test_run(run: Callable[..., pytest.RunResult]) -> None:
    result = run(
        """
        import pytest

        @pytest.fixture
        def app():
            print("the fixture ran")

        @pytest.mark.secret("db", "x", tag={})
        def test_it(app): ...
        """,
        "-s",
    )
    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("*the fixture ran*")


def test_the_error_of_a_wrong_marker_names_class_and_parameter(failures: Failures) -> None:
    found = failures(
        """
        import pytest

        class TestIt:
            @pytest.mark.parametrize("which", [pytest.param("a", marks=pytest.mark.secret("db", None)), "b"])
            def test_it(self, which): ...
        """
    )
    assert len(found) == 1
    assert found[0].startswith("a seeded value can't be None: ")
    assert found[0].endswith("\n  in @pytest.mark.secret('db') of test_it.py::TestIt::test_it[a]")


def test_one_wrong_marker_among_valid_ones_is_an_error(failures: Failures) -> None:
    found = failures(
        """
        import pytest

        pytestmark = pytest.mark.secret("db", "x")

        @pytest.mark.secret("other", "x", lables=["BLUE"])
        def test_wrong(): ...

        def test_right(): ...
        """
    )
    assert len(found) == 1
    assert found[0].startswith("a seed has no option 'lables'; ")
    assert found[0].endswith("\n  in @pytest.mark.secret('other') of test_it.py::test_wrong")


def test_a_wrong_marker_leaves_no_variables_and_no_secrets_for_the_next_test(
    run: Callable[..., pytest.RunResult],
) -> None:
    run(
        """
        import os
        import pytest

        @pytest.mark.secret("db", None)
        def test_wrong(): ...

        def test_after():
            assert "AWS_DEFAULT_REGION" not in os.environ

        def test_again(secretsmanager):
            assert list(secretsmanager.secrets) == []
        """
    ).assert_outcomes(passed=2, errors=1)


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("secretsmanager_account = 1", "secretsmanager_account"),
        ("secretsmanager_account = x", "secretsmanager_account"),
    ],
)
def test_the_error_of_a_wrong_ini_option_names_the_option(
    pytester: pytest.Pytester, failures: Failures, line: str, option: str
) -> None:
    pytester.makeini(f"[pytest]\n{line}\n")
    (text,) = failures("def test_it(secretsmanager): ...")
    assert option in text
    assert "@pytest.mark" not in text


def test_a_random_seed_of_a_wrong_type_is_an_error_that_names_marker_and_test(failures: Failures) -> None:
    (text,) = failures(FILE.format(marker="secretsmanager(random_seed=[1])"))
    assert text.startswith("random_seed ")
    assert text.endswith("\n  in @pytest.mark.secretsmanager of test_it.py::test_it")


def test_labels_of_a_wrong_type_are_an_error_that_names_marker_and_test(failures: Failures) -> None:
    (text,) = failures(FILE.format(marker='secret("db", versions=[Version("x", labels=5)])'))
    assert text.startswith("the labels of a seeded version are ")
    assert text.endswith("\n  in @pytest.mark.secret('db') of test_it.py::test_it")
