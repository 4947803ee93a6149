"""The copy with mutants: how functions are named, freed of decorators, and compared."""

import ast

import pytest
from equivalent_mutants import Change
from mutated_project import change_of, function_of, undecorated, without_types

RULES = "pytest_secretsmanager.engine.rules"


@pytest.mark.parametrize(
    ("mutant", "function"),
    [
        (f"{RULES}.labels.x__place__mutmut_3", "rules.labels._place"),
        (f"{RULES}.labels.x_moves__mutmut_12", "rules.labels.moves"),
        (f"{RULES}.schedule.xǁDaysǁopens_after__mutmut_1", "rules.schedule.Days.opens_after"),
        (f"{RULES}.iam.json_text.xǁFaultǁ__init____mutmut_1", "rules.iam.json_text.Fault.__init__"),
    ],
)
def test_a_mutant_is_named_by_its_function(mutant, function):
    assert function_of(mutant) == function


DECORATED = """\
@cache
def f() -> int:
    return 1

class C:
    @property
    def g(self) -> int:
        return 2

    @staticmethod
    def h() -> int:
        return 3
"""
UNDECORATED = """\
def f() -> int:
    return 1
f = cache(f)

class C:
    def g(self) -> int:
        return 2
    g = property(g)

    @staticmethod
    def h() -> int:
        return 3"""


def test_decorators_become_calls_but_for_those_that_mutmut_keeps():
    assert undecorated(DECORATED) == UNDECORATED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ('cast("int", x)', "cast(None, x)", True),
        ('cast("int", x)', 'cast("int", None)', False),
        ("f(strict=False)", "f(strict=None)", True),
        ("f(strict=True)", "f(strict=None)", False),
        ("f(x)", "f(None)", False),
    ],
)
def test_what_only_a_type_checker_can_tell_is_the_same(one, other, same):
    functions = [ast.parse(f"def {name}(x):\n    return {text}").body[0] for name, text in (("f", one), ("g", other))]
    assert (without_types(functions[0]) == without_types(functions[1])) is same


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (["a", "b", "c"], ["a", "x", "c"], Change("b", "x")),
        (["a", "b", "c", "d"], ["a", "x", "d"], Change("b c", "x")),
        (["a", "b"], ["a"], Change("b", "")),
    ],
)
def test_a_change_has_the_lines_that_differ(before, after, change):
    assert change_of(before, after) == change
