"""A log without calls: where they went, and what else may be the cause."""

import gc
from functools import lru_cache

import boto3
import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.managing.planting import follow_environment
from pytest_secretsmanager.managing.rollback import rolled_back

CACHES = "\n  does the code cache what it reads (lru_cache, powertools, at import)? Clear that before the test"


def text_of(sm: SecretsManager) -> str:
    """What is said of a log without calls."""
    with pytest.raises(AssertionError) as failure:
        sm.assert_logged("GetSecretValue")
    return str(failure.value).partition("logged were: ")[2]


def read(sm: SecretsManager, times: int = 1) -> None:
    sm.seed("db", "one")
    for _ in range(times):
        boto3.client("secretsmanager", region_name=sm.region).get_secret_value(SecretId="db")


@pytest.fixture(autouse=True)
def _no_others() -> None:
    """Those of tests before have been left, which counts for none that is made later."""
    gc.collect()


def test_a_log_without_calls_asks_whether_the_code_caches() -> None:
    with SecretsManager() as sm:
        assert text_of(sm) == f"no calls at all{CACHES}"


def test_the_question_is_the_right_one_for_code_that_caches() -> None:
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


def test_one_that_answers_inside_is_named() -> None:
    with SecretsManager() as outer, SecretsManager("eu-west-1") as inner:
        read(inner, 3)
        assert text_of(outer) == (
            "no calls at all\n"
            "  another SecretsManager, in eu-west-1, which is active, has logged 3: ask that one for its log"
            f"{CACHES}"
        )


def test_one_that_has_answered_inside_and_was_left_is_named() -> None:
    with SecretsManager() as outer:
        with SecretsManager() as inner:
            read(inner)
        assert "another SecretsManager, in us-east-1, which has been left, has logged 1: ask" in text_of(outer)


def test_one_that_was_made_before_and_answered_meanwhile_is_named() -> None:
    inner = SecretsManager()
    with SecretsManager() as outer:
        with inner:
            read(inner)
        assert "which has been left, has logged 1" in text_of(outer)


def test_one_around_it_is_named() -> None:
    with SecretsManager() as outer:
        read(outer, 2)
        with SecretsManager() as inner:
            assert "which is active, has logged 2" in text_of(inner)


def test_the_active_one_is_named_for_one_that_was_never_entered() -> None:
    idle = SecretsManager()
    with SecretsManager() as active:
        read(active)
        assert "which is active, has logged 1" in text_of(idle)


def test_one_that_was_left_before_is_not_named() -> None:
    with SecretsManager() as before:
        read(before)
    with SecretsManager() as sm:
        assert text_of(sm) == f"no calls at all{CACHES}"
    assert len(before.log) == 1


def test_one_without_calls_is_not_named() -> None:
    with SecretsManager() as sm, SecretsManager():
        assert text_of(sm) == f"no calls at all{CACHES}"


def test_one_that_was_entered_again_counts_as_active() -> None:
    again = SecretsManager()
    with again:
        read(again)
    with SecretsManager() as sm, again:
        assert "which is active, has logged 1" in text_of(sm)


def test_one_that_a_test_before_has_left_is_not_named_by_that_of_the_run() -> None:
    """The manager of a whole run gives each test a log of its own."""
    with SecretsManager() as run:
        with rolled_back(run._parts, own_log=True), SecretsManager() as inner:
            read(inner)
        with rolled_back(run._parts, own_log=True):
            assert text_of(run) == f"no calls at all{CACHES}"


def test_many_others_are_counted() -> None:
    others = [SecretsManager() for _ in range(7)]
    with SecretsManager() as sm:
        for other in others:
            with other:
                read(other)
        text = text_of(sm)
    assert text.count("another SecretsManager") == 5
    assert "\n    … and 2 more\n" in text


def test_a_log_with_other_calls_does_not_ask() -> None:
    with SecretsManager() as sm, SecretsManager() as inner:
        read(inner)
        inner.log.clear()
        inner.client().get_random_password()
        with pytest.raises(AssertionError, match=r"logged were: GetRandomPassword$"):
            inner.assert_logged("GetSecretValue")
        assert "has logged 1" in text_of(sm)


def test_one_that_has_moved_since_is_named_with_its_region_now(monkeypatch: pytest.MonkeyPatch) -> None:
    with SecretsManager() as outer, SecretsManager() as inner, monkeypatch.context() as environment:
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        follow_environment(inner._parts)
        read(inner)
        assert "another SecretsManager, in eu-west-1, which is active, has logged 1" in text_of(outer)
