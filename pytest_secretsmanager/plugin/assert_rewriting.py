"""pytest's rewriting of assert statements, which this package does without.

pytest imports each module of a plugin through a hook, which rewrites its assert statements. Even if nothing has changed
since the last run, the hook reads and hashes the source of each module. That would double the time of their imports.
This package has no assert statement, as `tests/house` checks.
"""

import sys

_PACKAGE = __name__.partition(".")[0]


def leave_out_this_package() -> None:
    """Let pytest import the further modules of this package as Python does. Without the hook, do nothing."""
    for finder in sys.meta_path:
        marked = getattr(finder, "_must_rewrite", None)  # no public name
        if isinstance(marked, set):
            marked -= {name for name in marked if name.partition(".")[0] == _PACKAGE}
            finder.mark_rewrite()  # type: ignore[attr-defined] # of no name: the hook forgets what it knew of these
