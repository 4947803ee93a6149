"""The names that a test writes, as types and constants: they are those of the engine, and all of them."""

from typing import get_args

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import SERVICE_EVENTS
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.rotation import STEPS
from pytest_secretsmanager.inspection import names


def literals(kind):
    """The texts of a type that is made of literals."""
    found = [literals(part) if get_args(part) else [part] for part in get_args(kind)]
    return [text for texts in found for text in texts]


def test_operation_names_are_the_operations_that_are_answered():
    """The types name what the newest botocore can call; the engine answers what the installed one can."""
    known = [name for name in literals(names.OperationName) if name in model.operation_names()]
    assert sorted(known) == sorted(OPERATIONS)


def test_logged_names_are_those_and_the_events():
    assert sorted(literals(names.LoggedName)) == sorted([*literals(names.OperationName), *SERVICE_EVENTS])


def test_step_names_are_the_steps_of_a_rotation():
    assert literals(names.StepName) == list(STEPS)


def test_error_codes_are_those_of_the_service():
    assert literals(names.ErrorCode) == sorted(kind.__name__ for kind in ServiceError.__subclasses__())


def test_labels_are_those_of_aws_as_types_and_as_constants():
    aws = [labels.CURRENT, labels.PENDING, labels.PREVIOUS]
    assert aws == [names.AWSCURRENT, names.AWSPENDING, names.AWSPREVIOUS]
    assert literals(names.LabelName) == [*aws, str]
