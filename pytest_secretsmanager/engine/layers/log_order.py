"""The times of logged calls go forward as the log does. This layer is outside the log.

A door reads the clock before it waits for the lock. Meanwhile other threads' calls are answered, and due rotations run.
"""

from collections.abc import Callable

from pytest_secretsmanager.engine.call import Call, Handler, Outcome

__tracebackhide__ = True


def in_order(inner: Handler, last_time: Callable[[], float], now: Callable[[], float]) -> Handler:
    """Give a call that is older than the last logged one the time of now: earlier only if the clock was set back.

    It runs under the lock, so no other call is logged between the look and the call.
    """

    def handle(call: Call) -> Outcome:
        if call.time < last_time():
            call = call._replace(time=now())
        return inner(call)

    return handle
