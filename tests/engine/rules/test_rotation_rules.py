"""The state machine of a rotation, one transition at a time: what a secret is after it, and that nothing else moves."""

from datetime import UTC, datetime, timedelta
from math import inf

import pytest

from pytest_secretsmanager.engine.changed import changed
from pytest_secretsmanager.engine.errors import InvalidRequestException, LimitExceededException
from pytest_secretsmanager.engine.rules import rotation as rules
from pytest_secretsmanager.engine.state import (
    RotationAttempt,
    RotationConfiguration,
    RotationRules,
    Secret,
    SecretKey,
    Version,
    Window,
)

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
DAY = 86_400.0
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC).timestamp()
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC).timestamp()
WINDOW = Window(MIDNIGHT - DAY, MIDNIGHT - 1)
"""A window that was computed before any of the transitions."""

NEXT_WINDOW = Window(MIDNIGHT + 30 * DAY, MIDNIGHT + 31 * DAY - 1)
"""The window after a transition at NOW, for every 30 days."""

QUOTA = 100
LAST_OF_ALL = "cron(0 8 1 1 ? *)"
"""A schedule that opens no more windows before the calendar of datetimes ends."""


def a_version(number, age=DAY):
    return Version(id=f"v{number}", number=number, created=NOW - age, member="SecretString", sealed=None)


def a_secret(labels=None, rotation=None, versions=2, **members):
    """A secret with the versions v1, v2, …, of which the last one is current unless labels say otherwise."""
    return Secret(
        key=SecretKey("us-east-1", "123456789012", "db"),
        arn="arn:aws:secretsmanager:us-east-1:123456789012:secret:db-a1B2c3",
        created=0.0,
        changed=1.0,
        versions={f"v{number}": a_version(number) for number in range(1, versions + 1)},
        versions_made=versions,
        labels={CURRENT: f"v{versions}"} if labels is None else labels,
        rotation=rotation,
        **members,
    )


def rotating(token=None, **members):
    """A rotation every 30 days, under way if a token is given."""
    attempt = None if token is None else RotationAttempt(token=token)
    return RotationConfiguration(
        **{"rules": RotationRules(days=30), "window": WINDOW, "attempt": attempt, "last": 2.0, **members}
    )


# --- may a rotation begin? -------------------------------------------------------------------------------------------

COMPLETE = [
    pytest.param({}, id="no labels"),
    pytest.param({CURRENT: "v1"}, id="AWSCURRENT alone"),
    pytest.param({CURRENT: "v2", PREVIOUS: "v1", "blue": "v1"}, id="other labels"),
    pytest.param({CURRENT: "v2", PENDING: "v2"}, id="AWSPENDING on the current version"),
]
INCOMPLETE = [
    pytest.param({CURRENT: "v1", PENDING: "v2"}, id="AWSPENDING on a later version"),
    pytest.param({CURRENT: "v2", PREVIOUS: "v1", PENDING: "v1"}, id="AWSPENDING on the previous version"),
    pytest.param({PENDING: "v2"}, id="AWSPENDING and no current version"),
]


@pytest.mark.parametrize("labels", COMPLETE)
def test_without_a_pending_version_a_rotation_may_begin(labels):
    rules.require_complete(a_secret(labels))


@pytest.mark.parametrize("labels", INCOMPLETE)
def test_with_a_pending_version_none_may_begin(labels):
    with pytest.raises(InvalidRequestException) as caught:
        rules.require_complete(a_secret(labels))
    assert caught.value.message == "A previous rotation isn't complete. That rotation will be reattempted."


@pytest.mark.parametrize("labels", COMPLETE)
def test_while_one_is_running_none_may_begin_wherever_labels_sit(labels):
    with pytest.raises(InvalidRequestException) as caught:
        rules.require_complete(a_secret(labels, rotating("v2")))
    assert caught.value.message == "A previous rotation isn't complete. That rotation will be reattempted."


@pytest.mark.parametrize(
    "rotation",
    [rotating(), rotating(enabled=False), rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW))],
    ids=["over", "off", "to be tried again"],
)
def test_once_the_last_one_has_promoted_its_version_and_runs_no_more_one_may_begin(rotation):
    rules.require_complete(a_secret({CURRENT: "v2", PENDING: "v2"}, rotation))


