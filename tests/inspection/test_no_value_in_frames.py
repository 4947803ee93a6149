"""No frame of this package shows a secret value in its local variables after a failure or a refusal.

`unittest --locals`, `pytest --full-trace -l`, rich and Sentry print the local variables of all frames.
"""

import asyncio
import traceback
from contextlib import suppress

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError

import pytest_secretsmanager
from pytest_secretsmanager import UsageError, Version
from pytest_secretsmanager.inspection.leaks.forms import readings_of
from pytest_secretsmanager.inspection.leaks.search import Search
from pytest_secretsmanager.inspection.leaks.values import Values
from pytest_secretsmanager.inspection.log import entries_of
from pytest_secretsmanager.inspection.views import state_of
from pytest_secretsmanager.seed_arguments import seed_of
from pytest_secretsmanager.seed_files import read_seeds

VALUE = "correct-horse-battery"
OTHER = "staple-of-another"
TOKEN = "a-token-of-thirty-two-characters"
PACKAGE = pytest_secretsmanager.__name__


def errors_of(error):
    """Return an error with all its causes and contexts, shown or not."""
    left, seen = [error], []
    while left:
        found = left.pop()
        if found is not None and found not in seen:
            seen.append(found)
            left += [found.__cause__, found.__context__]
    return seen


def own_locals(error):
    """Return the printed local variables of each frame of the package, with their place."""
    for one in errors_of(error):
        for frame, line in traceback.walk_tb(one.__traceback__):
            if frame.f_globals.get("__name__", "").partition(".")[0] == PACKAGE:
                for name, value in frame.f_locals.items():
                    yield f"{frame.f_code.co_qualname}:{line} {name}", repr(value)


def showing(error, *values):
    return [place for place, shown in own_locals(error) if any(value in shown for value in values)]


class Uncomparable:
    def __eq__(self, other):
        raise ValueError("ambiguous")

    __hash__ = None


class Holder:
    def __init__(self, held):
        self.held = held


def a_leaking_call(sm, client):
    client.update_secret(SecretId="db", Description=f"it is {VALUE}")
    sm.assert_nothing_leaked()


def a_change(sm, client):
    with sm.assert_unchanged():
        client.put_secret_value(SecretId="db", SecretString=OTHER)


def a_failed_rotation(sm, client):
    def rotate(event, context):
        raise ValueError("no database")

    client.rotate_secret(SecretId="db", RotationLambdaARN=sm.rotation.register(rotate))
    sm.assert_rotated("db")


def logged_put(client):
    client.put_secret_value(SecretId="db", SecretString=OTHER)


HELPERS = [
    pytest.param(a_leaking_call, id="assert_nothing_leaked of a call"),
    pytest.param(lambda sm, _: sm.assert_nothing_leaked(f"it is {VALUE}"), id="assert_nothing_leaked of a text"),
    pytest.param(lambda sm, _: sm.assert_nothing_leaked([VALUE], {"x": VALUE}), id="assert_nothing_leaked of a list"),
    pytest.param(lambda sm, _: sm.assert_value("db", {"a": 1}), id="assert_value of another kind"),
    pytest.param(lambda sm, _: sm.assert_value("json", {"a": 1}), id="assert_value of other members"),
    pytest.param(lambda sm, _: sm.assert_history("db", []), id="assert_history"),
    pytest.param(lambda sm, _: sm.assert_labels("db", {"AWSCURRENT": 1}), id="assert_labels"),
    pytest.param(lambda sm, _: sm.assert_label("db", "AWSCURRENT", 1), id="assert_label"),
    pytest.param(lambda sm, _: sm.assert_no_label("db", "AWSCURRENT"), id="assert_no_label"),
    pytest.param(lambda sm, _: sm.assert_moved("db", "AWSCURRENT"), id="assert_moved"),
    pytest.param(lambda sm, _: sm.assert_logged("DeleteSecret"), id="assert_logged"),
    pytest.param(lambda sm, c: (logged_put(c), sm.assert_not_logged()), id="assert_not_logged"),
    pytest.param(lambda sm, c: (logged_put(c), sm.assert_log_order("DeleteSecret")), id="assert_log_order"),
    pytest.param(a_failed_rotation, id="assert_rotated"),
    pytest.param(a_change, id="assert_unchanged"),
]


