"""What `sm.faults.quota`, `throttle`, `stale_reads` and `asynchronous_deletion` put in force, and their arguments."""

from collections.abc import Callable, Iterable
from math import inf

from pytest_secretsmanager.arguments import is_whole_number
from pytest_secretsmanager.controls.fault_targets import Target, require_operation
from pytest_secretsmanager.engine.call import Call
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.deletions import AsynchronousDeletion
from pytest_secretsmanager.engine.errors import UsageError, nearest
from pytest_secretsmanager.engine.operations import OPERATIONS
from pytest_secretsmanager.engine.rates import RateLimit
from pytest_secretsmanager.engine.rules.request_rates import AWS_RATES, rate_of
from pytest_secretsmanager.engine.staleness import READS, StaleReads

__tracebackhide__ = True

_LONGEST_STALENESS = 86_400_000.0
_LONGEST_DELETION = 86_400.0


def quota() -> list[RateLimit]:
    """AWS's own rates, each with a burst of one second."""
    return [RateLimit(matches=_calls_of(operations), rate=rate, burst=rate) for operations, rate in AWS_RATES]


def rate_limit(
    operations: frozenset[str], rate: float | None, burst: int | None, account: str | None, target: Target
) -> RateLimit:
    """One rate, which these operations share."""
    if account is not None:
        require_account(account)
    if rate is None:
        rate = rate_of(operations)
    require_number(rate, "the rate of a throttle is a number of calls per second, 0 or more")
    if burst is None:
        burst = max(1, int(rate)) if rate else 0
    if not is_whole_number(burst, least=1 if rate else 0):
        least = "at least 1" if rate else "0 or more"
        raise UsageError(f"the burst of a throttle is a whole number of calls, {least}, not {burst!r}")
    is_one_of_them = _calls_of(operations)

    def matches(call: Call) -> bool:
        return is_one_of_them(call) and account in (None, call.account) and target.matches(call)

    return RateLimit(matches=matches, rate=rate, burst=burst)


def stale_reads(
    operations: frozenset[str], milliseconds: float, chance: float, random_seed: int | str, target: Target
) -> StaleReads:
    """The stale reads of some operations."""
    for name in sorted(operations - READS):
        raise UsageError(f"{name} does not read secrets, so it can't be stale{nearest(name, sorted(READS))}")
    require_number(
        milliseconds, "the age of a stale read is a number of milliseconds", least=1, most=_LONGEST_STALENESS
    )
    require_number(chance, "the chance of a stale read is a number from 0 to 1", most=1)
    require_seed(random_seed)
    is_one_of_them = _calls_of(operations)
    return StaleReads(
        matches=lambda call: is_one_of_them(call) and target.matches(call),
        seconds=milliseconds / 1000,
        chance=chance,
        random_seed=random_seed,
    )


def slow_deletion(seconds: float | None, random_seed: int | str, target: Target) -> AsynchronousDeletion:
    """Forced deletions that take a time."""
    if seconds is not None:
        require_number(seconds, "a deletion takes a number of seconds", least=0.001, most=_LONGEST_DELETION)
    require_seed(random_seed)
    return AsynchronousDeletion(matches=target.matches, seconds=seconds, random_seed=random_seed)


# --- arguments -------------------------------------------------------------------------------------------------------


def operations_of(operation: object) -> frozenset[str]:
    """Return the names of one or several operations; all for "*".

    Raises UsageError for an unknown one, for none, and for "*" among several.
    """
    if operation == "*":
        return frozenset(OPERATIONS)
    names = [operation] if isinstance(operation, str) or not isinstance(operation, Iterable) else [*operation]
    if "*" in names:
        raise UsageError("'*' stands for all operations: write it alone, not among several")
    operations = frozenset(name for name in map(require_operation, names) if name is not None)
    if not names or None in names:
        raise UsageError("an operation is a str such as 'GetSecretValue', and none is given")
    return operations


def names_text(operations: frozenset[str]) -> str:
    """The operations as a text."""
    if operations >= OPERATIONS.keys():
        return "all operations"
    return " and ".join(sorted(operations))


def require_number(value: object, problem: str, least: float = 0, most: float = inf) -> None:
    """Raise UsageError unless a value is a finite number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most or value == inf:
        limits = f", {least:g} to {most:g}" if most not in (1, inf) else ""
        raise UsageError(f"{problem}{limits}, not {value!r}")


def require_seed(random_seed: object) -> None:
    """Raise UsageError unless a value can be a seed."""
    if isinstance(random_seed, bool) or not isinstance(random_seed, int | str):
        raise UsageError(f"is an int or a str, not {type(random_seed).__name__}", subject="random_seed")


def _calls_of(operations: frozenset[str]) -> Callable[[Call], bool]:
    return lambda call: call.operation in operations
