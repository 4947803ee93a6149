"""What `assert_moved` asks: which moves a staging label made."""

from typing import Final

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.failures import bounded, failure
from pytest_secretsmanager.inspection.log import LabelMove
from pytest_secretsmanager.inspection.spelling import label_hint
from pytest_secretsmanager.inspection.views import SecretView, VersionView

__tracebackhide__ = True


class Anywhere:
    """The default end of a label's move: any version will do. None means no version: from nowhere, to nowhere."""

    def __repr__(self) -> str:
        return "ANYWHERE"


ANYWHERE: Final = Anywhere()

_MOST_MOVES = 20


def assert_moved(secret: SecretView, label: str, source: object, target: object) -> None:
    ends = _end_of(secret, source), _end_of(secret, target)
    log = secret.world.log
    moves = [move for move in log.moves_of(secret.arn, since_cleared=True) if move.label == label]
    if any(_is_between(move, ends) for move in moves):
        return
    wanted = f"did not move from {_end_text(secret, ends[0])} to {_end_text(secret, ends[1])}"
    if ends == (ANYWHERE, ANYWHERE):
        wanted = "never moved"
    made = bounded([f"  {_move_text(secret, move)}" for move in moves], _MOST_MOVES)
    forgotten = [move for move in secret.history if move.label == label and _is_between(move, ends)]
    if forgotten:
        made.append(f"  (before log.clear() it did, {_move_text(secret, forgotten[-1])}, which does not count)")
    elif not moves:
        made.append("  (none; to be seeded is no move)")
    hint = label_hint(label, {*secret.labels, *(move.label for move in secret.history)})
    since = " since log.clear()" if log.cleared else ""
    lines = "\n".join(made)
    raise failure(f"{label} of secret {secret.name!r} {wanted}{since}{hint}; its moves:\n{lines}", secret)


def _is_between(move: LabelMove, ends: tuple[object, object]) -> bool:
    return ends[0] in (ANYWHERE, move.source) and ends[1] in (ANYWHERE, move.target)


def _end_of(secret: SecretView, end: object) -> object:
    if end is ANYWHERE or end is None:
        return end
    if isinstance(end, VersionView) and end.secret == secret:
        return end.id
    if isinstance(end, str) and end in {version for move in secret.history for version in (move.source, move.target)}:
        return end  # of a version that may have gone since
    if isinstance(end, str | int | VersionView):
        return secret.version(end).id
    raise UsageError(f"a move's end is a version id, a number, a label, a view or None, not {type(end).__name__}")


def _end_text(secret: SecretView, version_id: object) -> str:
    if version_id is ANYWHERE:
        return "anywhere"
    if version_id is None:
        return "nowhere"
    version = secret.state.versions.get(str(version_id))
    return f"version {version_id}" if version is None else f"version {version.number}"


def _move_text(secret: SecretView, move: LabelMove) -> str:
    ends = f"from {_end_text(secret, move.source)} to {_end_text(secret, move.target)}"
    return f"{ends} by {move.operation} at {move.time:%H:%M:%S}"
