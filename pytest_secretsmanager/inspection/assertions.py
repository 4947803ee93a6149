"""The assertion helpers: what holds of the secrets and of the log, and texts that say why it does not.

Each reads the views and the log only. A failure names what was expected and what is there, the nearest candidate, and
shows the secret as a table; a value is shown only where the test itself compared it.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import takewhile

from pytest_secretsmanager.engine.errors import UsageError, VersionNotFound
from pytest_secretsmanager.engine.rules import labels
from pytest_secretsmanager.engine.rules.rotation import due_at
from pytest_secretsmanager.engine.tracebacks import without_own_frames
from pytest_secretsmanager.inspection.differences import (
    call_text,
    compared,
    count_text,
    difference_text,
    is_value,
    is_version,
    labels_text,
    place_text,
)
from pytest_secretsmanager.inspection.leaks import leaks_text
from pytest_secretsmanager.inspection.log import Log, differing_fields
from pytest_secretsmanager.inspection.loggable import require_error, require_loggable
from pytest_secretsmanager.inspection.moves import (
    ANYWHERE,
    end_of,
    end_text,
    label_hint,
    move_text,
    require_label,
    require_spelling,
)
from pytest_secretsmanager.inspection.rotations import run_text
from pytest_secretsmanager.inspection.tables import secret_table
from pytest_secretsmanager.inspection.unchanged import Unchanged
from pytest_secretsmanager.inspection.views import SecretId, SecretView, Source, VersionRef, VersionView

__tracebackhide__ = True
"""pytest leaves the frames of this module out: they say nothing to a test's reader, and may hold secret values."""

_NEAREST_SHOWN = 5


