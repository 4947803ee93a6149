"""The plugin works under each option of the interpreter. Without assert statements, the helpers still fail a test."""

import os
import subprocess
import sys

import pytest

from pytest_secretsmanager.plugin.names import FIXTURE

OPTIONS = {
    "development mode, with each warning as an error": ("-X", "dev", "-W", "error", "-bb"),
    "without asserts": ("-O",),
    "without asserts and docstrings": ("-OO",),
    "not in UTF-8 mode": ("-X", "utf8=0"),
    "encoding warnings as errors": ("-X", "warn_default_encoding", "-W", "error::EncodingWarning"),
    "isolated": ("-I",),
}

NO_ADVICE = ("-W", "ignore:assertions not in test modules")
"""pytest warns of the option -O."""

SUITE = """
import botocore.session
import pytest
from botocore.exceptions import ClientError


def client():
    return botocore.session.get_session().create_client("secretsmanager")


@pytest.mark.secret("app/db", "old", versions=["older"])
def test_labels_move(secretsmanager):
    client().put_secret_value(SecretId="app/db", SecretString="new")
    secretsmanager.assert_value("app/db", "new")
    secretsmanager.assert_history("app/db", ["older", "old", "new"])
    secretsmanager.assert_moved("app/db", "AWSCURRENT", source=2, target=3)
    secretsmanager.assert_nothing_leaked()


@pytest.mark.secrets_file("seeds.toml")
@pytest.mark.secret_fault("GetSecretValue", "ThrottlingException")
def test_a_fault_is_retried(secretsmanager):
    client().get_secret_value(SecretId="app/file")
    secretsmanager.assert_value("app/file", "Grüße")


def test_a_missing_secret_is_not_found(secretsmanager):
    with pytest.raises(ClientError, match="can't find the specified secret"):
        client().get_secret_value(SecretId="app/none")


@pytest.mark.secret("app/db", {"user": "app", "password": "one"})
@pytest.mark.secretsmanager(leaks="error")
def test_a_rotation_runs_its_steps(secretsmanager):
    def handler(event, context):
        if event["Step"] == "createSecret":
            client().put_secret_value(
                SecretId=event["SecretId"], ClientRequestToken=event["ClientRequestToken"],
                SecretString='{"user": "app", "password": "two"}', VersionStages=["AWSPENDING"],
            )
        if event["Step"] == "finishSecret":
            secretsmanager.client().update_secret_version_stage(
                SecretId=event["SecretId"], VersionStage="AWSCURRENT", MoveToVersionId=event["ClientRequestToken"],
                RemoveFromVersionId=secretsmanager.secret("app/db").current.id,
            )

    arn = secretsmanager.rotation.register(handler)
    client().rotate_secret(SecretId="app/db", RotationLambdaARN=arn, RotationRules={"AutomaticallyAfterDays": 30})
    secretsmanager.assert_rotated("app/db")


@pytest.mark.secret("app/db", "old")
@pytest.mark.secretsmanager(policy={
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]
})
def test_a_role_is_refused(secretsmanager):
    with pytest.raises(ClientError, match="not authorized to perform: secretsmanager:PutSecretValue"):
        client().put_secret_value(SecretId="app/db", SecretString="new")


@pytest.mark.secret("app/db", "old")
def test_that_fails(secretsmanager):
    secretsmanager.assert_value("app/db", "another")
"""


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_a_suite_of_a_user_runs(options: tuple[str, ...], pytester: pytest.Pytester) -> None:
    pytester.makepyfile(SUITE)
    pytester.path.joinpath("seeds.toml").write_text('[[secret]]\nname = "app/file"\nvalue = "Grüße"\n', "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    if "utf8=0" in options:
        environment |= {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, *options, "-m", "pytest", "-p", "pytest_secretsmanager.plugin", *NO_ADVICE]
    done = subprocess.run(
        command,
        env=environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    result = pytest.LineMatcher(done.stdout.splitlines())
    result.fnmatch_lines(
        [
            "*AssertionError: version 1 of secret 'app/db' (AWSCURRENT) holds another value*",
            f"*- {FIXTURE} -*",
            "*1 failed, 5 passed in *",
        ]
    )
    result.no_fnmatch_line("*warning*")
    assert done.stderr == ""
