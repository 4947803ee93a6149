"""Placing and listing orders, across rotations of the database password."""

from pathlib import Path

from orders.credentials import Credentials
from orders.database import Database, LoginRefusedError, Order


class OrderService:
    """The orders in one database file, opened with the current login."""

    def __init__(self, database: Path, credentials: Credentials) -> None:
        self._database = database
        self._credentials = credentials

    def place(self, item: str, quantity: int) -> Order:
        """Store an order."""
        with self._open() as database:
            return database.add(item, quantity)

    def orders(self) -> list[Order]:
        """All orders, oldest first."""
        with self._open() as database:
            return database.orders()

    def _open(self) -> Database:
        try:
            return Database(self._database, self._credentials.login())
        except LoginRefusedError:
            # The cached password is out of date after a rotation. If the new one fails as well, raise the error.
            self._credentials.forget()
            return Database(self._database, self._credentials.login())
