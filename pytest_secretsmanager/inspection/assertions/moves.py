"""`assert_moved`: the moves that a staging label made."""

from typing import Final

from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.inspection.assertions.failures import failure, version_of
from pytest_secretsmanager.inspection.label_moves import LabelMove, moves_of
from pytest_secretsmanager.inspection.label_spelling import label_hint
from pytest_secretsmanager.inspection.log import require_whole
from pytest_secretsmanager.inspection.views import SecretView, VersionView, logged_moves, state_of, world_of
from pytest_secretsmanager.inspection.wording import bounded

__tracebackhide__ = True


class Anywhere:
    """The default end of a label's move: any version, or none. None, in contrast, means no version."""

    def __repr__(self) -> str:
        return "ANYWHERE"


ANYWHERE: Final = Anywhere()

_MOST_MOVES = 20


def assert_moved(secret: SecretView, label: str, source: object, target: object) -> None:
    ends = _end_of(secret, source), _end_of(secret, target)
    entries = world_of(secret).entries
    moves = [move for move in moves_of(secret.arn, entries.visible) if move.label == label]
    if any(_is_between(move, ends) for move in moves):
        return
    require_whole(world_of(secret).log)
    wanted = f"did not move from {_end_text(secret, ends[0])} to {_end_text(secret, ends[1])}"
    if ends == (ANYWHERE, ANYWHERE):
        wanted = "never moved"
    made = bounded([f"  {_move_text(secret, move)}" for move in moves], _MOST_MOVES)
    forgotten = [move for move in logged_moves(secret) if move.label == label and _is_between(move, ends)]
    if forgotten:
        made.append(f"  (the move {_move_text(secret, forgotten[-1])} does not count: it came before log.clear())")
    elif not moves:
        made.append("  (none; seeding does not count as a move)")
    hint = label_hint(label, {*secret.labels, *(move.label for move in logged_moves(secret))})
    since = " since log.clear()" if entries.cleared else ""
    lines = "\n".join(made)
    raise failure(f"{label} of secret {secret.name!r} {wanted}{since}{hint}; its moves:\n{lines}", secret)


def _is_between(move: LabelMove, ends: tuple[object, object]) -> bool:
    return ends[0] in (ANYWHERE, move.source) and ends[1] in (ANYWHERE, move.target)


def _end_of(secret: SecretView, end: object) -> object:
    if end is ANYWHERE or end is None:
        return end
    if isinstance(end, VersionView) and end.secret == secret:
        return end.id
    if isinstance(end, str) and any(end in (move.source, move.target) for move in logged_moves(secret)):
        return end  # the id of a version that AWS may have deleted since
    if isinstance(end, str | int | VersionView):
        return version_of(secret, end).id
    raise UsageError(f"an end of a move is a version id, a number, a label, a view or None, not {type(end).__name__}")


def _end_text(secret: SecretView, version_id: object) -> str:
    if version_id is ANYWHERE:
        return "anywhere"
    if version_id is None:
        return "nowhere"
    version = state_of(secret).versions.get(str(version_id))
    return f"version {version_id}" if version is None else f"version {version.number}"


def _move_text(secret: SecretView, move: LabelMove) -> str:
    ends = f"from {_end_text(secret, move.source)} to {_end_text(secret, move.target)}"
    return f"{ends} by {move.operation} at {move.time:%H:%M:%S}"
