"""The section of a failing test explains each call that found no secret, or no such version of one."""

from collections.abc import Callable
from textwrap import dedent, indent

import pytest

Run = Callable[..., pytest.RunResult]
Sections = Callable[..., list[str]]

HERE = "us-east-1 of account 123456789012"
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-AbCdEf"

FILE = """
import boto3
import pytest
from pytest_secretsmanager import Rotation, SecretsManager

def client(region=None, **options):
    return boto3.client("secretsmanager", region_name=region, **options)

def read(secret_id, region=None, **parameters):
    return client(region).get_secret_value(SecretId=secret_id, **parameters)

def quietly(call, *arguments, **parameters):
    try:
        call(*arguments, **parameters)
    except client().exceptions.ResourceNotFoundException:
        pass
"""

SEEDED = '@pytest.mark.secret("app/db", "value-to-hide", versions=["older-to-hide"])\n'


def file(body: str, marker: str = SEEDED) -> str:
    """Return a test file whose test has this body."""
    return f"{FILE}\n{marker}def test_it(secretsmanager, monkeypatch):\n{indent(dedent(body).strip(), '    ')}\n"


CALLS = {
    "a typo": (
        "read('app/bd')",
        f"GetSecretValue: no secret 'app/bd' in {HERE}; did you mean 'app/db'?",
    ),
    "another operation": (
        "client().put_secret_value(SecretId='app/bd', SecretString='new-to-hide')",
        f"PutSecretValue: no secret 'app/bd' in {HERE}; did you mean 'app/db'?",
    ),
    "another region": (
        "read('app/db', 'eu-west-1')",
        f"GetSecretValue: no secret 'app/db' in eu-west-1 of account 123456789012; it is in {HERE}",
    ),
    "another region, and a typo": (
        "read('app/bd', 'eu-west-1')",
        "GetSecretValue: no secret 'app/bd' in eu-west-1 of account 123456789012; there are secrets only in "
        f"{HERE}; did you mean 'app/db'?",
    ),
    "another account": (
        "client(aws_access_key_id='x', aws_secret_access_key='x', aws_account_id='9' * 12).describe_secret("
        "SecretId='app/db')",
        f"DescribeSecret: no secret 'app/db' in us-east-1 of account 999999999999; it is in {HERE}",
    ),
    "two other regions, one of them scheduled for deletion": (
        "secretsmanager.seed('key', 'x', region='eu-west-1'); "
        "secretsmanager.seed('key', 'x', region='eu-west-2', deleted=True); read('key')",
        f"GetSecretValue: no secret 'key' in {HERE}; it is in eu-west-1 of account 123456789012 and in eu-west-2 of "
        "account 123456789012 (scheduled for deletion)",
    ),
    "more other regions than a line takes": (
        "[secretsmanager.seed('key', region=f'eu-west-{n}') for n in (1, 2, 3)]; "
        "[secretsmanager.seed('key', region=f'us-west-{n}') for n in (1, 2)]; read('key')",
        f"GetSecretValue: no secret 'key' in {HERE}; it is in eu-west-1 of account 123456789012 and in eu-west-2 of "
        "account 123456789012 and in eu-west-3 of account 123456789012 and in 2 more places",
    ),
    "an ARN with another suffix": (
        f"secretsmanager.secret('app/db').arn and read('{ARN}')",
        f"GetSecretValue: no secret has the ARN '{ARN}'; 'app/db' is arn:",
    ),
    "an ARN of another region, where it is": (
        "read(secretsmanager.secret('app/db').arn, 'eu-west-1')",
        " in eu-west-1 of account 123456789012; a client finds the secrets of its own region, and the ARN names "
        "us-east-1, where the secret is",
    ),
    "an ARN of another region, where it is not": (
        f"read('{ARN.replace('us-east-1', 'eu-west-1')}')",
        f" in {HERE}; a client finds the secrets of its own region, and the ARN names eu-west-1",
    ),
    "an ARN of another account without its suffix": (
        f"read('{ARN[:-7].replace('123456789012', '999999999999')}')",
        f" in {HERE}; the ARN names another account (999999999999), so it needs its last six characters",
    ),
    "an ARN of another service": (
        "read('arn:aws:s3:::bucket')",
        f"GetSecretValue: no secret 'arn:aws:s3:::bucket' in {HERE}; this ARN is not that of a secret",
    ),
    "a secret that comes later": (
        "quietly(read, 'new'); secretsmanager.seed('new', 'x'); assert False",
        f"GetSecretValue: no secret 'new' in {HERE}; it did not exist at that time, and exists now",
    ),
    "a secret that was deleted": (
        "client().delete_secret(SecretId='app/db', ForceDeleteWithoutRecovery=True); read('app/db')",
        f"GetSecretValue: no secret 'app/db' in {HERE}; it was deleted by an earlier call of DeleteSecret",
    ),
    "a secret that is deleted afterwards": (
        "quietly(read, 'app/db', 'eu-west-1'); client().delete_secret(SecretId='app/db', "
        "ForceDeleteWithoutRecovery=True); assert False",
        "GetSecretValue: no secret 'app/db' in eu-west-1 of account 123456789012; there are no secrets",
    ),
    "a secret whose recovery window has passed": (
        "secretsmanager.seed('app/db', 'x', deleted=True); secretsmanager.clock.advance(days=31); read('app/db')",
        f"GetSecretValue: no secret 'app/db' in {HERE}; it was deleted, and its recovery window has passed",
    ),
    "one secret of a batch": (
        "assert not client().batch_get_secret_value(SecretIdList=['app/bd', 'app/db'])['Errors']",
        f"BatchGetSecretValue: no secret 'app/bd' in {HERE}; did you mean 'app/db'?",
    ),
    "a label": (
        "read('app/db', VersionStage='AWSCURENT')",
        f"GetSecretValue in {HERE}: secret 'app/db' has no version 'AWSCURENT'; it has numbers 1 to 2 and the labels "
        "AWSCURRENT, AWSPREVIOUS",
    ),
    "a version id": (
        "read('app/db', VersionId='1' * 32)",
        f"GetSecretValue in {HERE}: secret 'app/db' has no version '{'1' * 32}'; it has numbers 1 to 2 and",
    ),
    "a version to move a label to": (
        "client().update_secret_version_stage(SecretId='app/db', VersionStage='BLUE', MoveToVersionId='2' * 32)",
        f"UpdateSecretVersionStage in {HERE}: secret 'app/db' has no version '{'2' * 32}'; it has numbers 1 to 2 and",
    ),
    "the value of a secret without one": (
        "secretsmanager.seed('empty'); read('empty')",
        f"GetSecretValue in {HERE}: secret 'empty' has no version 'AWSCURRENT'; it has no versions",
    ),
    "a version that comes later": (
        "quietly(read, 'app/db', VersionStage='BLUE'); client().put_secret_value(SecretId='app/db', "
        "SecretString='blue-to-hide', VersionStages=['BLUE']); assert False",
        f"GetSecretValue in {HERE}: secret 'app/db' had no value in version 'BLUE' at that time; the version exists "
        "now",
    ),
    "a version of a secret that is deleted afterwards": (
        "quietly(read, 'app/db', VersionStage='BLUE'); client().delete_secret(SecretId='app/db', "
        "ForceDeleteWithoutRecovery=True); assert False",
        f"GetSecretValue in {HERE}: no secret 'app/db' in {HERE}; it was deleted",
    ),
    "a call over HTTP": (
        "endpoint = secretsmanager.endpoint(); client(endpoint_url=endpoint.url, "
        "aws_access_key_id=endpoint.env['AWS_ACCESS_KEY_ID'], "
        "aws_secret_access_key=endpoint.env['AWS_SECRET_ACCESS_KEY']).describe_secret(SecretId='app/bd')",
        f"DescribeSecret: no secret 'app/bd' in {HERE}; did you mean 'app/db'?",
    ),
}


