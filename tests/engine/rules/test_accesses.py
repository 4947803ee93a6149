"""The accesses that a stale read leaves on the newest state of its secret."""

import pytest

from pytest_secretsmanager.engine.rules.accesses import with_accesses_of
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version

MONDAY, TUESDAY = 86_400.0 * 100, 86_400.0 * 101


def a_version(version_id="v1", number=1, accessed=None):
    return Version(id=version_id, number=number, created=1.0, member="SecretString", sealed=None, accessed=accessed)


def a_secret(*versions, accessed=None, **more):
    held = {version.id: version for version in versions}
    key = SecretKey("us-east-1", "123456789012", "db")
    return Secret(key=key, arn="arn", created=1.0, changed=2.0, versions=held, accessed=accessed, **more)


def test_a_read_of_an_earlier_state_marks_its_version_in_the_newest_state():
    newest = a_secret(a_version(), a_version("v2", 2), labels={"AWSCURRENT": "v2"}, description="new")
    seen = a_secret(a_version(accessed=TUESDAY), accessed=TUESDAY, labels={"AWSCURRENT": "v1"}, description="old")
    marked = with_accesses_of(newest, seen)
    versions = {**newest.versions, "v1": a_version(accessed=TUESDAY)}
    assert marked == newest._replace(accessed=TUESDAY, versions=versions)


UNMARKED = {
    "a version that was deleted": a_version("v0", 0, TUESDAY),
    "another version of the same id": a_version("v1", 7, TUESDAY),
    "an earlier access": a_version(accessed=MONDAY),
    "no access": a_version(),
}


@pytest.mark.parametrize("version", UNMARKED.values(), ids=UNMARKED)
def test_a_version_keeps_its_access_when_the_earlier_state_has_no_later_one(version):
    newest = a_secret(a_version(accessed=TUESDAY), accessed=TUESDAY)
    assert with_accesses_of(newest, a_secret(version, accessed=MONDAY)) is newest


def test_a_secret_that_neither_state_has_read_stays_as_it_is():
    newest = a_secret(a_version())
    assert with_accesses_of(newest, a_secret(a_version())) is newest


def test_the_secret_is_marked_when_its_version_was_deleted_since():
    newest = a_secret(a_version("v2", 2))
    marked = with_accesses_of(newest, a_secret(a_version(accessed=MONDAY), accessed=MONDAY))
    assert marked == newest._replace(accessed=MONDAY)
