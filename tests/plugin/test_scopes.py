"""The fixtures that tests of a class, a module, a package or a run share, and the rollback of narrower ones inside."""

from collections.abc import Callable
from typing import Any

import pytest

HEAD = """
from datetime import UTC, datetime

import boto3
import pytest
from pytest_secretsmanager import Rotation

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

NOTHING = {"Statement": {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}}

def client(**credentials):
    return boto3.client("secretsmanager", region_name="us-east-1", **credentials)

def read(name="db"):
    return client().get_secret_value(SecretId=name)["SecretString"]

def put(value, name="db"):
    client().put_secret_value(SecretId=name, SecretString=value)

def names(sm):
    return sorted(sm.secrets)
"""

Files = Callable[[dict[str, str]], pytest.RunResult]


@pytest.fixture
def run_files(run: Any, pytester: pytest.Pytester) -> Files:
    """Run several files, each a module of the package that its path names."""

    def run_them(files: dict[str, str]) -> pytest.RunResult:
        for name, text in files.items():
            path = pytester.path / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.parent != pytester.path:
                (path.parent / "__init__.py").touch()
            path.write_text(text, encoding="utf-8")
        result: pytest.RunResult = run("", *(f"{name}.py" for name in files))
        return result

    return run_them


SCOPES = ["class", "module", "package", "session"]

MODULE = 'pytestmark = [pytest.mark.secret("db", "one"), pytest.mark.usefixtures("module_secretsmanager")]'


def source(*parts: str) -> str:
    return "\n".join([HEAD, *parts])


@pytest.mark.parametrize("scope", SCOPES)
def test_changes_of_a_test_stay_for_the_others_of_the_scope(run: Any, scope: str) -> None:
    text = source(
        f"""
class Test:
    def test_first(self, {scope}_secretsmanager):
        {scope}_secretsmanager.seed("db", "one")
        put("two")

    def test_second(self, {scope}_secretsmanager):
        assert read() == "two"
"""
    )
    run(text).assert_outcomes(passed=2)


@pytest.mark.parametrize(("scope", "found"), [("class", []), ("module", []), ("package", []), ("session", ["db"])])
def test_changes_end_with_the_scope(run_files: Files, scope: str, found: list[str]) -> None:
    change = f"class Test:\n    def test_it(self, {scope}_secretsmanager): {scope}_secretsmanager.seed('db', 'one')"
    look = (
        f"class Test:\n    def test_it(self, {scope}_secretsmanager): assert names({scope}_secretsmanager) == {found}"
    )
    files = {"a/test_a": source(change), "b/test_b": source(look)}
    run_files(files).assert_outcomes(passed=2)


def test_the_fixture_of_a_test_starts_with_the_shared_secrets_and_rolls_back(run: Any) -> None:
    text = source(
        """
@pytest.fixture(autouse=True, scope="module")
def shared(module_secretsmanager):
    module_secretsmanager.seed("db", "one")
    module_secretsmanager.clock.set(NOON)

@pytest.mark.parametrize("number", [1, 2])
def test_it(secretsmanager, module_secretsmanager, number):
    sm = secretsmanager
    assert sm is module_secretsmanager
    assert (read(), names(sm), sm.clock.now.day, len(sm.log)) == ("one", ["db"], 1, 1)
    assert not sm.rotation.runs
    put("two")
    client().create_secret(Name="new", SecretString="x")
    sm.seed("seeded", "x", rotation=Rotation(lambda event, context: None))
    sm.clock.advance(days=2)
    sm.kms.create_key(alias="alias/new")
    sm.iam.role("app", policy=NOTHING)
    sm.faults.throttle("GetSecretValue", rate=1).__enter__()
    sm.seed("held", "x", replicas=["eu-west-1"])

def test_after(secretsmanager):
    with pytest.raises(Exception, match="no KMS key"):
        secretsmanager.kms.key("alias/new")
    secretsmanager.iam.role("app", policy=NOTHING)  # no role of this name is left
    assert names(secretsmanager) == ["db"]
    for _ in range(5):
        read()
"""
    )
    run(text).assert_outcomes(passed=3)


def test_each_scope_starts_with_the_secrets_of_the_wider_one(run: Any) -> None:
    text = source(
        """
class TestA:
    def test_it(self, session_secretsmanager, module_secretsmanager, class_secretsmanager, secretsmanager):
        session_secretsmanager.seed("function", "x")
        assert names(secretsmanager) == ["class", "function", "module", "session"]

    def test_next(self, secretsmanager):
        assert names(secretsmanager) == ["class", "module", "session"]

@pytest.fixture(scope="session")
def seeded_session(session_secretsmanager): session_secretsmanager.seed("session", "x")

@pytest.fixture(scope="module")
def seeded_module(seeded_session, module_secretsmanager): module_secretsmanager.seed("module", "x")

@pytest.fixture(scope="class", autouse=True)
def seeded_class(seeded_module, class_secretsmanager): class_secretsmanager.seed("class", "x")

class TestB:
    def test_it(self, class_secretsmanager):
        assert names(class_secretsmanager) == ["class", "module", "session"]
"""
    )
    run(text).assert_outcomes(passed=3)


