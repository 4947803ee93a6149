"""IAM's decision on each case of the table, and the oracle's decision on the same case."""

import iam_oracle
import pytest
from iam_cases import Case, cases, outcome

ALL = tuple(cases())

each_case = pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)


@each_case
def test_iam_decides_as_the_source_says(case: Case) -> None:
    decision = case.decision
    assert outcome(decision) == case.expected, f"{case.source}; {decision.reason}"
    assert case.by in (None, decision.policy_type)


@pytest.fixture(scope="session")
def oracle_answers(oracle):
    """The oracle's decisions by the names of the cases."""
    return dict(zip([case.name for case in ALL], iam_oracle.answers(oracle, ALL), strict=True))


@each_case
def test_the_oracle_decides_the_case_alike_or_the_case_says_why_not(case: Case, oracle_answers) -> None:
    assert (oracle_answers[case.name] != case.expected) is (case.differs is not None), oracle_answers[case.name]


def test_the_table_has_at_least_200_cases_each_with_a_source_and_a_name_of_its_own() -> None:
    assert len(ALL) >= 200
    assert all(case.source for case in ALL)
    names = [case.name for case in ALL]
    assert [name for name in names if names.count(name) > 1] == []
