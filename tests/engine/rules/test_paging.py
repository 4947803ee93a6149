"""Pages of results, and their tokens."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine.errors import InvalidNextTokenException
from pytest_secretsmanager.engine.rules import paging

QUERY = {"Filters": [{"Key": "name", "Values": ["x"]}]}
ITEMS = list("abcdefg")


def key(item):
    return (item, item)


def page(items, token=None, size=2, query=QUERY, **options):
    return paging.page(items, key, query, size=size, token=token, **options)


def pages(items, **options):
    found, token = [], None
    while True:
        items_found, token = page(items, token, **options)
        found.append(items_found)
        if token is None:
            return found


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, [0]), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2]), (7, [2, 2, 2, 1])],
    ids=["0 items", "1 item", "2 items", "3 items", "4 items", "7 items"],
)
def test_the_last_page_has_no_token(count, sizes):
    assert [len(found) for found in pages(ITEMS[:count])] == sizes


@given(
    items=st.lists(st.tuples(st.integers(0, 3).map(float), st.text(max_size=3)), unique=True, max_size=30),
    size=st.integers(1, 7),
    descending=st.booleans(),
)
def test_all_pages_together_hold_all_items_in_order(items, size, descending):
    found, token = [], None
    while True:
        some, token = paging.page(items, lambda item: item, {}, size=size, token=token, descending=descending)
        found += some
        if token is None:
            break
        assert len(some) == size
    assert found == sorted(items, reverse=descending)


def test_a_page_without_a_size_holds_100_items():
    found, token = paging.page([f"{number:03}" for number in range(101)], key, QUERY, size=None, token=None)
    assert len(found) == 100
    assert token is not None


def test_a_page_continues_after_the_last_item_even_if_that_was_deleted():
    _, token = page(ITEMS)
    assert page([item for item in ITEMS if item != "b"], token)[0] == ["c", "d"]


def test_a_page_omits_an_item_that_was_added_before_it():
    _, token = page(["b", "c", "e"])
    assert page(["a", "b", "c", "d", "e"], token)[0] == ["d", "e"]


def test_a_page_token_may_lead_to_an_empty_page():
    _, token = page(ITEMS)
    assert page(["a", "b"], token) == ([], None)


def test_the_same_query_gives_the_same_page_token():
    assert page(ITEMS) == page(ITEMS)


def test_a_page_token_is_valid_for_the_members_of_a_query_in_any_order():
    query = {"SortBy": "name", "SortOrder": "asc"}
    _, token = page(ITEMS, query=query)
    assert page(ITEMS, token, query=dict(reversed(query.items())))[0] == ["c", "d"]


def test_a_page_takes_no_more_items_than_it_needs():
    items = iter(ITEMS)
    found, _ = paging.page_of(lambda _: items, key, QUERY, size=2, token=None)
    assert (found, next(items)) == (["a", "b"], "d")


def test_a_page_token_is_ascii_text():
    names = ["z", "é😀/+", "\ud800"]
    _, token = page(names, size=2)
    assert token.isascii()
    assert page(names, token)[0] == ["\ud800"]


def other_key(token):
    """A token with the same checksum for another position."""
    raw = base64.urlsafe_b64decode(token)
    return base64.urlsafe_b64encode(raw[:8] + json.dumps(["x", "x"]).encode()).decode()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "nonsense", id="nonsense"),
        pytest.param(lambda _: "é" * 20, id="not base64"),
        pytest.param(lambda token: token[:-4], id="cut short"),
        pytest.param(lambda token: token + "AAAA", id="made longer"),
        pytest.param(lambda token: token.swapcase(), id="in other case"),
        pytest.param(other_key, id="for another position"),
    ],
)
def test_a_forged_page_token_is_refused(spoil):
    _, token = page(ITEMS)
    with pytest.raises(InvalidNextTokenException) as caught:
        page(ITEMS, spoil(token))
    assert caught.value.message == "Invalid pagination token."


def test_a_page_token_of_another_query_is_refused():
    _, token = page(ITEMS)
    with pytest.raises(InvalidNextTokenException):
        page(ITEMS, token, query={"Filters": None})