@pytest.mark.parametrize("order", [("test_a", "test_b"), ("test_b", "test_a")], ids=["narrow first", "wide first"])
def test_a_wider_fixture_that_a_later_test_asks_for_begins_before_a_narrower_one(
    run_files: Files, order: tuple[str, str]
) -> None:
    files = {
        "test_a": source(
            """
def test_module(module_secretsmanager):
    module_secretsmanager.seed("db", "one")

class TestIt:
    def test_class(self, class_secretsmanager):
        assert read() == "one"

def test_session(session_secretsmanager):
    assert read() == "one"
"""
        ),
        "test_b": source("def test_it(session_secretsmanager): assert names(session_secretsmanager) == []"),
    }
    run_files({name: files[name] for name in order}).assert_outcomes(passed=4)


def test_outside_a_package_its_fixture_ends_with_the_run(run: Any) -> None:
    text = source("def test_a(package_secretsmanager): pass\ndef test_b(session_secretsmanager): pass")
    run(text).assert_outcomes(passed=2)


def test_markers_and_options_of_a_nested_class_count_for_each_of_its_tests(run: Any) -> None:
    text = source(
        """
@pytest.mark.secret("outer", "o")
@pytest.mark.usefixtures("class_secretsmanager")
class TestOuter:
    def test_outer(self):
        assert read("outer") == "o"

    @pytest.mark.secret("inner", "i")
    class TestInner:
        def test_inner(self):
            assert (read("inner"), read("outer")) == ("i", "o")

    @pytest.mark.secretsmanager(version_quota=5)
    class TestOther:
        def test_refused(self):
            pass
"""
    )
    run(text).assert_outcomes(passed=2, errors=1)


@pytest.mark.parametrize(
    "override",
    [
        "def module_secretsmanager(): return 'mine'",
        "def module_secretsmanager(session_secretsmanager): return 'mine'",
    ],
)
def test_a_fixture_of_the_project_with_this_name_leaves_the_markers_to_each_test(run: Any, override: str) -> None:
    text = source(
        f"""
pytestmark = pytest.mark.secret("db", "one")

@pytest.fixture(scope="module")
{override}

@pytest.mark.parametrize("number", [1, 2])
def test_it(module_secretsmanager, number):
    assert (module_secretsmanager, read()) == ("mine", "one")
    put("two")
"""
    )
    run(text).assert_outcomes(passed=2)


def test_a_fixture_of_the_project_may_build_on_the_wider_one(run: Any) -> None:
    text = source(
        MODULE,
        """
@pytest.fixture(scope="module")
def module_secretsmanager(module_secretsmanager):
    module_secretsmanager.seed("more", "x")
    return module_secretsmanager

def test_first():
    put(read("more"))

def test_second():
    assert read() == "x"
""",
    )
    run(text).assert_outcomes(passed=2)


def test_pytest_lists_the_fixtures_of_two_packages(run_files: Files, pytester: pytest.Pytester) -> None:
    run_files({"unit/test_a": "def test_it(): pass", "slow/test_b": "def test_it(): pass"}).assert_outcomes(passed=2)
    result = pytester.runpytest_inprocess("-p", "pytest_secretsmanager.plugin", "--fixtures")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["package_secretsmanager [[]package scope] -- *"])


# --- markers ---------------------------------------------------------------------------------------------------------


def test_markers_of_a_module_seed_its_fixture_once(run: Any) -> None:
    text = source(
        MODULE,
        """
def test_first():
    put("two")

def test_second():
    assert read() == "two"

def test_own(secretsmanager):
    put("three")

@pytest.mark.secret("own", "x")
def test_marked():
    assert (read(), read("own")) == ("two", "x")

def test_last(module_secretsmanager):
    assert (read(), names(module_secretsmanager)) == ("two", ["db"])
""",
    )
    run(text).assert_outcomes(passed=5)


def test_markers_of_a_class_and_its_module_seed_the_fixture_of_the_class(run: Any) -> None:
    text = source(
        """
pytestmark = [pytest.mark.secret("db", "module"), pytest.mark.secret("other", "module")]

@pytest.mark.secret("db", "class")
@pytest.mark.usefixtures("class_secretsmanager")
class TestIt:
    def test_first(self):
        assert (read(), read("other")) == ("class", "module")
        put("changed")

    def test_second(self):
        assert read() == "changed"

def test_alone(secretsmanager):
    assert read() == "module"
"""
    )
    run(text).assert_outcomes(passed=3)


