"""The README tells the truth: its code runs, its tables name what is there, its paths exist."""

import re
from pathlib import Path

import pytest

from pytest_secretsmanager import SecretsManager

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n# (test_\w+\.py)\n(.*?)```", README, re.DOTALL)
FILES = re.findall(r"```toml\n# (\w+\.toml)\n(.*?)```", README, re.DOTALL)


def test_every_block_of_code_in_the_readme_is_run() -> None:
    assert len(BLOCKS) == README.count("```python") > 0
    assert len(FILES) == README.count("```toml") > 0


@pytest.mark.parametrize(("name", "code"), BLOCKS, ids=[name for name, _ in BLOCKS])
def test_code_of_the_readme_runs(pytester: pytest.Pytester, name: str, code: str) -> None:
    if "aiobotocore" in code:
        pytest.importorskip("aiobotocore", reason="aiobotocore is not installed: pip install '.[dev,async]'")
    for file, text in FILES:
        pytester.path.joinpath(file).write_text(text, encoding="utf-8")
    # A name of its own, since the run shares this process's modules.
    pytester.path.joinpath(f"test_readme_{name}").write_text(code, encoding="utf-8")
    result = pytester.runpytest("--strict-markers")
    result.assert_outcomes(passed=code.count("\ndef test_"))


def test_the_table_of_helpers_names_every_helper() -> None:
    helpers = {name for name in dir(SecretsManager) if name.startswith("assert_")}
    assert set(re.findall(r"`(assert_\w+)\(", README)) == helpers


def test_paths_that_the_readme_names_exist() -> None:
    paths = re.findall(r"`((?:tests|examples|\.ci)/[\w./]+)`", README)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
