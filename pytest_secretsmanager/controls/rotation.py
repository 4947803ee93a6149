"""Rotation in a test: registering functions, holding rotations, making steps fail, and rotating between reads."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pytest_secretsmanager.arguments import require_count
from pytest_secretsmanager.controls.between_reads import BetweenReads, RotateNow
from pytest_secretsmanager.controls.functions import Functions, Handler
from pytest_secretsmanager.controls.handlers import require_handler
from pytest_secretsmanager.controls.holds import Hold
from pytest_secretsmanager.controls.step_plans import (
    Failure,
    PlannedFailure,
    PlannedStop,
    require_failure,
    require_step,
)
from pytest_secretsmanager.controls.steps import Steps
from pytest_secretsmanager.engine.effects.controls import When
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.service import Service
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.finding import find
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.rotation_runs import RotationRun
from pytest_secretsmanager.inspection.views import SecretId, state_of
from pytest_secretsmanager.inspection.wording import count_text
from pytest_secretsmanager.inspection.world import World

if TYPE_CHECKING:  # under a name, so that help() shows the name and not the long type
    from pytest_secretsmanager.inspection.names import StepName

__tracebackhide__ = True


class RotationControl:
    """The rotations of one `SecretsManager`.

    A rotation function is any Lambda handler. RotateSecret runs its four steps in this process: they have run when the
    call returns, unless the test holds them. While a mock of moto is active, the functions of moto's Lambda can be
    named too, if moto runs them without Docker (`mock_aws(config={"lambda": {"use_docker": False}})`): they do nothing.

    >>> def handler(event, context):
    ...     secret, token = event["SecretId"], event["ClientRequestToken"]
    ...     if event["Step"] == "createSecret":
    ...         _ = sm.client().put_secret_value(
    ...             SecretId=secret, ClientRequestToken=token, SecretString="two", VersionStages=["AWSPENDING"]
    ...         )
    ...     if event["Step"] == "finishSecret":
    ...         _ = sm.client().update_secret_version_stage(
    ...             SecretId=secret,
    ...             VersionStage="AWSCURRENT",
    ...             RemoveFromVersionId=sm.secret(secret).current.id,
    ...             MoveToVersionId=token,
    ...         )
    >>> _ = sm.seed("db", "one")
    >>> arn = sm.rotation.register(handler)
    >>> _ = sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
    >>> sm.assert_rotated("db")
    >>> [step.step for step in sm.rotation.runs[-1].steps]
    ['createSecret', 'setSecret', 'testSecret', 'finishSecret']
    """

    def __init__(
        self,
        service: Service,
        functions: Functions,
        steps: Steps,
        world: World,
        rotate_now: RotateNow,
        region: Callable[[], str],
        account: str,
    ) -> None:
        self._service = service
        self._functions = functions
        self._steps = steps
        self._world = world
        self._rotate_now = rotate_now
        self._region = region
        self._account = account

    @known_keywords()
    def register(
        self,
        handler: Handler,
        arn: str | None = None,
        name: str | None = None,
        *,
        region: str | None = None,
        account: str | None = None,
    ) -> str:
        """Register a handler as a Lambda function, and return the ARN to rotate with.

        `handler(event, context)` gets AWS's event (`Step`, `SecretId` as ARN, `ClientRequestToken`, `RotationToken`).
        It fails a step by raising. A failed step does not fail the test; `assert_rotated` does. While a step runs, the
        environment is that of a Lambda function in its region: AWS_REGION, AWS_DEFAULT_REGION,
        AWS_LAMBDA_FUNCTION_NAME, and SECRETS_MANAGER_ENDPOINT where that is unset.

        Without `arn`, the function has the name `name`, else that of the handler, and is in `region` and `account`
        (None: the default ones). It replaces a function with the same ARN. Clients of the handler call from the
        function's account. Raises UsageError for a handler that Lambda could not call, and for wrong arguments.

        >>> sm.rotation.register(lambda event, context: None, name="rotate-db")
        'arn:aws:lambda:us-east-1:123456789012:function:rotate-db'
        """
        require_handler(handler)
        for what, value in (("ARN", arn), ("name", name), ("account", account)):
            if value is not None and (not isinstance(value, str) or not value):
                raise UsageError(f"the {what} of a function is a str that is not empty, not {value!r}")
        if arn is not None and any(value is not None for value in (name, region, account)):
            raise UsageError("a function is named by its ARN, or by name, region and account, not by both")
        if region is not None:
            self._world.regions.require(region, "the region of a function")
        known = arn or self._functions.free_arn(handler, name, region or self._region(), account or self._account)
        self._functions.add(handler, known)
        return known

    @property
    def runs(self) -> Sequence[RotationRun]:
        """The rotations so far, oldest first. Each attempt is one, and each trial (RotateImmediately false) is one."""
        return tuple(map(RotationRun, self._service.runs))

    @known_keywords()
    def hold(
        self,
        secret_id: SecretId,
        *,
        before: "StepName | None" = None,
        after: "StepName | None" = None,
        optional: bool = False,
        region: str | None = None,
        account: str | None = None,
    ) -> Hold:
        """Stop the next rotation of a secret before or after a step, once, so that the test can look at its state.

        A hold that no rotation has come to fails the test at its end, unless it is `optional`. Raises UsageError for an
        unknown step, and unless exactly one of `before` and `after` is given; SecretNotFound for a missing secret.

        >>> _ = sm.seed("db", "one")
        >>> arn = sm.rotation.register(lambda event, context: None)
        >>> hold = sm.rotation.hold("db", before="createSecret")
        >>> _ = sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
        >>> sm.secret("db").pending.value is None, hold.run.state
        (True, 'held')
        >>> hold.resume().state
        'failed'
        """
        if (before is None) == (after is None):
            raise UsageError("a rotation is held before a step or after a step: hold(secret, before='finishSecret')")
        key = self._key(secret_id, region, account)
        when: When = "after" if before is None else "before"
        step = require_step(after if before is None else before)
        stop = PlannedStop(key, step, when, is_optional=optional)
        self._steps.planned_stops.append(stop)
        return Hold(stop, self._service.resume)

    @known_keywords()
    def fail(
        self,
        step: "StepName",
        error: Failure,
        *,
        secret: SecretId | None = None,
        after: bool = False,
        times: int = 1,
        optional: bool = False,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Make the next steps of this name fail: in place of the function, or, with `after=True`, after it has run.

        `error` is an exception or a class of exceptions. With `secret`, only rotations of that secret fail. `times` is
        the largest number of steps that fail; steps of a trial (RotateImmediately false) count too. If no step has
        failed by the end of the test, the test fails, unless the failure is `optional`: it has not tested that failure.
        Raises UsageError for wrong arguments, and SecretNotFound for a missing secret.

        >>> _ = sm.seed("db", "one")
        >>> arn = sm.rotation.register(lambda event, context: None)
        >>> sm.rotation.fail("setSecret", ConnectionError("no answer"))
        >>> _ = sm.client().rotate_secret(SecretId="db", RotationLambdaARN=arn)
        >>> sm.rotation.runs[-1]
        <rotation of 'db' in us-east-1: failed in setSecret>
        """
        require_step(step)
        require_failure(error)
        require_count("a step", "fails a number of times", times)
        key = None if secret is None else self._key(secret, region, account)
        when: When = "after" if after else "before"
        self._steps.failures.append(PlannedFailure(key, step, when, error, times, is_optional=optional))

    @known_keywords()
    def between_reads(
        self,
        secret_id: SecretId,
        every: int = 1,
        *,
        first: int = 1,
        region: str | None = None,
        account: str | None = None,
    ) -> BetweenReads:
        """Rotate a secret between the reads of the code under test, so that the value just read is no longer current.

        Use it in a `with` block. The secret rotates after read number `first`, and then after every `every` reads. With
        1, each value is out of date at once. Code that reads again when a service refuses its value can then never
        recover, if the service takes only the new value: use 2 or more. GetSecretValue and BatchGetSecretValue are
        reads; those of the rotation itself don't count. The secret needs a rotation function. A block without a
        rotation, or with a failed one, fails the test at its end. Raises UsageError for a secret without a rotation
        function and for numbers below 1, and SecretNotFound for a missing secret.

        >>> _ = sm.seed("db", {"password": "one"}, owning_service="rds")
        >>> _ = sm.client().rotate_secret(SecretId="db")
        >>> with sm.rotation.between_reads("db"):
        ...     values = [sm.client().get_secret_value(SecretId="db")["VersionId"] for _ in range(3)]
        >>> len(set(values))
        3
        """
        for name, number in (("every", every), ("first", first)):
            require_count(name, "is a number of reads", number)
        view = find(self._world, secret_id, region, account)
        if state_of(view).rotation is None:
            raise UsageError(
                f"secret {view.name!r} has no rotation function: seed it with rotation=Rotation(handler), or call "
                "rotate_secret with sm.rotation.register(handler) first"
            )
        return BetweenReads(view, first, every, self._service, self._rotate_now)

    def __repr__(self) -> str:
        return f"<rotation: {count_text(len(self.runs), 'run')}>"

    def _key(self, secret_id: SecretId, region: str | None, account: str | None) -> SecretKey:
        return key_of(find(self._world, secret_id, region, account))
