"""aiohttp's server in its own thread. Knows HTTP, and nothing of Secrets Manager.

One event loop reads requests and writes responses. A pool of threads answers the requests, so a slow one, such as one
that runs a rotation function, does not delay the others.
"""

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from logging import Logger, NullHandler
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast
from weakref import WeakSet

from aiohttp import web

from pytest_secretsmanager.doors.daemon_pool import DaemonPool
from pytest_secretsmanager.doors.http_delivery import Response, deliver

__tracebackhide__ = True

HOST = "127.0.0.1"
"""The loopback interface. The server listens on no other."""

THREADS = 32
SECONDS_TO_CLOSE = 1.0
SECONDS_TO_BREAK_OFF = 5.0
SECONDS_TO_ANSWER = 5.0
"""The time that a stop waits for unfinished answers."""


class Request(NamedTuple):
    """A request as received. Header names are in lower case; `body` is None if it is longer than the limit."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def header(self, name: str) -> str | None:
        return next((value for other, value in self.headers if other == name), None)

    def __repr__(self) -> str:
        return f"<request: {self.method} {self.path}>"


_Result = TypeVar("_Result")

Answer: TypeAlias = Callable[[Request], Response]
"""Makes the response to a request; it must not fail."""


class HttpServer:
    """Serves on a port of the loopback interface (0: a free one) from its creation until it is stopped.

    Raises OSError when it can't listen on that port.
    """

    def __init__(self, answer: Answer, port: int, body_limit: int) -> None:
        self._socket = socket.create_server((HOST, port))
        self.port: int = self._socket.getsockname()[1]
        self.is_of_parent = False
        """Whether this process was forked from the one that serves, and has neither its threads nor its sockets."""
        self._answer = answer
        self._pool = DaemonPool(THREADS, "secretsmanager-endpoint")
        self._answering: set[Future[Response]] = set()
        self._handling: set[asyncio.Task[Any]] = set()
        self._delivering: set[asyncio.Task[Any]] = set()
        """The tasks that send a response, some of them after a planned delay."""
        self._loop = asyncio.new_event_loop()
        self._body_limit = body_limit
        app = web.Application(client_max_size=body_limit + 1)  # some releases refuse a body of exactly this size
        app.router.add_route("*", "/{path:.*}", self._handle)
        app.on_response_prepare.append(_without_server)
        self._runner = web.AppRunner(
            app, access_log=None, logger=_silent(), shutdown_timeout=0.1, handle_signals=False, auto_decompress=False
        )
        self._closing: asyncio.Task[None] | None = None
        self._is_closed = False
        self._has_ended = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="secretsmanager-endpoint", daemon=True)
        self._thread.start()
        try:
            self._run(self._listen())
        except BaseException:
            self.stop()
            raise
        _servers.add(self)

    def stop(self) -> None:
        """Close every connection, and end every thread.

        An answer that is unfinished after some seconds keeps its thread until it is finished. In a forked child process
        this does nothing. A stop that was interrupted can be repeated, and does the rest.
        """
        if self.is_of_parent:
            return
        if not self._is_closed:
            self._close_connections()
            self._is_closed = True
        if not self._has_ended.is_set():
            self._loop.call_soon_threadsafe(self._loop.stop)
        # Not by `join` alone: in CPython 3.11 a thread counts as ended after an interrupted `join`.
        self._has_ended.wait()
        self._thread.join()
        self._loop.close()
        self._socket.close()
        late = wait(tuple(self._answering), SECONDS_TO_ANSWER).not_done
        self._pool.shutdown(wait=not late)

    def _close_connections(self) -> None:
        closing = asyncio.run_coroutine_threadsafe(self._close(), self._loop)
        if wait([closing], SECONDS_TO_CLOSE).not_done:
            self._loop.call_soon_threadsafe(self._break_off)
            wait([closing], SECONDS_TO_BREAK_OFF)

    def leave_to_parent(self) -> None:
        """Release the sockets that a fork has copied, so that the port is free when the parent stops serving.

        The loop stays as it is: both processes share its selector, and closing it would drop the parent's sockets.
        """
        self.is_of_parent = True
        self._socket.close()
        connections = () if self._runner.server is None else self._runner.server.connections
        nothing = os.open(os.devnull, os.O_RDWR)
        for connection in connections:
            if connection.transport is not None:
                # Their numbers stay in use: the transports may close them later.
                os.dup2(nothing, connection.transport.get_extra_info("socket").fileno())
        os.close(nothing)

    def _break_off(self) -> None:
        """Cancel the requests that are being read or answered.

        aiohttp's own timeout never ends while freezegun has stopped the time.
        """
        for task in self._handling:
            task.cancel()

    def _run(self, coroutine: Coroutine[Any, Any, _Result]) -> _Result:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _serve(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._has_ended.set()

    async def _close(self) -> None:
        """Close every connection. A second call waits for the first one."""
        late = tuple(self._delivering)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late)
        self._closing = self._closing or asyncio.create_task(self._runner.cleanup())
        await asyncio.wait([self._closing])

    async def _listen(self) -> None:
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def _handle(self, incoming: web.Request) -> web.StreamResponse:
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._handling.add(task)
        try:
            future = self._pool.submit(self._answer, await _read(incoming, self._body_limit))
            self._answering.add(future)
            future.add_done_callback(self._answering.discard)
            response = await asyncio.wrap_future(future)
            self._delivering.add(task)
            return await deliver(incoming, response)
        finally:
            self._delivering.discard(task)
            self._handling.discard(task)


_servers: WeakSet[HttpServer] = WeakSet()
_of_parent: list[HttpServer] = []
"""Never freed: a finalizer could spoil sockets and the selector that the parent still uses."""


def _after_fork_in_child() -> None:
    for server in tuple(_servers):
        server.leave_to_parent()
        _of_parent.append(server)
    _servers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _silent() -> Logger:
    """A silent logger, so that aborted requests do not appear in caplog."""
    logger = Logger(__name__)
    logger.addHandler(NullHandler())
    return logger


async def _without_server(_: web.Request, response: web.StreamResponse) -> None:
    """Remove the header `Server`: AWS's answers have none."""
    response.headers.pop("Server", None)


async def _read(incoming: web.Request, body_limit: int) -> Request:
    body: bytes | None
    try:
        body = await incoming.read()
    except web.HTTPRequestEntityTooLarge:
        body = None
    if body is not None and len(body) > body_limit:
        body = None
    path, _, query = incoming.raw_path.partition("?")
    headers = tuple((name.decode().lower(), value.decode("latin-1")) for name, value in incoming.raw_headers)
    return Request(incoming.method, path, query, headers, body)
