"""Which versions go, and when there is no room for another.

DOC: a secret keeps about 100 versions. Outdated ones (those without a label) go when there are more, oldest first, but
none that is younger than 24 hours; so whoever writes more than once in ten minutes, on and on, meets the quota.
REPORTED: AWS remembers that a version was deleted, so its id is not taken for one that never was.
"""

from collections.abc import Iterable

from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.errors import LimitExceededException
from pytest_secretsmanager.engine.state import Secret, Version

VERSION_QUOTA = 100
SECONDS_PER_DAY = 86_400
BLOCK, BLOCKS = 50, 20
"""How many deleted versions of a secret are told from ones that never were: the last thousand. How many AWS does, and
for how long, is a GUESS: a load test may delete versions without an end. In blocks, so that one more copies few."""


def with_room(secret: Secret, time: float, quota: int = VERSION_QUOTA) -> Secret:
    """The secret without the versions that have to go; LimitExceededException when too many have to stay.

    Versions go only as far as is needed to keep the quota. Most writes end at the first comparison.
    """
    surplus = len(secret.versions) - quota
    if surplus <= 0:
        return secret
    holders = set(secret.labels.values())
    versions = secret.versions.values()
    outdated = [version.id for version in versions if version.id not in holders and is_old(version, time)]
    if len(outdated) < surplus:
        # The code is DOC; the text is a GUESS, since no public source has it.
        raise LimitExceededException(f"You can't have more than {quota} versions of a secret.")
    return without(secret, outdated[:surplus])


def without(secret: Secret, ids: Iterable[str]) -> Secret:
    """The secret once AWS has deleted these of its versions, and remembers them in that order."""
    gone = tuple(ids)
    return changed(
        secret,
        versions={version_id: version for version_id, version in secret.versions.items() if version_id not in gone},
        deleted_versions=remembered(secret.deleted_versions, gone),
    )


def remembered(blocks: tuple[tuple[str, ...], ...], ids: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The blocks with more ids behind; when they are too many, the oldest block goes.

    >>> remembered((("v1",),), ("v2", "v3"))
    (('v1', 'v2', 'v3'),)
    """
    if not blocks or len(blocks[-1]) >= BLOCK:
        return (*blocks, ids)[-BLOCKS:]
    return (*blocks[:-1], blocks[-1] + ids)


def is_old(version: Version, time: float) -> bool:
    """Whether a version is old enough to go, once no label holds it.

    >>> is_old(Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None), time=86_400.0)
    True
    """
    return time - version.created >= SECONDS_PER_DAY
