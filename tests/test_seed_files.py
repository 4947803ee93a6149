"""Seed files: they accept the options of `sm.seed`, and an error shows no value of the file."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from pytest_secretsmanager import Rotation, SecretsManager, UsageError, Version, seed_files
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.managing.planting import plant
from pytest_secretsmanager.seed_files import read_seeds

HIDDEN = "this-must-not-be-shown"


@pytest.fixture
def file(tmp_path: Path):
    """Return a function that writes a seed file and returns its path."""

    def write(text: str, name: str = "seeds.toml") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def seeded(path: Path) -> SecretsManager:
    sm = SecretsManager()
    for seed in read_seeds(path):
        plant(sm._parts, seed)
    return sm


# --- good files ------------------------------------------------------------------------------------------------------

GOOD: dict[str, tuple[str, dict[str, Any]]] = {
    "a text": ('value = "hunter2"', {"value": "hunter2"}),
    "an empty secret": ("", {}),
    "JSON": ('value = { user = "app", ports = [1, 2] }', {"value": {"user": "app", "ports": [1, 2]}}),
    "JSON that is a list": ("value = [1, true]", {"value": [1, True]}),
    "bytes": ('binary = "AP8="', {"value": b"\x00\xff"}),
    "versions": ('versions = ["a", "b"]\nvalue = "c"', {"versions": ["a", "b"], "value": "c"}),
    "versions with options": (
        'versions = [{ value = "a", labels = ["AWSPREVIOUS"], age = { days = 40, hours = 1 } }, { binary = "AA==" }]',
        {"versions": [Version("a", labels=["AWSPREVIOUS"], age=timedelta(days=40, hours=1)), Version(b"\x00")]},
    ),
    "a version with an id": (
        'versions = [{ value = "a", id = "11111111-2222-4333-8444-555555555555" }]',
        {"versions": [Version("a", id="11111111-2222-4333-8444-555555555555")]},
    ),
    "a version of JSON": ('versions = [{ user = "app" }]', {"versions": [{"user": "app"}]}),
    "a version of JSON with a key `value`": (
        "versions = [{ value = { value = 1 } }]",
        {"versions": [Version({"value": 1})]},
    ),
    "tags and description": (
        'value = "x"\ntags = { team = "pay" }\ndescription = "main"',
        {"value": "x", "tags": {"team": "pay"}, "description": "main"},
    ),
    "a key": ('value = "x"\nkms_key = "alias/pay"', {"value": "x", "kms_key": "alias/pay"}),
    "replicas": ('value = "x"\nreplicas = ["eu-west-1"]', {"value": "x", "replicas": ["eu-west-1"]}),
    "an owner": ('value = "x"\nowning_service = "rds"', {"value": "x", "owning_service": "rds"}),
    "a deleted secret": ('value = "x"\ndeleted = true', {"value": "x", "deleted": True}),
    "another place": (
        'region = "eu-west-1"\naccount = "210987654321"',
        {"region": "eu-west-1", "account": "210987654321"},
    ),
}


@pytest.mark.parametrize(("text", "options"), GOOD.values(), ids=GOOD)
def test_seed_file_creates_the_same_secret_as_seed_with_the_same_options(file, text, options):
    (seed,) = read_seeds(file(f'[[secret]]\nname = "db"\n{text}'))
    with SecretsManager() as by_file, SecretsManager() as by_call:
        one, other = plant(by_file._parts, seed), by_call.seed("db", **options)
        assert [version.value for version in one.versions] == [version.value for version in other.versions]
        assert [sorted(version.labels) for version in one.versions] == [sorted(v.labels) for v in other.versions]
        assert (one.tags, key_of(one), bool(one.deleted)) == (other.tags, key_of(other), bool(other.deleted))
        described, expected = (
            sm.client(key_of(one).region, aws_account_id=key_of(one).account).describe_secret(SecretId="db")
            for sm in (by_file, by_call)
        )
        assert described.keys() == expected.keys()
        for member in ("Description", "OwningService", "PrimaryRegion"):
            assert described.get(member) == expected.get(member)


def test_seed_file_keeps_the_age_of_a_version(file):
    path = file('[[secret]]\nname = "db"\nversions = [{ value = "a", age = { days = 40 } }]\nvalue = "b"')
    with seeded(path) as sm:
        old, _ = sm.secret("db").versions
        assert (sm.clock.now - old.created).days == 40


def test_seed_file_may_be_json(file):
    text = json.dumps({"secret": [{"name": "db", "value": {"user": "app"}}, {"name": "key", "binary": "AA=="}]})
    with seeded(file(text, "seeds.json")) as sm:
        sm.assert_value("db", {"user": "app"})
        sm.assert_value("key", b"\x00")


def test_seed_file_of_the_docstring_is_valid(file):
    shown = "\n".join(line for line in seed_files.__doc__.splitlines() if line.startswith("    "))
    with seeded(file(dedent(shown))) as sm:
        assert set(sm.secrets) == {"app/db", "app/key", "app/token"}


def test_seed_file_may_be_empty(file):
    assert read_seeds(file("")) == []


def test_seed_file_may_name_one_secret_in_several_regions(file):
    text = '[[secret]]\nname = "db"\nvalue = "a"\n[[secret]]\nname = "db"\nvalue = "b"\nregion = "eu-west-1"'
    with seeded(file(text)) as sm:
        assert (sm.secret("db").value, sm.secret("db", region="eu-west-1").value) == ("a", "b")


# --- rotation --------------------------------------------------------------------------------------------------------

ROTATES = '[[secret]]\nname = "db"\nvalue = "one"\nrotation = { function = "seed_functions:rotate", days = 30 }'


def test_seed_file_imports_a_rotation_function_when_it_runs(file, monkeypatch):
    """The path of the project may be incomplete when the file is read."""
    steps = []
    module = ModuleType("seed_functions")
    module.rotate = lambda event, _: steps.append(event["Step"])  # type: ignore[attr-defined]
    with seeded(file(ROTATES)) as sm:
        monkeypatch.setitem(sys.modules, "seed_functions", module)
        sm.client().rotate_secret(SecretId="db")
    assert steps == ["createSecret", "setSecret", "testSecret", "finishSecret"]


@pytest.mark.parametrize("function", ["nowhere.at_all:handler", "json:handler"])
def test_seed_file_names_a_rotation_function_that_can_not_be_imported(file, function):
    with seeded(
        file(f'[[secret]]\nname = "db"\nvalue = "x"\nrotation = {{ function = "{function}", days = 1 }}')
    ) as sm:
        sm.client().rotate_secret(SecretId="db")
        error = sm.rotation.runs[0].error
    assert isinstance(error, UsageError)
    assert str(error).startswith(f"the rotation function '{function}' of a seed file can't be imported: ")


def test_rotation_step_fails_when_the_function_of_a_seed_file_can_not_be_imported(file):
    with seeded(file(ROTATES.replace("seed_functions", "no_such_module_anywhere"))) as sm:
        sm.client().rotate_secret(SecretId="db")
        (step,) = sm.rotation.runs[0].steps
        assert "no_such_module_anywhere" in str(step.error)


def test_seed_file_accepts_the_arn_of_a_rotation_function(file):
    arn = "arn:aws:lambda:us-east-1:123456789012:function:mine"
    (seed,) = read_seeds(
        file(f'[[secret]]\nname = "db"\nrotation = {{ function = "{arn}", schedule = "rate(4 hours)" }}')
    )
    assert seed.rotation == Rotation(arn, schedule="rate(4 hours)")


# --- mistakes --------------------------------------------------------------------------------------------------------

WRONG = {
    "not TOML": (f'[[secret]]\nname = "db"\nvalue = "{HIDDEN}', "not TOML in UTF-8: first error at "),
    "another table": (
        "[[secrets]]",
        "a seed file has tables [[secret]], not 'secrets'; did you mean 'secret'?",
    ),
    "a key of a value twice": (
        f'[[secret]]\nname = "db"\nvalue = {{ "{HIDDEN}" = 1, "{HIDDEN}" = 2 }}',
        "first error at line 3",
    ),
    "one name twice": (
        f'[[secret]]\nname = "db"\nvalue = "{HIDDEN}"\n[[secret]]\nname = "db"',
        "secret 'db' is defined 2 times; put earlier values under `versions`",
    ),
    "one table": ('[secret]\nname = "db"', "each secret is in its own table: [[secret]]"),
    "no name": (f'[[secret]]\nvalue = "{HIDDEN}"', "secret 1: a seed begins with the secret's name, which is missing"),
    "a misspelt option": (
        f'[[secret]]\nname = "db"\nvalue = "{HIDDEN}"\ntag = {{}}',
        "secret 1 ('db'): a seed has no option 'tag'; did you mean 'tags'?",
    ),
    "a misspelt value": (
        f'[[secret]]\nname = "db"\nvalu = "{HIDDEN}"',
        "a seed has no option 'valu'; did you mean 'value'?",
    ),
    "both kinds of value": (
        f'[[secret]]\nname = "db"\nvalue = "{HIDDEN}"\nbinary = "AA=="',
        "a value is text or JSON (value), or bytes (binary), not both",
    ),
    "no base64": (f'[[secret]]\nname = "db"\nbinary = "{HIDDEN}!"', "secret 1 ('db'): binary is a str of base64"),
    "bytes that are no text": ('[[secret]]\nname = "db"\nbinary = 7', "binary is a str of base64"),
    "a misspelt option of a version": (
        f'[[secret]]\nname = "db"\nversions = [{{ value = "{HIDDEN}", label = [] }}]',
        "a version has no 'label'; did you mean 'labels'?",
    ),
    "an age in words": (
        f'[[secret]]\nname = "db"\nversions = [{{ value = "{HIDDEN}", age = "40 days" }}]',
        "the age of a version is a table such as { days = 40 }, not '40 days'",
    ),
    "an age with an unknown unit": (
        f'[[secret]]\nname = "db"\nversions = [{{ value = "{HIDDEN}", age = {{ years = 1 }} }}]',
        "the age of a version is a table such as { days = 40 }, not {'years': 1}",
    ),
    "an age that is no number": (
        f'[[secret]]\nname = "db"\nversions = [{{ value = "{HIDDEN}", age = {{ days = nan }} }}]',
        "secret 1 ('db'): the age of a version is a table such as { days = 40 }, not {'days': nan}",
    ),
    "an invalid account": (
        f'[[secret]]\nname = "db"\nvalue = "{HIDDEN}"\naccount = "12"',
        "secret 1 ('db'): account is a str of twelve digits such as '123456789012', not '12'",
    ),
    "a misspelt option of a rotation": (
        '[[secret]]\nname = "db"\nrotation = { function = "a:b", day = 1 }',
        "a rotation has no 'day'; did you mean 'days'?",
    ),
    "a rotation that is no table": (
        '[[secret]]\nname = "db"\nrotation = "app:handler"',
        "a rotation is a table such as { function = ",
    ),
    "a name as the API spells it": ('[[secret]]\nName = "db"', "a seed has no option 'Name'; did you mean 'name'?"),
    "a function without module": (
        '[[secret]]\nname = "db"\nrotation = { function = "rotate", days = 1 }',
        "the function of a rotation is 'package.module:handler' or an ARN, not 'rotate'",
    ),
    "the second of two": ('[[secret]]\nname = "a"\n[[secret]]\nname = 7', "secret 2 (7): "),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_seed_file_error_names_the_file_and_shows_no_value(file, text, told):
    path = file(text)
    with pytest.raises(UsageError) as caught:
        read_seeds(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert told in str(caught.value)
    assert HIDDEN not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        pytest.param(
            "seeds.json", f'{{"secret": "{HIDDEN}', "not JSON in UTF-8: Unterminated string", id="broken JSON"
        ),
        pytest.param("seeds.json", "[]", 'a seed file is an object: {"secret": […]}', id="a list"),
        pytest.param("seeds.json", "[" * 100_000, "nested too deeply", id="nested deeply"),
        pytest.param("seeds.yaml", "secret: []", "a seed file ends in .toml or .json", id="another kind"),
    ],
)
def test_seed_file_of_another_format_is_refused(file, name, text, told):
    with pytest.raises(UsageError) as caught:
        read_seeds(file(text, name))
    assert told in str(caught.value)
    assert HIDDEN not in str(caught.value)


def test_missing_seed_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"seeds\.toml: No such file"):
        read_seeds(tmp_path / "seeds.toml")


def test_seed_file_that_is_not_utf_8_is_refused(tmp_path):
    path = tmp_path / "seeds.toml"
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not TOML in UTF-8"):
        read_seeds(path)


def test_seed_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "seeds.json"
    path.write_text('{"secret": [{"name": "db"}]}', encoding="utf-8-sig")
    assert [seed.name for seed in read_seeds(path)] == ["db"]
