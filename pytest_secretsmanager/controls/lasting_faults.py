"""Faults that last: request rates, stale reads and slow deletions, in force until the test ends them."""

from collections.abc import Collection, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pytest_secretsmanager.controls import lasting_fault_rules as rules
from pytest_secretsmanager.controls.fault_targets import target_of
from pytest_secretsmanager.engine import locks
from pytest_secretsmanager.engine.conditions import Conditions
from pytest_secretsmanager.engine.in_force import Condition
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.staleness import READS
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.views import SecretId
from pytest_secretsmanager.inspection.world import World

if TYPE_CHECKING:  # under a name, so that help() shows the name and not the long type
    from pytest_secretsmanager.inspection.names import OperationName

__tracebackhide__ = True


class LastingFault:
    """A fault in force: request rates, stale reads or slow deletions. A method of `sm.faults` makes it.

    It ends when it is cancelled, at the end of its `with` block if it has one, at the end of a `sm.snapshot()` block
    that it was made in, and when the `SecretsManager` is left. No call has to meet it.
    """

    def __init__(self, conditions: Conditions, parts: Sequence[Condition], text: str) -> None:
        self._conditions = conditions
        self._parts = parts
        self._text = text
        try:
            conditions.begin(parts)
        except BaseException:
            locks.let_go()
            self.cancel()
            raise

    @property
    def met(self) -> int:
        """The number of calls that the fault has changed: refused attempts, stale reads, or slow deletions."""
        return sum(part.met for part in self._parts)

    @property
    def is_met(self) -> bool:
        """Whether the fault has changed a call."""
        return self.met > 0

    def cancel(self) -> None:
        """End the fault. Can be repeated. A deletion that has begun goes on."""
        with taken_back(_nothing, lambda: self._conditions.end(self._parts)):
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.cancel()

    def __repr__(self) -> str:
        state = "in force" if all(map(self._conditions.has, self._parts)) else "over"
        return f"<{self._text}: {state}>"


def _nothing() -> None:
    """Do nothing: only the end of the block ends the fault."""


