"""A handler of events that raises fails its test when that is over, with its own traceback; and no other test."""

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
def test_a_handler_that_raises_is_an_error_of_the_test_with_its_traceback(failures: Callable[..., list[str]]) -> None:
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
def test_a_test_that_fails_by_itself_has_the_handler_in_its_section(run: Run) -> None:
    result = run(f"{HEAD}{FAILS}        assert 1 == 2")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 1 == 2*", "*- secretsmanager -*", f"{TOLD}*"])


@pytest.mark.usefixtures("mode")
@pytest.mark.parametrize(
    ("body", "outcome"),
    [("pytest.skip('not now')", "skipped"), ("pytest.xfail('known')", "xfailed")],
)
def test_a_test_that_did_not_pass_is_not_told(run: Run, body: str, outcome: str) -> None:
    run(f"{HEAD}{FAILS}        {body}").assert_outcomes(**{outcome: 1})


@pytest.mark.usefixtures("mode")
def test_the_next_test_has_neither_the_handler_nor_its_failure(run: Run) -> None:
    following = "    def test_next(secretsmanager):\n        put()\n        assert len(secretsmanager.events) == 2\n"
    run(f"{HEAD}{FAILS}\n{following}").assert_outcomes(passed=2, errors=1)
