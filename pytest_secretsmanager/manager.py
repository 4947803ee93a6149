"""`SecretsManager`: what a test holds. It joins the rooms of this package and has no logic of its own."""

import functools
import inspect
import os
import textwrap
import warnings
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from random import Random
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, Unpack, cast

from pytest_secretsmanager.controls.clock import Clock, wall_times
from pytest_secretsmanager.controls.functions import Functions
from pytest_secretsmanager.controls.panel import Panel
from pytest_secretsmanager.controls.replication import HeldReplicas
from pytest_secretsmanager.controls.steps import Steps
from pytest_secretsmanager.doors import active, environment, moto, patch
from pytest_secretsmanager.doors.active import RunningFunction
from pytest_secretsmanager.doors.client import Responder
from pytest_secretsmanager.doors.session import new_client
from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.call import Call, Parameters
from pytest_secretsmanager.engine.callers import require_account, user_of
from pytest_secretsmanager.engine.checkpoints import Restore, checkpoint
from pytest_secretsmanager.engine.effects.runs import RotationRun
from pytest_secretsmanager.engine.errors import ServiceError, UnsupportedOperation, UsageError
from pytest_secretsmanager.engine.interrupts import taken_back
from pytest_secretsmanager.engine.keys import KeyRing, KmsRefusal
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.ports import Ports, RequestIds, new_uuid
from pytest_secretsmanager.engine.regions import extra_regions as regions_with
from pytest_secretsmanager.engine.rules import cross_account
from pytest_secretsmanager.engine.rules.retention import VERSION_QUOTA
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.engine.tracebacks import without_own_frames
from pytest_secretsmanager.entering import Entering
from pytest_secretsmanager.entering import lock as entering_lock
from pytest_secretsmanager.home import Home
from pytest_secretsmanager.inspection import worlds
from pytest_secretsmanager.inspection.assertions import Assertions
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.log import Log
from pytest_secretsmanager.inspection.mapping import SecretMapping
from pytest_secretsmanager.inspection.presence import Presence
from pytest_secretsmanager.inspection.rotations import cut_off_text
from pytest_secretsmanager.inspection.views import SecretId, SecretView, World
from pytest_secretsmanager.report.section import failure_section
from pytest_secretsmanager.seeds import NO_VALUE, Seed, SeedOptions, require_regions, seed_of

__tracebackhide__ = True

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager.client import SecretsManagerClient

    from pytest_secretsmanager.doors.http import Endpoint

_LAST_PORT = 65_535

_UNSEEDED = Random()  # noqa: S311 - ids, never keys
"""Where ids come from that need not be repeatable: one for all managers, since each costs its manager time to make."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_UNSEEDED.seed)  # else children of one process would make the same ids

_LONGEST_REFUSAL = 400
"""Characters of AWS's refusal of a seed that are shown: some of them hold the whole of what was refused."""

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


_decorating: ContextVar[tuple["SecretsManager", ...]] = ContextVar("decorating", default=())
"""The managers whose decorated functions are running in this thread or task."""


