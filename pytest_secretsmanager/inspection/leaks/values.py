"""The secret values of managers that texts are searched for, each with its owner, and the names that don't count."""

from typing import NamedTuple, NoReturn

from pytest_secretsmanager.engine.rules import guards
from pytest_secretsmanager.engine.state import Sealed, Secret
from pytest_secretsmanager.inspection.leaks.cut_values import CutValues
from pytest_secretsmanager.inspection.leaks.index import Index
from pytest_secretsmanager.inspection.leaks.rule import SHORTEST, Keys, counted_texts
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True

_LONGEST_KEYS = 120
"""The number of characters that are shown of the keys of a text."""


class Owner(NamedTuple):
    """Whose value it is: a version of a secret, or a refused call."""

    whose: str
    keys: Keys
    note: str = ""

    def __str__(self) -> str:
        keys = "".join(f", key {key!r}" for key in self.keys)
        shown = keys if len(keys) <= _LONGEST_KEYS else f"{keys[:_LONGEST_KEYS]}…"
        return f"{self.whose}{shown}{self.note}"


class Values:
    """The values that managers had whenever they were added. The values of `bases` are not added a second time."""

    def __init__(self, *bases: "Values") -> None:
        self.parts = (self, *bases)
        self.owners: dict[bytes, Owner] = {}
        self.has_shorter = False
        """Whether a value was added that is too short to be looked for."""
        self.names: set[bytes] = set()
        self.lines: set[bytes] = set()
        """The lines of values of several lines. Output may show each of them with something before it."""
        self.known: dict[int, object] = {}
        """The secrets and sealed values that were added, by id. It keeps them alive, so that no other gets their id."""
        self._index: Index | None = None
        self._mask_index: Index | None = None
        self._cut_values: CutValues | None = None

    def __repr__(self) -> str:
        return f"<{len(self.owners)} secret values>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("cannot pickle or copy secret values")

    @property
    def index(self) -> Index:
        """The index of these values, without those of the base."""
        if self._index is None:
            self._index = Index(self.owners)
        return self._index

    @property
    def mask_index(self) -> Index:
        """The index of all that is masked: these values, and their lines."""
        if self._mask_index is None:
            self._mask_index = Index(self.owners.keys() | self.lines) if self.lines else self.index
        return self._mask_index

    @property
    def cut_values(self) -> CutValues:
        """The search for parts of these values in shortened texts."""
        if self._cut_values is None:
            self._cut_values = CutValues(self.owners)
        return self._cut_values

    def add(self, world: World) -> None:
        """Add the values that a manager has now, those that it had in this test, and those that AWS refused."""
        now = world.now()
        for secret in self._new(world.service.secrets()):
            self._add_secret(world, secret, ", gone by now" if guards.is_gone(secret, now) else "")
        for secret in self._new(world.service.vanished()):
            self._add_secret(world, secret, ", gone by now")
        refused = [*world.service.refusals.values()]
        if refused:
            numbers = {event.request_id: number for number, event in enumerate(world.log, start=1)}
            for refusal, value in refused:
                call = f" (call {numbers[refusal.request_id]})" if refusal.request_id in numbers else ""
                self._add_value(value, f"a value that {refusal.operation}{call} was refused", "")

    def _new(self, secrets: list[Secret]) -> list[Secret]:
        """The secrets that were not added as they are now. A changed secret is another object."""
        for values in self.parts:
            if values.known:
                secrets = [secret for secret in secrets if id(secret) not in values.known]
        return secrets

    def _add_secret(self, world: World, secret: Secret, note: str) -> None:
        self.known[id(secret)] = secret
        self.names.update(map(_utf_8, (secret.arn, *secret.key)))
        for version in secret.versions.values():
            sealed = version.sealed
            if sealed is not None and not self._has(sealed):
                self.known[id(sealed)] = sealed
                plain = world.service.plain_value(secret, version.id, sealed)
                value = plain if version.member == "SecretBinary" else plain.decode(errors=guards.STRING_ERRORS)
                self._add_value(value, f"the value of {secret.name!r}, version {version.number}", note)

    def _has(self, sealed: Sealed) -> bool:
        return any(id(sealed) in values.known for values in self.parts)

    def _add_value(self, value: str | bytes, whose: str, note: str) -> None:
        self.has_shorter |= len(value) < SHORTEST
        for keys, text in counted_texts(value):
            content = text if isinstance(text, bytes) else _utf_8(text)
            if content not in self.owners:
                self.owners[content] = Owner(whose, keys, note)
                self._index = self._mask_index = self._cut_values = None
                if b"\n" in content:
                    self.lines.update(line for line in content.splitlines() if len(line) >= SHORTEST)


def _utf_8(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
