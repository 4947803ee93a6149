"""`assert_nothing_leaked`: the failure that lists leaks. The room `leaks` has the rule."""

from collections.abc import Iterable

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.leaks.ignored import ignored_texts
from pytest_secretsmanager.inspection.leaks.places import texts_given, texts_logged
from pytest_secretsmanager.inspection.leaks.search import Search, leak_lines
from pytest_secretsmanager.inspection.leaks.values import Values
from pytest_secretsmanager.inspection.other_managers import Presence
from pytest_secretsmanager.inspection.wording import bounded
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True


def assert_nothing_leaked(world: World, presence: Presence, texts: Iterable[object], ignore: Iterable[str]) -> None:
    ignored = ignored_texts(ignore)
    given = list(texts_given(texts))
    values = Values()
    values.add(world)
    search = Search(values, ignored)
    if given and search.is_empty:
        _require_no_others(presence)
    leaks = search.leaks_in([*texts_logged(world.log), *given])
    if leaks:
        raise AssertionError("\n".join(["secret values leaked:", *leak_lines(leaks)]))


def _require_no_others(presence: Presence) -> None:
    """Refuse to look for no value where another manager may have the secrets."""
    others = presence.others()
    if others:
        lines = "\n  ".join(bounded([f"{other}: call its assert_nothing_leaked" for other in others]))
        raise UsageError(f"this SecretsManager has had no value that could leak\n  {lines}")
