"""`python -m pytest_secretsmanager`, the same as the command `pytest-secretsmanager`."""

import sys

from pytest_secretsmanager.command import main

if __name__ == "__main__":
    sys.exit(main())
