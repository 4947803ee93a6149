"""An event handler that raises fails its own test at teardown, with its traceback, and no other test."""

from collections.abc import Callable

import pytest

HEAD = """
    import boto3
    import pytest

    pytestmark = pytest.mark.secret("db", "one")


    def handler(event):
        raise LookupError("no cache")


    def put():
        boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="two")

"""
FAILS = """
    def test_it(secretsmanager):
        secretsmanager.events.subscribe(handler, pattern={"detail-type": ["Secret Label Updated"]})
        put()
"""
TOLD = "the handler handler failed with LookupError at "

Run = Callable[..., pytest.RunResult]


@pytest.mark.usefixtures("mode")
def test_an_event_handler_that_raises_is_a_teardown_error_with_its_traceback(
    failures: Callable[..., list[str]],
) -> None:
    (text,) = failures(HEAD + FAILS)
    first, blank, *traceback = text.splitlines()
    assert first.startswith(TOLD)
    assert first.endswith("called with 'Secret Label Updated' (AWSCURRENT of secret 'db')")
    assert blank == ""
    assert [line.split(",")[-1].strip() for line in traceback] == [
        "Traceback (most recent call last):",
        "in handler",
        'raise LookupError("no cache")',
        "LookupError: no cache",
    ]


@pytest.mark.usefixtures("mode")
def test_a_failing_test_shows_a_failed_event_handler_in_its_report_section(run: Run) -> None:
    result = run(f"{HEAD}{FAILS}        assert 1 == 2")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 1 == 2*", "*- secretsmanager -*", f"{TOLD}*"])


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    ("body", "outcome"),
    [("pytest.skip('not now')", "skipped"), ("pytest.xfail('known')", "xfailed")],
)
def test_a_skipped_or_xfailed_test_reports_no_failed_event_handler(run: Run, body: str, outcome: str) -> None:
    run(f"{HEAD}{FAILS}        {body}").assert_outcomes(**{outcome: 1})


@pytest.mark.usefixtures("mode")
def test_an_event_handler_and_its_failure_end_with_their_test(run: Run) -> None:
    following = "    def test_next(secretsmanager):\n        put()\n        assert len(secretsmanager.events) == 2\n"
    run(f"{HEAD}{FAILS}\n{following}").assert_outcomes(passed=2, errors=1)
