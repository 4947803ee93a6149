"""The event and the context that a rotation function is called with."""

from collections.abc import Callable
from typing import Any

import pytest
from rotating import FUNCTION, STEPS, UUID, Look

from pytest_secretsmanager import RotationRun, SecretsManager


def test_rotation_function_gets_the_event_of_aws_in_each_step(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    events: list[dict[str, str]] = []
    run = look_at_steps(lambda event, _: events.append(event))
    tokens = [event.pop("RotationToken") for event in events]
    assert events == [
        {"Step": step, "SecretId": sm.secret("db").arn, "ClientRequestToken": run.token} for step in STEPS
    ]
    assert all(UUID.fullmatch(token) for token in tokens)


def test_change_of_the_event_in_one_step_does_not_reach_the_next_step(
    look_at_steps: Callable[[Look], RotationRun],
) -> None:
    seen: list[set[str]] = []

    def spoil(event: dict[str, str], _: object) -> None:
        seen.append(set(event))
        event["more"] = "x"

    look_at_steps(spoil)
    assert seen == [{"Step", "SecretId", "ClientRequestToken", "RotationToken"}] * 4


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("function_name", "handler"),
        ("function_version", "$LATEST"),
        ("invoked_function_arn", f"{FUNCTION}handler"),
        ("memory_limit_in_mb", "128"),
        ("log_group_name", "/aws/lambda/handler"),
        ("client_context", None),
        ("identity", None),
    ],
)
def test_context_of_a_rotation_function_has_the_attributes_of_lambda(
    look_at_steps: Callable[[Look], RotationRun], attribute: str, expected: object
) -> None:
    seen: list[object] = []
    look_at_steps(lambda _, context: seen.append(getattr(context, attribute)))
    assert seen == [expected] * 4


def test_each_rotation_step_has_its_own_aws_request_id(look_at_steps: Callable[[Look], RotationRun]) -> None:
    ids: list[str] = []
    look_at_steps(lambda _, context: ids.append(context.aws_request_id))
    assert len(set(ids)) == 4
    assert all(UUID.fullmatch(request_id) for request_id in ids)


def test_log_stream_name_of_a_rotation_step_holds_its_request_id(
    look_at_steps: Callable[[Look], RotationRun],
) -> None:
    contexts: list[Any] = []
    look_at_steps(lambda _, context: contexts.append(context))
    assert [context.log_stream_name for context in contexts] == [
        f"[$LATEST]{context.aws_request_id}" for context in contexts
    ]


def test_remaining_time_of_a_rotation_step_does_not_decrease(
    sm: SecretsManager, look_at_steps: Callable[[Look], RotationRun]
) -> None:
    left: list[int] = []

    def look(_: object, context: Any) -> None:
        sm.clock.advance(hours=1)
        left.append(context.get_remaining_time_in_millis())

    look_at_steps(look)
    assert left == [30_000] * 4