class LastingFaults:
    """The methods of `sm.faults` for faults that last."""

    _world: World

    def quota(self) -> LastingFault:
        """Put AWS's request rates in force, for the calls of each account in each region.

        DOC, in calls per second: 10,000 of DescribeSecret and GetSecretValue together; 100 each of BatchGetSecretValue
        and ListSecrets; 50 each of CreateSecret, DeleteSecret, GetRandomPassword, ListSecretVersionIds and
        RestoreSecret; 50 together for the writes of values, labels and replicas, for those of tags, for RotateSecret
        and CancelRotateSecret, and for the operations of resource policies. A call for another account's secret counts
        for the account of the caller. A rate admits a burst of the calls of one second.

        A call above its rate gets ThrottlingException, `Rate exceeded`, before AWS looks at anything else. A client of
        botocore in this process repeats it, and its waits advance the clock. A program at the endpoint waits in real
        time. Refused calls, seeds, rotations that `rotation.between_reads` begins, and AWS's own work don't count;
        the calls of a rotation function do.

        Each move of the clock refills the rates at once: `sm.clock.advance(seconds=1)`. The real time counts once a
        whole second has passed, so that a test does not depend on the speed of its machine.

        >>> with sm.faults.quota() as quota:
        ...     for number in range(60):
        ...         _ = sm.client().get_random_password()
        >>> quota.is_met
        True
        """
        return self._begin(rules.quota(), "the request rates of AWS")

    @known_keywords()
    def throttle(
        self,
        operation: "OperationName | Collection[OperationName]",
        rate: float | None = None,
        burst: int | None = None,
        *,
        region: str | None = None,
        account: str | None = None,
        principal: object = None,
    ) -> LastingFault:
        """Limit the calls of an operation, of several or of all ("*") together, to so many per second; see `quota`.

        `rate` defaults to AWS's own for the operation; with 0, every call is refused. `burst` is the number of calls at
        one time, by default the calls of one second. The calls are those from `region`, of callers in `account`, and by
        `principal` (an ARN, or an object with `.arn`); each account has its own rate in each region. If several rates
        are in force for a call, it has to be within all of them.

        Raises UsageError for an unknown operation or region, and for a rate, a burst or an account of another form.

        >>> throttle = sm.faults.throttle("ListSecrets", rate=0)
        >>> try:
        ...     sm.client().list_secrets()
        ... except Exception as error:
        ...     print(error.response["Error"]["Code"])
        ThrottlingException
        >>> throttle.is_met
        True
        """
        operations = rules.operations_of(operation)
        target = target_of(self._world, None, None, region, principal)
        limit = rules.rate_limit(operations, rate, burst, account, target)
        where = "" if account is None else f" of callers in account {account}"
        text = f"throttle of {rules.names_text(operations)} to {limit.rate:g} calls per second{where}{target}"
        return self._begin([limit], text)

    @known_keywords()
    def stale_reads(
        self,
        milliseconds: float = 1000,
        *,
        chance: float = 1,
        random_seed: int | str = 0,
        operation: "OperationName | Collection[OperationName] | None" = None,
        secret: SecretId | None = None,
        region: str | None = None,
        principal: object = None,
        missing_ok: bool = False,
    ) -> LastingFault:
        """Let reads see all secrets as they were `milliseconds` earlier on the clock.

        A secret that was just created is not found, one that was just deleted is found, and values, labels and policies
        are the earlier ones. A read sees one state, never a mix. Writes, the log, views and assertions see the newest
        state, and every read sees a seed at once. DOC: lists may be five minutes behind; GUESS: other reads may be
        behind as well, and after a fresh read a stale one may follow.

        `chance` is the share of reads that are stale, from 0 to 1. With the same `random_seed`, the same reads of a
        sequence are stale. The reads are those of `operation` (one or several of GetSecretValue, BatchGetSecretValue,
        DescribeSecret, ListSecrets, ListSecretVersionIds, GetResourcePolicy, ListResourcePolicies), for `secret`, from
        `region`, by `principal` (an ARN, or an object with `.arn`).

        Raises UsageError for another operation, an unknown region and a number out of range; SecretNotFound for a
        secret that does not exist, unless `missing_ok` is true: the code under test creates it later.

        >>> _ = sm.seed("db", "one")
        >>> client = sm.client()
        >>> with sm.faults.stale_reads(500):
        ...     _ = client.put_secret_value(SecretId="db", SecretString="two")
        ...     before = client.get_secret_value(SecretId="db")["SecretString"]
        ...     sm.clock.advance(seconds=0.5)
        ...     before, client.get_secret_value(SecretId="db")["SecretString"]
        ('one', 'two')
        """
        operations = READS if operation in (None, "*") else rules.operations_of(operation)
        target = target_of(self._world, None, secret, region, principal, missing_ok=missing_ok)
        reads = rules.stale_reads(operations, milliseconds, chance, random_seed, target)
        which = "" if operations is READS else f" of {rules.names_text(operations)}"
        return self._begin([reads], f"stale reads{which}, {milliseconds:g} ms behind{target}")

    @known_keywords()
    def asynchronous_deletion(
        self,
        seconds: float | None = None,
        *,
        random_seed: int | str = 0,
        secret: SecretId | None = None,
        region: str | None = None,
        principal: object = None,
        missing_ok: bool = False,
    ) -> LastingFault:
        """Let DeleteSecret with ForceDeleteWithoutRecovery take time; meanwhile the name stays taken.

        A deletion takes `seconds` of the clock. Without them it takes a time from 5 to 28 seconds, as AWS's recorded
        deletions did, by `random_seed`. Meanwhile CreateSecret answers that a secret with this name is already
        scheduled for deletion, and other operations that the secret was deleted (InvalidRequestException; REPORTED).
        GUESS: DescribeSecret and ListSecretVersionIds still show the secret. At the end AWS logs
        StartSecretVersionDelete and EndSecretVersionDelete (RECORDED).

        The deletions are those of `secret`, from `region`, by `principal` (an ARN, or an object with `.arn`).

        Raises UsageError for an unknown region and a number out of range; SecretNotFound for a secret that does not
        exist, unless `missing_ok` is true: the code under test creates it later.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.faults.asynchronous_deletion(seconds=10)
        >>> _ = sm.client().delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
        >>> sm.client().create_secret(Name="db")
        Traceback (most recent call last):
        botocore.errorfactory.InvalidRequestException: ...You can't create this secret because a secret with this ...
        >>> sm.clock.advance(seconds=10)
        >>> sm.client().create_secret(Name="db")["Name"]
        'db'
        """
        target = target_of(self._world, None, secret, region, principal, missing_ok=missing_ok)
        deletion = rules.slow_deletion(seconds, random_seed, target)
        length = "5 to 28" if seconds is None else f"{seconds:g}"
        return self._begin([deletion], f"forced deletions that take {length} seconds{target}")

    def _begin(self, parts: Sequence[Condition], text: str) -> LastingFault:
        return LastingFault(self._world.service.conditions, parts, text)
