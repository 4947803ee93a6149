"""The message about leaks. Its first line names a leak, since pytest's short summary shows only this line."""

from collections.abc import Sequence

from pytest_secretsmanager.inspection.leaks.search import Leak
from pytest_secretsmanager.inspection.wording import bounded

__tracebackhide__ = True

_MOST_LEAKS = 50


def leak_message(leaks: Sequence[Leak], ignoring: str) -> str:
    """The first leak and the number of the others, a list if there are several, and how to name a harmless text.

    Ignored texts that may be misspelt are named as well. `ignoring` is the argument or the option for harmless texts.
    """
    others = f", and {len(leaks) - 1:,} more" if len(leaks) > 1 else ""
    return "\n".join(
        [
            f"secret values leaked: {leaks[0]}{others}",
            *(bounded([f"  {leak}" for leak in leaks], _MOST_LEAKS) if others else []),
            *bounded([*dict.fromkeys(leak.hint for leak in leaks if leak.hint)]),
            f"a harmless text, such as a host or user name, is named by {ignoring}",
        ]
    )
