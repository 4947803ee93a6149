"""The marker `secret`: where it may stand, what it activates, and when."""

from collections.abc import Callable
from textwrap import dedent

import pytest

Run = Callable[..., pytest.RunResult]

READ = """
import boto3
import pytest

def read(name="db"):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
"""


def source(text: str) -> str:
    return READ + dedent(text)


# --- where the marker may stand --------------------------------------------------------------------------------------


def test_the_marker_secret_activates_the_fixture(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secret("db", "hunter2")
            def test_it():
                assert read() == "hunter2"
            """
        )
    ).assert_outcomes(passed=1)


def test_the_marker_secret_on_a_class_seeds_each_of_its_tests(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secret("db", "hunter2")
            class TestIt:
                def test_first(self):
                    assert read() == "hunter2"

                def test_second(self, secretsmanager):
                    secretsmanager.assert_value("db", "hunter2")
            """
        )
    ).assert_outcomes(passed=2)


def test_the_marker_secret_in_pytestmark_seeds_each_test_of_the_module(run: Run) -> None:
    run(
        source(
            """
            pytestmark = [pytest.mark.secret("db", "hunter2"), pytest.mark.secret("other", "x")]

            def test_it():
                assert (read(), read("other")) == ("hunter2", "x")
            """
        )
    ).assert_outcomes(passed=1)


def test_secret_markers_of_module_class_and_function_add_up(run: Run) -> None:
    run(
        source(
            """
            pytestmark = pytest.mark.secret("module", "m")

            @pytest.mark.secret("class", "c")
            class TestIt:
                @pytest.mark.secret("function", "f")
                @pytest.mark.secret("another", "a")
                def test_it(self, secretsmanager):
                    values = {name: secret.value for name, secret in secretsmanager.secrets.items()}
                    assert values == {"module": "m", "class": "c", "function": "f", "another": "a"}
            """
        )
    ).assert_outcomes(passed=1)


def test_the_nearest_secret_marker_wins_for_a_name(run: Run) -> None:
    run(
        source(
            """
            pytestmark = pytest.mark.secret("db", "module", tags={"of": "module"})

            @pytest.mark.secret("db", "class")
            class TestIt:
                @pytest.mark.secret("db", "function")
                def test_function(self, secretsmanager):
                    assert read() == "function"
                    assert secretsmanager.secret("db").tags == {}
                    assert len(secretsmanager.secret("db").versions) == 1

                def test_class(self):
                    assert read() == "class"

            def test_module(secretsmanager):
                assert read() == "module"
                assert secretsmanager.secret("db").tags == {"of": "module"}
            """
        )
    ).assert_outcomes(passed=3)


def test_a_marker_value_that_a_nearer_marker_replaces_is_no_leak(run: Run) -> None:
    """No code could have read it."""
    run(
        source(
            """
            @pytest.mark.secret("db", "of the class")
            class TestIt:
                @pytest.mark.secret("db", "of the function")
                def test_it(self, secretsmanager):
                    secretsmanager.assert_nothing_leaked("a template: of the class")
                    with pytest.raises(AssertionError, match="leaked"):
                        secretsmanager.assert_nothing_leaked("of the function")
            """
        )
    ).assert_outcomes(passed=1)


def test_a_marker_value_that_the_test_replaces_is_a_leak(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secret("db", "of the marker")
            def test_it(secretsmanager):
                secretsmanager.seed("db", "of the test")
                with pytest.raises(AssertionError, match="leaked"):
                    secretsmanager.assert_nothing_leaked("of the marker")
            """
        )
    ).assert_outcomes(passed=1)


def test_secret_markers_of_one_name_in_two_regions_seed_two_secrets(run: Run) -> None:
    run(
        source(
            """
            pytestmark = pytest.mark.secret("db", "here")

            @pytest.mark.secret("db", "there", region="eu-west-1")
            def test_it(secretsmanager):
                assert read() == "here"
                secretsmanager.assert_value("db", "there", region="eu-west-1")
            """
        )
    ).assert_outcomes(passed=1)


def test_subclasses_inherit_the_marker_secret(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secret("db", "base")
            @pytest.mark.secret("base", "x")
            class Base:
                def test_it(self):
                    assert (read(), read("base")) == ("base", "x")

            class TestAsItIs(Base): ...

            @pytest.mark.secret("derived", "x")
            class TestDerived(Base):
                def test_both(self):
                    assert (read("base"), read("derived")) == ("x", "x")
            """
        )
    ).assert_outcomes(passed=3)