@pytest.mark.parametrize(("body", "text"), CALLS.values(), ids=CALLS)
def test_a_failing_test_explains_each_call_that_found_nothing(sections: Sections, body: str, text: str) -> None:
    (section,) = sections(file(body))
    assert text in section
    assert len(section.splitlines()) == 1


def test_a_missing_secret_raises_the_unchanged_error_of_botocore(failures: Callable[..., list[str]]) -> None:
    (text,) = failures(file("read('app/bd')"))
    assert (
        "botocore.errorfactory.ResourceNotFoundException: An error occurred (ResourceNotFoundException) when calling "
        "the GetSecretValue operation: Secrets Manager can't find the specified secret.\n" in f"{text}\n"
    )


def test_a_failing_test_shows_missing_secrets_whose_errors_were_swallowed_and_counts_repeats(
    sections: Sections,
) -> None:
    body = """
        for _ in range(3):
            quietly(read, "app/bd")
        quietly(client().describe_secret, SecretId="app/bd")
        assert "password" == None
    """
    assert sections(file(body)) == [
        f"GetSecretValue: no secret 'app/bd' in {HERE}; did you mean 'app/db'? (3 times)\n"
        f"DescribeSecret: no secret 'app/bd' in {HERE}; did you mean 'app/db'?"
    ]


