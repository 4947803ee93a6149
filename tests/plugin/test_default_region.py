"""A test that names no region is in the region of AWS_DEFAULT_REGION when its body begins."""

from collections.abc import Callable

import pytest
from documents import EXAMPLES, Example

Run = Callable[..., pytest.RunResult]

EXAMPLES_HERE = [example for example in EXAMPLES if example.runs_anywhere and "mock_aws" not in example.code]

MOTO_IDIOM = """
import os
import pytest

@pytest.fixture(autouse=True)
def aws_credentials(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
"""

WIDE = """
import os
import pytest

@pytest.fixture(scope="{scope}", autouse=True)
def aws_credentials():
    before = os.environ.get("AWS_DEFAULT_REGION")
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    yield
    if before is None: del os.environ["AWS_DEFAULT_REGION"]
    else: os.environ["AWS_DEFAULT_REGION"] = before
"""

SETTERS = {
    "an autouse fixture": MOTO_IDIOM,
    "a fixture that the test names": MOTO_IDIOM.replace("(autouse=True)", ""),
    "a fixture of the module": WIDE.format(scope="module"),
    "a fixture of the session": WIDE.format(scope="session"),
    "the conftest file itself": """
import os
import pytest

before = os.environ.get("AWS_DEFAULT_REGION")
os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"

def pytest_unconfigure():
    if before is None: del os.environ["AWS_DEFAULT_REGION"]
    else: os.environ["AWS_DEFAULT_REGION"] = before

@pytest.fixture
def aws_credentials(): ...
""",
}

FINDS_ITS_SEED = """
import boto3
import pytest

@pytest.mark.secret("db", "x")
@pytest.mark.parametrize("number", range(2))
def test_it(secretsmanager, aws_credentials, number):
    client = boto3.client("secretsmanager")
    assert client.meta.region_name == "eu-central-1"
    assert client.get_secret_value(SecretId="db")["SecretString"] == "x"
    client.put_secret_value(SecretId="db", SecretString="y")
    secretsmanager.assert_value("db", "y")
    assert secretsmanager.region == secretsmanager.client().meta.region_name == "eu-central-1"
    assert secretsmanager.seed("new").arn.split(":")[3] == "eu-central-1"
    with pytest.raises(secretsmanager.client().exceptions.ResourceNotFoundException):
        secretsmanager.client("us-east-1").describe_secret(SecretId="db")
"""


@pytest.fixture
def seeds_of_the_run(pytester: pytest.Pytester) -> None:
    """Seed the run with the secret `db`, without a region."""
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.json")
    pytester.path.joinpath("seeds.json").write_text('{"secret": [{"name": "db", "value": "x"}]}')


@pytest.mark.parametrize("example", EXAMPLES_HERE, ids=lambda example: example.id)
def test_examples_of_the_guide_pass_with_an_autouse_fixture_that_sets_the_region(
    pytester: pytest.Pytester, example: Example
) -> None:
    pytester.makeconftest(MOTO_IDIOM)
    example.require_passes(pytester)


@pytest.mark.parametrize("setter", SETTERS)
def test_a_seed_of_a_marker_is_in_the_region_that_a_fixture_sets(
    pytester: pytest.Pytester, run: Run, setter: str
) -> None:
    pytester.makeconftest(SETTERS[setter])
    run(FINDS_ITS_SEED).assert_outcomes(passed=2)


@pytest.mark.usefixtures("seeds_of_the_run")
@pytest.mark.parametrize("setter", SETTERS)
def test_a_seed_of_the_run_is_in_the_region_that_a_fixture_sets(
    pytester: pytest.Pytester, run: Run, setter: str
) -> None:
    pytester.makeconftest(SETTERS[setter])
    run(FINDS_ITS_SEED.replace('@pytest.mark.secret("db", "x")\n', "")).assert_outcomes(passed=2)


@pytest.mark.usefixtures("seeds_of_the_run")
def test_a_seed_of_the_run_returns_to_its_region_after_the_test_that_set_another(run: Run) -> None:
    run(
        """
        import boto3
        import pytest

        @pytest.fixture
        def aws_credentials(monkeypatch):
            monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

        def arn():
            return boto3.client("secretsmanager").describe_secret(SecretId="db")["ARN"]

        arns = [arn()]

        def test_before(secretsmanager):
            assert arn() == arns[0]

        def test_set(aws_credentials, secretsmanager):
            assert arn().split(":")[3] == secretsmanager.region == "eu-central-1"

        def test_after(secretsmanager):
            assert arn() == arns[0]
            assert secretsmanager.region == "us-east-1"
        """
    ).assert_outcomes(passed=3)


