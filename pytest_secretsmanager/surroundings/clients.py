"""Clients that this package makes. They read nothing of the developer's AWS configuration."""

import functools
import os
from typing import Any

from pytest_secretsmanager.engine import model


def new_client(**arguments: Any) -> Any:
    """A Secrets Manager client; the arguments are those of botocore's `create_client`."""
    import botocore.session  # here: this may be another edition than that of an earlier test

    return _session(botocore.session).create_client(model.SERVICE, **arguments)


@functools.cache
def _session(sessions: Any) -> Any:
    """The session of one edition of botocore. The stubs of a session know no service names."""
    nothing = (None, None, os.devnull, None)
    session = sessions.Session(
        session_vars={"profile": (None, None, None, None), "config_file": nothing, "credentials_file": nothing}
    )
    session.register_component("data_loader", model.loader())
    return session
