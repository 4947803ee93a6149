"""Checks of arguments that several places share."""

import pytest

from pytest_secretsmanager import UsageError
from pytest_secretsmanager.arguments import is_whole_number, require_count, require_port


@pytest.mark.parametrize("value", [0, 1, 65_535])
def test_a_port_may_be_from_0_to_65535(value: object) -> None:
    require_port(value)


@pytest.mark.parametrize("value", [-1, 65_536, True, 80.0, "80", None])
def test_any_other_port_is_refused(value: object) -> None:
    with pytest.raises(UsageError) as refusal:
        require_port(value)
    assert str(refusal.value) == f"a port is a number from 0 to 65535, not {value!r}"


@pytest.mark.parametrize("value", [0, -1, True, 1.0, "1", None])
def test_a_count_below_1_or_of_another_type_is_refused_with_its_subject(value: object) -> None:
    with pytest.raises(UsageError) as refusal:
        require_count("polls", "is a number of calls", value)
    assert str(refusal.value) == f"polls is a number of calls, at least 1, not {value!r}"
    assert refusal.value.subject == "polls"


@pytest.mark.parametrize(
    ("value", "least", "expected"), [(-5, None, True), (0, 0, True), (0, 1, False), (False, 0, False)]
)
def test_a_whole_number_is_an_int_that_is_no_bool_and_not_below_the_least(
    value: object, least: int | None, expected: bool
) -> None:
    found = is_whole_number(value) if least is None else is_whole_number(value, least=least)
    assert found is expected
