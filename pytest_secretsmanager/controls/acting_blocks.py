"""The blocks in which clients act as a role: `sm.iam.acting_as` makes them."""

from collections.abc import Generator

from pytest_secretsmanager.engine.callers import Acting, Callers
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.inspection.with_blocks import StepsBlock, WithBlock

__tracebackhide__ = True


class ActingBlock(StepsBlock, WithBlock):
    """A block in which clients without credentials of their own act as a principal."""

    _unentered = (
        "iam.acting_as was called but not entered, so no call is made as the role: write "
        "`with secretsmanager.iam.acting_as(role):` around the code that makes the calls"
    )

    _made_by = "iam.acting_as(role)"

    def __init__(self, callers: Callers, acting: Acting) -> None:
        super().__init__(_steps(callers, acting))

    def __repr__(self) -> str:
        return f"<acting_as block{'' if self._is_entered else ', not entered'}>"


def _steps(callers: Callers, acting: Acting) -> Generator[None, None, None]:
    with taken_back(lambda: callers.begin(acting), lambda: callers.end(acting)):
        yield
