"""TagResource, UntagResource."""

from pytest_secretsmanager.engine.call import Call, Outcome
from pytest_secretsmanager.engine.ports import Ports
from pytest_secretsmanager.engine.rules import guards, tags
from pytest_secretsmanager.engine.state import Secrets


def tag_resource(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Add tags, or change the values of existing ones; a changed tag keeps its place (GUESS)."""
    secret = guards.require_taggable(secrets, call)
    after = tags.tags_after(secret.tags, call.structures("Tags") or [], call)
    return Outcome({}, {secret.key: secret._replace(tags=after, changed=call.time)}, about=secret.arn)


def untag_resource(secrets: Secrets, call: Call, ports: Ports) -> Outcome:
    """Remove tags. A secret that was ever tagged keeps an empty list (RECORDED); absent keys are no error (DOC)."""
    secret = guards.require_taggable(secrets, call)
    keys = call.texts("TagKeys") or []
    tags.refuse_reserved(keys, call)
    if secret.tags is None:
        return Outcome({}, about=secret.arn)
    left = {key: value for key, value in secret.tags.items() if key not in keys}
    if left == secret.tags:
        return Outcome({}, about=secret.arn)  # DOC: the metadata stays unchanged
    return Outcome({}, {secret.key: secret._replace(tags=left, changed=call.time)}, about=secret.arn)
