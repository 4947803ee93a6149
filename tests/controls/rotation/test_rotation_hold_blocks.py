"""A hold as a context manager, resumed early, late or twice, and refused."""

from typing import Any

import pytest
from rotating import rotate
from rotation_function import Database

from pytest_secretsmanager import SecretNotFound, SecretsManager, UsageError


def test_end_of_the_with_block_resumes_a_rotation_hold(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        run = rotate(sm)
        assert run.state == "held"
    assert hold.run == run
    assert run.state == "succeeded"


def test_rotation_hold_resumed_in_its_block_is_not_resumed_at_its_end(sm: SecretsManager, database: Database) -> None:
    with sm.rotation.hold("db", before="setSecret") as hold:
        rotate(sm)
        assert hold.resume().state == "succeeded"
    assert [run.state for run in sm.rotation.runs] == ["succeeded"]


def test_rotation_stays_held_when_the_with_block_raises(sm: SecretsManager, database: Database) -> None:
    def rotate_and_fail() -> None:
        with sm.rotation.hold("db", before="setSecret"):
            rotate(sm)
            raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        rotate_and_fail()
    assert sm.rotation.runs[0].state == "held"


def test_rotation_hold_stops_no_rotation_after_its_block_raised(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(KeyError, match="mine"), sm.rotation.hold("db", before="setSecret"):
        raise KeyError("mine")
    assert rotate(sm).state == "succeeded"


def test_rotation_hold_without_a_rotation_raises_usage_error_at_the_end_of_its_block(
    sm: SecretsManager, database: Database
) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    with pytest.raises(UsageError) as caught, hold:
        pass
    assert (
        str(caught.value) == "no rotation has come to the <hold of 'db' before setSecret>, so there is none to resume"
    )


def test_hold_resume_without_a_rotation_raises_usage_error(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", after="finishSecret")
    with pytest.raises(UsageError) as caught:
        hold.resume()
    assert (
        str(caught.value) == "no rotation has come to the <hold of 'db' after finishSecret>, so there is none to resume"
    )


def test_hold_resume_raises_usage_error_the_second_time(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    rotate(sm)
    hold.resume()
    with pytest.raises(UsageError) as caught:
        hold.resume()
    assert str(caught.value) == "the rotation of the <hold of 'db' before setSecret> is no longer held"


def test_rotation_hold_still_holds_after_a_resume_that_came_too_early(sm: SecretsManager, database: Database) -> None:
    hold = sm.rotation.hold("db", before="setSecret")
    with pytest.raises(UsageError):
        hold.resume()
    assert rotate(sm).state == "held"
    assert hold.resume().state == "succeeded"


@pytest.mark.parametrize("when", ["before", "after"])
def test_two_rotation_holds_at_one_point_hold_the_same_rotation(
    sm: SecretsManager, database: Database, when: str
) -> None:
    one, two = sm.rotation.hold("db", **{when: "setSecret"}), sm.rotation.hold("db", **{when: "setSecret"})
    run = rotate(sm)
    assert one.run == two.run == run
    assert one.resume().state == "succeeded"
    with pytest.raises(UsageError, match="is no longer held"):
        two.resume()
    assert rotate(sm).state == "succeeded"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "a rotation is held before a step or after a step: hold(secret, before='finishSecret')"),
        (
            {"before": "setSecret", "after": "setSecret"},
            "a rotation is held before a step or after a step: hold(secret, before='finishSecret')",
        ),
        (
            {"before": "finishsecret"},
            "a rotation has no step 'finishsecret'; did you mean 'finishSecret'?",
        ),
        (
            {"after": "promote"},
            "a rotation has no step 'promote'; there are 'createSecret', 'setSecret', 'testSecret', 'finishSecret'",
        ),
        ({"before": 3}, "a step of a rotation is named by a str, not by int"),
    ],
    ids=["no point", "two points", "misspelt step", "no step", "number"],
)
def test_rotation_hold_refuses_a_missing_or_unknown_step(
    sm: SecretsManager, database: Database, arguments: dict[str, Any], text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.hold("db", **arguments)
    assert str(caught.value) == text


def test_rotation_hold_of_an_unknown_secret_raises_secret_not_found(sm: SecretsManager, database: Database) -> None:
    with pytest.raises(SecretNotFound, match=r"^no secret 'bd' in us-east-1 of account 123456789012; there is 'db'$"):
        sm.rotation.hold("bd", before="setSecret")