@pytest.fixture
def sm(secretsmanager):
    secretsmanager.seed("db", VALUE, versions=[OTHER])
    secretsmanager.seed("json", {"password": VALUE})
    return secretsmanager


@pytest.mark.parametrize("fail", HELPERS)
def test_failed_assertion_shows_no_value_in_local_variables(sm, client, fail):
    with pytest.raises(AssertionError) as failure:
        fail(sm, client)
    assert showing(failure.value, VALUE, OTHER) == []


@pytest.mark.parametrize(
    "misuse",
    [
        pytest.param(lambda sm: sm.assert_nothing_leaked(VALUE, Holder(VALUE)), id="an unreadable object"),
        pytest.param(lambda sm: sm.assert_nothing_leaked({"a": VALUE, "b": print}), id="a function"),
        pytest.param(lambda sm: sm.secret("db").json, id="a value that is no JSON"),
        pytest.param(lambda sm: sm.secret("db").version(9), id="an unknown version"),
        pytest.param(lambda sm: sm.secret("dc"), id="an unknown secret"),
        pytest.param(
            lambda sm: sm.assert_logged("PutSecretValue", SecretString=VALUE), id="a field that is not logged"
        ),
        pytest.param(lambda sm: sm.seed("new", {VALUE}), id="a seed that is no JSON"),
        pytest.param(lambda sm: sm.seed("new", VALUE, versions=VALUE), id="a seed with versions of a wrong type"),
        pytest.param(lambda sm: sm.seed("new", VALUE, versions=[None]), id="a seed with a version of None"),
        pytest.param(lambda sm: sm.seed("new", Version(VALUE, age=1)), id="a seed of a wrong age"),
        pytest.param(lambda sm: sm.seed("new", VALUE, kms=1), id="a seed with an unknown option"),
        pytest.param(lambda sm: sm.seed("not a name", VALUE), id="a seed that AWS refuses"),
        pytest.param(lambda sm: sm.seed("new", VALUE * 4_000), id="a seed that is too long for AWS"),
        pytest.param(lambda sm: sm.seed("new", VALUE, replicas=["us-east-1"]), id="a seed whose replica AWS refuses"),
    ],
)
def test_usage_error_shows_no_value_in_local_variables(sm, misuse):
    with pytest.raises(UsageError) as caught:
        misuse(sm)
    assert showing(caught.value, VALUE, OTHER) == []


def test_assert_value_shows_no_value_when_the_comparison_raises(sm):
    with pytest.raises(ValueError, match="ambiguous") as caught:
        sm.assert_value("db", Uncomparable())
    assert showing(caught.value, VALUE) == []
    assert [frame.f_code.co_name for frame, _ in traceback.walk_tb(caught.value.__traceback__)][-1] == "__eq__"


@pytest.mark.parametrize(
    "content",
    [
        f"secret = {VALUE}",
        f'[[secret]]\nname = "a"\nvalue = "{VALUE}"\ntag = 1',
        f'[[secret]]\nname = "a"\nvalue = "{VALUE}"\nbinary = "!"',
        f'[[secret]]\nname = "a"\nversions = [{{ value = "{VALUE}", age = 1 }}]',
    ],
)
def test_wrong_seed_file_shows_no_value_in_local_variables(tmp_path, content):
    path = tmp_path / "seeds.toml"
    path.write_text(content)
    with pytest.raises(UsageError) as caught:
        read_seeds(path)
    assert showing(caught.value, VALUE) == []


def a_repeat(client):
    client.put_secret_value(SecretId="db", SecretString=OTHER, ClientRequestToken=TOKEN)
    client.put_secret_value(SecretId="db", SecretString=VALUE, ClientRequestToken=TOKEN)


REFUSED = [
    pytest.param(lambda c: c.put_secret_value(SecretId="no", SecretString=VALUE), id="a put to an unknown secret"),
    pytest.param(lambda c: c.create_secret(Name="db", SecretString=VALUE), id="a name that is taken"),
    pytest.param(lambda c: c.create_secret(Name="not a name", SecretString=VALUE), id="an invalid name"),
    pytest.param(
        lambda c: c.update_secret(SecretId="no", SecretBinary=VALUE.encode()), id="an update of an unknown secret"
    ),
    pytest.param(
        lambda c: c.put_secret_value(SecretId="db", SecretString=VALUE, SecretBinary=b"x"), id="both kinds of values"
    ),
    pytest.param(lambda c: c.put_secret_value(SecretId="db", SecretString=VALUE * 4_000), id="a value too long"),
    pytest.param(a_repeat, id="a token that is taken"),
    pytest.param(lambda c: c.put_secret_value(SecretId="db", SecretString=[VALUE]), id="a value of a wrong type"),
    pytest.param(lambda c: c.create_secret(Name="n", SecretString=VALUE, Unknown=1), id="an unknown member"),
]


