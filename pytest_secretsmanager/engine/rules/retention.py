"""The quota of versions: which versions AWS deletes, and when it refuses another.

DOC: a secret keeps about 100 versions. If it has more, AWS deletes outdated ones (those without a label), oldest first,
but none younger than 24 hours. So a program that keeps writing more than once in ten minutes reaches the quota.
REPORTED: AWS remembers deleted versions, so it can tell their ids from ids that never existed.
"""

from collections.abc import Iterable

from pytest_secretsmanager.engine.errors import LimitExceededException
from pytest_secretsmanager.engine.state import Secret, Version

VERSION_QUOTA = 100
SECONDS_PER_DAY = 86_400
BLOCK, BLOCKS = 50, 20
"""The package remembers a secret's last thousand deleted version ids, since a load test may delete any number.
How many AWS remembers, and for how long, is a GUESS. The ids are in blocks, so that adding one copies few."""


def with_room(secret: Secret, time: float, quota: int = VERSION_QUOTA) -> Secret:
    """The secret without the versions that exceed the quota. Raise LimitExceededException if too many must stay.

    No more versions are deleted than the quota requires. Most writes return at the first comparison.
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
    """The secret after AWS has deleted these versions. It remembers their ids in that order."""
    gone = tuple(ids)
    return secret._replace(
        versions={version_id: version for version_id, version in secret.versions.items() if version_id not in gone},
        deleted_versions=remembered(secret.deleted_versions, gone),
    )


def remembered(blocks: tuple[tuple[str, ...], ...], ids: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The blocks with more ids appended. If there are too many blocks, the oldest one is dropped.

    >>> remembered((("v1",),), ("v2", "v3"))
    (('v1', 'v2', 'v3'),)
    """
    if not blocks or len(blocks[-1]) >= BLOCK:
        return (*blocks, ids)[-BLOCKS:]
    return (*blocks[:-1], blocks[-1] + ids)


def is_old(version: Version, time: float) -> bool:
    """Return whether a version is old enough to be deleted, if it has no label.

    >>> is_old(Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None), time=86_400.0)
    True
    """
    return time - version.created >= SECONDS_PER_DAY
