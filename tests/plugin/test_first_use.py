"""The plugin begins its work in each test with the first use in a run, wherever that comes."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.plugin import work_in_tests

Run = Callable[..., pytest.RunResult]

USES = {
    "a `with` block in a test": """
        def test_it():
            with SecretsManager() as sm:
                sm.client().get_secret_value(SecretId="app/db")
    """,
    "a decorator of a test": """
        @SecretsManager()
        def test_it():
            botocore.session.get_session().create_client("secretsmanager").get_secret_value(SecretId="app/db")
    """,
    "a `with` block in another thread": """
        def test_it():
            def work():
                with SecretsManager() as sm, suppress(ClientError):
                    sm.client().get_secret_value(SecretId="app/db")
            thread = Thread(target=work)
            thread.start()
            thread.join()
            assert False
    """,
    "a `with` block of a fixture": """
        @pytest.fixture
        def sm():
            with SecretsManager() as manager:
                yield manager

        def test_it(sm):
            sm.client().get_secret_value(SecretId="app/db")
    """,
    "a `with` block in the clean-up of a fixture": """
        @pytest.fixture
        def cleaned():
            yield
            with SecretsManager() as sm:
                sm.client().get_secret_value(SecretId="app/db")

        def test_it(cleaned):
            pass
    """,
    "a `with` block in the set-up of unittest": """
        class TestIt(TestCase):
            def setUp(self):
                self.sm = self.enterContext(SecretsManager())

            def test_it(self):
                self.sm.client().get_secret_value(SecretId="app/db")
    """,
    "a fixture that the body asks for": """
        def test_it(request):
            request.getfixturevalue("secretsmanager").client().get_secret_value(SecretId="app/db")
    """,
    "a fixture that another one asks for while it runs": """
        @pytest.fixture
        def sm(request):
            return request.getfixturevalue("secretsmanager")

        def test_it(sm):
            sm.client().get_secret_value(SecretId="app/db")
    """,
    "a wider fixture that the body asks for": """
        def test_it(request):
            request.getfixturevalue("module_secretsmanager").client().get_secret_value(SecretId="app/db")
    """,
    "a marker": """
        @pytest.mark.secret("app/other", "one")
        def test_it():
            botocore.session.get_session().create_client("secretsmanager").get_secret_value(SecretId="app/db")
    """,
    "an argument": """
        def test_it(secretsmanager):
            secretsmanager.client().get_secret_value(SecretId="app/db")
    """,
}

HEAD = """
        from contextlib import suppress
        from threading import Thread
        from unittest import TestCase

        import botocore.session
        import pytest
        from botocore.exceptions import ClientError

        from pytest_secretsmanager import SecretsManager

        def test_before():
            pass
"""


def sections(result: pytest.RunResult) -> list[str]:
    reports = result.reprec.getreports("pytest_runtest_logreport")  # type: ignore[attr-defined]
    return [text for report in reports for name, text in report.sections if name == "secretsmanager"]


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_the_failing_test_that_is_the_first_use_has_a_section(run: Run, use: str) -> None:
    result = run(HEAD + use)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    (section,) = sections(result)
    assert "GetSecretValue  'app/db'  ResourceNotFoundException" in section


def test_a_test_inside_a_manager_around_the_run_has_a_section(run: Run) -> None:
    with SecretsManager() as sm:
        sm.client()
        result = run(
            """
            import botocore.session

            def test_it():
                botocore.session.get_session().create_client("secretsmanager").get_secret_value(SecretId="app/db")
            """
        )
    (section,) = sections(result)
    assert "GetSecretValue  'app/db'  ResourceNotFoundException" in section


def test_the_test_after_the_first_use_does_not_show_its_calls(run: Run) -> None:
    result = run(
        """
        from pytest_secretsmanager import SecretsManager

        def test_it():
            with SecretsManager() as sm:
                sm.client().list_secrets()

        def test_after():
            assert False
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert sections(result) == []


