"""Staging labels: the traces recorded on AWS, each rule, and the invariants after any calls."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pytest_secretsmanager.engine.errors import InvalidParameterException, LimitExceededException, ServiceError
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.labels import Move

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"

# --- the traces of labels that were recorded on AWS, through a client ------------------------------------------------


def put(number, *stages):
    """A step that puts a version, with or without labels."""
    return ("put", number, stages)


def update(number):
    """A step that updates the secret's value."""
    return ("update", number, ())


def stage(label, source=None, target=None):
    """A step that moves a label."""
    return ("stage", label, (source, target))


TRACES = {
    "current_previous": [
        (update(2), {1: [PREVIOUS], 2: [CURRENT]}),
    ],
    "current_pending": [
        (put(2, PENDING), {1: [CURRENT], 2: [PENDING]}),
        (stage(CURRENT, 1, 2), {1: [PREVIOUS], 2: [CURRENT, PENDING]}),
        (put(3), {2: [PREVIOUS], 3: [CURRENT]}),
    ],
    "current_pending_cycle": [
        (put(2, PENDING), {1: [CURRENT], 2: [PENDING]}),
        (stage(CURRENT, 1, 2), {1: [PREVIOUS], 2: [CURRENT, PENDING]}),
        (put(3, PENDING), {1: [PREVIOUS], 2: [CURRENT], 3: [PENDING]}),
        (stage(CURRENT, 2, 3), {2: [PREVIOUS], 3: [CURRENT, PENDING]}),
    ],
    "current_pending_cycle_custom_stages_1": [
        (put(2, PENDING, "AWSSOMETHING", "PUT1"), {1: [CURRENT], 2: [PENDING, "AWSSOMETHING", "PUT1"]}),
        (stage(CURRENT, 1, 2), {1: [PREVIOUS], 2: [CURRENT, PENDING, "AWSSOMETHING", "PUT1"]}),
        (
            put(3, PENDING, "PUT2"),
            {1: [PREVIOUS], 2: [CURRENT, "AWSSOMETHING", "PUT1"], 3: [PENDING, "PUT2"]},
        ),
        (stage(CURRENT, 2, 3), {2: [PREVIOUS, "AWSSOMETHING", "PUT1"], 3: [CURRENT, PENDING, "PUT2"]}),
    ],
    "current_pending_cycle_custom_stages_2": [
        (put(2, CURRENT, "PUT0"), {1: [PREVIOUS], 2: [CURRENT, "PUT0"]}),
        (put(3, PENDING, "PUT1"), {1: [PREVIOUS], 2: [CURRENT, "PUT0"], 3: [PENDING, "PUT1"]}),
        (stage(CURRENT, 2, 3), {2: [PREVIOUS, "PUT0"], 3: [CURRENT, PENDING, "PUT1"]}),
        (put(4, PENDING, "PUT2"), {2: [PREVIOUS, "PUT0"], 3: [CURRENT, "PUT1"], 4: [PENDING, "PUT2"]}),
        (stage(CURRENT, 3, 4), {2: ["PUT0"], 3: [PREVIOUS, "PUT1"], 4: [CURRENT, PENDING, "PUT2"]}),
    ],
    "current_pending_cycle_custom_stages_3": [
        (put(2, CURRENT, "PENDING"), {1: [PREVIOUS], 2: [CURRENT, "PENDING"]}),
        (stage("PENDING", source=2), {1: [PREVIOUS], 2: [CURRENT]}),
    ],
    "non_versioning_replacement": [
        (put(2, "one", "two", "three"), {1: [CURRENT], 2: ["one", "two", "three"]}),
        (put(3, "one", "two", "three", "four"), {1: [CURRENT], 3: ["one", "two", "three", "four"]}),
    ],
    "non_versioning_no_replacement": [
        (put(2, "one", "two", "three"), {1: [CURRENT], 2: ["one", "two", "three"]}),
        (put(3, "one", "two", "four"), {1: [CURRENT], 2: ["three"], 3: ["one", "two", "four"]}),
    ],
    "deprecated": [
        (put(2), {1: [PREVIOUS], 2: [CURRENT]}),
        (put(3), {2: [PREVIOUS], 3: [CURRENT]}),
        (put(4), {3: [PREVIOUS], 4: [CURRENT]}),
    ],
}


def version_id(number):
    return f"version-{number}".ljust(32, "-")


