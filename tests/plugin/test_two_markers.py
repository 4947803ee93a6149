"""Two `secret` markers of one secret: in one place an error, in two places the nearest wins."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]
Failures = Callable[..., list[str]]

PLACES = {
    "function": """
        @pytest.mark.secret("db", "to-hide-one")
        @pytest.mark.secret("other", "x")
        @pytest.mark.secret("db", "to-hide-two")
        def test_it(): ...
    """,
    "class": """
        @pytest.mark.secret("db", "to-hide-one")
        @pytest.mark.secret("other", "x")
        @pytest.mark.secret("db", "to-hide-two")
        class TestIt:
            def test_it(self): ...
    """,
    "module": """
        pytestmark = [
            pytest.mark.secret("db", "to-hide-one"),
            pytest.mark.secret("other", "x"),
            pytest.mark.secret("db", "to-hide-two"),
        ]

        def test_it(): ...
    """,
}


@pytest.mark.parametrize(("kind", "source"), PLACES.items(), ids=PLACES)
def test_two_secret_markers_of_one_secret_in_one_place_are_an_error_that_names_both(
    failures: Failures, kind: str, source: str
) -> None:
    (found,) = failures(f"        import pytest\n{source}")
    test = "TestIt::test_it" if kind == "class" else "test_it"
    assert found == (
        f"two secret markers of one {kind} seed 'db' in us-east-1: markers 1 and 3 of 3, from the top. Keep one; "
        "earlier values of a secret go into its versions=[…]\n"
        f"  in @pytest.mark.secret('db') of test_it.py::{test}"
    )


def test_two_secret_markers_of_one_secret_on_a_base_class_are_an_error(failures: Failures) -> None:
    (found,) = failures(
        """
        import pytest

        @pytest.mark.secret("db", "one")
        @pytest.mark.secret("db", "two")
        class Base: ...

        class TestIt(Base):
            def test_it(self): ...
        """
    )
    assert found.startswith("two secret markers of one class seed 'db' in us-east-1: markers 1 and 2 of 2, ")


def test_two_secret_markers_with_and_without_the_default_region_are_an_error(failures: Failures) -> None:
    (found,) = failures(
        """
        import pytest

        @pytest.mark.secret("db", "one")
        @pytest.mark.secret("db", "two", region="us-east-1")
        def test_it(): ...
        """
    )
    assert found.startswith("two secret markers of one function seed 'db' in us-east-1: ")


def test_two_secret_markers_in_a_run_with_seeds_are_an_error_and_seed_nothing(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\n")
    pytester.path.joinpath("seeds.toml").write_text('[[secret]]\nname = "db"\nvalue = "seeded"\n')
    result = run(
        """
        import pytest

        @pytest.mark.secret("db", "one")
        @pytest.mark.secret("db", "two")
        def test_it(): ...

        def test_after(secretsmanager):
            secretsmanager.assert_history("db", ["seeded"])
        """
    )
    result.assert_outcomes(passed=1, errors=1)


ALLOWED = {
    "two regions": """
        @pytest.mark.secret("db", "here")
        @pytest.mark.secret("db", "there", region="eu-west-1")
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "here")
            secretsmanager.assert_value("db", "there", region="eu-west-1")
    """,
    "two accounts": """
        @pytest.mark.secret("db", "here")
        @pytest.mark.secret("db", "there", account="111122223333")
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "here")
            secretsmanager.assert_value("db", "there", account="111122223333")
    """,
    "a class and a function, where the nearest wins": """
        @pytest.mark.secret("db", "class")
        class TestIt:
            @pytest.mark.secret("db", "function")
            def test_it(self, secretsmanager):
                secretsmanager.assert_value("db", "function")
    """,
    "a function and a parameter, where the nearest wins": """
        @pytest.mark.secret("db", "function")
        @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.secret("db", "parameter"))])
        def test_it(secretsmanager, x):
            secretsmanager.assert_value("db", "parameter")
    """,
    "a file above, where the lower marker wins": """
        @pytest.mark.secrets_file("seeds.toml")
        @pytest.mark.secret("db", "marker")
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "marker")
    """,
    "a file below, where the lower marker wins": """
        @pytest.mark.secret("db", "marker")
        @pytest.mark.secrets_file("seeds.toml")
        def test_it(secretsmanager):
            secretsmanager.assert_value("db", "file")
    """,
    "a file above on a class, where the lower marker wins": """
        @pytest.mark.secrets_file("seeds.toml")
        @pytest.mark.secret("db", "marker")
        class TestIt:
            def test_it(self, secretsmanager):
                secretsmanager.assert_value("db", "marker")
    """,
    "a file below on a class, where the lower marker wins": """
        @pytest.mark.secret("db", "marker")
        @pytest.mark.secrets_file("seeds.toml")
        class TestIt:
            def test_it(self, secretsmanager):
                secretsmanager.assert_value("db", "file")
    """,
}


@pytest.mark.parametrize("source", ALLOWED.values(), ids=ALLOWED)
def test_two_markers_of_one_name_are_allowed_for(pytester: pytest.Pytester, run: Run, source: str) -> None:
    pytester.path.joinpath("seeds.toml").write_text('[[secret]]\nname = "db"\nvalue = "file"\n')
    run(f"        import pytest\n{source}").assert_outcomes(passed=1)


def test_the_own_marker_of_a_test_wins_over_one_that_a_conftest_file_adds(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.secret("db", "added"))
        """
    )
    run(
        """
        import pytest

        @pytest.mark.secret("db", "own")
        def test_own(secretsmanager):
            secretsmanager.assert_value("db", "own")

        def test_added(secretsmanager):
            secretsmanager.assert_value("db", "added")
        """
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "reason"),
    [
        ('secret("db", "x", tag={})', "a seed has no option 'tag'; did"),
        ('secrets_file("seeds.yaml")', ""),
        ("secretsmanager(regions=1)", "there is no option 'regions'; d"),
    ],
    ids=["secret", "secrets_file", "secretsmanager"],
)
def test_the_short_summary_shows_the_reason_of_a_refused_marker_at_80_columns(
    run: Run, monkeypatch: pytest.MonkeyPatch, marker: str, reason: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    result = run(f"import pytest\n\n@pytest.mark.{marker}\ndef test_it(): ...\n")
    (line,) = (line for line in result.outlines if line.startswith("ERROR test_it"))
    assert line.startswith(f"ERROR test_it.py::test_it - Failed: {reason}")
    assert "@pytest.mark" not in line


BY_ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf"


@pytest.mark.parametrize(
    "other", ["db", BY_ARN, BY_ARN.replace("AbCdEf", "ZyXwVu")], ids=["name", "ARN", "ARN with another suffix"]
)
def test_two_secret_markers_by_arn_and_by_name_in_one_place_are_an_error(failures: Failures, other: str) -> None:
    (found,) = failures(
        f"""
        import pytest

        @pytest.mark.secret("{BY_ARN}", "to-hide-one")
        @pytest.mark.secret("{other}", "to-hide-two")
        def test_it(): ...
        """
    )
    assert found.startswith("two secret markers of one function seed 'db' in us-east-1: markers 1 and 2 of 2")


def test_the_error_of_a_refused_marker_names_its_arn(failures: Failures) -> None:
    (found,) = failures(
        f"""
        import pytest

        @pytest.mark.secret("{BY_ARN}", "to-hide", region="eu-west-1")
        def test_it(): ...
        """
    )
    assert found.startswith("the ARN of a seed says region 'us-east-1', but its option says region='eu-west-1'")
    assert found.endswith(f"in @pytest.mark.secret('{BY_ARN}') of test_it.py::test_it")


@pytest.mark.parametrize(
    ("farther", "nearer", "has_the_arn"),
    [(BY_ARN, "db", False), ("db", BY_ARN, True)],
    ids=["nearest by name", "nearest by ARN"],
)
def test_the_nearest_of_a_marker_by_arn_and_a_marker_by_name_wins(
    run: Run, farther: str, nearer: str, has_the_arn: bool
) -> None:
    run(
        f"""
        import pytest

        pytestmark = pytest.mark.secret("{farther}", "farther")

        @pytest.mark.secret("{nearer}", "nearer")
        def test_it(secretsmanager):
            view = secretsmanager.secret("db")
            assert view.value == "nearer"
            assert (view.arn == "{BY_ARN}") is {has_the_arn}
        """
    ).assert_outcomes(passed=1)
