"""`assert_nothing_leaked`: the failure that lists leaks. The room `leaks` has the rule."""

from collections.abc import Iterable

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.leaks.ignored import ignored_texts
from pytest_secretsmanager.inspection.leaks.messages import leak_message
from pytest_secretsmanager.inspection.leaks.places import texts_given, texts_logged
from pytest_secretsmanager.inspection.leaks.search import Search
from pytest_secretsmanager.inspection.leaks.values import Values
from pytest_secretsmanager.inspection.log import require_whole
from pytest_secretsmanager.inspection.other_managers import Presence
from pytest_secretsmanager.inspection.wording import bounded
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_ENOUGH = "eight characters or more"


def assert_nothing_leaked(world: World, presence: Presence, texts: Iterable[object], ignore: Iterable[str]) -> None:
    ignored = ignored_texts(ignore)
    given = list(texts_given(texts))
    values = Values()
    values.add(world)
    search = Search(values, dict.fromkeys(world.harmless, "leaks_ignore") | dict.fromkeys(ignored, "ignore"))
    if given and search.finds_nothing:
        _refuse_to_find_nothing(values, presence)
    leaks = search.leaks_in([*texts_logged(enumerate(world.entries.visible, 1)), *given])
    if leaks:
        raise AssertionError(leak_message(leaks, "ignore=[…]"))
    require_whole(world.log)


def _refuse_to_find_nothing(values: Values, presence: Presence) -> None:
    """Refuse a search that can't fail. Without a secret value it passes: a fixture may call it for all tests."""
    if values.owners:
        raise UsageError(
            f"each value of this SecretsManager with {_ENOUGH} is ignored or is the name of a secret, so none can be "
            "found: give the test a secret with another value"
        )
    if values.has_shorter:
        raise UsageError(
            f"no value of this SecretsManager has {_ENOUGH}, so none can be found: "
            "give the test's secrets longer values"
        )
    _require_no_others(presence)


def _require_no_others(presence: Presence) -> None:
    """Refuse to look for no value where another manager may have the secrets."""
    others = presence.others()
    if others:
        lines = "\n  ".join(bounded([f"{other}: call its assert_nothing_leaked" for other in others]))
        raise UsageError(f"this SecretsManager has had no value that could leak\n  {lines}")
