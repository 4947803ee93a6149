"""A new database password in an order that survives crashes: stage it, set it, test it, then make it current."""

import logging
from pathlib import Path

from orders.credentials import Credentials, StagedLogin
from orders.database import Database, LoginRefusedError

_log = logging.getLogger(__name__)


def rotate(database: Path, credentials: Credentials) -> None:
    """Give the database user a new password. After a failure, the next call continues where this one stopped."""
    staged = credentials.stage()
    _log.info("staged version %s for user %s", staged.version, staged.login.user)
    if not _is_accepted(database, staged):
        with Database(database, credentials.login()) as opened:
            opened.change_password(staged.login.password)
        Database(database, staged.login).close()
    credentials.promote(staged)
    _log.info("version %s is current", staged.version)


def _is_accepted(database: Path, staged: StagedLogin) -> bool:
    try:
        Database(database, staged.login).close()
    except LoginRefusedError:
        return False
    return True
