"""The place in the program from which a client's call comes: code and instruction.

It is the innermost frame outside the libraries between a program and the network. A door asks for it when a call
begins, since an async call may run later, in a task. A place keeps no frame alive: its variables may be secret.
"""

from sys import _getframe  # as `warnings` does
from types import FrameType
from typing import Any, Literal, TypeAlias

from pytest_secretsmanager.engine.call import Site
from pytest_secretsmanager.engine.tracebacks import is_of_program

__tracebackhide__ = True

_Role: TypeAlias = Literal["program", "library", "runner"]

_RUNNERS = frozenset({"asyncio", "uvloop", "trio", "anyio", "threading", "concurrent", "multiprocessing"})
"""The packages that run code for a program. The frames beyond theirs say nothing about the call."""

_AWAITING = frozenset({"asyncio.tasks", "asyncio.timeouts"})
"""The modules of asyncio whose frames await a call for the program: `asyncio.wait_for`."""

_PROGRAM: set[str] = set()
_LIBRARIES: set[str] = set()
"""The files whose role is known. Each call looks some up, and a set costs less than the names of modules."""


def call_site() -> Site | None:
    """Return the place that called a method of a client, None if it is unknown. Only a door calls this."""
    try:
        frame: Any = _getframe(2)
        if frame.f_code.co_filename in _LIBRARIES:
            frame = frame.f_back
        code = frame.f_code
    except (AttributeError, ValueError):  # other code than Python's called the door or the library
        return None
    return (code, frame.f_lasti) if code.co_filename in _PROGRAM else _searched(frame)


def _searched(frame: FrameType | None) -> Site | None:
    """The place from this frame outwards. Note the role of each file on the way."""
    while frame is not None:
        role = _role_of(frame)
        if role != "library":
            return (frame.f_code, frame.f_lasti) if role == "program" else None
        frame = frame.f_back
    return None


def _role_of(frame: FrameType) -> _Role:
    """The role of a frame's code. Note it for the file, unless several modules may share its name: `<string>`."""
    file, module = frame.f_code.co_filename, str(frame.f_globals.get("__name__", ""))
    is_shared = file.startswith("<")
    if module in _AWAITING or not is_of_program(frame):
        if not is_shared:
            _LIBRARIES.add(file)
        return "library"
    if module.partition(".")[0] in _RUNNERS:
        return "runner"
    if not is_shared:
        _PROGRAM.add(file)
    return "program"
