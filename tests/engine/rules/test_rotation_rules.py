"""The state machine of a rotation: the secret after each transition, compared as a whole."""

from datetime import UTC, datetime, timedelta
from math import inf

import pytest

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
"""A window computed before any transition."""

NEXT_WINDOW = Window(MIDNIGHT + 30 * DAY, MIDNIGHT + 31 * DAY - 1)
"""The window after a transition at NOW, for every 30 days."""

QUOTA = 100
LAST_OF_ALL = "cron(0 8 1 1 ? *)"
"""A schedule whose next window lies after the last datetime of Python."""


def a_version(number, age=DAY):
    return Version(id=f"v{number}", number=number, created=NOW - age, member="SecretString", sealed=None)


def a_secret(labels=None, rotation=None, versions=2, **members):
    """A secret with the versions v1, v2, …; the last one is current unless labels are given."""
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
    """A rotation every 30 days, running if a token is given."""
    attempt = None if token is None else RotationAttempt(token=token)
    return RotationConfiguration(
        **{"rules": RotationRules(days=30), "window": WINDOW, "attempt": attempt, "last": 2.0, **members}
    )


# --- whether a rotation may begin ------------------------------------------------------------------------------------

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
def test_require_complete_passes_a_secret_without_a_pending_version(labels):
    rules.require_complete(a_secret(labels))


@pytest.mark.parametrize("labels", INCOMPLETE)
def test_require_complete_refuses_a_secret_with_a_pending_version(labels):
    with pytest.raises(InvalidRequestException) as caught:
        rules.require_complete(a_secret(labels))
    assert caught.value.message == "A previous rotation isn't complete. That rotation will be reattempted."


@pytest.mark.parametrize("labels", COMPLETE)
def test_require_complete_refuses_a_running_rotation_with_any_labels(labels):
    with pytest.raises(InvalidRequestException) as caught:
        rules.require_complete(a_secret(labels, rotating("v2")))
    assert caught.value.message == "A previous rotation isn't complete. That rotation will be reattempted."


@pytest.mark.parametrize(
    "rotation",
    [rotating(), rotating(enabled=False), rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW))],
    ids=["ended", "turned off", "waiting for a retry"],
)
def test_require_complete_passes_a_rotation_that_promoted_its_version(rotation):
    rules.require_complete(a_secret({CURRENT: "v2", PENDING: "v2"}, rotation))


@pytest.mark.parametrize("labels", COMPLETE)
def test_pending_token_is_none_when_the_last_rotation_is_complete(labels):
    assert rules.pending_token(a_secret(labels)) is None


@pytest.mark.parametrize("labels", INCOMPLETE)
def test_pending_token_is_the_version_under_awspending(labels):
    assert rules.pending_token(a_secret(labels)) == labels[PENDING]


@pytest.mark.parametrize(
    "rotation", [rotating("v2"), rotating(enabled=False), None], ids=["running", "turned off", "never configured"]
)
def test_pending_token_does_not_depend_on_the_state_of_the_rotation(rotation):
    assert rules.pending_token(a_secret({CURRENT: "v2", PENDING: "v1"}, rotation)) == "v1"


