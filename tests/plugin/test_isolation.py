"""With `secretsmanager_seeds`: every kind of item is rolled back, and threads left behind can't write between tests."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

SEEDS = '[[secret]]\nname = "db"\nvalue = "seeded"\n'

ODD_ITEMS = """
import boto3
import pytest

def write(value):
    boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString=value)

def read(name="db"):
    return boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]

class YamlItem(pytest.Item):
    def setup(self):
        assert read() == "seeded"
        write("in set-up")

    def runtest(self):
        assert read() == "in set-up"
        write("in the test")

    def teardown(self):
        assert read() == "in the test"
        write("in tear-down")

class YamlFile(pytest.File):
    def collect(self):
        yield from (YamlItem.from_parent(self, name=name) for name in ("one", "two"))

class ItemWithNames(pytest.Item):
    fixturenames = ("secretsmanager", "tmp_path")

    def runtest(self):
        assert read() == "seeded"
        write("an item with fixturenames")

class FileOfNames(pytest.File):
    def collect(self):
        yield from (ItemWithNames.from_parent(self, name=name) for name in ("one", "two"))

class MarkedItem(pytest.Item):
    def runtest(self):
        assert read("marked") == "hunter2"

class FileOfMarked(pytest.File):
    def collect(self):
        item = MarkedItem.from_parent(self, name="marked")
        item.add_marker(pytest.mark.secret("marked", "hunter2"))
        yield item

def pytest_collect_file(parent, file_path):
    kind = {".yaml": YamlFile, ".names": FileOfNames, ".marked": FileOfMarked}.get(file_path.suffix)
    return kind and kind.from_parent(parent, path=file_path)
"""


@pytest.fixture
def seeded(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with a secret of the run."""
    pytester.makeini("[pytest]\nsecretsmanager_seeds = seeds.toml\n")
    pytester.path.joinpath("seeds.toml").write_text(SEEDS)
    return pytester


@pytest.mark.parametrize("kind", ["yaml", "names"])
def test_custom_items_without_fixtures_are_rolled_back(seeded: pytest.Pytester, run: Run, kind: str) -> None:
    """Set-up, test and tear-down of each item write."""
    seeded.makeconftest(ODD_ITEMS)
    seeded.path.joinpath(f"a.{kind}").touch()
    result = run(
        "def test_after(secretsmanager): secretsmanager.assert_history('db', ['seeded'])", f"a.{kind}", "test_it.py"
    )
    result.assert_outcomes(passed=3)


def test_a_custom_item_that_fails_in_its_set_up_is_rolled_back(seeded: pytest.Pytester, run: Run) -> None:
    seeded.makeconftest(
        f"{ODD_ITEMS}\ndef fail(self):\n    write('x')\n    raise ZeroDivisionError\n\n"
        "YamlItem.setup, YamlItem.teardown = fail, lambda self: None\n"
    )
    seeded.path.joinpath("a.yaml").touch()
    result = run(
        "def test_after(secretsmanager): secretsmanager.assert_history('db', ['seeded'])", "a.yaml", "test_it.py"
    )
    result.assert_outcomes(passed=1, errors=2)


def test_secrets_that_a_custom_collector_sets_up_stay_for_its_items(seeded: pytest.Pytester, run: Run) -> None:
    seeded.makeconftest(
        """
        import boto3
        import pytest

        def client():
            return boto3.client("secretsmanager")

        class Item(pytest.Item):
            def runtest(self):
                assert client().get_secret_value(SecretId="shared")["SecretString"] == "x"
                client().delete_secret(SecretId="shared", ForceDeleteWithoutRecovery=True)

        class File(pytest.File):
            def setup(self):
                client().create_secret(Name="shared", SecretString="x")

            def teardown(self):
                client().delete_secret(SecretId="shared", ForceDeleteWithoutRecovery=True)

            def collect(self):
                yield from (Item.from_parent(self, name=name) for name in ("one", "two"))

        def pytest_collect_file(parent, file_path):
            return File.from_parent(parent, path=file_path) if file_path.suffix == ".yaml" else None
        """
    )
    seeded.path.joinpath("a.yaml").touch()
    run(
        "def test_after(secretsmanager): assert [*secretsmanager.secrets] == ['db']", "a.yaml", "test_it.py"
    ).assert_outcomes(passed=3)


def test_doctests_are_rolled_back(seeded: pytest.Pytester, run: Run) -> None:
    run(
        '''
        def one():
            """
            >>> import boto3
            >>> client = boto3.client("secretsmanager")
            >>> client.get_secret_value(SecretId="db")["SecretString"]
            'seeded'
            >>> _ = client.put_secret_value(SecretId="db", SecretString="x")
            """

        def two():
            """
            >>> import boto3
            >>> boto3.client("secretsmanager").get_secret_value(SecretId="db")["SecretString"]
            'seeded'
            """
        ''',
        "--doctest-modules",
    ).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "ini", ["secretsmanager_seeds = seeds.toml", ""], ids=["with seeds of the run", "without seeds"]
)
def test_the_marker_secret_seeds_a_custom_item_without_fixtures(pytester: pytest.Pytester, run: Run, ini: str) -> None:
    pytester.makeini(f"[pytest]\n{ini}\n")
    pytester.path.joinpath("seeds.toml").write_text(SEEDS)
    pytester.makeconftest(ODD_ITEMS)
    pytester.path.joinpath("a.marked").touch()
    run(
        "def test_after(secretsmanager): assert 'marked' not in secretsmanager.secrets", "a.marked", "test_it.py"
    ).assert_outcomes(passed=2)


