"""The names of the fixture, the markers and the ini options, and the stash keys that the modules share."""

from typing import TYPE_CHECKING

import pytest

from pytest_secretsmanager import options

if TYPE_CHECKING:
    from pytest_secretsmanager.managing.parts import Parts

FIXTURE = "secretsmanager"

FUNCTION = "function"

SCOPES = ("session", "package", "module", "class", FUNCTION)
"""The scopes of pytest, the widest one first."""

WIDER_FIXTURES = tuple(f"{scope}_{FIXTURE}" for scope in SCOPES[:-1])
"""The names of the wider fixtures, in the same order."""

SECRET = "secret"  # noqa: S105 - a marker's name
SECRETS_FILE = "secrets_file"
SECRET_FAULT = "secret_fault"  # noqa: S105 - a marker's name
OPTIONS = "secretsmanager"
MARKERS = (SECRET, SECRETS_FILE, SECRET_FAULT, OPTIONS)

REGION = options.REGION.ini_name
ACCOUNT = options.ACCOUNT.ini_name
RANDOM_SEED = options.RANDOM_SEED.ini_name
EXTRA_REGIONS = options.EXTRA_REGIONS.ini_name
BLOCK_NETWORK = options.BLOCK_NETWORK.ini_name
SEEDS = options.SEEDS.ini_name

ROLLBACK = "_secretsmanager_rollback"
"""The autouse fixture that rolls back a test with secrets of the run."""

CHECK = "_secretsmanager_planted"
"""The fixture that checks, after a project's own fixture `secretsmanager`, that the markers were planted."""

PARTS: "pytest.StashKey[Parts]" = pytest.StashKey()
"""The stash key for the parts of a running test's manager. A project may override the fixture `secretsmanager`."""

MARKED = pytest.StashKey[bool]()
"""The stash key of a test that carries one of the markers."""

PLANTED = pytest.StashKey[bool]()
"""The stash key of a test whose markers have been planted."""
