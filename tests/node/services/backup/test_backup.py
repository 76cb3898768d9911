"""The backups that a node makes by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from node.context import Node
from node.services.backup import backups
from node.services.backup.archive import BackupError
from tests.fakes.publisher import clock_of, publisher

PLENTY = 10**12


def node_with(folder: Path, **settings: Any) -> Node:
    return publisher(folder / "home", **settings)


def kept(node: Node) -> list[int]:
    """How many days ago each backup was made, the newest first."""
    return [(node.now - one.made_at) // backups.DAY_S for one in backups.found(backups.folder_of(node.settings))]


def test_one_is_made_a_day(tmp_path: Path) -> None:
    node = node_with(tmp_path)
    first = backups.make_due(node)
    assert first is not None
    assert first.path.parent == tmp_path / "home" / "backups"
    clock_of(node).pass_by(hours=20)
    assert backups.make_due(node) is None
    clock_of(node).pass_by(hours=4)
    assert backups.make_due(node) is not None
    assert kept(node) == [0, 1]


def test_those_that_are_too_old_go_and_others_files_stay(tmp_path: Path) -> None:
    node = node_with(tmp_path, backup_days=3, backup_folder=str(tmp_path / "safe"))
    for _ in range(7):
        backups.make_due(node)
        clock_of(node).pass_by(days=1)
        (tmp_path / "safe" / "letter.tar.gz").write_text("mine")
    assert kept(node) == [1, 2, 3, 4]
    assert (tmp_path / "safe" / "letter.tar.gz").exists()


def test_the_last_one_stays_however_old_it_is(tmp_path: Path) -> None:
    node = node_with(tmp_path, backup_days=1)
    backups.make_due(node)
    clock_of(node).pass_by(days=100)
    with pytest.raises(BackupError):
        backups.make_due(node, lambda _: 0)
    assert kept(node) == [100]


def test_it_does_not_fill_the_disk_and_says_so(tmp_path: Path) -> None:
    node = node_with(tmp_path)
    last = backups.make_due(node)
    assert last is not None
    clock_of(node).pass_by(days=1)
    with pytest.raises(BackupError, match=r"was not made.*Make room"):
        backups.make_due(node, lambda _: 2 * last.size - 1)
    assert kept(node) == [1]
    assert backups.make_due(node, lambda _: PLENTY) is not None


@pytest.mark.parametrize("off", [{"backup_folder": ""}, {"backup_days": 0}])
def test_it_can_be_switched_off(off: dict[str, Any], tmp_path: Path) -> None:
    node = node_with(tmp_path, **off)
    assert backups.make_due(node) is None
    assert kept(node) == []


def test_what_a_crash_left_is_tidied_up(tmp_path: Path) -> None:
    node = node_with(tmp_path)
    left = tmp_path / "home" / "backups" / ".making-left"
    left.mkdir(parents=True)
    (left / "database").write_text("half")
    backups.make_due(node)
    assert not left.exists()
