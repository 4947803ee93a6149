"""The timeline of a secret: its SVG has every version, label, move, call and rotation, and their details."""

import contextlib
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from typing import Any

import pytest

from pytest_secretsmanager import SecretNotFound, SecretsManager, Version
from pytest_secretsmanager.inspection.timelines.columns import MOST_COLUMNS
from pytest_secretsmanager.inspection.timelines.lanes import MOST_LANES

SVG = "{http://www.w3.org/2000/svg}"


def drawn(sm: SecretsManager, name: str) -> ElementTree.Element:
    """The picture of a secret, which is well-formed XML."""
    return ElementTree.fromstring(sm.secret(name).timeline())


def details(picture: ElementTree.Element, kind: str) -> list[str]:
    """The details of the parts of a kind, in their order."""
    return [
        str(part.findtext(f"{SVG}title"))
        for part in picture.iter(f"{SVG}g")
        if part.get("role") == "img" and kind in str(part.get("class")).split()
    ]


def texts(picture: ElementTree.Element) -> list[str]:
    return [str(part.text) for part in picture.iter(f"{SVG}text")]


@pytest.fixture
def client(secretsmanager: SecretsManager) -> Any:
    return secretsmanager.client()


@pytest.fixture
def promoted(secretsmanager: SecretsManager, client: Any) -> SecretsManager:
    """A secret with a pending version that becomes current."""
    first = client.create_secret(Name="db", SecretString="to-hide-1")["VersionId"]
    second = client.put_secret_value(SecretId="db", SecretString="to-hide-2", VersionStages=["AWSPENDING"])["VersionId"]
    client.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=second, RemoveFromVersionId=first
    )
    return secretsmanager


def test_the_moves_of_labels_have_their_versions_and_calls(promoted: SecretsManager) -> None:
    found = details(drawn(promoted, "db"), "move")
    assert [one.splitlines()[:2] for one in found] == [
        ["AWSCURRENT was put on version 1", "call 1: CreateSecret"],
        ["AWSPENDING was put on version 2", "call 2: PutSecretValue"],
        ["AWSCURRENT moved from version 1 to version 2", "call 3: UpdateSecretVersionStage"],
        ["AWSPREVIOUS was put on version 1", "call 3: UpdateSecretVersionStage"],
    ]


def test_each_move_is_a_stop_of_the_tab_key_and_a_call_is_none(promoted: SecretsManager) -> None:
    picture = drawn(promoted, "db")
    stops = [part.get("class") for part in picture.iter(f"{SVG}g") if part.get("tabindex") == "0"]
    assert stops == ["move cur", "move pen", "move cur", "move pre"]


def test_the_spans_of_labels_have_their_versions_and_edges(promoted: SecretsManager) -> None:
    assert details(drawn(promoted, "db"), "span") == [
        "AWSCURRENT on version 1\nfrom call 1 (CreateSecret)\nto call 3 (UpdateSecretVersionStage)",
        "AWSPREVIOUS on version 1\nfrom call 3 (UpdateSecretVersionStage)\nto the end",
        "AWSPENDING on version 2\nfrom call 2 (PutSecretValue)\nto the end",
        "AWSCURRENT on version 2\nfrom call 3 (UpdateSecretVersionStage)\nto the end",
    ]


def test_a_removed_label_has_a_move_to_no_version(promoted: SecretsManager, client: Any) -> None:
    second = promoted.secret("db").labels["AWSPENDING"]
    client.update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=second)
    assert details(drawn(promoted, "db"), "move")[-1].startswith("AWSPENDING was removed from version 2\n")


def test_calls_have_their_outcome_time_and_caller(promoted: SecretsManager, client: Any) -> None:
    client.get_secret_value(SecretId="db")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_secret_value(SecretId="db", VersionStage="none")
    picture = drawn(promoted, "db")
    assert len(details(picture, "write")) == 3
    (read,) = details(picture, "read")
    lines = read.splitlines()
    assert lines[0] == "call 4: GetSecretValue"
    assert lines[1] == "2026-01-02 03:04:05 UTC"
    assert "test_timeline.py:" in lines[2]
    (bad,) = details(picture, "bad")
    assert bad.startswith("call 5: GetSecretValue, failed: ResourceNotFoundException\n")
    assert texts(picture).count("GetSecretValue") == 2


def test_calls_about_another_secret_are_not_in_the_picture(promoted: SecretsManager, client: Any) -> None:
    client.create_secret(Name="other", SecretString="x")
    assert len(details(drawn(promoted, "db"), "write")) == 3


def test_a_seeded_label_stands_since_before_the_first_call(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[Version("a", labels=["blue"]), Version("b", labels=["AWSCURRENT"])])
    picture = drawn(secretsmanager, "db")
    assert details(picture, "span") == [
        "blue on version 1\nsince before the first call\nto the end",
        "AWSCURRENT on version 2\nsince before the first call\nto the end",
    ]
    assert "no call" in texts(picture)


