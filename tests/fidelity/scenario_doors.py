"""The doors of the package, through which every scenario runs.

A door opens for one `SecretsManager` and yields a function that takes caller, operation and parameters, and returns an
`Answer`. A new door is a new entry of `DOORS`.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from inspect import signature
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from pytest_secretsmanager import SecretsManager

REGION, ACCOUNT = "us-east-1", "123456789012"
CREDENTIALS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


class Caller(NamedTuple):
    """The caller's account and region, and whether the client checks parameters and fills in the ClientRequestToken."""

    account: str = ACCOUNT
    region: str = REGION
    checks: bool = True
    fills_token: bool = True


CALLERS = {
    "owner": Caller(),
    "stranger": Caller(account="210987654321"),
    "stranger in Ireland": Caller(account="210987654321", region="eu-west-1"),
    "owner in Ireland": Caller(region="eu-west-1"),
    "owner in China": Caller(region="cn-north-1"),
    "owner in GovCloud": Caller(region="us-gov-west-1"),
    "owner unchecked": Caller(checks=False),
    "owner without token": Caller(fills_token=False),
}


@dataclass(frozen=True)
class Answer:
    """A reply, or the code and message of a refusal as the client shows them."""

    status: int
    reply: Mapping[str, Any] = field(default_factory=dict)
    code: str | None = None
    message: str | None = None
    top_level: str | None = None


Call = Callable[[Caller, str, Mapping[str, Any]], Answer]
Door = Callable[[SecretsManager], AbstractContextManager[Call]]


# --- in this process, sync -----------------------------------------------------------------------------------------


@cache
def boto3_client(caller: Caller) -> Any:
    """One client for each caller, kept for the whole run: a new client costs milliseconds."""
    client = boto3.client("secretsmanager", **in_process_arguments(caller))
    return with_token_as(caller, client)


def by_boto3(caller: Caller, operation: str, parameters: Mapping[str, Any]) -> Answer:
    """Call the method of a boto3 client, as an application does."""
    return called(boto3_client(caller), operation, parameters)


# --- in this process, async ----------------------------------------------------------------------------------------


@contextmanager
def through_aiobotocore(_: SecretsManager) -> Iterator[Call]:
    """Clients of aiobotocore, all in one event loop. A rotation function that runs during a call uses its own loop."""
    with asyncio.Runner() as runner:
        clients = AsyncClients()
        try:

            def call(caller: Caller, operation: str, parameters: Mapping[str, Any]) -> Answer:
                if runner.get_loop().is_running():
                    return asyncio.run(once(caller, operation, parameters))
                return runner.run(clients.call(caller, operation, parameters))

            yield call
        finally:
            runner.run(clients.close())


async def once(caller: Caller, operation: str, parameters: Mapping[str, Any]) -> Answer:
    """Make one call with a new client."""
    clients = AsyncClients()
    try:
        return await clients.call(caller, operation, parameters)
    finally:
        await clients.close()


class AsyncClients:
    """One client for each caller, until they are closed."""

    def __init__(self) -> None:
        self._open = AsyncExitStack()
        self._clients: dict[Caller, Any] = {}

    async def call(self, caller: Caller, operation: str, parameters: Mapping[str, Any]) -> Answer:
        if caller not in self._clients:
            made = aiobotocore_session().create_client("secretsmanager", **in_process_arguments(caller))
            self._clients[caller] = with_token_as(caller, await self._open.enter_async_context(made))
        client = self._clients[caller]
        try:
            return answered(await method(client, operation)(**parameters))
        except ClientError as error:
            return refused(error)

    async def close(self) -> None:
        await self._open.aclose()


@cache
def aiobotocore_session() -> Any:
    from aiobotocore.session import get_session

    return get_session()


# --- over HTTP -----------------------------------------------------------------------------------------------------


@contextmanager
def through_http(sm: SecretsManager) -> Iterator[Call]:
    """boto3 clients of the local endpoint, each with credentials of its caller's account."""
    clients: dict[Caller, Any] = {}

    def call(caller: Caller, operation: str, parameters: Mapping[str, Any]) -> Answer:
        if caller not in clients:
            clients[caller] = http_client(sm, caller)
        return called(clients[caller], operation, parameters)

    try:
        yield call
    finally:
        for client in clients.values():
            client.close()


def http_client(sm: SecretsManager, caller: Caller) -> Any:
    endpoint = sm.endpoint()
    environment = endpoint.env_of(account=caller.account)
    client = boto3.client(
        "secretsmanager",
        region_name=caller.region,
        endpoint_url=endpoint.url,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(parameter_validation=caller.checks, retries={"total_max_attempts": 1}, proxies={}),
    )
    return with_token_as(caller, client)


# --- shared --------------------------------------------------------------------------------------------------------


def in_process_arguments(caller: Caller) -> dict[str, Any]:
    arguments: dict[str, Any] = {"region_name": caller.region, **CREDENTIALS}
    if caller.account != ACCOUNT:
        if "aws_account_id" not in signature(Session.create_client).parameters:
            pytest.skip("this botocore can't make a client of another account")
        arguments["aws_account_id"] = caller.account
    return {**arguments, "config": Config(parameter_validation=caller.checks)}


def with_token_as(caller: Caller, client: Any) -> Any:
    if not caller.fills_token:
        client.meta.events.register_last("before-parameter-build", _remove_token)
    return client


def _remove_token(params: dict[str, Any], **_: Any) -> None:
    params.pop("ClientRequestToken", None)


def called(client: Any, operation: str, parameters: Mapping[str, Any]) -> Answer:
    try:
        return answered(method(client, operation)(**parameters))
    except ClientError as error:
        return refused(error)


def method(client: Any, operation: str) -> Callable[..., Any]:
    return getattr(
        client, next(name for name, known in client.meta.method_to_api_mapping.items() if known == operation)
    )


def answered(reply: dict[str, Any]) -> Answer:
    status = reply.pop("ResponseMetadata")["HTTPStatusCode"]
    return Answer(status, reply)


def refused(error: ClientError) -> Answer:
    response = error.response
    status = response["ResponseMetadata"]["HTTPStatusCode"]
    return Answer(status, {}, response["Error"]["Code"], response["Error"]["Message"], response.get("Message"))


DOORS: dict[str, Door] = {"boto3": lambda _: nullcontext(by_boto3), "HTTP": through_http}
if find_spec("aiobotocore") is not None:
    DOORS["aiobotocore"] = through_aiobotocore
