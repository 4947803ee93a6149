"""The wall clock, as this process and as other programs see it."""

import os
import time
from collections.abc import Iterator
from tempfile import TemporaryFile


def times() -> Iterator[float]:
    """Yield the time of this process and then the time of the machine, epoch seconds.

    freezegun and time-machine set the first one. They do not reach the time that the machine gives to a new file.
    """
    yield time.time()
    with TemporaryFile() as file:
        yield os.fstat(file.fileno()).st_mtime