def test_a_failing_test_shows_five_missing_secrets_and_counts_the_rest(sections: Sections) -> None:
    (section,) = sections(file("[quietly(read, f'app/{n}') for n in range(8)]; assert False"))
    lines = section.splitlines()
    assert [line.split("'")[1] for line in lines[:5]] == [f"app/{n}" for n in range(5)]
    assert lines[5:] == ["… and 3 more calls that found nothing"]


def test_a_failing_test_shortens_a_long_secret_id(sections: Sections) -> None:
    (section,) = sections(file("read('x' * 512)"))
    assert f"nosecret'{'x' * 200}…'in" in section.replace(" ", "")


@pytest.mark.parametrize(
    ("body", "outcomes"),
    [
        pytest.param("quietly(read, 'app/bd')", {"passed": 1}, id="a test that passes"),
        pytest.param("read('app/db'); assert False", {"failed": 1}, id="calls that found their secret"),
        pytest.param("client().create_secret(Name='app/db', SecretString='x')", {"failed": 1}, id="another error"),
        pytest.param("quietly(read, 'app/bd'); pytest.skip()", {"skipped": 1}, id="a test that is skipped"),
        pytest.param("quietly(read, 'app/bd'); pytest.xfail()", {"xfailed": 1}, id="a failure that is expected"),
    ],
)
def test_no_missing_secret_is_reported_for(sections: Sections, body: str, outcomes: dict[str, int]) -> None:
    assert sections(file(body), **outcomes) == []


def test_a_rotation_function_that_looks_for_its_pending_version_is_not_reported(sections: Sections) -> None:
    source = """
        def handler(event, context):
            secret, token = event["SecretId"], event["ClientRequestToken"]
            if event["Step"] == "createSecret":
                quietly(read, secret, VersionId=token, VersionStage="AWSPENDING")
                client().put_secret_value(
                    SecretId=secret, ClientRequestToken=token, SecretString="x", VersionStages=["AWSPENDING"]
                )

        @pytest.mark.secret("db", "x", rotation=Rotation(handler))
        def test_it():
            client().rotate_secret(SecretId="db")
            read("bd")
    """
    (section,) = sections(FILE + dedent(source))
    shown = [line for line in section.splitlines() if line.startswith("GetSecretValue")]
    assert shown == [f"GetSecretValue: no secret 'bd' in {HERE}; there is 'db'"]


# --- regions that differ ---------------------------------------------------------------------------------------------

NOTE = (
    "AWS_DEFAULT_REGION is us-east-1 now, so clients without a region call there; this SecretsManager seeds and "
    "looks in eu-west-1: use the same region for both"
)


