"""Seeds that outlive their planting, since they may be planted again. Meanwhile their values are sealed."""

from dataclasses import replace
from typing import NamedTuple, Self

from pytest_secretsmanager.engine.keys import LockBox
from pytest_secretsmanager.engine.rules.guards import STRING_ERRORS
from pytest_secretsmanager.seeds import NO_VALUE, Seed, value_parameters

__tracebackhide__ = True


class KeptSeed(NamedTuple):
    """A seed whose versions have no values, and these values: the member of a request that holds each, and its seal.

    >>> from pytest_secretsmanager.seed_arguments import seed_of
    >>> kept = KeptSeed.of(seed_of("db", {"password": "hunter2"}))
    >>> kept.opened().versions[0].value
    '{"password": "hunter2"}'
    """

    emptied: Seed
    sealed: tuple[tuple[str, bytes], ...]

    def __repr__(self) -> str:
        return f"<kept {self.emptied}>"

    @classmethod
    def of(cls, seed: Seed) -> Self:
        """Seal the values of a seed. A JSON value is kept as the text that AWS would get."""
        emptied = tuple(replace(version, value=NO_VALUE) for version in seed.versions)
        return cls(seed._replace(versions=emptied), tuple(_sealed(version.value) for version in seed.versions))

    def opened(self) -> Seed:
        """Return the seed with its values, to plant it."""
        versions = zip(self.emptied.versions, self.sealed, strict=True)
        return self.emptied._replace(versions=tuple(replace(one, value=_opened(*seal)) for one, seal in versions))


def _sealed(value: object) -> tuple[str, bytes]:
    ((member, given),) = value_parameters(value).items()
    return member, _BOX.seal(given.encode(errors=STRING_ERRORS) if isinstance(given, str) else given)


def _opened(member: str, seal: bytes) -> str | bytes:
    plain = _BOX.open(seal)
    return plain if member == "SecretBinary" else plain.decode(errors=STRING_ERRORS)


_BOX = LockBox()
