"""The lines about calls that named a missing rotation function or KMS key, with the call that creates it.

AWS's own error says no more than AWS does, and the code under test may have swallowed it.
"""

import re
from collections.abc import Iterator, Sequence

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import key_from
from pytest_secretsmanager.inspection.missing_secret import place_text
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.frame import bounded

_NO_FUNCTION = "Secrets Manager cannot invoke the specified Lambda function"
_NO_KEY = re.compile(r"invalid KMS key: (?:Key '(?P<key>[^']+)' does not exist|Alias (?P<alias>\S+) is not found)")


def not_made(met: Sequence[tuple[World, Sequence[Event]]]) -> list[str]:
    """A line for each missing function and key, in the order of the calls; empty without one.

    `met` is as in `not_found`.
    """
    lines = [*dict.fromkeys(line for world, events in met for event in events for line in _lines(world, event))]
    return bounded(lines, "more calls that named a missing function or key")


def _lines(world: World, event: Event) -> Iterator[str]:
    message = event.error_message or ""
    if message.startswith(_NO_FUNCTION):
        arn = arns.unqualified(_function(world, event))
        yield f"{event.operation}: no function {arn} exists; sm.rotation.register(handler, arn={arn!r}) creates it"
    elif missing := _NO_KEY.search(message):
        yield f"{event.operation}: {_about_key(world, missing['key'] or missing['alias'])}"


def _function(world: World, event: Event) -> str:
    """The function that the call named, else the secret's own."""
    named = event.request.get("RotationLambdaARN")
    secret = world.state_of(key_from(event.request["SecretId"], event.region, event.account))
    stored = "" if secret is None or secret.rotation is None else secret.rotation.function
    return str(named or stored)


def _about_key(world: World, arn: str) -> str:
    _, _, region, account, name = arns.split(arn)
    place = "" if region == world.region() else f"region={region!r}"
    owner = "" if account == world.account else f"account={account!r}"
    is_alias = name.startswith("alias/")
    alias = f"alias={name!r}" if is_alias else ""
    call = f"sm.kms.create_key({', '.join(filter(None, (alias, place, owner)))})"
    if is_alias:
        return f"no KMS key {name!r} exists in {place_text(region, account)}; {call} creates one"
    return f"no KMS key {arn} exists; {call} creates one: use its .id or .arn"
