"""Thousands of odd and hostile documents by others: each is read or refused, quickly, in bounded memory, offline."""

from __future__ import annotations

import json
import resource
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schemas import atom_feed, feed, plain_feed, strict_json
from schemas.errors import DocumentError
from schemas.listing import dump_listing, load_listing
from schemas.page import Page
from tests.schemas.made import CORPORA, desk_item

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason=f"the corpora are not at {CORPORA}")

LONGEST_S = 2.0
MOST_KIB = 300 * 1024
FEEDS = sorted(folder for folder in (CORPORA / "feeds").glob("*") if folder.is_dir())
HOSTILE_XML = sorted((CORPORA / "xml").glob("*"))


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("a document made its reader use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def outcome(decode: Callable[[bytes], Page], data: bytes) -> Page | DocumentError:
    """What came of the document; anything but a page or a `DocumentError` escapes."""
    try:
        return decode(data)
    except DocumentError as error:
        return error


@pytest.mark.parametrize("decode", [feed.decode, atom_feed.decode, plain_feed.decode], ids=["any", "atom", "plain"])
@pytest.mark.parametrize("folder", FEEDS, ids=lambda folder: folder.name)
def test_every_feed_is_read_or_refused(folder: Path, decode: Callable[[bytes], Page]) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for path in sorted(folder.rglob("*.xml")):
        data, start = path.read_bytes(), time.perf_counter()
        found = outcome(decode, data)
        assert time.perf_counter() - start < LONGEST_S, path.name
        if isinstance(found, DocumentError):
            assert all(problem.code and problem.message for problem in found.problems), path.name
        else:
            json.dumps(found.items)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_KIB


@pytest.mark.parametrize(
    ("folder", "at_least"),
    [
        pytest.param("atom10", 0.95, id="atom10"),
        pytest.param("atom", 0.95, id="atom"),
        pytest.param("encoding", 0.9, id="encoding"),
        pytest.param("illformed", 0.7, id="illformed"),
        pytest.param("lang", 0.95, id="lang"),
        pytest.param("geo", 0.99, id="geo"),
    ],
)
def test_most_odd_feeds_are_read(folder: str, at_least: float) -> None:
    """Refusing everything would pass the other tests as well."""
    found = [outcome(feed.decode, path.read_bytes()) for path in (CORPORA / "feeds" / folder).rglob("*.xml")]
    assert sum(isinstance(page, Page) for page in found) >= at_least * len(found)


@pytest.mark.parametrize("path", HOSTILE_XML, ids=lambda path: path.name)
def test_hostile_xml_is_refused(path: Path) -> None:
    start = time.perf_counter()
    for decode in (feed.decode, atom_feed.decode, plain_feed.decode):
        assert isinstance(outcome(decode, path.read_bytes()), DocumentError)
    assert time.perf_counter() - start < LONGEST_S


def codes(read: Callable[[], Any]) -> set[str]:
    """The codes of the problems for which something was refused; none if it was read."""
    return set(pointers_and_codes(read).values())


def pointers_and_codes(read: Callable[[], Any]) -> dict[str, str]:
    try:
        read()
    except DocumentError as error:
        return {problem.pointer: problem.code for problem in error.problems}
    return {}


@pytest.mark.parametrize("path", sorted((CORPORA / "json").glob("*.json")), ids=lambda path: path.stem)
def test_json_is_judged_as_rfc_8259_has_it(path: Path) -> None:
    """JSONTestSuite: y_ must be accepted, n_ refused, i_ is ours to choose."""
    accepted, refused = set[str](), {"malformed-json"}
    expected = {"y": (accepted,), "n": (refused,), "i": (accepted, refused)}[path.stem[0]]
    assert codes(lambda: strict_json.loads(path.read_bytes())) in expected


NAUGHTY = json.loads((CORPORA / "naughty-strings.json").read_bytes()) if CORPORA.is_dir() else []


def test_naughty_strings_pass_unchanged_or_are_refused_where_they_stand() -> None:
    kept = 0
    for text in NAUGHTY:
        item = desk_item(title=text or None, content_text=text or None)
        faults = pointers_and_codes(lambda item=item: load_listing(item))
        assert faults.keys() <= {"/title", "/content_text"}, text
        if not faults:
            assert dump_listing(load_listing(item)) == item
            kept += 1
    assert kept > 0.9 * len(NAUGHTY)
