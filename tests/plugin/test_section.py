"""The section of a failing test: its last calls, its secrets with the moves of their labels, and no secret value."""

import json
import os
import time
from collections.abc import Callable
from textwrap import dedent, indent
from xml.etree import ElementTree

import pytest

from pytest_secretsmanager.inspection import past_world
from pytest_secretsmanager.inspection.cells import columns_of
from pytest_secretsmanager.plugin import section_colours
from pytest_secretsmanager.report import calls as calls_module

Run = Callable[..., pytest.RunResult]

ONE, TWO, THREE = "1" * 36, "2" * 36, "3" * 36

FILE = """
import boto3
import pytest
from botocore.exceptions import ClientError
from pytest_secretsmanager import Rotation, SecretsManager, Version

VERSIONS = [Version("one-to-hide", id="1" * 36), Version("two-to-hide", id="2" * 36)]
seeded = pytest.mark.secret("app/db", versions=VERSIONS)

@pytest.fixture
def client():
    return boto3.client("secretsmanager")

def put(client, **parameters):
    value = dict(SecretString="three-" "to-hide", ClientRequestToken="3" * 36)
    client.put_secret_value(SecretId="app/db", **value, **parameters)

def stage(client, **parameters):
    client.update_secret_version_stage(SecretId="app/db", **parameters)

def quietly(call, *arguments, **parameters):
    try:
        return call(*arguments, **parameters)
    except ClientError:
        return None
"""


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_767_323_045.0)  # 2026-01-02 03:04:05 UTC


