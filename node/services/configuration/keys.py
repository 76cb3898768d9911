"""The node's own key, with which it signs what it says to other nodes; and what it publishes of that.

The key stands in a file of its own, never in the database and never in a backup. Refuses to make a new one in the place
of one that cannot be read: others know the old one.
"""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

from node.context import Node
from node.settings import KEY_FILE, SettingError, Settings
from schemas import signing
from schemas.errors import SharefeedError
from schemas.fields import rfc3339
from schemas.node_document import Key
from schemas.records import dataclass

log = logging.getLogger(__name__)

VARIABLE = "SHAREFEED_KEY"
FORMAT = "sharefeed-key"
MOST_KEPT = 20
"""How many keys a node document names: the present one and those before it."""
_OTHERS_MAY_READ = 0o077
_MOST_BYTES = 64 * 1024


class KeyFileError(SharefeedError):
    """The node's key cannot be read, or not be written. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as it is published. ``since`` and ``until`` as RFC 3339; ``by`` is the id of the key before, whose ``sig``
    says that this one follows it.
    """

    id: str
    public: str
    since: str
    until: str = ""
    by: str = ""
    sig: str = ""


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The key that a node signs with now: ``private`` are 32 bytes, ``public`` is base64url."""

    id: str
    private: bytes
    public: str


@dataclass(frozen=True, slots=True)
class Ring:
    """What stands in the file: the private key of the first of ``keys``; the others are those before it."""

    node: str
    private: bytes
    keys: tuple[PublicKey, ...]

    @property
    def own(self) -> OwnKey:
        return OwnKey(self.keys[0].id, self.private, self.keys[0].public)


def own(node: Node) -> OwnKey:
    """The key that this node signs with; made now where there is none. Raises `KeyFileError` and `SettingError`."""
    return ring(node).own


def ring(node: Node) -> Ring:
    """All keys of this node, made now where there are none. Raises `KeyFileError` and `SettingError`."""
    settings = node.settings
    given = os.environ.get(VARIABLE)
    if given:
        return _own_ring(settings, read(given.encode(), f"the variable {VARIABLE}"))
    path = path_of(settings)
    if not path.exists():
        _write_new(path, new_ring(settings.url, node.clock()))
    return _own_ring(settings, _from_file(path))


def published(node: Node) -> tuple[Key, ...]:
    """The keys as the node document names them; none where they cannot be read, which whoever starts a node is told."""
    try:
        known = ring(node).keys[:MOST_KEPT]
    except (KeyFileError, SettingError) as error:
        log.error("the node document names no key: %s", error)  # noqa: TRY400 - said in a sentence of its own
        return ()
    return tuple(
        Key(one.id, "Ed25519", one.public, _moment(one.since), _moment(one.until), one.by or None, one.sig or None)
        for one in known
    )


def path_of(settings: Settings) -> Path:
    """The file of the key."""
    return settings.home / (str(settings.key_file) or KEY_FILE)


def new_ring(node_id: str, now: datetime) -> Ring:
    """A key that follows no other."""
    private = signing.new_private()
    public = signing.public_of(private)
    return Ring(node_id, private, (PublicKey(signing.key_id(public), public, rfc3339(now)),))


def rotated(before: Ring, now: datetime) -> Ring:
    """With a new key, named by a signature of the one before, which is good until now."""
    private, old = signing.new_private(), before.keys[0]
    public, since = signing.public_of(private), rfc3339(now)
    sig = signing.sign(before.private, signing.KEY, signing.statement(before.node, public, now))
    following = PublicKey(signing.key_id(public), public, since, by=old.id, sig=sig)
    return Ring(before.node, private, (following, replace(old, until=since), *before.keys[1 : MOST_KEPT - 1]))


def rotate(node: Node) -> Ring:
    """Put a new key in the place of the present one. Raises `KeyFileError` where it is not in a file of the node's."""
    if os.environ.get(VARIABLE):
        raise KeyFileError(
            f"The key is in the variable {VARIABLE}, which only you can change: run `sharefeed key rotate --print`, "
            "and put what it prints there"
        )
    following = rotated(ring(node), node.clock())
    _replace(path_of(node.settings), following)
    return following


