"""Only the manager's clock and the surroundings read the wall clock. This test reads the sources."""

import ast

import pytest

CLOCKS = {"controls.clock", "surroundings.wall_clock"}

ALWAYS = {
    *(f"time.{name}" for name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "clock_gettime")),
    *(f"datetime.datetime.{name}" for name in ("now", "utcnow", "today")),
    "datetime.date.today",
}
"""Functions that read the time with any arguments: naming one counts as a reading."""

WITHOUT_A_TIME = {"time.gmtime": 0, "time.localtime": 0, "time.ctime": 0, "time.asctime": 0, "time.strftime": 1}
"""Functions that read the time unless they are given one, with the number of their other arguments."""


def names_of(tree):
    """Return the dotted name that each imported name of a module stands for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                top = name.name.partition(".")[0]
                found[name.asname or top] = name.name if name.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    return found


def meant_by(node, names):
    """Return the dotted name that an expression stands for, "" if it stands for none."""
    if isinstance(node, ast.Name):
        return names.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = meant_by(node.value, names)
        return owner and f"{owner}.{node.attr}"
    return ""


def is_reading(node, names):
    """Whether an expression reads the wall clock, or names a function that does."""
    if isinstance(node, ast.Call):
        return len(node.args) <= WITHOUT_A_TIME.get(meant_by(node.func, names), -1)
    return meant_by(node, names) in ALWAYS


def readings_of(tree):
    """Return the expressions by which a module reads the wall clock."""
    names = names_of(tree)
    return [ast.unparse(node) for node in ast.walk(tree) if is_reading(node, names)]


def test_only_the_clock_reads_the_wall_clock(module):
    assert module.name in CLOCKS or readings_of(module.tree) == []


def test_the_clock_reads_the_wall_clock_by_time_time(module):
    assert module.name not in CLOCKS or set(readings_of(module.tree)) == {"time.time"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time\ntime.time()", ["time.time"]),
        ("import time as t\nt.time_ns()", ["t.time_ns"]),
        ("from time import time\nnow = time", ["time"]),
        ("def f():\n    from time import monotonic as m\n    return m()", ["m"]),
        ("from datetime import UTC, datetime\ndatetime.now(UTC)", ["datetime.now"]),
        ("import datetime\ndatetime.datetime.utcnow()", ["datetime.datetime.utcnow"]),
        ("from datetime import date\ndate.today()", ["date.today"]),
        ("import time\ntime.gmtime()", ["time.gmtime()"]),
        ("from time import strftime\nstrftime('%Y')", ["strftime('%Y')"]),
        ("import time\ntime.strftime('%Y', time.gmtime(0))", []),
        ("from datetime import datetime\ndatetime.fromtimestamp(0)", []),
        ("import time\ntime.sleep(1)", []),
        ("clock.now.time()", []),
        ("time = 3\ntime.time", []),
    ],
    ids=[
        "time.time",
        "module by another name",
        "function without a call",
        "import inside a function",
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "gmtime without a time",
        "strftime without a time",
        "strftime with a time",
        "datetime.fromtimestamp",
        "time.sleep",
        "time of another object",
        "variable named time",
    ],
)
def test_readings_of_finds_each_reading_of_the_wall_clock(source, found):
    assert readings_of(ast.parse(source)) == found