def play(client, step):
    kind, what, extra = step
    if kind == "stage":
        ends = dict(zip(("RemoveFromVersionId", "MoveToVersionId"), extra, strict=True))
        given_ends = {end: version_id(number) for end, number in ends.items() if number is not None}
        client.update_secret_version_stage(SecretId="db", VersionStage=what, **given_ends)
        return
    method = client.put_secret_value if kind == "put" else client.update_secret
    stages = {"VersionStages": list(extra)} if extra else {}
    method(SecretId="db", SecretString=f"value {what}", ClientRequestToken=version_id(what), **stages)


@pytest.mark.parametrize("trace", TRACES)
def test_labels_move_as_recorded_on_aws(client, trace):
    client.create_secret(Name="db", SecretString="value 1", ClientRequestToken=version_id(1))
    for step, expected in TRACES[trace]:
        play(client, step)
        shown = client.describe_secret(SecretId="db")["VersionIdsToStages"]
        assert {key: sorted(stages) for key, stages in shown.items()} == {
            version_id(number): sorted(stages) for number, stages in expected.items()
        }, f"after {step}"


@pytest.mark.parametrize("trace", TRACES)
def test_list_secret_version_ids_shows_the_same_labels_as_describe_secret(client, trace):
    client.create_secret(Name="db", SecretString="value 1", ClientRequestToken=version_id(1))
    for step, _ in TRACES[trace]:
        play(client, step)
    listed = client.list_secret_version_ids(SecretId="db")["Versions"]
    described = client.describe_secret(SecretId="db")["VersionIdsToStages"]
    assert {entry["VersionId"]: entry["VersionStages"] for entry in listed} == described


# --- each rule -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "requested", "after"),
    [
        pytest.param({}, None, {CURRENT: "v9"}, id="the first version becomes current"),
        pytest.param({}, ["blue"], {"blue": "v9", CURRENT: "v9"}, id="the first version becomes current as well"),
        pytest.param({}, [CURRENT, "blue"], {CURRENT: "v9", "blue": "v9"}, id="a requested AWSCURRENT is placed once"),
        pytest.param(
            {PENDING: "v9"},
            [PENDING],
            {PENDING: "v9", CURRENT: "v9"},
            id="an announced version becomes current as well",
        ),
        pytest.param(
            {CURRENT: "v1"},
            ["blue"],
            {CURRENT: "v1", "blue": "v9"},
            id="a later version with a label does not become current",
        ),
        pytest.param(
            {CURRENT: "v2", PREVIOUS: "v1"}, None, {CURRENT: "v9", PREVIOUS: "v2"}, id="AWSPREVIOUS follows AWSCURRENT"
        ),
        pytest.param(
            {CURRENT: "v2", PREVIOUS: "v1", "blue": "v2"},
            None,
            {CURRENT: "v9", PREVIOUS: "v2", "blue": "v2"},
            id="a custom label stays on the version that was current",
        ),
        pytest.param(
            {CURRENT: "v2", PENDING: "v2"},
            None,
            {CURRENT: "v9", PREVIOUS: "v2"},
            id="AWSPENDING leaves the version that was current",
        ),
        pytest.param(
            {CURRENT: "v2", PENDING: "v3"},
            None,
            {CURRENT: "v9", PREVIOUS: "v2", PENDING: "v3"},
            id="AWSPENDING on another version stays",
        ),
        pytest.param(
            {CURRENT: "v2", PENDING: "v2"},
            ["blue"],
            {CURRENT: "v2", PENDING: "v2", "blue": "v9"},
            id="AWSPENDING stays on the current version",
        ),
        pytest.param(
            {CURRENT: "v2", PENDING: "v2"},
            [CURRENT, PENDING],
            {CURRENT: "v9", PREVIOUS: "v2", PENDING: "v9"},
            id="AWSPENDING moves on request",
        ),
        pytest.param(
            {CURRENT: "v2", "blue": "v1"},
            ["blue"],
            {CURRENT: "v2", "blue": "v9"},
            id="a custom label moves without AWSPREVIOUS",
        ),
        pytest.param({}, None, {CURRENT: "v9"}, id="the first version gets no AWSPREVIOUS"),
        pytest.param(
            {CURRENT: "v2", PREVIOUS: "v1"},
            [PREVIOUS],
            {CURRENT: "v2", PREVIOUS: "v9"},
            id="AWSPREVIOUS moves on request",
        ),
    ],
)
def test_a_new_version_moves_labels(before, requested, after):
    assert labels.after_new_version(before, "v9", requested) == after


