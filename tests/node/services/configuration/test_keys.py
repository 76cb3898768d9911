"""The node's own key: where it is kept, who may read it, and what follows it."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path
from threading import Thread

import orjson
import pytest
from click.testing import CliRunner

from node.cli import main
from node.context import Node
from node.services.configuration import keys
from node.services.configuration.keys import KeyFileError
from node.services.syndication import node_document
from node.settings import KEY_FILE
from schemas import signing
from schemas.node_document import Key, load_node_document
from tests.fakes.publisher import URL, clock_of, publisher


def file_of(node: Node) -> Path:
    return node.settings.home / KEY_FILE


def told(node: Node) -> tuple[Key, ...]:
    return load_node_document(orjson.loads(node_document.node_document(node).body)).keys


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder of a node that `sharefeed init` made."""
    home = tmp_path / "made"
    CliRunner().invoke(main, ["init", "--home", str(home), "--url", URL, "--name", "Share"], catch_exceptions=False)
    return home


def test_init_makes_a_key_that_only_the_nodes_user_may_read(made: Path) -> None:
    assert stat.S_IMODE((made / KEY_FILE).stat().st_mode) == 0o600
    found = keys.read((made / KEY_FILE).read_bytes(), "it")
    keys.check_pair(found)
    assert found.node == URL


def test_a_node_without_a_key_makes_one_once(node: Node) -> None:
    file_of(node).unlink(missing_ok=True)
    first = keys.own(node)
    assert keys.own(node) == first
    assert first.id == signing.key_id(first.public)
    assert signing.public_of(first.private) == first.public


def test_of_many_who_make_the_first_key_at_once_all_have_the_same(node: Node) -> None:
    file_of(node).unlink(missing_ok=True)
    found: list[str] = []
    threads = [Thread(target=lambda: found.append(keys.own(node).id)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert not list(node.settings.home.glob(".key-*"))


def test_the_node_document_has_the_public_half_alone(node: Node) -> None:
    own = keys.own(node)
    assert [(one.id, one.public, one.until) for one in told(node)] == [(own.id, own.public, None)]
    assert signing.encoded(own.private).encode() not in bytes(node_document.node_document(node).body)


def test_a_new_key_is_signed_by_the_old_one_and_both_are_told(node: Node) -> None:
    old = keys.own(node)
    clock_of(node).pass_by(days=1)
    keys.rotate(node)
    new, before = told(node)
    assert keys.own(node).id == new.id != old.id
    assert (before.id, before.until, new.from_) == (old.id, node.clock(), node.clock())
    assert new.by == old.id
    assert signing.verify(old.public, signing.KEY, signing.statement(URL, new.public, node.clock()), new.sig or "")
    assert signing.encoded(old.private).encode() not in file_of(node).read_bytes()


def test_no_more_old_keys_are_told_than_a_node_document_takes(node: Node) -> None:
    for _ in range(keys.MOST_KEPT + 3):
        clock_of(node).pass_by(hours=1)
        keys.rotate(node)
    assert len(told(node)) == keys.MOST_KEPT


def test_a_key_that_others_may_read_is_not_used(node: Node) -> None:
    keys.own(node)
    file_of(node).chmod(0o640)
    with pytest.raises(KeyFileError, match="chmod 600"):
        keys.own(node)
    assert told(node) == ()


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"format":"sharefeed-key","private":"","keys":[]}'])
def test_a_damaged_key_is_never_replaced_by_a_new_one(content: bytes, node: Node) -> None:
    keys.own(node)
    file_of(node).write_bytes(content)
    with pytest.raises(KeyFileError, match="no key"):
        keys.own(node)
    assert file_of(node).read_bytes() == content


def test_a_key_of_another_node_is_not_used(node: Node, tmp_path: Path) -> None:
    other = publisher(tmp_path / "other", node_url="https://other.example.org/")
    keys.own(node)
    file_of(node).write_bytes(keys.written(keys.ring(other)))
    other.database.close()
    with pytest.raises(KeyFileError, match=r"https://other\.example\.org/"):
        keys.own(node)


def test_a_variable_may_hold_the_key(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    held = keys.new_ring(URL, node.clock())
    file_of(node).unlink(missing_ok=True)
    monkeypatch.setenv(keys.VARIABLE, keys.written(held).decode())
    assert keys.own(node) == held.own
    assert not file_of(node).exists()
    with pytest.raises(KeyFileError, match="--print"):
        keys.rotate(node)


def test_another_file_may_hold_the_key(tmp_path: Path) -> None:
    secret = tmp_path / "mounted"
    node = publisher(tmp_path / "home", key_file=str(secret))
    own = keys.own(node)
    assert keys.read(secret.read_bytes(), "it").own == own
    node.database.close()


def test_the_key_is_exported_and_brought_back_by_command(made: Path, tmp_path: Path) -> None:
    run = CliRunner()

    def say(*words: str, code: int = 0) -> str:
        result = run.invoke(main, ["--home", str(made), "key", *words], env={"SHAREFEED_HOME": ""})
        assert result.exit_code == code, result.output
        return result.output

    kept = tmp_path / "kept"
    first = keys.read((made / KEY_FILE).read_bytes(), "it")
    assert first.own.public in say("show")
    assert signing.encoded(first.private) not in say("show")
    say("export", str(kept))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "not written" in say("export", str(kept), code=1)
    say("rotate")
    assert keys.read((made / KEY_FILE).read_bytes(), "it").own != first.own
    assert "--replace" in say("import", str(kept), code=1)
    say("import", str(kept), "--replace")
    assert keys.read((made / KEY_FILE).read_bytes(), "it") == first
    printed = say("rotate", "--print")
    assert keys.read(printed.encode(), "it").keys[0].by == first.own.id
    assert keys.read((made / KEY_FILE).read_bytes(), "it") == first
    assert say("export", "-").encode() == keys.written(first)


def test_a_private_key_with_another_public_one_is_not_brought(node: Node) -> None:
    own, other = keys.ring(node), keys.new_ring(URL, node.clock())
    mixed = keys.Ring(URL, other.private, own.keys)
    with pytest.raises(KeyFileError, match="beside it"):
        keys.bring(node, keys.written(mixed), replacing=True)
    assert keys.ring(node) == own


FULL = """
import resource, signal, sys
from pathlib import Path
from node.services.configuration.setup import write_private

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5, 5))
try:
    write_private(Path(sys.argv[1]), "a secret of some length")
except OSError as error:
    print(error.strerror)
"""


def test_half_a_secret_is_never_left(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    ran = subprocess.run(
        [sys.executable, "-c", FULL, str(file)], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout == "File too large\n"
    assert not file.exists()


def test_init_can_be_run_again_where_it_could_not_end(tmp_path: Path) -> None:
    home, init = tmp_path / "home", ["init", "--url", URL, "--name", "Share"]
    (home / KEY_FILE).mkdir(parents=True)
    first = CliRunner().invoke(main, [*init, "--home", str(home)])
    assert (first.exit_code, isinstance(first.exception, SystemExit)) == (1, True), first.output
    (home / KEY_FILE).rmdir()
    again = CliRunner().invoke(main, [*init, "--home", str(home)])
    assert again.exit_code == 0, again.output