def test_a_jump_of_the_clock_is_written_on_the_axis(promoted: SecretsManager, client: Any) -> None:
    promoted.clock.advance(days=30)
    client.get_secret_value(SecretId="db")
    promoted.clock.advance(seconds=12)
    client.get_secret_value(SecretId="db")
    picture = drawn(promoted, "db")
    assert "+30 d" in texts(picture)
    assert "+12 s" in texts(picture)
    assert len([part for part in picture.iter(f"{SVG}path") if part.get("class") == "jump"]) == 1


def test_a_jump_between_a_seed_and_the_first_call_is_written_on_the_axis(
    secretsmanager: SecretsManager, client: Any
) -> None:
    secretsmanager.clock.set(datetime(2026, 1, 1, tzinfo=UTC))
    secretsmanager.seed("db", "to-hide-1")
    secretsmanager.clock.advance(days=3)
    client.put_secret_value(SecretId="db", SecretString="to-hide-2")
    picture = drawn(secretsmanager, "db")
    assert {"+3 d", "2026-01-01 00:00:00 UTC"} <= {*texts(picture)}
    assert len([part for part in picture.iter(f"{SVG}path") if part.get("class") == "jump"]) == 1


def test_the_time_before_the_first_call_is_that_since_the_newest_version(
    secretsmanager: SecretsManager, client: Any
) -> None:
    secretsmanager.seed("db", "to-hide-1")
    secretsmanager.clock.advance(days=3)
    secretsmanager.seed("db", "to-hide-2")
    client.get_secret_value(SecretId="db")
    assert not [text for text in texts(drawn(secretsmanager, "db")) if text.startswith("+")]


def test_a_clock_that_is_set_back_is_written_on_the_axis(promoted: SecretsManager, client: Any) -> None:
    promoted.clock.set(datetime(2025, 12, 31, tzinfo=UTC))
    client.get_secret_value(SecretId="db")
    assert "-2 d 3 h" in texts(drawn(promoted, "db"))


def test_a_rotation_is_a_bracket_with_its_state_and_steps(secretsmanager: SecretsManager, client: Any) -> None:
    secretsmanager.seed("db", "one")
    arn = secretsmanager.rotation.register(lambda *_: None)
    client.rotate_secret(SecretId="db", RotationLambdaARN=arn)
    picture = drawn(secretsmanager, "db")
    (found,) = details(picture, "rot")
    lines = found.splitlines()
    run = secretsmanager.rotation.runs[-1]
    assert lines[0].startswith(f"rotation {run.state}")
    assert [line.partition(":")[0] for line in lines[1:-1]] == [step.step for step in run.steps]


def test_a_failed_rotation_names_its_step(secretsmanager: SecretsManager, client: Any) -> None:
    def fails(event: Any, context: Any) -> None:
        raise RuntimeError("to-hide")

    secretsmanager.seed("db", "one")
    client.rotate_secret(SecretId="db", RotationLambdaARN=secretsmanager.rotation.register(fails))
    picture = drawn(secretsmanager, "db")
    assert details(picture, "rot")[0].splitlines()[:2] == [
        "rotation failed in createSecret, 1 step",
        "createSecret: failed",
    ]
    assert "to-hide" not in secretsmanager.secret("db").timeline()


def test_a_scheduled_deletion_is_marked_until_the_secret_is_restored(promoted: SecretsManager, client: Any) -> None:
    client.delete_secret(SecretId="db")
    client.restore_secret(SecretId="db")
    client.get_secret_value(SecretId="db")
    assert "scheduled for deletion" in texts(drawn(promoted, "db"))


def test_a_deletion_that_is_still_scheduled_reaches_to_the_end(promoted: SecretsManager, client: Any) -> None:
    client.delete_secret(SecretId="db")
    assert "scheduled for deletion" in texts(drawn(promoted, "db"))


def test_a_deleted_secret_keeps_its_timeline(promoted: SecretsManager, client: Any) -> None:
    view = promoted.secret("db")
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    promoted.clock.advance(days=1)
    picture = ElementTree.fromstring(view.timeline())
    assert "deleted" in texts(picture)
    assert not [one for one in details(picture, "move") if "removed" in one]


def test_a_secret_created_again_shows_its_own_history_only(promoted: SecretsManager, client: Any) -> None:
    client.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    promoted.clock.advance(days=1)
    client.create_secret(Name="db", SecretString="again")
    assert len(details(drawn(promoted, "db"), "ver")) == 1


def test_a_timeline_shows_calls_that_log_clear_has_hidden(promoted: SecretsManager) -> None:
    promoted.log.clear()
    assert len(details(drawn(promoted, "db"), "write")) == 3


def test_the_view_of_a_secret_that_a_rollback_removed_has_no_timeline(
    secretsmanager: SecretsManager, client: Any
) -> None:
    with secretsmanager.snapshot():
        client.create_secret(Name="db", SecretString="x")
        view = secretsmanager.secret("db")
    with pytest.raises(SecretNotFound, match="no secret 'db'"):
        view.timeline()
    assert view._repr_html_() is None


