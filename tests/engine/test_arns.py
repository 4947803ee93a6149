"""Names and ARNs of secrets."""

import pytest
from botocore.loaders import Loader
from hypothesis import given
from hypothesis import strategies as st

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.arns import SecretArn

PREFIX = "arn:aws:secretsmanager:us-east-1:123456789012:secret:"
PLACE = ("us-east-1", "123456789012")


PARTITIONS = {
    region: partition["id"]
    for partition in Loader().load_data("partitions")["partitions"]
    for region in partition["regions"]
    if not region.endswith("-global")
}


@pytest.mark.parametrize(
    ("arn", "account"),
    [
        (f"{PREFIX}db-Ab12Cd", "123456789012"),
        ("arn:aws:lambda:us-east-1:123456789012:function:rotate:live", "123456789012"),
        ("arn:aws:s3:::bucket", "the default"),
        ("arn:aws:iam::123456789012", "the default"),
        ("*", "the default"),
    ],
)
def test_account_in_returns_the_account_of_an_arn_or_the_default(arn, account):
    assert arns.account_in(arn, "the default") == account


@pytest.mark.parametrize("region", sorted(PARTITIONS))
def test_partition_returns_the_partition_of_botocore_for_each_region(region):
    assert arns.partition(region) == PARTITIONS[region]
    assert arns.build(region, "123456789012", "db", "Ab12Cd").split(":")[1] == PARTITIONS[region]


@pytest.mark.parametrize("region", ["us-east-99", "xx-north-1", "nowhere"])
def test_partition_of_an_unknown_region_is_aws(region):
    assert arns.partition(region) == "aws"


@pytest.mark.parametrize(
    ("tail", "name", "partial"),
    [
        ("db-Ab12Cd", "db", False),
        ("db", "db", True),
        ("app/db-Ab12Cd", "app/db", False),
        ("my-Name-a1b2", "my-Name-a1b2", True),
        ("my-Name-a1b2c3-", "my-Name-a1b2c3-", True),
        ("my-Name-a1b2c3", "my-Name", False),
        ("my-Name-a1b2c3-Ab12Cd", "my-Name-a1b2c3", False),
        ("db-Ab12C!", "db-Ab12C!", True),
        ("events!connection/x-Ab12Cd", "events!connection/x", False),
    ],
)
def test_parse_takes_a_hyphen_and_six_alphanumerics_as_the_suffix(tail, name, partial):
    assert arns.parse(PREFIX + tail) == SecretArn(*PLACE, name, partial)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "db",
        "arn:",
        "arn:aws:secretsmanager:us-east-1:123456789012:db",
        "arn:aws:lambda:us-east-1:123456789012:function:x",
        f"x{PREFIX}db",
    ],
)
def test_parse_returns_none_for_a_text_that_is_no_arn_of_a_secret(text):
    assert arns.parse(text) is None


@pytest.mark.parametrize(("secret_id", "expected"), [("arn:x", True), ("arn", False), ("db", False), ("", False)])
def test_is_arn_looks_at_the_prefix(secret_id, expected):
    assert arns.is_arn(secret_id) is expected


@given(
    name=st.text("abcXYZ019/_+=.@-!", min_size=1, max_size=30),
    suffix=st.text(arns.SUFFIX_ALPHABET, min_size=arns.SUFFIX_LENGTH, max_size=arns.SUFFIX_LENGTH),
    region=st.sampled_from(["us-east-1", "cn-north-1", "us-gov-west-1"]),
)
def test_parse_reads_any_arn_that_build_makes(name, suffix, region):
    assert arns.parse(arns.build(region, "123456789012", name, suffix)) == SecretArn(
        region, "123456789012", name, False
    )


# --- ARNs of any service ---------------------------------------------------------------------------------------------


def test_split_keeps_the_colons_of_the_resource():
    assert arns.split("arn:aws:lambda:us-east-1:123456789012:function:rotate:live").resource == "function:rotate:live"


@pytest.mark.parametrize("text", ["", "alias/pay", "arn:aws:kms:us-east-1:123456789012"])
def test_split_raises_value_error_for_text_with_fewer_parts(text):
    with pytest.raises(ValueError, match="unpack"):
        arns.split(text)


@pytest.mark.parametrize("qualifier", ["", ":live", ":$LATEST"])
def test_unqualified_removes_the_version_or_alias_of_a_function(qualifier):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
    assert arns.unqualified(arn + qualifier) == arn
