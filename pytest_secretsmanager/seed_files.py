"""Seed files: the arguments of `sm.seed` in TOML or JSON, for the marker `secrets_file`, the ini option
`secretsmanager_seeds` and the command `serve`.

    [[secret]]
    name = "app/db"
    value = { user = "app", password = "hunter2" }  # JSON; a string is a SecretString as it stands
    tags = { team = "pay" }

    [[secret]]
    name = "app/key"
    binary = "AAE="                                 # a SecretBinary, in base64

    [[secret]]
    name = "app/token"
    versions = [{ value = "t-0", age = { days = 40 } }, "t-1"]
    value = "t-2"

    [[secret]]
    name = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/key-AbCdEf"  # with exactly this ARN
    value = "t-3"

A file may have every option of `sm.seed`. Among `versions`, a table with a `value` or `binary` is a version with its
options; a JSON object with such a member is written as the `value` of a version. A rotation names its function by
module and name: `rotation = { function = "package.module:handler", days = 30 }`. JSON has the same form under the key
`secret`.
"""

import base64
import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.tracebacks import without_own_frames
from pytest_secretsmanager.seed_arguments import seed_of
from pytest_secretsmanager.seeds import Rotation, Seed, Version

_Table: TypeAlias = dict[str, Any]

TABLES = "secret"


@without_own_frames
def read_seeds(path: Path) -> list[Seed]:
    """Return the seeds of a `.toml` or `.json` file. Raises UsageError, which names the file and the secret.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "seeds.toml")
    >>> _ = path.write_text('[[secret]]\\nname = "app/db"\\nvalue = "hunter2"')
    >>> [seed.name for seed in read_seeds(path)]
    ['app/db']
    """
    tables = _parsed(path)
    unknown = tables.keys() - {TABLES}
    if unknown:
        name = min(unknown)
        raise UsageError(f"{path}: a seed file has tables [[{TABLES}]], not {name!r}{nearest(name, [TABLES])}")
    entries = tables.get(TABLES, [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(
            f"{path}: each secret is in its own table: [[{TABLES}]], or in JSON a list of objects under {TABLES!r}"
        )
    seeds = [_seed(path, number, entry) for number, entry in enumerate(entries, start=1)]
    _require_once(path, seeds)
    return seeds


def _require_once(path: Path, seeds: list[Seed]) -> None:
    places = Counter((seed.options.get("region"), seed.options.get("account"), seed.name) for seed in seeds)
    for (*_, name), times in places.items():
        if times > 1:
            raise UsageError(f"{path}: secret {name!r} is defined {times} times; put earlier values under `versions`")


def _parsed(path: Path) -> _Table:
    readers: dict[str, Callable[[str], Any]] = {".toml": tomllib.loads, ".json": json.loads}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UsageError(f"{path}: a seed file ends in .toml or .json")
    try:
        parsed = reader(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except RecursionError:
        raise UsageError(f"{path}: nested too deeply") from None
    except ValueError as error:
        raise UsageError(f"{path}: not {path.suffix[1:].upper()} in UTF-8: {_without_text(error)}") from None
    if not isinstance(parsed, dict):
        raise UsageError(f'{path}: a seed file is an object: {{"{TABLES}": […]}}')
    return parsed


def _without_text(error: ValueError) -> str:
    """Return the reason why a file can't be read, without its text, which may be secret."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    place = re.search(r"\((at [^()]*)\)$", str(error))
    return f"first error {place[1]}" if place else type(error).__name__


def _seed(path: Path, number: int, entry: _Table) -> Seed:
    try:
        return seed_of(**_options(entry))
    except UsageError as error:
        name = entry.get("name")
        raise UsageError(f"{path}: secret {number}{f' ({name!r})' if name else ''}: {error}") from None


def _options(entry: _Table) -> _Table:
    options = _with_value(entry)
    if isinstance(options.get("versions"), list):
        options["versions"] = [_version(item) for item in options["versions"]]
    if "rotation" in options:
        options["rotation"] = _rotation(options["rotation"])
    return options


def _with_value(table: Mapping[str, Any]) -> _Table:
    """Return the table with its `binary` as a value of bytes."""
    options = dict(table)
    if "binary" not in options:
        return options
    if "value" in options:
        raise UsageError("a value is text or JSON (value), or bytes (binary), not both")
    options["value"] = _bytes(options.pop("binary"))
    return options


def _bytes(text: object) -> bytes:
    if isinstance(text, str):
        try:
            return base64.b64decode(text, validate=True)
        except ValueError:
            pass
    raise UsageError("binary is a str of base64")


_OF_A_VERSION = ("value", "binary", "labels", "age", "id")


def _version(item: Any) -> Any:
    """Return a `Version` for a table with a value; any other item is a JSON value."""
    if not isinstance(item, dict) or not {"value", "binary"} & item.keys():
        return item
    unknown = item.keys() - {*_OF_A_VERSION}
    if unknown:
        raise UsageError(f"a version has no {min(unknown)!r}{nearest(min(unknown), _OF_A_VERSION)}")
    options = _with_value(item)
    if "age" in options:
        options["age"] = _age(options["age"])
    return Version(options.pop("value"), **options)


def _age(table: Any) -> timedelta:
    try:
        return timedelta(**table)
    except (TypeError, ValueError, OverflowError):
        raise UsageError(f"the age of a version is a table such as {{ days = 40 }}, not {table!r}") from None


def _rotation(table: Any) -> Rotation:
    if not isinstance(table, dict):
        raise UsageError('a rotation is a table such as { function = "package.module:handler", days = 30 }')
    options = dict(table)
    function = options.get("function")
    if isinstance(function, str) and not function.startswith("arn:"):
        options["function"] = _imported_when_called(function)
    try:
        return Rotation(**options)
    except TypeError:
        allowed = ("function", "days", "schedule", "duration")
        name = next(iter(options.keys() - {*allowed}))
        raise UsageError(f"a rotation has no {name!r}{nearest(name, allowed)}") from None


def _imported_when_called(reference: str) -> Callable[[Any, Any], Any]:
    """Return a handler that imports the named one when it runs: the project's path may not be set up earlier."""
    module, _, name = reference.partition(":")
    if not (module and name.isidentifier()):
        raise UsageError(f"the function of a rotation is 'package.module:handler' or an ARN, not {reference!r}")

    def handler(event: Any, context: Any) -> Any:
        try:
            function = getattr(import_module(module), name)
        except (ImportError, AttributeError) as error:
            raise UsageError(
                f"the rotation function {reference!r} of a seed file can't be imported: {error}"
            ) from error
        return function(event, context)

    handler.__name__ = name
    return handler