@pytest.fixture(params=[80], ids=lambda columns: f"{columns} columns")
def columns(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", str(request.param))
    return int(request.param)


def file(body: str, more: str = "", marker: str = "@seeded\n") -> str:
    """Return a test file whose test has this body."""
    return f"{FILE}\n{more}\n{marker}def test_it(secretsmanager, client):\n{indent(dedent(body).strip(), '    ')}\n"


def reports(result: pytest.RunResult) -> list[pytest.TestReport]:
    found: list[pytest.TestReport] = result.reprec.getreports("pytest_runtest_logreport")  # type: ignore[attr-defined]
    return found


@pytest.fixture
def section(run: Run, columns: int) -> Callable[..., str]:
    """Run one file and return the plugin's section of the one report that has one. It is no wider than the terminal."""

    def of_report(source: str, *arguments: str, **outcomes: int) -> str:
        result = run(source, *arguments)
        result.assert_outcomes(**(outcomes or {"failed": 1}))
        (text,) = [text for report in reports(result) for name, text in report.sections if name == "secretsmanager"]
        assert max(map(columns_of, text.splitlines())) <= columns
        assert "to-hide" not in text or "--secretsmanager-show-values" in arguments
        return text

    return of_report


def line_of(source: str, text: str) -> int:
    """Return the number of the first line that has this text."""
    return next(number for number, line in enumerate(dedent(source).strip().splitlines(), 1) if text in line)


# --- the whole text --------------------------------------------------------------------------------------------------

ASTRAY = """
    put(client, VersionStages=["AWSPENDING"])
    stage(client, VersionStage="AWSCURRENT", RemoveFromVersionId="2" * 36, MoveToVersionId="3" * 36)
    quietly(stage, client, VersionStage="AWSPENDING", RemoveFromVersionId="2" * 36)
    secretsmanager.clock.advance(days=2, hours=1)
    quietly(client.get_secret_value, SecretId="app/bd")
    for _ in range(3):
        client.get_secret_value(SecretId="app/db", VersionStage="AWSPREVIOUS")
    assert not "done"
"""

NO_SECRET = "ResourceNotFoundException"


@pytest.mark.parametrize("columns", [80], indirect=True)
def test_the_section_shows_calls_secrets_and_moves_in_80_columns(section: Callable[..., str]) -> None:
    source = file(ASTRAY)
    put, stage = line_of(source, "client.put_secret_value("), line_of(source, "client.update_secret_version_stage(")
    quietly, read = line_of(source, "return call("), line_of(source, 'VersionStage="AWSPREVIOUS"')
    text = section(source)
    above, calls, secret = text.split("\n\n")
    assert above.splitlines() == [
        "GetSecretValue: no secret 'app/bd' in us-east-1 of account 123456789012; did you",
        "  mean 'app/db'?",
    ]
    assert calls.splitlines()[:5] == [
        "7 calls, timed from 2026-01-02 03:04:05 UTC",
        f"  1    +0 s      PutSecretValue          'app/db' AWSPENDING   ok  test_it.py:{put}",
        f"  2    +0 s      UpdateSecretVersionSt…  'app/db' AWSCURRENT   ok  test_it.py:{stage}",
        f"  3    +0 s      UpdateSecretVersionSt…  'app/db' AWSPENDING       test_it.py:{stage}",
        "                 InvalidParameterException: Staging label AWSPENDING isn't",
    ]
    assert calls.splitlines()[-3:] == [
        f"  4    +2 d 1 h  GetSecretValue          'app/bd'                  test_it.py:{quietly}",
        "                 ResourceNotFoundException",
        f"  5-7  +2 d 1 h  GetSecretValue ×3       'app/db' AWSPREVIOUS  ok  test_it.py:{read}",
    ]
    assert secret.splitlines() == [
        "secret 'app/db' in us-east-1",
        "  #  version id  age  AWSCURRENT  AWSPENDING  AWSPREVIOUS",
        "  1  11111111…   2 d                          was",
        "  2  22222222…   2 d  was                     now",
        "  3  33333333…   2 d  now         now",
        "  call 1, PutSecretValue: AWSPENDING to 3",
        "  call 2, UpdateSecretVersionStage: AWSCURRENT from 2 to 3, AWSPREVIOUS from 1",
        "    to 2",
    ]


@pytest.mark.parametrize("columns", [160], indirect=True)
def test_the_section_shows_outcomes_and_whole_ids_in_160_columns(section: Callable[..., str]) -> None:
    source = file(ASTRAY)
    put, stage = line_of(source, "client.put_secret_value("), line_of(source, "client.update_secret_version_stage(")
    quietly, read = line_of(source, "return call("), line_of(source, 'VersionStage="AWSPREVIOUS"')
    above, calls, secret = section(source).split("\n\n")
    assert above == "GetSecretValue: no secret 'app/bd' in us-east-1 of account 123456789012; did you mean 'app/db'?"
    lines = calls.splitlines()
    pending, current, previous = (f"'app/db' {label}" for label in ("AWSPENDING", "AWSCURRENT", "AWSPREVIOUS"))
    assert [*lines[:4], *lines[-2:]] == [
        "7 calls, timed from 2026-01-02 03:04:05 UTC",
        f"  1    +0 s      PutSecretValue            {pending}   ok                         test_it.py:{put}",
        f"  2    +0 s      UpdateSecretVersionStage  {current}   ok                         test_it.py:{stage}",
        f"  3    +0 s      UpdateSecretVersionStage  {pending}   InvalidParameterException  test_it.py:{stage}",
        f"  4    +2 d 1 h  GetSecretValue            'app/bd'              {NO_SECRET}  test_it.py:{quietly}",
        f"  5-7  +2 d 1 h  GetSecretValue ×3         {previous}  ok                         test_it.py:{read}",
    ]
    assert secret.splitlines() == [
        "secret 'app/db' in us-east-1",
        "  #  version id                            age  AWSCURRENT  AWSPENDING  AWSPREVIOUS",
        f"  1  {ONE}  2 d                          was",
        f"  2  {TWO}  2 d  was                     now",
        f"  3  {THREE}  2 d  now         now",
        "  call 1, PutSecretValue: AWSPENDING to 3",
        "  call 2, UpdateSecretVersionStage: AWSCURRENT from 2 to 3, AWSPREVIOUS from 1 to 2",
    ]


def test_the_section_of_a_test_with_one_call_is_short(section: Callable[..., str]) -> None:
    source = file('client.get_secret_value(SecretId="app/db"); assert not "done"')
    assert section(source).splitlines() == [
        "1 call, at 2026-01-02 03:04:05 UTC",
        f"  1  +0 s  GetSecretValue  'app/db'  ok  test_it.py:{line_of(source, 'get_secret_value(SecretId')}",
        "",
        "secret 'app/db' in us-east-1",
        "  #  version id                            age  AWSCURRENT  AWSPREVIOUS",
        f"  1  {ONE}  0 s              now",
        f"  2  {TWO}  0 s  now",
    ]


@pytest.mark.parametrize(
    ("seeds", "text"),
    [
        ([], "no call reached this SecretsManager, which has no secrets"),
        (["app/db"], "no call reached this SecretsManager, which has 'app/db'"),
        (list("abcde"), "no call reached this SecretsManager, which has 'a', 'b', 'c' and 2 more"),
    ],
    ids=["no secret", "one secret", "five secrets"],
)
def test_a_failing_test_without_a_call_says_so(section: Callable[..., str], seeds: list[str], text: str) -> None:
    body = f"for name in {seeds}: secretsmanager.seed(name, 'to-' 'hide')\nassert not 'done'"
    assert section(file(body, marker="")) == text


def test_a_failing_test_without_a_call_names_a_replicated_secret_once(section: Callable[..., str]) -> None:
    body = "secretsmanager.seed('db', 'x', replicas=['eu-west-1'])\nassert not 'done'"
    assert section(file(body, marker="")) == "no call reached this SecretsManager, which has 'db'"


def test_a_failing_test_after_a_snapshot_says_that_a_rollback_took_its_calls_back(section: Callable[..., str]) -> None:
    body = "with secretsmanager.snapshot(): client.list_secrets()\nassert not 'done'"
    assert section(file(body)) == (
        "a rollback took back 1 call: look inside the snapshot(), the decorated function\n  or the test that made it"
    )


def test_a_test_after_one_with_a_snapshot_made_no_call(section: Callable[..., str]) -> None:
    """In a wider scope, both tests share a log."""
    source = """
    import boto3, pytest

    @pytest.fixture(scope="module", autouse=True)
    def _shared(module_secretsmanager): ...

    def test_first(secretsmanager):
        with secretsmanager.snapshot():
            boto3.client("secretsmanager", region_name="us-east-1").list_secrets()

    @pytest.mark.secret("db")
    def test_second():
        assert not "done"
    """
    assert section(source, passed=1, failed=1) == "no call reached this SecretsManager, which has 'db'"


# --- calls -----------------------------------------------------------------------------------------------------------


def test_the_section_of_ten_thousand_calls_shows_the_last_ten_rows_and_five_secrets(
    section: Callable[..., str],
) -> None:
    body = """
    for number in range(2_500):
        client.create_secret(Name=f"s{number}", SecretString="to-" "hide")
    for number in range(7_500):
        client.get_secret_value(SecretId=f"s{number % 2_500}")
    assert not "done"
    """
    text = section(file(body, marker=""))
    assert text.startswith("last 10 of 10,000 calls, timed from ")
    assert "\n  … and 9,990 earlier\n  9,991   +0 s  GetSecretValue  's2490'  ok  test_it.py:" in text
    assert "\n  call 2,500, CreateSecret at test_it.py:" in text
    assert text.endswith("\n\n… and 2,495 more secrets")
    assert len(text.splitlines()) < 50


def test_the_section_says_that_the_log_has_forgotten_calls(section: Callable[..., str]) -> None:
    body = """
    for number in range(2_500):
        client.create_secret(Name=f"s{number}", SecretString="to-" "hide")
    assert not "done"
    """
    text = section(file(body, marker="@pytest.mark.secretsmanager(log_limit=20)\n"))
    assert text.startswith("last 10 of 20 calls, timed from ")
    assert "\n  (log_limit: the log keeps the last 20 calls and events)\n  … and 10 earlier\n  11  +0 s  Create" in text


def test_repeats_of_a_call_from_one_line_are_one_row(section: Callable[..., str]) -> None:
    body = """
    for _ in range(10_000):
        client.get_secret_value(SecretId="app/db")
    assert not "done"
    """
    lines = section(file(body)).splitlines()
    assert lines[0] == "10,000 calls, timed from 2026-01-02 03:04:05 UTC"
    assert lines[1].startswith("  1-10,000  +0 s  GetSecretValue ×10,000  'app/db'  ok  test_it.py:")
    assert lines[2] == ""


@pytest.mark.parametrize("columns", [60], indirect=True)
def test_a_narrow_row_keeps_operation_secret_outcome_and_line_and_drops_folders(section: Callable[..., str]) -> None:
    body = """
    import os
    path = os.path.join(os.sep, *(["long"] * 20), "orders.py")
    exec(compile("client.describe_secret(SecretId='app/db')", path, "exec"), {"client": client})
    assert not "done"
    """
    row = section(file(body)).splitlines()[1]
    assert row == f"  1  +0 s  DescribeSecret  'app/db'  ok  …{os.sep}long{os.sep}orders.py:1"


@pytest.mark.parametrize(
    "calls",
    [
        'read("app/db"); secretsmanager.clock.advance(days=1); read("app/db")',
        'read("app/db"); read("app/db", VersionStage="AWSPREVIOUS")',
        'read("app/db"); read("app/other")',
        'read("app/db"); quietly(read, "app/db", VersionStage="none")',
    ],
    ids=["after a jump of the clock", "another version", "another secret", "another outcome"],
)
def test_a_call_that_differs_has_a_row_of_its_own(section: Callable[..., str], calls: str) -> None:
    more = "def read(name, **more):\n    return boto3.client('secretsmanager').get_secret_value(SecretId=name, **more)"
    text = section(file(f'secretsmanager.seed("app/other", "x"); {calls}; assert not "done"', more))
    assert "\n  1  +0 s" in text
    assert "\n  2  +" in text
    assert "×" not in text


def test_the_section_shows_a_jump_of_the_clock_in_its_two_largest_units(section: Callable[..., str]) -> None:
    body = """
    for step in ({"days": 3, "hours": 2, "minutes": 5}, {"minutes": 7, "seconds": 30}, {"seconds": 1.5}):
        client.describe_secret(SecretId="app/db")
        secretsmanager.clock.advance(**step)
    client.list_secrets()
    secretsmanager.clock.set(secretsmanager.clock.now.replace(year=2025))
    client.list_secrets()
    assert not "done"
    """
    rows = section(file(body)).splitlines()[1:6]
    assert [row[5:16].split("  ")[0].strip() for row in rows] == [
        "+0 s",
        "+3 d 2 h",
        "+3 d 2 h",
        "+3 d 2 h",
        "-361 d 21 h",
    ]


def test_a_batch_is_one_row_with_its_failed_reads(section: Callable[..., str]) -> None:
    body = 'client.batch_get_secret_value(SecretIdList=["app/db", "none", "other"]); assert not "done"'
    text = section(file(body))
    assert "\n  1  +0 s  BatchGetSecretValue  'app/db' and 2 more    test_it.py:" in text
    assert "\n           2 of its 3 reads failed\n" in text
    assert "1 call, at" in text


def test_the_section_names_region_and_account_of_a_call_elsewhere(section: Callable[..., str]) -> None:
    body = """
    boto3.client("secretsmanager", "eu-west-1").create_secret(Name="x", SecretString="to-" "hide")
    assert not "done"
    """
    text = section(file(body))
    assert " CreateSecret  'x' (eu-west-1)  ok  test_it.py:" in text
    assert "\n\nsecret 'x' in eu-west-1\n" in text


def test_the_section_shows_events_of_aws_between_the_calls(section: Callable[..., str]) -> None:
    body = 'client.delete_secret(SecretId="app/db", ForceDeleteWithoutRecovery=True); assert not "done"'
    lines = section(file(body)).splitlines()
    assert lines[0] == "3 calls and events, timed from 2026-01-02 03:04:05 UTC"
    assert [" ".join(line.split()) for line in lines[2:4]] == [
        "2 +0 s StartSecretVersionDelete 'app/db' by AWS",
        "3 +0 s EndSecretVersionDelete 'app/db' by AWS",
    ]
    assert lines[5] == "secret 'app/db' in us-east-1: deleted by call 3, EndSecretVersionDelete"


def test_calls_before_log_clear_stay_in_the_section(section: Callable[..., str]) -> None:
    body = 'client.get_secret_value(SecretId="app/db"); secretsmanager.log.clear(); assert not "done"'
    assert "1 call, at" in section(file(body))


def test_the_section_shows_the_calls_of_another_manager(section: Callable[..., str]) -> None:
    body = """
    client.get_secret_value(SecretId="app/db")
    with SecretsManager() as other:
        other.seed("inner", "to-" "hide")
        client.get_secret_value(SecretId="inner")
        assert not "done"
    """
    titles = [line for line in section(file(body)).splitlines() if not line.startswith(" ") and line]
    assert titles == [
        "1 call, at 2026-01-02 03:04:05 UTC",
        "secret 'app/db' in us-east-1",
        "1 call of another SecretsManager, at 2026-01-02 03:04:05 UTC",
        "secret 'inner' in us-east-1",
    ]


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_a_table_that_the_failure_shows_is_not_repeated(section: Callable[..., str]) -> None:
    text = section(file('put(client)\nsecretsmanager.assert_value("app/db", "one-" "to-hide")'))
    assert text.split("\n\n")[1] == (
        "secret 'app/db' in us-east-1: its versions stand in the failure above\n"
        "  call 1, PutSecretValue: AWSCURRENT from 2 to 3, AWSPREVIOUS from 1 to 2"
    )


@pytest.mark.parametrize("columns", [60], indirect=True)
def test_a_narrow_title_keeps_the_name_of_the_secret(section: Callable[..., str]) -> None:
    body = """
    client.create_secret(Name="shop/orders/database", SecretString="to-" "hide")
    client.delete_secret(SecretId="shop/orders/database", ForceDeleteWithoutRecovery=True)
    assert not "done"
    """
    assert section(file(body)).split("\n\n")[1].splitlines()[:2] == [
        "secret 'shop/orders/database' in us-east-1: deleted by call",
        "    4, EndSecretVersionDelete",
    ]


def test_the_secret_that_the_failure_names_comes_first(section: Callable[..., str]) -> None:
    body = """
    for name in ("app/db", "zz"):
        client.put_secret_value(SecretId=name, SecretString="to-" "hide")
    client.get_secret_value(SecretId="quiet")
    raise LookupError("'app/db' has no user")
    """
    more = "more = pytest.mark.secret('zz', 'x')\nquiet = pytest.mark.secret('quiet', 'x')\n"
    text = section(file(body, more, marker="@seeded\n@more\n@quiet\n"))
    titles = [line.split("'")[1] for line in text.splitlines() if line.startswith("secret ")]
    assert titles == ["app/db", "zz", "quiet"]


def test_many_custom_labels_share_one_column(section: Callable[..., str]) -> None:
    body = """
    for number in range(9):
        stage(client, VersionStage=f"release-{number}", MoveToVersionId="1" * 36)
    assert not "done"
    """
    lines = section(file(body)).split("\n\n")[1].splitlines()
    assert lines[1] == "  #  version id  age  labels"
    assert lines[2].startswith("  1  11111111…   0 s  AWSPREVIOUS, release-0, release-1, release-2")
    assert lines[2].endswith("…")
    assert lines[4] == "  … and 3 earlier calls that moved labels"


# --- before a rollback -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ending",
    ['assert not "done"', 'raise KeyError("x") from None', 'pytest.fail("no")'],
    ids=["assert", "error", "fail"],
)
def test_the_section_shows_what_a_snapshot_has_taken_back(section: Callable[..., str], ending: str) -> None:
    text = section(file(f"with secretsmanager.snapshot():\n    put(client)\n    {ending}"))
    assert "1 call, at" in text
    assert "\n  3  33333333…   0 s  now\n" in text or f"\n  3  {THREE}  0 s  now\n" in text
    assert "call 1, PutSecretValue: AWSCURRENT from 2 to 3, AWSPREVIOUS from 1 to 2" in text


