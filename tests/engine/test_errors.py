"""The errors of AWS and of this package."""

import pytest

from pytest_secretsmanager.engine import errors
from pytest_secretsmanager.engine.errors import ServiceError, nearest

SERVICE_ERRORS = ServiceError.__subclasses__()


@pytest.mark.parametrize("kind", SERVICE_ERRORS)
def test_a_service_error_has_code_and_message(kind):
    error = kind("The text.")
    assert (error.code, error.message, str(error)) == (kind.__name__, "The text.", "The text.")


@pytest.mark.parametrize("kind", SERVICE_ERRORS)
def test_a_service_error_has_status_400_unless_aws_sends_another(kind):
    others = {
        errors.InternalFailure: 500,
        errors.InternalServiceError: 500,
        errors.InvalidClientTokenId: 403,
        errors.OptInRequired: 403,
        errors.RequestEntityTooLargeException: 413,
        errors.RequestTimeoutException: 408,
        errors.ServiceUnavailable: 503,
    }
    assert kind.status == others.get(kind, 400)


def test_of_authentication_marks_the_errors_of_authentication():
    assert {kind.__name__ for kind in SERVICE_ERRORS if kind.of_authentication} == {
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }


@pytest.mark.parametrize(
    ("kind", "bases"),
    [
        (errors.UsageError, ()),
        (errors.UnsupportedOperation, (NotImplementedError,)),
        (errors.SecretNotFound, (errors.UsageError, LookupError)),
        (errors.VersionNotFound, (errors.UsageError, LookupError)),
    ],
    ids=["UsageError", "UnsupportedOperation", "SecretNotFound", "VersionNotFound"],
)
def test_an_error_of_this_package_has_its_base_classes(kind, bases):
    assert issubclass(kind, (errors.PytestSecretsManagerError, *bases))
    assert all(issubclass(kind, base) for base in (errors.PytestSecretsManagerError, *bases))
    assert not issubclass(kind, ServiceError)


@pytest.mark.parametrize(
    ("name", "candidates", "text"),
    [
        pytest.param("lables", ["labels", "age"], "; did you mean 'labels'?", id="one close"),
        pytest.param("ap/db", ["app/db", "app/db2", "zzz"], "; did you mean 'app/db' or 'app/db2'?", id="two close"),
        pytest.param("x", ["labels", "age"], "; there are 'labels', 'age'", id="two, none close"),
        pytest.param("x", ["labels"], "; there is 'labels'", id="one, not close"),
        pytest.param("x", [], "", id="no candidates"),
        pytest.param("x", [f"name-{number}" for number in range(16)], "", id="16, none close"),
    ],
)
def test_nearest_names_the_closest_candidates(name, candidates, text):
    assert nearest(name, candidates) == text


def test_nearest_names_at_most_three_candidates():
    text = nearest("secret", [f"secret{number}" for number in range(9)])
    assert text.count("'secret") == 3


def test_nearest_takes_an_iterator_of_candidates():
    assert nearest("lables", iter(["labels"])) == "; did you mean 'labels'?"


def test_the_module_of_an_error_is_the_package_and_that_of_a_users_subclass_is_its_own():
    class Mine(errors.UsageError):
        pass

    assert errors.UsageError.__module__ == "pytest_secretsmanager"
    assert Mine.__module__ == __name__


def test_a_usage_error_begins_with_its_subject_and_keeps_the_problem_apart():
    error = errors.UsageError("is a number, not 'x'", subject="port")
    assert (str(error), error.subject, error.problem) == ("port is a number, not 'x'", "port", "is a number, not 'x'")


def test_a_usage_error_without_a_subject_is_all_problem():
    error = errors.UsageError("a seed has one name")
    assert (str(error), error.subject, error.problem) == ("a seed has one name", None, "a seed has one name")
