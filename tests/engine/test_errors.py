"""Both kinds of errors."""

import pytest

from pytest_secretsmanager.engine import errors
from pytest_secretsmanager.engine.errors import ServiceError, nearest

SERVICE_ERRORS = ServiceError.__subclasses__()


@pytest.mark.parametrize("kind", SERVICE_ERRORS)
def test_an_error_of_aws_carries_code_and_text(kind):
    error = kind("The text.")
    assert (error.code, error.message, str(error)) == (kind.__name__, "The text.", "The text.")


@pytest.mark.parametrize("kind", SERVICE_ERRORS)
def test_every_error_of_aws_is_the_callers_but_the_services_own(kind):
    others = {errors.InternalServiceError: 500, errors.RequestEntityTooLargeException: 413}
    assert kind.status == others.get(kind, 400)


def test_the_front_sends_the_errors_of_authentication():
    assert {kind.__name__ for kind in SERVICE_ERRORS if kind.of_authentication} == {
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
)
def test_an_error_of_ours_is_one_of_this_plugin_and_of_a_known_kind(kind, bases):
    assert issubclass(kind, (errors.PytestSecretsManagerError, *bases))
    assert all(issubclass(kind, base) for base in (errors.PytestSecretsManagerError, *bases))
    assert not issubclass(kind, ServiceError)


@pytest.mark.parametrize(
    ("name", "candidates", "text"),
    [
        pytest.param("lables", ["labels", "age"], "; did you mean 'labels'?", id="one that is close"),
        pytest.param(
            "ap/db", ["app/db", "app/db2", "zzz"], "; did you mean 'app/db' or 'app/db2'?", id="two that are close"
        ),
        pytest.param("x", ["labels", "age"], "; there are 'labels', 'age'", id="a few, none of them close"),
        pytest.param("x", ["labels"], "; there is 'labels'", id="one that is not close"),
        pytest.param("x", [], "", id="none"),
        pytest.param("x", [f"name-{number}" for number in range(16)], "", id="many, none of them close"),
    ],
)
def test_the_nearest_candidates_are_named(name, candidates, text):
    assert nearest(name, candidates) == text


def test_no_more_than_three_are_named():
    text = nearest("secret", [f"secret{number}" for number in range(9)])
    assert text.count("'secret") == 3


def test_candidates_may_come_from_any_iterable():
    assert nearest("lables", iter(["labels"])) == "; did you mean 'labels'?"


def test_errors_of_ours_are_shown_as_they_are_imported_and_those_of_users_as_theirs():
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
