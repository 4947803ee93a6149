"""Reads the stock while the database password rotates."""

from collections.abc import Iterator
from pathlib import Path

import boto3

from stock.database import Database, Login, LoginRefusedError


class StockService:
    """The stock, read with a database login that is kept until the database refuses it."""

    def __init__(self, database: Path, secret_id: str) -> None:
        self._database = database
        self._secret_id = secret_id
        self._client = boto3.client("secretsmanager")
        self._login: Login | None = None

    def available(self, item: str) -> int:
        """The quantity of an item."""
        with self._open() as database:
            return database.quantity(item)

    def _open(self) -> Database:
        for login in self._logins():
            try:
                database = Database(self._database, login)
            except LoginRefusedError:
                continue
            self._login = login
            return database
        raise LoginRefusedError(f"the database takes none of the passwords in {self._secret_id}")

    def _logins(self) -> Iterator[Login]:
        """The logins to try, one after another, until the database accepts one.

        A refusal means that the password was changed. Until the rotation has finished, and for minutes if its last step
        fails, the new password is under AWSPENDING. Then it is under AWSCURRENT. Read in this order, it can't move
        between the two reads unseen.
        """
        yield self._login or self._read("AWSCURRENT")
        try:
            pending = self._read("AWSPENDING")
        except self._client.exceptions.ResourceNotFoundException:
            pass  # no rotation is running
        else:
            yield pending
        yield self._read("AWSCURRENT")

    def _read(self, label: str) -> Login:
        reply = self._client.get_secret_value(SecretId=self._secret_id, VersionStage=label)
        return Login.parse(reply["SecretString"])
