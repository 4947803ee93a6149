"""Checkpoints: the same objects get their former content back."""

import pytest

from pytest_secretsmanager.engine.checkpoints import checkpoint


@pytest.mark.parametrize(
    ("collection", "change"),
    [
        pytest.param([1, 2], lambda them: them.append(3), id="extended list"),
        pytest.param([1, 2], list.clear, id="cleared list"),
        pytest.param({"a": 1}, lambda them: them.update(a=2, b=3), id="changed dict"),
        pytest.param({"a": 1}, dict.clear, id="cleared dict"),
    ],
)
def test_restore_gives_a_collection_its_former_content(collection, change):
    before = collection.copy()
    restore = checkpoint(collection)
    change(collection)
    assert collection != before
    restore()
    assert collection == before


def test_restore_works_for_several_collections_and_more_than_once():
    one, two = [1], {"a": 1}
    restore = checkpoint(one, two)
    for _ in range(2):
        one.append(2)
        two["b"] = 2
        restore()
        assert (one, two) == ([1], {"a": 1})


def test_restore_gives_a_dict_its_former_order():
    them = {"b": 1, "a": 2}
    restore = checkpoint(them)
    del them["b"]
    them["b"] = 1
    restore()
    assert list(them) == ["b", "a"]
