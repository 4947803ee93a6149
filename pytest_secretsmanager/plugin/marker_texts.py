"""The descriptions of the markers."""

from pytest_secretsmanager.options import KEYWORDS, MARKER_KEYWORDS
from pytest_secretsmanager.plugin.names import OPTIONS, SECRET, SECRET_FAULT, SECRETS_FILE

TEXTS = (
    f"{SECRET}(name, value, *, versions, tags, description, kms_key, policy, owning_service, rotation, replicas, "
    "deleted, region, account): a secret that exists when the test starts, by its name or whole ARN; "
    "activates the fixture secretsmanager.",
    f"{SECRETS_FILE}(path): a TOML or JSON file, by its path from the test's own file, of secrets that exist when the "
    "test starts; activates the fixture secretsmanager.",
    f"{SECRET_FAULT}(operation, error, times=1, *, every, secret, region, principal, when, after, message, latency, "
    "missing_ok, optional): calls of the operation that fail, as by secretsmanager.faults.fail; activates the fixture "
    "secretsmanager.",
    f"{OPTIONS}(*, {', '.join((*KEYWORDS, *MARKER_KEYWORDS))}): options of the fixture secretsmanager; activates it.",
)
"""The descriptions that `pytest --markers` shows."""
