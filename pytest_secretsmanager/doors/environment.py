"""What a client needs of the environment to be built at all: a region and credentials, while anybody answers.

Variables are set if, and only if, they are unset, and what was set is taken back when the last one leaves.
"""

import os
from threading import Lock

CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}

_lock = Lock()
_in_use = 0
_set: dict[str, str] = {}


def unset_variables(region: str) -> dict[str, str]:
    """The variables that are unset now, with what they need to be."""
    wanted = {"AWS_DEFAULT_REGION": region, **{name.upper(): value for name, value in CREDENTIALS.items()}}
    return {name: value for name, value in wanted.items() if name not in os.environ}


def enter(region: str) -> None:
    """Sets what is unset, for one more user."""
    global _in_use
    with _lock:
        _in_use += 1
        unset = unset_variables(region)
        os.environ.update(unset)
        _set.update(unset)


def leave() -> None:
    """Takes back what was set and is as it was set, when this user was the last one."""
    global _in_use
    with _lock:
        _in_use -= 1
        if _in_use:
            return
        for name, value in _set.items():
            if os.environ.get(name) == value:
                del os.environ[name]
        _set.clear()
