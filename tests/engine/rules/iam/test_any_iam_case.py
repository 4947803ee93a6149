"""IAM's decision on random policies and requests is the oracle's."""

import json
from collections import Counter
from random import Random

import iam_oracle
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from iam_cases import Case, outcome
from iam_generator import generated_case

COUNT = 2_100


def test_the_oracle_decides_random_cases_alike(oracle) -> None:
    """All cases are drawn first: one run of Node.js decides them all."""
    found: list[Case] = []

    @seed(8)
    @settings(max_examples=COUNT, database=None, phases=[Phase.generate])
    @given(st.integers(0, 2**64))
    def collect(number: int) -> None:
        found.append(generated_case(Random(number)))

    collect()
    answers = iam_oracle.answers(oracle, found)
    differing = [
        f"{outcome(case.decision)}, the oracle: {answer}; {described(case)}"
        for case, answer in zip(found, answers, strict=True)
        if outcome(case.decision) != answer
    ]
    assert not differing, f"{len(differing)} of {len(found)}:\n" + "\n".join(differing[:5])
    assert len(found) >= 2_000
    assert min(Counter(answers).values()) > COUNT / 20, "each decision is frequent"
    assert len(Counter(answers)) == 3


def described(case: Case) -> str:
    return json.dumps([case.caller.arn, case.action, case.resource, case.context, case.policies])