CREDENTIALS_LATER = """
import boto3
import pytest

def value(region=None):
    client = boto3.client("secretsmanager", region_name=region)
    return client.get_secret_value(SecretId="db")["SecretString"]

@pytest.fixture
def arranged(secretsmanager):
    {arranged}

@pytest.fixture
def aws_credentials(arranged, monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

@pytest.mark.secret("db", "x")
def test_it(secretsmanager, arranged, aws_credentials):
    assert secretsmanager.region == "eu-central-1"
    {body}
"""


@pytest.mark.parametrize(
    ("arranged", "body"),
    [
        pytest.param("return value()", 'assert value("us-east-1") == arranged == "x"', id="read"),
        pytest.param(
            "value(); secretsmanager.log.clear()", 'assert value("us-east-1") == "x"', id="read, and the log cleared"
        ),
        pytest.param(
            'boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="y")',
            'assert value("us-east-1") == "y"',
            id="written",
        ),
        pytest.param(
            'return secretsmanager.seed("db", "y")',
            'assert arranged.value == "y"',
            id="seeded again, and its view read",
        ),
        pytest.param(
            'secretsmanager.seed("db", "y", region="eu-central-1")',
            'assert (value(), value("us-east-1")) == ("y", "x")',
            id="seeded in the later region as well",
        ),
    ],
)
def test_a_seed_that_a_fixture_has_used_keeps_its_region(run: Run, arranged: str, body: str) -> None:
    run(CREDENTIALS_LATER.format(arranged=arranged, body=body)).assert_outcomes(passed=1)


@pytest.mark.parametrize("arranged", ["pass", 'boto3.client("secretsmanager")'], ids=["nothing", "a client is made"])
def test_a_seed_that_no_fixture_has_used_follows_the_region(run: Run, arranged: str) -> None:
    run(CREDENTIALS_LATER.format(arranged=arranged, body='assert value() == "x"')).assert_outcomes(passed=1)


@pytest.mark.usefixtures("seeds_of_the_run")
def test_a_seed_of_the_run_that_a_fixture_has_written_keeps_its_region(run: Run) -> None:
    source = CREDENTIALS_LATER.replace('@pytest.mark.secret("db", "x")\n', "")
    put = 'boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="y")'
    result = run(source.format(arranged=put, body='assert value("us-east-1") == "y"; value()'))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["GetSecretValue: no secret 'db' in eu-central-1 of account *; it is in", "  us-east-1 *"]
    )


def test_only_seeds_that_name_no_region_follow_the_region(run: Run) -> None:
    run(
        """
        import pytest

        @pytest.fixture
        def aws_credentials(secretsmanager, monkeypatch):
            secretsmanager.seed("named", "x", region="us-east-1")
            monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

        @pytest.mark.secret("by-a-marker", "x", versions=["w"], replicas=["eu-west-1"])
        @pytest.mark.secret("named-too", "x", region="us-west-2")
        def test_it(secretsmanager, aws_credentials):
            assert [*secretsmanager.secrets] == ["by-a-marker"]
            places = {(secret.name, secret.key.region) for secret in secretsmanager._parts.service.secrets()}
            assert places == {
                ("by-a-marker", "eu-central-1"),
                ("by-a-marker", "eu-west-1"),
                ("named", "us-east-1"),
                ("named-too", "us-west-2"),
            }
            secretsmanager.assert_history("by-a-marker", ["w", "x"])
        """
    ).assert_outcomes(passed=1)


