"""The command line: `python -m orders --database orders.db --secret orders/db place tea 3`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import boto3

from orders.credentials import Credentials, CredentialsError
from orders.database import Database, LoginRefusedError
from orders.rotation import rotate
from orders.service import OrderService


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    options = _parser().parse_args(arguments)
    credentials = Credentials(boto3.client("secretsmanager"), options.secret)
    try:
        _run(options, credentials)
    except (CredentialsError, LoginRefusedError) as error:
        sys.stderr.write(f"orders: {error}\n")
        return 1
    return 0


def _run(options: argparse.Namespace, credentials: Credentials) -> None:
    service = OrderService(options.database, credentials)
    match options.command:
        case "create":
            Database.create(options.database, credentials.login())
        case "place":
            service.place(options.item, options.quantity)
        case "list":
            sys.stdout.writelines(f"{order.number}: {order.quantity} x {order.item}\n" for order in service.orders())
        case "rotate":
            rotate(options.database, credentials)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="orders")
    parser.add_argument("--database", type=Path, required=True)
    parser.add_argument("--secret", required=True)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("create", help="create the database file")
    place = commands.add_parser("place", help="store an order")
    place.add_argument("item")
    place.add_argument("quantity", type=int)
    commands.add_parser("list", help="show all orders")
    commands.add_parser("rotate", help="give the database user a new password")
    return parser


if __name__ == "__main__":
    sys.exit(main())
