"""A project's own fixture `secretsmanager` keeps the markers if it builds on the plugin's; else they are errors."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

HIDES = """
import pytest
from pytest_secretsmanager import SecretsManager

@pytest.fixture{scope}
def secretsmanager():
    with SecretsManager() as sm:
        sm.seed("own", "x")
        yield sm
"""

MARKERS = [
    'secret("db", "x")',
    'secrets_file("seeds.toml")',
    'secret_fault("GetSecretValue", "ThrottlingException")',
    'secretsmanager(region="eu-west-1")',
]


@pytest.mark.parametrize("marker", MARKERS)
@pytest.mark.parametrize("scope", ["", '(scope="module")'], ids=["function", "module"])
def test_a_marker_is_an_error_if_a_project_fixture_hides_the_fixture_secretsmanager(
    pytester: pytest.Pytester, run: Run, marker: str, scope: str
) -> None:
    pytester.makeconftest(HIDES.format(scope=scope))
    result = run(f"import pytest\n\n@pytest.mark.{marker}\ndef test_it(secretsmanager): ...\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "the project's own fixture secretsmanager (conftest.py:4) hides the plugin's, so the marker does nothing. "
            "Rename it; or let it build on the plugin's, def secretsmanager(secretsmanager); or seed without a marker, "
            "by secretsmanager.seed(name, value)",
            f"  in @pytest.mark.{marker.partition('(')[0]}* of test_it.py::test_it",
        ],
        consecutive=True,
    )


def test_a_marker_of_a_hidden_fixture_is_an_error_before_any_fixture_of_the_test_runs(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makeconftest(HIDES.format(scope=""))
    result = run(
        """
        import pytest

        @pytest.fixture(autouse=True)
        def app():
            print("the fixture ran")

        @pytest.mark.secret("db", "x")
        def test_it(): ...
        """,
        "-s",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["the project's own fixture secretsmanager (conftest.py:4) hides the plugin's, *"])
    result.stdout.no_fnmatch_line("*the fixture ran*")


def test_a_project_fixture_that_hides_secretsmanager_works_without_markers(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(HIDES.format(scope='(scope="module")'))
    run("def test_it(secretsmanager): secretsmanager.assert_value('own', 'x')").assert_outcomes(passed=1)


@pytest.mark.parametrize(
    "builds",
    [
        "@pytest.fixture\ndef secretsmanager(secretsmanager):\n    sm = secretsmanager",
        "@pytest.fixture\ndef secretsmanager(request):\n    sm = request.getfixturevalue('secretsmanager')",
    ],
    ids=["as an argument", "by getfixturevalue"],
)
@pytest.mark.parametrize(
    "ini", ["secretsmanager_seeds = seeds.toml", ""], ids=["with seeds of the run", "without seeds"]
)
def test_a_project_fixture_that_builds_on_secretsmanager_keeps_the_markers(
    pytester: pytest.Pytester, run: Run, builds: str, ini: str
) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.path.joinpath("seeds.toml").write_text('[[secret]]\nname = "run"\nvalue = "x"\n')
    pytester.makeconftest(f"import pytest\n\n{builds}\n    sm.seed('own', 'x')\n    return sm\n")
    run(
        """
        import pytest

        @pytest.mark.secret("db", "hunter2")
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "hunter2")
            secretsmanager.assert_value("own", "x")
        """
    ).assert_outcomes(passed=1)