@pytest.mark.parametrize("labels", COMPLETE)
def test_no_version_is_pending_when_the_last_rotation_is_complete(labels):
    assert rules.pending_token(a_secret(labels)) is None


@pytest.mark.parametrize("labels", INCOMPLETE)
def test_the_pending_version_is_the_one_under_awspending(labels):
    assert rules.pending_token(a_secret(labels)) == labels[PENDING]


@pytest.mark.parametrize("rotation", [rotating("v2"), rotating(enabled=False), None], ids=["under way", "off", "none"])
def test_a_version_is_pending_whatever_the_rotation(rotation):
    assert rules.pending_token(a_secret({CURRENT: "v2", PENDING: "v1"}, rotation)) == "v1"


def test_the_version_of_a_cancelled_rotation_is_not_pending():
    secret = rules.turned_off(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2")))
    assert rules.pending_token(secret) is None
    rules.require_complete(secret)


@pytest.mark.parametrize(
    "later",
    [
        pytest.param({"labels": {CURRENT: "v3", PREVIOUS: "v1", PENDING: "v2"}}, id="another value became current"),
        pytest.param({"rotation": rotating(cancelled="v2")}, id="rotation was turned on again"),
    ],
)
def test_the_version_of_a_cancelled_rotation_stays_in_no_rotations_way(later):
    secret = rules.turned_off(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"), versions=3))
    rules.require_complete(changed(secret, **later))


def test_another_version_is_pending_once_awspending_has_come_to_it():
    cancelled = rules.turned_off(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"), versions=3))
    assert rules.pending_token(changed(cancelled, labels={CURRENT: "v1", PENDING: "v3"})) == "v3"


def test_a_rotation_that_is_turned_off_twice_is_not_pending_either():
    secret = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"))
    assert rules.pending_token(rules.turned_off(rules.turned_off(secret))) is None


def test_a_new_rotation_forgets_the_one_that_was_cancelled():
    cancelled = rules.turned_off(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2")))
    assert rules.announced(cancelled, "new", NOW, QUOTA).rotation.cancelled is None


# --- when is it due? -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rotation", "due"),
    [
        pytest.param(None, None, id="never configured"),
        pytest.param(rotating(window=None), None, id="on request only"),
        pytest.param(rotating(), WINDOW.opens, id="when its window opens"),
        pytest.param(rotating(again=NOW), NOW, id="when the window after the missed one opens"),
        pytest.param(rotating(again=inf), inf, id="no window opens after the missed one"),
        pytest.param(rotating(enabled=False), None, id="turned off"),
        pytest.param(rotating("v2"), None, id="under way"),
        pytest.param(rotating("v2", window=None), None, id="under way on request"),
        pytest.param(rotating(attempt=RotationAttempt(token="v2", retry=NOW)), NOW, id="to be tried again"),
        pytest.param(
            rotating(window=None, attempt=RotationAttempt(token="v2", retry=NOW)), NOW, id="to be tried on request"
        ),
        pytest.param(
            rotating(enabled=False, attempt=RotationAttempt(token="v2", retry=NOW)), None, id="turned off before a try"
        ),
    ],
)
def test_when_a_secret_is_due(rotation, due):
    assert rules.due_at(a_secret(rotation=rotation)) == due


@pytest.mark.parametrize(
    "rotation",
    [rotating(), rotating(attempt=RotationAttempt(token="v2", retry=NOW))],
    ids=["in its window", "to be tried again"],
)
def test_a_secret_that_is_turned_off_is_never_due(rotation):
    assert rules.due_at(rules.turned_off(a_secret(rotation=rotation))) is None


@pytest.mark.parametrize(
    ("rotation", "retry"),
    [
        pytest.param(None, None, id="never configured"),
        pytest.param(rotating(), None, id="none under way"),
        pytest.param(rotating("v2"), None, id="under way"),
        pytest.param(rotating(attempt=RotationAttempt(token="v2", retry=NOW)), NOW, id="failed"),
    ],
)
def test_when_a_failed_rotation_is_tried_again(rotation, retry):
    assert rules.retry_at(a_secret(rotation=rotation)) == retry


# --- announced -------------------------------------------------------------------------------------------------------


def test_an_announced_version_is_there_under_awspending_without_a_value():
    secret = rules.announced(a_secret({CURRENT: "v2", PREVIOUS: "v1"}, rotating()), "new", NOW, QUOTA)
    assert list(secret.versions) == ["v1", "v2", "new"]
    assert secret.versions["new"] == Version(id="new", number=3, created=NOW, member="SecretString", sealed=None)
    assert secret.labels == {CURRENT: "v2", PREVIOUS: "v1", PENDING: "new"}
    assert (secret.versions_made, secret.changed) == (3, NOW)


def test_the_announced_version_is_numbered_by_all_that_were_made():
    secret = rules.announced(changed(a_secret(), versions_made=7), "new", NOW, QUOTA)
    assert (secret.versions["new"].number, secret.versions_made) == (8, 8)


def test_the_rotation_of_an_announced_version_is_under_way_and_else_as_it_was():
    secret = rules.announced(a_secret(rotation=rotating()), "new", NOW, QUOTA)
    assert secret.rotation == rotating("new")


def test_awspending_leaves_the_current_version_for_the_announced_one():
    secret = rules.announced(a_secret({CURRENT: "v2", PENDING: "v2"}), "new", NOW, QUOTA)
    assert secret.labels == {CURRENT: "v2", PENDING: "new"}


def test_the_first_version_of_a_secret_can_be_an_announced_one():
    secret = rules.announced(a_secret({}, versions=0), "new", NOW, QUOTA)
    assert (secret.labels, secret.versions["new"].number) == ({PENDING: "new"}, 1)


def test_a_version_that_is_there_already_is_announced_as_it_is():
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating())
    secret = rules.announced(before, "v2", NOW, QUOTA)
    assert secret == changed(before, rotation=rotating("v2"))


def test_a_rotation_that_is_announced_anew_has_not_failed_yet():
    failed = RotationAttempt(token="v2", failures=3, retry=NOW)
    secret = rules.announced(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating(attempt=failed)), "v2", NOW, QUOTA)
    assert secret.rotation.attempt == RotationAttempt(token="v2")


def test_the_oldest_unlabelled_version_makes_room_for_an_announced_one():
    secret = rules.announced(a_secret(versions=3), "new", NOW, quota=3)
    assert list(secret.versions) == ["v2", "v3", "new"]


def test_without_room_for_another_version_none_is_announced():
    young = {version.id: version for version in (a_version(1, age=1), a_version(2, age=1))}
    with pytest.raises(LimitExceededException) as caught:
        rules.announced(changed(a_secret(), versions=young), "new", NOW, quota=2)
    assert caught.value.message == "You can't have more than 2 versions of a secret."


def full_of_labels(**labels):
    """Twenty labels, these among them."""
    return {**labels, **{f"l{number}": "v1" for number in range(20 - len(labels))}}


def test_without_room_for_another_label_none_is_announced():
    with pytest.raises(LimitExceededException) as caught:
        rules.announced(a_secret(full_of_labels(AWSCURRENT="v2")), "new", NOW, QUOTA)
    assert caught.value.message == "You can't attach more than 20 staging labels to a secret."


def test_awspending_needs_no_room_where_it_is_already():
    secret = rules.announced(a_secret(full_of_labels(AWSCURRENT="v2", AWSPENDING="v2")), "new", NOW, QUOTA)
    assert (secret.labels[PENDING], len(secret.labels)) == ("new", 20)


# --- under way -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "goes_on"),
    [
        pytest.param(a_secret(rotation=rotating("v2")), True, id="under way"),
        pytest.param(None, False, id="the secret is gone"),
        pytest.param(a_secret(), False, id="another secret of that name"),
        pytest.param(a_secret(rotation=rotating()), False, id="over"),
        pytest.param(a_secret(rotation=rotating("v1")), False, id="another rotation"),
        pytest.param(rules.turned_off(a_secret(rotation=rotating("v2"))), False, id="rotation was turned off"),
        pytest.param(
            a_secret(rotation=rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW))),
            True,
            id="to be tried again",
        ),
    ],
)
def test_whether_a_rotation_goes_on(secret, goes_on):
    assert rules.goes_on(secret, "v2") is goes_on


