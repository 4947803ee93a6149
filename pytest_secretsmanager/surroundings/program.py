"""The environment that leads a program in another process to an endpoint, past the developer's own settings."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pytest_secretsmanager.engine.callers import KeyPair

_SWITCHED_OFF = {
    "AWS_SESSION_TOKEN": "",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    "AWS_USE_FIPS_ENDPOINT": "false",
    "AWS_USE_DUALSTACK_ENDPOINT": "false",
}
"""Variables that a developer may have set. They would lead elsewhere, or break the credentials."""

_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_PROXIES = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")


@contextmanager
def program_environment(url: str, host: str, region: str, pair: KeyPair) -> Iterator[dict[str, str]]:
    """Yield the variables that SDKs read; merge them over `os.environ`. A profile file is removed at the end."""
    variables = {
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": url,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_ACCESS_KEY_ID": pair.access_key_id,
        "AWS_SECRET_ACCESS_KEY": pair.secret_access_key,
        **_SWITCHED_OFF,
        **_past_proxies(host),
    }
    with profile_environment(pair) as profile:
        yield variables | profile


@contextmanager
def profile_environment(pair: KeyPair) -> Iterator[dict[str, str]]:
    """Yield the variables of a profile with these credentials if the developer's environment names a profile.

    Its file is removed at the end. Without a profile there are no variables.
    """
    if not any(map(os.environ.get, _PROFILES)):
        yield {}
        return
    with _directory() as directory:
        yield _profile(directory / "profile", pair)


@contextmanager
def _directory() -> Iterator[Path]:
    """Yield a directory. It is removed at the end, or when the process ends, but not by a forked child."""
    directory, owner = tempfile.mkdtemp(prefix="pytest-secretsmanager-"), os.getpid()

    def remove() -> None:
        if os.getpid() == owner:
            shutil.rmtree(directory, ignore_errors=True)

    atexit.register(remove)
    try:
        yield Path(directory)
    finally:
        remove()
        atexit.unregister(remove)


def _profile(file: Path, pair: KeyPair) -> dict[str, str]:
    """A profile of the same credentials in place of the developer's: variables merged over others can't unset them.

    AWS's SDK for JavaScript takes a profile's credentials before those of the environment, and botocore stops at a
    profile that does not exist.
    """
    keys = f"aws_access_key_id = {pair.access_key_id}\naws_secret_access_key = {pair.secret_access_key}\n"
    if pair.session_token is not None:
        keys += f"aws_session_token = {pair.session_token}\n"
    file.write_text(f"[default]\n{keys}", encoding="utf-8")
    files = {name: str(file) for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")}
    return {**dict.fromkeys(_PROFILES, "default"), **files}


def _past_proxies(host: str) -> Mapping[str, str]:
    """Variables that bypass the developer's proxy, which can't reach this machine's loopback interface."""
    if not any(map(os.environ.get, _PROXIES)):
        return {}
    exempt = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    both = ",".join(filter(None, (exempt, host)))
    return {"NO_PROXY": both, "no_proxy": both}