@pytest.mark.parametrize("place", ["ini file", "marker", "body"])
def test_a_failing_test_notes_once_that_clients_and_seeds_are_in_different_regions(
    pytester: pytest.Pytester, sections: Sections, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    pytester.makeini("[pytest]" + "\nsecretsmanager_region = eu-west-1" * (place == "ini file"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1" if place == "body" else "us-east-1")
    marker = '@pytest.mark.secretsmanager(region="eu-west-1")\n' * (place == "marker")
    body = "monkeypatch.setenv('AWS_DEFAULT_REGION', 'us-east-1'); quietly(read, 'app/bd'); read('app/db')"
    (section,) = sections(file(body, marker + SEEDED))
    assert section.splitlines()[1:] == [
        f"GetSecretValue: no secret 'app/db' in {HERE}; it is in eu-west-1 of account 123456789012",
        NOTE,
    ]


def test_a_call_to_a_named_region_gets_no_note_about_aws_default_region(sections: Sections) -> None:
    (section,) = sections(file("read('app/db', 'eu-west-1')"))
    assert "AWS_DEFAULT_REGION" not in section


# --- several managers ------------------------------------------------------------------------------------------------


def test_a_failing_test_says_that_an_outer_manager_has_the_missing_secret(sections: Sections) -> None:
    body = """
        with SecretsManager() as inner:
            inner.seed("other", "x")
            read("app/db")
    """
    assert sections(file(body)) == [
        f"GetSecretValue: no secret 'app/db' in {HERE}; another SecretsManager has it; "
        "the one that was entered last answered this call"
    ]


def test_a_failing_test_says_that_an_exited_manager_has_the_missing_secret(sections: Sections) -> None:
    body = """
        with SecretsManager("eu-west-1") as inner:
            inner.seed("key", "x")
        read("key")
    """
    assert sections(file(body)) == [
        f"GetSecretValue: no secret 'key' in {HERE}; another SecretsManager has it in eu-west-1 of account "
        "123456789012; the one that was entered last answered this call"
    ]


def test_a_failing_test_without_the_fixture_explains_a_missing_secret(sections: Sections) -> None:
    source = """
        def test_it():
            with SecretsManager() as sm:
                sm.seed("app/db", "value-to-hide")
                read("app/bd")
    """
    assert sections(FILE + dedent(source)) == [f"GetSecretValue: no secret 'app/bd' in {HERE}; did you mean 'app/db'?"]


def test_a_failing_test_shows_only_its_own_calls_to_the_manager_of_a_wider_fixture(sections: Sections) -> None:
    source = """
        @pytest.fixture(scope="module")
        def shared():
            with SecretsManager() as sm:
                sm.seed("app/db", "value-to-hide")
                quietly(read, "by-the-fixture")
                yield sm

        @pytest.mark.parametrize("name", ["first", "second"])
        def test_it(shared, name):
            read(name)

        def test_passes(shared):
            quietly(read, "third")

        def test_other():
            assert False
    """
    shown = sections(FILE + dedent(source), failed=3, passed=1)
    assert [[line.split("'")[1] for line in section.splitlines()] for section in shown] == [
        ["by-the-fixture", "first"],
        ["second"],
    ]


def test_a_failing_set_up_explains_a_missing_secret(sections: Sections) -> None:
    source = f"""
        @pytest.fixture
        def password():
            return read("app/bd")

        {SEEDED.strip()}
        def test_it(password): ...
    """
    assert sections(FILE + dedent(source), errors=1) == [
        f"GetSecretValue: no secret 'app/bd' in {HERE}; did you mean 'app/db'?"
    ]


def test_a_failing_test_shows_only_its_own_calls_with_seeds_of_the_run(
    pytester: pytest.Pytester, sections: Sections
) -> None:
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.json")
    pytester.path.joinpath("seeds.json").write_text('{"secret": [{"name": "app/db", "value": "value-to-hide"}]}')
    source = """
        quietly(read, "at-import")
        quietly(read, "at-import")

        @pytest.mark.parametrize("name", ["first", "second"])
        def test_it(name):
            read(name)
    """
    shown = sections(FILE + dedent(source), failed=2)
    assert [[line.split("'")[1] for line in section.splitlines()] for section in shown] == [["first"], ["second"]]


def test_a_manager_of_a_with_block_is_garbage_collected_after_its_test(run: Run) -> None:
    source = """
        import gc
        import weakref

        made = []

        def test_one():
            with SecretsManager() as sm:
                made.append(weakref.ref(sm))

        def test_two():
            gc.collect()
            assert made[0]() is None
    """
    run(FILE + dedent(source)).assert_outcomes(passed=2)


def test_a_run_inside_a_test_keeps_the_missing_secrets_of_the_outer_test(sections: Sections) -> None:
    source = """
        pytest_plugins = ["pytester"]

        def test_it(secretsmanager, pytester):
            pytester.makepyfile(test_inner="def test_inner(secretsmanager): ...")
            pytester.runpytest_inprocess("-p", "pytest_secretsmanager.plugin").assert_outcomes(passed=1)
            with SecretsManager():
                quietly(read, "of-the-outer-test")
            assert False
    """
    (shown,) = sections(FILE + dedent(source))
    assert "'of-the-outer-test'" in shown


MISSED_AMONG_MANY = {
    "a name that the test created": ("read('made-in-the-tset')", "did you mean 'made-in-the-test'?"),
    "a name of the wider fixture": ("read('app/100x')", "did you mean 'app/100'"),
    "a name that the test deleted": ("read('app/500')", "it was deleted by an earlier call of DeleteSecret"),
    "a name that the test recreated": ("read('app/701x')", "did you mean 'app/701'"),
    "nothing alike": ("read('qqqqqqqq')", "it has 1,100 other secrets"),
}


@pytest.mark.parametrize(("call", "text"), MISSED_AMONG_MANY.values(), ids=MISSED_AMONG_MANY)
def test_a_failing_test_finds_the_nearest_of_many_names_as_they_were_before_the_rollback(
    sections: Sections, call: str, text: str
) -> None:
    source = f"""
        @pytest.fixture(scope="module", autouse=True)
        def many(module_secretsmanager):
            for number in range(1100):
                module_secretsmanager.seed(f"app/{{number}}")

        def test_it(secretsmanager):
            client().create_secret(Name="made-in-the-test")
            client().delete_secret(SecretId="app/500", ForceDeleteWithoutRecovery=True)
            secretsmanager.seed("app/701")
            {call}
    """
    (shown,) = sections(FILE + dedent(source))
    assert text in " ".join(shown.split())


WIDER = {
    "a class fixture beside a wider secretsmanager": (
        """
        @pytest.mark.secret("app/cls", "value-to-hide")
        class TestIt:
            @pytest.fixture(scope="class", autouse=True)
            @classmethod
            def setup(cls, shared):
                read("app/cls")

            def test_it(self): ...
        """,
        f"GetSecretValue: no secret 'app/cls' in {HERE}; a marker of its class seeds it later; a fixture that asks for "
        "class_secretsmanager finds it",
    ),
    "a module fixture with a marker of the test": (
        """
        @pytest.fixture(scope="module")
        def password(shared):
            return read("app/cls")

        @pytest.mark.secret("app/cls", "value-to-hide")
        def test_it(password): ...
        """,
        f"GetSecretValue: no secret 'app/cls' in {HERE}; a marker of the test seeds it later; a fixture of wider scope "
        "finds the secrets of markers of its own scope",
    ),
    "a marker of another region": (
        """
        @pytest.fixture(scope="module")
        def password(shared):
            return read("app/cls")

        @pytest.mark.secret("app/cls", "value-to-hide", region="eu-west-1")
        def test_it(password): ...
        """,
        f"GetSecretValue: no secret 'app/cls' in {HERE}; there are no secrets",
    ),
    "a secret of the module that is read in another region": (
        """
        @pytest.fixture(scope="module")
        def password(shared):
            return read("app/cls", "eu-west-1")

        pytestmark = pytest.mark.secret("app/cls", "value-to-hide")

        def test_it(password): ...
        """,
        f"GetSecretValue: no secret 'app/cls' in eu-west-1 of account 123456789012; it is in {HERE}",
    ),
    "a tear-down of a class after its test": (
        """
        @pytest.mark.secret("app/cls", "value-to-hide")
        class TestIt:
            @pytest.fixture(scope="class", autouse=True)
            @classmethod
            def setup(cls, shared):
                yield
                read("app/cls")

            def test_it(self): ...
        """,
        f"GetSecretValue: no secret 'app/cls' in {HERE}; there are no secrets",
    ),
    "a secret that an earlier test deleted": (
        """
        pytestmark = pytest.mark.secret("app/cls", "value-to-hide")

        def test_before(module_secretsmanager):
            client().delete_secret(SecretId="app/cls", ForceDeleteWithoutRecovery=True)

        @pytest.fixture
        def password(module_secretsmanager):
            return read("app/cls")

        def test_it(password): ...
        """,
        f"GetSecretValue: no secret 'app/cls' in {HERE}; there are no secrets",
    ),
}


@pytest.mark.parametrize(("source", "told"), WIDER.values(), ids=WIDER)
def test_a_wider_fixture_is_told_whether_a_marker_seeds_its_missing_secret_later(
    sections: Sections, source: str, told: str
) -> None:
    shared = '@pytest.fixture(scope="module")\ndef shared(module_secretsmanager): ...\n'
    passed = ("test_before" in source) + ("yield" in source)
    assert sections(FILE + shared + dedent(source), "-p", "no:randomly", errors=1, passed=passed) == [told]
