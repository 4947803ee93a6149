"""The switchboard of this process, wired to its doors."""

from pytest_secretsmanager.doors.patch import SyncDoor
from pytest_secretsmanager.doors.patch_async import AsyncDoor
from pytest_secretsmanager.doors.switchboard import Switchboard

PROCESS = Switchboard((SyncDoor, AsyncDoor))
