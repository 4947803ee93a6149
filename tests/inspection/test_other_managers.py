"""Failures about a log without calls: they name other managers with calls, and other causes."""

import gc
from functools import lru_cache

import boto3
import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.managing.planting import follow_environment
from pytest_secretsmanager.managing.rollback import rolled_back

CACHES = "\n  does the code cache what it reads (lru_cache, powertools, at import)? Clear the cache before the test"


def text_of(sm: SecretsManager) -> str:
    """Return the part of the failure about a log without calls."""
    with pytest.raises(AssertionError) as failure:
        sm.assert_logged("GetSecretValue")
    return str(failure.value).partition("logged were: ")[2]


def read(sm: SecretsManager, times: int = 1) -> None:
    sm.seed("db", "one")
    for _ in range(times):
        boto3.client("secretsmanager", region_name=sm.region).get_secret_value(SecretId="db")


@pytest.fixture(autouse=True)
def _no_others() -> None:
    """Collect the managers of earlier tests."""
    gc.collect()


def test_assert_logged_without_calls_asks_whether_the_code_caches() -> None:
    with SecretsManager() as sm:
        assert text_of(sm) == f"no calls{CACHES}"


def test_assert_logged_without_calls_names_lru_cache_for_code_that_caches() -> None:
    @lru_cache
    def password() -> str:
        return boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"]

    with SecretsManager() as first:
        first.seed("db", "one")
        assert password() == "one"
    with SecretsManager() as sm:
        sm.seed("db", "two")
        assert password() == "one"
        assert "lru_cache" in text_of(sm)


def test_assert_logged_without_calls_names_an_inner_manager_with_calls() -> None:
    with SecretsManager() as outer, SecretsManager("eu-west-1") as inner:
        read(inner, 3)
        assert text_of(outer) == (
            f"no calls\n  another SecretsManager, in eu-west-1, which is active, has logged 3: look at its log{CACHES}"
        )


def test_assert_logged_without_calls_names_an_inner_manager_that_was_left() -> None:
    with SecretsManager() as outer:
        with SecretsManager() as inner:
            read(inner)
        assert "another SecretsManager, in us-east-1, which has been left, has logged 1: look" in text_of(outer)


def test_assert_logged_without_calls_names_an_inner_manager_that_was_created_before() -> None:
    inner = SecretsManager()
    with SecretsManager() as outer:
        with inner:
            read(inner)
        assert "which has been left, has logged 1" in text_of(outer)


def test_assert_logged_without_calls_names_an_outer_manager_with_calls() -> None:
    with SecretsManager() as outer:
        read(outer, 2)
        with SecretsManager() as inner:
            assert "which is active, has logged 2" in text_of(inner)


def test_assert_logged_of_a_manager_that_was_never_entered_names_the_active_one() -> None:
    idle = SecretsManager()
    with SecretsManager() as active:
        read(active)
        assert "which is active, has logged 1" in text_of(idle)


def test_assert_logged_without_calls_ignores_a_manager_that_was_left_before() -> None:
    with SecretsManager() as before:
        read(before)
    with SecretsManager() as sm:
        assert text_of(sm) == f"no calls{CACHES}"
    assert len(before.log) == 1


def test_assert_logged_without_calls_ignores_a_manager_without_calls() -> None:
    with SecretsManager() as sm, SecretsManager():
        assert text_of(sm) == f"no calls{CACHES}"


def test_assert_logged_without_calls_names_a_manager_that_was_entered_again_as_active() -> None:
    again = SecretsManager()
    with again:
        read(again)
    with SecretsManager() as sm, again:
        assert "which is active, has logged 1" in text_of(sm)


def test_assert_logged_of_a_run_ignores_a_manager_that_an_earlier_test_left() -> None:
    """The manager of a whole run gives each test its own log."""
    with SecretsManager() as run:
        with rolled_back(run._parts, own_log=True), SecretsManager() as inner:
            read(inner)
        with rolled_back(run._parts, own_log=True):
            assert text_of(run) == f"no calls{CACHES}"


def test_assert_logged_without_calls_names_five_other_managers_and_counts_the_rest() -> None:
    others = [SecretsManager() for _ in range(7)]
    with SecretsManager() as sm:
        for other in others:
            with other:
                read(other)
        text = text_of(sm)
    assert text.count("another SecretsManager") == 5
    assert "\n    … and 2 more\n" in text


def test_assert_logged_with_other_calls_does_not_ask_about_caches() -> None:
    with SecretsManager() as sm, SecretsManager() as inner:
        read(inner)
        inner.log.clear()
        inner.client().get_random_password()
        with pytest.raises(AssertionError, match=r"logged were: GetRandomPassword$"):
            inner.assert_logged("GetSecretValue")
        assert "has logged 1" in text_of(sm)


def test_assert_logged_without_calls_names_the_current_region_of_another_manager(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with SecretsManager() as outer, SecretsManager() as inner, monkeypatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        follow_environment(inner._parts)
        read(inner)
        assert "another SecretsManager, in eu-west-1, which is active, has logged 1" in text_of(outer)
