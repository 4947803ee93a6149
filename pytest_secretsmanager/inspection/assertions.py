"""The assertion helpers: what holds of the secrets and of the log, and texts that say why it does not.

Each reads the views and the log only. A failure names what was expected and what is there, the nearest candidate, and
shows the secret as a table; a value is shown only where the test itself compared it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pytest_secretsmanager.engine.tracebacks import without_own_frames
from pytest_secretsmanager.inspection import calls, labels, moves, rotated, values
from pytest_secretsmanager.inspection.keywords import known_keywords
from pytest_secretsmanager.inspection.leaks import leaks_text
from pytest_secretsmanager.inspection.log import Log
from pytest_secretsmanager.inspection.moves import ANYWHERE
from pytest_secretsmanager.inspection.presence import Presence
from pytest_secretsmanager.inspection.unchanged import Unchanged
from pytest_secretsmanager.inspection.views import SecretId, SecretView, VersionRef, World

if TYPE_CHECKING:  # as names, so that help() shows these and not all that they stand for
    from pytest_secretsmanager.inspection.moves import Anywhere
    from pytest_secretsmanager.inspection.names import ErrorCode, LabelName, LoggedName

__tracebackhide__ = True


class Assertions:
    """The assertion helpers of a `SecretsManager`.

    A secret is named by name, ARN or view, in the fixture's own region and account unless `region` or `account` say
    otherwise.
    """

    _presence: Presence
    _world: World

    def secret(self, secret_id: SecretId, *, region: str | None = None, account: str | None = None) -> SecretView:
        raise NotImplementedError

    @property
    def log(self) -> Log:
        raise NotImplementedError

    def _as_it_is_now(self, secret_id: SecretId, region: str | None, account: str | None) -> SecretView:
        """What an assertion looks at several times: beside threads that write, each look has to see the same."""
        return self.secret(secret_id, region=region, account=account).as_it_is_now()

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
        """Holds when that version holds exactly `expected`.

        A `str` is compared with the text of SecretString, `bytes` with SecretBinary; anything else that JSON can spell
        (a dict, a list, a number) with the parsed text. `version` is an id, a number, a label or a view.

        With `partial=True` a dict names the keys that are compared, in objects inside of it too; the secret may have
        more. Lists are compared whole. Raises UsageError for what is no dict then.

        >>> sm.seed("db", {"user": "app", "password": "hunter2"}, versions=["one"])
        <secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.assert_value("db", {"password": "hunter2", "user": "app"})
        >>> sm.assert_value("db", "one", "AWSPREVIOUS")
        >>> sm.assert_value("db", {"user": "app"}, partial=True)
        """
        secret = self._as_it_is_now(secret_id, region, account)
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
        """Holds when the secret's staging labels are placed exactly so, no more and no fewer.

        >>> sm.seed("db", "two", versions=["one"])
        <secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.assert_labels("db", {"AWSCURRENT": 2, "AWSPREVIOUS": 1})
        """
        labels.assert_labels(self._as_it_is_now(secret_id, region, account), expected)

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
        """Holds when this label sits on this version, wherever the others are.

        >>> sm.seed("db", "two", versions=["one"])
        <secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.assert_label("db", "AWSPREVIOUS", 1)
        """
        labels.require_label(label)
        labels.assert_label(self._as_it_is_now(secret_id, region, account), label, version)

    @known_keywords()
    def assert_no_label(
        self, secret_id: SecretId, label: "LabelName", *, region: str | None = None, account: str | None = None
    ) -> None:
        """Holds when no version of the secret has this label.

        >>> sm.seed("db", "one")
        <secret 'db': 1 version, AWSCURRENT on 1>
        >>> sm.assert_no_label("db", "AWSPENDING")
        """
        labels.require_label(label)
        labels.assert_no_label(self._as_it_is_now(secret_id, region, account), label)

    @known_keywords()
    def assert_history(
        self, secret_id: SecretId, expected: Sequence[object], *, region: str | None = None, account: str | None = None
    ) -> None:
        """Holds when the secret's versions, oldest first, are exactly these.

        Each item is a value, compared as `assert_value` compares it, or a version view.

        >>> sm.seed("db", "two", versions=["one"])
        <secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>
        >>> sm.assert_history("db", ["one", "two"])
        """
        values.assert_history(self._as_it_is_now(secret_id, region, account), expected)

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
        """Holds when the label made that move since the secret was seeded or created, or since `log.clear()`.

        `source` and `target` are versions (id, number, label or view); None is nowhere: a label that was placed first,
        or taken away. What is left out may be any.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> sm.assert_moved("db", "AWSCURRENT", source=1, target=2)
        """
        labels.require_label(label)
        moves.assert_moved(self._as_it_is_now(secret_id, region, account), label, source, target)

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
        """Holds when such a call was logged: exactly `times` often, or at least once.

        `error` asks for a call refused with that code. Fields are the request's members in AWS's spelling; each matches
        by equality, or by any object with an `__eq__` of its own; SecretId also by another way to name that secret, as
        its ARN or its view. Members that AWS does not log can't be asked for.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two", VersionStages=["AWSPENDING"])
        >>> sm.assert_logged("PutSecretValue", times=1, SecretId="db", VersionStages=["AWSPENDING"])
        """
        calls.assert_logged(self.log, self._presence, operation, times, error, request_fields)

    @without_own_frames
    def assert_not_logged(
        self, operation: "LoggedName | None" = None, *, error: "ErrorCode | None" = None, **request_fields: object
    ) -> None:
        """Holds when no such call was logged; without arguments, when nothing was.

        `error` asks for calls refused with that code.

        >>> sm.assert_not_logged("DeleteSecret")
        """
        calls.assert_not_logged(self.log, operation, error, request_fields)

    def assert_log_order(self, *operations: "LoggedName") -> None:
        """Holds when the calls came in this order; others may have come between.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().get_secret_value(SecretId="db")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> sm.assert_log_order("GetSecretValue", "PutSecretValue")
        """
        calls.assert_log_order(self.log, self._presence, operations)

    @without_own_frames
    def assert_nothing_leaked(self, *texts: object) -> None:
        """Holds when no secret value stands in a logged request field, or in the texts given.

        Values looked for are those of every version that is there, or was there in this test and was deleted, replaced
        or pruned; those that AWS refused in this test; and the texts of six characters or more inside JSON values. Of
        those that are there no more, and of those that were refused, the last 2,000 are kept, and at most 8 MiB. Values
        are found in plain, in JSON, base64, hex, URL, HTML and quoted form, as Python prints them, and in up to three
        of these one inside another; inside longer base64 and hex, too. A hash, a compressed or encrypted text, a value
        in other letters, in pieces or split over lines is not found.

        A value of less than six characters counts only as a word of a text, or as a whole field; of less than four not
        in base64 or hex. What names a secret counts never, as in its ARN.

        A text is a `str` or `bytes`, a list, dict or iterator of such, a file or a stream in memory, log records with
        their extra, `caplog`, exceptions with what they came from, mocks with their calls, or an object that prints
        what it holds. Raises UsageError for one that does not: a function, a class, a response (hand over its
        `.text`), `capsys` (hand over `capsys.readouterr()`), an object that prints as `<…>`, a path, None or a bool;
        and where there was no value at all here, but another SecretsManager has answered calls.

        The failure says where, with the line, and never what.

        >>> _ = sm.seed("db", "correct horse")
        >>> sm.assert_nothing_leaked("connected to db as app")
        """
        leaks = leaks_text(self._world, self._presence, texts)
        if leaks:
            raise AssertionError(f"secret values leaked:\n{leaks}")

    # --- rotation ------------------------------------------------------------------------------------------------

    @known_keywords()
    def assert_rotated(self, secret_id: SecretId, *, region: str | None = None, account: str | None = None) -> None:
        """Holds when the secret's last rotation ran all its steps and its new version is current.

        A step that failed is the cause of the failure, so its traceback is shown as well.

        >>> _ = sm.seed("db", {"password": "one"}, owning_service="rds")
        >>> _ = sm.client().rotate_secret(SecretId="db")
        >>> sm.assert_rotated("db")
        """
        rotated.assert_rotated(self._as_it_is_now(secret_id, region, account))

    # --- what stays ----------------------------------------------------------------------------------------------

    @known_keywords()
    def assert_unchanged(
        self, secret_id: SecretId | None = None, *, region: str | None = None, account: str | None = None
    ) -> Unchanged:
        """Holds when nothing inside changed this secret, or any secret: values, labels, metadata, existence.

        Reading is no change: dates of the last access don't count.

        >>> _ = sm.seed("db", "one")
        >>> with sm.assert_unchanged("db"):
        ...     _ = sm.client().get_secret_value(SecretId="db")
        """
        only = None if secret_id is None else self._as_it_is_now(secret_id, region, account)
        return Unchanged(self._world, only)
