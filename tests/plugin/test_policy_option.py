"""--secretsmanager-policy: the least-privilege policy of a whole run."""

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_secretsmanager.managing import collecting

PLACE = "arn:aws:secretsmanager:us-east-1:123456789012:secret"

TESTS = """
    import boto3
    import pytest

    def read(name):
        return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

    @pytest.mark.secret("app/db", "one")
    def test_read(secretsmanager):
        read("app/db")

    @pytest.mark.secret("app/db", "one")
    def test_write(secretsmanager):
        boto3.client("secretsmanager").put_secret_value(SecretId="app/db", SecretString="two")
"""


def allowed(action: str, *names: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"secretsmanager:{one}" for one in action.split()],
        "Resource": [f"{PLACE}:{name}-??????" for name in names],
    }


def statements(path: Path) -> list[Any]:
    """The statements of the file. Their order is that of a reader: by resource, then by action."""
    policy = json.loads(path.read_text(encoding="utf-8"))
    assert policy["Version"] == "2012-10-17"
    found: list[Any] = policy["Statement"]
    return found


@pytest.fixture
def policy(pytester: pytest.Pytester) -> Path:
    """The file that the option names."""
    return pytester.path / "policy.json"


@pytest.fixture(autouse=True)
def _collects_no_longer() -> Any:
    yield
    assert collecting.collecting == []


def test_the_policy_has_the_calls_of_all_tests(run: Any, policy: Path) -> None:
    result = run(TESTS, "--secretsmanager-policy=policy.json")
    result.assert_outcomes(passed=2)
    assert statements(policy) == [allowed("GetSecretValue PutSecretValue", "app/db")]
    result.stdout.fnmatch_lines([f"*- secretsmanager: policy of 2 calls written to {policy} -*"])


def test_the_file_is_indented_json_that_ends_with_a_line_break(run: Any, policy: Path) -> None:
    run(TESTS, "--secretsmanager-policy", "policy.json")
    text = policy.read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), indent=2) + "\n"


def test_the_policy_replaces_the_one_of_an_earlier_run(run: Any, policy: Path) -> None:
    policy.write_text("earlier " * 1000)
    run(TESTS, "--secretsmanager-policy=policy.json")
    assert statements(policy) == [allowed("GetSecretValue PutSecretValue", "app/db")]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("secretsmanager.log.clear()", id="cleared log"),
        pytest.param("assert False", id="failing test"),
        pytest.param("secretsmanager.kms.create_key()", id="later control"),
    ],
)
def test_the_policy_has_the_calls_of_a_test_however_it_uses_the_plugin(run: Any, policy: Path, body: str) -> None:
    source = f"""
        def test_it(secretsmanager):
            secretsmanager.client().list_secrets()
            {body}
        """
    run(source, "--secretsmanager-policy=policy.json")
    assert [one["Action"] for one in statements(policy)] == [["secretsmanager:ListSecrets"]]


def test_the_policy_has_the_calls_of_a_block_that_was_rolled_back(run: Any, policy: Path) -> None:
    source = """
        def test_it(secretsmanager):
            with secretsmanager.snapshot():
                secretsmanager.client().list_secrets()
        """
    run(source, "--secretsmanager-policy=policy.json").assert_outcomes(passed=1)
    assert [one["Action"] for one in statements(policy)] == [["secretsmanager:ListSecrets"]]


def test_the_policy_has_the_calls_of_managers_without_a_fixture(run: Any, policy: Path) -> None:
    source = """
        from pytest_secretsmanager import SecretsManager

        def test_it():
            with SecretsManager() as sm:
                sm.client().list_secrets()
        """
    run(source, "--secretsmanager-policy=policy.json").assert_outcomes(passed=1)
    assert [one["Action"] for one in statements(policy)] == [["secretsmanager:ListSecrets"]]


def test_the_policy_has_the_calls_at_the_import_of_the_tests(run: Any, policy: Path, pytester: pytest.Pytester) -> None:
    (pytester.path / "seeds.toml").write_text("[[secret]]\nname = 'app/db'\nvalue = 'one'\n")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
    source = """
        import boto3

        boto3.client("secretsmanager", "us-east-1").describe_secret(SecretId="app/db")

        def test_it(secretsmanager):
            boto3.client("secretsmanager", "us-east-1").get_secret_value(SecretId="app/db")
        """
    run(source, "--secretsmanager-policy=policy.json").assert_outcomes(passed=1)
    assert statements(policy) == [allowed("DescribeSecret GetSecretValue", "app/db")]


def test_seeds_are_no_calls(run: Any, policy: Path) -> None:
    source = """
        import pytest

        @pytest.mark.secret("app/db", "one", tags={"team": "pay"}, replicas=["eu-west-1"])
        def test_it(secretsmanager):
            secretsmanager.seed("app/key", "two")
        """
    result = run(source, "--secretsmanager-policy=policy.json")
    result.stdout.fnmatch_lines(["*policy of 0 calls*"])
    assert statements(policy) == []


def test_the_policy_has_the_customer_keys(run: Any, policy: Path) -> None:
    source = """
        def test_it(secretsmanager):
            key = secretsmanager.kms.create_key(alias="alias/pay")
            secretsmanager.seed("app/db", "one", kms_key="alias/pay")
            secretsmanager.client().get_secret_value(SecretId="app/db")
            print("KEY", key.arn)
        """
    result = run(source, "--secretsmanager-policy=policy.json", "-s")
    arn = next(line.split()[-1] for line in result.outlines if "KEY" in line)
    assert statements(policy)[1:] == [{"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": [arn]}]