@pytest.mark.parametrize(
    ("labels", "token", "is_current"),
    [
        pytest.param({CURRENT: "v2"}, "v2", True, id="current"),
        pytest.param({CURRENT: "v2", PENDING: "v2"}, "v2", True, id="current and pending"),
        pytest.param({CURRENT: "v1", PENDING: "v2"}, "v2", False, id="pending"),
        pytest.param({}, "v2", False, id="no labels"),
        pytest.param({CURRENT: "v2"}, None, False, id="no rotation"),
        pytest.param({}, None, False, id="no rotation and no labels"),
    ],
)
def test_whether_the_version_of_a_rotation_is_current(labels, token, is_current):
    assert rules.is_current(a_secret(labels), token) is is_current


# --- completed -------------------------------------------------------------------------------------------------------


def test_a_completed_rotation_is_dated_and_waits_for_its_next_window():
    secret = rules.completed(a_secret({CURRENT: "v2"}, rotating("v2")), "v2", NOW)
    assert secret.rotation == rotating(last=NOW, window=NEXT_WINDOW)
    assert secret.changed == NOW


def test_a_completed_rotation_on_request_waits_for_no_window():
    secret = rules.completed(a_secret({CURRENT: "v2"}, rotating("v2", rules=None, window=None)), "v2", NOW)
    assert secret.rotation == rotating(rules=None, window=None, last=NOW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {CURRENT: "v2", PREVIOUS: "v1", PENDING: "v2", "blue": "v2"},
            {CURRENT: "v2", PREVIOUS: "v1", "blue": "v2"},
            id="AWSPENDING goes from the new current version",
        ),
        pytest.param({CURRENT: "v2", PREVIOUS: "v1"}, {CURRENT: "v2", PREVIOUS: "v1"}, id="the function took it away"),
        pytest.param(
            {CURRENT: "v2", PENDING: "v1"}, {CURRENT: "v2", PENDING: "v1"}, id="it stays on any other version"
        ),
    ],
)
def test_labels_after_a_completed_rotation(before, after):
    assert rules.completed(a_secret(before, rotating("v2")), "v2", NOW).labels == after


