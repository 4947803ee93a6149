"""A test whose plan for a rotation never came to pass fails, in words; a test that fails by itself fails by that."""

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
def test_a_plan_that_never_came_to_pass_is_an_error_of_the_test(failures: Callable[..., list[str]]) -> None:
    (text,) = failures(HEAD + FORGETS)
    assert text.splitlines()[0] == TOLD
    assert len(text.splitlines()) == 2
    assert "to hide" not in text


@pytest.mark.usefixtures("mode")
def test_a_test_that_fails_is_told_of_its_own_failure_only(failures: Callable[..., list[str]]) -> None:
    (text,) = failures(f"{HEAD}{FORGETS}        assert 1 == 2")
    assert "assert 1 == 2" in text
    assert TOLD not in text


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    ("body", "outcome"),
    [("pytest.skip('not now')", "skipped"), ("pytest.xfail('known')", "xfailed")],
)
def test_a_test_that_did_not_pass_is_not_told(run: Run, body: str, outcome: str) -> None:
    run(f"{HEAD}{FORGETS}        {body}").assert_outcomes(**{outcome: 1})


@pytest.mark.usefixtures("mode")
def test_the_next_test_is_told_of_its_own_plans_only(run: Run) -> None:
    source = f"{HEAD}{FORGETS}\n    def test_next(secretsmanager):\n        pass\n"
    run(source).assert_outcomes(passed=2, errors=1)


@pytest.mark.usefixtures("mode")
def test_a_plan_that_came_to_pass_is_no_error(run: Run) -> None:
    body = 'secretsmanager.client().rotate_secret(SecretId="db")'
    run(f"{HEAD}{FORGETS}        {body}").assert_outcomes(passed=1)


@pytest.mark.usefixtures("mode")
def test_a_plan_may_come_to_pass_while_fixtures_of_the_test_end(run: Run) -> None:
    source = """
    @pytest.fixture
    def rotates_at_the_end(secretsmanager):
        yield
        secretsmanager.client().rotate_secret(SecretId="db")

    def test_it(rotates_at_the_end, secretsmanager):
        secretsmanager.rotation.fail("finishSecret", ConnectionError)
    """
    run(HEAD + source).assert_outcomes(passed=1)


def test_a_set_up_that_fails_is_told_by_itself(failures: Callable[..., list[str]]) -> None:
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


def test_a_method_of_a_unittest_case_is_told_too(run: Run) -> None:
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
