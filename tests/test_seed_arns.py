"""Seeds named by an ARN: the secret has exactly that ARN, or the seed is refused."""

from pathlib import Path
from typing import Any

import pytest

from pytest_secretsmanager import Rotation, SecretNotFound, SecretsManager, UsageError, Version
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.managing.planting import plant
from pytest_secretsmanager.seed_files import read_seeds

ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf"
CHINA = "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:db-AbCdEf"

POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "*",
        }
    ],
}


def client_of(sm: SecretsManager, region: str = "eu-west-1", account: str = "111122223333") -> Any:
    return sm.client(region, aws_account_id=account)


# --- the secret ------------------------------------------------------------------------------------------------------


def test_seed_by_arn_creates_a_secret_with_that_arn(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed(ARN, "hunter2")
    assert (view.arn, key_of(view)) == (ARN, ("eu-west-1", "111122223333", "app/db"))


@pytest.mark.parametrize("secret_id", [ARN, ARN.removesuffix("-AbCdEf"), "app/db"])
def test_get_secret_value_finds_a_seed_by_arn_by_partial_arn_and_name(
    secretsmanager: SecretsManager, secret_id: str
) -> None:
    secretsmanager.seed(ARN, "hunter2")
    found = client_of(secretsmanager).get_secret_value(SecretId=secret_id)
    assert (found["ARN"], found["Name"], found["SecretString"]) == (ARN, "app/db", "hunter2")


def test_get_secret_value_of_another_account_finds_a_seed_by_arn(secretsmanager: SecretsManager) -> None:
    secretsmanager.kms.create_key(alias="alias/shared", region="eu-west-1", account="111122223333")
    secretsmanager.seed(ARN, "hunter2", kms_key="alias/shared")
    assert secretsmanager.client("eu-west-1").get_secret_value(SecretId=ARN)["SecretString"] == "hunter2"


@pytest.mark.parametrize("arn", [CHINA, "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-config-a1B2c3"])
def test_seed_by_arn_accepts_any_partition_and_name(secretsmanager: SecretsManager, arn: str) -> None:
    assert secretsmanager.seed(arn, "hunter2").arn == arn


def test_seed_by_arn_takes_the_last_six_characters_as_the_suffix(secretsmanager: SecretsManager) -> None:
    arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app-config"
    assert secretsmanager.seed(arn, "hunter2").name == "app"
    assert secretsmanager.client().get_secret_value(SecretId=arn)["Name"] == "app"


def test_views_and_assertions_find_a_seed_by_arn(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed(ARN, "two", versions=["one"], tags={"team": "pay"})
    assert secretsmanager.secret(ARN) == secretsmanager.secret("app/db", region="eu-west-1", account="111122223333")
    secretsmanager.assert_value(ARN, "two")
    secretsmanager.assert_history(ARN, ["one", "two"])
    secretsmanager.assert_labels(ARN, {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
    client_of(secretsmanager).put_secret_value(SecretId="app/db", SecretString="three")
    secretsmanager.assert_logged("PutSecretValue", SecretId=ARN)


def test_secret_not_found_explains_an_arn_with_another_suffix(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed(ARN, "hunter2")
    with pytest.raises(SecretNotFound, match="the secret was created again, or has another suffix"):
        secretsmanager.secret(ARN.replace("AbCdEf", "ZyXwVu"))


def test_seed_by_arn_logs_nothing(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed(ARN, "hunter2")
    assert len(secretsmanager.log) == 0


def test_seed_by_arn_accepts_all_options(secretsmanager: SecretsManager) -> None:
    view = secretsmanager.seed(
        ARN,
        "two",
        versions=[Version("one", labels=["old"])],
        policy=POLICY,
        rotation=Rotation(print, days=30),
        owning_service="rds",
        deleted=True,
    )
    assert view.arn == ARN
    assert view.deleted is not None


def test_replica_of_a_seed_by_arn_has_the_same_suffix(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed(ARN, "hunter2", replicas=["us-west-2"])
    found = client_of(secretsmanager, "us-west-2").describe_secret(SecretId="app/db")
    assert found["ARN"] == ARN.replace("eu-west-1", "us-west-2")


def test_seed_by_arn_keeps_the_ids_of_a_random_seed_repeatable() -> None:
    def suffix_of_the_next(*arns: str) -> str:
        with SecretsManager(random_seed=1) as sm:
            for arn in arns:
                sm.seed(arn)
            return sm.seed("db").arn

    assert suffix_of_the_next(ARN) == suffix_of_the_next(ARN)


# --- seeded again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [ARN, "app/db"])
def test_seed_by_arn_replaces_the_secret_of_the_same_name(secretsmanager: SecretsManager, name: str) -> None:
    place: Any = {} if name == ARN else {"region": "eu-west-1", "account": "111122223333"}
    secretsmanager.seed(name, "one", tags={"team": "pay"}, **place)
    again = secretsmanager.seed(ARN, "two")
    assert (again.arn, again.tags) == (ARN, {})
    secretsmanager.assert_history(ARN, ["two"])


def test_seed_by_name_replaces_a_seed_by_arn_with_another_arn(secretsmanager: SecretsManager) -> None:
    secretsmanager.seed(ARN, "one")
    assert secretsmanager.seed("app/db", "two", region="eu-west-1", account="111122223333").arn != ARN


def test_create_secret_after_a_forced_deletion_of_a_seed_by_arn_makes_another_arn(
    secretsmanager: SecretsManager,
) -> None:
    secretsmanager.seed(ARN, "one")
    client = client_of(secretsmanager)
    client.delete_secret(SecretId=ARN, ForceDeleteWithoutRecovery=True)
    assert client.create_secret(Name="app/db", SecretString="two")["ARN"] != ARN


# --- options ---------------------------------------------------------------------------------------------------------


def test_seed_by_arn_accepts_the_same_region_and_account_as_options(secretsmanager: SecretsManager) -> None:
    assert secretsmanager.seed(ARN, "x", region="eu-west-1", account="111122223333").arn == ARN


REFUSED = {
    "another region": (
        ARN,
        {"region": "us-east-1"},
        "the ARN of a seed says region 'eu-west-1', but its option says region='us-east-1': leave the option out, or "
        "correct one of them",
    ),
    "another account": (
        ARN,
        {"account": "123456789012"},
        "the ARN of a seed says account '111122223333', but its option says account='123456789012': leave the option "
        "out, or correct one of them",
    ),
    "no suffix": (
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db",
        {},
        "the ARN of a seed ends in a hyphen and six letters or digits, such as …:secret:app/db-AbCdEf; "
        "'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db' does not. For random ones, name the secret "
        "'app/db' with region='eu-west-1' and account='111122223333'",
    ),
    "an ARN with a JSON key": (
        f"{ARN}:password::",
        {},
        "the ARN of a seed ends with its secret's name and six characters, which no colon follows; "
        f"'{ARN}:password::' goes on with the key, label or version of one value, as ECS and CloudFormation have it: "
        "leave that out",
    ),
    "a pattern of IAM": (
        f"{ARN[:-6]}??????",
        {},
        "the ARN of a seed ends in a hyphen and six letters or digits, such as …:secret:app/db-??????-AbCdEf",
    ),
    "another service": (
        "arn:aws:ssm:eu-west-1:111122223333:parameter/app/db",
        {},
        "a seed is named by its secret's name or ARN (arn:aws:secretsmanager:<region>:<account>:secret:<name>-"
        "<six characters>); 'arn:aws:ssm:eu-west-1:111122223333:parameter/app/db' is one of ssm",
    ),
    "no secret": (
        "arn:aws:secretsmanager:eu-west-1:111122223333:app/db-AbCdEf",
        {},
        "a seed is named by its secret's name or ARN (arn:aws:secretsmanager:<region>:<account>:secret:<name>-"
        "<six characters>); 'arn:aws:secretsmanager:eu-west-1:111122223333:app/db-AbCdEf' is not",
    ),
    "only the prefix of an ARN": ("arn:", {}, "a seed is named by its secret's name or ARN"),
    "a short account": (
        ARN.replace("111122223333", "1111"),
        {},
        "the account in the ARN of a seed is a str of twelve digits such as '123456789012', not '1111'",
    ),
    "an account in other digits": (
        ARN.replace("111122223333", "١١١١٢٢٢٢٣٣٣٣"),
        {},
        "the account in the ARN of a seed is a str of twelve digits",
    ),
    "an unknown region": (
        ARN.replace("eu-west-1", "eu-wst-1"),
        {},
        "the region of secret 'app/db' is 'eu-wst-1', which botocore",
    ),
    "no region": (ARN.replace("eu-west-1", ""), {}, "the region of secret 'app/db' is a str such as 'us-east-1'"),
    "another partition": (
        CHINA.replace("aws-cn", "aws"),
        {},
        "the ARN of a seed says partition 'aws', but cn-north-1 is in 'aws-cn': write "
        "'arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:db-AbCdEf'",
    ),
    "no name": (
        f"{ARN.removesuffix('app/db-AbCdEf')}-AbCdEf",
        {},
        "secret '' can't be seeded: AWS would refuse it with",
    ),
    "a name that AWS refuses": (
        ARN.replace("app/db", "app db"),
        {},
        "secret 'app db' can't be seeded: AWS would refuse it with",
    ),
}


@pytest.mark.parametrize(("arn", "options", "text"), REFUSED.values(), ids=REFUSED)
def test_seed_refuses_an_arn_that_no_secret_can_have(
    secretsmanager: SecretsManager, arn: str, options: Any, text: str
) -> None:
    with pytest.raises(UsageError) as refused:
        secretsmanager.seed(arn, "to-hide", **options)
    assert str(refused.value).startswith(text)
    assert "to-hide" not in str(refused.value)
    assert not secretsmanager.secrets


def test_seed_cuts_a_long_arn_in_its_refusal(secretsmanager: SecretsManager) -> None:
    with pytest.raises(UsageError) as refused:
        secretsmanager.seed(f"{ARN.removesuffix('-AbCdEf')}{'x' * 5_000}", "x")
    assert len(str(refused.value)) < 1_000


# --- files, markers, the environment ---------------------------------------------------------------------------------


def test_seed_file_may_name_a_secret_by_arn(secretsmanager: SecretsManager, tmp_path: Path) -> None:
    path = tmp_path / "seeds.toml"
    path.write_text(f'[[secret]]\nname = "{ARN}"\nvalue = "hunter2"\n', encoding="utf-8")
    (seed,) = read_seeds(path)
    assert plant(secretsmanager._parts, seed).arn == ARN


def test_seed_file_refuses_the_same_secret_by_arn_and_by_name(tmp_path: Path) -> None:
    path = tmp_path / "seeds.toml"
    by_name = 'name = "app/db"\nregion = "eu-west-1"\naccount = "111122223333"\n'
    path.write_text(f'[[secret]]\nname = "{ARN}"\n[[secret]]\n{by_name}', encoding="utf-8")
    with pytest.raises(UsageError, match="secret 'app/db' is defined 2 times"):
        read_seeds(path)


def test_seed_file_refusal_names_file_and_arn(tmp_path: Path) -> None:
    path = tmp_path / "seeds.toml"
    path.write_text(f'[[secret]]\nname = "{ARN}"\nregion = "us-east-1"\n', encoding="utf-8")
    with pytest.raises(UsageError, match=rf"seeds.toml: secret 1 \('{ARN}'\): the ARN of a seed says region"):
        read_seeds(path)


@pytest.mark.secret(ARN, "hunter2")
def test_secret_marker_may_name_a_secret_by_arn(secretsmanager: SecretsManager) -> None:
    assert client_of(secretsmanager).get_secret_value(SecretId=ARN)["SecretString"] == "hunter2"


@pytest.fixture
def another_default_region(secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")


@pytest.mark.secret(ARN, "hunter2")
@pytest.mark.secret("other", "x")
@pytest.mark.usefixtures("another_default_region")
def test_seed_by_arn_stays_in_its_region_when_the_default_region_changes(secretsmanager: SecretsManager) -> None:
    assert key_of(secretsmanager.secret("other")).region == "us-west-2"
    assert secretsmanager.secret(ARN).arn == ARN
