"""Filters: which secrets they match."""

import pytest

from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.rules import filters
from pytest_secretsmanager.engine.state import Beginnings, Secret, SecretKey


def a_secret(name="db", **members):
    key = SecretKey("us-east-1", "123456789012", name)
    return Secret(key=key, arn=f"arn:{name}", created=0.0, changed=0.0, **members)


def found(secrets, *wanted):
    """The names of the secrets that match filters of key and values."""
    entries = [{"Key": key, "Values": list(values)} for key, *values in wanted]
    tests = filters.tests_of(entries)
    return [secret.name for secret in secrets if all(test(secret) for test in tests)]


def passes(secret, *wanted):
    return found([secret], *wanted) == [secret.name]


NAMES, WORDS = True, False


@pytest.mark.parametrize(
    ("key", "values", "beginnings"),
    [
        pytest.param("name", ["app/", "DB"], (NAMES, ["app/", "DB"]), id="of names, whose case counts"),
        pytest.param("name", ["app/", "!db"], None, id="open by a negated name"),
        pytest.param("name", [""], (NAMES, [""]), id="of all names"),
        pytest.param("description", ["To  be", "pay"], (WORDS, ["to", "pay"]), id="of the longest word of a value"),
        pytest.param("all", ["a Longer one"], (WORDS, ["longer"]), id="of a word in lower case"),
        pytest.param("all", [" ", "pay"], (WORDS, ["pay"]), id="of no word, which matches nothing"),
        pytest.param("all", ["pay", "!web"], None, id="open by a negated word"),
        pytest.param("tag-key", ["Team of"], (WORDS, ["team"]), id="of the first word of an attribute"),
        pytest.param("tag-value", ["pay", ""], None, id="open by a value that every attribute begins with"),
        pytest.param("tag-value", [" "], None, id="open by a blank"),
    ],
)
def test_the_matches_of_a_filter_have_beginnings(key, values, beginnings):
    found = filters.beginnings_of({"Key": key, "Values": values})
    assert found == (None if beginnings is None else Beginnings(*beginnings))


def test_the_words_of_a_secret_are_those_of_all_attributes_in_lower_case():
    secret = a_secret("app/Db", description="Not web", tags={"Team": "Pay one"}, owning_service="rds")
    assert filters.words_of(secret) == {"app/db", "app", "db", "not", "web", "team", "pay", "one", "rds"}


@pytest.mark.parametrize("none", [None, []], ids=["absent", "empty"])
def test_without_filters_a_secret_has_no_test_to_pass(none):
    assert filters.tests_of(none) == []


@pytest.mark.parametrize(
    ("key", "members"),
    [
        ("name", {"name": "Prod/db"}),
        ("tag-key", {"tags": {"x": "", "Prod/db": ""}}),
        ("tag-value", {"tags": {"x": "y", "z": "Prod/db"}}),
        ("primary-region", {"primary_region": "Prod/db"}),
        ("owning-service", {"owning_service": "Prod/db"}),
    ],
    ids=["name", "tag-key", "tag-value", "primary-region", "owning-service"],
)
@pytest.mark.parametrize(
    ("value", "expected"),
    [("Prod/db", True), ("Prod", True), ("P", True), ("prod", False), ("db", False), ("Prod/db2", False)],
)
def test_a_filter_matches_a_prefix_and_its_case(key, members, value, expected):
    assert passes(a_secret(**members), (key, value)) is expected


@pytest.mark.parametrize("key", ["tag-key", "tag-value", "primary-region", "owning-service", "description"])
def test_a_filter_does_not_match_a_missing_attribute(key):
    assert not passes(a_secret(), (key, "x"))


@pytest.mark.parametrize("key", ["tag-key", "tag-value", "primary-region", "owning-service", "description", "name"])
def test_a_negated_filter_matches_a_secret_without_the_value(key):
    assert passes(a_secret(), (key, "!x"))


@pytest.mark.parametrize(
    ("value", "names"),
    [("!/", ["db", "my/db"]), ("/", ["/db"]), ("!my", ["db", "/db"]), ("!x", ["db", "/db", "my/db"])],
    ids=["!/", "/", "!my", "!x"],
)
def test_an_exclamation_mark_negates_a_filter_value(value, names):
    assert found([a_secret("db"), a_secret("/db"), a_secret("my/db")], ("name", value)) == names


@pytest.mark.parametrize(
    ("description", "expected"),
    [("an apple", False), ("big Apple", False), ("one two", True), ("", True), ("banana", True)],
)
def test_a_negated_word_excludes_descriptions_with_a_word_of_that_prefix(description, expected):
    assert passes(a_secret(description=description), ("description", "!a")) is expected


def test_a_filter_matches_any_of_its_values():
    assert found([a_secret("a"), a_secret("b"), a_secret("c")], ("name", "a", "c")) == ["a", "c"]