def test_a_picture_has_no_secret_value(promoted: SecretsManager) -> None:
    assert "to-hide" not in promoted.secret("db").timeline()


def test_a_picture_has_a_title_and_a_description(promoted: SecretsManager) -> None:
    picture = drawn(promoted, "db")
    assert picture.findtext(f"{SVG}title") == "Timeline of secret db in us-east-1"
    assert picture.findtext(f"{SVG}desc") == (
        "2 versions, 3 calls. AWSPENDING is on version 2. AWSCURRENT is on version 2. AWSPREVIOUS is on version 1."
    )


def test_a_notebook_gets_the_timeline_of_a_view(promoted: SecretsManager) -> None:
    view = promoted.secret("db")
    assert view._repr_html_() == f'<div style="overflow-x:auto">{view.timeline()}</div>'


# --- long histories --------------------------------------------------------------------------------------------------


def test_ten_thousand_reads_are_one_column(secretsmanager: SecretsManager, client: Any) -> None:
    secretsmanager.seed("db", "one")
    for _ in range(10_000):
        client.get_secret_value(SecretId="db")
    picture = drawn(secretsmanager, "db")
    (found,) = details(picture, "fold")
    assert found.splitlines()[:2] == [
        "calls 1 to 10000: 10000 calls that moved no label",
        "10000 × GetSecretValue",
    ]
    assert "10000 calls" in texts(picture)


def test_failed_calls_keep_columns_of_their_own_while_there_is_room(
    secretsmanager: SecretsManager, client: Any
) -> None:
    secretsmanager.seed("db", "one")
    for label in ["AWSCURRENT"] * 50 + ["none"] + ["AWSCURRENT"] * 50:
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="db", VersionStage=label)
    picture = drawn(secretsmanager, "db")
    assert len(details(picture, "fold")) == 2
    assert len(details(picture, "bad")) == 1


def test_many_failed_calls_are_folded_and_counted(secretsmanager: SecretsManager, client: Any) -> None:
    secretsmanager.seed("db", "one")
    for label in ["AWSCURRENT", "none"] * 100:
        with contextlib.suppress(client.exceptions.ResourceNotFoundException):
            client.get_secret_value(SecretId="db", VersionStage=label)
    assert "200 calls, 100 failed" in texts(drawn(secretsmanager, "db"))


@pytest.mark.secretsmanager(version_quota=1_000)
def test_many_versions_leave_out_the_middle_and_the_picture_says_so(
    secretsmanager: SecretsManager, client: Any
) -> None:
    secretsmanager.seed("db", "one")
    for number in range(200):
        client.put_secret_value(SecretId="db", SecretString=str(number))
    picture = drawn(secretsmanager, "db")
    left_out = 200 - MOST_COLUMNS + 1
    assert f"{left_out} calls left out" in texts(picture)
    assert f"… {201 - MOST_LANES} more versions" in texts(picture)
    assert len(details(picture, "ver")) == MOST_LANES
    assert f"{left_out} calls in the middle are left out" in str(picture.findtext(f"{SVG}desc"))
    assert int(str(picture.get("width"))) < 3_200
    assert int(str(picture.get("height"))) < 1_200


def test_spans_in_the_left_out_middle_are_not_drawn(promoted: SecretsManager, client: Any) -> None:
    labels = promoted.secret("db").labels
    places = [labels["AWSPREVIOUS"], labels["AWSCURRENT"]]
    client.update_secret_version_stage(SecretId="db", VersionStage="blue", MoveToVersionId=places[0])
    for number in range(100):
        source, target = places[number % 2], places[1 - number % 2]
        client.update_secret_version_stage(
            SecretId="db", VersionStage="blue", RemoveFromVersionId=source, MoveToVersionId=target
        )
    blue = [one for one in details(drawn(promoted, "db"), "span") if one.startswith("blue")]
    assert 20 < len(blue) < MOST_COLUMNS


# --- hostile names ---------------------------------------------------------------------------------------------------

NAMES = {
    "HTML": "<b>&\"'</b></script>",
    "control characters": "a\x00\x07\x1b[31m\x7f\x85b",
    "right-to-left marks": "\u202eabc\u2066\u200f",
    "noncharacters": "a\ufffe\uffffb",
    "ten thousand letters": "x" * 10_000,
    "letters of many scripts": "密码 كلمة 🔑",
}


@pytest.mark.parametrize("label", NAMES.values(), ids=NAMES)
def test_a_label_with_any_characters_makes_well_formed_xml(secretsmanager: SecretsManager, label: str) -> None:
    secretsmanager.seed("db", versions=[Version("a", labels=["AWSCURRENT", label[:256]])])
    source = secretsmanager.secret("db").timeline()
    picture = ElementTree.fromstring(source)
    assert len(details(picture, "span")) == 2
    assert "\u202e" not in source


def test_a_label_is_shown_with_escapes_for_what_cannot_be_printed(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed("db", versions=[Version("a", labels=["AWSCURRENT", "a\u202e<"])])
    assert details(drawn(secretsmanager, "db"), "span")[1].startswith("a\\u202e< on version 1\n")
