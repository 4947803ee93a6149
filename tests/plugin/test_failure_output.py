"""A failing test shows its own line and the helper's message, no frame of the plugin and no secret value."""

import time
from collections.abc import Callable

import pytest

from pytest_secretsmanager.engine.operations import OPERATIONS

Run = Callable[..., pytest.RunResult]
Failures = Callable[..., list[str]]

FILE = """
import pytest
from pytest_secretsmanager import SecretsManager

pytestmark = pytest.mark.secret("db", "two-to-hide", versions=["one-to-hide"])

def test_it(secretsmanager):
    sm, client = secretsmanager, secretsmanager.client()
    client.put_secret_value(SecretId="db", SecretString="three" + "-to-hide")
    {line}
"""

HELPERS = [
    'sm.assert_labels("db", {})',
    'sm.assert_label("db", "AWSPENDING", 1)',
    'sm.assert_no_label("db", "AWSCURRENT")',
    'sm.assert_moved("db", "AWSCURRENT", source=1)',
    'sm.assert_history("db", [])',
    'sm.assert_logged("DeleteSecret")',
    "sm.assert_not_logged()",
    'sm.assert_log_order("DeleteSecret")',
    'sm.assert_nothing_leaked(sm.secret("db").value)',
]

LOOKS = [
    'sm.secret("dv")',
    'sm.assert_value("dv", "x")',
    'sm.assert_value("db", "x", version=9)',
    'sm.secret("db").version(9)',
    "SecretsManager().client()",
]

SHOWING_FRAMES = [
    'sm.assert_logged("DeleteSecretx")',
    'sm.assert_not_logged("DeleteSecret", SecretID="db")',
    'sm.assert_moved("db", "AWSCURRENT", source=1.5)',
    'sm.secrets["dv"]',
    'sm.seed("db", "x", tag={})',
    "SecretsManager(region=5)",
    "SecretsManager()(int)",
    'client.rotate_secret(SecretId="db")',
    'sm.secret("db").json',
]


def frames(text: str) -> list[str]:
    """The places of a traceback as pytest shows them: `file:line: …`."""
    return [line for line in text.splitlines() if ".py:" in line and not line.startswith(("E ", ">"))]


@pytest.mark.parametrize("line", [*HELPERS, 'sm.assert_value("db", "x")', *LOOKS])
def test_the_traceback_of_a_failed_helper_shows_only_the_line_of_the_test(failures: Failures, line: str) -> None:
    (text,) = failures(FILE.format(line=line))
    assert f"\n>       {line}\n" in text
    (place,) = frames(text)
    assert place.startswith("test_it.py:9: ")


@pytest.mark.parametrize("line", SHOWING_FRAMES)
def test_the_traceback_of_a_usage_error_shows_no_frame_of_the_plugin(failures: Failures, line: str) -> None:
    (text,) = failures(FILE.format(line=line))
    assert text
    assert not [place for place in frames(text) if "pytest_secretsmanager" in place]


def test_the_traceback_of_assert_unchanged_shows_only_the_line_of_the_test(failures: Failures) -> None:
    (text,) = failures(
        """
        import pytest

        @pytest.mark.secret("db", "x")
        def test_it(secretsmanager):
            with secretsmanager.assert_unchanged():
                secretsmanager.client().delete_secret(SecretId="db")
        """
    )
    (place,) = frames(text)
    assert place.startswith("test_it.py:5: ")


def test_assert_value_fails_with_both_values_and_a_table_of_versions(
    failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_767_000_000.0)
    (text,) = failures(
        """
        import pytest
        from pytest_secretsmanager import Version

        @pytest.fixture
        def sm(secretsmanager):
            secretsmanager.seed("db", versions=[Version("one", id="1" * 32), Version("two", id="2" * 32)])
            return secretsmanager

        def test_it(sm):
            sm.assert_value("db", "one")
        """
    )
    assert text == (
        "sm = <SecretsManager in us-east-1, account 123456789012>\n"
        "\n"
        "    def test_it(sm):\n"
        '>       sm.assert_value("db", "one")\n'
        "E       AssertionError: version 2 of secret 'db' (AWSCURRENT) holds another value\n"
        "E         expected: 'one'\n"
        "E         found:    'two'\n"
        "E       that value is in version 1 (AWSPREVIOUS)\n"
        "E       \n"
        "E       secret 'db' in us-east-1\n"
        "E         #  version id                        age  AWSCURRENT  AWSPREVIOUS\n"
        f"E         1  {'1' * 32}  0 s              now\n"
        f"E         2  {'2' * 32}  0 s  now\n"
        "\n"
        "test_it.py:10: AssertionError"
    )


