"""The stock, in a SQLite file. SQLite has no users, so the file has its own, with salted hashes of passwords."""

import hashlib
import hmac
import json
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_HASH_COST = 2**12
"""The cost of one guess at a password, as scrypt's n. Low for quick tests: production needs at least 2**15."""

_SALT_BYTES = 16
_SCHEMA = """
    CREATE TABLE users (name TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL);
    CREATE TABLE items (name TEXT PRIMARY KEY, quantity INTEGER NOT NULL);
"""


class LoginRefusedError(Exception):
    """The database doesn't have the user, or the user has another password."""


@dataclass(frozen=True)
class Login:
    """A user and a password. The password is not in the repr, and so not in logs and tracebacks."""

    username: str
    password: str = field(repr=False)

    @classmethod
    def parse(cls, secret: str) -> Self:
        """The login in a secret of AWS's layout: `{"username": …, "password": …, …}`."""
        content = json.loads(secret)
        return cls(content["username"], content["password"])


class Database:
    """An open database file, as a context manager. Raises LoginRefusedError when the login is wrong."""

    def __init__(self, path: Path, login: Login) -> None:
        self._username = login.username
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)
        try:
            self._require(login)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def create(path: Path, login: Login, stock: Mapping[str, int]) -> None:
        """Create a database file with one user and a quantity of each item."""
        connection = sqlite3.connect(path)
        try:
            connection.executescript(_SCHEMA)
            with connection:
                connection.execute("INSERT INTO users VALUES (?, ?, ?)", (login.username, *_salted(login.password)))
                connection.executemany("INSERT INTO items VALUES (?, ?)", stock.items())
        finally:
            connection.close()

    def quantity(self, item: str) -> int:
        """The quantity of an item."""
        row = self._connection.execute("SELECT quantity FROM items WHERE name = ?", (item,)).fetchone()
        return 0 if row is None else int(row[0])

    def change_password(self, password: str) -> None:
        """Change the password of the logged-in user. The database then refuses the old one."""
        with self._connection:
            self._connection.execute(
                "UPDATE users SET salt = ?, hash = ? WHERE name = ?", (*_salted(password), self._username)
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require(self, login: Login) -> None:
        row = self._connection.execute("SELECT salt, hash FROM users WHERE name = ?", (login.username,)).fetchone()
        if row is None or not hmac.compare_digest(_hash(login.password, row[0]), row[1]):
            raise LoginRefusedError(f"the database refuses user {login.username!r}")


def _salted(password: str) -> tuple[bytes, bytes]:
    salt = os.urandom(_SALT_BYTES)
    return salt, _hash(password, salt)


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_HASH_COST, r=8, p=1)
