"""The lines about calls that found no secret or no version, with the reason.

AWS's own error names neither region nor id, and the code under test may have swallowed it. No value is read.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.errors import SecretNotFound, VersionNotFound
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.cells import cut
from pytest_secretsmanager.inspection.log import Event
from pytest_secretsmanager.inspection.matching import key_from, key_in
from pytest_secretsmanager.inspection.missing_secret import missing_secret_text, named, place_text
from pytest_secretsmanager.inspection.views import SecretView
from pytest_secretsmanager.inspection.world import World
from pytest_secretsmanager.report.frame import LINES
from pytest_secretsmanager.surroundings.default_region import REGION_VARIABLE

_LONGEST_ID = 200

_CODE = "ResourceNotFoundException"


class _Call(NamedTuple):
    """A call that found nothing. `version` is the requested version of a secret that exists."""

    operation: str
    secret_id: str
    region: str
    account: str
    version: str | None

    @property
    def key(self) -> SecretKey:
        return key_from(self.secret_id, self.region, self.account)

    @property
    def place(self) -> str:
        return place_text(self.region, self.account)


@dataclass(frozen=True, slots=True)
class _Missed:
    """A call that found nothing, with the manager that answered it.

    `times` is the number of such calls. `first` is the index of the first one in `events`, the calls of that manager.
    `others` has the other managers; `seeded_later` is as in `not_found`.
    """

    call: _Call
    times: int
    first: int
    events: Sequence[Event]
    world: World
    others: Sequence[World]
    seeded_later: Mapping[str, str]


def not_found(met: Sequence[tuple[World, Sequence[Event]]], seeded_later: Mapping[str, str]) -> list[str]:
    """A line for each different call that found nothing, in their order; empty without one.

    `met` has the managers that were entered before or during the test, each with the calls that it logged in the test.
    `seeded_later` has the names of secrets whose markers have not seeded them yet, with the places of these.
    """
    missed = [
        one
        for world, events in met
        for one in _missed(world, events, [other for other, _ in met if other is not world], seeded_later)
    ]
    lines = [_line(one) for one in missed[:LINES]]
    if len(missed) > LINES:
        lines.append(f"… and {len(missed) - LINES:,} more calls that found nothing")
    return [*lines, *_regions_that_differ(missed)]


def _missed(
    world: World, events: Sequence[Event], others: Sequence[World], seeded_later: Mapping[str, str]
) -> list[_Missed]:
    """The different calls that found nothing.

    A rotation function reads its own pending version before it creates that. This is not a mistake, and is left out.
    """
    tokens = {run.token for run in world.runs}
    found: dict[_Call, list[int]] = {}
    for index, event in enumerate(events):
        if event.error == _CODE and event.request.get("VersionId") not in tokens:
            found.setdefault(_call(event), []).append(index)
    return [
        _Missed(call, len(indexes), indexes[0], events, world, others, seeded_later) for call, indexes in found.items()
    ]


def _call(event: Event) -> _Call:
    version = (event.error_message or "").partition(": ")[2]  # AWS's text about a version ends with its id or label
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
    return f"secret {call.key.name!r} had no value in version {version!r} at that time; the version exists now"


def _about_secret(missed: _Missed) -> str:
    call = missed.call
    asked = cut(call.secret_id, _LONGEST_ID + 1)
    reason = _by_its_arn(missed) or _by_time(missed) or _by_its_marker(missed) or _in_another_manager(missed)
    if reason is None:
        return missing_secret_text(asked, call.key, missed.world)
    return f"no secret {asked!r} in {call.place}; {reason}"


def _by_its_arn(missed: _Missed) -> str | None:
    """The reason why an ARN finds nothing, if it does not depend on the secrets."""
    call = missed.call
    if not arns.is_arn(call.secret_id):
        return None
    parsed = arns.parse(call.secret_id)
    if parsed is None:
        return "this ARN is not that of a secret"
    if parsed.region != call.region:
        where = "" if missed.world.state_of(call.key) is None else ", where the secret is"
        return f"a client finds the secrets of its own region, and the ARN names {parsed.region}{where}"
    if parsed.partial and parsed.account != call.account:
        return f"the ARN names another account ({parsed.account}), so it needs its last six characters"
    return None


def _by_time(missed: _Missed) -> str | None:
    """The reason, if the secret was created after the call or deleted before it."""
    key, world = missed.call.key, missed.world
    present = world.state_of(key)
    if present is not None:
        is_asked = not arns.is_arn(missed.call.secret_id) or present.arn.startswith(missed.call.secret_id)
        return "it did not exist at that time, and exists now" if is_asked else None
    if world.service.store.get(key) is not None:
        return "it was deleted, and its recovery window has passed"
    if any(_deletes(event, key) for event in missed.events[: missed.first]):
        return "it was deleted by an earlier call of DeleteSecret"
    return None


def _by_its_marker(missed: _Missed) -> str | None:
    """The reason, if a marker of the test seeds the secret later: after the fixtures of wider scope."""
    call, world = missed.call, missed.world
    place = missed.seeded_later.get(call.secret_id)
    if place is None or (call.region, call.account) != (world.region(), world.account):
        return None
    if place in ("class", "module"):
        return f"a marker of its {place} seeds it later; a fixture that asks for {place}_secretsmanager finds it"
    return "a marker of the test seeds it later; a fixture of wider scope finds the secrets of markers of its own scope"


def _deletes(event: Event, key: SecretKey) -> bool:
    is_done = event.operation == "DeleteSecret" and event.error is None
    return is_done and key_in(event, event.request["SecretId"]) == key


def _in_another_manager(missed: _Missed) -> str | None:
    """The reason, if another manager has the secret: of nested managers the one that was entered last answers."""
    key = missed.call.key
    found = [secret for world in missed.others for secret in named(key.name, world)]
    if not found or named(key.name, missed.world):
        return None
    places = {secret.key.place for secret in found}
    elsewhere = "" if key.place in places else f" in {place_text(*found[0].key.place)}"
    return f"another SecretsManager has it{elsewhere}; the one that was entered last answered this call"


def _regions_that_differ(missed: Sequence[_Missed]) -> list[str]:
    """One line if clients without a region call another region than that of the secrets."""
    named = os.environ.get(REGION_VARIABLE)
    for one in missed:
        home = one.world.region()
        is_there = one.world.state_of(one.call.key._replace(region=home)) is not None
        if one.call.region == named != home and is_there:
            return [
                f"{REGION_VARIABLE} is {named} now, so clients without a region call there; this SecretsManager "
                f"seeds and looks in {home}: use the same region for both"
            ]
    return []
