"""Secrets and versions as a test sees them: read-only, live, and with no value in any repr.

A look through a view is not a call: it is not logged and leaves no access date. Values are decrypted on access.
The functions of this module give other modules the inside of a view; its attributes are a test's.
"""

import json
import sys
from collections.abc import Container
from datetime import datetime
from typing import Any, TypeAlias

from pytest_secretsmanager.engine.errors import SecretNotFound, UsageError, VersionNotFound
from pytest_secretsmanager.engine.rules import guards, labels
from pytest_secretsmanager.engine.state import Secret, SecretKey, Version
from pytest_secretsmanager.inspection.label_mapping import LabelMapping
from pytest_secretsmanager.inspection.label_moves import LabelMove, moves_of, stays_of
from pytest_secretsmanager.inspection.log import require_history
from pytest_secretsmanager.inspection.named_secret import NamedSecret, key_of
from pytest_secretsmanager.inspection.names import MaybeNone
from pytest_secretsmanager.inspection.tables import Look, missing_table, state_table
from pytest_secretsmanager.inspection.times import utc
from pytest_secretsmanager.inspection.version_list import VersionList
from pytest_secretsmanager.inspection.version_refs import existing_versions, version_id
from pytest_secretsmanager.inspection.wording import count_text
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_CUTTING = ("_pytest.", "reprlib", "pprint")
"""The modules that ask for a repr to show it among others, or to cut it to a length."""


