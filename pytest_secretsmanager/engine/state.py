"""The state of Secrets Manager, as frozen values. Imports nothing but the standard library.

No code changes these values in place, not even the mappings: an operation makes new values from old ones. They are
named tuples: making or changing a secret costs a third of what it costs with a frozen dataclass. The shape of the data
ensures that a label is on at most one version: `Secret.labels` maps each label to the version that holds it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

ValueMember: TypeAlias = Literal["SecretString", "SecretBinary"]
Value: TypeAlias = tuple[ValueMember, bytes]
"""A plain value during one call: the member that held it, and its bytes."""

of_fields = tuple.__new__
"""Makes a named tuple of all its fields: `of_fields(Version, (…))` takes a third of the time of `Version(…)`.

For the values that each call makes.
"""

_NONE: Mapping[str, Any] = MappingProxyType({})
"""The mapping of a value that has no versions, labels, replicas or links."""


class SecretKey(NamedTuple):
    """The unique key of a secret: no two live secrets share one."""

    region: str
    account: str
    name: str

    @property
    def place(self) -> tuple[str, str]:
        """Region and account."""
        return self[:2]


KeyParts: TypeAlias = tuple[str, str, str]
"""The parts of a key, in its order. They equal the key, and look a secret up for less: most calls do that."""


class Sealed(NamedTuple):
    """An encrypted value: encrypted under a data key, which is itself encrypted under a KMS key.

    `kms_key_id` is the KMS key as the request named it, empty for the default key. `key_arn` is the key that this name
    meant at the time.
    """

    kms_key_id: str
    key_arn: str
    data_key: bytes
    ciphertext: bytes

    def __repr__(self) -> str:
        return f"Sealed(kms_key_id={self.kms_key_id!r}, key_arn={self.key_arn!r})"


class Version(NamedTuple):
    """One version of a secret. Times are seconds since the epoch, UTC.

    `sealed` is None if a rotation has announced the version and not filled it yet. `accessed` is the start of the day
    on which the value was last read, None if it never was.
    """

    id: str
    number: int
    created: float
    member: ValueMember
    sealed: Sealed | None
    accessed: float | None = None


class RotationRules(NamedTuple):
    """When a secret rotates, as the request says: a number of days, or an expression. None: not in the request."""

    days: int | None = None
    duration: str | None = None
    expression: str | None = None


class Window(NamedTuple):
    """The time span of a secret's next rotation, in epoch seconds, including the last second."""

    opens: float
    closes: float


class Deletion(NamedTuple):
    """A scheduled deletion, in epoch seconds: when it was requested, and when the secret is deleted.

    `is_forced`: it was requested without a recovery window, and AWS is at work on it.
    """

    asked: float
    due: float
    is_forced: bool = False


class RotationAttempt(NamedTuple):
    """A rotation that has announced its version and is not complete. `retry` is the time of the next try, or None."""

    token: str
    failures: int = 0
    retry: float | None = None


class RotationConfiguration(NamedTuple):
    """How a secret rotates, when it will rotate next, and the rotation that is under way.

    `function` is the ARN of the Lambda function, empty if AWS rotates the secret without one. `metadata` and `role`
    belong to secrets of other vendors. `last` is the time of the last successful rotation. `window` is the window that
    AWS shows. It stays if a rotation fails in it; then `again` is the time at which the next window opens, infinity for
    never. `cancelled` is the version that held AWSPENDING when rotation was turned off: it blocks no later rotation.
    """

    enabled: bool = True
    function: str = ""
    rules: RotationRules | None = None
    metadata: tuple[tuple[str, str], ...] = ()
    role: str = ""
    window: Window | None = None
    again: float | None = None
    cancelled: str | None = None
    last: float | None = None
    attempt: RotationAttempt | None = None


ReplicaStatus: TypeAlias = Literal["InProgress", "InSync", "Failed"]


class Replica(NamedTuple):
    """A primary's record of its replica in one region. The replica itself is a secret of that region.

    `overwrite` says that the replica overwrites another secret of the same name.
    """

    kms_key_id: str = ""
    status: ReplicaStatus = "InProgress"
    message: str = ""
    overwrite: bool = False


LinkStatus: TypeAlias = Literal["Pending", "InProgress", "InSync", "Failed", "Detached"]
"""The state of replication between two accounts. Only a replica can be `Pending`."""


class CrossAccountPrimary(NamedTuple):
    """A replica's record of its primary in another account."""

    arn: str
    status: LinkStatus = "Pending"
    message: str = ""


