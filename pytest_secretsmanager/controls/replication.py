"""Replication as a test turns it: replicas in other regions and accounts follow at once, unless they are held back."""

from collections.abc import Iterator
from contextlib import suppress
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


class HeldReplicas:
    """What the engine asks before a replica follows."""

    def __init__(self) -> None:
        self.holds: list[ReplicationHold] = []

    def checkpoint(self) -> Restore:
        """Return the way back to the holds of now and the polls that each has left. Replicas are left as they are."""
        restores = [checkpoint(self.holds), *(hold.checkpoint() for hold in self.holds)]

        def restore() -> None:
            for part in restores:
                part()

        return restore

    def holds_back(self, region: str, account: str) -> bool:
        """Whether a hold keeps the replicas of that region and account."""
        return any(hold.keeps(region, account) for hold in self.holds)


class ReplicationHold:
    """Keeps replicas `InProgress` until `resume()`, the end of its `with` block, or so many looks of polling code."""

    def __init__(
        self, service: Service, held: HeldReplicas, region: str | None, account: str | None, polls: int | None
    ) -> None:
        self.region = region
        self.account = account
        self._service = service
        self._held = held
        self._polls = polls
        self._counting = Lock()
        try:
            held.holds.append(self)
            if polls is not None:
                self._watching.begin()
        except BaseException:
            self._let_go()
            raise

    def keeps(self, region: str, account: str) -> bool:
        """Whether it is for the replicas of that region and account."""
        return self.region in (None, region) and self.account in (None, account)

    def resume(self) -> None:
        """Lets the replicas follow: they have when this returns, and when an interrupt ends it. It can be repeated."""
        with taken_back(_nothing, self._let_follow):
            pass
        self._service.tell_listeners()

    def checkpoint(self) -> Restore:
        """Return the way back to the polls that are left now."""
        polls = self._polls

        def restore() -> None:
            self._polls = polls

        return restore

    def _let_go(self) -> None:
        with suppress(ValueError):
            self._held.holds.remove(self)
        self._watching.end()

    @property
    def _watching(self) -> Watching:
        """Made for each use: a kept one would refer back to this object, and keep it alive."""
        return self._service.watching(self._count)

    def _let_follow(self) -> None:
        self._let_go()
        for secret in self._service.secrets():
            if secret.replicas or secret.links is not None:
                self._service.catch_up(secret.key)

    def _count(self, call: Call, outcome: Outcome) -> None:
        """Counts DescribeSecret calls that show a replica in progress."""
        if call.operation != "DescribeSecret" or self._polls is None:
            return
        if any(self.keeps(region, account) for region, account in _shown_in_progress(outcome.reply)):
            with self._counting:
                self._polls -= 1
                last = self._polls == 0
            if last:
                self.resume()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.resume()

    def __repr__(self) -> str:
        where = "all regions" if self.region is None else self.region
        account = "" if self.account is None else f" in account {self.account}"
        return f"<hold of replication to {where}{account}: {'held' if self in self._held.holds else 'resumed'}>"


def _shown_in_progress(reply: Reply) -> Iterator[tuple[str, str]]:
    """Region and account of each replica that a reply of DescribeSecret shows in progress, itself included."""
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
    """What resuming begins with: a hold has begun before."""


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
        """Keeps the replicas of one region, or of all, `InProgress`, so that code which waits for them can be tested.

        With `account` it keeps those that stand in that account, such as replicas of another account's secrets; without
        one, those of all accounts.

        They follow when the hold is resumed, at the end of its `with` block, or, with `polls`, once so many
        DescribeSecret calls have shown one of them in progress.
        """
        if region is not None:
            self._regions.require(region, "the region of a hold")
        if account is not None:
            require_account(account)
        if polls is not None:
            require_count("polls", "is a number of DescribeSecret calls", polls)
        return ReplicationHold(self._service, self._held, region, account, polls)

    def __repr__(self) -> str:
        return f"<replication: {', '.join(map(repr, self._held.holds)) or 'nothing is held'}>"
