"""Policies as a test gives them: a dict, JSON text, the path of a file, or a list of several.

Every control that takes a policy reads it here, so that each refuses a malformed one with the same text.
"""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.rules.iam.documents import MalformedPolicy, Policy, parse_policy

__tracebackhide__ = True

PolicySource: TypeAlias = Mapping[str, Any] | str | os.PathLike[str]
"""A policy: a dict, JSON text, or the path of a file."""

PolicySources: TypeAlias = PolicySource | Sequence[PolicySource]
"""A policy, or a list of several."""


def read_policies(
    source: object, *, name: str, with_principals: bool, directory: Path | None = None
) -> tuple[Policy, ...]:
    """Return the policies of a source: of one policy, or of each one in a list.

    `name` names the policy in errors and decisions, such as `policy of role app`; a policy of a file is named by its
    path. `with_principals` as in `parse_policy`. A relative path starts at `directory`, None for the working directory.
    A list may be empty.

    Raises UsageError, which names the policy, its statement and the element at fault.

    >>> read_policies("{}", name="policy of role app", with_principals=False)
    Traceback (most recent call last):
    pytest_secretsmanager.UsageError: policy of role app: ...
    """
    if not isinstance(source, list | tuple):
        return (_policy(source, name, with_principals, directory),)
    return tuple(
        _policy(item, f"{name} ({number})", with_principals, directory) for number, item in enumerate(source, start=1)
    )


def policy_text(source: object, *, name: str, directory: Path | None = None) -> str:
    """Return the JSON text of a resource's policy. The source is not a list. Otherwise as `read_policies`."""
    name, text = _text_of(source, name, directory)
    _parsed(text, name, with_principals=True)
    return text


def _policy(source: object, name: str, with_principals: bool, directory: Path | None) -> Policy:
    name, text = _text_of(source, name, directory)
    return _parsed(text, name, with_principals)


def _parsed(text: str, name: str, with_principals: bool) -> Policy:
    try:
        return parse_policy(text, name=name, with_principals=with_principals)
    except MalformedPolicy as error:
        raise UsageError(f"{name}: {error}") from None


def _text_of(source: object, name: str, directory: Path | None) -> tuple[str, str]:
    """Return the name of a policy, which is the path of a file, and its JSON text."""
    if isinstance(source, Mapping):
        return name, _text_of_mapping(source, name)
    if isinstance(source, str) and _is_json(source):
        return name, source.removeprefix("\ufeff")
    if isinstance(source, str | os.PathLike):
        return os.fspath(source), _text_of_file((directory or Path.cwd()) / source)
    raise UsageError(
        f"{name}: a policy is a dict, JSON text or the path of a file, not {type(source).__name__}"
        f"{'; a list of policies contains no list' if isinstance(source, list | tuple) else ''}"
    )


def _is_json(text: str) -> bool:
    """Return whether a text is JSON and not a path. A text that begins as JSON and is malformed is JSON, too."""
    return text.lstrip("\ufeff \t\r\n").startswith(("{", "[", '"')) or "\n" in text or not text.strip()


def _text_of_mapping(source: Mapping[object, object], name: str) -> str:
    try:
        return json.dumps(source, default=_plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise UsageError(f"{name}: a policy is a JSON object: {error}") from None


def _plain(value: object) -> object:
    """Return a mapping or a set as JSON can hold it."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


def _text_of_file(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise UsageError(f"no policy file {os.fspath(path)!r}{nearest(path.name, _files_beside(path))}") from None
    except UnicodeDecodeError:
        raise UsageError(f"the policy file {os.fspath(path)!r} can't be read: not in UTF-8") from None
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"the policy file {os.fspath(path)!r} can't be read: {reason}") from None


def _files_beside(path: Path) -> list[str]:
    """Return the names of the JSON files in the same directory."""
    return sorted(other.name for other in path.parent.glob("*.json"))
