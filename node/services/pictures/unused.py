"""Photographs under the name of their content that nothing names any more: forgotten, and their files deleted.

They are copies of what other sites have, and what a spreadsheet or an export brought. One stays while any listing,
version of one, draft, story or organisation names it, and for two months after it was fetched or last asked for: as
long as an import in which it stands may be gone on with, and longer.
"""

from __future__ import annotations

import time
from pathlib import Path

from node.context import Node
from node.storage import picture_copies as stored

KEPT_S = 60 * 86_400
_MOST = 100
"""So many are deleted each time, each in a moment of its own: nobody who writes waits for all of them."""


def tidy(node: Node, now: float | None = None) -> int:
    """Forget what could not be had and nobody waits for, and delete copies that nothing names; how many files.

    ``now`` is as files have it.
    """
    before = (time.time() if now is None else now) - KEPT_S
    with node.database.write() as tx:
        stored.forget_failed(tx)
    with node.database.read() as tx:
        files = stored.names(tx) | _here(node)
        old = {name for name in files if _is_older(_file(node, name), before)}
        unused = sorted(old - stored.named(tx, old)) if old else []
    return sum(_deleted(node, name, before) for name in unused[:_MOST])


def _here(node: Node) -> set[str]:
    """The names of such files: also of what a process has left that was killed before anything named them."""
    folder = Path(node.settings.home) / "media"
    return {one.name for one in folder.iterdir() if stored.FILE.fullmatch(one.name)} if folder.is_dir() else set()


def _deleted(node: Node, name: str, before: float) -> bool:
    """Delete this one, unless somebody has taken it up meanwhile."""
    file = _file(node, name)
    with node.database.write() as tx:
        if stored.named(tx, {name}) or not _is_older(file, before):
            return False
        stored.forget(tx, name)
        file.unlink(missing_ok=True)
    return True


def _file(node: Node, name: str) -> Path:
    return Path(node.settings.home) / "media" / name


def _is_older(file: Path, before: float) -> bool:
    """Whether nobody has asked for the file since; one that is not there is as old as can be."""
    try:
        return file.stat().st_mtime < before
    except FileNotFoundError:
        return True
