"""A local AWS Secrets Manager for tests: the fixture `secretsmanager`, and `SecretsManager` outside pytest.

Public are the names below. They are resolved when they are asked for, so that loading the plugin imports neither
botocore nor cryptography nor wrapt.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_secretsmanager.controls.between_reads import BetweenReads
    from pytest_secretsmanager.controls.clock import Clock
    from pytest_secretsmanager.controls.events import Events
    from pytest_secretsmanager.controls.kms import Kms
    from pytest_secretsmanager.controls.replication import ReplicationControl, ReplicationHold
    from pytest_secretsmanager.controls.rotation import RotationControl
    from pytest_secretsmanager.controls.steps import Hold
    from pytest_secretsmanager.controls.subscriptions import Subscription
    from pytest_secretsmanager.doors.http import Endpoint
    from pytest_secretsmanager.engine.effects.runs import StepRun
    from pytest_secretsmanager.engine.errors import (
        LateWrite,
        NetworkBlocked,
        PytestSecretsManagerError,
        SecretNotFound,
        UnsupportedOperation,
        UsageError,
        VersionNotFound,
    )
    from pytest_secretsmanager.engine.keys import KmsKey
    from pytest_secretsmanager.inspection.assertions.unchanged import Unchanged
    from pytest_secretsmanager.inspection.label_moves import LabelMove
    from pytest_secretsmanager.inspection.log import Event, Log
    from pytest_secretsmanager.inspection.names import (
        AWSCURRENT,
        AWSPENDING,
        AWSPREVIOUS,
        ErrorCode,
        LabelName,
        LoggedName,
        OperationName,
        StepName,
    )
    from pytest_secretsmanager.inspection.put_rate import PutRateWarning
    from pytest_secretsmanager.inspection.rotation_runs import RotationRun
    from pytest_secretsmanager.inspection.views import SecretView, VersionView
    from pytest_secretsmanager.manager import SecretsManager
    from pytest_secretsmanager.seeds import Rotation, Version

__version__ = "0.1.0"

__all__ = [
    "AWSCURRENT",
    "AWSPENDING",
    "AWSPREVIOUS",
    "BetweenReads",
    "Clock",
    "Endpoint",
    "ErrorCode",
    "Event",
    "Events",
    "Hold",
    "Kms",
    "KmsKey",
    "LabelMove",
    "LabelName",
    "LateWrite",
    "Log",
    "LoggedName",
    "NetworkBlocked",
    "OperationName",
    "PutRateWarning",
    "PytestSecretsManagerError",
    "ReplicationControl",
    "ReplicationHold",
    "Rotation",
    "RotationControl",
    "RotationRun",
    "SecretNotFound",
    "SecretView",
    "SecretsManager",
    "StepName",
    "StepRun",
    "Subscription",
    "Unchanged",
    "UnsupportedOperation",
    "UsageError",
    "Version",
    "VersionNotFound",
    "VersionView",
]

_MODULES = {
    "AWSCURRENT": "inspection.names",
    "AWSPENDING": "inspection.names",
    "AWSPREVIOUS": "inspection.names",
    "BetweenReads": "controls.between_reads",
    "Clock": "controls.clock",
    "Endpoint": "doors.http",
    "ErrorCode": "inspection.names",
    "Event": "inspection.log",
    "Events": "controls.events",
    "Hold": "controls.steps",
    "Kms": "controls.kms",
    "KmsKey": "engine.keys",
    "LabelMove": "inspection.label_moves",
    "LabelName": "inspection.names",
    "LateWrite": "engine.errors",
    "Log": "inspection.log",
    "LoggedName": "inspection.names",
    "NetworkBlocked": "engine.errors",
    "OperationName": "inspection.names",
    "PutRateWarning": "inspection.put_rate",
    "PytestSecretsManagerError": "engine.errors",
    "ReplicationControl": "controls.replication",
    "ReplicationHold": "controls.replication",
    "Rotation": "seeds",
    "RotationControl": "controls.rotation",
    "RotationRun": "inspection.rotation_runs",
    "SecretNotFound": "engine.errors",
    "SecretView": "inspection.views",
    "SecretsManager": "manager",
    "StepName": "inspection.names",
    "StepRun": "engine.effects.runs",
    "Subscription": "controls.subscriptions",
    "Unchanged": "inspection.assertions.unchanged",
    "UnsupportedOperation": "engine.errors",
    "UsageError": "engine.errors",
    "Version": "seeds",
    "VersionNotFound": "engine.errors",
    "VersionView": "inspection.views",
}


if not TYPE_CHECKING:  # for which it would make every name right

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
