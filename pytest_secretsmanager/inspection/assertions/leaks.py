"""`assert_nothing_leaked`: the failure that lists leaks. The room `leaks` has the rules."""

from collections.abc import Iterable

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.leaks.places import texts_given, texts_logged
from pytest_secretsmanager.inspection.leaks.rule import index_of
from pytest_secretsmanager.inspection.leaks.search import Leak, leaks_in
from pytest_secretsmanager.inspection.other_managers import Presence
from pytest_secretsmanager.inspection.wording import bounded
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_MOST_LEAKS = 50


def assert_nothing_leaked(world: World, presence: Presence, texts: Iterable[object]) -> None:
    given = list(texts_given(texts))
    index = index_of(world)
    if given and index.is_empty:
        _require_no_others(presence)
    leaks = [f"  {_leak_text(leak)}" for leak in leaks_in([*texts_logged(world.log), *given], index)]
    if leaks:
        raise AssertionError("\n".join(["secret values leaked:", *bounded(leaks, _MOST_LEAKS)]))


def _leak_text(leak: Leak) -> str:
    more = len(leak.lines) - 1
    others = f" (and {more} more line{'' if more == 1 else 's'})" if more > 0 else ""
    line = f", line {leak.lines[0]}{others}" if leak.lines else ""
    return f"{leak.place.name}{line} holds {leak.owner} ({leak.form})"


def _require_no_others(presence: Presence) -> None:
    """Refuse to look for no value where another manager may have the secrets."""
    others = presence.others()
    if others:
        lines = "\n  ".join(bounded([f"{other}: call its assert_nothing_leaked" for other in others]))
        raise UsageError(f"this SecretsManager has had no value that could leak\n  {lines}")
