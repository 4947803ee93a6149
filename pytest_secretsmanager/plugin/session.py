"""The secrets of a whole run: they exist before the first conftest file is imported, and are restored for each test."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager.plugin.manager_options import ini_options, ini_problem
from pytest_secretsmanager.plugin.names import PARTS, ROLLBACK, SEEDS
from pytest_secretsmanager.plugin.plans import unmet_plans_in_words
from pytest_secretsmanager.plugin.scopes import shares_only
from pytest_secretsmanager.plugin.seeding_progress import with_progress
from pytest_secretsmanager.plugin.threads import Part, Threads

if TYPE_CHECKING:
    from pytest_secretsmanager.engine.call import Call, Handler, Outcome


class SeededSession:
    """The run-wide manager, shared by all tests; each is rolled back."""

    def __init__(self, config: pytest.Config, files: list[str]) -> None:
        from pytest_secretsmanager.engine.errors import UsageError
        from pytest_secretsmanager.manager import SecretsManager, parts_of
        from pytest_secretsmanager.managing.kept_seeds import KeptSeed
        from pytest_secretsmanager.managing.planting import follow_environment, plant
        from pytest_secretsmanager.seed_files import read_seeds

        directory = config.rootpath if config.inipath is None else config.inipath.parent
        options = ini_options(config)
        if problem := ini_problem(options):
            raise pytest.UsageError(problem)
        try:
            self.seeds = [KeptSeed.of(seed) for file in files for seed in read_seeds(directory / file)]
            self.manager = SecretsManager(**options)
            self.parts = parts_of(self.manager)
            follow_environment(self.parts)
            with with_progress(config, self.seeds) as seeds:
                for seed in seeds:  # of two of one name the later one takes the place of the earlier
                    plant(self.parts, seed.opened())
        except UsageError as error:
            raise pytest.UsageError(f"{SEEDS}: {error}") from None
        self._threads = Threads.of(config)
        self._open = 0
        self.parts.service.put_around(self._refusing)

    @pytest.fixture(autouse=True, name=ROLLBACK)
    def _roll_back(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Roll back a test, around all its fixtures of function scope, unless its changes are for other tests too."""
        if shares_only(request.node):
            yield
            return
        with self.rolled_back(request.node):
            yield

    @contextmanager
    def rolled_back(self, node: pytest.Item) -> Iterator[None]:
        """Take back the changes of a test to the secrets of the run, and give it a log of its own."""
        from pytest_secretsmanager.managing.rollback import rolled_back

        node.stash.setdefault(PARTS, self.parts)  # a test with options has those of its own manager there already
        with unmet_plans_in_words(node), rolled_back(self.parts, own_log=True):
            self._open += 1
            try:
                yield
            finally:
                # Before the rollback: a write that comes between is refused, though it would have been taken back.
                self._threads.end()
                self._open -= 1

    @property
    def is_in_test(self) -> bool:
        """Whether a test runs that is rolled back at its end."""
        return self._open > 0

    def _refusing(self, inner: "Handler") -> "Handler":
        """Return the layer that refuses late writes."""

        def handle(call: "Call") -> "Outcome":
            self._refuse_late_writes(call)
            return inner(call)

        return handle

    def _refuse_late_writes(self, call: "Call") -> None:
        """Called under the service's lock, so a write is either taken back with its test or refused."""
        if self._open:
            return
        owner = self._threads.left_by()
        if isinstance(owner, Part):
            self._refuse_write(call, owner)

    def _refuse_write(self, call: "Call", owner: Part) -> None:
        from pytest_secretsmanager.engine import model
        from pytest_secretsmanager.engine.errors import LateWrite

        if model.operation(call.operation).reads:
            return
        text = (
            f"{call.operation} was refused: it came between two tests, {owner.place}, so the secrets of {SEEDS} would "
            f"be changed permanently\n{owner.advice}"
        )
        raise self._threads.refuse(LateWrite, text, owner)
