"""The progress line while a run seeds more than 10,000 secrets."""

import io
import os
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from pytest_secretsmanager.plugin import seeding_progress
from pytest_secretsmanager.plugin.seeding_progress import with_progress

SEEDS = "".join(f"[[secret]]\nname = 'many/{number}'\n" for number in range(4))

TEST = """
    import pytest

    @pytest.mark.secrets_file("seeds.toml")
    def test_it(secretsmanager):
        assert len(secretsmanager.secrets) == 4
"""


class Terminal(io.StringIO):
    """A standard error that is a terminal, or a file."""

    def __init__(self, is_terminal: bool = True) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A configuration without a terminal reporter and without captures. More than three secrets are many."""
    monkeypatch.setattr(seeding_progress, "MANY", 3)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)

    class Config:
        class pluginmanager:  # noqa: N801
            get_plugin = staticmethod(lambda _: None)

    return Config


@pytest.fixture
def written(config: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Take some seeds with progress and return the text on standard error."""

    def take(number: int, terminal: Any) -> str:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", terminal)
            with with_progress(config, range(number)) as seeds:
                assert [*seeds] == [*range(number)]
        return str(terminal.getvalue())

    return take


def test_the_line_is_rewritten_and_removed_at_the_end(written: Callable[..., str]) -> None:
    assert written(4, Terminal()) == (
        "".join(f"\rsecretsmanager: {done} of 4 secrets seeded" for done in range(4)) + f"\r{' ' * 37}\r"
    )


def test_the_line_is_written_at_most_about_200_times(written: Callable[..., str]) -> None:
    text = written(50_000, Terminal())
    assert text.count("seeded") == 200
    assert "\rsecretsmanager: 12,500 of 50,000 secrets seeded" in text


@pytest.mark.parametrize(
    ("number", "terminal"),
    [
        pytest.param(3, Terminal(), id="few secrets"),
        pytest.param(4, Terminal(is_terminal=False), id="no terminal"),
    ],
)
def test_no_line_is_written_for(written: Callable[..., str], number: int, terminal: Terminal) -> None:
    assert written(number, terminal) == ""


def test_no_line_is_written_in_a_worker_of_xdist(written: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    assert written(4, Terminal()) == ""


def test_a_run_without_standard_error_seeds_without_a_line(config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with with_progress(config, range(4)) as seeds:
        assert len([*seeds]) == 4


def test_a_terminal_that_has_gone_does_not_stop_the_seeding(written: Callable[..., str]) -> None:
    class Gone(Terminal):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    assert written(4, Gone()) == ""


def test_an_error_while_seeding_removes_the_line_and_passes(config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with pytest.raises(ZeroDivisionError), with_progress(config, range(4)) as seeds:
        assert [1 / seed for seed in seeds]
    assert terminal.getvalue().endswith(f"\r{' ' * 37}\r")


# --- a real run on a real terminal -----------------------------------------------------------------------------------

FEW = "from pytest_secretsmanager.plugin import seeding_progress\nseeding_progress.MANY = 3\n"


@pytest.fixture
def on_terminal(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Run the test in a process of its own with a terminal, and return the terminal's text without colours."""
    pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # the process is no worker, even if this test runs in one

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "pytest", "-p", "pytest_secretsmanager.plugin", "--color=no", *arguments]
        child, terminal = pty.fork()
        if child == 0:
            os.execv(command[0], command)  # noqa: S606
        text = b""
        try:
            while part := os.read(terminal, 65536):
                text += part
        except OSError:  # Linux raises at the end
            pass
        finally:
            os.close(terminal)
            os.waitpid(child, 0)
        return text.decode()

    return run


@pytest.mark.parametrize("option", ["--capture=fd", "--capture=sys", "--capture=no"])
def test_a_seed_file_of_a_test_shows_the_line_despite_captured_output(
    on_terminal: Callable[..., str], pytester: pytest.Pytester, option: str
) -> None:
    pytester.path.joinpath("seeds.toml").write_text(SEEDS)
    pytester.makeconftest(FEW)
    pytester.makepyfile(test_it=TEST)
    text = on_terminal(option)
    line = "".join(f"\rsecretsmanager: {done} of 4 secrets seeded" for done in range(4)) + f"\r{' ' * 37}\r"
    assert re.sub(r"\s+", " ", text.partition(line)[0]).endswith(" test_it.py ")
    assert "1 passed" in text.partition(line)[2]


def test_the_output_of_a_run_that_is_no_terminal_has_no_line(run_apart: Any, pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("seeds.toml").write_text(SEEDS)
    pytester.makeconftest(FEW)
    result = run_apart(TEST, "-v")
    result.assert_outcomes(passed=1)
    assert "secrets seeded" not in result.stdout.str() + result.stderr.str()


def test_the_seeds_of_the_run_show_the_line_before_the_session_starts(
    on_terminal: Callable[..., str], pytester: pytest.Pytester
) -> None:
    pytester.path.joinpath("seeds.toml").write_text(SEEDS)
    pytester.path.joinpath("few.py").write_text(FEW)
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\npythonpath = .\n")
    pytester.makepyfile(test_it="def test_it(secretsmanager): assert len(secretsmanager.secrets) == 4")
    text = on_terminal("-p", "few")
    assert text.startswith("\rsecretsmanager: 0 of 4 secrets seeded")
    assert "1 passed" in text
