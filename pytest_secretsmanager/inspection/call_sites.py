"""The places in the code under test that made calls, as a test sees them: file, line and function."""

from dataclasses import dataclass
from pathlib import Path

from pytest_secretsmanager.engine.call import Site


@dataclass(frozen=True, slots=True)
class CallSite:
    """The place that made a call. `str()` is `path:line`, with a path relative to the current directory if inside it.

    >>> str(CallSite("/opt/app/orders.py", 12, "load"))
    '/opt/app/orders.py:12'
    """

    file: str
    line: int
    function: str

    def __str__(self) -> str:
        path = Path(self.file)
        try:
            path = path.relative_to(Path.cwd())
        except (ValueError, OSError):  # elsewhere, or the current directory was deleted
            return f"{self.file}:{self.line}"
        return f"{path}:{self.line}"


def call_site_of(site: Site | None) -> CallSite | None:
    """Return the call site of a place. Finding its line waits until a test asks, since most tests never do."""
    if site is None:
        return None
    code, offset = site
    lines = (line for start, end, line in code.co_lines() if start <= offset < end and line is not None)
    return CallSite(code.co_filename, next(lines, code.co_firstlineno), code.co_qualname)
