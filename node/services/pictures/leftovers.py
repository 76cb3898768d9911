"""What a process that was killed while it wrote has left in the node's folders: found, and deleted a day later.

Files are written under another name and moved into place once they are whole. Nothing else is touched.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from node.context import Node
from node.services.pictures.shelf import PART

OLD_S = 86_400
_FOLDERS = ("media", "photos", "imports")


def sweep(node: Node, now: float | None = None) -> int:
    """Delete beginnings of files that nobody has gone on with for a day; how many. ``now`` is as files have it."""
    before = (time.time() if now is None else now) - OLD_S
    found = 0
    for path in _beginnings(Path(node.settings.home)):
        try:
            if path.is_file() and path.stat().st_mtime < before:
                path.unlink()
                found += 1
        except OSError:
            # Moved into place at this moment, or not ours to delete: the next look is tomorrow.
            continue
    return found


def _beginnings(home: Path) -> Iterator[Path]:
    yield from home.glob(".key-*")
    for name in _FOLDERS:
        yield from (home / name).glob(f".*{PART}")
        yield from (home / name).glob(f"*/.*{PART}")
