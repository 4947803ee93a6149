"""The wheel with its four dependencies alone: no boto3, and none of the packages of the extras.

    python -m pytest check_alone.py

`.ci/run` installs the wheel alone, and runs a copy of this file there: the default run does not collect it.
"""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import botocore.session
import pytest
from botocore.exceptions import ClientError

from pytest_secretsmanager import SecretsManager, Version

pytest_plugins = ["pytester"]

SECONDS = 120


def client() -> object:
    return botocore.session.get_session().create_client("secretsmanager")


@pytest.mark.parametrize("name", ["boto3", "aiobotocore", "aiohttp", "jinja2", "moto", "mypy_boto3_secretsmanager"])
def test_the_environment_does_not_have(name: str) -> None:
    assert find_spec(name) is None


@pytest.mark.secret("app/db", "old password")
def test_the_first_test_of_the_readme_works_with_a_client_of_botocore(secretsmanager: SecretsManager) -> None:
    client().put_secret_value(SecretId="app/db", SecretString="new password")  # type: ignore[attr-defined]

    secretsmanager.assert_value("app/db", "new password")
    secretsmanager.assert_labels("app/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    secretsmanager.assert_logged("PutSecretValue", times=1, SecretId="app/db")
    secretsmanager.assert_nothing_leaked()


@pytest.mark.secret("app/key", b"\x00\x01", versions=[Version(b"\x00", labels=["AWSPREVIOUS"])])
@pytest.mark.secretsmanager(region="eu-west-1")
def test_a_marker_seeds_bytes_in_another_region(secretsmanager: SecretsManager) -> None:
    assert secretsmanager.client().get_secret_value(SecretId="app/key")["SecretBinary"] == b"\x00\x01"


@pytest.mark.secret_fault("GetSecretValue", "InternalServiceError", times=9, optional=True)
@pytest.mark.secret("app/db", "one")
def test_a_fault_fails_a_call(secretsmanager: SecretsManager) -> None:
    with pytest.raises(ClientError, match="InternalServiceError"):
        secretsmanager.client().get_secret_value(SecretId="app/db")


@pytest.mark.secret("app/db", "one")
def test_a_rotation_runs_its_steps(secretsmanager: SecretsManager) -> None:
    steps: list[str] = []

    def handler(event: dict[str, str], context: object) -> None:
        steps.append(event["Step"])
        if event["Step"] == "createSecret":
            token = event["ClientRequestToken"]
            secretsmanager.client().put_secret_value(
                SecretId="app/db", ClientRequestToken=token, SecretString="two", VersionStages=["AWSPENDING"]
            )

    arn = secretsmanager.rotation.register(handler)
    secretsmanager.client().rotate_secret(
        SecretId="app/db", RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 30}
    )
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


def test_a_function_is_decorated_outside_pytest() -> None:
    @SecretsManager()
    def listed() -> list[object]:
        return list(client().list_secrets()["SecretList"])  # type: ignore[attr-defined]

    assert listed() == []


SUITE = """
import pytest

@pytest.mark.secret("app/db", "one")
def test_it(secretsmanager):
    secretsmanager.client().get_secret_value(SecretId="app/db")
"""


@pytest.mark.parametrize("option", ["--secretsmanager-summary", "--secretsmanager-policy=policy.json"])
def test_an_option_that_needs_no_extra_works(option: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess(option, timeout=SECONDS)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*secretsmanager*GetSecretValue*" if "summary" in option else "*policy of 1 call*"])


def test_the_report_says_what_to_install(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    result = pytester.runpytest_subprocess("--secretsmanager-report=report.html", timeout=SECONDS)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*needs Jinja2: python -m pip install 'pytest-secretsmanager[[]report]'"])


def test_the_endpoint_says_what_to_install(secretsmanager: SecretsManager) -> None:
    with pytest.raises(Exception, match=r"pip install 'pytest-secretsmanager\[endpoint\]'"):
        secretsmanager.endpoint()


def test_the_command_says_what_to_install() -> None:
    command = shutil.which("pytest-secretsmanager", path=str(Path(sys.executable).parent))
    assert command is not None
    done = subprocess.run([command, "serve"], capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode != 0
    assert "pip install 'pytest-secretsmanager[endpoint]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failing_test_has_its_section(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE + "    secretsmanager.assert_value('app/db', 'two')\n")
    result = pytester.runpytest_subprocess(timeout=SECONDS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*AssertionError*holds another value*", "*- secretsmanager -*", "*GetSecretValue*ok*"])


def test_each_module_imports_but_those_of_extras() -> None:
    source = """
import pkgutil, importlib, sys
import pytest_secretsmanager
missing = {}
for module in pkgutil.walk_packages(pytest_secretsmanager.__path__, "pytest_secretsmanager."):
    if module.name.endswith("__main__"):
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        missing.setdefault(error.name, []).append(module.name)
print(sorted(missing))
"""
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=SECONDS, check=True)
    assert done.stdout.strip() == "['aiohttp', 'jinja2']"
