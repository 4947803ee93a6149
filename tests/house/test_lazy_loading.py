"""An unused plugin costs nothing: loading it imports none of the heavy libraries."""

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

    def run(source):
        pytester.makepyfile(source)
        return pytester.runpytest_subprocess("-p", "pytest_secretsmanager.plugin")

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
