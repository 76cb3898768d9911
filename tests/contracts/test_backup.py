from __future__ import annotations

import io
import itertools
import json
import os
import shutil
import stat
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from node.context import Node
from node.services.backup import backups
from node.services.backup.archive import BackupError
from node.services.backup.restoring import recover, restore
from node.services.configuration import keys
from node.services.configuration.setup import settings_text
from node.services.identity import accounts, invitations, members
from node.services.listings.publishing import put_listings, withdraw
from node.services.organisations import hosting
from node.services.syndication import feeds
from node.services.syndication.feeds import FeedCache
from node.settings import KEY_FILE, RESTORING, SECRET_FILE, SETTINGS_FILE, load
from node.storage import catalogue, copying
from node.storage.engine import Database, StorageError
from schemas import signing
from tests.contracts.conftest import Made
from tests.fakes.postgres import fresh_database, programs
from tests.fakes.publisher import Clock, clock_of, draft, publisher

PICTURE = "0" * 32 + ".jpg"
USUAL = {SECRET_FILE, SETTINGS_FILE, "media", "sharefeed.sqlite", "sharefeed.sqlite-wal", "sharefeed.sqlite-shm"}


@pytest.fixture
def full(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Node:
    """A node with something of everything; PostgreSQL's own programs are at hand."""
    node = publisher(tmp_path / "home", database)
    if not database.is_sqlite:
        monkeypatch.setenv("PATH", f"{programs()}{os.pathsep}{os.environ['PATH']}")
    home = node.settings.home
    (home / SETTINGS_FILE).write_text(settings_text(node.settings, ["node_url", "node_name"]))
    (home / "media").mkdir()
    (home / "media" / PICTURE).write_bytes(b"a picture")
    put_listings(node, [draft(node, ref, title=f"Desk {ref}") for ref in ("a", "b", "gone")])
    withdraw(node, "riverside-school.gone")
    person = accounts.add(node, "Ann", "ann@school.example", operator=False)
    members.join(node, person, "riverside-school", members.OWNER)
    hosting.put_profile(node, "Library", "library", {})
    return node


@pytest.fixture
def elsewhere(full: Node, made: Made, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """The environment of a node on another machine, with a database of the same kind and nothing in it."""
    with ExitStack() as stack:
        yield {} if full.database.is_sqlite else {"DATABASE_URL": stack.enter_context(fresh_database(made.server))}


@pytest.fixture
def on_a_file(tmp_path: Path) -> Node:
    """A small node on SQLite, for what is the same on both databases."""
    node = publisher(tmp_path / "home")
    put_listings(node, [draft(node)])
    return node


def opened(home: Path, environment: Mapping[str, str]) -> Node:
    return Node.open(load(home, environment), clock=Clock())


def feed_of(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(feeds.json_document(node, FeedCache()).body)
    return found


def changes_of(node: Node) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(feeds.changes(node, None, FeedCache()).body)
    return found


def without_epoch(document: dict[str, Any], epoch: str) -> str:
    assert epoch in json.dumps(document)
    return json.dumps(document, sort_keys=True).replace(epoch, "EPOCH")


def epoch_of(node: Node) -> str:
    with node.database.read() as tx:
        return catalogue.state(tx).epoch


def test_a_restored_node_publishes_the_same_feeds_under_a_new_epoch(
    full: Node, elsewhere: Mapping[str, str], tmp_path: Path
) -> None:
    made = backups.make(full)
    there = tmp_path / "there"
    found = restore(there, made.path, environment=elsewhere)
    node = opened(there, elsewhere)
    try:
        assert found.epoch == epoch_of(node) != epoch_of(full)
        for document in (feed_of, changes_of):
            assert without_epoch(document(node), epoch_of(node)) == without_epoch(document(full), epoch_of(full))
        assert [one.email for one in accounts.every(node)] == ["ann@school.example"]
        assert node.settings.node_name == "Share"
        assert (there / "media" / PICTURE).read_bytes() == b"a picture"
        with node.database.read() as ours, full.database.read() as theirs:
            assert copying.counts(ours) == copying.counts(theirs)
        put_listings(node, [draft(node, "after")])
        assert "after" in json.dumps(feed_of(node))
    finally:
        node.database.close()


def test_a_backup_made_while_writes_go_on_is_one_moment_of_the_node(
    full: Node, elsewhere: Mapping[str, str], tmp_path: Path
) -> None:
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            put_listings(full, [draft(full, f"{number}-{half}") for half in ("left", "right")])
            if number == 3:
                wrote.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert wrote.wait(30)
        made = backups.make(full)
    finally:
        stop.set()
        writer.join()
    restore(tmp_path / "there", made.path, environment=elsewhere)
    node = opened(tmp_path / "there", elsewhere)
    try:
        kept, now = ({row["id"]: row for row in feed_of(each)["items"]} for each in (node, full))
        assert len(kept) >= 8
        assert all(now[identity] == row for identity, row in kept.items())
        # What one transaction wrote is there whole or not at all.
        halves = [identity.rpartition("-") for identity in kept if "-left" in identity or "-right" in identity]
        assert len({stem for stem, _, _ in halves}) * 2 == len(halves)
    finally:
        node.database.close()


@pytest.mark.parametrize("keep", [False, True], ids=["as it is", "kept"])
def test_what_was_open_when_it_was_backed_up_is_closed_after_it(
    keep: bool, full: Node, elsewhere: Mapping[str, str], tmp_path: Path
) -> None:
    person = accounts.by_email(full, "ann@school.example")
    with full.database.write() as tx:
        browser = accounts.let_in(tx, full, person, "")
    link = accounts.new_link(full, person).rpartition("/")[2]
    member = members.member_of(full, person, "riverside-school")
    assert member is not None
    invited = invitations.invite(full, member, "ben@school.example", members.EDITOR).link.rpartition("/")[2]
    made = backups.make(full)
    restore(tmp_path / "there", made.path, environment=elsewhere, keep_sessions=keep)
    node = opened(tmp_path / "there", elsewhere)
    try:
        assert (accounts.signed_in(node, browser) is not None) is keep
        assert (accounts.state_of_link(node, link) == "ready") is keep
        assert (invitations.look(node, invited) is not None) is keep
        assert [one.email for one in invitations.of_organisation(node, member.organisation_id)] == [
            "ben@school.example"
        ]
    finally:
        node.database.close()


def test_a_node_that_holds_something_is_left_alone_without_replace(full: Node, elsewhere: Mapping[str, str]) -> None:
    made = backups.make(full)
    environment = {"DATABASE_URL": full.database.url}
    before = feed_of(full)
    with pytest.raises(BackupError, match="--replace"):
        restore(full.settings.home, made.path, environment=environment)
    assert feed_of(full) == before


def test_a_database_that_is_in_use_is_not_replaced(full: Node) -> None:
    made = backups.make(full)
    put_listings(full, [draft(full, "later")])
    with full.database.read(), pytest.raises(StorageError, match="Stop the node"):
        restore(full.settings.home, made.path, True, {"DATABASE_URL": full.database.url})
    assert "later" in json.dumps(feed_of(full))


def test_replacing_a_node_brings_the_backup_and_nothing_else(
    full: Node, elsewhere: Mapping[str, str], tmp_path: Path
) -> None:
    made = backups.make(full)
    there = tmp_path / "there"
    restore(there, made.path, environment=elsewhere)
    changed = opened(there, elsewhere)
    put_listings(changed, [draft(changed, "later")])
    changed.database.close()
    (there / "media" / ("1" * 32 + ".jpg")).write_bytes(b"later")
    (there / "index").mkdir()
    secret = (there / SECRET_FILE).read_bytes()
    restore(there, made.path, True, elsewhere)
    node = opened(there, elsewhere)
    try:
        assert "later" not in json.dumps(feed_of(node))
    finally:
        node.database.close()
    assert [path.name for path in (there / "media").iterdir()] == [PICTURE]
    assert (there / SECRET_FILE).read_bytes() == secret
    assert not (there / "index").exists()
    assert not (there / RESTORING).exists()


def test_what_was_there_is_put_back_when_the_new_one_does_not_open(
    full: Node, elsewhere: Mapping[str, str], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    restore(there, backups.make(full).path, environment=elsewhere)
    before = opened(there, elsewhere)
    put_listings(before, [draft(before, "precious")])
    epoch = epoch_of(before)
    before.database.close()
    (there / "media" / PICTURE).write_bytes(b"precious")
    clock_of(full).pass_by(days=1)
    broken = altered(backups.make(full).path, tmp_path / "broken.tar.gz", manifest=one_row_more)
    with pytest.raises(StorageError, match="other rows"):
        restore(there, broken, True, elsewhere)
    node = opened(there, elsewhere)
    try:
        assert "precious" in json.dumps(feed_of(node))
        assert epoch_of(node) == epoch
    finally:
        node.database.close()
    assert (there / "media" / PICTURE).read_bytes() == b"precious"


STEPS = {"os.rename", "os.remove", "os.rmdir", "sqlite3.connect", "subprocess.Popen"}


def cut_off(step: int, home: Path, archive: Path, environment: Mapping[str, str]) -> bool:
    """Restore in a process that dies before it takes this step; whether it did. Steps are what it does to files."""
    child = os.fork()
    if child == 0:
        taken = itertools.count()

        def die(event: str, _arguments: object) -> None:
            if event in STEPS and next(taken) == step:
                os._exit(9)

        sys.addaudithook(die)
        try:
            restore(home, archive, True, environment)
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_restore_that_is_killed_at_any_step_is_undone_or_done(
    full: Node, elsewhere: Mapping[str, str], tmp_path: Path
) -> None:
    there = tmp_path / "there"
    archive = backups.make(full).path
    restore(there, archive, environment=elsewhere)
    before = opened(there, elsewhere)
    put_listings(before, [draft(before, "precious")])
    epoch = epoch_of(before)
    before.database.close()
    (there / "media" / PICTURE).write_bytes(b"precious")
    found: list[bool] = []
    while cut_off(len(found), there, archive, elsewhere):
        done = recover(there)
        node = opened(there, elsewhere)
        precious = "precious" in json.dumps(feed_of(node))
        same = epoch_of(node) == epoch
        node.database.close()
        assert precious is same is ((there / "media" / PICTURE).read_bytes() == b"precious") is (not done), len(found)
        assert {path.name for path in there.iterdir()} <= USUAL
        assert recover(there) is None
        found.append(bool(done))
        if done:
            break
    assert len(found) > 6
    assert found[-1], "at last it is done"


def test_while_one_is_at_work_no_other_touches_it(on_a_file: Node) -> None:
    import fcntl

    home = on_a_file.settings.home
    archive = backups.make(on_a_file).path
    (home / RESTORING).mkdir()
    with (home / RESTORING / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BackupError, match="just now"):
            recover(home)
        with pytest.raises(BackupError, match="just now"):
            restore(home, archive, True)
    assert recover(home) is False


def one_row_more(document: dict[str, Any]) -> None:
    document["counts"]["catalogue"] += 1


def altered(
    path: Path,
    target: Path,
    manifest: Callable[[dict[str, Any]], None] = lambda document: None,
    more: tuple[tarfile.TarInfo, ...] = (),
    database: Callable[[bytes], bytes] = lambda data: data,
) -> Path:
    """The backup at ``path`` with another manifest, database, or more in it."""
    with tarfile.open(path) as old, tarfile.open(target, "w:gz") as new:
        for info in old:
            file = old.extractfile(info)
            assert file is not None
            data = file.read()
            if info.name == "database":
                data = database(data)
            if info.name == "manifest.json":
                document = json.loads(data)
                manifest(document)
                data = json.dumps(document).encode()
            info.size = len(data)
            new.addfile(info, io.BytesIO(data))
        for info in more:
            new.addfile(info, io.BytesIO(b"x" * info.size))
    return target


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 1) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size if kind == tarfile.REGTYPE else 0
    return info


HOSTILE = {
    "out of the folder": (member("../evil"),),
    "out of the media": (member("media/../../evil"),),
    "from the root": (member("/evil"),),
    "a link": (member(f"media/{'a' * 32}.jpg", tarfile.SYMTYPE, "/etc/passwd"),),
    "a hard link": (member(f"media/{'a' * 32}.jpg", tarfile.LNKTYPE, "database"),),
    "a pipe": (member(f"media/{'a' * 32}.jpg", tarfile.FIFOTYPE),),
    "a folder": (member(f"media/{'a' * 32}.jpg", tarfile.DIRTYPE),),
    "a hidden file": (member("media/.htaccess"),),
    "the secret": (member(SECRET_FILE),),
    "twice": (member("settings.toml"), member("settings.toml")),
    "not in the manifest": (member(f"media/{'b' * 32}.jpg"),),
    "too large": (member(f"media/{'b' * 32}.jpg", size=65 * 2**20),),
}


@pytest.mark.parametrize("more", HOSTILE.values(), ids=HOSTILE)
def test_an_archive_that_holds_what_it_must_not_is_refused_whole(
    more: tuple[tarfile.TarInfo, ...], on_a_file: Node, tmp_path: Path
) -> None:
    hostile = altered(backups.make(on_a_file).path, tmp_path / "hostile.tar.gz", more=more)
    there = tmp_path / "there"
    with pytest.raises(BackupError, match="Nothing was changed"):
        restore(there, hostile, environment={})
    assert list(there.iterdir()) == []
    assert not (tmp_path / "evil").exists()


def written(target: Path, data: bytes) -> Path:
    target.write_bytes(data)
    return target


DAMAGED: dict[str, Callable[[Path, Path], Path]] = {
    "no archive": lambda path, target: written(target, b"hello"),
    "cut off": lambda path, target: written(target, path.read_bytes()[:-2000]),
    "one bit": lambda path, target: altered(path, target, database=lambda data: data[:-1] + b"!"),
    "of another form": lambda path, target: altered(path, target, lambda d: d.update(format_version=2)),
    "of something else": lambda path, target: altered(path, target, lambda d: d.update(format="x")),
    "of a newer version": lambda path, target: altered(path, target, lambda d: d.update(revision="9999")),
    "of another database": lambda path, target: altered(path, target, lambda d: d.update(database="postgresql")),
    "a manifest of rubbish": lambda path, target: altered(path, target, lambda d: d.update(files=[1])),
    "not there": lambda path, target: target,
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_backup_changes_nothing(
    damage: Callable[[Path, Path], Path], on_a_file: Node, tmp_path: Path
) -> None:
    target = damage(backups.make(on_a_file).path, tmp_path / "damaged.tar.gz")
    there = tmp_path / "there"
    with pytest.raises(BackupError, match="Nothing was changed"):
        restore(there, target, environment={})
    assert list(there.iterdir()) == []


def test_only_the_nodes_user_may_read_a_backup_and_no_secret_is_in_it(on_a_file: Node) -> None:
    private = keys.own(on_a_file).private
    made = backups.make(on_a_file)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.path.parent.stat().st_mode) == 0o700
    with tarfile.open(made.path) as archive:
        assert not {SECRET_FILE, KEY_FILE} & set(archive.getnames())
        kept = b"".join((archive.extractfile(one) or io.BytesIO()).read() for one in archive)
    assert signing.encoded(private).encode() not in kept
    assert private not in kept
    assert sorted(path.name for path in made.path.parent.iterdir()) == [".lock", made.path.name]


def test_two_backups_of_one_second_are_two(on_a_file: Node) -> None:
    first, second = backups.make(on_a_file), backups.make(on_a_file)
    assert first.path != second.path
    assert [one.path for one in backups.found(first.path.parent)] == [second.path, first.path]


def test_a_folder_that_cannot_be_written_to_is_named(on_a_file: Node, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(BackupError, match="No backup was made"):
        backups.make(on_a_file, tmp_path / "file")


def test_without_postgresqls_programs_one_sentence_says_so(full: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    if full.database.is_sqlite:
        assert backups.make(full).size
        return
    with pytest.raises(StorageError, match="Install PostgreSQL's own programs"):
        backups.make(full)
    assert backups.found(backups.folder_of(full.settings)) == []


def test_a_broken_database_can_be_replaced(on_a_file: Node, tmp_path: Path) -> None:
    made = backups.make(on_a_file)
    on_a_file.database.close()
    home = on_a_file.settings.home
    (home / "sharefeed.sqlite").write_bytes(b"rubbish" * 1000)
    shutil.rmtree(home / "media", ignore_errors=True)
    with pytest.raises(BackupError, match="--replace"):
        restore(home, made.path, environment={"SHAREFEED_NODE_URL": on_a_file.settings.url})
    restore(home, made.path, True, {"SHAREFEED_NODE_URL": on_a_file.settings.url})
    with Database(f"sqlite:///{home / 'sharefeed.sqlite'}").read() as tx:
        assert tx.execute(text("SELECT count(*) FROM catalogue WHERE live")).scalar() == 1
