"""Which tags a secret may carry, and what a request makes of those that it has."""

from collections.abc import Iterable, Mapping
from typing import cast

from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.errors import InvalidParameterException

TAG_QUOTA = 50
RESERVED_PREFIX = "aws:"


def tags_after(tags: Mapping[str, str] | None, requested: list[dict[str, object]], call: Call) -> Mapping[str, str]:
    """A secret's tags once those requested are on it. All refusals are GUESSes: no public source has the texts."""
    added = [(cast("str", tag.get("Key", "")), cast("str", tag.get("Value", ""))) for tag in requested]
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
    """DOC: tags that start with `aws:` are AWS's own."""
    if call.principal.service is None and any(key.lower().startswith(RESERVED_PREFIX) for key in keys):
        raise InvalidParameterException(f"Tag keys that start with {RESERVED_PREFIX} are reserved for use by AWS.")
