"""A test that is over, or that is run once more: nothing of the time before is kept."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_the_manager_of_a_test_is_let_go_of_when_the_test_is_over(run: Run) -> None:
    run(
        """
        import gc
        import weakref

        made = []

        def test_one(secretsmanager):
            made.append(weakref.ref(secretsmanager))

        def test_two():
            gc.collect()
            assert made[0]() is None
        """
    ).assert_outcomes(passed=2)


def test_a_fixture_that_runs_before_ours_is_told_so_in_a_rerun_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    result = run(
        """
        import boto3
        import pytest

        runs = []

        @pytest.fixture
        def early():
            if runs:
                boto3.client("secretsmanager", region_name="us-east-1").list_secrets()

        @pytest.mark.flaky(reruns=1)
        def test_it(early, secretsmanager):
            runs.append(1)
            assert False
        """,
        "-p",
        "pytest_rerunfailures",
    )
    result.stdout.fnmatch_lines(["The fixture secretsmanager of this test has not begun yet: *"])
