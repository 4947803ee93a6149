"""The tags that a secret may have, and its tags after a request."""

from collections.abc import Iterable, Mapping
from typing import cast

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import InvalidParameterException

TAG_QUOTA = 50
RESERVED_PREFIX = "aws:"


def tags_after(tags: Mapping[str, str] | None, requested: list[dict[str, object]], call: Call) -> Mapping[str, str]:
    """A secret's tags after a request adds some. Except for AWS's own tags, the refusals are GUESSes."""
    added = [(cast("str", tag.get("Key")), cast("str", tag.get("Value", ""))) for tag in requested]
    if not all(key for key, _ in added):
        raise InvalidParameterException("You must provide a key for each tag.")
    refuse_reserved((key for key, _ in added), call)
    if len(dict(added)) < len(added):
        raise InvalidParameterException("You can't specify the same tag key more than once in a request.")
    together = {**(tags or {}), **dict(added)}
    if len(together) > TAG_QUOTA:
        raise InvalidParameterException(f"You can't attach more than {TAG_QUOTA} tags to a secret.")
    return together


def refuse_reserved(keys: Iterable[str], call: Call) -> None:
    """Refuse tags that start with `aws:`, which are AWS's own (REPORTED for TagResource). The text names the first."""
    if call.principal.service is not None:
        return
    for key in keys:
        if key.lower().startswith(RESERVED_PREFIX):
            raise InvalidParameterException(f"You can't modify system tags. Tag key: '{key}'.")
