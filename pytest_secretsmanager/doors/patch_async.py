"""The async door: the same two methods of aiobotocore's `AioBaseClient`, once somebody else has imported it.

Only the awaits differ from the sync door. Calls are answered between two of them, so one that is cancelled has changed
everything or nothing; and nothing here knows an event loop, so any will do.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from botocore.client import BaseClient

from pytest_secretsmanager.doors import active
from pytest_secretsmanager.doors import client as door
from pytest_secretsmanager.doors.client import Responder
from pytest_secretsmanager.doors.client_classes import ClientClasses
from pytest_secretsmanager.engine.call import Parameters, Reply
from pytest_secretsmanager.engine.tracebacks import take_out_own_frames

__tracebackhide__ = True


def _make_api_call(wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    responder = active.responder_for(client)
    if responder is None:
        return wrapped(*args, **kwargs)
    return _answer(responder, client, wrapped, *args, **kwargs)


async def _answer(
    responder: Responder, client: BaseClient, make_api_call: Any, operation_name: str, api_params: Parameters
) -> Reply:
    try:
        if not CLASSES.others_inside and door.nobody_listens(client, operation_name):
            return door.answer_at_once(responder, client, operation_name, api_params)
        if responder.repeatable:
            door.fill_tokens(client)
        with active.call_under_way(responder):
            reply: Reply = await make_api_call(operation_name, api_params)
    except BaseException as error:
        take_out_own_frames(error)
        raise
    return reply


def _make_request(wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    responder = active.responder_of_request(client)
    if responder is None:
        return wrapped(*args, **kwargs)
    return _answer_request(responder, client, *args, **kwargs)


async def _answer_request(responder: Responder, client: BaseClient, *args: Any) -> tuple[Any, Reply]:
    # It may have been taken out of `sys.modules` since the client was made.
    response_class = import_module("aiobotocore.awsrequest").AioAWSResponse
    return door.answer_request(responder, client, response_class, *args)


CLASSES = ClientClasses("aiobotocore.client", "AioBaseClient", _make_api_call, _make_request)