def test_pending_token_ignores_the_version_of_a_cancelled_rotation():
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
def test_the_version_of_a_cancelled_rotation_blocks_no_later_rotation(later):
    secret = rules.turned_off(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"), versions=3))
    rules.require_complete(secret._replace(**later))


def test_pending_token_is_another_version_that_got_awspending_after_a_cancellation():
    cancelled = rules.turned_off(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"), versions=3))
    assert rules.pending_token(cancelled._replace(labels={CURRENT: "v1", PENDING: "v3"})) == "v3"


def test_pending_token_ignores_the_version_of_a_rotation_turned_off_twice():
    secret = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"))
    assert rules.pending_token(rules.turned_off(rules.turned_off(secret))) is None


def test_announced_forgets_the_cancelled_rotation():
    cancelled = rules.turned_off(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2")))
    assert rules.announced(cancelled, "new", NOW, QUOTA).rotation.cancelled is None


# --- due times -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rotation", "due"),
    [
        pytest.param(None, None, id="never configured"),
        pytest.param(rotating(window=None), None, id="on request only"),
        pytest.param(rotating(), WINDOW.opens, id="window opens"),
        pytest.param(rotating(again=NOW), NOW, id="window after a missed one opens"),
        pytest.param(rotating(again=inf), inf, id="no window after a missed one"),
        pytest.param(rotating(enabled=False), None, id="turned off"),
        pytest.param(rotating("v2"), None, id="running"),
        pytest.param(rotating("v2", window=None), None, id="running on request"),
        pytest.param(rotating(attempt=RotationAttempt(token="v2", retry=NOW)), NOW, id="waiting for a retry"),
        pytest.param(
            rotating(window=None, attempt=RotationAttempt(token="v2", retry=NOW)),
            NOW,
            id="waiting for a retry, on request",
        ),
        pytest.param(
            rotating(enabled=False, attempt=RotationAttempt(token="v2", retry=NOW)),
            None,
            id="turned off before a retry",
        ),
    ],
)
def test_due_at_is_the_next_window_or_retry(rotation, due):
    assert rules.due_at(a_secret(rotation=rotation)) == due


@pytest.mark.parametrize(
    "rotation",
    [rotating(), rotating(attempt=RotationAttempt(token="v2", retry=NOW))],
    ids=["scheduled", "waiting for a retry"],
)
def test_due_at_is_none_when_rotation_is_turned_off(rotation):
    assert rules.due_at(rules.turned_off(a_secret(rotation=rotation))) is None


@pytest.mark.parametrize(
    ("rotation", "retry"),
    [
        pytest.param(None, None, id="never configured"),
        pytest.param(rotating(), None, id="not running"),
        pytest.param(rotating("v2"), None, id="running"),
        pytest.param(rotating(attempt=RotationAttempt(token="v2", retry=NOW)), NOW, id="failed"),
    ],
)
def test_retry_at_is_the_time_of_the_next_retry(rotation, retry):
    assert rules.retry_at(a_secret(rotation=rotation)) == retry


# --- announced -------------------------------------------------------------------------------------------------------


def test_announced_adds_a_version_without_a_value_under_awspending():
    secret = rules.announced(a_secret({CURRENT: "v2", PREVIOUS: "v1"}, rotating()), "new", NOW, QUOTA)
    assert list(secret.versions) == ["v1", "v2", "new"]
    assert secret.versions["new"] == Version(id="new", number=3, created=NOW, member="SecretString", sealed=None)
    assert secret.labels == {CURRENT: "v2", PREVIOUS: "v1", PENDING: "new"}
    assert (secret.versions_made, secret.changed) == (3, NOW)


def test_announced_numbers_its_version_after_all_versions_ever_made():
    secret = rules.announced(a_secret()._replace(versions_made=7), "new", NOW, QUOTA)
    assert (secret.versions["new"].number, secret.versions_made) == (8, 8)


def test_announced_makes_the_rotation_run_and_keeps_its_settings():
    secret = rules.announced(a_secret(rotation=rotating()), "new", NOW, QUOTA)
    assert secret.rotation == rotating("new")


def test_announced_moves_awspending_from_the_current_version():
    secret = rules.announced(a_secret({CURRENT: "v2", PENDING: "v2"}), "new", NOW, QUOTA)
    assert secret.labels == {CURRENT: "v2", PENDING: "new"}


def test_announced_adds_the_first_version_of_a_secret():
    secret = rules.announced(a_secret({}, versions=0), "new", NOW, QUOTA)
    assert (secret.labels, secret.versions["new"].number) == ({PENDING: "new"}, 1)


def test_announced_keeps_an_existing_version():
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating())
    secret = rules.announced(before, "v2", NOW, QUOTA)
    assert secret == before._replace(rotation=rotating("v2"))


def test_announced_resets_the_failures_of_a_rotation():
    failed = RotationAttempt(token="v2", failures=3, retry=NOW)
    secret = rules.announced(a_secret({CURRENT: "v1", PENDING: "v2"}, rotating(attempt=failed)), "v2", NOW, QUOTA)
    assert secret.rotation.attempt == RotationAttempt(token="v2")


def test_announced_deletes_the_oldest_unlabelled_version_at_the_quota():
    secret = rules.announced(a_secret(versions=3), "new", NOW, quota=3)
    assert list(secret.versions) == ["v2", "v3", "new"]


def test_announced_refuses_a_version_over_the_quota():
    young = {version.id: version for version in (a_version(1, age=1), a_version(2, age=1))}
    with pytest.raises(LimitExceededException) as caught:
        rules.announced(a_secret()._replace(versions=young), "new", NOW, quota=2)
    assert caught.value.message == "You can't have more than 2 versions of a secret."


def full_of_labels(**labels):
    """Twenty labels, including these."""
    return {**labels, **{f"l{number}": "v1" for number in range(20 - len(labels))}}


def test_announced_refuses_a_label_over_the_quota():
    with pytest.raises(LimitExceededException) as caught:
        rules.announced(a_secret(full_of_labels(AWSCURRENT="v2")), "new", NOW, QUOTA)
    assert caught.value.message == "You can't attach more than 20 staging labels to a secret."


def test_announced_moves_awspending_at_the_quota_of_labels():
    secret = rules.announced(a_secret(full_of_labels(AWSCURRENT="v2", AWSPENDING="v2")), "new", NOW, QUOTA)
    assert (secret.labels[PENDING], len(secret.labels)) == ("new", 20)


# --- running ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secret", "goes_on"),
    [
        pytest.param(a_secret(rotation=rotating("v2")), True, id="running"),
        pytest.param(None, False, id="deleted secret"),
        pytest.param(a_secret(), False, id="another secret of the same name"),
        pytest.param(a_secret(rotation=rotating()), False, id="ended"),
        pytest.param(a_secret(rotation=rotating("v1")), False, id="another rotation"),
        pytest.param(rules.turned_off(a_secret(rotation=rotating("v2"))), False, id="turned off"),
        pytest.param(
            a_secret(rotation=rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW))),
            True,
            id="waiting for a retry",
        ),
    ],
)
def test_goes_on_tells_whether_a_rotation_continues(secret, goes_on):
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
def test_is_current_tells_whether_the_version_of_a_rotation_is_current(labels, token, is_current):
    assert rules.is_current(a_secret(labels), token) is is_current