def test_a_late_first_use_blocks_calls_in_the_tests_after_it(run: Run) -> None:
    result = run(
        """
        import botocore.session

        def test_it(request):
            request.getfixturevalue("secretsmanager").client().list_secrets()

        def test_after():
            session = botocore.session.get_session()
            session.set_credentials("a", "b")
            session.create_client("secretsmanager", "us-east-1").list_secrets()
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*ListSecrets was stopped*", "*in test_it.py::test_after"])


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The works in each test that have begun; that of the outer run begins before."""
    with SecretsManager():
        pass
    found: list[object] = []
    original = work_in_tests.EachTest.__init__

    def noted(self: work_in_tests.EachTest, *arguments: object) -> None:
        found.append(self)
        original(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(work_in_tests.EachTest, "__init__", noted)
    return found


def test_a_run_that_does_not_use_the_plugin_never_begins(run: Run, begun: list[object]) -> None:
    run(
        """
        import pytest

        @pytest.fixture
        def one():
            return 1

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(one, number):
            assert one == number
        """
    ).assert_outcomes(passed=1, failed=1)
    assert begun == []


def test_a_run_begins_once(run: Run, begun: list[object]) -> None:
    run(
        """
        import pytest
        from pytest_secretsmanager import SecretsManager

        @pytest.mark.secret("app/db", "one")
        def test_one(secretsmanager):
            with SecretsManager():
                pass

        def test_two(module_secretsmanager):
            pass
        """
    ).assert_outcomes(passed=2)
    assert len(begun) == 1


def test_a_manager_after_an_unused_run_does_not_begin_it(run: Run, begun: list[object], tmp_path: Path) -> None:
    run("def test_it(): pass").assert_outcomes(passed=1)
    with SecretsManager():
        pass
    assert begun == []


INTERRUPTED = {
    "before the import of the work in each test": """
        real = builtins.__import__

        def importing(name, *arguments, **more):
            if name.endswith("work_in_tests"):
                builtins.__import__ = real
                raise TimeoutError("as a signal handler raises it")
            return real(name, *arguments, **more)

        builtins.__import__ = importing
    """,
    "after the guard is registered": """
        plugins = request.config.pluginmanager
        real = plugins.register

        def register(*arguments, **more):
            plugins.register = real
            real(*arguments, **more)
            raise TimeoutError("as a signal handler raises it")

        plugins.register = register
    """,
}


@pytest.mark.parametrize("interrupt", INTERRUPTED.values(), ids=INTERRUPTED)
def test_an_interrupt_of_the_first_use_leaves_the_next_use_whole(run_apart: Run, interrupt: str) -> None:
    source = f"""
import builtins
from pytest_secretsmanager import SecretsManager

def test_first(request):
{indent(dedent(interrupt), "    ")}
    with SecretsManager():
        pass

def test_block():
    with SecretsManager() as sm:
        sm.client().get_secret_value(SecretId="missing")

def test_fixture(request):
    request.getfixturevalue("secretsmanager").assert_not_logged()
"""
    result = run_apart(source, "-p", "no:randomly")
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines(["*TimeoutError*", "*- secretsmanager -*", "GetSecretValue: no secret 'missing'*"])


def test_a_marker_that_a_conftest_adds_last_of_all_activates_the_fixture(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        """
        import pytest

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(items):
            for item in items:
                item.add_marker(pytest.mark.secret("app/db", "hunter2"))
        """
    )
    source = """
        import boto3

        def test_it():
            client = boto3.client("secretsmanager", region_name="us-east-1")
            assert client.get_secret_value(SecretId="app/db")["SecretString"] == "hunter2"
    """
    run(source).assert_outcomes(passed=1)


# --- modules that are imported late ----------------------------------------------------------------------------------

DROPPED_MODULES = """
import sys
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

import pytest_secretsmanager

@pytest.mark.secret("db", "one")
def test_the_first_fault_of_the_run(secretsmanager):
    with patch.dict(sys.modules, {"optional": None}), pytest.raises(ReadTimeoutError):
        with secretsmanager.faults.fail("GetSecretValue", "read timeout", times=None):
            secretsmanager.client().get_secret_value(SecretId="db")

@pytest.mark.secret("db", "one")
def test_a_later_fault(secretsmanager):
    broken = pytest_secretsmanager.BrokenReply(status=500, body=b"no reply of AWS")
    with secretsmanager.faults.fail("GetSecretValue", broken, times=None), pytest.raises(ClientError):
        secretsmanager.client().get_secret_value(SecretId="db")
"""


def test_a_fault_is_injected_after_a_test_that_has_dropped_the_modules_of_faults(run_apart: Run) -> None:
    run_apart(DROPPED_MODULES, "-p", "no:randomly").assert_outcomes(passed=2)


DROPPED_PACKAGE = """
import sys
from unittest.mock import patch

import pytest

import pytest_secretsmanager

@patch.dict(sys.modules, {"optional": None})
def test_the_first_use_of_the_run():
    with pytest_secretsmanager.SecretsManager() as sm:
        sm.seed("db", "one")

def test_a_later_use():
    with pytest.raises(pytest_secretsmanager.UsageError):
        pytest_secretsmanager.SecretsManager("nowhere")
    with pytest_secretsmanager.SecretsManager() as sm, pytest.raises(pytest_secretsmanager.SecretNotFound):
        sm.secret("db")
"""


def test_errors_have_one_class_after_a_test_that_has_dropped_the_modules_of_the_first_use(run_apart: Run) -> None:
    run_apart(DROPPED_PACKAGE, "-p", "no:randomly").assert_outcomes(passed=2)


PATCHED_THREADS = """
import asyncio
from unittest.mock import patch

import pytest

def register(secretsmanager):
    return secretsmanager.rotation.register(lambda event, context: None)

def test_the_first_function_of_the_run(secretsmanager):
    with patch("threading.Thread"):
        register(secretsmanager)

@pytest.mark.secret("db", "one")
def test_a_later_rotation_in_an_event_loop(secretsmanager):
    async def rotate():
        secretsmanager.client().rotate_secret(SecretId="db", RotationLambdaARN=register(secretsmanager))

    asyncio.run(rotate())
    assert len(secretsmanager.rotation.runs) == 1
"""


def test_a_rotation_runs_after_a_test_that_has_patched_threads(run_apart: Run) -> None:
    run_apart(PATCHED_THREADS, "-p", "no:randomly").assert_outcomes(passed=2)
