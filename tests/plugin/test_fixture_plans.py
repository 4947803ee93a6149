"""An unused plan of `rotation.fail` is an error of a passing test. A failing test reports only its own failure."""

from collections.abc import Callable

import pytest

HEAD = """
    import pytest
    from pytest_secretsmanager import Rotation

    pytestmark = pytest.mark.secret("db", "one", rotation=Rotation(lambda event, context: None))

"""
FORGETS = """
    def test_it(secretsmanager):
        secretsmanager.rotation.fail("finishSecret", ConnectionError("to hide"))
"""
TOLD = "rotation.fail('finishSecret', ConnectionError) was planned, and no rotation came to that step"

Run = Callable[..., pytest.RunResult]


@pytest.mark.usefixtures("mode")
def test_an_unused_plan_of_rotation_fail_is_a_teardown_error_of_the_test(failures: Callable[..., list[str]]) -> None:
    (text,) = failures(HEAD + FORGETS)
    assert text.splitlines()[0] == TOLD
    assert len(text.splitlines()) == 2
    assert "to hide" not in text


@pytest.mark.usefixtures("mode")
def test_a_failing_test_does_not_report_its_unused_rotation_plan(failures: Callable[..., list[str]]) -> None:
    (text,) = failures(f"{HEAD}{FORGETS}        assert 1 == 2")
    assert "assert 1 == 2" in text
    assert TOLD not in text


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    ("body", "outcome"),
    [("pytest.skip('not now')", "skipped"), ("pytest.xfail('known')", "xfailed")],
)
def test_a_skipped_or_xfailed_test_does_not_report_its_unused_rotation_plan(run: Run, body: str, outcome: str) -> None:
    run(f"{HEAD}{FORGETS}        {body}").assert_outcomes(**{outcome: 1})


@pytest.mark.usefixtures("mode")
def test_an_unused_rotation_plan_is_not_reported_for_the_next_test(run: Run) -> None:
    source = f"{HEAD}{FORGETS}\n    def test_next(secretsmanager):\n        pass\n"
    run(source).assert_outcomes(passed=2, errors=1)


@pytest.mark.usefixtures("mode")
def test_a_rotation_plan_that_a_rotation_has_used_is_no_error(run: Run) -> None:
    body = 'secretsmanager.client().rotate_secret(SecretId="db")'
    run(f"{HEAD}{FORGETS}        {body}").assert_outcomes(passed=1)


@pytest.mark.usefixtures("mode")
def test_a_rotation_plan_may_be_used_during_the_teardown_of_the_tests_fixtures(run: Run) -> None:
    source = """
    @pytest.fixture
    def rotates_at_the_end(secretsmanager):
        yield
        secretsmanager.client().rotate_secret(SecretId="db")

    def test_it(rotates_at_the_end, secretsmanager):
        secretsmanager.rotation.fail("finishSecret", ConnectionError)
    """
    run(HEAD + source).assert_outcomes(passed=1)


def test_a_failing_set_up_does_not_report_its_unused_rotation_plan(failures: Callable[..., list[str]]) -> None:
    source = """
    @pytest.fixture
    def breaks(secretsmanager):
        secretsmanager.rotation.fail("finishSecret", ConnectionError)
        raise ZeroDivisionError

    def test_it(breaks):
        pass
    """
    (text,) = failures(HEAD + source)
    assert "ZeroDivisionError" in text
    assert TOLD not in text


def test_an_unused_rotation_plan_is_an_error_of_a_passing_unittest_method(run: Run) -> None:
    source = """
    import unittest

    class TestIt(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _keep(self, secretsmanager):
            self.sm = secretsmanager

        def test_forgets(self):
            self.sm.rotation.fail("finishSecret", ConnectionError)

        def test_fails(self):
            self.sm.rotation.fail("finishSecret", ConnectionError)
            self.fail("by itself")
    """
    run(HEAD + source).assert_outcomes(passed=1, failed=1, errors=1)


def test_a_test_with_a_failed_subtest_does_not_report_its_unused_rotation_plan(run: Run) -> None:
    source = """
    import unittest

    class TestIt(unittest.TestCase):
        @pytest.fixture(autouse=True)
        def _keep(self, secretsmanager):
            self.sm = secretsmanager

        def test_fails(self):
            self.sm.rotation.fail("finishSecret", ConnectionError)
            with self.subTest("one"):
                self.fail("on its own")

        def test_forgets(self):
            self.sm.rotation.fail("finishSecret", ConnectionError)
            with self.subTest("one"):
                pass
    """
    outcomes = run(HEAD + source).parseoutcomes()
    assert outcomes["errors"] == 1
