"""The forks of this process: a forked child calls and changes a copy of each manager, which the parent does not see.

Loading this module imports nothing of Secrets Manager.
"""

import os

_forks = 0


def forks() -> int:
    """Return the number of children that this process has forked so far. A subprocess and a spawned child don't count.

    They have no copy of a manager.
    """
    return _forks


def forks_text(number: int) -> str:
    """The text about children that were forked while a manager answered.

    >>> forks_text(2).partition(":")[0]
    'this process was forked 2 times'
    """
    often = "" if number == 1 else f" {number:,} times"
    return (
        f"this process was forked{often}: a child has a copy of the secrets, so its calls and changes are not seen "
        "here; a child that takes the variables of sm.endpoint() shares them"
    )


def _after_fork_in_parent() -> None:
    global _forks
    _forks += 1


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_parent=_after_fork_in_parent)