# --- failed, tried again, given up -----------------------------------------------------------------------------------

DELAYS = [60, 120, 240, 480, 960]


@pytest.mark.parametrize(("failures", "delay"), list(enumerate(DELAYS)))
def test_each_further_try_waits_twice_as_long(failures, delay):
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating(attempt=RotationAttempt(token="v2", failures=failures)))
    secret = rules.failed(before, NOW)
    attempt = RotationAttempt(token="v2", failures=failures + 1, retry=NOW + delay)
    assert secret == changed(before, rotation=rotating(attempt=attempt))


def test_after_the_last_try_a_failed_rotation_is_given_up():
    before = a_secret(
        {CURRENT: "v1", PENDING: "v2"}, rotating(attempt=RotationAttempt(token="v2", failures=len(DELAYS)))
    )
    assert rules.failed(before, NOW) == changed(before, rotation=rotating(again=NEXT_WINDOW.opens))


def test_all_tries_fall_into_the_shortest_window():
    secret, time = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2")), NOW
    while (secret := rules.failed(secret, time)).rotation.attempt is not None:
        time = rules.due_at(secret)
        secret = rules.tried_again(secret)
    assert time - NOW < timedelta(hours=1).total_seconds()


def test_a_failure_of_no_rotation_under_way_waits_for_the_next_window():
    before = a_secret(rotation=rotating())
    assert rules.failed(before, NOW) == changed(before, rotation=rotating(again=NEXT_WINDOW.opens))


def test_a_rotation_that_is_tried_again_is_under_way_and_keeps_count_of_its_failures():
    waiting = RotationAttempt(token="v2", failures=3, retry=NOW)
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating(attempt=waiting))
    secret = rules.tried_again(before)
    assert secret == changed(before, rotation=rotating(attempt=RotationAttempt(token="v2", failures=3)))


@pytest.mark.parametrize("rotation", [None, rotating()], ids=["never configured", "over"])
def test_what_is_not_under_way_is_not_tried_again(rotation):
    secret = a_secret(rotation=rotation)
    assert rules.tried_again(secret) is secret


def test_a_rotation_that_is_given_up_leaves_its_version_pending_and_waits_for_the_next_window():
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"))
    assert rules.given_up(before, NOW) == changed(before, rotation=rotating(again=NEXT_WINDOW.opens))


def test_the_window_that_is_shown_stays_however_often_a_rotation_is_given_up():
    first = rules.given_up(a_secret(rotation=rotating("v2")), NOW)
    later = rules.given_up(first, NEXT_WINDOW.opens + 1)
    assert later.rotation == rotating(again=NEXT_WINDOW.opens + 30 * DAY)