def test_a_scheduled_rotation_follows_the_region_of_its_secret(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(MOTO_IDIOM)
    run(
        """
        import os
        import pytest
        from pytest_secretsmanager import Rotation

        def handler(event, context):
            assert os.environ["AWS_REGION"] == "eu-central-1"
            raise ValueError

        @pytest.mark.secret("db", "x", rotation=Rotation(handler, schedule="rate(10 days)"))
        def test_it(secretsmanager):
            secretsmanager.clock.advance(days=10)
            assert {run.secret.split(":")[3] for run in secretsmanager.rotation.runs} == {"eu-central-1"}
        """
    ).assert_outcomes(passed=1)


def test_a_region_that_the_body_of_a_test_sets_moves_no_seed(run: Run) -> None:
    """Such a test checks a program that goes to another region."""
    run(
        """
        import boto3
        import pytest

        @pytest.fixture
        def later():
            return "a fixture that is asked for inside the test"

        @pytest.mark.secret("db", "x")
        def test_it(secretsmanager, monkeypatch, request):
            monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
            request.getfixturevalue("later")
            client = boto3.client("secretsmanager")
            with pytest.raises(client.exceptions.ResourceNotFoundException):
                client.get_secret_value(SecretId="db")
            secretsmanager.assert_value("db", "x")
            assert secretsmanager.region == "us-east-1"
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize("place", ["ini file", "marker"])
def test_a_region_of_the_ini_file_or_the_marker_wins_over_aws_default_region(
    pytester: pytest.Pytester, run: Run, place: str
) -> None:
    pytester.makeini("[pytest]" + "\nsecretsmanager_region = eu-west-1" * (place == "ini file"))
    option = "region='eu-west-1'" if place == "marker" else ""
    pytester.makeconftest(MOTO_IDIOM)
    run(
        f"""
        import pytest

        @pytest.mark.secretsmanager({option})
        @pytest.mark.secret("db", "x")
        def test_it(secretsmanager):
            assert secretsmanager.secret("db").arn.split(":")[3] == secretsmanager.region == "eu-west-1"
        """
    ).assert_outcomes(passed=1)


def test_a_fixture_that_deletes_aws_default_region_moves_no_seed(run: Run) -> None:
    run(
        """
        import pytest

        @pytest.fixture
        def bare(monkeypatch):
            monkeypatch.delenv("AWS_DEFAULT_REGION")

        @pytest.mark.secret("db", "x")
        def test_it(secretsmanager, bare):
            assert secretsmanager.secret("db").arn.split(":")[3] == secretsmanager.region == "us-east-1"
        """
    ).assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("seed", "region", "text"),
    [
        pytest.param('"db", "x"', "eu-wst-1", "AWS_DEFAULT_REGION is 'eu-wst-1', which botocore ", id="made-up region"),
        pytest.param(
            '"db", "x", replicas=["eu-west-1"]',
            "eu-west-1",
            "secret 'db' can't be seeded: AWS would refuse it with InvalidParameterException: Invalid replica region.",
            id="the region of a replica",
        ),
    ],
)
def test_set_up_fails_in_one_line_if_a_seed_cannot_follow_the_region(
    failures: Callable[..., list[str]], seed: str, region: str, text: str
) -> None:
    (found,) = failures(
        f"""
        import pytest

        @pytest.fixture(autouse=True)
        def aws_credentials(monkeypatch):
            monkeypatch.setenv("AWS_DEFAULT_REGION", "{region}")

        @pytest.mark.secret({seed})
        def test_it():
            print("the body ran")
        """
    )
    assert found.startswith(
        f"secretsmanager can't follow AWS_DEFAULT_REGION, which the fixture 'aws_credentials' has set: {text}"
    )
    assert len(found.splitlines()) == 1


# --- made-up regions -------------------------------------------------------------------------------------------------

USES_IT = "def test_it(secretsmanager): ..."


def test_a_made_up_region_of_the_ini_file_is_refused(
    pytester: pytest.Pytester, failures: Callable[..., list[str]]
) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_region = eu-wst-1")
    (found,) = failures(USES_IT)
    assert found.startswith("the ini option secretsmanager_region is 'eu-wst-1', which botocore ")
    assert "; did you mean 'eu-west-1'" in found


def test_a_made_up_region_of_the_environment_is_refused(
    failures: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-wst-1")
    (found,) = failures(USES_IT)
    assert found.startswith("AWS_DEFAULT_REGION is 'eu-wst-1', which botocore ")


@pytest.mark.parametrize("where", ["ini file", "environment"])
def test_a_made_up_region_is_a_usage_error_of_a_run_with_seeds(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    region = "\nsecretsmanager_region = eu-wst-1"
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml" + region * (where == "ini file"))
    pytester.path.joinpath("seeds.toml").write_text('[[secret]]\nname = "db"\nvalue = "x"')
    if where == "environment":
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-wst-1")
    result = run(USES_IT)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    named = {"ini file": "the ini option secretsmanager_region", "environment": "AWS_DEFAULT_REGION"}[where]
    result.stderr.fnmatch_lines([f"*{named} is 'eu-wst-1', which botocore *"])


# --- two regions -----------------------------------------------------------------------------------------------------


def header(result: pytest.RunResult) -> list[str]:
    return [line for line in result.outlines if line.startswith("secretsmanager: ")]


def test_the_report_header_warns_if_ini_file_and_environment_name_different_regions(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_region = eu-west-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    assert header(run(USES_IT, "-W", "error")) == [
        "secretsmanager: seeds and views are in eu-west-1 (secretsmanager_region), clients that name no region call in "
        "us-east-1 (AWS_DEFAULT_REGION): set both to one region, or clients don't find the seeds"
    ]


@pytest.mark.parametrize(
    ("ini", "environment"),
    [("eu-west-1", "eu-west-1"), ("", "us-east-1"), ("eu-west-1", "")],
    ids=["the same", "environment only", "ini file only"],
)
def test_the_report_header_names_no_region_unless_ini_file_and_environment_differ(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, ini: str, environment: str
) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_region = {ini}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", environment)
    assert header(run(USES_IT)) == []
