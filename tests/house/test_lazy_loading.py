"""An unused plugin costs nothing: it imports no heavy library, few modules of its own, and hardly works in a test.

The first use leaves out what few tests need.
"""

import ast
import subprocess
import sys
import textwrap

import pytest

HEAVY = ["botocore", "boto3", "cryptography", "wrapt"]

UNUSED = """
    import sys

    def test_something_else(pytestconfig):
        assert pytestconfig.getini("secretsmanager_account") == "123456789012"
        assert {name} not in sys.modules
"""

USED = """
    import sys

    def test_it(secretsmanager):
        assert {name} in sys.modules
"""


@pytest.fixture
def alone(pytester, monkeypatch):
    """Run a test module in a separate process, with no other plugin loaded."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(source, *arguments):
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "pytest_secretsmanager.plugin", *arguments)

    return run


@pytest.mark.parametrize("name", HEAVY)
def test_a_run_without_the_fixture_does_not_import(alone, name):
    alone(UNUSED.format(name=repr(name))).assert_outcomes(passed=1)


@pytest.mark.parametrize("name", ["botocore", "cryptography", "wrapt"])
def test_a_run_with_the_fixture_imports(alone, name):
    alone(USED.format(name=repr(name))).assert_outcomes(passed=1)


def test_a_run_with_the_fixture_imports_botocore_without_boto3(alone):
    alone(USED.format(name="'boto3' not in sys.modules and 'botocore'")).assert_outcomes(passed=1)


@pytest.mark.parametrize("name", HEAVY)
def test_importing_the_package_does_not_import(pytester, name):
    source = f"import sys, pytest_secretsmanager; assert {name!r} not in sys.modules; print(dir(pytest_secretsmanager))"
    result = pytester.runpython_c(source)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*'SecretsManager'*"])


# --- the package's own modules ----------------------------------------------------------------------------------------

OF_ANY_RUN = [
    "pytest_secretsmanager",
    "pytest_secretsmanager.inspection",
    "pytest_secretsmanager.inspection.entered_now",
    "pytest_secretsmanager.kept_modules",
    "pytest_secretsmanager.options",
    "pytest_secretsmanager.plugin",
    *(
        f"pytest_secretsmanager.plugin.{module}"
        for module in (
            "assert_rewriting",
            "assertrepr",
            "definitions",
            "first_use",
            "leak_options",
            "leak_start",
            "marker_texts",
            "names",
            "report_problems",
            "settings",
            "shown_sections",
            "wider_fixtures",
        )
    ),
    "pytest_secretsmanager.surroundings",
    "pytest_secretsmanager.surroundings.default_region",
]

AT_THE_END = """
    import sys

    def pytest_unconfigure(config):
        own = sorted(name for name in sys.modules if name.partition(".")[0] == "pytest_secretsmanager")
        print("loaded:", own)
"""

UNUSED_FILES = {
    "no test": "",
    "a passing, a failing and a skipped test": """
        import pytest

        @pytest.mark.parametrize("number", [1, 2])
        def test_it(number, tmp_path):
            assert number == 1

        @pytest.mark.skip
        def test_skipped(): pass
    """,
    "the package is imported, and not its names": """
        import pytest_secretsmanager

        def test_it(): pass
    """,
}


REWRITTEN = """
    import sys

    def test_it(secretsmanager):
        hooks = {name: type(module.__loader__).__name__ for name, module in sys.modules.items() if "secrets" in name}
        rewritten = {name for name, hook in hooks.items() if hook == "AssertionRewritingHook"}
        assert rewritten == {
            "pytest_secretsmanager",
            "pytest_secretsmanager.kept_modules",
            "pytest_secretsmanager.plugin",
            "pytest_secretsmanager.plugin.assert_rewriting",
            "the_secrets",
        }
"""


def test_pytest_rewrites_other_plugins_and_not_the_modules_of_this_one(pytester, monkeypatch):
    """An installed plugin is marked as a whole. The first modules are imported before this one can say anything."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    marking = "import pytest\npytest.register_assert_rewrite('pytest_secretsmanager', 'the_secrets')"
    pytester.makepyfile(marking=marking, the_secrets="", test_it=REWRITTEN)
    result = pytester.runpytest_subprocess(
        "-p", "marking", "-p", "pytest_secretsmanager.plugin", "-p", "the_secrets", "-W", "error"
    )
    result.assert_outcomes(passed=1)


def test_a_module_has_no_assert_statement(module):
    """pytest would not explain its failure, and `python -O` leaves it out."""
    assert not any(isinstance(node, ast.Assert) for node in ast.walk(module.tree))


