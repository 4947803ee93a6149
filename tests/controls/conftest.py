"""Fixtures that the tests of several controls share."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest


@pytest.fixture(params=["freezegun", "time-machine"])
def travel(request: pytest.FixtureRequest) -> Callable[[datetime], Any]:
    """Return a function that travels to a time, with each of the libraries that freeze time."""
    # Imported here: an environment without these libraries runs tests of this folder that don't travel.
    if request.param == "freezegun":
        import freezegun

        return freezegun.freeze_time
    import time_machine

    return lambda moment: time_machine.travel(moment, tick=False)
