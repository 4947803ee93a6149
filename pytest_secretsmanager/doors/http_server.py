"""aiohttp's server in a thread of its own. Knows HTTP, and nothing of Secrets Manager.

Requests are read and written in one event loop, and answered in a pool of threads, so that one that takes its time (a
rotation function may) holds up no other.
"""

import asyncio
import os
import socket
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, wait
from logging import Logger, NullHandler
from threading import Event, Thread
from typing import Any, NamedTuple, TypeAlias, TypeVar, cast
from weakref import WeakSet

from aiohttp import web

from pytest_secretsmanager.doors.daemon_pool import DaemonPool

__tracebackhide__ = True

HOST = "127.0.0.1"
"""The loopback interface, and nothing but it."""

THREADS = 32
SECONDS_TO_CLOSE = 1.0
SECONDS_TO_BREAK_OFF = 5.0
SECONDS_TO_ANSWER = 5.0
"""How long stopping waits for answers that are still being made."""


class Request(NamedTuple):
    """A request as it came, with its headers' names in lower case; `body` is None where it is longer than the limit."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None

    def header(self, name: str) -> str | None:
        return next((value for other, value in self.headers if other == name), None)

    def __repr__(self) -> str:
        return f"<request: {self.method} {self.path}>"


class Response(NamedTuple):
    """What is sent back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"<response: {self.status}>"


_Result = TypeVar("_Result")

Answer: TypeAlias = Callable[[Request], Response]
"""Makes the response to a request; it must not fail."""


class HttpServer:
    """Serves on a port of the loopback interface (0: a free one) from the moment it is made until it is stopped.

    Raises OSError when it can't listen there.
    """

    def __init__(self, answer: Answer, port: int, body_limit: int) -> None:
        self._socket = socket.create_server((HOST, port))
        self.port: int = self._socket.getsockname()[1]
        self.is_of_parent = False
        """Whether this process was forked from the one that serves: it has neither its threads nor its sockets."""
        self._answer = answer
        self._pool = DaemonPool(THREADS, "secretsmanager-endpoint")
        self._answering: set[Future[Response]] = set()
        self._handling: set[asyncio.Task[Any]] = set()
        self._loop = asyncio.new_event_loop()
        self._body_limit = body_limit
        app = web.Application(client_max_size=body_limit + 1)  # some releases refuse what is just as long, some do not
        app.router.add_route("*", "/{path:.*}", self._handle)
        app.on_response_prepare.append(_without_server)
        self._runner = web.AppRunner(
            app, access_log=None, logger=_silent(), shutdown_timeout=0.1, handle_signals=False, auto_decompress=False
        )
        self._closing: asyncio.Task[None] | None = None
        self._is_closed = False
        self._has_ended = Event()
        self._thread = Thread(target=self._serve, name="secretsmanager-endpoint", daemon=True)
        self._thread.start()
        try:
            self._run(self._listen())
        except BaseException:
            self.stop()
            raise
        _servers.add(self)

    def stop(self) -> None:
        """Closes every connection, and ends every thread.

        An answer that is still being made after some seconds keeps its thread until it is made. In a child of the
        process that serves, it does nothing. A stop that was interrupted can be repeated, and does what is left.
        """
        if self.is_of_parent:
            return
        if not self._is_closed:
            self._close_connections()
            self._is_closed = True
        if not self._has_ended.is_set():
            self._loop.call_soon_threadsafe(self._loop.stop)
        # Not by `join` alone: in CPython 3.11 a thread counts as ended once waiting for it was interrupted.
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
        """Lets go of what a fork has copied, so that the port and its connections end when the parent ends them.

        The loop is left as it is: its selector belongs to both processes, and would forget the parent's sockets.
        """
        self.is_of_parent = True
        self._socket.close()
        connections = () if self._runner.server is None else self._runner.server.connections
        nothing = os.open(os.devnull, os.O_RDWR)
        for connection in connections:
            if connection.transport is not None:
                # Their numbers stay taken, for the transports that would close them some day.
                os.dup2(nothing, connection.transport.get_extra_info("socket").fileno())
        os.close(nothing)

    def _break_off(self) -> None:
        """Lets go of requests that are being read or answered.

        aiohttp's own time limit does not pass where freezegun has stopped the time.
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
        """Closes every connection. Repeated, it waits for the closing that has begun."""
        self._closing = self._closing or asyncio.create_task(self._runner.cleanup())
        await asyncio.wait([self._closing])

    async def _listen(self) -> None:
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def _handle(self, incoming: web.Request) -> web.Response:
        task = cast("asyncio.Task[Any]", asyncio.current_task())
        self._handling.add(task)
        try:
            future = self._pool.submit(self._answer, await _read(incoming, self._body_limit))
            self._answering.add(future)
            future.add_done_callback(self._answering.discard)
            response = await asyncio.wrap_future(future)
        finally:
            self._handling.discard(task)
        return web.Response(status=response.status, headers=response.headers, body=response.body)


_servers: WeakSet[HttpServer] = WeakSet()
_of_parent: list[HttpServer] = []
"""Kept for ever: whatever tidied one up would spoil what the parent still uses."""


def _after_fork_in_child() -> None:
    for server in tuple(_servers):
        server.leave_to_parent()
        _of_parent.append(server)
    _servers.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def _silent() -> Logger:
    """A logger of nobody's: a client that breaks off is nothing that a test's log should tell of."""
    logger = Logger(__name__)
    logger.addHandler(NullHandler())
    return logger


async def _without_server(_: web.Request, response: web.StreamResponse) -> None:
    """Takes out aiohttp's name: AWS's answers name no server."""
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
