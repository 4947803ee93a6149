"""Answers to the calls of a client, as botocore's parser would have made them from AWS's HTTP responses.

The short way and the long way through a client end here. Knows botocore's clients, and aiobotocore's, which differ in
their awaits alone; knows the engine's service, and nothing of patching.
"""

from email.utils import formatdate
from functools import lru_cache
from typing import Any

from botocore.client import BaseClient

from pytest_secretsmanager.doors import wire
from pytest_secretsmanager.doors.client_facts import ClientFacts
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.shown_values import shown
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import ONLY_ATTEMPT, Call, Parameters, Site
from pytest_secretsmanager.engine.errors import ServiceError
from pytest_secretsmanager.engine.state import of_fields

__tracebackhide__ = True


def answer_body(
    responder: Responder,
    client: BaseClient,
    facts: ClientFacts,
    described: model.OperationDescription,
    body: bytes | str,
    site: Site | None,
) -> tuple[int, dict[str, Any]]:
    """The same as `answer`, for parameters in a request's body."""
    try:
        parameters = wire.read_parameters(body, described.input_shape)
    except ServiceError as error:
        return error.status, _parsed_error(error, responder.new_request_id(), responder.now())
    return answer(responder, client, facts, described, parameters, site)


def answer(
    responder: Responder,
    client: BaseClient,
    facts: ClientFacts,
    described: model.OperationDescription,
    parameters: Parameters,
    site: Site | None,
    accepted: bool = False,
) -> tuple[int, dict[str, Any]]:
    """The HTTP status and the parsed response, as botocore's parser would have made it from AWS's answer.

    Raise AboveRateError for a call that a request rate does not admit: it takes the full way, where botocore retries.
    """
    now = responder.now()
    request_id = responder.new_request_id()
    principal = facts.principal_for(responder, client)
    fields = (described.name, parameters, facts.region, principal, now, request_id, accepted, None, site, ONLY_ATTEMPT)
    try:
        outcome = responder.service.call_within_rates(of_fields(Call, fields))
    except ServiceError as error:
        return error.status, _parsed_error(error, request_id, now)
    reply = shown(described.name, outcome.reply, facts.scalars)
    reply["ResponseMetadata"] = _metadata(200, request_id, now)
    return 200, reply


def _parsed_error(error: ServiceError, request_id: str, now: float) -> dict[str, Any]:
    """RECORDED: botocore shows the message of a modelled error at the top level too."""
    parsed: dict[str, Any] = {
        "Error": {"Message": error.message, "Code": error.code},
        "ResponseMetadata": _metadata(error.status, request_id, now),
    }
    if error.code in model.modelled_errors():
        parsed["Message"] = error.message
    return parsed


def _metadata(status: int, request_id: str, now: float) -> dict[str, object]:
    headers = {"x-amzn-requestid": request_id, "content-type": wire.CONTENT_TYPE, "date": _http_date(int(now))}
    return {"RequestId": request_id, "HTTPStatusCode": status, "HTTPHeaders": headers, "RetryAttempts": 0}


@lru_cache(maxsize=64)
def _http_date(second: int) -> str:
    return formatdate(second, usegmt=True)
