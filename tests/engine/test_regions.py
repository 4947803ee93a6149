"""Which regions there are, and what is said of one that is none."""

import importlib.util
import json

import pytest
from botocore.loaders import Loader

from pytest_secretsmanager import UsageError
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.regions import is_region, require_region


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_a_region_of_any_partition_is_one(region):
    require_region(region)


@pytest.mark.parametrize(
    ("region", "nearest"),
    [
        pytest.param("eu-wst-1", "; did you mean 'eu-west-1' or", id="a letter left out"),
        pytest.param("eu-west-9", "; did you mean 'eu-west-", id="a wrong number"),
        pytest.param("useast1", "; did you mean 'us-east-1' or", id="no hyphens"),
        pytest.param("EU-WEST-1", "; did you mean 'eu-west-1'?", id="capitals"),
        pytest.param("eu-west-1a", "; did you mean 'eu-west-1' or", id="an availability zone"),
        pytest.param("local", " (a newer", id="nothing near"),
        pytest.param("aws-global", " (a newer", id="a partition's pseudo region"),
        pytest.param("aws-cn-global", " (a newer", id="another partition's pseudo region"),
    ],
)
def test_what_is_no_region_is_refused_with_the_nearest(region, nearest):
    with pytest.raises(UsageError) as refused:
        require_region(region)
    assert str(refused.value).startswith(f"region is {region!r}, which {model.BOTOCORE} does not know{nearest}")
    assert str(refused.value).endswith(" (a newer region needs a newer botocore)")
    assert not is_region(region)


@pytest.mark.parametrize("region", ["", 5, None, ["eu-west-1"], b"eu-west-1"])
def test_what_is_no_text_is_refused_by_what_it_is(region):
    with pytest.raises(UsageError) as refused:
        require_region(region, "the region of a hold")
    assert str(refused.value) == f"the region of a hold is a str such as 'us-east-1', not {region!r}"


def test_a_region_that_a_file_in_aws_data_path_adds_is_one(tmp_path, monkeypatch):
    known = Loader().load_data("partitions")
    known["partitions"][0]["regions"]["eu-atlantis-1"] = {"description": "Europe (Atlantis)"}
    tmp_path.joinpath("partitions.json").write_text(json.dumps(known))
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    read = importlib.util.find_spec("pytest_secretsmanager.engine.model")
    anew = importlib.util.module_from_spec(read)  # partitions are read once
    read.loader.exec_module(anew)
    assert {"eu-atlantis-1", "us-east-1"} <= anew.regions("aws")