def test_unmoved_labels_keep_their_order_before_moved_ones():
    after = labels.after_new_version({"a": "v1", "b": "v1", CURRENT: "v1"}, "v2", ["a"])
    assert list(after) == ["b", CURRENT, "a"]


def test_a_label_that_is_put_where_it_is_keeps_its_place():
    placed = {"a": "v1", "b": "v1"}
    assert list(labels.with_label(placed, "a", "v1")) == ["a", "b"]
    assert list(labels.with_label(placed, "a", "v2")) == ["b", "a"]


def test_the_current_version_that_becomes_current_again_changes_nothing():
    placed = {CURRENT: "v2", PREVIOUS: "v1"}
    assert list(labels.make_current(placed, "v2").items()) == list(placed.items())
    assert labels.after_update_stage(placed, CURRENT, "v2", "v2") == placed


def test_no_rule_changes_a_placement_in_place():
    before = {CURRENT: "v2", PREVIOUS: "v1", PENDING: "v2"}
    kept = dict(before)
    labels.after_new_version(before, "v3", ["blue", CURRENT])
    labels.after_update_stage(before, CURRENT, "v2", "v1")
    labels.after_update_stage(before, PENDING, "v2", None)
    labels.after_update_stage(before, "blue", None, "v1")
    assert before == kept


NOT_THE_HOLDER = (
    "When you move staging label {0}, if you specify RemoveFromVersionId, it must be set to the version that currently "
    "has the staging label {0}."
)


def not_empty(label):
    return (
        f"The parameter RemoveFromVersionId can't be empty. Staging label {label} is currently attached to version v1, "
        "so you must explicitly reference that version in RemoveFromVersionId."
    )


@pytest.mark.parametrize(
    ("label", "remove_from", "move_to", "text"),
    [
        (CURRENT, None, "v2", not_empty(CURRENT)),
        ("blue", None, "v2", not_empty("blue")),
        ("blue", None, None, not_empty("blue")),
        (
            CURRENT,
            "v1",
            None,
            "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.",
        ),
        (CURRENT, "v2", "v3", NOT_THE_HOLDER.format(CURRENT)),
        ("green", "v1", "v2", NOT_THE_HOLDER.format("green")),
        ("blue", "v2", None, "Staging label blue isn't currently attached to version v2."),
        ("green", "v1", None, "Staging label green isn't currently attached to version v1."),
    ],
)
def test_update_stage_refuses_a_move(label, remove_from, move_to, text):
    with pytest.raises(InvalidParameterException) as caught:
        labels.after_update_stage({CURRENT: "v1", "blue": "v1"}, label, remove_from, move_to)
    assert caught.value.message == text


@pytest.mark.parametrize(
    ("before", "after", "moved"),
    [
        pytest.param({}, {}, [], id="no labels"),
        pytest.param({CURRENT: "v1"}, {CURRENT: "v1"}, [], id="a label that stays"),
        pytest.param({}, {CURRENT: "v1"}, [Move(CURRENT, None, "v1")], id="a label that is placed"),
        pytest.param({"blue": "v1"}, {}, [Move("blue", "v1", None)], id="a label that is taken away"),
        pytest.param(
            {CURRENT: "v1", "blue": "v1"},
            {"blue": "v1", PREVIOUS: "v1", CURRENT: "v2"},
            [Move(CURRENT, "v1", "v2"), Move(PREVIOUS, None, "v1")],
            id="two labels, and one that stays",
        ),
    ],
)
def test_moves_lists_the_changes_between_two_placements(before, after, moved):
    assert sorted(labels.moves(before, after)) == moved


LABEL = st.sampled_from([CURRENT, PREVIOUS, PENDING, "blue", "green"])
PLACEMENTS = st.dictionaries(LABEL, st.sampled_from(["v1", "v2", "v3"]))


@given(before=PLACEMENTS, after=PLACEMENTS)
def test_moves_lead_from_any_placement_to_any_other(before, after):
    placed = dict(before)
    for label, source, target in labels.moves(before, after):
        assert placed.pop(label, None) == source
        if target is not None:
            placed[label] = target
    assert placed == after


def test_require_room_takes_20_labels():
    placed = {f"l{number}": "v1" for number in range(20)}
    labels.require_room(placed)
    with pytest.raises(LimitExceededException) as caught:
        labels.require_room({**placed, "l20": "v1"})
    assert caught.value.message == "You can't attach more than 20 staging labels to a secret."


# --- invariants after any calls ------------------------------------------------------------------------------------

NUMBERS = st.integers(1, 6)


