"""The likeness of names: what counts, and that the most alike come first."""

import pytest

from pytest_secretsmanager.engine.rules.likeness import most_alike, simplified


@pytest.mark.parametrize(
    ("name", "simple"),
    [("app/db", "app/db"), ("App/DB", "app/db"), ("a_b+c=d.e@f-g", "a/b/c/d/e/f/g")],
    ids=["simple", "upper case", "each separator"],
)
def test_a_simplified_name_has_no_upper_case_and_one_kind_of_separator(name, simple):
    assert simplified(name) == simple


@pytest.mark.parametrize(
    ("name", "other", "nearest"),
    [
        pytest.param("app/db", "web/xx", "app/xx", id="beginning"),
        pytest.param("app/db", "web/xx", "xxx/db", id="ending"),
        pytest.param("app/db", "app/xx", "ap/db", id="longer beginning and ending together"),
        pytest.param("app/db", "xpp/db", "app/db/2", id="whole name as the beginning"),
        pytest.param("App_DB", "app/web", "aPP-db", id="simplified name"),
    ],
)
def test_the_name_that_is_most_alike_has_the_same(name, other, nearest):
    assert most_alike(name, [other, nearest], most=2) == [nearest, other]


def test_no_more_names_are_alike_than_asked_for():
    assert most_alike("app/db", ["web", "app/1", "app/d", "app"], most=2) == ["app/d", "app/1"]
