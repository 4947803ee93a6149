"""A secret changes while a helper reads it: the helper shows the state before or after, never a mixture.

The change runs inside a read of the helper, so no test depends on the timing of threads.
"""

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.inspection.assertions import unchanged
from pytest_secretsmanager.inspection.views import frozen_view
from pytest_secretsmanager.inspection.world import World

TOKENS = [f"version-{number}".ljust(32, "-") for number in range(1, 6)]


def delete(client):
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def recreate(client):
    delete(client)
    client.create_secret(Name="db", SecretString="anew", ClientRequestToken=TOKENS[4])


def write_twice(client):
    """Leave both old versions without a label, and prune the older one."""
    for token in TOKENS[2:4]:
        client.put_secret_value(SecretId="db", SecretString=f"of {token}", ClientRequestToken=token)


CHANGES = {"deleted": delete, "recreated": recreate, "written twice": write_twice}

LOOKS = {
    "assert_value that holds": lambda sm: sm.assert_value("db", "two"),
    "assert_value that fails": lambda sm: sm.assert_value("db", "one"),
    "assert_value of an unknown version": lambda sm: sm.assert_value("db", "one", version="AWSPENDING"),
    "assert_labels that holds": lambda sm: sm.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1}),
    "assert_labels that fails": lambda sm: sm.assert_labels("db", {"AWSCURRENT": 2}),
    "assert_label that holds": lambda sm: sm.assert_label("db", "AWSCURRENT", 2),
    "assert_label that fails": lambda sm: sm.assert_label("db", "AWSCURRENT", 1),
    "assert_label of a missing label": lambda sm: sm.assert_label("db", "AWSPENDING", 1),
    "assert_no_label that holds": lambda sm: sm.assert_no_label("db", "AWSPENDING"),
    "assert_no_label that fails": lambda sm: sm.assert_no_label("db", "AWSCURRENT"),
    "assert_history that holds": lambda sm: sm.assert_history("db", ["one", "two"]),
    "assert_history that fails": lambda sm: sm.assert_history("db", ["one"]),
    "assert_nothing_leaked": lambda sm: sm.assert_nothing_leaked("nothing"),
    "the current value": lambda sm: sm.secret("db").value,
    "the previous version": lambda sm: sm.secret("db").previous.id,
    "a version by label": lambda sm: sm.secret("db").version("AWSPREVIOUS").id,
    "a version by id": lambda sm: sm.secret("db").version(TOKENS[1]).number,
    "a version by number": lambda sm: sm.secret("db").version(2).id,
    "the newest version": lambda sm: sm.secret("db").version(-1).id,
    "an unknown version": lambda sm: sm.secret("db").version("AWSPENDING").id,
    "all versions": lambda sm: [version.id for version in sm.secret("db").versions],
    "the names of secrets": lambda sm: sorted(sm.secrets),
    "the secrets with their names": lambda sm: [name for name, _ in sm.secrets.items()],
    "the secrets": lambda sm: [view.name for view in sm.secrets.values()],
    "an unknown secret": lambda sm: sm.secret("nothing"),
}


def outcome(look, sm):
    """Return the result of a helper, or its error."""
    try:
        return look(sm)
    except Exception as error:
        return type(error), str(error)


def seeded():
    """A manager with a version that is old enough to be pruned when two more are written."""
    sm = SecretsManager(version_quota=3)
    sm.seed("other", "another value")
    sm.seed("db", "one")
    sm.clock.advance(days=2)
    return sm


def change_after(number, change, monkeypatch):
    """Run `change` right after read `number` of the secret. Return the growing list of reads."""
    looks = []
    state_of = World.state_of

    def counted(source, key):
        seen = state_of(source, key)
        looks.append(key)
        if len(looks) == number:
            change()
        return seen

    monkeypatch.setattr(World, "state_of", counted)
    return looks


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_helper_shows_the_state_before_or_after_a_concurrent_change(client, look, change):
    for number in range(1, 10):
        with seeded() as sm, pytest.MonkeyPatch.context() as monkeypatch:
            client.put_secret_value(SecretId="db", SecretString="two", ClientRequestToken=TOKENS[1])
            before = outcome(look, sm)
            looks = change_after(number, lambda: change(client), monkeypatch)
            between = outcome(look, sm)
            if len(looks) < number:
                return  # it made fewer reads
            assert between in (before, outcome(look, sm)), f"after {number} looks"
    pytest.fail("this helper looks too often for its test")


def test_assert_unchanged_draws_the_table_of_a_secret_that_is_deleted_meanwhile(secretsmanager, client, monkeypatch):
    """The secret changes inside the block, and is deleted while the failure text is made."""
    secretsmanager.seed("db", "one")
    change_text = unchanged.change_text

    def and_delete(before, after):
        delete(client)
        return change_text(before, after)

    with pytest.raises(AssertionError, match=r"'db' in us-east-1: versions, labels changed.*\n\nsecret 'db'"):  # noqa: PT012, SIM117
        with secretsmanager.assert_unchanged():
            client.put_secret_value(SecretId="db", SecretString="two")
            monkeypatch.setattr(unchanged, "change_text", and_delete)


def test_as_it_is_now_returns_a_view_that_does_not_change(secretsmanager, client):
    secretsmanager.seed("db", "one")
    then = frozen_view(secretsmanager.secret("db"))
    client.put_secret_value(SecretId="db", SecretString="two")
    assert (then.value, then.current.labels) == ("one", ["AWSCURRENT"])
    assert [line.split()[-1] for line in repr(then).splitlines()[1:]] == ["AWSCURRENT", "now"]
    assert then == secretsmanager.secret("db")
    assert frozen_view(secretsmanager.secret(then)).value == "one"
    assert secretsmanager.secret("db").value == "two"


def test_as_it_is_now_returns_a_view_that_outlives_its_secret(secretsmanager, client):
    secretsmanager.seed("db", "one")
    then = frozen_view(secretsmanager.secret("db"))
    delete(client)
    assert then.value == "one"
    assert repr(secretsmanager.secrets) == "<secrets of us-east-1, account 123456789012: none>"