def test_a_snapshot_whose_error_was_caught_is_not_shown(section: Callable[..., str]) -> None:
    body = """
    client.get_secret_value(SecretId="app/db")
    with pytest.raises(KeyError), secretsmanager.snapshot():
        put(client)
        raise KeyError
    assert not "done"
    """
    text = section(file(body))
    assert "1 call, at" in text
    assert "PutSecretValue" not in text


SEEDS = "[[secret]]\nname = 'app/db'\nvalue = 'of-the-run-to-hide'\n"


@pytest.mark.parametrize("is_of_run", [False, True], ids=["own manager", "seeds of the run"])
@pytest.mark.parametrize("part", ["set-up", "tear-down"])
def test_a_failure_in_a_fixture_has_the_section(
    section: Callable[..., str], pytester: pytest.Pytester, part: str, is_of_run: bool
) -> None:
    if is_of_run:
        pytester.path.joinpath("seeds.toml").write_text(SEEDS)
        pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml")
    lines = ["yield", "put(client)", 'assert not "done"']
    body = lines if part == "tear-down" else [*lines[1:], lines[0]]
    more = "@pytest.fixture\ndef app(secretsmanager, client):\n" + "".join(f"    {line}\n" for line in body)
    source = file("pass", more, marker="" if is_of_run else "@seeded\n").replace("client):\n    pass", "app): ...")
    text = section(source, **({"passed": 1, "errors": 1} if part == "tear-down" else {"errors": 1}))
    assert "1 call, at" in text
    assert "call 1, PutSecretValue: AWSCURRENT from " in text
    assert " now" in text


