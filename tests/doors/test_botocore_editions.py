"""A reloaded or reimported botocore: managers answer, and guards guard, the clients of every edition."""

import importlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType

import botocore.client
import botocore.endpoint
import botocore.session
import pytest
import wrapt

from pytest_secretsmanager import SecretsManager
from pytest_secretsmanager.doors import imports
from pytest_secretsmanager.doors.guard import Guard
from pytest_secretsmanager.doors.wiring import PROCESS
from pytest_secretsmanager.engine.faults import Fault, FaultPlan

KEYS = {"region_name": "us-east-1", "aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}


@pytest.fixture(autouse=True)
def _editions() -> Iterator[None]:
    """Restore the first edition of botocore and its classes."""
    modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "botocore"}
    contents = {name: dict(vars(sys.modules[name])) for name in ("botocore.client", "botocore.endpoint")}
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "botocore"]:
        del sys.modules[name]
    sys.modules.update(modules)
    for name, content in contents.items():
        vars(sys.modules[name]).update(content)


def reloaded() -> None:
    importlib.reload(sys.modules["botocore.client"])
    importlib.reload(sys.modules["botocore.endpoint"])


def reimported() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "botocore"]:
        del sys.modules[name]
    importlib.import_module("botocore.session")


EDITIONS = pytest.mark.parametrize("make_edition", [reloaded, reimported])


def names_by_a_new_client() -> list[str]:
    """Return the secret names that a client of the current edition lists."""
    session = sys.modules["botocore.session"].Session()
    client = session.create_client("secretsmanager", **KEYS)
    assert type(client).__mro__[-2] is sys.modules["botocore.client"].BaseClient
    return [secret["Name"] for secret in client.list_secrets()["SecretList"]]


@EDITIONS
def test_a_manager_answers_a_client_of_a_botocore_edition_from_before_it(make_edition: Callable[[], None]) -> None:
    make_edition()
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert names_by_a_new_client() == ["db"]


@EDITIONS
def test_a_manager_answers_a_client_of_a_botocore_edition_imported_inside_it(
    make_edition: Callable[[], None],
) -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one")
        make_edition()
        assert names_by_a_new_client() == ["db"]


@EDITIONS
def test_a_client_in_an_unknown_region_gets_the_error_class_of_its_own_botocore_edition(
    make_edition: Callable[[], None],
) -> None:
    make_edition()
    session = sys.modules["botocore.session"].Session()
    client = session.create_client("secretsmanager", **(KEYS | {"region_name": "eu-wst-1"}))
    with SecretsManager(), pytest.raises(sys.modules["botocore.exceptions"].EndpointConnectionError):
        client.list_secrets()


@EDITIONS
def test_a_client_of_a_manager_is_of_the_edition_that_is_imported_now(make_edition: Callable[[], None]) -> None:
    with SecretsManager() as sm:
        sm.client()
    make_edition()
    with SecretsManager() as sm, pytest.raises(sys.modules["botocore.exceptions"].ClientError):
        sm.client().describe_secret(SecretId="absent")


