"""The failures of event handlers: each is raised or noted once, at the end of a block or of a test."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pytest_secretsmanager.inspection.wording import bounded

__tracebackhide__ = True


class HandlerError(AssertionError):
    """A handler that the test has subscribed to events has failed."""


class HandlerProblems:
    """The failures of one manager's handlers that no block and no test has reported yet."""

    def __init__(self) -> None:
        self.all: list[HandlerError] = []

    @property
    def lines(self) -> Sequence[str]:
        """A line for each different failure; of many the first ones."""
        return bounded(_lines(self.all))

    @contextmanager
    def all_handled(self) -> Iterator[None]:
        """Raise HandlerError at the end if a handler failed in the block. An error of the block comes first."""
        before = tuple(self.all)
        try:
            yield
        except BaseException as error:
            self.require_handled(error, but_for=before)
            raise
        self.require_handled(None, but_for=before)

    def require_handled(self, error: BaseException | None, but_for: Sequence[HandlerError] = ()) -> None:
        """Raise HandlerError for the failures, or add them to `error` as a note. Each is reported once.

        `but_for` has failures that are left to an outer block.
        """
        problems = [problem for problem in self.all if problem not in but_for]
        # Failures of an outer block stay only if that block has not ended and reported them meanwhile.
        self.all[:] = [problem for problem in self.all if problem in but_for]
        if not problems:
            return
        text = "\n".join(bounded(_lines(problems)))
        if error is None:
            raise HandlerError(text) from next((problem.__cause__ for problem in problems if problem.__cause__), None)
        error.add_note(text)


def _lines(problems: Sequence[HandlerError]) -> list[str]:
    """A line for each different problem, with how often it occurred."""
    counted = Counter(map(str, problems))
    return [text if times == 1 else f"{text} ({times} times)" for text, times in counted.items()]
