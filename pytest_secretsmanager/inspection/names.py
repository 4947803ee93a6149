"""The names that a test writes, as types: editors complete them, and type checkers find misspelt ones."""

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
"""The supported operations. Annotate a list of them as `list[OperationName]`."""

LoggedName: TypeAlias = OperationName | EventName
"""The names in the log: operations, and events of the service."""

StepName: TypeAlias = Literal["createSecret", "setSecret", "testSecret", "finishSecret"]
"""The four steps of a rotation."""

ErrorCode: TypeAlias = Literal[
    "AccessDeniedException",
    "DecryptionFailure",
    "EncryptionFailure",
    "ExpiredTokenException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "InternalFailure",
    "InternalServiceError",
    "InvalidClientTokenId",
    "InvalidNextTokenException",
    "InvalidParameterException",
    "InvalidRequestException",
    "InvalidSignatureException",
    "LimitExceededException",
    "MalformedPolicyDocumentException",
    "MissingAuthenticationTokenException",
    "NotAuthorized",
    "OptInRequired",
    "PreconditionNotMetException",
    "PublicPolicyException",
    "RequestEntityTooLargeException",
    "RequestExpired",
    "RequestTimeoutException",
    "ResourceExistsException",
    "ResourceNotFoundException",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
]
"""The error codes of logged calls."""

AWSCURRENT: Final = "AWSCURRENT"
"""The label of the version that a read returns. A type checker finds a misspelt constant, but no misspelt text."""

AWSPENDING: Final = "AWSPENDING"
"""The label of the version that a rotation prepares."""

AWSPREVIOUS: Final = "AWSPREVIOUS"
"""The label of the version that was current before."""

LabelName: TypeAlias = Literal["AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"] | str
"""A staging label. Editors complete AWS's own; the type can't be stricter, since any text may be a label."""

MaybeNone: TypeAlias = Any
"""None in a type such as `VersionView | MaybeNone`, for a value that nearly every test knows to exist.

A type checker accepts `secret.pending.value` and `secret.pending is None`, and finds `secret.pending.vlaue`.
"""
