"""The ini option `secretsmanager_seeds`: one file or several, in each kind of ini file."""

from collections.abc import Callable

import pytest

Run = Callable[..., pytest.RunResult]

TEST = """
def test_it(secretsmanager):
    assert {name: secret.value for name, secret in secretsmanager.secrets.items()} == EXPECTED
"""


def seed_file(name: str, value: str) -> str:
    return f'[[secret]]\nname = "{name}"\nvalue = "{value}"\n'


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with three files of secrets, one with a space in its name."""
    pytester.path.joinpath("one.toml").write_text(seed_file("db", "one"))
    pytester.path.joinpath("two more.toml").write_text(seed_file("key", "two"))
    pytester.path.joinpath("later.toml").write_text(seed_file("db", "later"))
    return pytester


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("one.toml", {"db": "one"}),
        ("two more.toml", {"key": "two"}),
        ("\n    one.toml\n    two more.toml", {"db": "one", "key": "two"}),
        ("one.toml\n\n    later.toml\n", {"db": "later"}),
        ("later.toml\n    one.toml", {"db": "one"}),
        ("", {}),
    ],
    ids=["one", "name with a space", "two", "two of one secret", "the same in another order", "none"],
)
def test_the_ini_file_names_one_seeds_file_a_line_and_the_later_file_wins(
    project: pytest.Pytester, run: Run, files: str, expected: dict[str, str]
) -> None:
    project.makeini(f"[pytest]\nsecretsmanager_seeds = {files}\n")
    run(TEST.replace("EXPECTED", repr(expected))).assert_outcomes(passed=1)


@pytest.mark.parametrize("table", ["tool.pytest.ini_options", "tool.pytest"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ('"one.toml"', {"db": "one"}),
        ('["one.toml"]', {"db": "one"}),
        ('["one.toml", "two more.toml", "later.toml"]', {"db": "later", "key": "two"}),
        ('"""one.toml\ntwo more.toml"""', {"db": "one", "key": "two"}),
        ("[]", {}),
    ],
    ids=["string", "list of one", "list of three", "string of lines", "empty list"],
)
def test_pyproject_toml_names_seeds_files_as_a_string_or_a_list(
    project: pytest.Pytester, run: Run, table: str, files: str, expected: dict[str, str]
) -> None:
    if table == "tool.pytest" and pytest.version_tuple < (9,):
        pytest.skip("pytest 9 reads this table")
    project.makepyprojecttoml(f"[{table}]\nsecretsmanager_seeds = {files}\n")
    run(TEST.replace("EXPECTED", repr(expected))).assert_outcomes(passed=1)


@pytest.mark.parametrize("table", ["tool.pytest.ini_options", "tool.pytest"])
@pytest.mark.parametrize("files", ["[5]", '["one.toml", ["later.toml"]]', "[{ path = 'one.toml' }]"])
def test_a_seeds_list_with_a_wrong_type_is_a_usage_error_of_one_line(
    project: pytest.Pytester, run: Run, table: str, files: str
) -> None:
    if table == "tool.pytest" and pytest.version_tuple < (9,):
        pytest.skip("pytest 9 reads this table")
    project.makepyprojecttoml(f"[{table}]\nsecretsmanager_seeds = {files}\n")
    result = run("def test_it(): ...")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = (line for line in result.errlines if line)
    assert line.startswith(
        "ERROR: the ini option secretsmanager_seeds is the path of a file, or of several, one a line (in TOML a list "
        "of strings), not "
    )


@pytest.mark.parametrize("value", ["5", "true", "{ path = 'one.toml' }"])
def test_seeds_of_a_wrong_type_are_a_usage_error_of_one_line(project: pytest.Pytester, run: Run, value: str) -> None:
    project.makepyprojecttoml(f"[tool.pytest.ini_options]\nsecretsmanager_seeds = {value}\n")
    result = run("def test_it(): ...")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = (line for line in result.errlines if line)
    assert line.startswith("ERROR: ")
    assert "secretsmanager_seeds" in line


def test_the_error_of_one_of_several_seeds_files_names_that_file(project: pytest.Pytester, run: Run) -> None:
    project.path.joinpath("later.toml").write_text(seed_file("bad name", "to-hide"))
    project.path.joinpath("two more.toml").write_text('[[secret]]\nname = "key"\ntag = {}\nvalue = "to-hide"\n')
    project.makeini("[pytest]\nsecretsmanager_seeds =\n    one.toml\n    two more.toml\n")
    result = run("def test_it(): ...")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*secretsmanager_seeds: *two more.toml: secret 1 ('key'): a seed has no option 'tag'*"]
    )
    assert "to-hide" not in result.stderr.str()
