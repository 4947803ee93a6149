"""Replication in a test: replicas in other regions and accounts follow at once, unless a hold keeps them back."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self, cast

from pytest_secretsmanager.arguments import require_count
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Outcome, Reply
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.locks import Lock
from pytest_secretsmanager.engine.regions import Regions
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.watching import Watching
from pytest_secretsmanager.inspection.keywords import known_keywords

__tracebackhide__ = True


@dataclass(slots=True, eq=False, repr=False)
class HeldPlace:
    """The region and account of the replicas that one hold keeps back. None: all regions, all accounts.

    `polls` is how many more calls of DescribeSecret end the hold; None for a hold that no call ends.
    """

    region: str | None
    account: str | None
    polls: int | None = None

    def has(self, region: str, account: str) -> bool:
        """Whether the hold keeps back the replicas of this region and account."""
        return self.region in (None, region) and self.account in (None, account)

    def __str__(self) -> str:
        where = "all regions" if self.region is None else self.region
        return where if self.account is None else f"{where} in account {self.account}"


class HeldReplicas:
    """The places that holds keep back. The engine asks here before a replica follows."""

    def __init__(self) -> None:
        self.places: list[HeldPlace] = []

    def checkpoint(self) -> Restore:
        """Return a function that restores the present holds and their polls. It changes no replica."""
        restore_places = checkpoint(self.places)
        polls = [(place, place.polls) for place in self.places]

        def restore() -> None:
            restore_places()
            for place, left in polls:
                place.polls = left

        return restore

    def holds_back(self, region: str, account: str) -> bool:
        """Whether a hold keeps back the replicas of this region and account."""
        return any(place.has(region, account) for place in self.places)


class ReplicationHold:
    """Keeps replicas `InProgress` until `resume()`, the end of its `with` block, or some DescribeSecret calls."""

    def __init__(self, service: Service, held: HeldReplicas, place: HeldPlace) -> None:
        self._place = place
        self._service = service
        self._held = held
        self._counting = Lock()
        try:
            held.places.append(place)
            if place.polls is not None:
                self._watching.begin()
        except BaseException:
            self._let_go()
            raise

    def resume(self) -> None:
        """Let the replicas follow. They have followed when this returns or an interrupt ends it. Idempotent."""
        with taken_back(_nothing, self._let_follow):
            pass
        self._service.tell_listeners()

    def _let_go(self) -> None:
        with suppress(ValueError):
            self._held.places.remove(self._place)
        self._watching.end()

    @property
    def _watching(self) -> Watching:
        """Made for each use: a kept one would refer back to this object, and keep it alive."""
        return self._service.watching(self._count)

    def _let_follow(self) -> None:
        self._let_go()
        for secret in self._service.secrets():
            if secret.replicas or secret.links is not None:
                self._service.update_replicas(secret.key)

    def _count(self, call: Call, outcome: Outcome) -> None:
        """Count DescribeSecret calls that show a replica in progress."""
        if call.operation != "DescribeSecret" or self._place.polls is None:
            return
        if any(self._place.has(region, account) for region, account in _shown_in_progress(outcome.reply)):
            with self._counting:
                self._place.polls -= 1
                last = self._place.polls == 0
            if last:
                self.resume()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.resume()

    def __repr__(self) -> str:
        return _hold_text(self._place, "held" if self._place in self._held.places else "resumed")


def _hold_text(place: HeldPlace, state: str) -> str:
    return f"<hold of replication to {place}: {state}>"


def _shown_in_progress(reply: Reply) -> Iterator[tuple[str, str]]:
    """Yield region and account of each replica in progress in a reply of DescribeSecret: the secret may be one."""
    regions = cast("list[dict[str, str]]", reply.get("ReplicationStatus", []))
    accounts = cast("list[dict[str, str]]", reply.get("CrossAccountReplicas", []))
    primary = cast("dict[str, str]", reply.get("CrossAccountPrimary", {}))
    arn = cast("str", reply["ARN"])
    for replica, status in (
        *((arns.in_region(arn, entry["Region"]), entry["Status"]) for entry in regions),
        *((entry["ReplicaSecretARN"], entry["ReplicationStatus"]) for entry in accounts),
        (arn, primary.get("ReplicationStatus")),
    ):
        if status == "InProgress":
            yield arns.place(replica)


def _nothing() -> None:
    """The beginning of a resume: nothing is to be done."""


class ReplicationControl:
    """The replication of one `SecretsManager`.

    >>> hold = sm.replication.hold("eu-west-1")
    >>> _ = sm.client().create_secret(Name="db", SecretString="one", AddReplicaRegions=[{"Region": "eu-west-1"}])
    >>> sm.client().describe_secret(SecretId="db")["ReplicationStatus"][0]["Status"]
    'InProgress'
    >>> hold.resume()
    >>> sm.client("eu-west-1").get_secret_value(SecretId="db")["SecretString"]
    'one'
    """

    def __init__(self, service: Service, held: HeldReplicas, regions: Regions) -> None:
        self._service = service
        self._held = held
        self._regions = regions

    @known_keywords()
    def hold(
        self, region: str | None = None, *, account: str | None = None, polls: int | None = None
    ) -> ReplicationHold:
        """Keep the replicas of one region, or of all regions, `InProgress`: for tests of code that waits for them.

        With `account`, it keeps the replicas in that account, such as replicas of another account's secrets. Without
        it, it keeps those of all accounts.

        The replicas follow when the hold is resumed, or at the end of its `with` block. With `polls`, they also follow
        after that many DescribeSecret calls have shown one of them in progress.

        Raises UsageError for an unknown region, an account of another form, and `polls` below 1.
        """
        if region is not None:
            self._regions.require(region, "the region of a hold")
        if account is not None:
            require_account(account)
        if polls is not None:
            require_count("polls", "is a number of DescribeSecret calls", polls)
        return ReplicationHold(self._service, self._held, HeldPlace(region, account, polls))

    def __repr__(self) -> str:
        holds = ", ".join(_hold_text(place, "held") for place in self._held.places)
        return f"<replication: {holds or 'nothing is held'}>"