class SecretView(NamedSecret):
    """One secret, as it is at the moment of each look."""

    __slots__ = ("_world",)

    def __init__(self, world: World, key: SecretKey) -> None:
        super().__init__(key)
        self._world = world

    def _look(self) -> Secret | None:
        """The engine's frozen value of this secret; None if the secret doesn't exist any more."""
        return self._world.state_of(self._key)

    @property
    def _state(self) -> Secret:
        secret = self._look()
        if secret is None:
            raise self._world.not_found(self._key.name, self._key)
        return secret

    @property
    def arn(self) -> str:
        """The full ARN, with its last six characters."""
        return self._state.arn

    @property
    def name(self) -> str:
        """The name, without region and account."""
        return self._key.name

    @property
    def value(self) -> str | bytes | MaybeNone:
        """The current value: `str` or `bytes`; None if the secret has no current version."""
        current = self.current
        return None if current is None else current.value

    @property
    def json(self) -> Any:
        """The current value, parsed. Raises UsageError if it is not JSON."""
        current = self.current
        return None if current is None else current.json

    @property
    def labels(self) -> dict[str, str]:
        """The staging labels, each with the id of its version: a dict, which explains a failing comparison."""
        return LabelMapping(self._state.labels, self)

    @property
    def versions(self) -> list["VersionView"]:
        """All versions, oldest first, those without a label included.

        A list counts from 0; `version(n)` takes the number of a version, which counts from 1.
        """
        secret = self._state
        return VersionList(VersionView(self, secret, version) for version in secret.versions.values())

    @property
    def current(self) -> "VersionView | MaybeNone":
        """The version under AWSCURRENT; None if the secret has none."""
        return self._labelled(labels.CURRENT)

    @property
    def previous(self) -> "VersionView | MaybeNone":
        """The version under AWSPREVIOUS; None if the secret has none."""
        return self._labelled(labels.PREVIOUS)

    @property
    def pending(self) -> "VersionView | MaybeNone":
        """The version under AWSPENDING; None if the secret has none."""
        return self._labelled(labels.PENDING)

    @property
    def tags(self) -> dict[str, str]:
        """The tags, a copy."""
        return dict(self._state.tags or {})

    @property
    def deleted(self) -> datetime | None:
        """The time at which a scheduled deletion takes effect, UTC; None if none is scheduled."""
        deletion = self._state.deletion
        return None if deletion is None else utc(deletion.due)

    @property
    def history(self) -> list[LabelMove]:
        """Every move of a label since the secret was seeded or created, oldest first; `log.clear()` hides none.

        Raises UsageError if `log_limit` made the log forget calls.
        """
        require_history(self._world.log)
        return logged_moves(self)

    def version(self, ref: "VersionRef") -> "VersionView":
        """One version by id, number (1 is the first, -1 the newest), label or view.

        Raises VersionNotFound, with the versions that exist.
        """
        if isinstance(ref, VersionView):
            return self._own(ref)
        if not isinstance(ref, str | int) or isinstance(ref, bool):
            raise UsageError(f"a version is an id, a number, a label or a view, not {type(ref).__name__}")
        secret = self._state
        found = secret.versions.get(version_id(secret, ref))
        if found is None:
            raise VersionNotFound(f"secret {self.name!r} has no version {ref!r}; {existing_versions(secret, ref)}")
        return VersionView(self, secret, found)

    def timeline(self) -> str:
        """A picture of the secret's history, as the text of an SVG: versions, labels, calls and rotations.

        Each version has a row, oldest first. Coloured spans are labels, arrows are their moves. The x axis is the order
        of the calls about this secret since it was seeded or created; `log.clear()` hides none. Tooltips have the
        details. A long history is folded: up to 32 columns and 14 versions are drawn, and the picture says how many
        calls and versions it leaves out. It shows no value. A deleted secret has a timeline as well.

        In a notebook, a view shows its timeline.

        >>> _ = sm.seed("db", "one")
        >>> _ = sm.client().put_secret_value(SecretId="db", SecretString="two")
        >>> picture = sm.secret("db").timeline()
        >>> picture[:4], "AWSPREVIOUS was put on version 1" in picture
        ('<svg', True)
        """
        from pytest_secretsmanager.inspection.timelines.of_world import timeline_of

        return timeline_of(self._world, self._key)

    def _repr_html_(self) -> str | None:
        """The timeline, for a notebook. None if no secret of this name is known: the notebook shows the repr."""
        try:
            picture = self.timeline()
        except SecretNotFound:
            return None
        return f'<div style="overflow-x:auto">{picture}</div>'

    def _own(self, version: "VersionView") -> "VersionView":
        if version.secret != self:
            raise UsageError(f"{version!r} is not a version of secret {self.name!r}")
        secret = self._state
        if secret.arn != version._state.arn or version.id not in secret.versions:
            raise VersionNotFound(f"{version!r} no longer exists; {existing_versions(secret, version.id)}")
        return version

    def _labelled(self, label: str) -> "VersionView | None":
        secret = self._state
        version = secret.version_with(label)
        return None if version is None else VersionView(self, secret, version)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretView) and (self._world, self._key) == (other._world, other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return secret_table(self)

    def __repr__(self) -> str:
        """The table that `print` shows too; one line for a caller that cuts texts in the middle, as pytest does."""
        caller = sys._getframe(1).f_globals.get("__name__", "")
        return one_line(self) if caller.startswith(_CUTTING) else secret_table(self)


class _FrozenSecretView(SecretView):
    """A secret as it was at one moment. Later changes by other threads don't show."""

    __slots__ = ("_then",)

    def __init__(self, world: World, then: Secret) -> None:
        super().__init__(world, then.key)
        self._then = then

    def _look(self) -> Secret:
        return self._then


class VersionView:
    """One version of a secret. Its value and id never change, even if the secret is deleted and created again.

    Its labels are read at each access.
    """

    __slots__ = ("_secret", "_state", "_version")

    def __init__(self, secret: SecretView, state: Secret, version: Version) -> None:
        self._secret = secret
        self._state = state
        self._version = version

    @property
    def secret(self) -> SecretView:
        """The view of the version's secret."""
        return self._secret

    @property
    def id(self) -> str:
        """The version id, which is the ClientRequestToken of the write."""
        return self._version.id

    @property
    def number(self) -> int:
        """The version's number: 1 for the secret's first version."""
        return self._version.number

    @property
    def value(self) -> str | bytes | MaybeNone:
        """The value: `str` or `bytes`; None while a rotation has only announced this version."""
        version = self._version if self._version.sealed is not None else self._as_it_is_now()
        if version.sealed is None:
            return None
        plain = world_of(self._secret).service.plain_value(self._state, version.id, version.sealed)
        return plain if version.member == "SecretBinary" else plain.decode(errors=guards.STRING_ERRORS)

    @property
    def json(self) -> Any:
        """The value, parsed. Raises UsageError if it is not JSON."""
        try:
            return _parsed(self.value)
        except (ValueError, RecursionError):
            pass
        raise UsageError(f"the value of version {self.number} of secret {self._secret.name!r} is not JSON")

    def _as_it_is_now(self) -> Version:
        """The same version now: a rotation may have filled it."""
        secret = self._secret._look()
        if secret is None or secret.arn != self._state.arn:
            return self._version
        return secret.versions.get(self.id, self._version)

    @property
    def labels(self) -> list[str]:
        """The labels on it now; empty if the secret was deleted, or deleted and created again."""
        secret = self._secret._look()
        return list(secret.labels_of(self.id)) if secret is not None and secret.arn == self._state.arn else []

    @property
    def created(self) -> datetime:
        """The time at which the version was created, UTC."""
        return utc(self._version.created)

    @property
    def age(self) -> float:
        """Seconds since its creation, by the clock of the `SecretsManager`."""
        return world_of(self._secret).now() - self._version.created

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VersionView) and (self._state.arn, self.id) == (other._state.arn, other.id)

    def __hash__(self) -> int:
        return hash((self._state.arn, self.id))

    def __repr__(self) -> str:
        return f"<version {self.number} of {self._secret.name!r}, {self.id}>"


