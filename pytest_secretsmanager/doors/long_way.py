"""The long way through a client: botocore's own, with an answer in place of the network.

For a call that other code could notice, through botocore's events or a wrapper. Every listener runs before the answer,
so that a Stubber or a user's hook can answer first.
"""

from collections.abc import Callable, Iterator, Mapping
from socket import EAI_NONAME, gaierror
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient
from botocore.model import OperationModel

from pytest_secretsmanager.doors import internals
from pytest_secretsmanager.doors.answers import answer_body
from pytest_secretsmanager.doors.client_facts import facts_of
from pytest_secretsmanager.doors.responder import Responder, calling_from
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Reply

__tracebackhide__ = True


def answer_request(
    responder: Responder,
    client: BaseClient,
    response_class: Callable[..., AWSResponse],
    operation_model: OperationModel,
    request_dict: Mapping[str, Any],
    *_: object,
    **__: object,
) -> tuple[AWSResponse, Reply]:
    """Return the HTTP response and the parsed response, in place of botocore's sending.

    Raise EndpointConnectionError for a client of a region that AWS lacks: no such host exists.
    """
    region, regions = client.meta.region_name, responder.service.ports.regions
    if not regions.has(region):
        responder.unreached(operation_model.name, region, regions)
        raise _no_such_host(client, request_dict["url"])
    described = model.operation(operation_model.name)
    status, parsed = answer_body(
        responder, client, facts_of(client), described, request_dict["body"], calling_from.get()
    )
    headers = parsed["ResponseMetadata"]["HTTPHeaders"]
    return response_class(request_dict["url"], status, headers, _NoBody()), parsed


def _no_such_host(client: BaseClient, url: str) -> Exception:
    """The error that botocore raises for an unknown host."""
    kind = internals.exception_class(client, "EndpointConnectionError")
    return kind(endpoint_url=url, error=gaierror(EAI_NONAME, "Name or service not known"))


class _NoBody:
    """The empty raw body of an answer that has only a parsed form, for sync and async readers."""

    def stream(self, **_: object) -> Iterator[bytes]:
        return iter(())

    async def read(self) -> bytes:
        return b""