# --- completed -------------------------------------------------------------------------------------------------------


def test_completed_sets_the_date_and_the_next_window():
    secret = rules.completed(a_secret({CURRENT: "v2"}, rotating("v2")), "v2", NOW)
    assert secret.rotation == rotating(last=NOW, window=NEXT_WINDOW)
    assert secret.changed == NOW


def test_completed_sets_no_window_for_a_rotation_on_request():
    secret = rules.completed(a_secret({CURRENT: "v2"}, rotating("v2", rules=None, window=None)), "v2", NOW)
    assert secret.rotation == rotating(rules=None, window=None, last=NOW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {CURRENT: "v2", PREVIOUS: "v1", PENDING: "v2", "blue": "v2"},
            {CURRENT: "v2", PREVIOUS: "v1", "blue": "v2"},
            id="AWSPENDING leaves the new current version",
        ),
        pytest.param(
            {CURRENT: "v2", PREVIOUS: "v1"}, {CURRENT: "v2", PREVIOUS: "v1"}, id="the function removed AWSPENDING"
        ),
        pytest.param(
            {CURRENT: "v2", PENDING: "v1"}, {CURRENT: "v2", PENDING: "v1"}, id="AWSPENDING stays on another version"
        ),
    ],
)
def test_completed_removes_awspending_from_the_current_version(before, after):
    assert rules.completed(a_secret(before, rotating("v2")), "v2", NOW).labels == after


# --- failed, tried_again, given_up, turned_off -----------------------------------------------------------------------

DELAYS = [60, 120, 240, 480, 960]


@pytest.mark.parametrize(("failures", "delay"), list(enumerate(DELAYS)))
def test_failed_doubles_the_wait_for_each_retry(failures, delay):
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating(attempt=RotationAttempt(token="v2", failures=failures)))
    secret = rules.failed(before, NOW)
    attempt = RotationAttempt(token="v2", failures=failures + 1, retry=NOW + delay)
    assert secret == before._replace(rotation=rotating(attempt=attempt))


def test_failed_gives_up_after_the_last_retry():
    before = a_secret(
        {CURRENT: "v1", PENDING: "v2"}, rotating(attempt=RotationAttempt(token="v2", failures=len(DELAYS)))
    )
    assert rules.failed(before, NOW) == before._replace(rotation=rotating(again=NEXT_WINDOW.opens))


def test_all_retries_fit_into_the_shortest_window():
    secret, time = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2")), NOW
    while (secret := rules.failed(secret, time)).rotation.attempt is not None:
        time = rules.due_at(secret)
        secret = rules.tried_again(secret)
    assert time - NOW < timedelta(hours=1).total_seconds()


def test_failed_without_a_running_rotation_waits_for_the_next_window():
    before = a_secret(rotation=rotating())
    assert rules.failed(before, NOW) == before._replace(rotation=rotating(again=NEXT_WINDOW.opens))


def test_tried_again_makes_a_rotation_run_and_keeps_its_count_of_failures():
    waiting = RotationAttempt(token="v2", failures=3, retry=NOW)
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating(attempt=waiting))
    secret = rules.tried_again(before)
    assert secret == before._replace(rotation=rotating(attempt=RotationAttempt(token="v2", failures=3)))