def test_a_fixture_of_the_module_that_reads_secrets_finds_those_of_the_markers(run: Any) -> None:
    text = source(
        MODULE,
        """
@pytest.fixture(scope="module", autouse=True)
def database():
    return read()

def test_it(database):
    assert database == "one"
""",
    )
    run(text).assert_outcomes(passed=1)


def test_set_up_class_of_unittest_finds_the_secrets_of_the_class(run: Any) -> None:
    text = source(
        """
import unittest

@pytest.mark.secret("db", "one")
@pytest.mark.usefixtures("class_secretsmanager")
class TestIt(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.password = read()

    def test_first(self):
        assert self.password == "one"
        put("two")

    def test_second(self):
        assert read() == "two"
"""
    )
    run(text).assert_outcomes(passed=2)


def test_a_marked_fault_is_planned_for_each_test_of_the_module(run: Any) -> None:
    text = source(
        MODULE.replace("[", '[pytest.mark.secret_fault("GetSecretValue", "DecryptionFailure"), ', 1),
        """
@pytest.mark.parametrize("number", [1, 2])
def test_it(number):
    with pytest.raises(Exception, match="DecryptionFailure"):
        read()
    assert read() == "one"
""",
    )
    run(text).assert_outcomes(passed=2)


# --- options ---------------------------------------------------------------------------------------------------------


def test_a_marker_of_the_module_sets_the_options_of_its_fixture(run: Any) -> None:
    text = source(
        """
pytestmark = [
    pytest.mark.secretsmanager(account="210987654321"), pytest.mark.usefixtures("module_secretsmanager")
]

def test_it(secretsmanager):
    assert ":210987654321:" in secretsmanager.seed("db", "one").arn
"""
    )
    run(text).assert_outcomes(passed=1)


def test_an_option_of_a_test_that_differs_from_those_of_the_module_is_refused(run: Any) -> None:
    text = source(
        MODULE,
        """
@pytest.mark.secretsmanager(version_quota=5)
def test_it():
    pass
""",
    )
    result = run(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "the option version_quota can't differ from that of module_secretsmanager, whose secrets this begins with: "
            "mark the whole module with it, or set it in the ini file"
        ]
    )


def test_a_test_may_call_by_a_policy_of_its_own(run: Any) -> None:
    text = source(
        MODULE,
        """
@pytest.mark.secretsmanager(policy=NOTHING)
def test_refused():
    with pytest.raises(Exception, match="AccessDenied"):
        read()

def test_allowed():
    assert read() == "one"
""",
    )
    run(text).assert_outcomes(passed=2)


def test_the_nearest_policy_counts(run: Any) -> None:
    text = source(
        MODULE.replace("[", "[pytest.mark.secretsmanager(policy=NOTHING), ", 1),
        """
EVERYTHING = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}

def test_refused():
    with pytest.raises(Exception, match="AccessDenied"):
        read()

@pytest.mark.secretsmanager(policy=EVERYTHING)
def test_allowed():
    assert read() == "one"

@pytest.mark.secretsmanager(policy=None)
def test_without():
    assert read() == "one"

def test_refused_again():
    test_refused()
""",
    )
    run(text).assert_outcomes(passed=4)


def test_one_marker_in_two_places_seeds_twice(run: Any) -> None:
    text = source(
        """
db = pytest.mark.secret("db", "one")
pytestmark = [db, pytest.mark.usefixtures("module_secretsmanager")]

def test_change():
    put("two")

@db
def test_fresh():
    assert read() == "one"

def test_shared():
    assert read() == "two"
"""
    )
    run(text).assert_outcomes(passed=3)


# --- mistakes and ends -----------------------------------------------------------------------------------------------


def test_a_wider_fixture_inside_a_narrower_one_is_refused(run: Any) -> None:
    text = source(
        """
def test_it(secretsmanager, request):
    request.getfixturevalue("module_secretsmanager")
"""
    )
    result = run(text)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "module_secretsmanager can't begin while secretsmanager is active, which ends before it: ask for it in the "
            "test's or the fixture's arguments, and pytest sets it up first"
        ]
    )


def test_a_plan_of_the_module_that_nothing_met_fails_the_tear_down(run: Any) -> None:
    text = source(
        """
@pytest.fixture(scope="module", autouse=True)
def planned(module_secretsmanager):
    module_secretsmanager.faults.fail("GetSecretValue", "DecryptionFailure")

def test_it(module_secretsmanager):
    pass
"""
    )
    run(text).assert_outcomes(passed=1, errors=1)


