"""`pytest --full-trace --showlocals`, which prints the local variables of every frame, prints no secret value."""

from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]

FILE = """
import pytest

VALUE = "-".join(["never", "to", "be", "shown"])  # so that no line of this file holds it

def test_it(secretsmanager):
    sm, client = secretsmanager, secretsmanager.client()
    sm.seed("db", VALUE)
    {line}
"""


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('client.update_secret(SecretId="db", Description=VALUE); sm.assert_nothing_leaked()', "secret values leaked"),
        ("sm.assert_nothing_leaked(VALUE)", "text 1 holds the value of 'db', version 1 (plain)"),
        ("sm.assert_nothing_leaked([VALUE, print])", "call it, and pass the result"),
        ('sm.assert_value("db", {"user": "app"})', "holds another value"),
        ('sm.assert_history("db", [])', "has another history"),
        ('sm.assert_logged("PutSecretValue", SecretString=VALUE)', "AWS never logs"),
        ('sm.seed("new", VALUE, versions=[None])', "can't be None"),
        ('sm.seed("not a name", VALUE)', "can't be seeded"),
        ('sm.secret("db").json', "is not JSON"),
    ],
    ids=[
        "leak in a description",
        "leak in a text",
        "function among the texts",
        "assert_value",
        "assert_history",
        "assert_logged",
        "version that is None",
        "refused name",
        "json of a view",
    ],
)
def test_full_trace_with_showlocals_prints_no_secret_value(run: Run, line: str, said: str) -> None:
    output = run(FILE.format(line=line), "--full-trace", "--showlocals").stdout.str()
    assert said in output
    assert "never-to-be-shown" not in output


@pytest.mark.parametrize("line", ['sm.secret("db").json'])
def test_showlocals_prints_a_local_variable_of_the_test_itself(run: Run, line: str) -> None:
    """Prove that the test above can fail."""
    output = run(FILE.format(line=f"shown = VALUE; {line}"), "--full-trace", "--showlocals").stdout.str()
    assert "never-to-be-shown" in output


def test_full_trace_with_showlocals_prints_no_value_of_a_refused_marker(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makefile(".toml", seeds='[[secret]]\nname = "a"\nvalue = "never-to-be-shown"\ntag = 1')
    assert Path("seeds.toml").exists()
    source = """
        import pytest

        VALUE = "-".join(["never", "to", "be", "shown"])

        @pytest.mark.secret("db", VALUE, versions=[None])
        def test_one(): ...

        @pytest.mark.secrets_file("seeds.toml")
        def test_two(): ...
    """
    result = run(source, "--full-trace", "--showlocals")
    result.assert_outcomes(errors=2)
    assert "never-to-be-shown" not in result.stdout.str()
