"""Nothing of a test is kept after its end or in its rerun."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]


def test_the_manager_of_the_fixture_is_garbage_collected_after_its_test(run: Run) -> None:
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


def test_a_rerun_explains_a_blocked_call_of_a_fixture_that_runs_before_secretsmanager(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
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
