"""`SecretsManager`, the object that a test holds. It joins the rooms of this package and has no logic of its own."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, Unpack

from pytest_secretsmanager.arguments import require_log_limit, require_port, require_random_seed, require_version_quota
from pytest_secretsmanager.engine.callers import require_account
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.regions import extra_regions as regions_with
from pytest_secretsmanager.engine.rules.retention import VERSION_QUOTA
from pytest_secretsmanager.engine.tracebacks import without_own_frames
from pytest_secretsmanager.inspection import entered
from pytest_secretsmanager.inspection.assertions import Assertions
from pytest_secretsmanager.inspection.finding import find
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.log import Log, entries_of
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.secret_mapping import SecretMapping
from pytest_secretsmanager.inspection.views import SecretId, SecretView
from pytest_secretsmanager.managing import answering
from pytest_secretsmanager.managing.decorating import decorated
from pytest_secretsmanager.managing.home import Home
from pytest_secretsmanager.managing.panel import Panel
from pytest_secretsmanager.managing.parts import Parts
from pytest_secretsmanager.managing.planting import plant
from pytest_secretsmanager.managing.rollback import Snapshot
from pytest_secretsmanager.options import DEFAULT_ACCOUNT
from pytest_secretsmanager.seed_arguments import seed_of
from pytest_secretsmanager.seeds import NO_VALUE, SeedOptions
from pytest_secretsmanager.surroundings.process import CREDENTIALS

__tracebackhide__ = True

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from pytest_secretsmanager.controls.roles import Role
    from pytest_secretsmanager.doors.http import Endpoint
    from pytest_secretsmanager.policy_sources import PolicySources

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class SecretsManager(Panel, Assertions):
    """A local AWS Secrets Manager, with all its regions and accounts.

    While it is entered, it answers every Secrets Manager call that botocore makes in this process, by clients made
    before or after. Calls to other services are left alone. Entered inside another one, it answers until it is left.
    As a decorator, it answers the calls of the function, and rolls back at the end of each run: secrets, log, clock,
    keys, registered functions and rotations.

    `region` and `account` are the defaults of `sm.secret`, `sm.seed` and `sm.client`. `account` is also the account of
    each client whose credentials name no other. The default `region` is AWS_DEFAULT_REGION, else us-east-1. `now` is
    the start of the clock, a datetime with a time zone; the default is the real time. `version_quota` is how many
    versions a secret may have: AWS's documented 100, unless a test writes more often than AWS would allow.
    `random_seed` makes ARN suffixes, version ids, request ids and random passwords repeatable. `extra_regions` names
    regions that are newer than the installed botocore. In a region that AWS does not have, a client gets botocore's
    EndpointConnectionError, as from a host that does not exist. With `policy`, clients call as the role `test` with
    that policy: a dict, JSON text, the path of a file, or a list of several, as for `sm.iam.role`. `log_limit` is how
    many calls and events the log keeps, the last ones, for programs that make very many calls; the default keeps all.

    >>> with SecretsManager(region="eu-west-1") as sm:
    ...     _ = sm.seed("db", "hunter2")
    ...     sm.client().get_secret_value(SecretId="db")["SecretString"]
    'hunter2'
    """

    @known_keywords()
    def __init__(
        self,
        region: str | None = None,
        account: str = DEFAULT_ACCOUNT,
        *,
        random_seed: int | str | None = None,
        now: datetime | None = None,
        version_quota: int = VERSION_QUOTA,
        extra_regions: Collection[str] = (),
        policy: "PolicySources | None" = None,
        log_limit: int | None = None,
    ) -> None:
        _require_not_called(region)
        regions = regions_with(extra_regions)
        home = Home(region, regions)
        require_account(account)
        require_random_seed(random_seed)
        require_version_quota(version_quota)
        require_log_limit(log_limit)
        self._parts = parts = Parts(home, account, random_seed, now, version_quota, regions, log_limit)
        self._presence, self._world = parts.presence, parts.world
        parts.entering = answering.entering_of(parts)
        if log_limit is not None:
            entries_of(parts.log).call_before_forgetting(partial(entered.about_to_forget, parts.world))
        if policy is not None:
            from pytest_secretsmanager.managing.acting import act_by

            act_by(parts, policy)

    # --- entering, leaving and undoing -----------------------------------------------------------------------------

    def __enter__(self) -> Self:
        entry = object()
        try:
            self._parts.entering.enter(entry)
            return self
        except BaseException:
            self._parts.entering.leave([entry])
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        leaving: list[object] = []
        try:
            self._parts.entering.leave(leaving)
        except BaseException:
            self._parts.entering.leave(leaving)  # it may have been broken off before its own `try`
            raise
        answering.report(self._parts, error)

    def __call__(self, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Decorate a function or coroutine function."""
        return decorated(self._parts, function)

    def snapshot(self) -> Snapshot:
        """Return a context manager: the end of `with sm.snapshot():` rolls back the changes of the block.

        It rolls back secrets, log, clock, KMS keys, registered functions, rotations, holds, planned failures and
        subscriptions, and stops an endpoint that was started in the block. It goes back to the beginning of the block,
        not to the call of `snapshot`. Blocks nest, and may end in any order. An exception passes through. As at the end
        of a test, the block ends with an AssertionError for a planned failure or a hold of the block that no rotation
        met, and for a handler that failed.

        Raises UsageError when a snapshot is entered a second time.

        >>> _ = sm.seed("db", "one")
        >>> with sm.snapshot():
        ...     _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        ...     sm.clock.advance(days=30)
        >>> sm.secret("db").value, len(sm.log)
        ('one', 0)
        """
        return Snapshot(self._parts)

    # --- seeding ---------------------------------------------------------------------------------------------------

    @without_own_frames
    def seed(self, name: str, value: Any = NO_VALUE, **options: Unpack[SeedOptions]) -> SecretView:
        """Create a secret, in place of one of the same name, and return its view.

        `name` is a name, or the whole ARN of the secret, with its region, account and last characters. `value` is a
        `str` (SecretString), `bytes` (SecretBinary) or a value that JSON can hold; without it, the secret has no
        version. Options: `versions` (earlier values or `Version`s, oldest first), `tags`, `description`, `kms_key`,
        `policy` (a dict or JSON text), `owning_service`, `rotation` (a `Rotation`), `replicas` (regions),
        `deleted=True`, `region`, `account`.

        A seed follows the rules of AWS's API, and is not logged. Raises UsageError for a seed that AWS would refuse.

        >>> secret = sm.seed("app/db", {"user": "app", "password": "two"}, versions=["one"])
        >>> secret.current.json["password"], secret.previous.value
        ('two', 'one')
        >>> sm.seed("arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf", "hunter2").arn
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf'
        """
        view = plant(self._parts, seed_of(name, value, **options))
        self._parts.home.keep_in_place(key_of(view))
        return view

    # --- looking ---------------------------------------------------------------------------------------------------

    def client(
        self, region: str | None = None, *, principal: "Role | None" = None, **kwargs: Any
    ) -> "SecretsManagerClient":
        """Return a botocore client for this region (None: the default region). It needs no credentials.

        The same arguments give the same client: building one costs milliseconds. `principal` is the role that calls, by
        `sm.iam.role`. `kwargs` are those of botocore's `create_client`; `aws_account_id="…"` makes a client of another
        account. Raises UsageError for an unknown region, for a role of another `SecretsManager`, and while this one is
        not entered.

        >>> sm.client("eu-west-1").meta.region_name
        'eu-west-1'
        """
        answering.require_entered(self._parts, "use its clients")
        credentials = CREDENTIALS if principal is None else self._credentials_of(principal)
        arguments = {"region_name": region or self.region, **credentials, **kwargs}
        self._parts.regions.require(arguments["region_name"])
        return self._parts.clients.of(arguments)

    def _credentials_of(self, role: "Role") -> dict[str, str]:
        from pytest_secretsmanager.controls.iam import credentials_of

        return credentials_of(self.iam, role)

    def endpoint(self, *, port: int = 0) -> "Endpoint":
        """Start the local HTTP endpoint, for subprocesses and programs in other languages; see `Endpoint`.

        It listens on 127.0.0.1 at `port`, 0 for a free port, until it is stopped or this `SecretsManager` is left.
        While it runs, further calls return the same endpoint. It needs the extra `endpoint`. Raises UsageError without
        the extra and when the endpoint runs at another port, and OSError when the port is taken.

        >>> import subprocess, sys, os
        >>> endpoint = sm.endpoint()
        >>> code = "import os; print(os.environ['AWS_ENDPOINT_URL_SECRETS_MANAGER'].rpartition(':')[0])"
        >>> subprocess.run([sys.executable, "-c", code], env=os.environ | endpoint.env, capture_output=True).stdout
        b'http://127.0.0.1\\n'
        """
        answering.require_entered(self._parts, "start its endpoint")
        require_port(port)
        return self._parts.serving.start(self.region, port)

    @known_keywords()
    def secret(self, secret_id: SecretId, *, region: str | None = None, account: str | None = None) -> SecretView:
        """Return the view of a secret, by name, ARN or view. Raises SecretNotFound, which names the nearest secrets.

        >>> _ = sm.seed("app/db", "hunter2")
        >>> sm.secret("app/db").value
        'hunter2'
        """
        return find(self._world, secret_id, region, account)

    @property
    def secrets(self) -> Mapping[str, SecretView]:
        """The secrets of the default region and account by name, oldest first, also if their deletion is scheduled."""
        return SecretMapping(self._world, self.region, self.account)

    @property
    def log(self) -> Log:
        """Every call, newest last. `log.clear()` forgets the calls so far."""
        return self._parts.log

    @property
    def region(self) -> str:
        """The default region of `secret`, `seed` and `client`."""
        return self._parts.home.region

    def __repr__(self) -> str:
        return f"<SecretsManager in {self.region}, account {self.account}>"


def parts_of(manager: SecretsManager) -> Parts:
    """Return a manager's parts, for the fixture and the command: `SecretsManager` shows what users need."""
    return manager._parts  # noqa: SLF001


def _require_not_called(region: object) -> None:
    if callable(region):
        raise UsageError("SecretsManager is called before it decorates: write @SecretsManager()")