@EDITIONS
def test_a_client_of_another_botocore_edition_retries_and_raises_that_editions_errors(
    make_edition: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_edition()
    monkeypatch.setattr("time.sleep", lambda seconds: None if seconds == 0 else pytest.fail("really slept"))
    config = sys.modules["botocore.config"].Config(retries={"mode": "legacy"})
    client = sys.modules["botocore.session"].Session().create_client("secretsmanager", config=config, **KEYS)
    planned = FaultPlan(lambda _: True, lambda _: Fault("closed"))
    with SecretsManager() as sm:
        sm._parts.responder.plans.append(planned)
        with pytest.raises(sys.modules["botocore.exceptions"].ConnectionClosedError):
            client.list_secrets()
    assert planned.attempts == 5


@EDITIONS
def test_a_manager_answers_clients_of_two_botocore_editions(make_edition: Callable[[], None]) -> None:
    client = botocore.session.Session().create_client("secretsmanager", **KEYS)
    make_edition()
    with SecretsManager() as sm:
        sm.seed("db", "one")
        assert [secret["Name"] for secret in client.list_secrets()["SecretList"]] == ["db"]
        assert names_by_a_new_client() == ["db"]


@EDITIONS
def test_leaving_the_manager_leaves_no_wrapper_in_any_botocore_edition(make_edition: Callable[[], None]) -> None:
    first = botocore.client.BaseClient
    with SecretsManager():
        make_edition()
    for client_class in (first, sys.modules["botocore.client"].BaseClient):
        assert not isinstance(client_class.__dict__["_make_api_call"], wrapt.FunctionWrapper)
        assert not isinstance(client_class.__dict__["_make_request"], wrapt.FunctionWrapper)


@EDITIONS
def test_a_guard_refuses_a_call_of_a_botocore_edition_imported_after_it(make_edition: Callable[[], None]) -> None:
    class RefusedError(Exception):
        pass

    guard = Guard(lambda call: RefusedError(call.operation), lambda: None)
    try:
        make_edition()
        with pytest.raises(RefusedError, match="ListSecrets"):
            names_by_a_new_client()
    finally:
        guard.take_down()


@EDITIONS
def test_a_guard_refuses_a_call_of_a_botocore_edition_from_before_it(make_edition: Callable[[], None]) -> None:
    class RefusedError(Exception):
        pass

    client = botocore.session.Session().create_client("secretsmanager", **KEYS)
    make_edition()
    guard = Guard(lambda call: RefusedError(call.operation), lambda: None)
    try:
        with pytest.raises(RefusedError, match="ListSecrets"):
            client.list_secrets()
    finally:
        guard.take_down()


def test_a_guard_that_was_taken_down_wraps_no_botocore_edition_imported_after_it() -> None:
    """The import of another thread may have begun before the guard was taken down."""
    guard = Guard(lambda call: RuntimeError(call.operation), lambda: None)
    meet = guard._hooks["botocore.endpoint"]
    guard.take_down()
    reimported()
    meet(importlib.import_module("botocore.endpoint"))
    for method in ("_send", "create_request"):
        assert not isinstance(vars(sys.modules["botocore.endpoint"].Endpoint)[method], wrapt.FunctionWrapper)


def test_a_listener_of_a_client_of_another_botocore_edition_is_called() -> None:
    reimported()
    session = sys.modules["botocore.session"].Session()
    client = session.create_client("secretsmanager", **KEYS)
    heard: list[str] = []
    client.meta.events.register("before-call.secrets-manager", lambda model, **_: heard.append(model.name))
    with SecretsManager():
        client.list_secrets()
    assert heard == ["ListSecrets"]


def test_a_client_of_another_botocore_edition_creates_in_its_explicit_account() -> None:
    reimported()
    session = sys.modules["botocore.session"].Session()
    with SecretsManager() as sm:
        session.create_client("secretsmanager", aws_account_id="111122223333", **KEYS).create_secret(Name="db")
        assert sm.secret("db", account="111122223333").name == "db"


def test_the_history_recorder_of_another_botocore_edition_records_a_call() -> None:
    reimported()
    recorder = importlib.import_module("botocore.history").get_global_history_recorder()
    heard: list[str] = []
    recorder.add_handler(type("Handler", (), {"emit": lambda _, event_type, *__: heard.append(event_type)})())
    recorder.enable()
    client = sys.modules["botocore.session"].Session().create_client("secretsmanager", **KEYS)
    with SecretsManager():
        client.list_secrets()
    assert "API_CALL" in heard


# --- followed modules ------------------------------------------------------------------------------------------------


@pytest.fixture
def module_file(tmp_path, monkeypatch):
    """A new module that counts how often its code ran."""
    (tmp_path / "followed_module.py").write_text("runs = globals().get('runs', 0) + 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "followed_module"
    sys.modules.pop("followed_module", None)


def test_follow_calls_its_function_at_each_import_and_reload_of_a_module(module_file: str) -> None:
    met: list[int] = []

    def meet(module: ModuleType) -> None:
        met.append(module.runs)

    PROCESS.imports.follow(module_file, meet)
    try:
        module = importlib.import_module(module_file)
        importlib.reload(module)
        del sys.modules[module_file]
        importlib.import_module(module_file)
    finally:
        PROCESS.imports.unfollow(module_file, meet)
    assert met == [1, 2, 1]


def test_a_followed_module_keeps_its_usual_loader(module_file: str) -> None:
    plain = type(importlib.import_module(module_file).__loader__)
    del sys.modules[module_file]
    PROCESS.imports.follow(module_file, print)
    try:
        module = importlib.import_module(module_file)
    finally:
        PROCESS.imports.unfollow(module_file, print)
    assert type(module.__loader__) is plain
    assert module.__spec__ is not None
    assert type(module.__spec__.loader) is plain


def test_unfollow_stops_the_calls_for_a_module(module_file: str) -> None:
    met: list[ModuleType] = []
    PROCESS.imports.follow(module_file, met.append)
    PROCESS.imports.unfollow(module_file, met.append)
    PROCESS.imports.unfollow(module_file, met.append)
    importlib.import_module(module_file)
    assert met == []


def test_importing_a_followed_module_that_does_not_exist_raises_module_not_found_error(tmp_path) -> None:
    PROCESS.imports.follow("no_such_module_anywhere", print)
    try:
        with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
            importlib.import_module("no_such_module_anywhere")
    finally:
        PROCESS.imports.unfollow("no_such_module_anywhere", print)


def test_a_manager_answers_a_botocore_edition_imported_while_sys_meta_path_was_reset() -> None:
    """A run of pytest inside pytest restores `sys.meta_path`."""
    with SecretsManager():
        pass
    finders = sys.meta_path[:]
    sys.meta_path[:] = [finder for finder in finders if type(finder).__module__ != imports.__name__]
    try:
        reimported()
        with SecretsManager() as sm:
            sm.seed("db", "one")
            assert names_by_a_new_client() == ["db"]
    finally:
        sys.meta_path[:] = finders
