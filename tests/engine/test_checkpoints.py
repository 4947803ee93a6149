"""Points to go back to: the same objects hold again what they held."""

import pytest

from pytest_secretsmanager.engine.checkpoints import checkpoint


@pytest.mark.parametrize(
    ("collection", "change"),
    [
        pytest.param([1, 2], lambda them: them.append(3), id="a list that grew"),
        pytest.param([1, 2], list.clear, id="a list that was emptied"),
        pytest.param({"a": 1}, lambda them: them.update(a=2, b=3), id="a dict that changed"),
        pytest.param({"a": 1}, dict.clear, id="a dict that was emptied"),
    ],
)
def test_a_collection_holds_again_what_it_held(collection, change):
    before = collection.copy()
    restore = checkpoint(collection)
    change(collection)
    assert collection != before
    restore()
    assert collection == before


def test_several_go_back_together_and_more_than_once():
    one, two = [1], {"a": 1}
    restore = checkpoint(one, two)
    for _ in range(2):
        one.append(2)
        two["b"] = 2
        restore()
        assert (one, two) == ([1], {"a": 1})


def test_a_dict_keeps_its_order():
    them = {"b": 1, "a": 2}
    restore = checkpoint(them)
    del them["b"]
    them["b"] = 1
    restore()
    assert list(them) == ["b", "a"]