@pytest.mark.parametrize(
    "wanted",
    [(("name", "app"), ("tag-key", "team")), (("name", "app"), ("name", "app/b"))],
    ids=["different keys", "same key"],
)
def test_a_secret_has_to_match_all_filters(wanted):
    secrets = [a_secret("app/a"), a_secret("app/b", tags={"team": "pay"}), a_secret("other", tags={"team": "pay"})]
    assert found(secrets, *wanted) == ["app/b"]


def test_a_name_filter_does_not_split_its_value_at_spaces():
    assert found([a_secret("testing1"), a_secret("one")], ("name", "testing1 one")) == []


@pytest.mark.parametrize(
    ("description", "value", "expected"),
    [
        ("my main database", "main", True),
        ("my main database", "ma", True),
        ("my main database", "MAIN", True),
        ("My Main Database", "main", True),
        ("my main database", "base", False),
        ("my main database", "database my", True),
        ("my main database", "my other", False),
        ("my main database", "my main database", True),
        ("COMPANYthings", "Ythings", True),
        ("COMPANYthings", "company", True),
        ("COMPANYthings", "companythings", True),
        ("COMPANYthings", "things", False),
        ("COMPANYthings", "pany", False),
        ("COMPANYthings", "N", False),
        ("MyTestSecret", "test", True),
        ("MyTestSecret", "secret", True),
        ("Thirdsecret", "Secret", False),
        ("prod-app", "app", True),
        ("prod/app", "app", True),
        ("prod_app", "app", True),
        ("prod+app", "app", True),
        ("prod=app", "app", True),
        ("prod.app", "app", True),
        ("prod@app", "app", True),
        ("prod-AppBeta-29b7d9", "AppBeta", True),
        ("prod-AppBeta-29b7d9", "Beta", True),
        ("prod-AppBeta-29b7d9", "29b7d9", True),
        ("prod-AppBeta-29b7d9", "b7d9", False),
        ("prod-AppBeta-29b7d9", "7d", True),
        ("uat/COMPANYthings/x", "COMPANYthings", True),
        ("uat/COMPANYthings/x", "Ythings", True),
        ("uat/COMPANYthings/x", "things", False),
        ("prod-app/x", "app", False),
        ("prod-app/x", "x", False),
        ("prod-app/x", "prod", True),
        ("-_x", "-_", True),
        ("_-x", "_-", True),
        ("", "x", False),
    ],
)
@pytest.mark.parametrize("key", ["description", "all"])
def test_a_filter_of_words_matches_prefixes_without_case(key, description, value, expected):
    assert passes(a_secret("zzz", description=description), (key, value)) is expected


@pytest.mark.parametrize("description", ["one+two", "one + two", "+one", "+"])
@pytest.mark.parametrize("key", ["description", "all"])
def test_a_plus_sign_alone_matches_nothing(key, description):
    assert not passes(a_secret("zzz", description=description), (key, "+"))


@pytest.mark.parametrize("blank", ["", " "], ids=["empty", "blank"])
@pytest.mark.parametrize("key", ["description", "all"])
def test_a_filter_without_a_word_matches_nothing(key, blank):
    assert not passes(a_secret(description="one"), (key, blank))


@pytest.mark.parametrize(
    "secret",
    [
        a_secret("Main"),
        a_secret(description="Main"),
        a_secret(tags={"Main": ""}),
        a_secret(tags={"x": "Main"}),
    ],
    ids=["name", "description", "tag key", "tag value"],
)
def test_the_all_filter_matches_name_description_tag_key_and_tag_value(secret):
    assert passes(secret, ("all", "main"))
    assert not passes(secret, ("all", "other"))
    assert not passes(secret, ("all", "!main"))


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (a_secret("zzz", description="first second"), True),
        (a_secret("first", description="second"), False),
        (a_secret("zzz", tags={"first": "second"}), False),
    ],
    ids=["one attribute", "name and description", "tag key and value"],
)
def test_the_all_filter_needs_all_words_in_one_attribute(secret, expected):
    assert passes(secret, ("all", "first second")) is expected


@pytest.mark.parametrize("key", ["primary-region", "owning-service"])
def test_the_all_filter_ignores_primary_region_and_owning_service(key):
    member = key.replace("-", "_")
    assert not passes(a_secret(**{member: "main"}), ("all", "main"))


@pytest.mark.parametrize(
    "key", ["name", "tag-key", "tag-value", "description", "all", "primary-region", "owning-service"]
)
def test_every_filter_key_of_the_service_description_is_known(key):
    assert found([a_secret()], (key, "nothing of that kind")) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"Values": ["x"]}, "Invalid filter key"),
        ({}, "Invalid filter key"),
        ({"Key": "name"}, "Invalid filter values for key: name"),
        ({"Key": "name", "Values": []}, "Invalid filter values for key: name"),
    ],
    ids=["key absent", "key and values absent", "values absent", "values empty"],
)
def test_a_filter_without_key_or_values_is_refused(entry, message):
    with pytest.raises(InvalidParameterException) as caught:
        filters.tests_of([entry])
    assert caught.value.message == message
