"""The request rates in force. This layer is outside the log: the service logs a refusal at an attempt that counts."""

from pytest_secretsmanager.engine.call import Call, Handler, Outcome
from pytest_secretsmanager.engine.rates import Rates

__tracebackhide__ = True


def throttle(inner: Handler, rates: Rates) -> Handler:
    """Admit each call that is within the rates. Raise AboveRateError for any other call."""

    def handle(call: Call) -> Outcome:
        rates.admit(call)
        return inner(call)

    return handle
