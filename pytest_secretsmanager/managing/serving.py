"""The local HTTP endpoint of a manager: at most one, started on request, stopped when the manager is left."""

from contextlib import suppress
from typing import TYPE_CHECKING

from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.managing.entering import lock

if TYPE_CHECKING:
    from pytest_secretsmanager.doors.http import Endpoint

__tracebackhide__ = True


class Serving:
    """Starts and stops the endpoint. Stopping takes up to seconds, so it holds no lock and can be repeated."""

    __slots__ = ("_crashes", "_current", "_responder", "_to_stop")

    def __init__(self, responder: Responder, crashes: list[str]) -> None:
        self._responder = responder
        self._crashes = crashes
        self._current: Endpoint | None = None
        self._to_stop: list[Endpoint] = []

    @property
    def is_running(self) -> bool:
        """Whether the endpoint runs."""
        return self._current is not None and not self._current.is_stopped

    def start(self, region: str, port: int) -> "Endpoint":
        """Return the endpoint that runs, else start one; UsageError when it runs at another port."""
        with lock:
            if self._current is None or self._current.is_stopped:
                self._current = _endpoint_class()(self._responder, region, self._crashes, port=port)
            if port not in (0, self._current.port):
                raise UsageError(
                    f"the endpoint already runs at port {self._current.port}: stop it to start one at {port}"
                )
            return self._current

    def checkpoint(self) -> Restore:
        """Return a function that restores the present endpoint, and stops a later one."""
        endpoint = self._current

        def restore() -> None:
            with lock:
                if self._current is not endpoint:
                    self.put_aside()
                    self._current = endpoint
            self.stop_put_aside()

        return restore

    def put_aside(self) -> None:
        """Put the running endpoint aside: `start` does not return it again, and `stop_put_aside` stops it."""
        if self._current is not None:
            self._to_stop.append(self._current)
            self._current = None

    def stop_put_aside(self) -> None:
        """Stop the endpoints that were put aside. Another thread may do the same, and may put more aside meanwhile."""
        for endpoint in tuple(self._to_stop):
            endpoint.stop()
            with suppress(ValueError):
                self._to_stop.remove(endpoint)


def _endpoint_class() -> "type[Endpoint]":
    try:
        from pytest_secretsmanager.doors.http import Endpoint
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the endpoint needs {error.name}, which is not installed: pip install 'pytest-secretsmanager[endpoint]'"
        ) from None
    return Endpoint
