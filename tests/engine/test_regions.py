"""The regions that botocore knows or an option adds, and the refusal of an unknown one."""

import importlib.util
import json

import pytest
from botocore.loaders import Loader

from pytest_secretsmanager import UsageError
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.regions import BOTOCORES, extra_regions

REGIONS = BOTOCORES


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_require_takes_a_region_of_any_partition(region):
    REGIONS.require(region)


@pytest.mark.parametrize(
    ("region", "nearest"),
    [
        pytest.param("eu-wst-1", "; did you mean 'eu-west-1' or", id="missing letter"),
        pytest.param("eu-west-9", "; did you mean 'eu-west-", id="wrong number"),
        pytest.param("useast1", "; did you mean 'us-east-1' or", id="no hyphens"),
        pytest.param("EU-WEST-1", "; did you mean 'eu-west-1'?", id="capitals"),
        pytest.param("eu-west-1a", "; did you mean 'eu-west-1' or", id="availability zone"),
        pytest.param("local", " (a newer", id="no similar region"),
        pytest.param("aws-global", " (a newer", id="pseudo region of a partition"),
        pytest.param("aws-cn-global", " (a newer", id="pseudo region of another partition"),
    ],
)
def test_require_refuses_an_unknown_region_and_names_the_nearest(region, nearest):
    with pytest.raises(UsageError) as refused:
        REGIONS.require(region)
    assert str(refused.value).startswith(f"region is {region!r}, which {model.BOTOCORE} does not know{nearest}")
    assert str(refused.value).endswith(" (a newer region needs a newer botocore, or the option extra_regions)")
    assert not REGIONS.has(region)


@pytest.mark.parametrize("region", ["", 5, None, ["eu-west-1"], b"eu-west-1"])
def test_require_refuses_a_region_that_is_no_text(region):
    with pytest.raises(UsageError) as refused:
        REGIONS.require(region, "the region of a hold")
    assert str(refused.value) == f"the region of a hold is a str such as 'us-east-1', not {region!r}"


def test_regions_include_a_region_of_a_file_in_aws_data_path(tmp_path, monkeypatch):
    known = Loader().load_data("partitions")
    known["partitions"][0]["regions"]["eu-atlantis-1"] = {"description": "Europe (Atlantis)"}
    tmp_path.joinpath("partitions.json").write_text(json.dumps(known))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    read = importlib.util.find_spec("pytest_secretsmanager.engine.partitions")
    anew = importlib.util.module_from_spec(read)  # partitions are read once
    read.loader.exec_module(anew)
    assert {"eu-atlantis-1", "us-east-1"} <= anew.regions("aws")


# --- regions that an option adds -------------------------------------------------------------------------------------

NEWER = extra_regions(["eu-atlantis-1", "cn-atlantis-2"])


def test_extra_regions_adds_regions_to_those_of_botocore():
    for region in ("eu-atlantis-1", "cn-atlantis-2", "us-east-1"):
        NEWER.require(region)
    assert not NEWER.has("eu-atlantis-2")
    assert not BOTOCORES.has("eu-atlantis-1")


def test_require_names_an_added_region_as_the_nearest():
    with pytest.raises(UsageError, match="does not know; did you mean 'eu-atlantis-1' or"):
        NEWER.require("eu-atlantis-2")


@pytest.mark.parametrize(
    ("source", "target", "can"),
    [
        ("us-east-1", "eu-west-1", True),
        ("us-east-1", "us-east-1", False),
        ("us-east-1", "cn-north-1", False),
        ("us-east-1", "eu-atlantis-1", True),
        ("eu-atlantis-1", "us-east-1", True),
        ("eu-atlantis-1", "eu-atlantis-1", False),
        ("us-east-1", "cn-atlantis-2", False),
        ("cn-north-1", "cn-atlantis-2", True),
        ("cn-north-1", "eu-atlantis-1", False),
        ("us-east-1", "eu-atlantis-2", False),
    ],
)
def test_can_replicate_is_true_for_another_region_of_the_same_partition(source, target, can):
    assert NEWER.can_replicate(source, target) is can


@pytest.mark.parametrize("names", ["eu-atlantis-1", b"x", 5, None, True])
def test_extra_regions_refuses_a_value_that_is_no_list(names):
    with pytest.raises(UsageError) as refused:
        extra_regions(names)
    assert str(refused.value).startswith("extra_regions ")


@pytest.mark.parametrize(
    "name", ["", "Atlantis", "eu-atlantis", "EU-ATLANTIS-1", "eu-atlantis-1a", "eu atlantis 1", 5, None]
)
def test_extra_regions_refuses_a_malformed_region(name):
    with pytest.raises(UsageError) as refused:
        extra_regions(["eu-atlantis-1", name])
    assert str(refused.value) == (f"extra_regions has {name!r}, which is not a region name such as 'eu-atlantis-1'")