class CrossAccountReplica(NamedTuple):
    """A primary's record of its replica in another account. `role` is the ARN of the role that copies, or empty."""

    role: str = ""
    status: LinkStatus = "InProgress"
    message: str = ""


class Links(NamedTuple):
    """A secret's links to secrets of other accounts: its primary, or its replicas by ARN."""

    primary: CrossAccountPrimary | None = None
    replicas: Mapping[str, CrossAccountReplica] = _NONE


class Secret(NamedTuple):
    """A secret: its metadata, its versions, oldest first, and the version that holds each staging label.

    `primary_region` is set on a replicated secret and on its replicas; `replicas`, by region, only on the former.
    `links` are its links to other accounts, or None. `number` orders secrets that were created at the same time: the
    first one has the lowest number. `deleted_versions` are the ids of the versions that AWS deleted last, oldest first,
    in blocks.
    """

    key: SecretKey
    arn: str
    created: float
    changed: float
    number: int = 0
    description: str = ""
    kms_key_id: str = ""
    type: str = ""
    tags: Mapping[str, str] | None = None
    versions: Mapping[str, Version] = _NONE
    labels: Mapping[str, str] = _NONE
    versions_made: int = 0
    deleted_versions: tuple[tuple[str, ...], ...] = ()
    accessed: float | None = None
    deletion: Deletion | None = None
    policy: str | None = None
    owning_service: str | None = None
    rotation: RotationConfiguration | None = None
    primary_region: str | None = None
    replicas: Mapping[str, Replica] = _NONE
    links: Links | None = None

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def is_replica(self) -> bool:
        return self.primary_region is not None and self.primary_region != self.key.region

    def version_with(self, label: str) -> Version | None:
        """The version that holds a label, or None if no version does."""
        holder = self.labels.get(label)
        return None if holder is None else self.versions.get(holder)

    def labels_of(self, version_id: str) -> tuple[str, ...]:
        """The labels on one version, in the order in which they were placed."""
        found: tuple[str, ...] = ()
        for label, holder in self.labels.items():  # a comprehension costs twice as much, and most calls come here
            if holder == version_id:
                found += (label,)
        return found


_CHANGED, _VERSIONS, _LABELS, _VERSIONS_MADE = map(
    Secret._fields.index, ("changed", "versions", "labels", "versions_made")
)
"""The places of the fields that each new version changes."""


def with_versions(
    secret: Secret, changed: float, versions: Mapping[str, Version], labels: Mapping[str, str], versions_made: int
) -> Secret:
    """The secret with other versions and labels. It takes a third of the time of `_replace`: each write comes here."""
    fields: list[object] = list(secret)
    fields[_CHANGED], fields[_VERSIONS], fields[_LABELS], fields[_VERSIONS_MADE] = (
        changed,
        versions,
        labels,
        versions_made,
    )
    return of_fields(Secret, fields)


class FindSecret(Protocol):
    """A look-up of secrets by key."""

    def get(self, key: KeyParts) -> Secret | None: ...


Order: TypeAlias = Literal["created-date", "name"]
"""The orders in which a page of many secrets is found without a search."""


SortKey: TypeAlias = tuple[float | str, ...]
"""The place of an item in an order."""

creation_of: Callable[[Secret], SortKey] = attrgetter("created", "number")
"""The place of a secret in the order of creation. The number is for secrets of one moment."""


class Beginnings(NamedTuple):
    """What an index has to find for a filter: names, or else words of any attribute, with one of these beginnings."""

    of_names: bool
    texts: Sequence[str]


class Ordered(Protocol):
    """The secrets of one region and account in each `Order`, and those that may match a filter, if they are few."""

    def after(self, order: Order, last: SortKey | None, *, descending: bool) -> Iterator[Secret]: ...

    def few(self, beginnings: Beginnings, most: int) -> list[Secret] | None: ...


class Secrets(FindSecret, Protocol):
    """All secrets, as operations see them: a look-up by key, and the secrets of a region and account, in any order.

    `order` finds a page of many secrets without looking at all of them; None if they are few, or have no order.
    `count` includes the secrets whose deletion has taken effect, which `count_gone` counts.
    """

    def within(self, region: str, account: str) -> Iterator[Secret]: ...

    def order(self, region: str, account: str) -> "Ordered | None": ...

    def count(self, region: str, account: str) -> int: ...

    def count_gone(self, region: str, account: str, time: float) -> int: ...