def test_a_wrong_marker_of_a_custom_item_is_an_error_that_names_the_option(pytester: pytest.Pytester, run: Run) -> None:
    pytester.makeconftest(ODD_ITEMS.replace('"marked", "hunter2"', '"marked", "hunter2", tag=1'))
    pytester.path.joinpath("a.marked").touch()
    result = run("def test_after(): ...", "a.marked", "test_it.py")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["a seed has no option 'tag'; did you mean 'tags'[?]"])


# --- threads that a test leaves behind --------------------------------------------------------------------------------

BETWEEN = """
import threading
import boto3
import pytest

go_on, done = threading.Event(), threading.Event()
results = []

def work():
    go_on.wait(10)
    try:
        client = boto3.client("secretsmanager")
        results.append(client.get_secret_value(SecretId="db")["SecretString"])
        client.put_secret_value(SecretId="db", SecretString="late")
    except BaseException as error:
        results.append(error)
    finally:
        done.set()

@pytest.fixture(scope="module")
def between():  # runs after the previous test's tear-down and before the rollback of the next one begins
    go_on.set()
    assert done.wait(10)
"""


def test_a_thread_that_a_test_left_behind_may_not_write_between_two_tests(seeded: pytest.Pytester, run: Run) -> None:
    result = run(
        f"""{BETWEEN}
def test_one(secretsmanager):
    threading.Thread(target=work, name="refresher", daemon=True).start()

def test_two(between, secretsmanager):
    value, error = results
    assert value == "seeded"
    assert type(error).__name__ == "LateWrite"
    assert "in the thread 'refresher', which test_it.py::test_one left running" in str(error)
    secretsmanager.assert_history("db", ["seeded"])
""",
        "-W",
        "error",
    )
    result.assert_outcomes(passed=2, warnings=1)


def test_a_write_of_a_thread_left_behind_is_rolled_back_with_the_running_test(
    seeded: pytest.Pytester, run: Run
) -> None:
    run(
        f"""{BETWEEN}
def test_one(secretsmanager):
    threading.Thread(target=work, daemon=True).start()

def test_two(secretsmanager):
    go_on.set()
    assert done.wait(10)
    assert results == ["seeded"]
    secretsmanager.assert_history("db", ["seeded", "late"])

def test_three(secretsmanager):
    secretsmanager.assert_history("db", ["seeded"])
"""
    ).assert_outcomes(passed=3)


def test_the_thread_of_a_wider_fixture_may_write_between_tests(seeded: pytest.Pytester, run: Run) -> None:
    run(
        f"""{BETWEEN}
@pytest.fixture(scope="session")
def server():
    threading.Thread(target=work, daemon=True).start()

def test_one(server, secretsmanager): ...

def test_two(between, secretsmanager):
    assert results == ["seeded"]
    secretsmanager.assert_history("db", ["seeded", "late"])
"""
    ).assert_outcomes(passed=2)


def test_a_thread_started_by_the_thread_of_a_wider_fixture_may_write_between_tests(
    seeded: pytest.Pytester, run: Run
) -> None:
    """For example, a server starts a thread for each connection, and a test opens the first."""
    run(
        f"""{BETWEEN}
connected, served = threading.Event(), threading.Event()

def serve():
    connected.wait(10)
    threading.Thread(target=work, daemon=True).start()
    served.set()

@pytest.fixture(scope="session")
def server():
    threading.Thread(target=serve, daemon=True).start()

def test_one(server, secretsmanager):
    connected.set()
    assert served.wait(10)

def test_two(between, secretsmanager):
    assert results == ["seeded"]
"""
    ).assert_outcomes(passed=2)


WRITE = """
import threading
import boto3
import pytest
from concurrent.futures import ThreadPoolExecutor

def write():
    boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString="of the fixture")

def write_aside():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(write).result()
"""

WIDER = {
    **{
        scope: f"@pytest.fixture(scope={scope!r}, autouse=True)\ndef cleaned():\n    yield\n    write_aside()\n"
        for scope in ("class", "module", "session")
    },
    "teardown_module": "def teardown_module():\n    write_aside()\n",
    "teardown_class": "class TestOne:\n    def test_it(_): ...\n    def teardown_class(cls):\n        write_aside()\n",
}


@pytest.mark.parametrize("wider", WIDER.values(), ids=WIDER)
def test_a_wider_fixture_may_write_in_a_thread_during_its_teardown(
    seeded: pytest.Pytester, run: Run, wider: str
) -> None:
    run(f"{WRITE}\n{wider}\ndef test_one(secretsmanager): ...\n").assert_outcomes(passed=1 + ("class T" in wider))


def test_a_wider_fixture_may_write_in_a_thread_pool_of_an_earlier_test(seeded: pytest.Pytester, run: Run) -> None:
    run(
        f"""{WRITE}
pool = ThreadPoolExecutor(1)

def test_one(secretsmanager):
    pool.submit(write).result()

@pytest.fixture(scope="module")
def prepared():
    pool.submit(write).result()

def test_two(prepared, secretsmanager):
    secretsmanager.assert_history("db", ["seeded", "of the fixture"])
    pool.shutdown()
"""
    ).assert_outcomes(passed=2)


def test_work_that_a_test_leaves_in_the_pool_of_a_wider_fixture_may_not_write_between_tests(
    seeded: pytest.Pytester, run: Run
) -> None:
    run(
        f"""{BETWEEN}
from concurrent.futures import ThreadPoolExecutor

@pytest.fixture(scope="session")
def pool():
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        yield pool

def test_one(pool, secretsmanager):
    pool.submit(work)

def test_two(between, secretsmanager):
    assert type(results[1]).__name__ == "LateWrite"
    secretsmanager.assert_history("db", ["seeded"])
"""
    ).assert_outcomes(passed=2, warnings=1)
