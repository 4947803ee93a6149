"""The secrets of a whole run: there from before the first import of a conftest file, and anew for each test."""

from collections.abc import Iterator

import pytest

from pytest_secretsmanager.plugin.names import MANAGER, OPTIONS, ROLLBACK, SEEDS
from pytest_secretsmanager.plugin.options import ini_options, ini_problem


class SeededSession:
    """The run-wide manager, shared by all tests; each is rolled back."""

    def __init__(self, config: pytest.Config, file: str) -> None:
        from pytest_secretsmanager.engine.errors import UsageError
        from pytest_secretsmanager.manager import SecretsManager
        from pytest_secretsmanager.seed_files import read_seeds

        directory = config.rootpath if config.inipath is None else config.inipath.parent
        options = ini_options(config)
        if problem := ini_problem(options):
            raise pytest.UsageError(f"the ini option {OPTIONS}_{problem}")
        try:
            self.seeds = read_seeds(directory / file)
            self.manager = SecretsManager(**options)
            for seed in self.seeds:
                self.manager.plant(seed)
        except UsageError as error:
            raise pytest.UsageError(f"{SEEDS}: {error}") from None

    @pytest.fixture(autouse=True, name=ROLLBACK)
    def _rolled_back(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Takes back what a test does to the secrets of the run, and gives it a log of its own."""
        request.node.stash.setdefault(MANAGER, self.manager)  # a test with options has its own there already
        with self.manager.rolled_back(own_log=True):
            yield