# --- values ----------------------------------------------------------------------------------------------------------


def test_show_values_shows_the_value_of_each_version(section: Callable[..., str]) -> None:
    text = section(file('put(client); assert not "done"'), "--secretsmanager-show-values")
    assert [line for line in text.splitlines() if "value: " in line] == [
        "     value: 'one-to-hide'",
        "     value: 'two-to-hide'",
        "     value: 'three-to-hide'",
    ]


def test_show_values_wraps_a_value_at_the_width(section: Callable[..., str]) -> None:
    body = """
    secretsmanager.seed("app/db", '{"words": "' + "to hide " * 30 + '"}')
    client.describe_secret(SecretId="app/db")
    assert not "done"
    """
    lines = section(file(body, marker=""), "--secretsmanager-show-values").splitlines()
    first = next(number for number, line in enumerate(lines) if "value: " in line)
    shown = "".join(line[len("     value: ") :].ljust(68) for line in lines[first:]).rstrip()
    assert shown == repr('{"words": "' + "to hide " * 30 + '"}')


def test_show_values_cuts_long_values_and_escapes_control_characters(section: Callable[..., str]) -> None:
    body = r"""
    values = ["\x1b[31m\n\u202eabc", "x" * 10_000, b"\x00\xff", "数据" * 100]
    secretsmanager.seed("app/db", versions=values)
    client.describe_secret(SecretId="app/db")
    assert not "done"
    """
    text = section(file(body, marker=""), "--secretsmanager-show-values")
    values = [line.strip().removeprefix("value: ") for line in text.splitlines() if "value: " in line]
    assert values[0] == r"'\x1b[31m\n\u202eabc'"
    assert values[2] == r"b'\x00\xff'"
    whole = "".join(line.strip() for line in text.splitlines())
    assert f"value: '{'x' * 1_000}…(10,000 characters)" in whole
    assert f"value: '{'数据' * 100}'" in whole


