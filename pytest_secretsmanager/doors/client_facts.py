"""The facts of a client that stay the same from call to call: region, principal, parsers, history recorder."""

from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient, ClientMeta

from pytest_secretsmanager.doors import internals, moto
from pytest_secretsmanager.doors.responder import Responder
from pytest_secretsmanager.doors.shown_values import Scalars, scalars_of
from pytest_secretsmanager.engine.call import ONLY_ATTEMPT, Attempt, Call, Parameters, Site
from pytest_secretsmanager.engine.callers import Principal, acting, user_of

__tracebackhide__ = True


@dataclass(slots=True, eq=False, repr=False)
class ClientFacts:
    """The facts of one client.

    `meta` is the client's own, known here since each look for it at the client takes a search of two classes.
    `quiet` maps each operation whose calls no other code observes to the listeners' registrations at that time.
    `is_limited`: the rate limiter of its adaptive mode waits on a manager's clock. `retry_quotas` and `fault_block` are
    the retry quota of its standard mode, and the block in which it was filled: see `retry_quotas`.
    """

    region: str
    principal: Principal | None
    scalars: Scalars
    history: Any
    meta: ClientMeta
    quiet: dict[str, object] = field(default_factory=dict)
    is_limited: bool = False
    retry_quotas: tuple[Any, ...] = ()
    fault_block: object = None

    def limit(self) -> None:
        """Note that its rate limiter waits on a manager's clock: the short way would pass the limiter by."""
        self.is_limited = True
        self.quiet.clear()

    def principal_for(self, responder: Responder, client: BaseClient) -> Principal:
        """The caller: of handed-out credentials, else of the client's account, else of the running function.

        Any other client is the principal that a test's block acts as, else the account's default user. The credentials
        are looked up at each call, since botocore may have refreshed them.
        """
        callers = responder.callers
        if callers.handed_out:
            handed_out = callers.principal_of(_access_key_id(client), self.region)
            if handed_out is not None:
                return handed_out
            return self.principal or acting.get() or callers.principal_without(self.region)
        return self.principal or acting.get() or user_of(callers.account, self.region)


_FACTS = "_pytest_secretsmanager"


def facts_of(client: BaseClient) -> ClientFacts:
    """The facts of this client, cached on the client to avoid a reference cycle through a global."""
    facts: ClientFacts | None = client.__dict__.get(_FACTS)
    if facts is None:
        meta = client.meta
        region = meta.region_name
        account = _explicit_account(client) or moto.account_of(client)
        principal = None if account is None else user_of(account, region)
        history = internals.history_of(client)
        facts = client.__dict__[_FACTS] = ClientFacts(region, principal, scalars_of(client), history, meta)
    return facts


def call_of(
    responder: Responder,
    client: BaseClient,
    operation_name: str,
    parameters: Parameters,
    now: float,
    request_id: str,
    site: Site | None = None,
    attempt: Attempt = ONLY_ATTEMPT,
) -> Call:
    """A call of this client."""
    facts = facts_of(client)
    principal = facts.principal_for(responder, client)
    return Call(operation_name, parameters, facts.region, principal, now, request_id, site=site, attempt=attempt)


def _access_key_id(client: BaseClient) -> str | None:
    """The access key id of a client's credentials, None for credentials that botocore has not fetched yet."""
    credentials = internals.credentials_of(client)
    if hasattr(credentials, "refresh_needed"):
        return internals.fetched_access_key_id(credentials)  # `access_key` may fetch or refresh them
    return getattr(credentials, "access_key", None)


def _explicit_account(client: BaseClient) -> str | None:
    """The account of a client that was given one (`aws_account_id=`), None otherwise.

    An account that comes from the environment or a profile is the developer's own and says nothing about the test.
    """
    credentials = internals.credentials_of(client)
    if getattr(credentials, "method", None) == "explicit":  # each edition of botocore has its own class of credentials
        return getattr(credentials, "account_id", None)
    return None