@pytest.mark.parametrize("call", REFUSED)
@pytest.mark.parametrize("heard", [False, True], ids=["short way", "long way"])
def test_refused_call_shows_no_value_in_local_variables(sm, call, heard):
    client = boto3.client("secretsmanager")
    if heard:
        client.meta.events.register("before-call", lambda **_: None)
    with pytest.raises((ClientError, ParamValidationError)) as caught:
        call(client)
    assert showing(caught.value, VALUE, OTHER) == []


def test_call_refused_by_a_kms_key_shows_no_value_in_local_variables(sm, client):
    key = sm.kms.create_key()
    sm.seed("own", VALUE, kms_key=key.id)
    sm.kms.disable(key.id)
    for call in (
        lambda: client.put_secret_value(SecretId="own", SecretString=OTHER),
        lambda: client.get_secret_value(SecretId="own"),
    ):
        with pytest.raises(ClientError) as caught:
            call()
        assert showing(caught.value, VALUE, OTHER) == []


def test_rotation_function_that_fails_the_test_keeps_only_its_own_frame(sm, client):
    def rotate(event, context):
        boto3.client("secretsmanager").put_secret_value(SecretId="db", SecretString=OTHER)
        pytest.fail("not like this")

    with pytest.raises(pytest.fail.Exception) as caught:
        client.rotate_secret(SecretId="db", RotationLambdaARN=sm.rotation.register(rotate))
    assert list(own_locals(caught.value)) == []
    assert "rotate" in [frame.f_code.co_name for frame, _ in traceback.walk_tb(caught.value.__traceback__)]


@pytest.mark.parametrize("heard", [False, True], ids=["short way", "long way"])
def test_refused_async_call_shows_no_value_in_local_variables(sm, heard):
    session = pytest.importorskip("aiobotocore.session").get_session()

    async def call():
        async with session.create_client("secretsmanager", region_name="us-east-1") as client:
            if heard:
                client.meta.events.register("before-call", lambda **_: None)
            await client.put_secret_value(SecretId="no", SecretString=VALUE)

    with pytest.raises(ClientError) as caught:
        asyncio.run(call())
    assert showing(caught.value, VALUE) == []


def test_crash_of_the_package_keeps_its_frames(sm, client, monkeypatch):
    monkeypatch.setattr(sm._parts.service.ports, "keys", None)
    with pytest.raises(AttributeError) as caught:
        client.get_secret_value(SecretId="db")
    assert "get_secret_value" in [frame.f_code.co_name for frame, _ in traceback.walk_tb(caught.value.__traceback__)]


def objects_of(sm, client):
    """Return objects of users and of the engine after values were written, logged, refused and deleted."""
    sm.seed("gone", VALUE)
    client.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    client.put_secret_value(SecretId="db", SecretString=VALUE)
    with suppress(ClientError):
        client.put_secret_value(SecretId="gone", SecretBinary=VALUE.encode())
    view, service = sm.secret("db"), sm._parts.service
    return {
        "the manager": sm,
        "its secrets": (sm.secrets, view, view.versions, view.history, state_of(view)),
        "its log": (sm.log, list(sm.log), [event.record for event in sm.log], entries_of(sm.log).since(0)),
        "its service": (vars(service), vars(service.store), vars(service.refusals)),
        "its seeds": (Version(VALUE), seed_of("db", {"password": VALUE}, versions=[OTHER])),
    }


def test_repr_of_public_and_engine_objects_shows_no_value(sm, client):
    shown = {name: repr(value) for name, value in objects_of(sm, client).items()}
    assert [name for name, text in shown.items() if VALUE in text or OTHER in text] == []


def test_repr_of_the_leak_search_shows_no_value(sm):
    values = Values()
    values.add(sm._world)
    search = Search(values)
    leaks = search.leaks_in([("text 1", f"it is {VALUE}")])
    assert leaks
    readings = [*readings_of(VALUE.encode())]
    assert VALUE not in repr((values, values.index, search, leaks, readings))
