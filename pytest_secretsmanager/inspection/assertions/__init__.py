"""The assertion helpers. Each module of this room has the rules of one theme; the class has their public methods.

The rules read views and the log only. A failure names the expected and the found, and the nearest candidate; and it
shows the secret as a table. It shows a value only where the test itself compared it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.tracebacks import without_own_frames
from pytest_secretsmanager.inspection.assertions import calls, labels, moves, values
from pytest_secretsmanager.inspection.assertions.moves import ANYWHERE
from pytest_secretsmanager.inspection.finding import find_frozen
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.other_managers import Presence
from pytest_secretsmanager.inspection.views import SecretId, VersionRef
from pytest_secretsmanager.inspection.world import World

if TYPE_CHECKING:  # so that help() shows these names, and not their long definitions
    from pytest_secretsmanager.inspection.assertions.budgets import CallBudget
    from pytest_secretsmanager.inspection.assertions.moves import Anywhere
    from pytest_secretsmanager.inspection.assertions.unchanged import Unchanged
    from pytest_secretsmanager.inspection.names import ErrorCode, LabelName, LoggedName
    from pytest_secretsmanager.policy_sources import PolicySources

__tracebackhide__ = True


class Assertions:
    """The assertion helpers of a `SecretsManager`.

    A secret is named by name, ARN or view. It is looked up in `region` and `account`; without them, in those of its ARN
    or view, else in the fixture's own.
    """

    _presence: Presence
    _world: World

    # --- values and labels ---------------------------------------------------------------------------------------

    @known_keywords()
    def assert_value(
        self,
        secret_id: SecretId,
        expected: object,
        version: "VersionRef | LabelName" = "AWSCURRENT",
        *,
        partial: bool = False,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Assert that this version holds exactly `expected`.

        A `str` is compared with the text of SecretString, `bytes` with SecretBinary; any other JSON value (a dict, a
        list, a number) with the parsed text. `version` is an id, a number, a label or a view.

        With `partial=True` only the keys of `expected` are compared, in nested objects too; lists are compared whole.
        Raises UsageError if `expected` is not a dict then.

        >>> _ = sm.seed("db", {"user": "app", "password": "hunter2"}, versions=["one"])
        >>> sm.assert_value("db", {"password": "hunter2", "user": "app"})
        >>> sm.assert_value("db", "one", "AWSPREVIOUS")
        >>> sm.assert_value("db", {"user": "app"}, partial=True)
        """
        secret = find_frozen(self._world, secret_id, region, account)
        values.assert_value(secret, expected, version, partial=partial)

    @known_keywords()
    def assert_labels(
        self,
        secret_id: SecretId,
        expected: "Mapping[LabelName, VersionRef]",
        *,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Assert that the secret has exactly these staging labels, each on this version.

        >>> _ = sm.seed("db", "two", versions=["one"])
        >>> sm.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
        """
        labels.assert_labels(find_frozen(self._world, secret_id, region, account), expected)

    @known_keywords()
    def assert_label(
        self,
        secret_id: SecretId,
        label: "LabelName",
        version: "VersionRef | LabelName",
        *,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Assert that this label is on this version. Other labels are ignored.

        >>> _ = sm.seed("db", "two", versions=["one"])
        >>> sm.assert_label("db", "AWSPREVIOUS", 1)
        """
        labels.require_label(label)
        labels.assert_label(find_frozen(self._world, secret_id, region, account), label, version)

    @known_keywords()
    def assert_no_label(
        self, secret_id: SecretId, label: "LabelName", *, region: str | None = None, account: str | None = None
    ) -> None:
        """Assert that no version of the secret has this label.

        >>> _ = sm.seed("db", "one")
        >>> sm.assert_no_label("db", "AWSPENDING")
        """
        labels.require_label(label)
        labels.assert_no_label(find_frozen(self._world, secret_id, region, account), label)

    @known_keywords()
    def assert_history(
        self, secret_id: SecretId, expected: Sequence[object], *, region: str | None = None, account: str | None = None
    ) -> None:
        """Assert that the secret's versions, oldest first, are exactly these.

        Each item is a value, compared as `assert_value` compares it, or a version view.

        >>> _ = sm.seed("db", "two", versions=["one"])
        >>> sm.assert_history("db", ["one", "two"])
        """
        values.assert_history(find_frozen(self._world, secret_id, region, account), expected)

    @known_keywords()
    def assert_moved(
        self,
        secret_id: SecretId,
        label: "LabelName",
        *,
        source: "VersionRef | Anywhere | None" = ANYWHERE,
        target: "VersionRef | Anywhere | None" = ANYWHERE,
        region: str | None = None,
        account: str | None = None,
    ) -> None:
        """Assert that the label made this move since the secret was seeded or created, or since `log.clear()`.

        `source` and `target` are versions (id, number, label or view). None means "no version": the label was placed
        for the first time, or removed. Omitted ends match any version.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> sm.assert_moved("db", "AWSCURRENT", source=1, target=2)
        """
        labels.require_label(label)
        moves.assert_moved(find_frozen(self._world, secret_id, region, account), label, source, target)

    # --- the log -------------------------------------------------------------------------------------------------

    @without_own_frames
    def assert_logged(
        self,
        operation: "LoggedName",
        *,
        times: int | None = None,
        error: "ErrorCode | None" = None,
        **request_fields: object,
    ) -> None:
        """Assert that such a call was logged, accepted or refused: exactly `times` times, or at least once.

        `error` asks for a call that was refused with this code; without it, both count. Fields are the request's
        members in AWS's spelling. Each is compared by equality, so an object with an `__eq__` of its own works.
        SecretId also matches another name of the same secret, such as its ARN or its view. Raises UsageError for
        members that AWS doesn't log.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two", VersionStages=["AWSPENDING"])
        >>> sm.assert_logged("PutSecretValue", times=1, SecretId="db", VersionStages=["AWSPENDING"])
        """
        calls.assert_logged(self._world.log, self._presence, operation, times, error, request_fields)

    @without_own_frames
    def assert_not_logged(
        self, operation: "LoggedName | None" = None, *, error: "ErrorCode | None" = None, **request_fields: object
    ) -> None:
        """Assert that no such call was logged; without arguments, that no call was logged.

        `error` and the fields are as in `assert_logged`.

        >>> sm.assert_not_logged("DeleteSecret")
        """
        calls.assert_not_logged(self._world.log, operation, error, request_fields)

    def assert_log_order(self, *operations: "LoggedName") -> None:
        """Assert that the calls came in this order. Other calls may come between them.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().get_secret_value(SecretId="db")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> sm.assert_log_order("GetSecretValue", "PutSecretValue")
        """
        calls.assert_log_order(self._world.log, self._presence, operations)

    @without_own_frames
    def assert_calls(
        self,
        operation: "LoggedName | None" = None,
        *,
        exactly: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
        **request_fields: object,
    ) -> "CallBudget":
        """Assert that the block makes so many calls of an operation; of any operation, if it is None.

        Calls of all threads count, also if the block clears the log or rolls back. Fields are as in `assert_logged`. A
        call that botocore repeats after a fault counts once; the failure shows its attempts. A call of which no attempt
        reaches the service is not logged, and doesn't count. The reads of a BatchGetSecretValue are no calls of their
        own.

        The failure lists the calls with their times, outcomes and places. An exception of the block replaces the
        failure. Raises UsageError without a number, for numbers that contradict each other, and for an unknown
        operation or field.

        >>> _ = sm.seed("db", "one")
        >>> with sm.assert_calls("GetSecretValue", at_most=1, SecretId="db"):
        ...     _ = sm.client().get_secret_value(SecretId="db")
        """
        from pytest_secretsmanager.inspection.assertions import budgets

        budgets.require_countable(operation, request_fields)
        limits = budgets.limits_of(exactly, at_least, at_most)
        return budgets.CallBudget(self._world, self._presence, operation, limits, request_fields)

    @without_own_frames
    @known_keywords()
    def assert_nothing_leaked(self, *texts: object, ignore: Iterable[str] = ()) -> None:
        """Assert that no logged request field and none of these texts contains a secret value.

        A secret value leaks if a text holds it, or one of the texts and numbers inside its JSON, also of JSON inside
        JSON, with eight characters or more: plain, escaped as in JSON or by `repr`, URL-encoded, in base64 or hex, or
        in two of these forms nested. Values count that exist, and those that were deleted, replaced, pruned or refused
        in the test; of the deleted and of the refused ones the last 2,000 are kept, and at most 8 MiB. Names don't
        count: a text that equals the name, ARN, region or account of a secret, a match inside such a name or ARN, and
        the texts in `ignore`, each a whole value or a whole text inside one, such as a host or a user name.

        A text is a `str` or `bytes`; a list, dict or iterator of texts; a file or a stream in memory; log records with
        their extra, or `caplog`; an exception with its causes; a mock with its calls; or an object whose `str()` or
        `repr()` shows its content. Raises UsageError for other objects: a function, a class, a response (pass its
        `.text`), `capsys` (pass `capsys.readouterr()`), an object that prints as `<…>`, a path, None or a bool. Raises
        UsageError too if texts are passed and no value can be found in them: each one is shorter or ignored, or this
        SecretsManager has had none, and another one has answered calls. Without any secret the helper passes.

        The failure names the place and the line, and never shows the value.

        >>> _ = sm.seed("db", "correct horse")
        >>> sm.assert_nothing_leaked("connected to db as app")
        >>> _ = sm.seed("app", {"user": "reporting", "password": "battery staple"})
        >>> sm.assert_nothing_leaked("connected as reporting", ignore=["reporting"])
        """
        from pytest_secretsmanager.inspection.assertions import leaks

        leaks.assert_nothing_leaked(self._world, self._presence, texts, ignore)

    @without_own_frames
    def assert_allowed(self, policy: "PolicySources") -> None:
        """Assert that this identity policy allows every call logged so far, refused calls included.

        `policy` is a dict, JSON text, the path of a file, or a list of several. A relative path starts at the folder of
        the test's file, outside pytest at the working directory. Calls of every caller count. Each is decided with its
        caller, its time and the tags of that time. Policies of secrets and keys don't count. The failure names each
        call that the policy refuses, with the reason.

        Raises UsageError for a malformed policy, and for a missing file.

        >>> _ = sm.seed("app/db", "hunter2")
        >>> _ = sm.client().get_secret_value(SecretId="app/db")
        >>> read = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
        >>> sm.assert_allowed({"Version": "2012-10-17", "Statement": [read]})
        """
        from pytest_secretsmanager.inspection.assertions import allowed

        allowed.assert_allowed(self._world, policy)

    # --- rotation ------------------------------------------------------------------------------------------------

    @known_keywords()
    def assert_rotated(self, secret_id: SecretId, *, region: str | None = None, account: str | None = None) -> None:
        """Assert that the secret's last rotation ran all its steps, and that its new version is current.

        The error of a failed step is the cause of the failure, so its traceback is shown as well.

        >>> _ = sm.seed("db", {"password": "one"}, owning_service="rds")
        >>> _ = sm.client().rotate_secret(SecretId="db")
        >>> sm.assert_rotated("db")
        """
        from pytest_secretsmanager.inspection.assertions import rotations

        rotations.assert_rotated(find_frozen(self._world, secret_id, region, account))

    # --- state -------------------------------------------------------------------------------------------------

    @known_keywords()
    def assert_unchanged(
        self, secret_id: SecretId | None = None, *, region: str | None = None, account: str | None = None
    ) -> "Unchanged":
        """Assert that the block changes nothing of this secret, or of any secret: values, labels, metadata, existence.

        Reads don't count as changes, although they set the dates of the last access.

        >>> _ = sm.seed("db", "one")
        >>> with sm.assert_unchanged("db"):
        ...     _ = sm.client().get_secret_value(SecretId="db")
        """
        from pytest_secretsmanager.inspection.assertions.unchanged import Unchanged

        only = None if secret_id is None else find_frozen(self._world, secret_id, region, account)
        return Unchanged(self._world, only)