# --- hostile names ---------------------------------------------------------------------------------------------------

HOSTILE = {
    "HTML": "<script>alert(1)</script>",
    "control characters": "\x1b[31m\r\n\t\x00",
    "right-to-left marks": "\u202e\u200f\u2066db",
    "10,000 characters": "x" * 10_000,
    "wide characters": "数据" * 200,
    "a surrogate": "\ud800",
}


@pytest.mark.parametrize("columns", [80, 160], indirect=True)
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_name_breaks_no_line_of_the_section(section: Callable[..., str], name: str) -> None:
    body = f"""
    name = {name!a}
    for call in (client.get_secret_value, client.describe_secret):
        quietly(call, SecretId=name)
    quietly(client.create_secret, Name=name, SecretString="to-" "hide")
    quietly(client.get_secret_value, SecretId="app/db", VersionStage=name[:250])
    assert not "done"
    """
    text = section(file(body))
    assert all(line.isprintable() for line in text.splitlines())
    assert len(text.splitlines()) < 40


# --- terminals and files ---------------------------------------------------------------------------------------------

FAILING = file('quietly(client.get_secret_value, SecretId="app/bd"); put(client); assert not "done"')


def test_the_terminal_shows_the_section_in_colours(run: Run, columns: int) -> None:
    shown = run(FAILING, "--color=yes").stdout.str()
    assert "\x1b[33mGetSecretValue: no secret 'app/bd' in " in shown
    assert "\x1b[31mResourceNotFoundException\x1b[0m" in shown
    assert "\x1b[1msecret 'app/db' in us-east-1\x1b[0m" in shown
    assert "\x1b[32m\x1b[1mnow\x1b[0m" in shown