def bring(node: Node, content: bytes, replacing: bool = False) -> Ring:
    """Put an exported key into place. Raises `KeyFileError` where another one is there, unless ``replacing``."""
    path, found = path_of(node.settings), _own_ring(node.settings, read(content, "this file"))
    if path.exists() and not replacing and _from_file(path) != found:
        raise KeyFileError(
            f"There is another key in {path}; it was left as it is. If it is to be lost, say --replace. Nodes that "
            "know it will not believe this one before their operators say so"
        )
    _replace(path, found)
    return found


def written(keys: Ring) -> bytes:
    """The content of the file, on one line, so that it fits into a variable as well."""
    told = [{name: value for name, value in asdict(one).items() if value} for one in keys.keys]
    private = signing.encoded(keys.private)
    return orjson.dumps({"format": FORMAT, "version": 1, "node": keys.node, "private": private, "keys": told}) + b"\n"


def read(content: bytes, where: str) -> Ring:
    """What `written` wrote. Raises `KeyFileError`, which says ``where`` it stood and nothing of what stood there."""
    try:
        document = orjson.loads(content)
        private = signing.decoded(document["private"]) or b""
        found = Ring(str(document["node"]), private, tuple(PublicKey(**one) for one in document["keys"]))
        if document["format"] != FORMAT or len(private) != signing.PRIVATE_BYTES or not found.keys:
            raise ValueError
        for one in found.keys:
            _check(one)
    except (ValueError, KeyError, TypeError) as error:
        raise KeyFileError(f"What stands in {where} is no key that `sharefeed key export` wrote") from error
    return found


def check_pair(keys: Ring) -> None:
    """Raises `KeyFileError` where the private key is not that of the public one."""
    if signing.public_of(keys.private) != keys.keys[0].public:
        raise KeyFileError("The private key is not that of the public key beside it")


def _check(key: PublicKey) -> None:
    if not signing.is_public(key.public) or key.id != signing.key_id(key.public) or _moment(key.since) is None:
        raise ValueError(key.id)


def _own_ring(settings: Settings, found: Ring) -> Ring:
    if found.node != settings.url:
        raise KeyFileError(f"This key is of {found.node}, and this node is {settings.url}")
    return found


def _from_file(path: Path) -> Ring:
    try:
        if path.stat().st_mode & _OTHERS_MAY_READ:
            raise KeyFileError(f"Others on this machine may read {path}. Run `chmod 600` on it")
        if path.stat().st_size > _MOST_BYTES:
            raise KeyFileError(f"{path} is too large for a key")
        content = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return read(content, str(path))
    except KeyFileError as error:
        raise KeyFileError(
            f"{error}. Bring your copy of the key back with `sharefeed key import FILE --replace`. Only if there is "
            "none, move that file away: a new key is made then, and other nodes believe it once their operators say so"
        ) from error


def is_missing(node: Node) -> bool:
    """Whether this node has no key, so that the next who asks for it makes a new one."""
    return not os.environ.get(VARIABLE) and not path_of(node.settings).exists()


def _write_new(path: Path, keys: Ring) -> None:
    """Write the first key of a node. Of several processes that do so at once, one is the first for all of them."""
    with _beside(path, keys) as written_at, contextlib.suppress(FileExistsError):
        os.link(written_at, path)


def _replace(path: Path, keys: Ring) -> None:
    check_pair(keys)
    with _beside(path, keys) as written_at:
        os.replace(written_at, path)


@contextlib.contextmanager
def _beside(path: Path, keys: Ring) -> Any:
    """A file with these keys in the folder of the path, readable by its owner alone and safely on the disk."""
    try:
        with NamedTemporaryFile(dir=path.parent, prefix=".key-", delete=False) as file:
            # From here on nothing of it may stay: a full disk is met while it is written.
            try:
                file.write(written(keys))
                file.flush()
                os.fsync(file.fileno())
                yield file.name
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(file.name)
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}. Nothing was changed") from error


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.fromisoformat(text).astimezone(UTC)


def told(keys: Ring) -> Mapping[str, str]:
    """What may be shown of the present key."""
    first = keys.keys[0]
    return {"id": first.id, "public": first.public, "from": first.since, "follows": first.by}
