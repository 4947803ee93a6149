"""The command `pytest-secretsmanager serve`: the local endpoint by itself, for development outside any test.

Also `python -m pytest_secretsmanager serve`. What it prints on standard output is what a shell has to evaluate to find
it; everything said to people goes to standard error.
"""

import shlex
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.views import key_of
from pytest_secretsmanager.manager import SecretsManager
from pytest_secretsmanager.seed_files import read_seeds

if TYPE_CHECKING:
    from pytest_secretsmanager.doors.http import Endpoint
    from pytest_secretsmanager.engine.state import SecretKey

NAME = "pytest-secretsmanager"

_EPILOG = """
The variables are printed as a shell reads them, so another terminal gets them from a file:

    pytest-secretsmanager serve --seed seeds.toml > endpoint.sh
    . ./endpoint.sh && aws secretsmanager list-secrets

Credentials are made anew at each start. Secrets are kept in memory and gone when it ends.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; gives the exit status: 0 when it was stopped, 2 for what it can't do."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        _serve(options)
    except UsageError as error:
        parser.error(str(error))
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(NAME, description="A local AWS Secrets Manager.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="command")
    serve = commands.add_parser(
        "serve",
        help="serve it at a local URL until Ctrl-C",
        description="Serves a local AWS Secrets Manager at http://127.0.0.1:<port> until Ctrl-C.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
    )
    serve.add_argument(
        "--seed",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="TOML or JSON file of secrets to begin with; may be given several times",
    )
    serve.add_argument("--port", type=_port, default=0, help="port to listen on (default: a free one)")
    serve.add_argument("--region", help="default: AWS_DEFAULT_REGION, else us-east-1")
    serve.add_argument(
        "--extra-region",
        action="append",
        default=[],
        metavar="REGION",
        help="a region that is newer than the installed botocore; may be given several times",
    )
    serve.add_argument("--account", default="123456789012", help="default: %(default)s")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise ArgumentTypeError(f"a port is a number from 0 to 65535, not {text}")
    return int(text)


def _serve(options: Namespace) -> None:
    if "" not in sys.path:
        sys.path.insert(0, "")  # where rotation functions of seed files are looked for, as `python -m` does
    with SecretsManager(options.region, options.account, extra_regions=options.extra_region) as sm:
        secrets = {key for path in options.seed for key in _planted(sm, path)}  # a later file may have the same name
        endpoint = _listening(sm, options.port)
        ended = _told_to_end()  # before anybody is told that it serves
        count = len(secrets)
        print(_exports(endpoint.env), flush=True)  # noqa: T201 - what the command is for
        print(  # noqa: T201
            f"{NAME}: serving {count} secret{'' if count == 1 else 's'} at {endpoint.url}, Ctrl-C ends it",
            file=sys.stderr,
            flush=True,
        )
        told, has_ended = 0, False
        while not has_ended:
            has_ended = ended.wait(timeout=1)  # one without a limit would not see signals on every system
            for crash in sm.crashes[told:]:
                print(f"{NAME}: {crash}", file=sys.stderr, flush=True)  # noqa: T201
                told += 1


def _planted(sm: SecretsManager, path: Path) -> "list[SecretKey]":
    seeds = read_seeds(path)
    try:
        return [key_of(sm.plant(seed)) for seed in seeds]
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _listening(sm: SecretsManager, port: int) -> "Endpoint":
    try:
        return sm.endpoint(port=port)
    except OSError as error:
        raise UsageError(f"can't listen on port {port}: {error.strerror}") from None


def _exports(environment: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())


def _told_to_end() -> Event:
    """Set by Ctrl-C, or by SIGTERM, which service managers send."""
    ended = Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return ended
