"""Conditions: whether the keys of a request meet one statement's tests.

DOC: all tests have to hold, and one of the values of each. A negated operator holds if no value matches, also without
the key. `IfExists` holds without the key. `ForAllValues:` holds if each value of the request does, also without any;
`ForAnyValue:` if one does.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from pytest_secretsmanager.engine.rules.iam import operators
from pytest_secretsmanager.engine.rules.iam.operators import FOR_ALL_VALUES, FOR_ANY_VALUE, NULL, Operator, Written
from pytest_secretsmanager.engine.rules.iam.patterns import Parts
from pytest_secretsmanager.engine.rules.iam.requests import Context
from pytest_secretsmanager.engine.rules.iam.variables import VERSION, Template, Variable, is_fixed, resolved, template

Holds: TypeAlias = Callable[[Context], bool]

Satisfied: TypeAlias = Callable[[str, Context], bool]
"""Returns whether one value of the request satisfies a test."""


class Test(NamedTuple):
    """One key under one operator of a condition: both as written, and whether a request meets it."""

    operator: str
    key: str
    values: tuple[str, ...]
    variables: tuple[Variable, ...]
    holds: Holds


def tests_of(conditions: Mapping[str, Mapping[str, tuple[str, ...]]], version: str) -> tuple[Test, ...]:
    """Return the tests of a statement. `version` is the policy's: only the newer one has variables."""
    return tuple(
        _test(operator, key, values, version) for operator, keys in conditions.items() for key, values in keys.items()
    )


def _test(name: str, key: str, values: tuple[str, ...], version: str) -> Test:
    written, wanted = operators.written(name), key.lower()
    if written.name == NULL:
        return Test(name, key, values, (), _null(wanted, values, written.quantifier))
    operator = operators.OPERATORS[written.name]
    with_variables = operator.with_variables and version == VERSION
    templates = tuple(template(value, with_variables=with_variables) for value in values)
    satisfied = _satisfied(operator, templates)
    variables = tuple(part for parts in templates for part in parts if isinstance(part, Variable))
    return Test(name, key, values, variables, _quantified(wanted, written, operator, satisfied))


def _null(key: str, values: tuple[str, ...], quantifier: str) -> Holds:
    """DOC: `true` asks that the key is absent, `false` that it is present.

    DOC (Access Analyzer, "Null with qualifier"): ForAllValues makes it always true, ForAnyValue always false.
    """
    if quantifier:
        return lambda _: quantifier == FOR_ALL_VALUES
    wanted = {value.lower() for value in values}
    return lambda context: ("true" if context(key) is None else "false") in wanted


def _satisfied(operator: Operator, templates: tuple[Template, ...]) -> Satisfied:
    fixed: list[Parts] = [parts for parts in templates if is_fixed(parts)]  # type: ignore[misc]
    wanted = not operator.negated
    if len(fixed) == len(templates):
        matches = operator.compile(fixed)
        return lambda value, _: matches(value) is wanted
    compiled = lru_cache(maxsize=64)(operator.compile)

    def satisfied(value: str, context: Context) -> bool:
        """DOC: a variable without a value equals nothing, and negated operators hold."""
        found = [resolved(parts, context) for parts in templates]
        return compiled(tuple(parts for parts in found if parts is not None))(value) is wanted

    return satisfied


def _quantified(key: str, written: Written, operator: Operator, satisfied: Satisfied) -> Holds:
    if written.quantifier == FOR_ALL_VALUES:
        return _for_all_values(key, satisfied)
    if written.quantifier == FOR_ANY_VALUE:
        return _for_any_value(key, satisfied, without_key=written.if_exists)
    return _for_one_value(key, satisfied, without_key=written.if_exists or operator.negated)


def _for_one_value(key: str, satisfied: Satisfied, *, without_key: bool) -> Holds:
    """GUESS: without a quantifier, the condition holds for no key with several values. DOC: it needs one."""

    def holds(context: Context) -> bool:
        value = context(key)
        if value is None:
            return without_key
        return isinstance(value, str) and satisfied(value, context)

    return holds


def _for_all_values(key: str, satisfied: Satisfied) -> Holds:
    """DOC: holds without the key, and for an empty string or set as well."""

    def holds(context: Context) -> bool:
        values = context(key) or ()
        if isinstance(values, str):
            return satisfied(values, context)
        return not any(values) or all(satisfied(value, context) for value in values)

    return holds


def _for_any_value(key: str, satisfied: Satisfied, *, without_key: bool) -> Holds:
    """DOC: does not hold without the key, nor for an empty string or set, whether negated or not."""

    def holds(context: Context) -> bool:
        values = context(key)
        if values is None:
            return without_key
        if isinstance(values, str):
            return values != "" and satisfied(values, context)
        return any(values) and any(satisfied(value, context) for value in values)

    return holds
