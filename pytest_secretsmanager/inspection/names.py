"""The names that a test writes, as types: editors complete them, and type checkers find the misspelt ones."""

from typing import Any, Final, Literal, TypeAlias

from pytest_secretsmanager.engine.call import EventName

OperationName: TypeAlias = Literal[
    "CreateSecret",
    "UpdateSecret",
    "DeleteSecret",
    "RestoreSecret",
    "GetSecretValue",
    "BatchGetSecretValue",
    "PutSecretValue",
    "UpdateSecretVersionStage",
    "DescribeSecret",
    "ListSecrets",
    "ListSecretVersionIds",
    "TagResource",
    "UntagResource",
    "GetResourcePolicy",
    "PutResourcePolicy",
    "DeleteResourcePolicy",
    "ValidateResourcePolicy",
    "ListResourcePolicies",
    "RotateSecret",
    "CancelRotateSecret",
    "ReplicateSecretToRegions",
    "RemoveRegionsFromReplication",
    "StopReplicationToReplica",
    "AssociateCrossAccountReplica",
    "DisassociateCrossAccountReplica",
    "GetRandomPassword",
]
"""The operations that are answered. A list of them that a test makes first is a `list[OperationName]`."""

LoggedName: TypeAlias = OperationName | EventName
"""What the log can hold: operations, and the events of what AWS does by itself."""

StepName: TypeAlias = Literal["createSecret", "setSecret", "testSecret", "finishSecret"]
"""The four steps of a rotation."""

ErrorCode: TypeAlias = Literal[
    "AccessDeniedException",
    "DecryptionFailure",
    "EncryptionFailure",
    "IncompleteSignatureException",
    "InternalServiceError",
    "InvalidNextTokenException",
    "InvalidParameterException",
    "InvalidRequestException",
    "InvalidSignatureException",
    "LimitExceededException",
    "MalformedPolicyDocumentException",
    "MissingAuthenticationTokenException",
    "PublicPolicyException",
    "RequestEntityTooLargeException",
    "ResourceExistsException",
    "ResourceNotFoundException",
    "SerializationException",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
]
"""The codes with which a logged call can be refused."""

AWSCURRENT: Final = "AWSCURRENT"
"""The label of the version that a read gives. Type checkers find a misspelt constant, and not a misspelt text."""

AWSPENDING: Final = "AWSPENDING"
"""The label of the version that a rotation prepares."""

AWSPREVIOUS: Final = "AWSPREVIOUS"
"""The label of the version that was current before."""

LabelName: TypeAlias = Literal["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"] | str
"""A staging label. Editors complete AWS's own; any other text may be a label too, so no type can be stricter."""

MaybeNone: TypeAlias = Any
"""Stands for None in a type such as `VersionView | MaybeNone`, for what nearly every test knows to be there.

A type checker lets `secret.pending.value` and `secret.pending is None` pass, and still finds `secret.pending.vlaue`.
"""
