"""Calls that found no secret, or no such version of one: what a failing test's reader needs to see why.

The error itself is AWS's, letter for letter, and says neither region nor id; and the code under test may have swallowed
it. No value is looked at.
"""

import os
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pytest_secretsmanager.doors.default_region import REGION_VARIABLE
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.errors import SecretNotFound, VersionNotFound
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.absence import no_secret, place_text
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import key_of, place_of
from pytest_secretsmanager.inspection.views import SecretView, World

LINES = 5
"""Different calls that are told; of more only their number."""

WIDTH = 80
_LONGEST_ID = 200

_CODE = "ResourceNotFoundException"


class _Call(NamedTuple):
    """A call that found nothing, but for its time. `version` is what was asked for of a secret that is there."""

    operation: str
    secret_id: str
    region: str
    account: str
    version: str | None

    @property
    def key(self) -> SecretKey:
        return key_of(self.secret_id, self.region, self.account)

    @property
    def place(self) -> str:
        return place_text(self.region, self.account)


@dataclass(frozen=True, slots=True)
class _Missed:
    """A call that found nothing, in the manager that answered it.

    `times` is how often it was made, `before` what was logged before the first time, `others` are the other managers.
    """

    call: _Call
    times: int
    before: Sequence[Event]
    world: World
    others: Sequence[World]


def not_found(met: Sequence[tuple[World, Sequence[Event]]]) -> str:
    """A line for each different call that found nothing, in their order; empty when there was none.

    `met` are the managers that a test has met, with what each has logged since.
    """
    missed = [
        one
        for world, events in met
        for one in _missed(world, events, [other for other, _ in met if other is not world])
    ]
    lines = [_line(one) for one in missed[:LINES]]
    if len(missed) > LINES:
        lines.append(f"… and {len(missed) - LINES} more calls that found nothing")
    return "\n".join(filled(line) for line in [*lines, *_regions_that_differ(missed)])


def _missed(world: World, events: Sequence[Event], others: Sequence[World]) -> list[_Missed]:
    """The different calls that found nothing.

    A rotation function asks for its own pending version before it makes that one: no mistake, so it is left out.
    """
    tokens = {run.token for run in world.service.runs}
    found: dict[_Call, list[int]] = {}
    for index, event in enumerate(events):
        if event.error == _CODE and event.request.get("VersionId") not in tokens:
            found.setdefault(_call(event), []).append(index)
    return [_Missed(call, len(indexes), events[: indexes[0]], world, others) for call, indexes in found.items()]


def _call(event: Event) -> _Call:
    version = (event.error_message or "").partition(": ")[2]  # AWS's text on a version ends with the one asked for
    secret_id = str(event.request["SecretId"])
    return _Call(event.within or event.operation, secret_id, event.region, event.account, version or None)


def _line(missed: _Missed) -> str:
    call = missed.call
    times = "" if missed.times == 1 else f" ({missed.times} times)"
    if call.version is not None:
        return f"{call.operation} in {call.place}: {_about_version(missed.world, call, call.version)}{times}"
    return f"{call.operation}: {_about_secret(missed)}{times}"


def _about_version(world: World, call: _Call, version: str) -> str:
    try:
        SecretView(world, call.key).version(version)
    except (VersionNotFound, SecretNotFound) as absent:
        return str(absent)
    return f"secret {call.key.name!r} had no value in version {version!r} at that time; the version is there now"


def _about_secret(missed: _Missed) -> str:
    call = missed.call
    asked = call.secret_id if len(call.secret_id) <= _LONGEST_ID else f"{call.secret_id[:_LONGEST_ID]}…"
    reason = _by_its_arn(missed) or _by_time(missed) or _in_another_manager(missed)
    if reason is None:
        return no_secret(asked, call.key, missed.world.present())
    return f"no secret {asked!r} in {call.place}; {reason}"


def _by_its_arn(missed: _Missed) -> str | None:
    """Why an ARN finds nothing, whatever is there."""
    call = missed.call
    if not arns.is_arn(call.secret_id):
        return None
    parsed = arns.parse(call.secret_id)
    if parsed is None:
        return "that is the ARN of no secret"
    if parsed.region != call.region:
        where = "" if missed.world.state_of(call.key) is None else ", where the secret is"
        return f"a client finds the secrets of its own region, and this ARN is one of {parsed.region}{where}"
    if parsed.partial and parsed.account != call.account:
        return f"an ARN of another account ({parsed.account}) has to be whole, with its last six characters"
    return None


def _by_time(missed: _Missed) -> str | None:
    """Whether the secret has come since, or had gone before."""
    key, world = missed.call.key, missed.world
    present = world.state_of(key)
    if present is not None:
        is_asked = not arns.is_arn(missed.call.secret_id) or present.arn.startswith(missed.call.secret_id)
        return "it was not there at that time, and is there now" if is_asked else None
    if world.service.store.get(key) is not None:
        return "it was deleted, and its recovery window has passed"
    if any(_deletes(event, key) for event in missed.before):
        return "it was deleted by an earlier call of DeleteSecret"
    return None


def _deletes(event: Event, key: SecretKey) -> bool:
    is_done = event.operation == "DeleteSecret" and event.error is None
    return is_done and place_of(event, event.request["SecretId"]) == key


def _in_another_manager(missed: _Missed) -> str | None:
    """Where managers are nested, the one that was entered last answers, and has no secrets of the others."""
    key = missed.call.key
    found = [secret for world in missed.others for secret in world.present() if secret.name == key.name]
    if not found or any(secret.name == key.name for secret in missed.world.present()):
        return None
    places = {secret.key[:2] for secret in found}
    elsewhere = "" if key[:2] in places else f" in {place_text(*found[0].key[:2])}"
    return f"another SecretsManager has it{elsewhere}, and did not answer this call: the one entered last does"


def _regions_that_differ(missed: Sequence[_Missed]) -> list[str]:
    """What is said once when clients that name no region call in another one than that of the secrets."""
    named = os.environ.get(REGION_VARIABLE)
    for one in missed:
        home = one.world.region()
        is_there = one.world.state_of(one.call.key._replace(region=home)) is not None
        if one.call.region == named != home and is_there:
            return [
                f"{REGION_VARIABLE} is {named} now, so clients that name no region call there; this SecretsManager "
                f"seeds and looks in {home}: let both name the same region"
            ]
    return []


def filled(line: str) -> str:
    """A line of the section, folded."""
    return textwrap.fill(line, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