class SecretsManager(Panel, Assertions):
    """A local AWS Secrets Manager, with all its regions and accounts.

    While it is entered, it answers every Secrets Manager call that botocore makes in this process, by clients made
    before or after; calls to other services are left alone. Entered inside another one, it answers until it is left.
    Used as a decorator, each call of the function starts from the secrets and the log that were there before, and all
    that it did is rolled back when it ends: clock, keys, registered functions and rotations too.

    `region` and `account` are where `sm.secret`, `sm.seed` and `sm.client` look when nothing else is said; `account`
    is also that of every client whose credentials name no other. Without a `region` it is that of AWS_DEFAULT_REGION,
    else us-east-1. `now` is where the clock starts (a datetime with a time zone; None: at the real time).
    `version_quota` is how many versions a secret may have: AWS's documented 100, unless a test writes more often than
    AWS would allow. `random_seed` makes ARN suffixes, version ids, request ids and random passwords repeatable.
    `extra_regions` names regions that are newer than the installed botocore. In a region that AWS has not, a client
    gets botocore's EndpointConnectionError, as from a host that does not exist.

    >>> with SecretsManager(region="eu-west-1") as sm:
    ...     _ = sm.seed("db", "hunter2")
    ...     sm.client().get_secret_value(SecretId="db")["SecretString"]
    'hunter2'
    """

    def __init__(
        self,
        region: str | None = None,
        account: str = "123456789012",
        *,
        random_seed: int | str | None = None,
        now: datetime | None = None,
        version_quota: int = VERSION_QUOTA,
        extra_regions: Collection[str] = (),
    ) -> None:
        _require_not_called(region)
        self._regions = regions_with(extra_regions)
        self._home = Home(region, self._regions)
        require_account(account)
        _require_seed(random_seed)
        _require_quota(version_quota)
        self._account = account
        self._clock = clock = Clock(now)
        self._keys = KeyRing(moto.key)
        self._random = _UNSEEDED if random_seed is None else Random(random_seed)  # noqa: S311 - ids, never keys
        self._entries: list[Entry] = []
        self._log = Log(self._entries)
        self._new_request_id = RequestIds(self._random)
        self._functions = Functions(
            self._new_request_id, lambda arn, body: patch.run_function(self._responder, arn, body), self._regions
        )
        self._steps, self._held = Steps(), HeldReplicas()
        ports = Ports(
            self._random, self._keys, version_quota, self._functions.by_arn, self._regions, elsewhere=moto.function
        )
        self._service = Service(ports, self._entries, clock.seconds, self._steps, self._held)
        clock.follow(self._service)
        self._responder = Responder(
            self._service,
            clock.seconds,
            account,
            self._random,
            self._new_request_id,
            repeatable=random_seed is not None,
            unreached=worlds.note_unreached,
        )
        self._presence = Presence(self._log, self._home.region_now)
        self._world = World(self._service, self._log, clock.seconds, self._home.region_now, account)
        self._clients: dict[object, SecretsManagerClient] = {}
        self._endpoint: Endpoint | None = None
        self._crashes: list[str] = []
        self._entering = entering_lock
        self._entered = Entering(self._begin, self._end, self._after)
        self._decorated = False
        self._functions_cut_off: list[str] = []
        self._endpoints_to_stop: list[Endpoint] = []

    # --- entering and leaving --------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        entry = object()
        try:
            self._entered.enter(entry)
            return self
        except BaseException:
            self._entered.leave([entry])
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        leaving: list[object] = []
        try:
            self._entered.leave(leaving)
        except BaseException:
            self._entered.leave(leaving)  # it may have been broken off before its own `try`
            raise
        self._tell(error)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """The same as `with self`, for callers of this package: no part of it stands in the caller's frame."""
        entry = object()
        try:
            with taken_back(lambda: self._entered.enter(entry), lambda: self._entered.leave([entry])):
                yield
        except BaseException as error:
            self._tell(error)
            raise
        self._tell(None)

    @property
    def _depth(self) -> int:
        return self._entered.depth

    def _tell(self, error: BaseException | None) -> None:
        """Tells what is to be told when all else is done, and an error of the block comes first.

        That is: functions that were cut off, and, once it is left, handlers of events that failed, and plans for
        rotations that never came to pass.
        """
        self._tell_of_functions(error)
        if (self._events is not None or self._steps.are_planned) and not self._entered.depth:
            try:
                self.events.require_handled(error)
                if error is None:
                    self._steps.require_met()
            finally:
                self._steps.forget()

    def _begin(self) -> None:
        environment.enter(self._responder, self._home.region)
        patch.activate(self._responder)
        self._presence.begin()
        worlds.enter(self._world)

    def _end(self) -> None:
        """Takes back what `_begin` has done, or has begun to. Once more changes nothing."""
        if active.is_any_function_running():
            self._cut_off("its SecretsManager was left", refuse=False)
        patch.deactivate(self._responder)
        environment.leave(self._responder)
        self._presence.end()
        worlds.leave(self._world)
        if self._endpoint is not None:
            self._endpoints_to_stop.append(self._endpoint)
            self._endpoint = None

    def _after(self) -> None:
        """Stops the endpoints of the time that is over: that may take seconds. Once more changes nothing."""
        while self._endpoints_to_stop:
            self._endpoints_to_stop[-1].stop()
            self._endpoints_to_stop.pop()

    def _cut_off(
        self, why: str, *, refuse: bool, functions: Collection[RunningFunction] = (), runs: Collection[RotationRun] = ()
    ) -> None:
        """Cuts off rotation functions that still run in other threads, and their rotations, but for those named."""
        late = [function for function in active.functions_of(self._responder) if function not in functions]
        for function in active.cut_off(late, refuse=refuse):
            self._functions_cut_off.append(cut_off_text(function.name, function.frame, why))
        environment.end_functions(late)
        self._service.effects.rotations.cut_off(runs)

    def _tell_of_functions(self, error: BaseException | None) -> None:
        """Tells of the functions that were cut off, once: by a warning, or in a note of the error that comes first."""
        while self._functions_cut_off:
            text = self._functions_cut_off.pop()
            if error is not None:
                error.add_note(text)
            else:
                warnings.warn(text, RuntimeWarning, stacklevel=4)

    def unset_variables(self) -> dict[str, str]:
        """The environment variables that nobody but another `SecretsManager` has set, as this one would set them.

        For those who rather set them themselves.
        """
        return environment.unset_variables(self.region)

    def __call__(self, function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
        """Decorates a function or coroutine function."""
        generates = inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)
        if generates or inspect.isclass(function) or not callable(function):
            raise UsageError(
                f"SecretsManager decorates functions and coroutine functions, not {function!r}; tests of a class get "
                "one by the fixture secretsmanager, or by entering one in setUp"
            )

        @functools.wraps(function)
        def run(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
            with self.answering(), self._rolled_back():
                result = function(*args, **kwargs)
            _require_done(function, result)
            return result

        @functools.wraps(function)
        async def run_async(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> Any:
            with self.answering(), self._rolled_back():
                return await cast("Any", function(*args, **kwargs))

        return cast("Callable[_Arguments, _Result]", run_async) if inspect.iscoroutinefunction(function) else run

    @contextmanager
    def _rolled_back(self) -> Iterator[None]:
        """What a decorated function runs in; one that it calls itself is rolled back before it."""
        outer = _decorating.get()
        outermost = self not in outer
        if outermost and self._decorated:
            raise UsageError(
                "a function decorated with this SecretsManager is still running; give functions that run at the same "
                "time one each"
            )

        def begin() -> None:
            self._decorated = True
            _decorating.set((*outer, self))

        def end() -> None:
            _decorating.set(outer)  # not by a token: a coroutine that is thrown away may end in another context
            self._decorated = not outermost

        with taken_back(begin, end), self.rolled_back():
            yield

    @contextmanager
    def rolled_back(self, *, own_log: bool = False) -> Iterator[None]:
        """What happens inside is taken back at the end: secrets, log, clock, keys, rotations and what was planned.

        With `own_log` the log begins empty inside. An endpoint that was started inside is stopped. A rotation function
        that was called inside and still runs is cut off: nothing answers it any more.
        """
        parts = (self.clock, self._keys, self._functions, self._steps, self._held, self._home, self.events)
        endpoint = self._endpoint
        functions, runs = active.functions_of(self._responder), self.rotation.runs

        def begin() -> None:
            if own_log:
                self._log.begin_anew()
                self._presence.begin_anew()
                self._crashes.clear()

        def end() -> None:
            if self._endpoint is not endpoint:
                self._stop_endpoint()
                self._endpoint = endpoint
            self._cut_off("what called it was rolled back", refuse=True, functions=functions, runs=runs)

        checkpoints = (
            *(part.checkpoint for part in parts),
            *self._checkpoints_of_chance(),
            self._log.checkpoint,
            lambda: checkpoint(self._clients),
        )
        try:
            # No name keeps a context that is thrown away alive.
            with (
                self._service.rolled_back(*checkpoints),
                taken_back(begin, end),
                self._steps.all_met(),
                self.events.all_handled(),
            ):
                yield
        except BaseException as error:
            self._tell_of_functions(error)
            raise
        self._tell_of_functions(None)

    def _checkpoints_of_chance(self) -> Sequence[Callable[[], Restore]]:
        """What is to be repeatable comes again as it came, too."""
        return (self._checkpoint_random, self._new_request_id.checkpoint) if self._responder.repeatable else ()

    def _checkpoint_random(self) -> Restore:
        state = self._random.getstate()
        return lambda: self._random.setstate(state)

    def _stop_endpoint(self) -> None:
        if self._endpoint is not None:
            self._endpoint.stop()

    # --- seeding ---------------------------------------------------------------------------------------------------

    @without_own_frames
    def seed(self, name: str, value: Any = NO_VALUE, **options: Unpack[SeedOptions]) -> SecretView:
        """Puts a secret there, in place of one of that name, and gives its view.

        `name` is a name, or the whole ARN that the secret is to have: that says region, account and last characters.
        `value` is a `str` (SecretString), `bytes` (SecretBinary) or anything JSON can spell; left out, the secret has
        no version. Options: `versions` (values or `Version`s before that one, oldest first), `tags`, `description`,
        `kms_key`, `policy` (a dict or JSON text), `owning_service`, `rotation` (a `Rotation`), `replicas` (regions),
        `deleted=True`, `region`, `account`.

        Seeding goes by the API's own rules, but is not logged. Raises UsageError for what AWS would not allow.

        >>> sm.seed("app/db", {"user": "app", "password": "two"}, versions=[{"user": "app", "password": "one"}])
        <secret 'app/db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.seed("arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf", "hunter2").arn
        'arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf'
        """
        view = self.plant(seed_of(name, value, **options))
        self._home.keep_in_place(view.key)
        return view

    def plant(self, seed: Seed) -> SecretView:
        """Puts a secret there that was described before."""
        require_regions(seed, self._regions)
        region = seed.options.get("region", self.region)
        account = seed.options.get("account", self.account)
        principal = seed.principal(account, user_of(account, region).arn)

        key = SecretKey(region, account, seed.name)
        now = self.clock.seconds()

        def make_call(operation: str, parameters: Parameters, time: float) -> Call:
            return Call(operation, parameters, region, principal, time, request_id="seed")

        try:
            with self._service.transaction(self._keys.checkpoint, self._functions.checkpoint):
                function = self._function_of(seed, region, account)
                self._remove(key, now)
                self._ensure_key(seed, region, account)
                for call in seed.calls(make_call, now, lambda: new_uuid(self._random), function):
                    self._service.seed(call)
                self._require_replicated(key)
        except ServiceError as error:
            refusal = f"AWS answers {error.code}: {textwrap.shorten(str(error), _LONGEST_REFUSAL)}"
        else:
            self._home.note(key, seed, self._service.store.get(key))
            return SecretView(self._world, key)
        raise UsageError(f"secret {textwrap.shorten(seed.name, 80)!r} can't be seeded so; {refusal}")

    def follow_environment(self) -> None:
        """Goes to the region that AWS_DEFAULT_REGION names by now, unless a region was given to this one.

        For a scene that is set in steps, as the fixtures of a test do. A secret that a marker or a file has seeded
        without a region since the first such call goes along, as long as no call has been logged and the secret is as
        it was planted. What `sm.seed` has put there stays, since its view is in use. Raises UsageError, and changes
        nothing, where a secret can't go along.
        """
        region = self._home.follow()
        if region is None:
            return
        with self._service.transaction(self._keys.checkpoint, self._functions.checkpoint):
            with_seeds = not self._log and not self._log.cleared
            with self._home.moved_to(region, self._world.state_of, with_seeds=with_seeds) as seeds:
                for key in seeds:
                    self._remove(key, self.clock.seconds())
                for seed in seeds.values():
                    self.plant(seed)

    def _require_replicated(self, key: SecretKey) -> None:
        """Refuses a seed with a replica that AWS could not make."""
        secret = self._service.store.get(key)
        for region, replica in secret.replicas.items() if secret is not None else ():
            if replica.status == "Failed":
                raise UsageError(f"secret {key.name!r} can't be seeded so; no replica in {region}: {replica.message}")

    def _function_of(self, seed: Seed, region: str, account: str) -> str | None:
        """The ARN of a seed's rotation function, which is registered where the seed brings it along."""
        function = seed.rotation.function if seed.rotation is not None else None
        if callable(function):
            return self.rotation.register(function, region=region, account=account)
        named = None if function is None else arns.parse_function(function)
        if function and named and named.region == region and not self._is_there(function):
            raise UsageError(f"no function is registered as {function}: sm.rotation.register(handler, arn=…) does that")
        return function

    def _is_there(self, function: str) -> bool:
        """Whether there is a function of that ARN; UsageError for one that can't run here."""
        try:
            return self._service.ports.function(function) is not None
        except UnsupportedOperation as refusal:
            raise UsageError(str(refusal)) from None

    def _ensure_key(self, seed: Seed, region: str, account: str) -> None:
        """Makes the KMS key that a seed names, where it names one that is not there."""
        name = seed.options.get("kms_key", "")
        try:
            self._keys.find(region, account, name)
        except KmsRefusal as refusal:
            if refusal.code == "NotFoundException" and "alias/aws/" not in name:
                self._keys.create_named(region, account, name)

    def _remove(self, key: SecretKey, now: float) -> None:
        """Takes a secret away that a seed is to replace, in the name of whoever owns it, and its replicas with it."""
        present = self._service.store.get(key)
        if present is None:
            return
        principal = user_of(key.account, key.region)

        def call_of(operation: str, parameters: Parameters) -> Call:
            return Call(operation, {"SecretId": key.name, **parameters}, key.region, principal, now, request_id="seed")

        if present.is_replica or cross_account.primary_of(present) is not None:
            self._service.seed(call_of("StopReplicationToReplica", {}))
        if present.replicas:
            self._service.seed(call_of("RemoveRegionsFromReplication", {"RemoveReplicaRegions": [*present.replicas]}))
        for arn in cross_account.associated(present):
            self._service.seed(call_of("DisassociateCrossAccountReplica", {"CrossAccountReplicaARN": arn}))
        call = call_of("DeleteSecret", {"ForceDeleteWithoutRecovery": True})
        if present.deletion is not None:
            call = call._replace(time=min(call.time, present.deletion.due - 1))  # later there is nothing to delete
        owner = call.principal._replace(service=present.owning_service)
        self._service.seed(call._replace(principal=owner))

    def _rotate_now(self, key: SecretKey) -> str:
        """RotateSecret in the name of the secret's own account; gives the token."""
        token = new_uuid(self._random)
        parameters = {"SecretId": key.name, "ClientRequestToken": token}
        principal = user_of(key.account, key.region)
        now, request_id = self.clock.seconds(), self._new_request_id()
        self._service.call(Call("RotateSecret", parameters, key.region, principal, now, request_id))
        return token

    # --- looking ---------------------------------------------------------------------------------------------------

    def client(self, region: str | None = None, **kwargs: Any) -> "SecretsManagerClient":
        """A botocore client for this region (None: the default one), which needs no credentials.

        The same arguments give the same client: building one costs milliseconds. `kwargs` are those of botocore's
        `create_client`; `aws_account_id="…"` makes a client of another account.

        >>> sm.client("eu-west-1").meta.region_name
        'eu-west-1'
        """
        self._require_entered("use its clients")
        arguments = {"region_name": region or self.region, **environment.CREDENTIALS, **kwargs}
        self._regions.require(arguments["region_name"])
        key = tuple(sorted(arguments.items(), key=lambda item: item[0]))
        if not all(isinstance(value, Hashable) for value in arguments.values()):
            return cast("SecretsManagerClient", new_client(**arguments))
        if key not in self._clients:
            self._clients[key] = new_client(**arguments)
        return self._clients[key]

    def endpoint(self, *, port: int = 0) -> "Endpoint":
        """Starts the local HTTP endpoint, for subprocesses and programs in other languages; see `Endpoint`.

        `port` is where it listens on 127.0.0.1, 0 for a free one. It runs until it is stopped, or this
        `SecretsManager` is left; asked again meanwhile, it is the same one. Needs the extra `endpoint`; raises
        UsageError without it, or when it runs at another port, and OSError when the port is taken.

        >>> import subprocess, sys, os
        >>> endpoint = sm.endpoint()
        >>> code = "import os; print(os.environ['AWS_ENDPOINT_URL_SECRETS_MANAGER'].rpartition(':')[0])"
        >>> subprocess.run([sys.executable, "-c", code], env=os.environ | endpoint.env, capture_output=True).stdout
        b'http://127.0.0.1\\n'
        """
        self._require_entered("start its endpoint")
        if not isinstance(port, int) or isinstance(port, bool) or not 0 <= port <= _LAST_PORT:
            raise UsageError(f"a port is a number from 0 to {_LAST_PORT}, not {port!r}")
        with self._entering:
            if self._endpoint is None or self._endpoint.is_stopped:
                self._endpoint = _endpoint_class()(self._responder, self.region, wall_times, self._crashes, port=port)
            if port not in (0, self._endpoint.port):
                raise UsageError(f"the endpoint is at port {self._endpoint.port} already: stop it to have it at {port}")
            return self._endpoint

    @known_keywords()
    def secret(self, secret_id: SecretId, *, region: str | None = None, account: str | None = None) -> SecretView:
        """The view of a secret by name, ARN or view; SecretNotFound, with the nearest names, when there is none.

        >>> _ = sm.seed("app/db", "hunter2")
        >>> sm.secret("app/db").value
        'hunter2'
        """
        return self._world.find(secret_id, region, account)

    @property
    def secrets(self) -> Mapping[str, SecretView]:
        """The secrets of the default region and account by name, those scheduled for deletion included."""
        return SecretMapping(self._world, self.region, self.account)

    @property
    def log(self) -> Log:
        """Every call, newest last; `log.clear()` forgets those so far."""
        return self._log

    def failure_section(self) -> str:
        """What a failing test's reader should know: crashes, failed handlers, unfinished rotations. Empty: nothing."""
        failed = () if self._events is None else self._events.problems
        return failure_section(self._world, [*self.crashes, *failed])

    @property
    def crashes(self) -> Sequence[str]:
        """What crashed inside its endpoints: their clients were told of an InternalServiceError only."""
        return tuple(self._crashes)

    @property
    def region(self) -> str:
        """The region of `secret`, `seed` and `client` when nothing else is said."""
        return self._home.region

    def _require_entered(self, what: str) -> None:
        if self._depth == 0:
            raise UsageError(f"this SecretsManager answers no calls now: {what} inside `with SecretsManager() as sm:`")

    def __repr__(self) -> str:
        return f"<SecretsManager in {self.region}, account {self.account}>"


def _endpoint_class() -> "type[Endpoint]":
    try:
        from pytest_secretsmanager.doors.http import Endpoint
    except ModuleNotFoundError as error:
        raise UsageError(
            f"the endpoint needs {error.name}, which is not installed: pip install 'pytest-secretsmanager[endpoint]'"
        ) from None
    return Endpoint


def _require_done(function: Callable[..., object], result: object) -> None:
    """Refuses what a decorated function leaves to be done after it: nobody would answer it any more."""
    is_done = getattr(result, "done", None)  # of a future
    if inspect.isawaitable(result) and not (callable(is_done) and is_done()):
        if inspect.iscoroutine(result):
            result.close()
        raise UsageError(
            f"{function!r}, decorated with SecretsManager, is no coroutine function but gave something to be awaited, "
            "which nobody would answer any more: decorate the coroutine function itself"
        )


def _require_not_called(region: object) -> None:
    if callable(region):
        raise UsageError("SecretsManager is called before it decorates: write @SecretsManager()")


def _require_seed(random_seed: object) -> None:
    if not isinstance(random_seed, int | str | None):
        raise UsageError(f"random_seed is an int, a str or None, not {type(random_seed).__name__}")


def _require_quota(version_quota: object) -> None:
    if not isinstance(version_quota, int) or isinstance(version_quota, bool) or version_quota < 1:
        raise UsageError(f"version_quota is a number of versions, at least 1, not {version_quota!r}")