def test_the_secret_marker_of_a_class_wins_over_that_of_its_base(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secret("db", "base")
            class Base: ...

            @pytest.mark.secret("db", "derived")
            class TestDerived(Base):
                def test_it(self):
                    assert read() == "derived"
            """
        )
    ).assert_outcomes(passed=1)


def test_the_marker_secret_seeds_before_set_up_and_tests_of_unittest(run: Run) -> None:
    run(
        source(
            """
            import unittest

            @pytest.mark.secret("db", "class")
            class TestIt(unittest.TestCase):
                def setUp(self):
                    self.value = read()

                def test_class(self):
                    self.assertEqual((self.value, read()), ("class", "class"))

                @pytest.mark.secret("db", "function")
                def test_function(self):
                    self.assertEqual((self.value, read()), ("function", "function"))
            """
        )
    ).assert_outcomes(passed=2)


def test_the_marker_secret_seeds_before_setup_method(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secret("db", "hunter2")
            class TestIt:
                def setup_method(self):
                    self.value = read()

                def test_it(self):
                    assert self.value == "hunter2"
            """
        )
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("order", ["seeded, bare", "bare, seeded"])
def test_the_marker_secret_on_one_parameter_leaves_the_other_parameters_alone(run: Run, order: str) -> None:
    run(
        source(
            f"""
            seeded = pytest.param("seeded", marks=pytest.mark.secret("db", "hunter2"))
            bare = "bare"

            @pytest.mark.parametrize("which", [{order}])
            def test_it(which, request):
                assert ("secretsmanager" in request.fixturenames) == (which == "seeded")
                if which == "seeded":
                    assert read() == "hunter2"
            """
        )
    ).assert_outcomes(passed=2)


def test_each_parameter_may_have_its_own_secret_marker(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.parametrize(
                "expected",
                [pytest.param(value, marks=pytest.mark.secret("db", value)) for value in ("one", "two")],
            )
            def test_it(expected):
                assert read() == expected
            """
        )
    ).assert_outcomes(passed=2)


def test_a_test_without_a_marker_does_not_get_the_fixture(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secret("db", "hunter2")
            def test_with():
                assert read() == "hunter2"

            def test_without(request):
                assert "secretsmanager" not in request.fixturenames
            """
        )
    ).assert_outcomes(passed=2)


def test_the_marker_secretsmanager_activates_the_fixture(run: Run) -> None:
    run(
        source(
            """
            @pytest.mark.secretsmanager(region="eu-west-1")
            def test_it():
                assert boto3.client("secretsmanager").list_secrets()["SecretList"] == []
                assert boto3.client("secretsmanager").meta.region_name == "eu-west-1"
            """
        )
    ).assert_outcomes(passed=1)


# --- what the marker seeds -------------------------------------------------------------------------------------------


def test_the_marker_secret_takes_every_argument_of_seed(run: Run) -> None:
    run(
        """
        from datetime import timedelta
        import pytest
        from pytest_secretsmanager import Version

        @pytest.mark.secret("json", {"user": "app"})
        @pytest.mark.secret("bytes", b"\\x00")
        @pytest.mark.secret("empty")
        @pytest.mark.secret("token", "t-2", versions=["t-0", "t-1"], tags={"team": "pay"})
        @pytest.mark.secret(name="by-name", value="x", deleted=True)
        @pytest.mark.secret(
            "rotating",
            versions=[
                Version("old", labels=["AWSPREVIOUS"], age=timedelta(days=40)),
                Version("now", labels=["AWSCURRENT"]),
                Version("next", labels=["AWSPENDING"], id="3" * 32),
            ],
        )
        def test_it(secretsmanager):
            sm = secretsmanager
            sm.assert_value("json", {"user": "app"})
            sm.assert_value("bytes", b"\\x00")
            assert sm.secret("empty").versions == []
            sm.assert_history("token", ["t-0", "t-1", "t-2"])
            assert sm.secret("token").tags == {"team": "pay"}
            assert sm.secret("by-name").deleted
            sm.assert_labels("rotating", {"AWSPREVIOUS": 1, "AWSCURRENT": 2, "AWSPENDING": "3" * 32})
            assert len(sm.log) == 0
        """
    ).assert_outcomes(passed=1)


def test_the_marker_secret_seeds_again_for_each_test(run: Run) -> None:
    run(
        source(
            """
            pytestmark = pytest.mark.secret("db", "one")

            @pytest.mark.parametrize("number", range(2))
            def test_it(secretsmanager, number):
                assert read() == "one"
                secretsmanager.client().put_secret_value(SecretId="db", SecretString="two")
            """
        )
    ).assert_outcomes(passed=2)


