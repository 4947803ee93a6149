"""The short way through a client, for a call that only botocore itself would notice.

It skips steps without an observer: the events, and a request body that would be built and thrown away.
"""

from collections.abc import Callable
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from pytest_secretsmanager.doors import internals, retry_quotas
from pytest_secretsmanager.doors.answers import answer, answer_body
from pytest_secretsmanager.doors.client_facts import ClientFacts, facts_of
from pytest_secretsmanager.doors.imports import module_of
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.tokens import fill_token
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.call import Parameters, Reply, Site, copied_members
from pytest_secretsmanager.engine.ports import new_uuid
from pytest_secretsmanager.engine.regions import is_known_to_botocore

__tracebackhide__ = True

_EVENTS = (
    "provide-client-params",
    "before-parameter-build",
    "before-endpoint-resolution",
    "before-call",
    "after-call",
)
_QUIET_MODULES = frozenset({"botocore.handlers", "botocore.retries.standard"})
"""The modules of botocore whose listeners only fill the token, set headers, or keep a retry quota."""


def facts_if_open(client: BaseClient, operation_name: str) -> ClientFacts | None:
    """The facts of a client if only botocore itself would notice this call: no listener, no history recorder.

    None for a client of a region that botocore does not know: the long way raises an error if AWS lacks that region.
    None also for an emitter that is not botocore's, which may have listeners, and for a client whose rate limiter waits
    on a manager's clock, or whose retry quota is not full.
    """
    facts = facts_of(client)
    events: Any = facts.meta.events
    registrations = internals.registrations(events)
    quiet = facts.quiet
    if registrations is None or internals.is_recording(facts.history):
        return None
    if quiet.get(operation_name) is registrations:
        return facts
    listeners = internals.listeners_to(events, operation_name, *_EVENTS)
    if (
        facts.is_limited
        or retry_quotas.is_used(facts)
        or not is_known_to_botocore(facts.region)
        or any(map(_is_foreign, listeners))
    ):
        return None
    quiet[operation_name] = registrations
    return facts


def _is_foreign(listener: Callable[..., object]) -> bool:
    return module_of(listener) not in _QUIET_MODULES and listener is not fill_token


def answer_at_once(
    responder: Responder,
    client: BaseClient,
    facts: ClientFacts,
    operation_name: str,
    api_params: Parameters,
    site: Site | None,
) -> Reply:
    """Return the reply, or raise the error, that `client` would get from AWS. Here `responder` takes AWS's place.

    Only for calls for which the short way is open.
    """
    described = model.operation(operation_name)
    accepted = described.accepts(api_params)
    parameters = copied_members(api_params, described.containers_in) if accepted else dict(api_params)
    token_member = described.token_member
    if token_member is not None and token_member not in api_params:
        parameters[token_member] = new_uuid(responder.random)
    if accepted:
        status, parsed = answer(responder, client, facts, described, parameters, site, accepted)
    else:
        # A copy of these parameters would differ from the request that AWS gets: the client's own serializer makes it.
        body = internals.body_of(client, described.name, parameters)
        status, parsed = answer_body(responder, client, facts, described, body, site)
    if status >= 300:
        raise _exception_class(client, parsed["Error"]["Code"])(parsed, operation_name)
    return parsed


def _exception_class(client: BaseClient, code: str) -> Callable[[dict[str, Any], str], ClientError]:
    return client.exceptions.from_code(code)  # type: ignore[return-value] # the stubs type it as an instance
