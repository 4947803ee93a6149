"""Named guards, in the order in which AWS checks: token, name, existence, deletion, replica, owner, parameters.

Each `require_` function returns what it checked, or raises AWS's error. RECORDED: AWS checks token and name before
existence. The rest of the order is a GUESS.
"""

import re
from functools import lru_cache

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceNotFoundException,
    ServiceError,
    ValidationException,
)
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.state import FindSecret, Secret, SecretKey, Secrets, Value, Version

VALUE_QUOTA = 65_536
"""The maximum size of a secret value in bytes."""

STRING_ERRORS = "surrogatepass"
"""The error handler for encoding a SecretString: a client can send a lone surrogate, which UTF-8 can't encode."""

_NAME = re.compile(r"[A-Za-z0-9/_+=.@!-]+").fullmatch


def require_token(call: Call, refusal: type[ServiceError] = InvalidRequestException) -> str:
    """The ClientRequestToken. SDKs fill it in, and raw HTTP callers must send it (RECORDED)."""
    token = call.text("ClientRequestToken")
    if token is None:
        raise refusal("You must provide a ClientRequestToken value. We recommend a UUID-type value.")
    return token


def require_well_formed(call: Call) -> None:
    """Raise the error that AWS finds before IAM decides (GUESS): of the token, then of the name's characters."""
    operation = call.operation
    if operation == "RotateSecret":
        require_token(call, InvalidParameterException)
    elif operation in ("CreateSecret", "PutSecretValue") or (operation == "UpdateSecret" and has_value(call)):
        require_token(call)
    name = call.text("Name" if operation == "CreateSecret" else "SecretId")
    if name is not None and not arns.is_arn(name):
        require_name(name)


def require_name(name: str) -> str:
    """The name, if it has only characters that AWS allows (RECORDED)."""
    if _NAME(name) is None:
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!"
        )
    return name


def require_secret(secrets: Secrets, call: Call) -> Secret:
    """The secret that SecretId names, scheduled for deletion or not."""
    secret = find(secrets, call, call.required_text("SecretId"))
    if secret is None:
        raise secret_not_found()
    return secret


def secret_not_found() -> ResourceNotFoundException:
    """The error for a secret that does not exist (RECORDED)."""
    return ResourceNotFoundException("Secrets Manager can't find the specified secret.")


def require_live(secrets: Secrets, call: Call) -> Secret:
    """The secret that SecretId names, unless it is scheduled for deletion."""
    secret = require_secret(secrets, call)
    if secret.deletion is not None:  # checked here for speed: most calls come here
        require_not_deleted(secret)
    return secret


def require_not_deleted(secret: Secret) -> None:
    """Refuse a secret that is scheduled for deletion: few calls accept one (RECORDED for tags, DOC for values)."""
    if secret.deletion is not None:
        require_restorable(secret)
        raise InvalidRequestException(
            "You can't perform this operation on the secret because it was marked for deletion."
        )


def require_restorable(secret: Secret) -> None:
    """Refuse a secret whose forced deletion is under way (REPORTED)."""
    if secret.deletion is not None and secret.deletion.is_forced:
        raise InvalidRequestException("You can't perform this operation on the secret because it was deleted.")


def require_taggable(secrets: Secrets, call: Call) -> Secret:
    """The secret that SecretId names, if this caller may change its tags in this region."""
    secret = require_live(secrets, call)
    require_primary(secret)
    require_owner(secret, call)
    return secret


def require_writable(secrets: Secrets, call: Call) -> Secret:
    """The secret that SecretId names, if this caller may change its values and labels in this region."""
    secret = require_live(secrets, call)
    require_primary(secret)
    if secret.links is not None:  # checked here for speed: each write comes here, and few secrets have links
        cross_account.require_own_values(secret)
    require_owner(secret, call)
    return secret


def require_primary(secret: Secret) -> None:
    """Refuse a replica: it accepts no writes (REPORTED)."""
    if secret.primary_region is not None and secret.is_replica:  # the first is the quicker look, and most have none
        raise InvalidParameterException(
            "Operation not permitted on a replica secret. Call must be made in primary secret's region."
        )