@pytest.mark.parametrize("rotation", [None, rotating()], ids=["never configured", "over"])
def test_tried_again_returns_a_secret_without_a_running_rotation_unchanged(rotation):
    secret = a_secret(rotation=rotation)
    assert rules.tried_again(secret) is secret


def test_given_up_keeps_the_pending_version_and_waits_for_the_next_window():
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotating("v2"))
    assert rules.given_up(before, NOW) == before._replace(rotation=rotating(again=NEXT_WINDOW.opens))


def test_given_up_twice_keeps_the_missed_window():
    first = rules.given_up(a_secret(rotation=rotating("v2")), NOW)
    later = rules.given_up(first, NEXT_WINDOW.opens + 1)
    assert later.rotation == rotating(again=NEXT_WINDOW.opens + 30 * DAY)


def test_given_up_after_the_last_window_schedules_nothing():
    last = datetime(9999, 12, 31, 12, tzinfo=UTC).timestamp()
    secret = rules.given_up(a_secret(rotation=rotating("v2", rules=RotationRules(expression=LAST_OF_ALL))), last)
    assert (secret.rotation.window, rules.due_at(secret)) == (WINDOW, inf)


def test_completed_forgets_a_missed_window():
    secret = rules.completed(a_secret({CURRENT: "v2"}, rotating("v2", again=NOW)), "v2", NOW)
    assert (secret.rotation.window, secret.rotation.again) == (NEXT_WINDOW, None)


OFF = rotating(enabled=False, window=None)


@pytest.mark.parametrize(
    ("rotation", "expected"),
    [
        pytest.param(rotating(), OFF, id="not running"),
        pytest.param(rotating("v2"), OFF, id="running"),
        pytest.param(
            rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW)), OFF, id="waiting for a retry"
        ),
        pytest.param(rotating(again=NOW), OFF, id="waiting for a later window"),
        pytest.param(OFF, OFF, id="turned off already"),
    ],
)
def test_turned_off_keeps_function_rules_and_labels(rotation, expected):
    before = a_secret({CURRENT: "v1", PENDING: "v2"}, rotation)
    assert rules.turned_off(before) == before._replace(rotation=expected._replace(cancelled="v2"))


def test_turned_off_returns_a_secret_without_rotation_unchanged():
    secret = a_secret({CURRENT: "v1", PENDING: "v2"})
    assert rules.turned_off(secret) is secret


# --- other writes ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "rotation"),
    [
        pytest.param({CURRENT: "v2"}, None, id="never configured"),
        pytest.param({CURRENT: "v2", PREVIOUS: "v1"}, rotating("v2"), id="the rotation's own version"),
        pytest.param({CURRENT: "v2", PENDING: "v2"}, rotating("v2"), id="the rotation's own version, pending"),
    ],
)
def test_after_new_value_returns_a_secret_unchanged(labels, rotation):
    secret = a_secret(labels, rotation)
    assert rules.after_new_value(secret, NOW) is secret


def test_after_new_value_ends_the_running_rotation_and_removes_awspending():
    before = a_secret({CURRENT: "v3", PREVIOUS: "v1", PENDING: "v2"}, rotating("v2"), versions=3)
    secret = rules.after_new_value(before, NOW)
    assert secret == before._replace(labels={CURRENT: "v3", PREVIOUS: "v1"}, rotation=rotating(window=NEXT_WINDOW))


def test_after_new_value_restarts_the_count_of_days():
    before = a_secret({CURRENT: "v2", PREVIOUS: "v1"}, rotating())
    assert rules.after_new_value(before, NOW) == before._replace(rotation=rotating(window=NEXT_WINDOW))


def test_after_new_value_keeps_awspending_without_a_running_rotation():
    before = a_secret({CURRENT: "v2", PENDING: "v1"}, rotating())
    assert rules.after_new_value(before, NOW).labels == {CURRENT: "v2", PENDING: "v1"}


@pytest.mark.parametrize(
    ("labels", "rotation"),
    [
        pytest.param({CURRENT: "v1"}, None, id="never configured"),
        pytest.param({CURRENT: "v1"}, rotating(), id="not running"),
        pytest.param({CURRENT: "v1", PENDING: "v2"}, rotating("v2"), id="its version is pending"),
        pytest.param({CURRENT: "v1", "blue": "v2"}, rotating("v2"), id="its version has another label"),
        pytest.param({CURRENT: "v2", PREVIOUS: "v1"}, rotating("v2"), id="its version is current"),
    ],
)
def test_after_labels_moved_returns_a_secret_unchanged(labels, rotation):
    secret = a_secret(labels, rotation)
    assert rules.after_labels_moved(secret, NOW) is secret


