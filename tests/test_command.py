"""The command `pytest-secretsmanager serve`, run as a program."""

import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.command import main

SECONDS = 300
MODULE = [sys.executable, "-m", "pytest_secretsmanager"]
SEEDS = '[[secret]]\nname = "app/db"\nvalue = "hunter2"\n'

Served = Callable[..., dict[str, str]]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    path = tmp_path / "seeds.toml"
    path.write_text(SEEDS)
    return path


@pytest.fixture(autouse=True)
def path_of_modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore `sys.path`, to which the command adds the current folder."""
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove proxy variables, for which the command prints more lines."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def serving(*arguments: str, command: list[str] = MODULE) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """Run the command until it serves. Return the process and the variables that it printed."""
    with subprocess.Popen(
        [*command, "serve", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            lines = []
            while not lines or not lines[-1].startswith("export AWS_USE_DUALSTACK_ENDPOINT"):
                lines.append(running.stdout.readline())
                assert lines[-1], running.stderr.read() if running.stderr else ""
            words = [shlex.split(line) for line in lines]
            assert {first for first, *_ in words} == {"export"}
            yield running, dict(assignment.split("=", 1) for _, assignment in words)
        finally:
            if running.poll() is None:
                running.kill()


def end(running: subprocess.Popen[str], number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
    """Send a signal. Return the exit status and the text on stderr."""
    running.send_signal(number)
    _, said = running.communicate(timeout=SECONDS)
    return running.returncode, said


def client_of(env: dict[str, str]):
    """Return a client of the served endpoint, without retries."""
    return boto3.client(
        "secretsmanager",
        endpoint_url=env["AWS_ENDPOINT_URL_SECRETS_MANAGER"],
        region_name=env["AWS_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_answers_with_the_seeds_until_a_signal_ends_it(seeds, number):
    with serving("--seed", str(seeds)) as (running, env):
        client = client_of(env)
        assert client.get_secret_value(SecretId="app/db")["SecretString"] == "hunter2"
        client.close()
        url = env["AWS_ENDPOINT_URL_SECRETS_MANAGER"]
        assert end(running, number) == (0, f"pytest-secretsmanager: serving 1 secret at {url}, Ctrl-C ends it\n")
        socket.create_server(("127.0.0.1", int(url.rpartition(":")[2]))).close()


def test_serve_prints_exports_by_which_a_shell_finds_it(seeds, tmp_path):
    with serving("--seed", str(seeds)) as (running, env):
        (tmp_path / "endpoint.sh").write_text("".join(f"export {name}={value}\n" for name, value in env.items()))
        program = "import boto3; print(boto3.client('secretsmanager').list_secrets()['SecretList'][0]['Name'])"
        script = f". {tmp_path}/endpoint.sh && {shlex.quote(sys.executable)} -c {shlex.quote(program)}"
        ran = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, timeout=SECONDS, check=False)
        assert (ran.stdout, ran.stderr) == ("app/db\n", "")
        end(running)


def test_serve_refuses_a_log_limit_that_is_no_number_of_calls(capsys):
    with pytest.raises(SystemExit):
        main(["serve", "--log-limit", "0"])
    assert "--log-limit: log_limit is a number of calls, at least 1, not 0" in capsys.readouterr().err


def test_serve_accepts_several_seed_files_a_region_and_an_account(seeds, tmp_path):
    other = tmp_path / "more.json"
    other.write_text('{"secret": [{"name": "more"}]}')
    files = ("--seed", str(seeds), "--seed", str(other))
    with serving(*files, "--region", "eu-west-1", "--account", "210987654321") as (running, env):
        client = client_of(env)
        names = {secret["Name"]: secret["ARN"] for secret in client.list_secrets()["SecretList"]}
        client.close()
        assert names.keys() == {"app/db", "more"}
        assert names["more"].startswith("arn:aws:secretsmanager:eu-west-1:210987654321:secret:more-")
        assert "serving 2 secrets" in end(running)[1]


def test_serve_imports_rotation_functions_from_the_current_folder(seeds, tmp_path, monkeypatch):
    (tmp_path / "started_here.py").write_text("def rotate(event, context): print('rotated', flush=True)\n")
    seeds.write_text(f'{SEEDS}rotation = {{ function = "started_here:rotate", days = 30 }}\n')
    monkeypatch.chdir(tmp_path)
    with serving("--seed", str(seeds)) as (running, env):
        client = client_of(env)
        client.rotate_secret(SecretId="app/db")
        client.close()
        assert running.stdout is not None
        assert running.stdout.readline() == "rotated\n"
        end(running)


def test_serve_reports_a_crash_on_stderr_without_values(seeds, tmp_path, monkeypatch):
    (tmp_path / "crashes.py").write_text("def rotate(event, context): raise KeyboardInterrupt('hun' + 'ter2')\n")
    seeds.write_text(f'{SEEDS}rotation = {{ function = "crashes:rotate", days = 30 }}\n')
    monkeypatch.chdir(tmp_path)
    with serving("--seed", str(seeds)) as (running, env):
        client = client_of(env)
        with pytest.raises(ClientError, match="InternalServiceError"):
            client.rotate_secret(SecretId="app/db")
        client.close()
        told = end(running)[1]
        assert "pytest-secretsmanager: secretsmanager.RotateSecret crashed inside the endpoint\n" in told
        assert told.endswith("KeyboardInterrupt\n")
        assert "hunter2" not in told


def test_serve_keeps_one_secret_of_a_name_in_two_seed_files(seeds):
    with serving("--seed", str(seeds), "--seed", str(seeds)) as (running, _):
        assert "serving 1 secret at" in end(running)[1]


def test_installed_script_serves(seeds):
    script = Path(sys.executable).with_name("pytest-secretsmanager")
    if not script.exists():
        pytest.skip("the package was installed without its script")
    with serving("--seed", str(seeds), command=[str(script)]) as (running, _):
        assert end(running)[0] == 0


# --- refusals --------------------------------------------------------------------------------------------------------


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return the last line of the refusal of some arguments. The exit status is that of argparse."""
    with pytest.raises(SystemExit) as caught:
        main([*arguments])
    assert caught.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    return said.err.splitlines()[-1]