class Placing(RuleBasedStateMachine):
    """Any calls that place labels, on one secret. Only the machine below requests AWSPREVIOUS."""

    asked = (CURRENT, PENDING, "blue", "green")

    def __init__(self, new_world):
        super().__init__()
        self.world = new_world()

    def described(self):
        return self.world.call("DescribeSecret", SecretId="db").get("VersionIdsToStages", {})

    def holder(self, label):
        holders = [version for version, stages in self.described().items() if label in stages]
        assert len(holders) <= 1
        return holders[0] if holders else None

    def attempt(self, operation, **parameters):
        """Whether AWS takes the call. A refused call must have changed nothing."""
        before = self.world.service.secrets()
        try:
            self.world.call(operation, SecretId="db", **parameters)
        except ServiceError:
            assert self.world.service.secrets() == before
            return False
        return True

    @initialize(value=st.booleans())
    def create(self, value):
        first = {"SecretString": "value 1"} if value else {}
        self.world.call("CreateSecret", Name="db", ClientRequestToken=version_id(1), **first)

    @rule(number=NUMBERS, picks=st.lists(st.integers(0, 3), max_size=3))
    def put(self, number, picks):
        stages = [self.asked[pick] for pick in picks]
        known = version_id(number) in self.world.state("db").versions
        before, current = self.described(), self.holder(CURRENT)
        request = {"VersionStages": stages} if stages else {}
        token = version_id(number)
        taken = self.attempt("PutSecretValue", ClientRequestToken=token, SecretString=f"value {number}", **request)
        assert taken
        if known:
            assert self.described() == before
            return
        for label in stages:
            assert self.holder(label) == token or (label == PREVIOUS and CURRENT in stages)
        becomes_current = not stages or CURRENT in stages or current is None
        assert self.holder(CURRENT) == (token if becomes_current else current)
        if becomes_current and current is not None:
            assert self.holder(PREVIOUS) == current

    @rule(number=NUMBERS)
    def put_another_value(self, number):
        if version_id(number) in self.world.state("db").versions:
            assert not self.attempt("PutSecretValue", ClientRequestToken=version_id(number), SecretString="another")

    @rule(number=NUMBERS)
    def update(self, number):
        new = version_id(number) not in self.world.state("db").versions
        before = self.holder(CURRENT)
        assert self.attempt("UpdateSecret", ClientRequestToken=version_id(number), SecretString=f"value {number}")
        if new:
            assert self.holder(CURRENT) == version_id(number)
            assert before is None or self.holder(PREVIOUS) == before

    @rule(pick=st.integers(0, 3), old=st.none() | NUMBERS, new=st.none() | NUMBERS, honest=st.booleans())
    def move(self, pick, old, new, honest):
        label = self.asked[pick]
        ends = {
            "RemoveFromVersionId": self.holder(label) if honest else old and version_id(old),
            "MoveToVersionId": new and version_id(new),
        }
        before = self.described()
        request = {end: version for end, version in ends.items() if version is not None}
        if not self.attempt("UpdateSecretVersionStage", VersionStage=label, **request):
            return
        assert self.holder(label) == ends["MoveToVersionId"]
        may_move = {label, PREVIOUS} if label == CURRENT else {label}
        assert without(self.described(), may_move) == without(before, may_move)

    @invariant()
    def a_label_is_on_one_version_at_most(self):
        placed = [label for stages in self.described().values() for label in stages]
        assert len(placed) == len(set(placed))

    @invariant()
    def labels_are_on_existing_versions(self):
        assert self.described().keys() <= self.world.state("db").versions.keys()

    @invariant()
    def a_secret_with_a_value_has_a_current_version(self):
        assert (self.holder(CURRENT) is not None) == bool(self.world.state("db").versions)

    @invariant()
    def the_previous_version_is_another_than_the_current_one(self):
        assert PREVIOUS in self.asked or self.holder(PREVIOUS) is None or self.holder(PREVIOUS) != self.holder(CURRENT)


class PlacingPrevious(Placing):
    """The same, with AWSPREVIOUS among the requested labels."""

    asked = (CURRENT, PREVIOUS, PENDING, "blue")


def without(stages_by_version, left_out):
    kept = {version: sorted(set(stages) - left_out) for version, stages in stages_by_version.items()}
    return {version: stages for version, stages in kept.items() if stages}


@pytest.mark.parametrize("machine", [Placing, PlacingPrevious])
def test_the_rules_of_labels_hold_after_any_calls(new_world, machine):
    run_state_machine_as_test(lambda: machine(new_world), settings=settings(max_examples=60, stateful_step_count=20))