class Assertions:
    """The assertion helpers of a `SecretsManager`.

    A secret is named by name, ARN or view, in the fixture's own region and account unless `region` or `account` say
    otherwise.
    """

    def _source(self) -> Source:
        raise NotImplementedError

    def secret(self, secret_id: SecretId, *, region: str | None = None, account: str | None = None) -> SecretView:
        raise NotImplementedError

    @property
    def log(self) -> Log:
        raise NotImplementedError

    # --- values and labels ---------------------------------------------------------------------------------------

    def assert_value(
        self,
        secret_id: SecretId,
        expected: object,
        *,
        version: VersionRef = "AWSCURRENT",
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Holds when that version holds exactly `expected`.

        A `str` is compared with the text of SecretString, `bytes` with SecretBinary; anything else that JSON can spell
        (a dict, a list, a number) with the parsed text. `version` is an id, a number, a label or a view.

        >>> sm.seed("db", {"user": "app", "password": "hunter2"})
        <secret 'db': 1 version, AWSCURRENT on 1>
        >>> sm.assert_value("db", {"password": "hunter2", "user": "app"})
        """
        secret = self.secret(secret_id, region=region, account=account)
        found = _version(secret, version)
        if is_value(found, expected):
            return
        holder = next((other for other in secret.versions if is_value(other, expected)), None)
        hint = "" if holder is None else f"\nthat value is in version {holder.number} ({labels_text(holder)})"
        raise _failure(
            f"version {found.number} of secret {secret.name!r} ({labels_text(found)}) holds another value\n"
            f"{compared(found, expected)}{hint}",
            secret,
        )

    def assert_labels(
        self,
        secret_id: SecretId,
        expected: Mapping[str, VersionRef],
        *,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Holds when the secret's staging labels are placed exactly so, no more and no fewer.

        >>> sm.seed("db", "two", versions=["one"])
        <secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
        """
        secret = self.secret(secret_id, region=region, account=account)
        if not isinstance(expected, Mapping):
            raise UsageError(f"labels are a dict of label and version, not {type(expected).__name__}")
        wanted = {label: _version(secret, version) for label, version in expected.items()}
        found = {label: secret.version(holder) for label, holder in secret.labels.items()}
        if wanted != found:
            differing = [label for label in dict.fromkeys([*wanted, *found]) if wanted.get(label) != found.get(label)]
            lines = [
                f"  {label}: expected {place_text(wanted.get(label))}, found {place_text(found.get(label))}"
                for label in differing
            ]
            raise _failure(f"the labels of secret {secret.name!r} are placed otherwise\n" + "\n".join(lines), secret)

    def assert_label(
        self,
        secret_id: SecretId,
        label: str,
        version: VersionRef,
        *,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Holds when this label sits on this version, wherever the others are.

        >>> sm.seed("db", "two", versions=["one"])
        <secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.assert_label("db", "AWSPREVIOUS", 1)
        """
        require_label(label)
        secret = self.secret(secret_id, region=region, account=account)
        wanted = _version(secret, version)
        holder = secret.labels.get(label)
        if holder != wanted.id:
            found = None if holder is None else secret.version(holder)
            hint = "" if holder else label_hint(label, secret)
            raise _failure(
                f"expected {label} of secret {secret.name!r} {place_text(wanted)}, found it {place_text(found)}{hint}",
                secret,
            )

    def assert_no_label(
        self, secret_id: SecretId, label: str, *, region: str | None = None, account: str | None = None
    ) -> None:
        """Holds when no version of the secret has this label.

        >>> sm.seed("db", "one")
        <secret 'db': 1 version, AWSCURRENT on 1>
        >>> sm.assert_no_label("db", "AWSPENDING")
        """
        require_label(label)
        secret = self.secret(secret_id, region=region, account=account)
        holder = secret.labels.get(label)
        if holder is None:
            require_spelling(label, secret)
        else:
            raise _failure(
                f"expected {label} of secret {secret.name!r} nowhere, found it {place_text(secret.version(holder))}",
                secret,
            )

    def assert_history(
        self, secret_id: SecretId, expected: Sequence[object], *, region: str | None = None, account: str | None = None
    ) -> None:
        """Holds when the secret's versions, oldest first, are exactly these.

        Each item is a value, compared as `assert_value` compares it, or a version view.

        >>> sm.seed("db", "two", versions=["one"])
        <secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.assert_history("db", ["one", "two"])
        """
        secret = self.secret(secret_id, region=region, account=account)
        if isinstance(expected, str | bytes) or not isinstance(expected, Sequence):
            raise UsageError(f"a history is a list of values or versions, not {type(expected).__name__}")
        versions = secret.versions
        pairs = zip(versions, expected, strict=False)
        differing = [(version, item) for version, item in pairs if not is_version(version, item)]
        problems = [f"version {version.number} differs\n{compared(version, item)}" for version, item in differing]
        if len(versions) != len(expected):
            problems.insert(0, f"expected {count_text(len(expected), 'version')}, found {len(versions)}")
        if problems:
            raise _failure(f"secret {secret.name!r} has another history: " + "\n".join(problems), secret)

    def assert_moved(
        self,
        secret_id: SecretId,
        label: str,
        *,
        source: object = ANYWHERE,
        target: object = ANYWHERE,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Holds when the label made that move since the secret was seeded or created.

        `source` and `target` are versions (id, number, label or view); None is nowhere: a label that was placed first,
        or taken away. What is left out may be any.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> sm.assert_moved("db", "AWSCURRENT", source=1, target=2)
        """
        require_label(label)
        secret = self.secret(secret_id, region=region, account=account)
        wanted_source, wanted_target = end_of(secret, source), end_of(secret, target)
        moves = [move for move in secret.history if move.label == label]
        if not any(
            wanted_source in (ANYWHERE, move.source) and wanted_target in (ANYWHERE, move.target) for move in moves
        ):
            wanted = f"did not move from {end_text(secret, wanted_source)} to {end_text(secret, wanted_target)}"
            if (wanted_source, wanted_target) == (ANYWHERE, ANYWHERE):
                wanted = "never moved"
            made = "\n".join(f"  {move_text(secret, move)}" for move in moves) or "  (none; to be seeded is no move)"
            hint = label_hint(label, secret)
            raise _failure(f"{label} of secret {secret.name!r} {wanted}{hint}; its moves:\n{made}", secret)

    # --- the log -------------------------------------------------------------------------------------------------

    @without_own_frames
    def assert_logged(
        self, operation: str, *, times: int | None = None, error: str | None = None, **request_fields: object
    ) -> None:
        """Holds when such a call was logged: exactly `times` often, or at least once.

        `error` asks for a call refused with that code. Fields are the request's members in AWS's spelling; each matches
        by equality, or by any object with an `__eq__` of its own; SecretId also by another way to name that secret, as
        its ARN or its view. Members that AWS does not log can't be asked for.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two", VersionStages=["AWSPENDING"])
        >>> sm.assert_logged("PutSecretValue", times=1, SecretId="db", VersionStages=["AWSPENDING"])
        """
        require_loggable(operation, request_fields)
        require_error(operation, error)
        if not isinstance(times, int | None) or isinstance(times, bool) or (times is not None and times < 0):
            raise UsageError(f"times is a number of calls, or None for at least one, not {times!r}")
        found = self.log.matching(operation, error, request_fields)
        if (len(found) != times) if times is not None else not found:
            wanted = call_text(operation, request_fields, error)
            how_often = "at least once" if times is None else f"{times} times" if times != 1 else "once"
            raise AssertionError(
                f"expected {wanted} to be logged {how_often}, found it {count_text(len(found), 'time')}\n"
                f"{self._nearest_calls(operation, error, request_fields)}"
            )

    @without_own_frames
    def assert_not_logged(
        self, operation: str | None = None, *, error: str | None = None, **request_fields: object
    ) -> None:
        """Holds when no such call was logged; without arguments, when nothing was.

        `error` asks for calls refused with that code.

        >>> sm.assert_not_logged("DeleteSecret")
        """
        require_loggable(operation, request_fields)
        require_error(operation, error)
        found = self.log.matching(operation, error, request_fields)
        if found:
            shown = "\n".join(f"  {event!r}" for event in found[:_NEAREST_SHOWN])
            wanted = call_text(operation or "a call", request_fields, error)
            text = f"expected {wanted} not to be logged, found it {count_text(len(found), 'time')}"
            if operation is None and error is None and not request_fields:
                text = f"expected no call to be logged, found {len(found)}"
            raise AssertionError(f"{text}\n{shown}")

    def assert_log_order(self, *operations: str) -> None:
        """Holds when the calls came in this order; others may have come between.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().get_secret_value(SecretId="db")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> sm.assert_log_order("GetSecretValue", "PutSecretValue")
        """
        if not operations:
            raise UsageError("an order names the operations that it is made of: nothing was named")
        for operation in operations:
            require_loggable(operation, {})
        logged = [event.operation for event in self.log]
        left = iter(logged)
        found = list(takewhile(lambda operation: operation in left, operations))
        if len(found) < len(operations):
            missing = operations[len(found)]
            behind = f" after {', '.join(found)}" if found else ""
            raise AssertionError(
                f"no {missing} was logged{behind}; logged were: {', '.join(logged) or 'no calls at all'}"
            )

    @without_own_frames
    def assert_nothing_leaked(self, *texts: object) -> None:
        """Holds when no secret value stands in a logged request field, or in the texts given.

        Values looked for are those of every version that is there, or was there in this test and was deleted, replaced
        or pruned; those that AWS refused in this test; and the texts of six characters or more inside JSON values. They
        are found in plain, in JSON, base64, hex, URL, HTML and quoted form, as Python prints them, and in up to three
        of these one inside another; inside longer base64 and hex, too. A hash, a compressed or encrypted text, a value
        in other letters, in pieces or split over lines is not found.

        A value of less than six characters counts only as a word of a text, or as a whole field; of less than four not
        in base64 or hex. What names a secret counts never, as in its ARN.

        A text is a `str` or `bytes`, a list, dict or iterator of such, a file or a stream in memory, log records with
        their extra, `caplog`, exceptions with what they came from, mocks with their calls, or an object that prints
        what it holds. Raises UsageError for one that does not: a function, a class, a response (hand over its
        `.text`), `capsys` (hand over `capsys.readouterr()`), an object that prints as `<…>`, a path.

        The failure says where, with the line, and never what.

        >>> _ = sm.seed("db", "correct horse")
        >>> sm.assert_nothing_leaked("connected to db as app")
        """
        leaks = leaks_text(self._source(), texts)
        if leaks:
            raise AssertionError(f"secret values leaked:\n{leaks}")

    # --- rotation ------------------------------------------------------------------------------------------------

    def assert_rotated(self, secret_id: SecretId, *, region: str | None = None, account: str | None = None) -> None:
        """Holds when the secret's last rotation ran all its steps and its new version is current.

        A step that failed is the cause of the failure, so its traceback is shown as well.

        >>> _ = sm.seed("db", {"password": "one"}, owning_service="rds")
        >>> _ = sm.client().rotate_secret(SecretId="db")
        >>> sm.assert_rotated("db")
        """
        secret = self.secret(secret_id, region=region, account=account)
        runs = self._source().service.effects.rotations.runs
        last = next((run for run in reversed(runs) if run.secret == secret.arn and not run.test), None)
        if last is None:
            raise _failure(f"no rotation of secret {secret.name!r} has begun{self._why_no_rotation(secret)}", secret)
        if last.state != "succeeded":
            raise _failure(
                f"the last rotation of secret {secret.name!r} did not succeed: {run_text(last)}", secret
            ) from last.error
        if secret.labels.get(labels.CURRENT) != last.token:
            raise _failure(
                f"the last rotation of secret {secret.name!r} succeeded, but {labels.CURRENT} has moved on from its "
                f"version {last.token}",
                secret,
            )

    def _why_no_rotation(self, secret: SecretView) -> str:
        calls = self.log.matching("RotateSecret", request_fields={"SecretId": secret})
        if calls and calls[-1].error:
            return f"; RotateSecret was refused: {calls[-1].error}: {calls[-1].error_message}"
        due = due_at(secret.state)
        if due is None:
            return ""
        when = f"on {datetime.fromtimestamp(due, UTC):%Y-%m-%d %H:%M} UTC"
        is_late = due <= self._source().now()
        return f"; one was due {when}, and runs with the next call" if is_late else f"; the next one falls due {when}"

    # --- what stays ----------------------------------------------------------------------------------------------

    def assert_unchanged(
        self, secret_id: SecretId | None = None, *, region: str | None = None, account: str | None = None
    ) -> Unchanged:
        """Holds when nothing inside changed this secret, or any secret: values, labels, metadata, existence.

        Reading is no change: dates of the last access don't count.

        >>> _ = sm.seed("db", "one")
        >>> with sm.assert_unchanged("db"):
        ...     _ = sm.client().get_secret_value(SecretId="db")
        """
        only = None if secret_id is None else self.secret(secret_id, region=region, account=account)
        return Unchanged(self._source(), only)

    def _nearest_calls(self, operation: str, error: str | None, fields: Mapping[str, object]) -> str:
        """The calls of that operation that come nearest, with the fields in which they differ."""
        same = [(differing_fields(event, fields), event) for event in self.log if event.operation == operation]
        if not same:
            others = ", ".join(dict.fromkeys(event.operation for event in self.log))
            return f"no {operation} was logged; logged were: {others or 'no calls at all'}"
        same.sort(key=lambda pair: len(pair[0]))
        lines = [f"  {event!r}{difference_text(event, differing, fields, error)}" for differing, event in same]
        return f"{operation} was logged {count_text(len(same), 'time')}:\n" + "\n".join(lines[:_NEAREST_SHOWN])


def _version(secret: SecretView, ref: VersionRef) -> VersionView:
    """The version that an assertion speaks of; one that is not there fails it."""
    try:
        return secret.version(ref)
    except VersionNotFound as error:
        message = str(error)
    raise _failure(message, secret)


def _failure(message: str, secret: SecretView) -> AssertionError:
    return AssertionError(f"{message}\n\n{secret_table(secret)}")
