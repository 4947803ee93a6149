"""Clients that this package makes. They read nothing of the developer's AWS configuration."""

import functools
import os
from typing import Any

import botocore.session

from pytest_secretsmanager.engine import model


def new_client(**arguments: Any) -> Any:
    """A Secrets Manager client; the arguments are those of botocore's `create_client`."""
    session: Any = _session()  # the stubs know no service names
    return session.create_client(model.SERVICE, **arguments)


@functools.cache
def _session() -> botocore.session.Session:
    nothing = (None, None, os.devnull, None)
    session = botocore.session.Session(
        session_vars={"profile": (None, None, None, None), "config_file": nothing, "credentials_file": nothing}
    )
    session.register_component("data_loader", model.loader())
    return session
