"""The days on which values were read, for a read that has seen an earlier state of its secret."""

from pytest_secretsmanager.engine.state import Secret, Version


def with_accesses_of(newest: Secret, seen: Secret) -> Secret:
    """Return the newest state of a secret with the accesses of an earlier state, and with nothing else of it."""
    versions = {
        version.id: version._replace(accessed=seen.versions[version.id].accessed)
        for version in newest.versions.values()
        if _is_read_later(version, seen.versions.get(version.id))
    }
    accessed = _later(newest.accessed, seen.accessed)
    if not versions and accessed == newest.accessed:
        return newest
    return newest._replace(accessed=accessed, versions={**newest.versions, **versions})


def _is_read_later(newest: Version, seen: Version | None) -> bool:
    """Whether the earlier state has a later access of the same version."""
    if seen is None or seen.number != newest.number:
        return False
    return _later(newest.accessed, seen.accessed) != newest.accessed


def _later(one: float | None, other: float | None) -> float | None:
    return max((time for time in (one, other) if time is not None), default=None)
