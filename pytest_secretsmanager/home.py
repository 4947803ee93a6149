"""The region where a `SecretsManager` looks when nothing else is said, and what was seeded there for that reason."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pytest_secretsmanager.doors import environment
from pytest_secretsmanager.engine.marks import GoBack, mark
from pytest_secretsmanager.engine.regions import require_region
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.seeds import Seed

__tracebackhide__ = True

VARIABLE = "AWS_DEFAULT_REGION"


class Home:
    """A region that was given, and stays; or else the environment's, which may still change while a scene is set.

    It keeps the seeds that named no region only once it follows: they hold values in plain.
    """

    def __init__(self, given: str | None) -> None:
        self._is_given = given is not None
        self._follows = False
        self._seeds: dict[SecretKey, Seed] = {}
        region, what = (environment.region_named(), VARIABLE) if given is None else (given, "region")
        if region is None:
            region = environment.DEFAULT_REGION
        else:
            require_region(region, what)
        self.region = region

    def now(self) -> str:
        """The region, for parts that ask anew each time."""
        return self.region

    def follow(self) -> str | None:
        """The region to go to, None to stay; from now on it notes what is seeded."""
        if self._is_given:
            return None
        self._follows = True
        named = environment.region_named()
        if named is None or named == self.region:
            return None
        require_region(named, VARIABLE)
        return named

    def note(self, key: SecretKey, seed: Seed) -> None:
        """What was seeded here without a region goes along from now on; what names its region does not."""
        if not self._follows or "region" in seed.options:
            self._seeds.pop(key, None)
        else:
            self._seeds[key] = seed

    @contextmanager
    def moved_to(self, region: str) -> Iterator[Mapping[SecretKey, Seed]]:
        """Goes to another region, and gives what has to be taken there; stays where it was when the block raises."""
        go_back, seeds = self.mark(), dict(self._seeds)
        self._seeds.clear()
        self.region = region
        try:
            yield seeds
        except BaseException:
            go_back()
            raise

    def mark(self) -> GoBack:
        """A point to go back to."""
        region, seeds_as_they_were = self.region, mark(self._seeds)

        def go_back() -> None:
            self.region = region
            seeds_as_they_were()

        return go_back