@pytest.mark.parametrize(
    "arguments",
    [[], ["-l"], ["-vv", "-l"], ["-vv", "-l", "-ra", "--tb=long"]],
    ids=lambda found: " ".join(found) or "no options",
)
@pytest.mark.parametrize("line", [*HELPERS, *LOOKS, 'client.get_secret_value(SecretId="dv")', "assert sm is None"])
def test_a_failure_shows_no_value_that_the_test_did_not_compare(run: Run, line: str, arguments: list[str]) -> None:
    result = run(FILE.format(line=line), *arguments)
    result.assert_outcomes(failed=1)
    shown = result.stdout.str() + result.stderr.str()
    for value in ("one-to-hide", "two-to-hide", "three-to-hide"):
        assert value not in shown


def test_assert_value_shows_only_the_value_that_it_compared(run: Run) -> None:
    result = run(FILE.format(line='sm.assert_value("db", "expected")'), "-l", "-vv")
    result.assert_outcomes(failed=1)
    shown = result.stdout.str()
    assert "three-to-hide" in shown
    assert "one-to-hide" not in shown
    assert "two-to-hide" not in shown


def test_views_and_events_among_local_variables_show_no_value(run: Run) -> None:
    result = run(
        """
        import pytest

        pytestmark = pytest.mark.secret("db", "two-to-hide", versions=["one-to-hide"])

        def test_it(secretsmanager):
            secretsmanager.client().put_secret_value(SecretId="db", SecretString="three" + "-to-hide")
            secret = secretsmanager.secret("db")
            secrets, versions, history = secretsmanager.secrets, secret.versions, secret.history
            log, event, record = secretsmanager.log, secretsmanager.log[0], secretsmanager.log[0].record
            state, entries = secret._state, list(secretsmanager.log)
            assert (secret, secrets, versions, history, log, event, record, state, entries) == ()
        """,
        "-l",
        "-vv",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["secret * = <secret 'db': 3 versions, *>"])
    for value in ("one-to-hide", "two-to-hide", "three-to-hide"):
        assert value not in result.stdout.str()


@pytest.mark.parametrize("arguments", [[], ["-l", "-vv"]], ids=lambda found: " ".join(found) or "no options")
def test_a_refused_seed_of_a_marker_shows_no_value(run: Run, arguments: list[str]) -> None:
    result = run(
        """
        import pytest

        pytestmark = pytest.mark.secret("db", "to-hide" * 10_000)

        def test_it(): ...
        """,
        *arguments,
    )
    result.assert_outcomes(errors=1)
    assert "to-hide" * 2 not in result.stdout.str()


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        ('sm.seed("db", HIDDEN, tag={})', []),
        ('sm.seed("db", HIDDEN, tag={})', ["-l"]),
        ('sm.seed("db", {1: HIDDEN, "x": {2}})', ["-l"]),
    ],
    ids=["unknown option", "unknown option, -l", "not JSON, -l"],
)
def test_a_refused_call_of_seed_shows_no_value(run: Run, line: str, arguments: list[str]) -> None:
    result = run(
        f"""
        HIDDEN = "to-" + "hide"

        def test_it(secretsmanager):
            sm = secretsmanager
            {line}
        """,
        *arguments,
    )
    result.assert_outcomes(failed=1)
    assert "to-hide" not in result.stdout.str()


def test_json_of_a_view_does_not_show_a_value_that_is_not_json(run: Run) -> None:
    result = run(FILE.format(line='sm.secret("db").json'))
    result.assert_outcomes(failed=1)
    assert "three-to-hide" not in result.stdout.str()


def test_an_unsupported_operation_shows_no_value_below_the_frames_of_botocore(
    failures: Failures, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(OPERATIONS, "CreateSecret")
    line = 'client.create_secret(Name="x", SecretString="four" + "-to-hide")'
    (text,) = failures(FILE.format(line=line), "-l")
    assert "is not supported yet by pytest-secretsmanager" in text
    _, _, below = text.partition("client.py:")
    assert "four-to-hide" not in below.partition("pytest_secretsmanager")[2]
