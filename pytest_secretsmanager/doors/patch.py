"""The sync door: wrapt around two methods of `BaseClient`, for every client of this process, while a manager answers.

`_make_api_call` is where a call begins; `_make_request` is where botocore would send it, once every listener has had
its say.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient

from pytest_secretsmanager.doors import active, imports, patch_async
from pytest_secretsmanager.doors import client as door
from pytest_secretsmanager.doors.active import RunningFunction
from pytest_secretsmanager.doors.client import Responder
from pytest_secretsmanager.doors.client_classes import ClientClasses
from pytest_secretsmanager.engine.call import Parameters, Reply
from pytest_secretsmanager.engine.tracebacks import take_out_own_frames

__tracebackhide__ = True


def activate(responder: Responder) -> None:
    """From now on this responder answers every Secrets Manager call, in place of one activated before."""
    with active.lock:
        active.add(responder)
        _wrap()


def deactivate(responder: Responder) -> None:
    """This responder answers no more; the one activated before it does, or else AWS. Once more does nothing.

    The wrappers go with the last one, or with the last call that one of them still answers.
    """
    active.remove(responder)


def run_function(responder: Responder, name: str, body: Callable[[RunningFunction], object]) -> object:
    """Runs a rotation function of this responder, which must reach no other manager, above all not AWS.

    That may be after the responder was deactivated: a test moves its clock on, or resumes what was held.
    """

    def wrapped(function: RunningFunction) -> object:
        _wrap()
        return body(function)

    return active.run_function(responder, name, wrapped)


def _wrap() -> None:
    _CLASSES.wrap()
    patch_async.CLASSES.wrap()


def _make_api_call(wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reply:
    responder = active.responder_for(client)
    if responder is None:
        result: Reply = wrapped(*args, **kwargs)
        return result
    try:
        return _answer(responder, client, wrapped, *args, **kwargs)
    except BaseException as error:
        take_out_own_frames(error)
        raise


def _answer(
    responder: Responder, client: BaseClient, make_api_call: Any, operation_name: str, api_params: Parameters
) -> Reply:
    if not _CLASSES.others_inside and door.nobody_listens(client, operation_name):
        return door.answer_at_once(responder, client, operation_name, api_params)
    if responder.repeatable:
        door.fill_tokens(client)
    with active.call_under_way(responder):
        reply: Reply = make_api_call(operation_name, api_params)
    return reply


def _make_request(wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    responder = active.responder_of_request(client)
    if responder is None:
        return wrapped(*args, **kwargs)
    return door.answer_request(responder, client, AWSResponse, *args, **kwargs)


_CLASSES = ClientClasses("botocore.client", "BaseClient", _make_api_call, _make_request)
for _edition in (*imports.editions("botocore.client", "BaseClient"), BaseClient):
    _CLASSES.add(_edition)  # botocore may have been imported anew before: each edition has clients
