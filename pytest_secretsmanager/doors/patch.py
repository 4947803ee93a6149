"""The sync door: wrappers around two methods of `BaseClient`, for every client of this process."""

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.client import BaseClient

from pytest_secretsmanager.doors import short_way
from pytest_secretsmanager.doors.call_sites import call_site
from pytest_secretsmanager.doors.client_classes import BASE_CLIENT, ClientClasses, named_arguments
from pytest_secretsmanager.doors.long_way import answer_request
from pytest_secretsmanager.doors.planned import is_planned
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.switchboard import Switchboard
from pytest_secretsmanager.engine.above_rate import AboveRateError
from pytest_secretsmanager.engine.call import Parameters, Reply, Site
from pytest_secretsmanager.engine.tracebacks import take_out_own_frames

__tracebackhide__ = True


class SyncDoor(ClientClasses):
    """The door of botocore's clients."""

    def __init__(self, switchboard: Switchboard) -> None:
        super().__init__(switchboard, BASE_CLIENT)

    def _make_api_call(self, wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Reply:
        responder = self.switchboard.responder_for(client)
        if responder is None:
            result: Reply = wrapped(*args, **kwargs)
            return result
        try:
            operation_name, api_params = named_arguments(*args, **kwargs) if kwargs else args
            return self._answer(responder, client, wrapped, call_site(), operation_name, api_params)
        except BaseException as error:
            take_out_own_frames(error)
            raise

    def _answer(
        self,
        responder: Responder,
        client: BaseClient,
        make_api_call: Any,
        site: Site | None,
        operation_name: str,
        api_params: Parameters,
    ) -> Reply:
        planned = responder.plans and is_planned(responder, client, operation_name, api_params)
        if not planned and not self.others_inside and (facts := short_way.facts_if_open(client, operation_name)):
            try:  # not `suppress`, which costs time
                return short_way.answer_at_once(responder, client, facts, operation_name, api_params, site)
            except AboveRateError:
                pass  # the full way follows
        with self.call_under_way(responder, client, site):
            reply: Reply = make_api_call(operation_name, api_params)
        return reply

    def _make_request(self, wrapped: Any, client: BaseClient, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        responder = self.switchboard.responder_of_request(client)
        if responder is None:
            return wrapped(*args, **kwargs)
        from pytest_secretsmanager.doors import full_way

        if not full_way.is_taken(responder, client, *args, **kwargs):
            try:
                return answer_request(responder, client, AWSResponse, *args, **kwargs)
            except AboveRateError:
                pass  # botocore retries on the full way
        return full_way.send(responder, client, wrapped, *args, **kwargs)
