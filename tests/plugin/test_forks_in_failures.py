"""A failing test says that its process was forked: it sees nothing of what a forked child does."""

import os
from collections.abc import Callable

import pytest

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning"),
]

Sections = Callable[..., list[str]]

FILE = """
import os
import subprocess
import sys
import boto3
import pytest
from pytest_secretsmanager import SecretsManager

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")

def fork(work=lambda: None):
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)

def read():
    boto3.client("secretsmanager").get_secret_value(SecretId="db")

@pytest.mark.secret("db", "to-hide")
def test_it(secretsmanager):
    {body}
    assert False
"""

COPY = (
    "a child has a copy of the secrets, so its calls and changes are not seen here; a child that takes the variables "
    "of sm.endpoint() shares them"
)

TOLD = {
    "a child that reads": ("fork(read)", f"this process was forked: {COPY}"),
    "three children": ("[fork(read) for _ in range(3)]", f"this process was forked 3 times: {COPY}"),
    "a child, and a call of the parent": ("fork(read); read()", f"this process was forked: {COPY}"),
    "a child inside a snapshot": (
        "\n    with secretsmanager.snapshot():\n        fork(read)\n        raise ValueError",
        f"this process was forked: {COPY}",
    ),
}


@pytest.mark.parametrize(("body", "line"), TOLD.values(), ids=TOLD)
def test_a_failing_test_says_that_it_does_not_see_a_forked_child(sections: Sections, body: str, line: str) -> None:
    (section,) = sections(FILE.format(body=body))
    assert section.splitlines()[0] == line


SILENT = {
    "no child": "pass",
    "a child beside a running endpoint": "secretsmanager.endpoint(); fork()",
    "a subprocess": "subprocess.run([sys.executable, '-c', ''])",
}


@pytest.mark.parametrize("body", SILENT.values(), ids=SILENT)
def test_a_failing_test_says_nothing_about_forks_without_a_copy_that_it_does_not_see(
    sections: Sections, body: str
) -> None:
    assert not any("forked" in section for section in sections(FILE.format(body=body)))


def test_a_failing_test_does_not_count_the_forks_of_an_earlier_test(sections: Sections) -> None:
    earlier = "\ndef test_earlier(secretsmanager):\n    fork()\n"
    found = sections(
        FILE.format(body="read()").replace("@pytest.mark.secret", f"{earlier}\n@pytest.mark.secret"), passed=1, failed=1
    )
    assert not any("forked" in section for section in found)


def test_assert_logged_says_that_the_log_has_no_calls_of_a_forked_child(failures: Callable[..., list[str]]) -> None:
    body = "fork(read); secretsmanager.assert_logged('GetSecretValue')"
    (text,) = failures(FILE.format(body=body))
    assert "no calls\nE         this process was forked: a child has a copy" in text
