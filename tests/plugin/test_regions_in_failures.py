"""The section of a failing test explains each call to a region that botocore does not know."""

from collections.abc import Callable

import pytest

from pytest_secretsmanager.engine import model

Sections = Callable[..., list[str]]

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


CALLS = {
    "the error itself": ("read()", TOLD.partition("; did")[0]),
    "an error that the code swallows": ("quietly(); assert False", TOLD.partition("; did")[0]),
    "the nearest name": ("read()", "; did you mean 'eu-west-1'"),
    "no similar name": ("read('invalid-region')", f"{model.BOTOCORE} does not know {ADVICE}"),
    "the same call twice": ("quietly(); read()", f"{ADVICE} (2 times)"),
    "a region that an option adds": (
        "with SecretsManager(extra_regions=['eu-atlantis-1']): read('eu-atlantis-2')",
        "did you mean 'eu-atlantis-1'",
    ),
    "more calls than the section shows": (
        "[quietly(f'eu-wst-{number}') for number in range(9)]; assert False",
        "… and 4 more calls in unknown regions",
    ),
}


@pytest.mark.parametrize(("body", "shown"), CALLS.values(), ids=CALLS)
def test_a_failing_test_explains_calls_to_an_unknown_region(sections: Sections, body: str, shown: str) -> None:
    (text,) = sections(FILE.replace("{body}", body))
    assert shown in text


def test_a_passing_test_shows_no_call_to_an_unknown_region(sections: Sections) -> None:
    assert sections(FILE.replace("{body}", "quietly()"), passed=1) == []


def test_a_call_to_an_unknown_region_is_not_shown_in_the_next_test(sections: Sections) -> None:
    file = FILE.replace("{body}", "quietly()") + "\ndef test_next(secretsmanager):\n    assert False\n"
    assert sections(file, passed=1, failed=1) == []


def test_a_failing_test_shows_a_missing_secret_as_well_as_an_unknown_region(
    sections: Sections,
) -> None:
    (text,) = sections(FILE.replace("{body}", "quietly(); read('eu-west-1')"))
    assert "GetSecretValue found no host" in text
    assert "GetSecretValue: no secret 'app/db' in eu-west-1" in text