def _parsed(value: str | bytes | None) -> Any:
    return None if value is None else json.loads(value)


# --- the inside of a view, for the modules of this package -----------------------------------------------------------


def world_of(view: SecretView) -> World:
    """The world that a view looks at."""
    return view._world


def state_of(view: SecretView) -> Secret:
    """The engine's frozen value of a view's secret. Raises SecretNotFound if the secret doesn't exist any more."""
    return view._state


def state_or_none(view: SecretView) -> Secret | None:
    """As `state_of`; None if the secret doesn't exist any more."""
    return view._look()


def frozen_view(view: SecretView, state: Secret | None = None) -> SecretView:
    """The view with the secret's state of now (or `state`), so that several looks agree."""
    return _FrozenSecretView(view._world, view._state if state is None else state)


def one_line(view: SecretView) -> str:
    """A secret in one line: `<secret 'db': 2 versions, AWSCURRENT on 2, AWSPREVIOUS on 1>`."""
    secret = state_or_none(view)
    if secret is None:
        return f"<secret {view.name!r}: no longer exists>"
    placed = ", ".join(f"{label} on {secret.versions[holder].number}" for label, holder in secret.labels.items())
    return f"<secret {view.name!r}: {count_text(len(secret.versions), 'version')}{placed and ', ' + placed}>"


def secret_table(view: SecretView, named: Container[str] = frozenset(), *, whole_ids: bool = True) -> str:
    """The table of a secret's versions. Those whose ids are in `named` have a line in a long table too."""
    secret, world = state_or_none(view), world_of(view)
    if secret is None:
        return missing_table(key_of(view))
    stays = stays_of(secret.arn, world.entries.since(), secret.labels)
    return state_table(secret, world.now(), Look(stays=stays, named=named, whole_ids=whole_ids))


SecretId: TypeAlias = str | SecretView
"""A name, an ARN (full or partial) or a view."""


def logged_moves(view: SecretView) -> list[LabelMove]:
    """The moves that the log knows, also those before its last `clear()`."""
    return moves_of(view.arn, world_of(view).entries.since())


VersionRef: TypeAlias = str | int | VersionView
"""A version id, a number (1 is the first ever made, -1 the newest), a label, or a view."""
