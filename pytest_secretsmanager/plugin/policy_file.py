"""The option --secretsmanager-policy: the least-privilege policy of a whole run, in a file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_secretsmanager.options import POLICY_FILE
from pytest_secretsmanager.plugin.names import FIXTURE
from pytest_secretsmanager.plugin.output_paths import unwritable, writable
from pytest_secretsmanager.plugin.settings import on_command_line

if TYPE_CHECKING:
    from pytest_secretsmanager.managing.run_permissions import RunPermissions

PLUGIN = "secretsmanager_policy_file"
"""The name of the plugin object, and the key of its part in the output of an xdist worker."""

_COMPLETE = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
"""The exit statuses of a run that ran its tests, unless `-x` stopped it."""


def begin(config: pytest.Config) -> None:
    """Collect the permissions of each manager that is made from now on, if the command line asks for a policy."""
    if on_command_line(config, POLICY_FILE) is None:
        return
    from pytest_secretsmanager.managing.collecting import collecting
    from pytest_secretsmanager.managing.run_permissions import RunPermissions

    permissions = RunPermissions()
    collecting.append(permissions)
    config.add_cleanup(lambda: collecting.remove(permissions))
    config.pluginmanager.register(PolicyFile(permissions), PLUGIN)


class PolicyFile:
    """Writes the file at the end of the run. A worker of xdist sends its part to the controller."""

    def __init__(self, permissions: "RunPermissions") -> None:
        self._permissions = permissions
        self._path: Path | None = None
        self._lost: list[str] = []
        self._result = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Refuse a path that can't be written, before the first test."""
        if not hasattr(config, "workerinput"):
            self._path = writable(POLICY_FILE.flag, config.invocation_params.dir, on_command_line(config, POLICY_FILE))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add the part of a worker. One that crashed has sent none."""
        sent = getattr(node, "workeroutput", {}).get(PLUGIN)
        if sent is None:
            self._lost.append(node.gateway.id)
        else:
            self._permissions.add_sent(sent)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write the file, or send this worker's part. A run that ended early would lack calls: the file stays."""
        if self._path is None:
            session.config.workeroutput[PLUGIN] = self._permissions.sent()  # type: ignore[attr-defined]
        elif session.config.option.collectonly:
            return
        elif exitstatus in _COMPLETE and not session.shouldfail:
            self._write(self._path)
        else:
            self._result = f"{FIXTURE}: no policy written to {self._path}: the run ended early, or ran no test"

    def _write(self, path: Path) -> None:
        policy = self._permissions.policy()
        try:
            path.write_text(json.dumps(policy, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            text = unwritable(POLICY_FILE.flag, path, error)
            raise pytest.exit.Exception(text, returncode=pytest.ExitCode.USAGE_ERROR) from None
        calls = self._permissions.calls
        self._result = f"{FIXTURE}: policy of {calls} call{'' if calls == 1 else 's'} written to {path}"

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the path of the policy, and the workers whose calls it lacks."""
        if self._result:
            terminalreporter.write_sep("-", self._result)
        if self._lost:
            workers = ", ".join(self._lost)
            terminalreporter.write_line(f"{FIXTURE}: the policy lacks the calls of crashed workers: {workers}")