# --- when the marker seeds -------------------------------------------------------------------------------------------


def test_the_marker_secret_seeds_before_fixtures_of_function_scope_begin(run: Run) -> None:
    run(
        source(
            """
            @pytest.fixture
            def app():
                return read()

            @pytest.fixture(autouse=True)
            def at_once():
                read()

            @pytest.mark.secret("db", "hunter2")
            def test_it(app):
                assert app == "hunter2"
            """
        )
    ).assert_outcomes(passed=1)


def test_the_secret_of_a_marker_exists_until_fixtures_of_function_scope_have_ended(run: Run) -> None:
    run(
        source(
            """
            @pytest.fixture
            def app():
                yield
                assert read() == "hunter2"

            @pytest.mark.secret("db", "hunter2")
            def test_it(app): ...
            """
        )
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("arguments", ["app, secretsmanager", "app, wrapped"])
def test_the_marker_secret_seeds_first_if_the_test_requests_the_fixture_last(run: Run, arguments: str) -> None:
    run(
        source(
            f"""
            @pytest.fixture
            def app():
                return read()

            @pytest.fixture
            def wrapped(secretsmanager):
                return secretsmanager

            @pytest.mark.secret("db", "hunter2")
            def test_it({arguments}):
                assert app == "hunter2"
            """
        )
    ).assert_outcomes(passed=1)


def test_the_marker_secret_seeds_after_fixtures_of_wider_scope(run: Run) -> None:
    result = run(
        source(
            """
            @pytest.fixture(scope="session")
            def of_session(): ...

            @pytest.fixture(scope="module", autouse=True)
            def of_module(): ...

            @pytest.fixture(scope="class")
            def of_class(): ...

            @pytest.fixture
            def of_function(): ...

            @pytest.mark.secret("db", "hunter2")
            def test_it(of_function, of_class, of_session): ...
            """
        ),
        "--setup-show",
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "SETUP    S of_session*",
            "*SETUP    M of_module*",
            "*SETUP    C of_class*",
            "*SETUP    F secretsmanager*",
            "*SETUP    F of_function*",
        ]
    )


def test_a_marker_that_a_conftest_file_adds_activates_the_fixture(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.secret("db", "x"))
        """
    )
    pytester.makepyfile(
        """
        import boto3

        def test_it():
            assert boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"] == "x"
        """
    )
    pytester.runpytest().assert_outcomes(passed=1)


def test_a_marker_of_a_parameter_is_nearer_than_those_of_its_function(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.secret("db", "decorator")
        @pytest.mark.parametrize(
            "value", ["decorator", pytest.param("parameter", marks=pytest.mark.secret("db", "parameter"))]
        )
        def test_it(secretsmanager, value):
            secretsmanager.assert_value("db", value)
        """
    )
    pytester.runpytest().assert_outcomes(passed=2)


PLACES = {
    "a function": '@pytest.mark.secret("gone", "x")\n@pytest.mark.secret("kept", "y")\n'
    "def test_it(secretsmanager):\n    {}",
    "a class": '@pytest.mark.secret("gone", "x")\n@pytest.mark.secret("kept", "y")\nclass TestIt:\n'
    "    def test_it(self, secretsmanager):\n        {}",
    "a base class": '@pytest.mark.secret("gone", "x")\n@pytest.mark.secret("kept", "y")\nclass Base: ...\n'
    "class TestIt(Base):\n    def test_it(self, secretsmanager):\n        {}",
    "a module": 'pytestmark = [pytest.mark.secret("gone", "x"), pytest.mark.secret("kept", "y")]\n'
    "def test_it(secretsmanager):\n    {}",
}


@pytest.mark.parametrize("source", PLACES.values(), ids=PLACES)
def test_a_marker_that_a_conftest_file_removes_seeds_nothing(pytester: pytest.Pytester, run: Run, source: str) -> None:
    pytester.makeconftest(
        """
        def pytest_collection_modifyitems(items):
            for level in {level for item in items for level in item.listchain()}:
                level.own_markers[:] = [mark for mark in level.own_markers if mark.args[:1] != ("gone",)]
        """
    )
    body = 'assert list(secretsmanager.secrets) == ["kept"]'
    run(f"import pytest\n{source.format(body)}\n").assert_outcomes(passed=1)
