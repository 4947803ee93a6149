"""The default region of a `SecretsManager`, and the seeds that were planted there because they named no region."""

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine.checkpoints import Restore
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.inspection.changes import without_access
from pytest_secretsmanager.managing.kept_seeds import KeptSeed
from pytest_secretsmanager.seeds import Seed
from pytest_secretsmanager.surroundings.default_region import DEFAULT_REGION, REGION_VARIABLE

__tracebackhide__ = True


class _Planted(NamedTuple):
    """A seed that may move, and the secret as planting left it."""

    seed: KeptSeed
    state: Secret


class Home:
    """The region that was given, which stays, or the environment's, which may change while a test is set up.

    It keeps the seeds that named no region once it follows the environment. A seed moves along if its secret is as it
    was planted and no test code has a view of it.
    """

    def __init__(self, given: str | None, regions: Regions) -> None:
        self._regions = regions
        self._is_given = given is not None
        self._follows = False
        self._planted: tuple[dict[SecretKey, _Planted | None], ...] = ({},)
        """In layers, of which each checkpoint begins one. The last one that has a key counts. None: the seed stays."""
        region, what = (PROCESS.environment.region, REGION_VARIABLE) if given is None else (given, "region")
        if region is None:
            region = DEFAULT_REGION
        else:
            regions.require(region, what)
        self.region = region

    def region_now(self) -> str:
        """Return the region, for parts that ask again each time."""
        return self.region

    def follow(self) -> str | None:
        """Return the region to go to, None to stay. From now on, seeds that may move are kept."""
        if self._is_given:
            return None
        self._follows = True
        named = PROCESS.environment.region
        if named is None or named == self.region:
            return None
        self._regions.require(named, REGION_VARIABLE)
        return named

    def note(self, key: SecretKey, seed: Seed, state: Secret | None) -> None:
        """Keep a seed that named no region, since it may move; any other seed stays."""
        if not self._follows or "region" in seed.options or state is None:
            self.keep_in_place(key)
        else:
            self._planted[-1][key] = _Planted(KeptSeed.of(seed), state)

    def keep_in_place(self, key: SecretKey) -> None:
        """Let a seed stay where it is from now on: a fixture has a view of it."""
        if any(key in layer for layer in self._planted):
            self._planted[-1][key] = None

    @contextmanager
    def moved_to(
        self, region: str, look: Callable[[SecretKey], Secret | None], *, with_seeds: bool
    ) -> Iterator[Mapping[SecretKey, Seed]]:
        """Go to another region and yield the seeds that move there; an error of the block undoes that.

        A seed does not replace a secret that exists in that region. A seed that is left behind stays permanently.
        """
        restore = self.checkpoint()
        seeds = {
            key: planted.seed.opened()
            for key, planted in (ChainMap(*reversed(self._planted)).items() if with_seeds else ())
            if planted is not None
            and _is_as_planted(planted, look(key))
            and not _is_another(look(key._replace(region=region)), key)
        }
        self._planted = ({},)
        self.region = region
        try:
            yield seeds
        except BaseException:
            restore()
            raise

    def checkpoint(self) -> Restore:
        """Return a function that restores this region and these seeds. Its time does not grow with their number."""
        region, planted = self.region, self._planted
        self._planted = (*planted, {})

        def restore() -> None:
            self.region, self._planted = region, planted

        return restore


def _is_as_planted(planted: _Planted, state: Secret | None) -> bool:
    """Return whether a secret has only been read since it was planted."""
    return state is not None and without_access(state) == without_access(planted.state)


def _is_another(secret: Secret | None, key: SecretKey) -> bool:
    """Return whether `secret` exists and is no replica of the one under this key: a moving seed would replace it."""
    return secret is not None and secret.primary_region != key.region