def test_serve_refuses_a_port_that_is_taken(capsys):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert f"can't listen on port {port}: " in refused(capsys, "serve", "--port", str(port))


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(["--port", "99999"], "a port is a number from 0 to 65535, not 99999", id="a port too high"),
        pytest.param(
            ["--port", "http"], "a port is a number from 0 to 65535, not 'http'", id="a port that is no number"
        ),
        pytest.param(["--account", "12"], "account is a str of twelve digits", id="a short account"),
        pytest.param(["--region", "eu-wst-1"], "region is 'eu-wst-1', which botocore ", id="a made-up region"),
        pytest.param(
            ["--extra-region", "Atlantis"],
            "extra_regions has 'Atlantis', which is not a region name",
            id="an invalid extra region",
        ),
        pytest.param(["--seed", "nowhere.toml"], "nowhere.toml: No such file or directory", id="a missing seed file"),
    ],
)
def test_serve_refuses_invalid_options(capsys, arguments, told):
    assert told in refused(capsys, "serve", *arguments)


def test_serve_refuses_an_unknown_region_of_the_environment_and_names_its_variable(capsys, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-wst-1")
    told = refused(capsys, "serve")
    assert "AWS_DEFAULT_REGION is 'eu-wst-1', which botocore " in told
    assert "; did you mean 'eu-west-1'" in told


def test_serve_without_a_region_takes_it_from_the_environment(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with serving() as (running, env):
        assert env["AWS_REGION"] == "eu-west-1"
        end(running)


def test_serve_accepts_a_region_that_extra_region_adds():
    with serving("--region", "eu-atlantis-1", "--extra-region", "eu-atlantis-1") as (running, env):
        assert env["AWS_REGION"] == "eu-atlantis-1"
        end(running)


def test_serve_refuses_a_seed_that_aws_would_refuse(capsys, seeds):
    seeds.write_text('[[secret]]\nname = "a name"\n')
    assert "secret 'a name' can't be seeded: AWS would refuse it with ValidationException" in refused(
        capsys, "serve", "--seed", str(seeds)
    )


def test_command_without_a_subcommand_is_refused(capsys):
    assert "the following arguments are required: command" in refused(capsys)


def test_serve_help_shows_how_a_shell_finds_the_endpoint(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["serve", "--help"])
    assert caught.value.code == 0
    assert "pytest-secretsmanager serve --seed seeds.toml > endpoint.sh" in capsys.readouterr().out


def test_serve_that_is_refused_leaves_no_active_manager(capsys, monkeypatch):
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    refused(capsys, "serve", "--seed", "nowhere.toml")
    assert "AWS_DEFAULT_REGION" not in os.environ
    with SecretsManager() as sm:
        assert dict(sm.secrets) == {}
