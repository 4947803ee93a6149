"""What Secrets Manager remembers, as frozen values. Imports nothing but the standard library and this package's values.

Nothing here is ever changed in place, the mappings included: an operation makes new values out of old ones. That a
label sits on one version at most is not a rule to be kept but the shape of the data: `Secret.labels` maps a label to
the one version that holds it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypeAlias

ValueMember: TypeAlias = Literal["SecretString", "SecretBinary"]
Value: TypeAlias = tuple[ValueMember, bytes]
"""A plain value, for the length of one call: the member that it came in, and its bytes."""


class SecretKey(NamedTuple):
    """Where a secret stands: no two live secrets share one."""

    region: str
    account: str
    name: str

    @property
    def place(self) -> tuple[str, str]:
        """Region and account."""
        return self[:2]


@dataclass(frozen=True, slots=True)
class Sealed:
    """A value as it is kept: encrypted under a data key, which is itself encrypted under a KMS key.

    `kms_key_id` names the KMS key as a request gave it, empty where none was given; `key_arn` is the key that
    this was at the time.
    """

    kms_key_id: str
    key_arn: str
    data_key: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a secret. Times are seconds since the epoch, UTC.

    `sealed` is None for a version that a rotation has announced and not filled yet; `accessed` is the start of the day
    on which the value was last read, None when it never was.
    """

    id: str
    number: int
    created: float
    member: ValueMember
    sealed: Sealed | None
    accessed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationRules:
    """When a secret rotates, as the request said it: every so many days, or by an expression; None: not said."""

    days: int | None = None
    duration: str | None = None
    expression: str | None = None


class Window(NamedTuple):
    """The time in which a secret is to be rotated next: epoch seconds; the last second still belongs to it."""

    opens: float
    closes: float


class Deletion(NamedTuple):
    """A deletion that is scheduled: when it was asked for, and when the secret goes; epoch seconds."""

    asked: float
    due: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationAttempt:
    """A rotation that has announced its version and is not complete; `retry` is when it is tried again, None: not."""

    token: str
    failures: int = 0
    retry: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RotationConfiguration:
    """How a secret rotates, when it will next, and the rotation that is under way.

    `function` is the ARN of the Lambda function, empty where AWS itself rotates. `metadata` and `role` belong to
    secrets of other vendors, `last` is when a rotation last succeeded. `window` is the one that is shown: it stays when
    a rotation fails in it, and then `again` is when the next one opens, infinity for never. `cancelled` is the version
    that AWSPENDING sat on when rotation was turned off: it stands in no later rotation's way.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Replica:
    """What a primary knows of its replica in one region; the replica itself is a secret of that region.

    `overwrite` says that a secret which stands in the way goes.
    """

    kms_key_id: str = ""
    status: ReplicaStatus = "InProgress"
    message: str = ""
    overwrite: bool = False


LinkStatus: TypeAlias = Literal["Pending", "InProgress", "InSync", "Failed", "Detached"]
"""How far replication between two accounts is; only the replica is ever `Pending`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossAccountPrimary:
    """What a secret knows of the primary in another account that it was made to follow."""

    arn: str
    status: LinkStatus = "Pending"
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossAccountReplica:
    """What a primary knows of its replica in another account; `role` is the ARN of the role that copies, or empty."""

    role: str = ""
    status: LinkStatus = "InProgress"
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """What ties a secret to secrets of other accounts: the primary that it follows, or its replicas, by ARN."""

    primary: CrossAccountPrimary | None = None
    replicas: Mapping[str, CrossAccountReplica] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret with its versions, oldest first, and the version that each staging label sits on.

    `primary_region` is set on a secret that is replicated and on its replicas; `replicas`, by region, on the former.
    `links` are its ties to other accounts, None for a secret that has none. `number` tells apart what was created at
    the same moment: the first secret has the lowest. `deleted_versions` are the ids of the versions that AWS deleted
    last, oldest first, in blocks.
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
    versions: Mapping[str, Version] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    versions_made: int = 0
    deleted_versions: tuple[tuple[str, ...], ...] = ()
    accessed: float | None = None
    deletion: Deletion | None = None
    policy: str | None = None
    owning_service: str | None = None
    rotation: RotationConfiguration | None = None
    primary_region: str | None = None
    replicas: Mapping[str, Replica] = field(default_factory=dict)
    links: Links | None = None

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def is_replica(self) -> bool:
        return self.primary_region is not None and self.primary_region != self.key.region

    def labels_of(self, version_id: str) -> tuple[str, ...]:
        """The labels on one version, in the order in which they were placed."""
        return tuple([label for label, holder in self.labels.items() if holder == version_id])


class Secrets(Protocol):
    """How operations see all secrets: a look-up by key, and the secrets of one region and account, oldest first."""

    def get(self, key: SecretKey) -> Secret | None: ...

    def within(self, region: str, account: str) -> Iterator[Secret]: ...