def test_a_rotation_that_is_given_up_after_the_last_window_is_not_tried_again():
    last = datetime(9999, 12, 31, 12, tzinfo=UTC).timestamp()
    secret = rules.given_up(a_secret(rotation=rotating("v2", rules=RotationRules(expression=LAST_OF_ALL))), last)
    assert (secret.rotation.window, rules.due_at(secret)) == (WINDOW, inf)


def test_a_completed_rotation_has_missed_no_window():
    secret = rules.completed(a_secret({CURRENT: "v2"}, rotating("v2", again=NOW)), "v2", NOW)
    assert (secret.rotation.window, secret.rotation.again) == (NEXT_WINDOW, None)


OFF = rotating(enabled=False, window=None)


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        pytest.param(rotating(), OFF, id="none under way"),
        pytest.param(rotating("v2"), OFF, id="under way"),
        pytest.param(rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW)), OFF, id="to be tried again"),
        pytest.param(rotating(again=NOW), OFF, id="to be tried in a later window"),
        pytest.param(OFF, OFF, id="off already"),
    ],
)
def test_what_is_turned_off_keeps_function_rules_and_labels(rotation, expected):
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotation)
    assert rules.turned_off(before) == changed(before, rotation=changed(expected, cancelled="v2"))


def test_what_never_rotated_is_not_turned_off():
    secret = a_secret({CURRENT: "v1", PENDING: "v2"})
    assert rules.turned_off(secret) is secret


# --- what others do to it --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "rotation"),
    [
        pytest.param({CURRENT: "v2"}, None, id="never configured"),
        pytest.param({CURRENT: "v2", PREVIOUS: "v1"}, rotating("v2"), id="the rotation's own version"),
        pytest.param({CURRENT: "v2", PENDING: "v2"}, rotating("v2"), id="the rotation's own version, pending"),
    ],
)
def test_a_new_current_version_that_leaves_a_rotation_as_it_is(labels, rotation):
    secret = a_secret(labels, rotation)
    assert rules.after_new_value(secret, NOW) is secret


def test_another_new_current_version_ends_the_rotation_under_way_and_awspending_goes():
    before = a_secret({CURRENT: "v3", PREVIOUS: "v1", PENDING: "v2"}, rotating("v2"), versions=3)
    secret = rules.after_new_value(before, NOW)
    assert secret == changed(before, labels={CURRENT: "v3", PREVIOUS: "v1"}, rotation=rotating(window=NEXT_WINDOW))


def test_a_new_current_version_restarts_the_count_of_days():
    before = a_secret({CURRENT: "v2", PREVIOUS: "v1"}, rotating())
    assert rules.after_new_value(before, NOW) == changed(before, rotation=rotating(window=NEXT_WINDOW))


def test_awspending_that_no_rotation_under_way_has_placed_stays_after_a_new_current_version():
    before = a_secret({CURRENT: "v2", PENDING: "v1"}, rotating())
    assert rules.after_new_value(before, NOW).labels == {CURRENT: "v2", PENDING: "v1"}


@pytest.mark.parametrize(
    ("labels", "rotation"),
    [
        pytest.param({CURRENT: "v1"}, None, id="never configured"),
        pytest.param({CURRENT: "v1"}, rotating(), id="none under way"),
        pytest.param({CURRENT: "v1", PENDING: "v2"}, rotating("v2"), id="its version is pending"),
        pytest.param({CURRENT: "v1", "blue": "v2"}, rotating("v2"), id="its version has another label"),
        pytest.param({CURRENT: "v2", PREVIOUS: "v1"}, rotating("v2"), id="its version is current"),
    ],
)
def test_labels_that_leave_a_rotation_as_it_is(labels, rotation):
    secret = a_secret(labels, rotation)
    assert rules.after_labels_moved(secret, NOW) is secret


@pytest.mark.parametrize("labels", [{CURRENT: "v1"}, {CURRENT: "v1", PENDING: "v1"}], ids=["gone", "elsewhere"])
def test_a_rotation_whose_version_has_no_label_left_is_over(labels):
    before = a_secret(labels, rotating("v2"))
    assert rules.after_labels_moved(before, NOW) == changed(before, rotation=rotating(again=NEXT_WINDOW.opens))


