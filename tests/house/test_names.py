"""The types and constants for names that a test writes: they have exactly the names of the engine."""

from typing import get_args

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import SERVICE_EVENTS
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.rotation import STEPS
from pytest_secretsmanager.inspection import names


def literals(kind):
    """Return the strings of a type that is made of literals."""
    found = [literals(part) if get_args(part) else [part] for part in get_args(kind)]
    return [text for texts in found for text in texts]


def test_operation_name_has_the_operations_that_the_engine_answers():
    """`OperationName` has the operations of the newest botocore, the engine those of the installed one."""
    known = [name for name in literals(names.OperationName) if name in model.operation_names()]
    assert sorted(known) == sorted(OPERATIONS)


def test_logged_name_has_the_operations_and_the_service_events():
    assert sorted(literals(names.LoggedName)) == sorted([*literals(names.OperationName), *SERVICE_EVENTS])


def test_step_name_has_the_steps_of_a_rotation():
    assert literals(names.StepName) == list(STEPS)


def test_error_code_has_the_errors_of_the_engine_in_sorted_order():
    assert literals(names.ErrorCode) == sorted(kind.__name__ for kind in ServiceError.__subclasses__())


def test_label_name_and_the_label_constants_have_the_labels_of_aws():
    aws = [labels.CURRENT, labels.PENDING, labels.PREVIOUS]
    assert aws == [names.AWSCURRENT, names.AWSPENDING, names.AWSPREVIOUS]
    assert literals(names.LabelName) == [*aws, str]