def require_owner(secret: Secret, call: Call) -> None:
    """Refuse other callers for a secret that an AWS service manages: only that service may change it.

    DOC for its value and its deletion, REPORTED for its tags; the text is approximate.
    """
    if secret.owning_service is not None and call.principal.service != secret.owning_service:
        raise InvalidRequestException(
            "This secret is managed by an AWS service, and you must use that service to update it."
        )


def has_value(call: Call) -> bool:
    """Return whether a request has a SecretString, a SecretBinary or both."""
    return call.text("SecretString") is not None or call.blob("SecretBinary") is not None


def given_value(call: Call) -> Value | None:
    """The secret value of a request and its member, or None. Both members at once are refused."""
    text, binary = call.text("SecretString"), call.blob("SecretBinary")
    if text is not None and binary is not None:
        raise InvalidParameterException(
            "You can't specify both a binary secret value and a string secret value in the same secret."
        )
    if text is None:
        return None if binary is None else ("SecretBinary", binary)
    value = text.encode(errors=STRING_ERRORS)
    if len(value) > VALUE_QUOTA:
        # DOC: the quota counts bytes, where the service description counts characters; the answer's form is a GUESS.
        raise ValidationException(
            "1 validation error detected: Value at 'secretString' failed to satisfy constraint: Member must have "
            f"length less than or equal to {VALUE_QUOTA}"
        )
    return "SecretString", value


def require_value(call: Call) -> Value:
    """The secret value of a request that must have one. The text is REPORTED; its full stop is a GUESS."""
    value = given_value(call)
    if value is None:
        raise InvalidRequestException("You must provide either SecretString or SecretBinary.")
    return value


def require_version(secret: Secret, version_id: str) -> Version:
    """The version with that id. The error tells a version that AWS deleted from one that never existed (REPORTED)."""
    version = secret.versions.get(version_id)
    if version is None:
        if any(version_id in block for block in secret.deleted_versions):
            raise InvalidRequestException(
                f"You can't perform this operation on secret version {version_id} because it was deleted."
            )
        raise ResourceNotFoundException(
            f"Secrets Manager can't find the specified secret value for VersionId: {version_id}"
        )
    return version


def find(secrets: FindSecret, call: Call, secret_id: str) -> Secret | None:
    """The secret that a name, a full ARN or a partial ARN means in the call's region, or None.

    A name means the caller's own account (DOC), and so does a partial ARN (GUESS: DOC asks for an ARN). An ARN of
    another region finds no secret (GUESS). A secret whose recovery window has passed no longer exists.
    """
    secret = find_named(secrets, call, secret_id)
    if secret is not None:  # looked up as a name first, for speed: a name has no colon, so none is an ARN
        return secret
    if arns.is_arn(secret_id):
        secret = _find_by_arn(secrets, call.region, call.account, secret_id)
        return None if secret is None or is_gone(secret, call.time) else secret
    require_name(secret_id)
    return None


def find_named(secrets: FindSecret, call: Call, name: str) -> Secret | None:
    """The secret of this name in the call's region and its caller's account, or None; `find` for a name."""
    secret = secrets.get((call.region, call.principal.account, name))
    if secret is None or secret.deletion is None:  # checked here for speed: most calls come here
        return secret
    return None if is_gone(secret, call.time) else secret


def find_exact(secrets: FindSecret, arn: str, time: float) -> Secret | None:
    """The secret with exactly this ARN, in any region and account, unless its recovery window has passed.

    None for the ARN of another service.
    """
    key = _key_in(arn)
    secret = None if key is None else secrets.get(key)
    return None if secret is None or secret.arn != arn or is_gone(secret, time) else secret


@lru_cache(maxsize=1024)
def _key_in(arn: str) -> SecretKey | None:
    parsed = arns.parse(arn)
    return None if parsed is None else SecretKey(parsed.region, parsed.account, parsed.name)


def is_gone(secret: Secret, time: float) -> bool:
    """Return whether the recovery window of a deleted secret has passed."""
    return secret.deletion is not None and secret.deletion.due <= time


def _find_by_arn(secrets: FindSecret, region: str, account: str, arn: str) -> Secret | None:
    parsed = arns.parse(arn)
    if parsed is None or parsed.region != region or (parsed.partial and parsed.account != account):
        return None
    secret = secrets.get(parsed[:3])
    if secret is None or (secret.arn != arn and not (parsed.partial and secret.arn.startswith(f"{arn}-"))):
        return None
    return secret
