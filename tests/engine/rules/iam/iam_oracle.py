"""The oracle: @cloud-copilot/iam-simulate, another implementation of IAM's decision, as a program of its own.

Its license is the AGPL. It runs beside these tests, and no file of it is part of this project.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from iam_cases import ACCOUNT, Case
from npm_packages import run

PROGRAM = Path(__file__).parent / "iam_oracle_program"


def answers(folder: Path, cases: Sequence[Case]) -> list[str]:
    """Return the oracle's decisions, or its errors, on all cases, in one run of Node.js."""
    simulations = json.dumps([_simulation(case) for case in cases])
    ran = run(["node", "simulate.mjs"], {}, cwd=folder, input=simulations)
    assert ran.returncode == 0, ran.stderr
    found: list[str] = json.loads(ran.stdout)
    return found


def _simulation(case: Case) -> dict[str, Any]:
    policies = case.policies
    simulation: dict[str, Any] = {
        "request": {
            "principal": case.caller.arn,
            "action": case.action,
            "resource": {"resource": case.resource, "accountId": ACCOUNT},
            "contextVariables": case.context,
        },
        "identityPolicies": _named(policies, "identity"),
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    if "service_control" in policies:
        named = _named(policies, "service_control")
        simulation["serviceControlPolicies"] = [{"orgIdentifier": "o-1", "policies": named}]
    if "boundary" in policies:
        simulation["permissionBoundaryPolicies"] = _named(policies, "boundary")
    if "session" in policies:
        simulation["sessionPolicy"] = policies["session"]
    if "resource_policy" in policies:
        simulation["resourcePolicy"] = policies["resource_policy"]
    return simulation


def _named(policies: Any, name: str) -> list[dict[str, Any]]:
    return [{"name": name, "policy": policies[name]}] if name in policies else []