@pytest.mark.parametrize(
    "labels",
    [{CURRENT: "v1"}, {CURRENT: "v1", PENDING: "v1"}],
    ids=["AWSPENDING removed", "AWSPENDING on another version"],
)
def test_after_labels_moved_ends_a_rotation_whose_version_lost_its_labels(labels):
    before = a_secret(labels, rotating("v2"))
    assert rules.after_labels_moved(before, NOW) == before._replace(rotation=rotating(again=NEXT_WINDOW.opens))


@pytest.mark.parametrize(
    ("before", "after", "token"),
    [
        pytest.param(rotating("v2"), rotating(), "v2", id="ended"),
        pytest.param(rotating("v2"), None, "v2", id="configuration removed"),
        pytest.param(rotating("v2"), rotating("v2"), None, id="continues"),
        pytest.param(
            rotating("v2"), rotating(attempt=RotationAttempt(token="v2", failures=1, retry=NOW)), None, id="failed"
        ),
        pytest.param(rotating(), rotating(), None, id="not running"),
        pytest.param(rotating(), rotating("v2"), None, id="begins"),
        pytest.param(None, None, None, id="never configured"),
    ],
)
def test_abandoned_token_is_the_token_of_a_rotation_that_a_change_ended(before, after, token):
    assert rules.abandoned_token(a_secret(rotation=before), a_secret(rotation=after)) == token


# --- test rotations --------------------------------------------------------------------------------------------------


def test_without_trial_keeps_nothing_but_the_id_of_the_deleted_version():
    before = a_secret({CURRENT: "v2", PREVIOUS: "v1"}, rotating())
    tried = rules.with_trial(before, "trial", NOW)
    assert (tried.labels[PENDING], tried.rotation) == ("trial", before.rotation)
    assert rules.without_trial(tried, "trial") == before._replace(deleted_versions=(("trial",),))


def test_without_trial_keeps_a_version_that_became_current():
    tried = rules.with_trial(a_secret({CURRENT: "v2"}, rotating()), "trial", NOW)._replace(
        labels={PREVIOUS: "v2", PENDING: "trial", CURRENT: "trial"},
    )
    after = rules.without_trial(tried, "trial")
    assert (after.labels, "trial" in after.versions) == ({PREVIOUS: "v2", CURRENT: "trial"}, True)


def test_given_up_keeps_a_window_that_has_not_opened():
    later = Window(NOW + 1, NOW + 2)
    under_way = rotating(window=later, attempt=RotationAttempt(token="v2"))
    assert rules.given_up(a_secret(rotation=under_way), NOW).rotation.window == later


def test_after_new_value_opens_no_window_when_rotation_is_turned_off():
    off = rotating(enabled=False, window=None)
    assert rules.after_new_value(a_secret(rotation=off), NOW).rotation.window is None


def test_without_trial_removes_all_labels_of_its_version():
    tried = rules.with_trial(a_secret(rotation=rotating()), "trial", NOW)._replace(
        labels={CURRENT: "v2", "blue": "trial", PENDING: "trial", "green": "v1"},
    )
    assert rules.without_trial(tried, "trial").labels == {CURRENT: "v2", "green": "v1"}


def test_without_trial_keeps_the_count_of_versions_when_a_later_one_exists():
    tried = rules.with_trial(a_secret(rotation=rotating()), "trial", NOW)
    later = tried._replace(versions={**tried.versions, "v4": a_version(4)}, versions_made=4)
    secret = rules.without_trial(later, "trial")
    assert (list(secret.versions), secret.versions_made) == (["v1", "v2", "v4"], 4)


def test_without_trial_returns_a_secret_without_that_version_unchanged():
    secret = a_secret(rotation=rotating())
    assert rules.without_trial(secret, "trial") is secret


# --- every transition ------------------------------------------------------------------------------------------------


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
        pytest.param(lambda secret: rules.after_labels_moved(secret._replace(labels={}), NOW), id="after labels moved"),
        pytest.param(lambda secret: rules.without_trial(secret, "v2"), id="without trial"),
    ],
)
def test_no_transition_changes_a_secret_in_place(transition):
    labels, versions = {CURRENT: "v3", PENDING: "v2"}, 3
    secret = a_secret(labels, rotating("v2"), versions)
    transition(secret)
    assert secret == a_secret({CURRENT: "v3", PENDING: "v2"}, rotating("v2"), 3)
