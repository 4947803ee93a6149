"""Whether a fault is planned for a call: such a call does not take the short way."""

from botocore.client import BaseClient

from pytest_secretsmanager.doors.client_facts import call_of
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.engine.call import Parameters

__tracebackhide__ = True


def is_planned(responder: Responder, client: BaseClient, operation_name: str, parameters: Parameters) -> bool:
    """Whether a fault is planned for a call."""
    if not responder.plans.may_concern(operation_name):
        return False
    call = call_of(responder, client, operation_name, parameters, responder.now(), "")
    return responder.plans.concern(call)
