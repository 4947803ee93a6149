"""The option `policy` of the marker: a test runs as a role with that policy; its seeds need no permission."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

FILE = """
import os, subprocess, sys
import boto3, pytest
from botocore.exceptions import ClientError

READ = {{"Statement": {{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}}}
SESSION = "arn:aws:sts::123456789012:assumed-role/test/pytest"
CALL = "get_session().create_client('secretsmanager').get_secret_value(SecretId='db')"
PROGRAM = f"from botocore.session import get_session; {{CALL}}"

@pytest.mark.secret("db", "one", kms_key="alias/aws/secretsmanager")
@pytest.mark.secretsmanager(policy={policy})
def test_it(secretsmanager):
    client = boto3.client("secretsmanager")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "one"
    with pytest.raises(ClientError, match="no identity-based policy allows the secretsmanager:ListSecrets action"):
        client.list_secrets()
    secretsmanager.seed("new", "two")
    subprocess.run([sys.executable, "-c", PROGRAM], env=os.environ | secretsmanager.endpoint().env, check=True)
    assert {{event.principal for event in secretsmanager.log}} == {{SESSION}}

def test_without_it(secretsmanager):
    boto3.client("secretsmanager").list_secrets()
    assert secretsmanager.log[0].principal == "arn:aws:iam::123456789012:user/test"
"""

JSON = '{"Statement": {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}}'


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param('"policies/app.json"', id="path"),
        pytest.param("READ", id="dict"),
        pytest.param(repr(JSON), id="text"),
        pytest.param('[{"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}, READ]', id="list"),
    ],
)
def test_a_marked_test_and_its_programs_run_as_a_role_with_the_policy(
    run: Run, pytester: pytest.Pytester, policy: str
) -> None:
    (pytester.path / "policies").mkdir()
    (pytester.path / "policies" / "app.json").write_text(JSON, encoding="utf-8")
    run(FILE.format(policy=policy)).assert_outcomes(passed=2)


def test_the_path_of_a_policy_begins_at_the_folder_of_the_tests_file(run: Run, pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("inner")
    (folder / "app.json").write_text(JSON, encoding="utf-8")
    source = """
        import pytest

        @pytest.mark.secret("db", "one")
        @pytest.mark.secretsmanager(policy="app.json")
        def test_marker(secretsmanager):
            secretsmanager.client().get_secret_value(SecretId="db")
            assert secretsmanager.log[0].decision.policy.name == "app.json"

        def test_role(secretsmanager):
            secretsmanager.iam.role("app", policy="app.json")
            secretsmanager.kms.create_key(policy="key.json")
    """
    (folder / "key.json").write_text(
        '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}}', encoding="utf-8"
    )
    (folder / "test_inner.py").write_text("\n".join(line[8:] for line in source.splitlines()), encoding="utf-8")
    run("").assert_outcomes(passed=2)


REFUSED = {
    "missing file": ('"policies/ap.json"', "no policy file '*ap.json'; did you mean 'app.json'?"),
    "malformed file": ('"bad.json"', "bad.json: *Effect*"),
    "wrong type": ("7", "policy of role test: a policy is a dict, JSON text or the path of a file, not int"),
}


@pytest.mark.parametrize(("policy", "text"), REFUSED.values(), ids=REFUSED)
def test_a_policy_that_cant_be_read_fails_the_set_up_and_names_the_test(
    run: Run, pytester: pytest.Pytester, policy: str, text: str
) -> None:
    (pytester.path / "policies").mkdir()
    (pytester.path / "policies" / "app.json").write_text(JSON, encoding="utf-8")
    (pytester.path / "bad.json").write_text(JSON.replace("Allow", "Permit"), encoding="utf-8")
    result = run(FILE.format(policy=policy))
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines([f"*{text}*", "*in @pytest.mark.secretsmanager of test_it.py::test_it*"])


def test_the_nearest_marker_has_the_policy_of_the_test(run: Run) -> None:
    source = """
        import pytest

        NONE = {"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}
        ALL = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}

        @pytest.mark.secretsmanager(policy=NONE)
        class TestIt:
            @pytest.mark.secretsmanager(policy=ALL)
            def test_near(self, secretsmanager):
                secretsmanager.client().list_secrets()

            @pytest.mark.secretsmanager(policy=None)
            def test_none(self, secretsmanager):
                secretsmanager.client().list_secrets()
                assert secretsmanager.log[0].decision is None
    """
    run(source).assert_outcomes(passed=2)


def test_a_role_of_a_test_leaves_the_next_test_alone_with_seeds_of_the_run(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
    (pytester.path / "seeds.toml").write_text('[[secret]]\nname = "db"\nvalue = "one"', encoding="utf-8")
    (pytester.path / "app.json").write_text(JSON, encoding="utf-8")
    source = """
        def test_role(secretsmanager):
            role = secretsmanager.iam.role("app", policy="app.json")
            block = secretsmanager.iam.acting_as(role)
            block.__enter__()
            secretsmanager.client().get_secret_value(SecretId="db")
            assert secretsmanager.log[0].decision.allowed

        def test_next(secretsmanager):
            secretsmanager.client().list_secrets()
            assert secretsmanager.log[0].decision is None
    """
    run(source).assert_outcomes(passed=2)


def test_a_failing_test_names_the_permission_that_was_missing_and_the_nearest_statement(
    sections: Callable[..., list[str]], pytester: pytest.Pytester
) -> None:
    (pytester.path / "app.json").write_text(JSON.replace('"*"', '"arn:aws:secretsmanager:*:*:secret:app/*"'), "utf-8")
    (text,) = sections("""
        import boto3, pytest

        @pytest.mark.secret("db", "to-hide")
        @pytest.mark.secretsmanager(policy="app.json")
        def test_it(secretsmanager):
            for _ in range(2):
                try:
                    boto3.client("secretsmanager").get_secret_value(SecretId="db")
                except Exception:
                    pass
            assert False
    """)
    lines = " ".join(text.split())
    assert (
        lines.count("GetSecretValue: User: arn:aws:sts::123456789012:assumed-role/test/pytest is not authorized") == 1
    )
    assert "no statement of app.json allows secretsmanager:GetSecretValue on arn:aws:" in lines
    assert "the nearest is statement 1 of app.json: its Resource has arn:aws:secretsmanager:*:*:secret:app/*" in lines
    assert "to-hide" not in text


def test_a_failing_test_names_the_permission_of_kms_that_was_missing(sections: Callable[..., list[str]]) -> None:
    (text,) = sections("""
        import boto3, pytest

        READ = {"Statement": {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}}

        @pytest.mark.secret("db", "to-hide", kms_key="alias/pay")
        @pytest.mark.secretsmanager(policy=READ)
        def test_it(secretsmanager):
            boto3.client("secretsmanager").get_secret_value(SecretId="db")
    """)
    lines = " ".join(text.split())
    assert "GetSecretValue: Access to KMS is not allowed: User: arn:aws:sts::" in lines
    assert "is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:123456789012:key/" in lines


def test_a_test_with_many_refusals_gets_a_bounded_section(sections: Callable[..., list[str]]) -> None:
    (text,) = sections("""
        import boto3, pytest

        @pytest.mark.secretsmanager(policy=[])
        def test_it(secretsmanager):
            for number in range(9):
                try:
                    boto3.client("secretsmanager").get_secret_value(SecretId=f"db{number}")
                except Exception:
                    pass
            assert False
    """)
    assert "… and 4 more calls that IAM refused" in text