def test_the_policy_is_merged_over_the_workers_of_xdist(run_apart: Any, policy: Path) -> None:
    source = """
        import os

        import boto3
        import pytest

        @pytest.mark.parametrize("number", range(8))
        def test_it(secretsmanager, number):
            client = boto3.client("secretsmanager")
            client.create_secret(Name=f"db-{number}")
            client.create_secret(Name=os.environ["PYTEST_XDIST_WORKER"])
        """
    arguments = ("-p", "xdist", "-n", "2", "--dist", "each", "--secretsmanager-policy=policy.json")
    result = run_apart(source, *arguments)
    result.assert_outcomes(passed=16)
    result.stdout.fnmatch_lines(["*policy of 32 calls*"])
    names = ["db-0", "db-1", "db-2", "db-3", "db-4", "db-5", "db-6", "db-7", "gw0", "gw1"]
    assert statements(policy) == [allowed("CreateSecret", *names)]


def test_the_summary_names_crashed_workers(run_apart: Any, policy: Path) -> None:
    source = """
        import os

        def test_it(secretsmanager):
            os._exit(1)
        """
    arguments = ("-p", "xdist", "-n", "1", "--max-worker-restart=0", "--secretsmanager-policy=policy.json")
    result = run_apart(source, *arguments)
    result.stdout.fnmatch_lines(["secretsmanager: the policy lacks the calls of crashed workers: gw0"])
    assert statements(policy) == []


@pytest.mark.parametrize(
    ("tests", "option"),
    [
        pytest.param(TESTS, "no_such_test.py", id="no-such-file"),
        pytest.param(TESTS, "-k=no_such_test", id="no-test"),
        pytest.param("import no_such_module", "-v", id="broken-module"),
        pytest.param(TESTS + "        pytest.exit('enough')", "-v", id="interrupted"),
        pytest.param(TESTS + "        assert 0", "-x", id="stopped-by-x"),
    ],
)
def test_a_run_that_ended_early_leaves_the_policy_of_an_earlier_run(
    run: Any, policy: Path, tests: str, option: str
) -> None:
    policy.write_text("the earlier one", encoding="utf-8")
    result = run(tests, "--secretsmanager-policy=policy.json", option)
    assert policy.read_text(encoding="utf-8") == "the earlier one"
    result.stdout.fnmatch_lines(["*no policy written to *policy.json: the run ended early, or ran no test*"])


def test_a_run_with_a_failed_test_writes_its_policy(run: Any, policy: Path) -> None:
    run(TESTS + "        assert 0", "--secretsmanager-policy=policy.json").assert_outcomes(passed=1, failed=1)
    assert len(statements(policy)) == 1


def test_a_link_to_a_new_file_stays_a_link(run: Any, policy: Path, pytester: pytest.Pytester) -> None:
    policy.symlink_to(pytester.path / "target.json")
    run(TESTS, "--secretsmanager-policy=policy.json")
    assert policy.is_symlink()
    assert statements(pytester.path / "target.json")


def test_collecting_only_writes_no_file(run: Any, policy: Path) -> None:
    result = run(TESTS, "--secretsmanager-policy=policy.json", "--collect-only")
    assert result.ret == 0
    assert not policy.exists()


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        pytest.param("", "--secretsmanager-policy is the path of a file, not empty", id="empty"),
        pytest.param(".", "--secretsmanager-policy: * is a folder: name a file in it", id="folder"),
        pytest.param(
            "missing/policy.json",
            "--secretsmanager-policy: folder *missing does not exist: create it before the run",
            id="missing folder",
        ),
        pytest.param(
            "a_file/policy.json",
            "--secretsmanager-policy: *a_file is a file, not a folder: name a path outside it",
            id="file as folder",
        ),
        pytest.param(
            "a_file/deeper/policy.json",
            "--secretsmanager-policy: *a_file is a file, not a folder: name a path outside it",
            id="file as parent of the folder",
        ),
        pytest.param("n" * 300, "--secretsmanager-policy: * can't be written: File name too long", id="long name"),
        pytest.param("a\0b", "--secretsmanager-policy: * can't be written: embedded null byte", id="null byte"),
    ],
)
def test_a_path_that_cannot_be_written_is_a_usage_error_before_the_first_test(
    run: Any, pytester: pytest.Pytester, path: str, problem: str
) -> None:
    pytester.path.joinpath("a_file").touch()
    result = run(TESTS, f"--secretsmanager-policy={path}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {problem}"])
    assert "test session starts" not in result.stdout.str()
    assert [entry.name for entry in pytester.path.iterdir() if entry.suffix == ".json"] == []


def test_a_path_that_becomes_unwritable_during_the_run_is_an_error(run: Any) -> None:
    source = """
        from pathlib import Path

        def test_it(secretsmanager):
            Path("policy.json").mkdir()
        """
    result = run(source, "--secretsmanager-policy=policy.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--secretsmanager-policy: *policy.json can't be written: Is a directory"])


def test_without_the_option_nothing_is_collected_or_written(run: Any, policy: Path) -> None:
    source = """
        from pytest_secretsmanager.managing import collecting

        def test_it(secretsmanager):
            assert collecting.collecting == []
        """
    run(source).assert_outcomes(passed=1)
    assert not policy.exists()


def test_an_absolute_path_in_addopts_works(run: Any, policy: Path, pytester: pytest.Pytester) -> None:
    pytester.makeini(f"[pytest]\naddopts = --secretsmanager-policy={policy}")
    run(TESTS).assert_outcomes(passed=2)
    assert statements(policy) == [allowed("GetSecretValue PutSecretValue", "app/db")]