@pytest.mark.parametrize("arguments", [[], ["--collect-only"], ["--color=yes"]], ids=["run", "collect", "colours"])
@pytest.mark.parametrize("source", UNUSED_FILES.values(), ids=UNUSED_FILES)
def test_an_unused_plugin_loads_only(alone, pytester, source, arguments):
    pytester.makeconftest(AT_THE_END)
    result = alone(source, *arguments)
    result.stdout.fnmatch_lines([f"loaded: {str(OF_ANY_RUN).replace('[', '[[]')}"])


# --- each test --------------------------------------------------------------------------------------------------------

COUNTING = """
    import sys

    calls = []

    def pytest_collection(session):
        def note(frame, event, _):
            if event == "call" and "pytest_secretsmanager" in frame.f_code.co_filename:
                calls.append(frame.f_code.co_qualname)
        sys.setprofile(note)

    def pytest_unconfigure(config):
        sys.setprofile(None)
        print("calls:", len(calls))
"""

MOST_CALLS = {"--collect-only": 3, "-q": 3 + 2 + 2 * (1 + 3)}
"""The look for a marker. While tests run, also two hooks, and those around a test and three reports: two calls each."""


def calls_of(alone, number, argument):
    result = alone("".join(f"def test_{one}(): pass\n" for one in range(number)), argument)
    (line,) = [line for line in result.outlines if line.startswith("calls: ")]
    return int(line.removeprefix("calls: "))


@pytest.mark.parametrize(("argument", "most"), MOST_CALLS.items(), ids=MOST_CALLS)
def test_an_unused_plugin_is_called_for_each_test_at_most(alone, pytester, argument, most):
    pytester.makeconftest(COUNTING)
    few, many = (calls_of(alone, number, argument) for number in (10, 110))
    assert many > few
    assert (many - few) // 100 <= most


# --- the first use ----------------------------------------------------------------------------------------------------

READING = """
    import sys

    read = []
    sys.addaudithook(lambda event, args: read.append(str(args[0])) if event == "open" else None)

    from pytest_secretsmanager import SecretsManager

    with SecretsManager() as sm:
        sm.seed("app/db", "one")
        sm.client().get_secret_value(SecretId="app/db")
        sm.client("eu-west-1")
    descriptions = [path for path in read if "secretsmanager" in path and "service-2.json" in path]
    assert len(descriptions) == 1, descriptions
"""


def test_the_first_use_reads_the_service_description_once(pytester):
    assert pytester.runpython(pytester.makepyfile(READING)).ret == 0


ON_DEMAND = [
    "controls.faults",
    "controls.holds",
    "controls.iam",
    "controls.kms",
    "controls.rotation",
    "controls.subscriptions",
    "doors.full_way",
    "engine.conditions",
    "engine.effects.rotations",
    "engine.faults",
    "engine.identities",
    "engine.layers.authorize",
    "engine.rules.iam",
    "engine.rules.schedule",
    "inspection.assertions.budgets",
    "inspection.cloudtrail",
    "inspection.leaks",
    "inspection.permissions",
    "managing.run_permissions",
    "managing.run_records",
    "report",
]
"""Modules and rooms for what most tests don't use."""

FIRST_USE = """
    import sys

    from pytest_secretsmanager import SecretsManager

    with SecretsManager() as sm:
        sm.seed("app/db", "one", tags={"team": "pay"})
        client = sm.client()
        client.put_secret_value(SecretId="app/db", SecretString="two")
        client.get_secret_value(SecretId="app/db")
        sm.assert_value("app/db", "two")
        sm.assert_labels("app/db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
        sm.assert_logged("GetSecretValue", times=1)
    print(*(name for name in sys.modules if name.startswith("pytest_secretsmanager.")))
"""


@pytest.fixture(scope="module")
def first_use_loads(tmp_path_factory):
    """The modules of the package that a first use loads, in a process of its own."""
    program = [sys.executable, "-c", textwrap.dedent(FIRST_USE)]
    done = subprocess.run(program, cwd=tmp_path_factory.mktemp("apart"), capture_output=True, text=True, check=True)
    return {name.removeprefix("pytest_secretsmanager.") for name in done.stdout.split()}


@pytest.mark.parametrize("name", ON_DEMAND)
def test_a_first_use_that_only_seeds_calls_and_asserts_does_not_load(first_use_loads, name):
    assert "manager" in first_use_loads
    assert not [loaded for loaded in first_use_loads if loaded == name or loaded.startswith(f"{name}.")]


@pytest.mark.parametrize("name", ON_DEMAND)
def test_a_module_on_demand_exists(all_modules, name):
    assert any(module.name == name for module in all_modules)
