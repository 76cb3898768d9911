"""What a killed process left in the node's folders goes a day later, and nothing else does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from node.services.backup import backups
from node.services.pictures import leftovers
from node.services.pictures.leftovers import OLD_S
from node.services.pictures.shelf import write_whole
from tests.fakes.publisher import clock_of, publisher

NOW = 1_800_000_000


def file(path: Path, age_s: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    os.utime(path, (NOW - age_s, NOW - age_s))
    return path


def test_beginnings_of_files_go_a_day_later(tmp_path: Path) -> None:
    node = publisher(tmp_path / "node")
    home = node.settings.home
    old = [
        file(home / name, OLD_S + 1) for name in (".key-a1", "media/.a.part", "photos/ab/.b.part", "imports/.c.part")
    ]
    kept = [file(home / "media/.young.part", OLD_S - 1), file(home / "media/whole.jpg", 90 * OLD_S)]
    kept += [file(home / "notes.part", 90 * OLD_S), file(home / "key", 90 * OLD_S)]
    assert leftovers.sweep(node, NOW) == len(old)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in kept)
    assert leftovers.sweep(node, NOW) == 0
    node.database.close()


def test_a_file_that_cannot_be_written_leaves_no_beginning(tmp_path: Path) -> None:
    (tmp_path / "picture.jpg").mkdir()
    with pytest.raises(OSError, match=r"picture\.jpg"):
        write_whole(tmp_path / "picture.jpg", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["picture.jpg"]


def test_a_backup_that_was_killed_takes_no_room_from_the_next(tmp_path: Path) -> None:
    node = publisher(tmp_path / "node")
    backups.make(node)
    clock_of(node).pass_by(days=1)
    folder = backups.folder_of(node.settings)
    left = file(folder / ".making-abc" / "database", 60)

    def free(_: Path) -> int:
        return 0 if left.exists() else 10**12

    assert backups.make_due(node, free) is not None
    node.database.close()
