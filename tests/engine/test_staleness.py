"""The history of secrets, and the reads that see it: every answer is one real state of the last seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import user_of
from pytest_secretsmanager.engine.staleness import READS, EarlierSecrets, History, Staleness, StaleReads
from pytest_secretsmanager.engine.state import Secret, SecretKey
from pytest_secretsmanager.engine.store import Store

NAMES = ("a", "b", "c")
WINDOW = 10.0


def key_of(name, region="us-east-1"):
    return SecretKey(region, "123456789012", name)


def a_secret(name, number, region="us-east-1"):
    return Secret(key=key_of(name, region), arn=f"{name}-{number}", created=float(number), changed=0.0, number=number)


class Recorded:
    """A store whose changes are recorded, and all its states with the time at which each began."""

    def __init__(self):
        self.store, self.history, self.now = Store(), History(), 1000.0
        self.states = [(0.0, {})]

    def change(self, **secrets):
        changes = {key_of(name): secret for name, secret in secrets.items()}
        self.history.note(changes, self.store, self.now, WINDOW)
        self.store.apply(changes)
        self.states.append((self.now, self.secrets(self.store)))

    def earlier(self, age):
        return EarlierSecrets(self.history.since(self.now - age, self.now), self.store)

    def state_before(self, age):
        return [state for began, state in self.states if began <= self.now - age][-1]

    @staticmethod
    def secrets(secrets):
        return {secret.name: secret for secret in secrets.within("us-east-1", "123456789012")}


changes = st.dictionaries(st.sampled_from(NAMES), st.booleans(), min_size=1)
steps = st.lists(st.tuples(st.sampled_from([0.0, 0.5, 4.0, 20.0]), changes), max_size=12)


@given(steps, st.sampled_from([0.0, 0.5, 3.0, WINDOW]))
def test_a_view_shows_exactly_the_state_of_its_time(steps, age):
    world = Recorded()
    for number, (seconds, changes_) in enumerate(steps):
        world.now += seconds
        world.change(**{name: a_secret(name, number) if is_there else None for name, is_there in changes_.items()})
        view, expected = world.earlier(age), world.state_before(age)
        assert world.secrets(view) == expected
        assert {name: view.get(key_of(name)) for name in NAMES} == {name: expected.get(name) for name in NAMES}


def test_a_view_lists_secrets_in_the_order_of_their_creation():
    world = Recorded()
    world.change(a=a_secret("a", 1), b=a_secret("b", 2), c=a_secret("c", 3))
    world.now += WINDOW
    world.change(b=None)
    assert list(world.secrets(world.earlier(1.0))) == ["a", "b", "c"]


def test_a_view_of_one_region_has_no_secrets_of_another():
    world = Recorded()
    world.store.apply({key_of("a", "eu-west-1"): a_secret("a", 1, "eu-west-1")})
    world.history.note({key_of("a", "eu-west-1"): None}, world.store, world.now, WINDOW)
    world.store.apply({key_of("a", "eu-west-1"): None})
    assert world.secrets(world.earlier(1.0)) == {}


def test_changes_older_than_the_window_are_forgotten():
    world = Recorded()
    world.change(a=a_secret("a", 1))
    world.now += WINDOW
    world.change(b=a_secret("b", 2))
    assert set(world.history.since(0.0, world.now)) == {key_of("b")}


def test_a_clock_that_is_set_back_leaves_no_history():
    world = Recorded()
    world.change(a=a_secret("a", 1))
    world.now -= 1
    assert world.secrets(world.earlier(5.0)) == {"a": a_secret("a", 1)}


def test_a_seeded_secret_has_no_history():
    world = Recorded()
    world.change(a=a_secret("a", 1), b=a_secret("b", 2))
    world.history.forget({key_of("a"): None})
    assert set(world.secrets(world.earlier(1.0))) == {"a"}


def test_a_checkpoint_restores_the_history():
    world = Recorded()
    restore = world.history.checkpoint()
    world.change(a=a_secret("a", 1))
    restore()
    assert world.history.since(0.0, world.now) == {}


# --- which reads -----------------------------------------------------------------------------------------------------


def a_call(operation="GetSecretValue"):
    return Call(operation, {}, "us-east-1", user_of("123456789012", "us-east-1"), 0.0, "request")


def staleness_of(*conditions):
    staleness = Staleness()
    staleness.in_force.extend(conditions)
    return staleness


def stale(chance=1.0, seconds=2.0, random_seed=0, matches=lambda _: True):
    return StaleReads(matches=matches, seconds=seconds, chance=chance, random_seed=random_seed)


@pytest.mark.parametrize("operation", sorted(READS))
def test_each_read_may_be_stale(operation):
    assert staleness_of(stale()).age_for(a_call(operation)) == 2.0


@pytest.mark.parametrize("operation", ["PutSecretValue", "ValidateResourcePolicy", "GetRandomPassword"])
def test_no_other_operation_is_stale(operation):
    assert staleness_of(stale()).age_for(a_call(operation)) == 0.0


def test_a_read_that_does_not_match_sees_the_newest_state_and_is_not_counted():
    condition = stale(matches=lambda _: False)
    assert staleness_of(condition).age_for(a_call()) == 0.0
    assert condition.met == 0


@pytest.mark.parametrize(("chance", "fewest", "most"), [(0.0, 0, 0), (0.3, 200, 400), (1.0, 1000, 1000)])
def test_the_chance_is_the_share_of_stale_reads(chance, fewest, most):
    staleness = staleness_of(stale(chance))
    assert fewest <= sum(staleness.age_for(a_call()) > 0 for _ in range(1000)) <= most


def ages(random_seed):
    staleness = staleness_of(stale(0.5, random_seed=random_seed))
    return [staleness.age_for(a_call()) for _ in range(64)]


def test_the_same_seed_makes_the_same_reads_stale():
    assert ages(1) == ages(1) != ages("one")


def test_the_first_condition_that_chooses_a_read_decides_its_age():
    assert staleness_of(stale(0.0, 1.0), stale(1.0, 2.0), stale(1.0, 3.0)).age_for(a_call()) == 2.0


def test_the_history_reaches_as_far_back_as_the_longest_condition():
    assert staleness_of(stale(seconds=1.0), stale(seconds=3.0)).longest == 3.0
    assert staleness_of().longest == 0.0
