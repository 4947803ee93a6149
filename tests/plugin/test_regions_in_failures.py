"""The section of a failing test explains each call of a client in a region that AWS has not."""

from collections.abc import Callable
from typing import Any

import pytest

from pytest_secretsmanager.engine import model

Run = Callable[..., pytest.RunResult]

FILE = """
import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from pytest_secretsmanager import SecretsManager

def read(region="eu-wst-1"):
    return boto3.client("secretsmanager", region_name=region).get_secret_value(SecretId="app/db")

def quietly(region="eu-wst-1"):
    try:
        read(region)
    except EndpointConnectionError:
        pass

def test_it(secretsmanager):
    {body}
"""

ADVICE = "(a newer region needs a newer botocore, or the option extra_regions)"
TOLD = (
    f"GetSecretValue found no host: the client's region is 'eu-wst-1', which {model.BOTOCORE} does not know; did you "
    f"mean 'eu-west-1' or 'eu-west-2' or 'eu-south-1'? {ADVICE}"
)


@pytest.fixture
def sections(run: Run) -> Callable[[str], list[str]]:
    """Runs a test of this body, and gives the plugin's sections, each line unfolded."""

    def of_reports(source: str) -> list[str]:
        recorded: Any = run(source).reprec  # type: ignore[attr-defined]
        reports = recorded.getreports("pytest_runtest_logreport")
        found = [text for report in reports for name, text in report.sections if name == "secretsmanager"]
        assert all(len(line) <= 80 for text in found for line in text.splitlines())
        return [text.replace("\n  ", " ") for text in found]

    return of_reports


CALLS = {
    "the error itself": ("read()", TOLD.partition("; did")[0]),
    "one that the code swallows": ("quietly(); assert False", TOLD.partition("; did")[0]),
    "the nearest name": ("read()", "; did you mean 'eu-west-1'"),
    "no name that is near": ("read('invalid-region')", f"{model.BOTOCORE} does not know {ADVICE}"),
    "the same call twice": ("quietly(); read()", f"{ADVICE} (2 times)"),
    "a region that an option adds": (
        "with SecretsManager(extra_regions=['eu-atlantis-1']): read('eu-atlantis-2')",
        "did you mean 'eu-atlantis-1'",
    ),
    "more than a section takes": (
        "[quietly(f'eu-wst-{number}') for number in range(9)]; assert False",
        "… and 4 more calls in unknown regions",
    ),
}


@pytest.mark.parametrize(("body", "told"), CALLS.values(), ids=CALLS)
def test_a_failing_test_is_told_of_it(sections: Callable[[str], list[str]], body: str, told: str) -> None:
    (text,) = sections(FILE.replace("{body}", body))
    assert told in text


def test_a_test_that_passes_is_told_nothing(sections: Callable[[str], list[str]]) -> None:
    assert sections(FILE.replace("{body}", "quietly()")) == []


def test_the_next_test_is_told_nothing_of_it(sections: Callable[[str], list[str]]) -> None:
    file = FILE.replace("{body}", "quietly()") + "\ndef test_next(secretsmanager):\n    assert False\n"
    assert sections(file) == []


def test_a_secret_that_is_not_there_is_told_beside_it(sections: Callable[[str], list[str]]) -> None:
    (text,) = sections(FILE.replace("{body}", "quietly(); read('eu-west-1')"))
    assert "GetSecretValue found no host" in text
    assert "GetSecretValue: no secret 'app/db' in eu-west-1" in text
