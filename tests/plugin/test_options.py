"""Options of the fixture: ini file and the marker `secretsmanager`."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

PRINT_IDS = """
import boto3
import pytest

@pytest.mark.secret("db", "two", versions=["one"])
def test_it(secretsmanager):
    client = boto3.client("secretsmanager")
    created = client.create_secret(Name="new", SecretString="x")
    secret = secretsmanager.secret("db")
    print("ids:", secret.arn, *secret.labels.values(), created["ARN"], created["VersionId"])
    print("ids:", created["ResponseMetadata"]["RequestId"])
"""


def ids_of(run: Run) -> list[str]:
    result = run(PRINT_IDS, "-s")
    result.assert_outcomes(passed=1)
    lines = [line.partition("ids:")[2] for line in result.outlines if "ids:" in line]
    ids = " ".join(lines).split()
    assert len(ids) == 6
    return ids


def test_the_region_of_the_ini_file_is_that_of_the_manager_its_seeds_and_its_clients(
    pytester: pytest.Pytester, run: Run
) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_region = eu-west-1")
    run(
        """
        import boto3
        import pytest

        @pytest.mark.secret("db", "x")
        def test_it(secretsmanager):
            assert secretsmanager.region == "eu-west-1"
            assert secretsmanager.client().meta.region_name == "eu-west-1"
            assert boto3.client("secretsmanager").describe_secret(SecretId="db")["ARN"].split(":")[3] == "eu-west-1"
        """
    ).assert_outcomes(passed=1)


def test_the_account_of_the_ini_file_is_that_of_the_manager_and_its_seeds(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_account = 999999999999")
    run(
        """
        import boto3
        import pytest

        @pytest.mark.secret("db", "x")
        def test_it(secretsmanager):
            assert secretsmanager.account == "999999999999"
            assert boto3.client("secretsmanager").describe_secret(SecretId="db")["ARN"].split(":")[4] == "999999999999"
        """
    ).assert_outcomes(passed=1)


def test_region_and_account_default_to_us_east_1_and_123456789012(run: Run) -> None:
    run(
        """
        def test_it(secretsmanager):
            assert (secretsmanager.region, secretsmanager.account) == ("us-east-1", "123456789012")
        """
    ).assert_outcomes(passed=1)


def test_a_random_seed_in_the_ini_file_makes_ids_repeatable(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_random_seed = 7")
    first = ids_of(run)
    assert ids_of(run) == first
    assert len(set(first)) == 6


def test_another_random_seed_makes_other_ids(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_random_seed = 7")
    first = ids_of(run)
    pytester.makeini("[pytest]\nsecretsmanager_random_seed = 8")
    assert not set(ids_of(run)) & set(first)


def test_without_a_random_seed_ids_differ_between_runs(run: Run) -> None:
    assert not set(ids_of(run)) & set(ids_of(run))


def test_a_random_seed_of_the_marker_gives_each_test_the_same_ids(run: Run) -> None:
    run(
        """
        import pytest

        arns = []

        @pytest.mark.secretsmanager(random_seed=1)
        @pytest.mark.parametrize("number", range(2))
        def test_it(secretsmanager, number):
            arns.append(secretsmanager.seed("db").arn)
            assert len(set(arns)) == 1
        """
    ).assert_outcomes(passed=2)


def test_the_marker_secretsmanager_wins_over_the_ini_file(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_region = eu-west-1\nsecretsmanager_account = 999999999999")
    run(
        """
        import pytest

        @pytest.mark.secretsmanager(region="us-west-2")
        def test_it(secretsmanager):
            assert (secretsmanager.region, secretsmanager.account) == ("us-west-2", "999999999999")
        """
    ).assert_outcomes(passed=1)


def test_secretsmanager_markers_add_up_and_the_nearest_wins(run: Run) -> None:
    run(
        """
        import pytest

        pytestmark = pytest.mark.secretsmanager(region="eu-west-1", account="999999999999")

        @pytest.mark.secretsmanager(region="eu-west-2")
        class TestIt:
            @pytest.mark.secretsmanager(region="eu-west-3")
            def test_function(self, secretsmanager):
                assert (secretsmanager.region, secretsmanager.account) == ("eu-west-3", "999999999999")

            def test_class(self, secretsmanager):
                assert (secretsmanager.region, secretsmanager.account) == ("eu-west-2", "999999999999")
        """
    ).assert_outcomes(passed=2)


def test_aws_default_region_is_the_region_of_clients_and_of_the_fixture(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    run(
        """
        import boto3

        def test_it(secretsmanager):
            assert boto3.client("secretsmanager").meta.region_name == "ap-south-1"
            assert secretsmanager.client().meta.region_name == "ap-south-1"
        """
    ).assert_outcomes(passed=1)


# --- regions that are newer than botocore ----------------------------------------------------------------------------

IN_ATLANTIS = """
import boto3

