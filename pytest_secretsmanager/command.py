"""The command `pytest-secretsmanager serve`: the local endpoint for development outside tests.

Also `python -m pytest_secretsmanager serve`. Standard output gets the variables that lead to the endpoint, for a shell
to evaluate; standard error gets the messages for people.
"""

import shlex
import signal
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

from pytest_secretsmanager import options
from pytest_secretsmanager.arguments import require_log_limit, require_port
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.manager import SecretsManager, parts_of
from pytest_secretsmanager.managing.planting import plant
from pytest_secretsmanager.seed_files import read_seeds

if TYPE_CHECKING:
    from pytest_secretsmanager.doors.http import Endpoint
    from pytest_secretsmanager.engine.state import SecretKey

NAME = "pytest-secretsmanager"

_EPILOG = """
The variables are printed as a shell reads them, so another terminal gets them from a file:

    pytest-secretsmanager serve --seed seeds.toml > endpoint.sh
    . ./endpoint.sh && aws secretsmanager list-secrets

Each start makes new credentials. Secrets are kept in memory, and are gone when the command ends.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Return the exit status: 0 when it was stopped, 2 for a usage error."""
    parser = _parser()
    given = parser.parse_args(arguments)
    try:
        _serve(given)
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
    several = "may be given several times"
    serve.add_argument(
        options.SEEDS.flag,
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help=f"TOML or JSON file of secrets to begin with; {several}",
    )
    serve.add_argument(
        "--port", type=partial(_number, require_port), default=0, help="port to listen on (default: a free one)"
    )
    serve.add_argument(options.REGION.flag, help=f"default: {options.REGION.plain_default}")
    serve.add_argument(
        options.EXTRA_REGIONS.flag,
        action="append",
        default=[],
        metavar="REGION",
        help=f"a region that is newer than the installed botocore; {several}",
    )
    serve.add_argument(options.ACCOUNT.flag, default=options.ACCOUNT.default, help="default: %(default)s")
    serve.add_argument(
        options.LOG_LIMIT.flag, type=partial(_number, require_log_limit), metavar="CALLS", help=options.LOG_LIMIT.help
    )
    return parser


def _number(require: Callable[[object], None], text: str) -> int:
    """The number in an argument that `require` accepts."""
    number = int(text) if text.isdecimal() else text
    try:
        require(number)
    except UsageError as error:
        raise ArgumentTypeError(str(error)) from None
    return int(number)


def _serve(given: Namespace) -> None:
    if "" not in sys.path:
        sys.path.insert(0, "")  # rotation functions of seed files are imported from here, as with `python -m`
    with SecretsManager(given.region, given.account, extra_regions=given.extra_region, log_limit=given.log_limit) as sm:
        secrets = {key for path in given.seed for key in _planted(sm, path)}  # a later file may have the same name
        endpoint = _listening(sm, given.port)
        ended = _end_signal()  # before the variables are printed: a program may send the signal at once
        count = len(secrets)
        print(_exports(endpoint.env), flush=True)  # noqa: T201 - what the command is for
        print(  # noqa: T201
            f"{NAME}: serving {count} secret{'' if count == 1 else 's'} at {endpoint.url}, Ctrl-C ends it",
            file=sys.stderr,
            flush=True,
        )
        crashes = parts_of(sm).crashes
        shown, has_ended = 0, False
        while not has_ended:
            has_ended = ended.wait(timeout=1)  # without a timeout, some systems deliver no signal
            for crash in crashes[shown:]:
                print(f"{NAME}: {crash}", file=sys.stderr, flush=True)  # noqa: T201
                shown += 1


def _planted(sm: SecretsManager, path: Path) -> "list[SecretKey]":
    seeds = read_seeds(path)
    try:
        return [key_of(plant(parts_of(sm), seed)) for seed in seeds]
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _listening(sm: SecretsManager, port: int) -> "Endpoint":
    try:
        return sm.endpoint(port=port)
    except OSError as error:
        raise UsageError(f"can't listen on port {port}: {error.strerror}") from None


def _exports(environment: Mapping[str, str]) -> str:
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in environment.items())


def _end_signal() -> Event:
    """Return an event that Ctrl-C sets, and SIGTERM, which service managers send."""
    ended = Event()

    def end(_: int, __: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    return ended
