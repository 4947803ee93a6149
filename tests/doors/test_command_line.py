"""The AWS CLI in this process: its output, its exit codes, and the files it leaves alone."""

import json
from typing import NamedTuple

import pytest
from awscli.clidriver import create_clidriver

pytestmark = pytest.mark.usefixtures("empty_home")

SAID = 0
REFUSED = 255


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def aws(empty_home, secretsmanager, capsys):
    """Run `aws secretsmanager …`."""

    def run(*arguments: str) -> Ran:
        try:
            code = create_clidriver().main(["secretsmanager", *arguments])
        except SystemExit as exit_:
            code = exit_.code
        return Ran(code, *capsys.readouterr())

    return run


def test_cli_create_secret_prints_the_reply(secretsmanager, aws):
    ran = aws("create-secret", "--name", "db", "--secret-string", "one")
    view = secretsmanager.secret("db")
    assert (ran.code, ran.json) == (SAID, {"ARN": view.arn, "Name": "db", "VersionId": view.current.id})


def test_cli_create_secret_takes_tags_as_json(secretsmanager, aws):
    aws("create-secret", "--name", "db", "--tags", '[{"Key": "team", "Value": "pay"}]')
    assert secretsmanager.secret("db").tags == {"team": "pay"}


def test_cli_create_secret_takes_a_whole_request_as_json(secretsmanager, aws):
    aws("create-secret", "--cli-input-json", '{"Name": "db", "SecretString": "one"}')
    secretsmanager.assert_value("db", "one")


def test_cli_put_secret_value_prints_the_new_version(secretsmanager, aws):
    secretsmanager.seed("db", "one")
    ran = aws("put-secret-value", "--secret-id", "db", "--secret-string", "two")
    view = secretsmanager.secret("db")
    assert view.value == "two"
    assert ran.code == SAID
    assert ran.json == {
        "ARN": view.arn,
        "Name": "db",
        "VersionId": view.current.id,
        "VersionStages": ["AWSCURRENT"],
    }


def test_cli_put_secret_value_reads_the_value_from_a_file(secretsmanager, aws, tmp_path):
    secretsmanager.seed("key", b"old")
    (tmp_path / "key").write_bytes(b"\x00\xff")
    assert aws("put-secret-value", "--secret-id", "key", "--secret-binary", f"fileb://{tmp_path}/key").code == SAID
    secretsmanager.assert_value("key", b"\x00\xff")


def test_cli_get_secret_value_prints_the_reply_without_response_metadata(secretsmanager, aws):
    secretsmanager.seed("db", "one")
    assert aws("get-secret-value", "--secret-id", "db").json.keys() == {
        "ARN",
        "Name",
        "VersionId",
        "SecretString",
        "VersionStages",
        "CreatedDate",
    }


def test_cli_get_secret_value_with_query_prints_only_the_value(secretsmanager, aws):
    """The form that shell scripts use."""
    secretsmanager.seed("db", "one")
    ran = aws("get-secret-value", "--secret-id", "db", "--query", "SecretString", "--output", "text")
    assert ran == (SAID, "one\n", "")


def test_cli_get_secret_value_prints_a_secret_binary_as_base64(secretsmanager, aws):
    """The form that `| base64 --decode` follows."""
    secretsmanager.seed("key", b"\x00\x01")
    ran = aws("get-secret-value", "--secret-id", "key", "--query", "SecretBinary", "--output", "text")
    assert ran == (SAID, "AAE=\n", "")


def test_cli_describe_secret_prints_dates_as_seconds_since_the_epoch(secretsmanager, aws):
    """The format of version 1 of the CLI, unless `cli_timestamp_format` sets another."""
    view = secretsmanager.seed("db", "one")
    shown = aws("describe-secret", "--secret-id", "db").json["CreatedDate"]
    assert shown == view.versions[0].created.timestamp()


def test_cli_list_secrets_prints_all_pages(secretsmanager, aws):
    for number in range(5):
        secretsmanager.seed(f"db-{number}", "x")
    listed = aws("list-secrets", "--page-size", "2").json["SecretList"]
    assert sorted(secret["Name"] for secret in listed) == [f"db-{number}" for number in range(5)]
    assert [call.request.get("MaxResults") for call in secretsmanager.log] == [2, 2, 2]


def test_cli_tag_resource_prints_nothing(secretsmanager, aws):
    secretsmanager.seed("db", "one")
    ran = aws("tag-resource", "--secret-id", "db", "--tags", "Key=team,Value=pay")
    assert ran == (SAID, "", "")
    assert secretsmanager.secret("db").tags == {"team": "pay"}


def test_cli_prints_a_refusal_of_aws_to_stderr_and_exits_with_255(aws):
    ran = aws("get-secret-value", "--secret-id", "nowhere")
    assert (ran.code, ran.out) == (REFUSED, "")
    assert ran.err.strip() == (
        "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: "
        "Secrets Manager can't find the specified secret."
    )


def test_cli_sends_no_request_that_fails_botocores_validation(secretsmanager, aws):
    ran = aws("get-secret-value", "--secret-id", "")
    assert ran.code not in (SAID, None)
    assert "Invalid length for parameter SecretId, value: 0, valid min length: 1" in ran.err
    assert len(secretsmanager.log) == 0


def test_cli_sends_no_request_without_a_required_argument(secretsmanager, aws):
    ran = aws("get-secret-value")
    assert ran.code not in (SAID, None)
    assert "--secret-id" in ran.err
    assert len(secretsmanager.log) == 0


def test_cli_create_secret_uses_the_region_option(secretsmanager, aws):
    aws("create-secret", "--name", "db", "--region", "eu-west-1")
    assert secretsmanager.secret("db", region="eu-west-1").arn.split(":")[3] == "eu-west-1"


def test_cli_writes_nothing_to_the_users_home(empty_home, aws):
    assert aws("list-secrets").json == {"SecretList": []}
    assert list(empty_home.iterdir()) == []


def test_cli_ignores_the_users_profile(empty_home, secretsmanager, aws):
    folder = empty_home / ".aws"
    folder.mkdir()
    profile = "[default]\naws_access_key_id = AKIADEVELOPER\naws_secret_access_key = x\naws_account_id = 999999999999\n"
    (folder / "credentials").write_text(profile)
    assert aws("create-secret", "--name", "db").json["ARN"].split(":")[4] == "123456789012"
    assert (folder / "credentials").read_text() == profile