def test_it(secretsmanager):
    secretsmanager.seed("db", "x", region="eu-atlantis-1")
    client = boto3.client("secretsmanager", region_name="eu-atlantis-1")
    assert client.get_secret_value(SecretId="db")["SecretString"] == "x"
"""


@pytest.mark.parametrize(
    "value",
    [
        "eu-atlantis-1",
        "eu-atlantis-2 eu-atlantis-1",
        "eu-atlantis-2, eu-atlantis-1",
        "\n    eu-atlantis-1\n    eu-atlantis-2",
    ],
    ids=["one", "with a space between", "with a comma between", "one a line"],
)
def test_the_ini_file_adds_regions(pytester: pytest.Pytester, run: Run, value: str) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_extra_regions = {value}")
    run(IN_ATLANTIS).assert_outcomes(passed=1)


def test_pyproject_toml_adds_regions(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\nsecretsmanager_extra_regions = ['eu-atlantis-1']")
    run(IN_ATLANTIS).assert_outcomes(passed=1)


def test_the_marker_secretsmanager_adds_regions(run: Run) -> None:
    marked = '@pytest.mark.secretsmanager(region="eu-atlantis-1", extra_regions=["eu-atlantis-1"])\ndef '
    run("import pytest" + IN_ATLANTIS.replace("def ", marked, 1)).assert_outcomes(passed=1)


def test_extra_regions_of_the_marker_add_to_those_of_the_ini_file(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_extra_regions = eu-atlantis-1")
    marked = '@pytest.mark.secretsmanager(extra_regions=["eu-atlantis-2"])\ndef '
    run("import pytest" + IN_ATLANTIS.replace("def ", marked, 1)).assert_outcomes(passed=1)


def test_ini_file_and_environment_may_name_an_added_region(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = "\n    assert secretsmanager.region == 'eu-atlantis-1'\n"
    pytester.makeini("[pytest]\nsecretsmanager_extra_regions = eu-atlantis-1\nsecretsmanager_region = eu-atlantis-1")
    run(IN_ATLANTIS + here).assert_outcomes(passed=1)
    pytester.makeini("[pytest]\nsecretsmanager_extra_regions = eu-atlantis-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-atlantis-1")
    run(IN_ATLANTIS + here).assert_outcomes(passed=1)


def test_seeds_of_the_run_may_be_in_an_added_region(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makefile(".toml", seeds='[[secret]]\nname = "db"\nvalue = "x"\nregion = "eu-atlantis-1"')
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\nsecretsmanager_extra_regions = eu-atlantis-1")
    run(IN_ATLANTIS).assert_outcomes(passed=1)


def test_a_malformed_extra_region_is_an_error_that_names_the_option(
    pytester: pytest.Pytester, run: Run, failures: Callable[..., list[str]]
) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_extra_regions = Atlantis")
    assert failures(IN_ATLANTIS) == [
        "the ini option secretsmanager_extra_regions has 'Atlantis', which is not a region name such as 'eu-atlantis-1'"
    ]


def test_the_log_limit_of_the_ini_file_is_that_of_the_log(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_log_limit = 2")
    source = """
        import boto3
        import pytest

        @pytest.mark.parametrize("calls", [2, 5])
        def test_it(secretsmanager, calls):
            for _ in range(calls):
                boto3.client("secretsmanager").list_secrets()
            assert (len(secretsmanager.log), secretsmanager.log.forgotten) == (2, calls - 2)
    """
    run(source).assert_outcomes(passed=2)


@pytest.mark.parametrize("value", ["0", "many", "-1"])
def test_a_log_limit_that_is_no_number_of_calls_is_an_error_that_names_the_ini_option(
    pytester: pytest.Pytester, run: Run, failures: Callable[..., list[str]], value: str
) -> None:
    pytester.makeini(f"[pytest]\nsecretsmanager_log_limit = {value}")
    shown = value if value.isdecimal() else repr(value)
    assert failures("def test_it(secretsmanager): ...") == [
        f"the ini option secretsmanager_log_limit is a number of calls, at least 1, not {shown}"
    ]


def test_pyproject_toml_gives_a_log_limit_as_a_text(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makepyprojecttoml('[tool.pytest.ini_options]\nsecretsmanager_log_limit = "1"')
    run("def test_it(secretsmanager): assert secretsmanager.log.forgotten == 0").assert_outcomes(passed=1)