def test_the_section_has_no_escape_codes_with_no_color(run: Run, columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    result = run(FAILING)
    assert "\x1b" not in result.stdout.str()
    result.stdout.fnmatch_lines(["2 calls, timed from *"])


def test_colours_reach_no_report_of_another_plugin(run: Run, columns: int, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import json, pathlib, pytest

        kept = []

        def pytest_runtest_logreport(report):
            kept.append(report)

        @pytest.hookimpl(trylast=True)
        def pytest_terminal_summary(terminalreporter):
            pathlib.Path("during.json").write_text(json.dumps([report.sections for report in kept]))

        def pytest_unconfigure():
            pathlib.Path("after.json").write_text(json.dumps([report.sections for report in kept]))
        """
    )
    run(FAILING, "--color=yes", "--junitxml=junit.xml")
    for name in ("during.json", "after.json"):
        stored = json.loads(pytester.path.joinpath(name).read_text())
        assert "2 calls, timed from" in str(stored)
        assert "\\x1b" not in str(stored)
    junit = pytester.path.joinpath("junit.xml").read_text()
    ElementTree.fromstring(junit)
    assert "\x1b[1msecret" not in junit
    assert "#x1B[1msecret" not in junit


def test_workers_of_xdist_know_the_width_of_the_terminal(run_apart: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "130")
    result = run_apart(FAILING, "-p", "xdist.plugin", "-n", "2")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "GetSecretValue: no secret 'app/bd' in us-east-1 of account 123456789012; did you mean 'app/db'?",
            "2 calls, *",
        ]
    )


def test_a_crash_while_a_manager_is_kept_before_a_rollback_is_reported_and_changes_no_test(
    run: Run, mode: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(past_world, "past_world", crash)
    result = run("""
        import pytest

        def test_it(secretsmanager):
            with pytest.raises(KeyError), secretsmanager.snapshot():
                secretsmanager.client().create_secret(Name="app/db", SecretString="to-hide")
                raise KeyError
        """)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["*the report section of a failing test crashed: ZeroDivisionError in test_section.py*"]
    )


def test_a_crash_of_the_colours_is_reported_and_leaves_the_failures_in_one_colour(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(section_colours, "_painted", crash)
    result = run(FAILING, "--color=yes")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "2 calls, timed from 2026-01-02 03:04:05 UTC",
            "*secretsmanager: the colours of a report section crashed: ZeroDivisionError in test_section.py*",
        ]
    )


def test_a_crash_inside_the_section_is_reported_once_and_hides_no_test(
    run: Run, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ZeroDivisionError("to-hide")

    monkeypatch.setattr(calls_module, "numbers_of", crash)
    again = FAILING.replace("def test_it(", "@pytest.mark.parametrize('number', [1, 2])\ndef test_it(number, ")
    result = run(again)
    result.assert_outcomes(failed=2)
    shown = result.stdout.str()
    assert shown.count("the report section of a failing test crashed: ZeroDivisionError in test_section.py, line ") == 1
    assert shown.count("GetSecretValue: no secret 'app/bd' in us-east-1 of account 123456789012; did you") == 2
    assert "to-hide" not in shown.partition("secretsmanager: the report section")[2]


def test_an_exception_whose_str_raises_keeps_the_section(section: Callable[..., str]) -> None:
    odd = "class Odd(Exception):\n    def __str__(self): raise RuntimeError\n"
    assert "GetSecretValue  'app/db'" in section(file("client.get_secret_value(SecretId='app/db'); raise Odd", odd))