@pytest.mark.parametrize(
    ("before", "after", "token"),
    [
        pytest.param(rotating("v2"), rotating(), "v2", id="under way and then not"),
        pytest.param(rotating("v2"), None, "v2", id="under way and then nothing configured"),
        pytest.param(rotating("v2"), rotating("v2"), None, id="still under way"),
        pytest.param(
            rotating("v2"), rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW)), None, id="failed"
        ),
        pytest.param(rotating(), rotating(), None, id="none under way"),
        pytest.param(rotating(), rotating("v2"), None, id="only just begun"),
        pytest.param(None, None, None, id="never configured"),
    ],
)
def test_which_rotation_a_change_has_ended(before, after, token):
    assert rules.abandoned_token(a_secret(rotation=before), a_secret(rotation=after)) == token


# --- trials ----------------------------------------------------------------------------------------------------------


def test_a_trial_leaves_nothing_but_the_id_of_the_version_that_is_deleted():
    before = a_secret({CURRENT: "v2", PREVIOUS: "v1"}, rotating())
    tried = rules.with_trial(before, "trial", NOW)
    assert (tried.labels[PENDING], tried.rotation) == ("trial", before.rotation)
    assert rules.without_trial(tried, "trial") == changed(before, deleted_versions=(("trial",),))


def test_the_version_of_a_trial_that_was_made_current_stays():
    tried = changed(
        rules.with_trial(a_secret({CURRENT: "v2"}, rotating()), "trial", NOW),
        labels={PREVIOUS: "v2", PENDING: "trial", CURRENT: "trial"},
    )
    after = rules.without_trial(tried, "trial")
    assert (after.labels, "trial" in after.versions) == ({PREVIOUS: "v2", CURRENT: "trial"}, True)


def test_a_window_that_has_yet_to_open_stays_when_a_rotation_is_given_up():
    later = Window(NOW + 1, NOW + 2)
    under_way = rotating(window=later, attempt=RotationAttempt(token="v2"))
    assert rules.given_up(a_secret(rotation=under_way), NOW).rotation.window == later


def test_no_window_opens_for_a_rotation_that_is_turned_off():
    off = rotating(enabled=False, window=None)
    assert rules.after_new_value(a_secret(rotation=off), NOW).rotation.window is None


def test_labels_that_came_to_the_version_of_a_trial_go_with_it():
    tried = changed(
        rules.with_trial(a_secret(rotation=rotating()), "trial", NOW),
        labels={CURRENT: "v2", "blue": "trial", PENDING: "trial", "green": "v1"},
    )
    assert rules.without_trial(tried, "trial").labels == {CURRENT: "v2", "green": "v1"}


def test_the_number_of_a_trial_is_not_given_again_once_a_later_version_is_there():
    tried = rules.with_trial(a_secret(rotation=rotating()), "trial", NOW)
    later = changed(tried, versions={**tried.versions, "v4": a_version(4)}, versions_made=4)
    secret = rules.without_trial(later, "trial")
    assert (list(secret.versions), secret.versions_made) == (["v1", "v2", "v4"], 4)


def test_without_the_version_of_a_trial_there_is_nothing_to_take_back():
    secret = a_secret(rotation=rotating())
    assert rules.without_trial(secret, "trial") is secret


# --- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "transition",
    [
        pytest.param(lambda secret: rules.announced(secret, "new", NOW, quota=2), id="announced"),
        pytest.param(lambda secret: rules.completed(secret, "v2", NOW), id="completed"),
        pytest.param(lambda secret: rules.failed(secret, NOW), id="failed"),
        pytest.param(rules.tried_again, id="tried again"),
        pytest.param(lambda secret: rules.given_up(secret, NOW), id="given up"),
        pytest.param(rules.turned_off, id="turned off"),
        pytest.param(lambda secret: rules.after_new_value(secret, NOW), id="after a new value"),
        pytest.param(lambda secret: rules.after_labels_moved(changed(secret, labels={}), NOW), id="after labels moved"),
        pytest.param(lambda secret: rules.without_trial(secret, "v2"), id="without trial"),
    ],
)
def test_no_transition_changes_a_secret_in_place(transition):
    labels, versions = {CURRENT: "v3", PENDING: "v2"}, 3
    secret = a_secret(labels, rotating("v2"), versions)
    transition(secret)
    assert secret == a_secret({CURRENT: "v3", PENDING: "v2"}, rotating("v2"), 3)
