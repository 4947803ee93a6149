"""The service description that botocore installs, compiled once per process and operation, on first use.

Only this module reads operation names, idempotency tokens and sensitive members. The package hard-codes none of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import botocore
from botocore.loaders import Loader
from botocore.model import ServiceModel, StructureShape

from pytest_secretsmanager.engine.limits import Accepts, Violation, WrongType, compile_accepts, is_sensitive, violations

SERVICE = "secretsmanager"
SERVICE_ID = "secrets-manager"

BOTOCORE = f"botocore {botocore.__version__}"
"""The name of the installed botocore in messages."""

_READING = ("BatchGet", "Describe", "Get", "List", "Validate")


@dataclass(slots=True, eq=False, repr=False)  # not frozen: code for that would take a millisecond at import
class OperationDescription:
    """The service description of one operation.

    `accepts` is the quick test that a valid request passes; `violations` lists the limits that an invalid one breaks.
    `reads` says that CloudTrail logs it as `readOnly`. `hidden` are the input members that AWS never logs.
    `containers_in` and `containers_out` are the members of the input and the output that are lists or mappings.
    """

    name: str
    input_shape: StructureShape
    output_shape: StructureShape | None
    accepts: Accepts
    token_member: str | None
    reads: bool
    hidden: frozenset[str]
    containers_in: tuple[str, ...]
    containers_out: tuple[str, ...]

    def violations(self, parameters: Mapping[str, object]) -> list[Violation]:
        """All limits that the request breaks. Raise `WrongType` at the first value of an unreadable type."""
        return list(violations(self.input_shape, parameters, ""))

    def is_within_limits(self, parameters: Mapping[str, object]) -> bool:
        """Return whether the service can read the request, and the request breaks no limit."""
        try:
            return self.accepts(parameters) or not self.violations(parameters)
        except WrongType:
            return False


@cache
def loader() -> Loader:
    """The loader of the description. Clients that share it don't read the description a second time."""
    return Loader()


@cache
def service_model() -> ServiceModel:
    """The service description of Secrets Manager in the installed botocore."""
    return ServiceModel(loader().load_service_model(SERVICE, "service-2"), SERVICE)


@cache
def operation(name: str) -> OperationDescription:
    """The compiled description of one operation. Raise `botocore.model.OperationNotFoundError` if none exists."""
    model = service_model().operation_model(name)
    shape = model.input_shape or StructureShape("Empty", {"type": "structure", "members": {}})
    tokens: list[str] = model.idempotent_members
    return OperationDescription(
        name=name,
        input_shape=shape,
        output_shape=model.output_shape,
        accepts=compile_accepts(shape),
        token_member=tokens[0] if tokens else None,
        reads=is_reading(name),
        hidden=frozenset(member for member, inner in shape.members.items() if is_sensitive(inner)),
        containers_in=_containers_of(shape),
        containers_out=_containers_of(model.output_shape),
    )


def _containers_of(shape: StructureShape | None) -> tuple[str, ...]:
    """The members of a shape whose values are lists or mappings."""
    members = {} if shape is None else shape.members
    return tuple(name for name, member in members.items() if member.type_name in ("list", "map", "structure"))


def is_reading(name: str) -> bool:
    """Return whether CloudTrail logs an operation as `readOnly`."""
    return name.startswith(_READING)


def operation_names() -> list[str]:
    """The operations that the installed botocore knows."""
    names: list[str] = service_model().operation_names
    return names


@cache
def modelled_errors() -> frozenset[str]:
    """The error codes that the service description declares; all others are common to AWS's services."""
    return frozenset(shape.name for shape in service_model().error_shapes)
