"""TagResource, UntagResource, and the rules that tags of a request keep."""

from collections.abc import Iterable, Mapping
from typing import cast

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.errors import InvalidParameterException
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Secrets, changed

TAG_QUOTA = 50
RESERVED_PREFIX = "aws:"


def tag_resource(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Adds tags, or gives present ones another value; a tag keeps its place (GUESS)."""
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    tags = tags_after(secret.tags, call.structures("Tags") or [], call)
    return Outcome({}, {secret.key: changed(secret, tags=tags, changed=call.time)})


def untag_resource(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Takes tags away; a secret that was ever tagged keeps an empty list (RECORDED); an absent key is fine (GUESS)."""
    secret = guards.require_live(secrets, call)
    guards.require_primary(secret)
    keys = call.texts("TagKeys") or []
    _refuse_reserved(keys, call)
    if secret.tags is None:
        return Outcome({})
    left = {key: value for key, value in secret.tags.items() if key not in keys}
    return Outcome({}, {secret.key: changed(secret, tags=left, changed=call.time)})


def tags_after(tags: Mapping[str, str] | None, requested: list[dict[str, object]], call: Call) -> Mapping[str, str]:
    """A secret's tags once those requested are on it. All refusals are GUESSes: no public source has the texts."""
    added = [(cast("str", tag.get("Key", "")), cast("str", tag.get("Value", ""))) for tag in requested]
    _refuse_reserved((key for key, _ in added), call)
    if len(dict(added)) < len(added):
        raise InvalidParameterException("You can't specify the same tag key more than once in a request.")
    together = {**(tags or {}), **dict(added)}
    if len(together) > TAG_QUOTA:
        raise InvalidParameterException(f"You can't attach more than {TAG_QUOTA} tags to a secret.")
    return together


def _refuse_reserved(keys: Iterable[str], call: Call) -> None:
    """DOC: tags that start with `aws:` are AWS's own."""
    if call.principal.service is None and any(key.lower().startswith(RESERVED_PREFIX) for key in keys):
        raise InvalidParameterException(f"Tag keys that start with {RESERVED_PREFIX} are reserved for use by AWS.")
