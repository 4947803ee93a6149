"""A local AWS Secrets Manager for tests: the fixture `secretsmanager`, and `SecretsManager` outside pytest.

Public are the names below. Each is imported on first use, so loading the plugin imports none of botocore, cryptography
and wrapt.
"""

from typing import TYPE_CHECKING, Any

from pytest_secretsmanager import kept_modules

kept_modules.come_first()

__version__ = "0.1.0"

# Each public name is here twice: type checkers read the imports, Python reads the table. tests/house compares them.
if TYPE_CHECKING:
    from pytest_secretsmanager.controls.between_reads import BetweenReads as BetweenReads
    from pytest_secretsmanager.controls.clock import Clock as Clock
    from pytest_secretsmanager.controls.events import Events as Events
    from pytest_secretsmanager.controls.fault_answers import BrokenReply as BrokenReply
    from pytest_secretsmanager.controls.faults import Faults as Faults
    from pytest_secretsmanager.controls.holds import Hold as Hold
    from pytest_secretsmanager.controls.iam import Iam as Iam
    from pytest_secretsmanager.controls.kms import Kms as Kms
    from pytest_secretsmanager.controls.lasting_faults import LastingFault as LastingFault
    from pytest_secretsmanager.controls.planned_faults import PlannedFault as PlannedFault
    from pytest_secretsmanager.controls.replication import ReplicationControl as ReplicationControl
    from pytest_secretsmanager.controls.replication import ReplicationHold as ReplicationHold
    from pytest_secretsmanager.controls.roles import Role as Role
    from pytest_secretsmanager.controls.rotation import RotationControl as RotationControl
    from pytest_secretsmanager.controls.subscriptions import Subscription as Subscription
    from pytest_secretsmanager.doors.http import Endpoint as Endpoint
    from pytest_secretsmanager.engine.effects.runs import StepRun as StepRun
    from pytest_secretsmanager.engine.errors import LateWrite as LateWrite
    from pytest_secretsmanager.engine.errors import NetworkBlocked as NetworkBlocked
    from pytest_secretsmanager.engine.errors import PytestSecretsManagerError as PytestSecretsManagerError
    from pytest_secretsmanager.engine.errors import SecretNotFound as SecretNotFound
    from pytest_secretsmanager.engine.errors import UnsupportedOperation as UnsupportedOperation
    from pytest_secretsmanager.engine.errors import UsageError as UsageError
    from pytest_secretsmanager.engine.errors import VersionNotFound as VersionNotFound
    from pytest_secretsmanager.engine.keys import KmsKey as KmsKey
    from pytest_secretsmanager.engine.rules.iam.decision import Decision as Decision
    from pytest_secretsmanager.inspection.assertions.budgets import CallBudget as CallBudget
    from pytest_secretsmanager.inspection.assertions.unchanged import Unchanged as Unchanged
    from pytest_secretsmanager.inspection.call_sites import CallSite as CallSite
    from pytest_secretsmanager.inspection.label_moves import LabelMove as LabelMove
    from pytest_secretsmanager.inspection.log import Event as Event
    from pytest_secretsmanager.inspection.log import Log as Log
    from pytest_secretsmanager.inspection.names import AWSCURRENT as AWSCURRENT
    from pytest_secretsmanager.inspection.names import AWSPENDING as AWSPENDING
    from pytest_secretsmanager.inspection.names import AWSPREVIOUS as AWSPREVIOUS
    from pytest_secretsmanager.inspection.names import ErrorCode as ErrorCode
    from pytest_secretsmanager.inspection.names import LabelName as LabelName
    from pytest_secretsmanager.inspection.names import LoggedName as LoggedName
    from pytest_secretsmanager.inspection.names import OperationName as OperationName
    from pytest_secretsmanager.inspection.names import StepName as StepName
    from pytest_secretsmanager.inspection.permissions.unused import UnusedPermission as UnusedPermission
    from pytest_secretsmanager.inspection.put_rate import PutRateWarning as PutRateWarning
    from pytest_secretsmanager.inspection.rotation_runs import RotationRun as RotationRun
    from pytest_secretsmanager.inspection.views import SecretView as SecretView
    from pytest_secretsmanager.inspection.views import VersionView as VersionView
    from pytest_secretsmanager.manager import SecretsManager as SecretsManager
    from pytest_secretsmanager.managing.rollback import Snapshot as Snapshot
    from pytest_secretsmanager.seeds import Rotation as Rotation
    from pytest_secretsmanager.seeds import Version as Version
else:
    _MODULES = {
        name: module
        for module, names in {
            "controls.between_reads": "BetweenReads",
            "controls.clock": "Clock",
            "controls.events": "Events",
            "controls.fault_answers": "BrokenReply",
            "controls.faults": "Faults",
            "controls.iam": "Iam",
            "controls.kms": "Kms",
            "controls.lasting_faults": "LastingFault",
            "controls.planned_faults": "PlannedFault",
            "controls.replication": "ReplicationControl ReplicationHold",
            "controls.roles": "Role",
            "controls.rotation": "RotationControl",
            "controls.holds": "Hold",
            "controls.subscriptions": "Subscription",
            "doors.http": "Endpoint",
            "engine.effects.runs": "StepRun",
            "engine.errors": (
                "LateWrite NetworkBlocked PytestSecretsManagerError SecretNotFound "
                "UnsupportedOperation UsageError VersionNotFound"
            ),
            "engine.keys": "KmsKey",
            "engine.rules.iam.decision": "Decision",
            "inspection.assertions.budgets": "CallBudget",
            "inspection.assertions.unchanged": "Unchanged",
            "inspection.call_sites": "CallSite",
            "inspection.label_moves": "LabelMove",
            "inspection.log": "Event Log",
            "inspection.names": (
                "AWSCURRENT AWSPENDING AWSPREVIOUS ErrorCode LabelName LoggedName OperationName StepName"
            ),
            "inspection.permissions.unused": "UnusedPermission",
            "inspection.put_rate": "PutRateWarning",
            "inspection.rotation_runs": "RotationRun",
            "inspection.views": "SecretView VersionView",
            "manager": "SecretsManager",
            "managing.rollback": "Snapshot",
            "seeds": "Rotation Version",
        }.items()
        for name in names.split()
    }

    __all__ = sorted(_MODULES)

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)

    def __dir__() -> list[str]:
        return sorted([*globals(), *__all__])
