"""The orders, in a SQLite file. SQLite has no logins, so the file has its own, as salted hashes."""

import hashlib
import hmac
import os
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

_SALT_BYTES = 16
_SCHEMA = """
    CREATE TABLE logins (user TEXT PRIMARY KEY, salt BLOB NOT NULL, hash BLOB NOT NULL);
    CREATE TABLE orders (number INTEGER PRIMARY KEY, item TEXT NOT NULL, quantity INTEGER NOT NULL);
"""


class LoginRefusedError(Exception):
    """The database doesn't have the user, or the user has another password."""


@dataclass(frozen=True)
class Login:
    """A user and a password. The password is not in the repr, and so not in logs and tracebacks."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Order:
    """An order of a quantity of one item."""

    number: int
    item: str
    quantity: int


class Database:
    """An open database file, as a context manager. Raises LoginRefusedError when the login is wrong."""

    def __init__(self, path: Path, login: Login) -> None:
        self._user = login.user
        self._connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True)
        try:
            self._require(login)
        except BaseException:
            self.close()
            raise

    @staticmethod
    def create(path: Path, login: Login) -> None:
        """Create an empty database file with one login."""
        connection = sqlite3.connect(path)
        try:
            connection.executescript(_SCHEMA)
            with connection:
                connection.execute("INSERT INTO logins VALUES (?, ?, ?)", (login.user, *_salted(login.password)))
        finally:
            connection.close()

    def add(self, item: str, quantity: int) -> Order:
        """Store an order and give it a number."""
        with self._connection:
            cursor = self._connection.execute("INSERT INTO orders (item, quantity) VALUES (?, ?)", (item, quantity))
        return Order(cursor.lastrowid or 0, item, quantity)

    def orders(self) -> list[Order]:
        """All orders, oldest first."""
        rows = self._connection.execute("SELECT number, item, quantity FROM orders ORDER BY number")
        return [Order(*row) for row in rows]

    def change_password(self, password: str) -> None:
        """Change the password of the logged-in user at once."""
        with self._connection:
            self._connection.execute(
                "UPDATE logins SET salt = ?, hash = ? WHERE user = ?", (*_salted(password), self._user)
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _require(self, login: Login) -> None:
        row = self._connection.execute("SELECT salt, hash FROM logins WHERE user = ?", (login.user,)).fetchone()
        if row is None or not hmac.compare_digest(_hash(login.password, row[0]), row[1]):
            raise LoginRefusedError(f"the database refuses user {login.user!r}")


def _salted(password: str) -> tuple[bytes, bytes]:
    salt = os.urandom(_SALT_BYTES)
    return salt, _hash(password, salt)


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**12, r=8, p=1)
