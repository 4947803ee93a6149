"""The way of a response to the client: complete and at once, late, cut off, or never."""

import asyncio
import threading
from contextlib import suppress
from typing import NamedTuple

from aiohttp import web

__tracebackhide__ = True

_SECONDS_BETWEEN_LOOKS = 0.02
"""The time between two looks at whether a client still waits."""


class Delivery(NamedTuple):
    """How a response reaches the client: after so many real seconds, and whole unless `length` cuts it off.

    `is_lost`: the connection is closed without a response. `is_silent`: no response comes while the client waits.
    """

    seconds: float = 0.0
    length: int | None = None
    is_lost: bool = False
    is_silent: bool = False


AT_ONCE = Delivery()


class Response(NamedTuple):
    """The response to a request."""

    status: int
    headers: dict[str, str]
    body: bytes
    delivery: Delivery = AT_ONCE

    def __repr__(self) -> str:
        return f"<response: {self.status}>"


def delivered(response: Response, delivery: Delivery) -> Response:
    """Return a response that reaches the client in this way."""
    return Response(response.status, response.headers, response.body, delivery)


async def deliver(incoming: web.Request, response: Response) -> web.StreamResponse:
    """Send a response to the client. A stop of the server cancels this while it waits."""
    delivery = response.delivery
    if delivery.seconds:
        await _pass(delivery.seconds)
    if delivery.is_silent:
        while _is_connected(incoming):
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
    if delivery.is_lost or delivery.is_silent:
        _disconnect(incoming)
    whole = web.Response(status=response.status, headers=response.headers, body=response.body)
    return whole if delivery.length is None else await _cut_off(incoming, response, delivery.length)


async def _cut_off(incoming: web.Request, response: Response, length: int) -> web.StreamResponse:
    """Send the first bytes of a body under the length of the whole body, and close the connection."""
    sent = web.StreamResponse(status=response.status, headers=response.headers)
    sent.content_length = len(response.body)
    await sent.prepare(incoming)
    await sent.write(response.body[:length])
    if incoming.transport is not None:
        incoming.transport.close()
    return sent


async def _pass(seconds: float) -> None:
    """Let real time pass. Not by `asyncio.sleep`, which never ends while freezegun has stopped the time."""
    loop, passed = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(passed.set)

    timer = threading.Timer(seconds, wake)
    timer.daemon = True
    timer.start()
    try:
        await passed.wait()
    finally:
        timer.cancel()


def _is_connected(incoming: web.Request) -> bool:
    return incoming.transport is not None and not incoming.transport.is_closing()


def _disconnect(incoming: web.Request) -> None:
    """Close the connection without a response. What is written to it later is dropped."""
    if incoming.transport is not None:
        incoming.transport.abort()
