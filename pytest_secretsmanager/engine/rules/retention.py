"""Which versions go, and when there is no room for another.

DOC: a secret keeps about 100 versions. Outdated ones (those without a label) go when there are more, oldest first, but
none that is younger than 24 hours; so whoever writes more than once in ten minutes, on and on, meets the quota.
"""

from collections.abc import Mapping

from pytest_secretsmanager.engine.errors import LimitExceededException
from pytest_secretsmanager.engine.state import Version

VERSION_QUOTA = 100
SECONDS_PER_DAY = 86_400


def retained(
    versions: Mapping[str, Version], labels: Mapping[str, str], time: float, quota: int = VERSION_QUOTA
) -> Mapping[str, Version]:
    """The versions that stay when there are more than the quota; LimitExceededException when too many have to.

    `versions` are oldest first. Versions go only as far as is needed to keep the quota.
    """
    surplus = len(versions) - quota
    if surplus <= 0:
        return versions
    holders = set(labels.values())
    outdated = [version.id for version in versions.values() if version.id not in holders and is_old(version, time)]
    if len(outdated) < surplus:
        # The code is DOC; the text is a GUESS, since no public source has it.
        raise LimitExceededException(f"You can't have more than {quota} versions of a secret.")
    gone = set(outdated[:surplus])
    return {version_id: version for version_id, version in versions.items() if version_id not in gone}


def is_old(version: Version, time: float) -> bool:
    """Whether a version is old enough to go, once no label holds it.

    >>> is_old(Version(id="v1", number=1, created=0.0, member="SecretString", sealed=None), time=86_400.0)
    True
    """
    return time - version.created >= SECONDS_PER_DAY
