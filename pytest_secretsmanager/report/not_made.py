"""Calls that named a rotation function or a KMS key which is not there: what a test calls to make one.

The error itself is AWS's, letter for letter, and says no more than AWS does; and the code under test may have swallowed
it.
"""

import re
from collections.abc import Iterator, Sequence

from pytest_secretsmanager.inspection.absence import place_text
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import key_of
from pytest_secretsmanager.inspection.views import World
from pytest_secretsmanager.report.not_found import LINES, filled

_NO_FUNCTION = "Secrets Manager cannot invoke the specified Lambda function"
_NO_KEY = re.compile(r"invalid KMS key: (?:Key '(?P<key>[^']+)' does not exist|Alias (?P<alias>\S+) is not found)")


def not_made(met: Sequence[tuple[World, Sequence[Event]]]) -> str:
    """A line for each function and each key that a call has missed, in their order; empty when there was none.

    `met` are the managers that a test has met, with what each has logged since.
    """
    lines = [*dict.fromkeys(line for world, events in met for event in events for line in _lines(world, event))]
    shown = lines[:LINES]
    if len(lines) > LINES:
        shown.append(f"… and {len(lines) - LINES} more calls that named no function or key that is there")
    return "\n".join(map(filled, shown))


def _lines(world: World, event: Event) -> Iterator[str]:
    message = event.error_message or ""
    if message.startswith(_NO_FUNCTION):
        arn = ":".join(_function(world, event).split(":")[:7])
        yield f"{event.operation}: no function is {arn}; sm.rotation.register(handler, arn={arn!r}) makes it one"
    elif missing := _NO_KEY.search(message):
        yield f"{event.operation}: {_about_key(world, missing['key'] or missing['alias'])}"


def _function(world: World, event: Event) -> str:
    """The function that was asked for; a call that names none means the one that is stored."""
    named = event.request.get("RotationLambdaARN")
    secret = world.state_of(key_of(event.request["SecretId"], event.region, event.account))
    stored = "" if secret is None or secret.rotation is None else secret.rotation.function
    return str(named or stored)


def _about_key(world: World, arn: str) -> str:
    *_, region, account, name = arn.split(":", 5)
    place = "" if region == world.region() else f"region={region!r}"
    owner = "" if account == world.account else f"account={account!r}"
    is_alias = name.startswith("alias/")
    alias = f"alias={name!r}" if is_alias else ""
    call = f"sm.kms.create_key({', '.join(filter(None, (alias, place, owner)))})"
    if is_alias:
        return f"no KMS key is {name!r} in {place_text(region, account)}; {call} makes one"
    return f"no KMS key is {arn}; {call} makes one, to be named by its .id or .arn"