def test_a_failing_test_that_shares_only_has_its_section(run: Any) -> None:
    result = run(source(MODULE, "def test_it():\n    read()\n    assert 0"))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*- secretsmanager -*", "1 call, at *", "*GetSecretValue*'db'*"])


def test_the_region_of_the_environment_is_followed_for_one_test_only(run: Any) -> None:
    text = source(
        MODULE,
        """
@pytest.fixture
def in_ireland(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

def test_ireland(in_ireland, secretsmanager):
    assert secretsmanager.region == "eu-west-1"

def test_after(secretsmanager):
    assert secretsmanager.region == "us-east-1"
    assert read() == "one"
""",
    )
    run(text).assert_outcomes(passed=2)


def test_shared_seeds_go_along_to_the_region_of_a_test(run: Any) -> None:
    text = source(
        MODULE,
        """
@pytest.fixture(autouse=True)
def in_ireland(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

@pytest.fixture(scope="module", autouse=True)
def early():
    return read()

@pytest.mark.parametrize("number", [1, 2])
def test_it(secretsmanager, number):
    assert secretsmanager.secret("db").arn.split(":")[3] == "eu-west-1"
    boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="two")
""",
    )
    run(text).assert_outcomes(passed=2)


def test_calls_are_blocked_before_the_first_fixture_of_a_test_that_shares(run: Any) -> None:
    text = source(
        """
@pytest.fixture(scope="session", autouse=True)
def early():
    with pytest.raises(pytest.fail.Exception, match="was stopped"):
        client(aws_access_key_id="a", aws_secret_access_key="b").list_secrets()

def test_it(early, module_secretsmanager):
    pass
"""
    )
    run(text).assert_outcomes(passed=1)


# --- with secrets of the run -----------------------------------------------------------------------------------------


def test_with_secrets_of_the_run_changes_stay_in_the_scope_and_no_longer(
    pytester: pytest.Pytester, run_files: Files
) -> None:
    pytester.path.joinpath("seeds.toml").write_text("[[secret]]\nname = 'db'\nvalue = 'one'\n")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\n")
    first = source(
        """
def test_first(module_secretsmanager):
    assert read() == "one"
    put("two")

def test_second(module_secretsmanager):
    assert read() == "two"

def test_own(secretsmanager):
    put("three")

def test_third(module_secretsmanager):
    assert read() == "two"
"""
    )
    second = source('def test_it():\n    assert read() == "one"')
    run_files({"test_a": first, "test_b": second}).assert_outcomes(passed=5)


@pytest.fixture
def seeds_of_the_run(pytester: pytest.Pytester) -> None:
    pytester.path.joinpath("seeds.toml").write_text("[[secret]]\nname = 'db'\nvalue = 'one'\n")
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\n")


@pytest.mark.usefixtures("seeds_of_the_run")
def test_a_wider_fixture_inside_the_rollback_of_a_test_is_refused(run: Any) -> None:
    text = source(
        """
@pytest.fixture
def sm(request):
    return request.getfixturevalue("module_secretsmanager")

def test_it(sm):
    pass
"""
    )
    result = run(text)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["module_secretsmanager can't begin while secretsmanager is active*"])


@pytest.mark.usefixtures("seeds_of_the_run")
def test_a_fixture_of_one_test_does_not_move_the_region_of_shared_secrets(run: Any) -> None:
    text = source(
        """
pytestmark = pytest.mark.usefixtures("module_secretsmanager")

@pytest.fixture
def ireland(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

def test_first():
    assert read() == "one"

def test_ireland(ireland, module_secretsmanager):
    assert (module_secretsmanager.region, read()) == ("us-east-1", "one")

def test_last():
    assert read() == "one"
"""
    )
    run(text).assert_outcomes(passed=3)


def test_a_test_that_shares_only_reads_files_of_its_own_folder(run_files: Files, pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("sub")
    (folder / "policy.json").write_text('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}')
    text = source(
        """
def test_it(session_secretsmanager):
    client().list_secrets()
    session_secretsmanager.assert_allowed("policy.json")
"""
    )
    run_files({"sub/test_a": text}).assert_outcomes(passed=1)


# --- reports ---------------------------------------------------------------------------------------------------------


def test_the_summary_counts_the_reads_of_all_tests_for_a_shared_secret(run: Any) -> None:
    text = source(
        MODULE.replace("[", '[pytest.mark.secret("unread", "x"), ', 1),
        "def test_first(): pass\ndef test_second(): read()",
    )
    result = run(text, "--secretsmanager-summary")
    result.assert_outcomes(passed=2)
    shown = result.stdout.str()
    assert "unread" in shown
    assert "'db'" not in shown
