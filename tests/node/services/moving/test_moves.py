"""An organisation that leaves its council's node for one of its own, and a city's board that reads both."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from federation.pipeline import Limits, Poll
from federation.reading import read_page
from federation.records import Source
from federation.refresh import Refresh
from federation.schedule import Pace
from node.app import create_app
from node.context import Node
from node.services.bookings.keeping import CalendarError, calendars_of
from node.services.bookings.making import book
from node.services.bookings.refusals import BookingError
from node.services.desk.listings import history
from node.services.exchanges import asking, away
from node.services.exchanges.acting import ExchangeError
from node.services.listings import publishing
from node.services.listings.publishing import PublishingError, put_listings
from node.services.moving import exporting, moves
from node.services.moving.bringing import Brought, bring
from node.services.moving.brought_files import BringError
from node.services.moving.moves import MoveError
from node.services.organisations import hosting
from node.services.pictures import uploads
from node.services.syndication import node_document
from node.storage import bookings, calendars, catalogue, listing_versions, sources
from node.storage import desk_drafts as stored_drafts
from node.storage.desk_drafts import DeskDraft
from node.storage.ledger import StoredBook
from schemas import exchange as rules
from schemas.listing import Image
from tests.fakes.bookable import bookable, hour, wanted
from tests.fakes.exchanges import act, asked, shared
from tests.fakes.own_client import client_of
from tests.fakes.publisher import clock_of, desk, draft, pause, publisher
from tests.fakes.wire import Wire

COUNCIL, SCHOOL, CITY, RIVAL = (f"https://{name}.example/" for name in ("council", "school", "city", "rival"))
SLUG = "riverside-school"
PHOTO = "0" * 32 + "-40x30"


@dataclass
class Town:
    """Nodes that reach one another, and a board that reads some of them."""

    folder: Path
    wire: Wire
    nodes: dict[str, Node]

    def node(self, url: str, **settings: Any) -> Node:
        if url not in self.nodes:
            node = publisher(self.folder / url.split("/")[2], node_url=url, **settings)
            self.nodes[url] = node
            self.wire.apps[url.rstrip("/")] = create_app(node)
        return self.nodes[url]

    def pass_by(self, **span: float) -> None:
        for node in self.nodes.values():
            clock_of(node).pass_by(**span)

    def follow(self, url: str, by: str = CITY) -> int:
        reader = self.node(by)
        source = Source(0, f"{url}changes.json", url, url, "json", "L1", added_at=reader.now)
        with reader.database.write() as tx:
            return sources.add(tx, source).id

    def read(self, *source_ids: int, by: str = CITY) -> None:
        reader = self.node(by)
        for source_id in source_ids:
            with reader.database.write() as tx:
                [leased] = sources.lease(tx, [source_id], reader.now, 600)
            book = StoredBook(reader.database)
            result = Poll(book, self.wire, read_page, by, Pace(), Limits(), reader.now).run(leased)
            assert result.fine, result
            Refresh(book, self.wire, by, reader.now).run(leased, result)

    def shown(self, by: str = CITY) -> dict[str, tuple[str, str]]:
        """Of each listing on the board, by its id: the node that it is from, and its key there."""
        with self.node(by).database.read() as tx:
            found = list(catalogue.live(tx))
        assert len({one.entry.id for one in found}) == len(found)
        return {one.entry.id: ((*one.entry.via, by)[0], one.entry.key) for one in found}


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    made = Town(tmp_path, None, {})  # type: ignore[arg-type]
    made.wire = Wire(lambda: clock_of(made.nodes[COUNCIL]).moment)
    council = made.node(COUNCIL)
    picture = Image(f"{COUNCIL}media/{PHOTO}.jpg", "A desk")
    put_listings(council, [draft(council, "desk", images=(picture,)), draft(council, "gone"), draft(council, "paused")])
    publishing.withdraw(council, f"{SLUG}.gone")
    pause(council, f"{SLUG}.paused")
    library = publishing.ensure_organisation(council, "Library", "public_body")
    put_listings(council, [publishing.Draft(desk(library, title="A lamp"), "library.lamp", "lamp")])
    media = council.settings.home / "media"
    media.mkdir()
    for end in (".jpg", ".card.jpg"):
        (media / f"{PHOTO}{end}").write_bytes(b"a picture" + end.encode())
    key, organisation = bookable(council)
    publishing.edit(council, key, category="tools/power")
    book(council, key, organisation, wanted(hour(2, 10), "Anna Kowal", contact="anna@example.org"), "Ann")
    with council.database.write() as tx:
        typed = {"title": "Half a thought"}
        stored_drafts.put(tx, DeskDraft("d" * 16, organisation, None, "give", typed, (), council.now, "Ann"))
    yield made
    for node in made.nodes.values():
        node.database.close()


def exported(town: Town, url: str = COUNCIL) -> Path:
    path = town.folder / "everything.zip"
    path.write_bytes(b"".join(exporting.export(town.node(url), SLUG).pieces))
    return path


def brought(town: Town, url: str = SCHOOL) -> Brought:
    return bring(town.node(url), exported(town))


def move(town: Town, to: str = SCHOOL) -> None:
    moves.move(town.node(COUNCIL), SLUG, to, fetcher=town.wire)


def test_everything_comes_along(town: Town) -> None:
    found = brought(town)
    assert (found.slug, found.listings, found.photos, found.bookings, found.remarks) == (SLUG, 4, 1, 1, [])
    council, school = town.node(COUNCIL), town.node(SCHOOL)
    there = {row.key: row for row in publishing.listings(council, organisation=SLUG)}
    here = {row.key: row for row in publishing.listings(school, organisation=SLUG)}
    assert {key: (row.id, row.state, row.import_ref) for key, row in here.items()} == {
        key: (row.id, row.state, row.import_ref) for key, row in there.items()
    }
    item = here[f"{SLUG}.desk"].item()
    assert item["id"] == f"{COUNCIL}listings/{SLUG}.desk"
    assert item["url"] == f"{SCHOOL}listings/{SLUG}.desk"
    assert item["_sharefeed"]["images"][0]["url"] == f"{SCHOOL}media/{PHOTO}.jpg"
    assert (school.settings.home / "media" / f"{PHOTO}.card.jpg").read_bytes() == b"a picture.card.jpg"
    with school.database.read() as tx:
        assert [v.change for v in listing_versions.of_listing(tx, item["id"])] == ["added"]
        calendar = calendars.by_key(tx, f"{SLUG}.drill")
        assert calendar is not None
        [one] = bookings.latest(tx, calendar.id, 10)
        assert (one.name, one.contact) == ("Anna Kowal", "anna@example.org")
        assert stored_drafts.by_id(tx, "d" * 16) is not None
    assert uploads.waiting(school, found.organisation_id) == (), "its photos are those of listings"
    with pytest.raises(BookingError):
        book(school, f"{SLUG}.drill", found.organisation_id, wanted(hour(2, 10), "Ben"), "Ann")


_KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from node.context import Node
from node.services.moving.bringing import bring
from node.settings import Settings

home, url, file = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])

def clock():
    if any((home / "media").glob("*.jpg")):
        os._exit(9)  # as by kill -9: nothing is tidied up
    return datetime.fromtimestamp(int(sys.argv[4]), UTC)

bring(Node.open(Settings(home, {"node_url": url, "node_name": "Share"}), clock=clock), file)
"""


def test_photos_that_came_with_a_list_come_along_and_are_counted(town: Town) -> None:
    council, school, name = town.node(COUNCIL), town.node(SCHOOL), f"{'ab' * 16}.jpg"
    (council.settings.home / "media" / name).write_bytes(b"of a list")
    put_listings(council, [draft(council, "chair", images=(Image(f"{COUNCIL}media/{name}", "A chair"),))])
    assert bring(school, exported(town)).photos == 2
    assert (school.settings.home / "media" / name).read_bytes() == b"of a list"
    pictures = [image.url for row in publishing.listings(school) for image in row.listing().images]
    assert f"{SCHOOL}media/{name}" in pictures


def test_one_that_is_killed_between_pictures_and_listings_leaves_nothing_for_ever(town: Town) -> None:
    school, file = town.node(SCHOOL), exported(town)
    words = [str(school.settings.home), SCHOOL, str(file), str(school.now)]
    assert subprocess.run([sys.executable, "-c", _KILLED, *words], check=False).returncode == 9
    photo = school.settings.home / "media" / f"{PHOTO}.jpg"
    assert photo.exists()
    assert publishing.listings(school) == []
    assert uploads.tidy(school) == 0
    town.pass_by(days=1, minutes=1)
    assert uploads.tidy(school) == 1
    assert list(photo.parent.iterdir()) == []
    assert brought(town).listings == 4
    town.pass_by(days=2)
    assert uploads.tidy(school) == 0
    assert photo.exists()


def test_what_came_is_looked_after_here(town: Town) -> None:
    found = brought(town)
    school = town.node(SCHOOL)
    town.pass_by(hours=1)
    publishing.edit(school, f"{SLUG}.desk", title="A better desk")
    hosting.put_profile(school, "Riverside Primary", SLUG, {})
    put_listings(school, [draft_here(school, "new")])
    rows = {row.key: row for row in publishing.listings(school, organisation=SLUG)}
    assert rows[f"{SLUG}.desk"].id == f"{COUNCIL}listings/{SLUG}.desk"
    assert rows[f"{SLUG}.new"].id == f"{SCHOOL}listings/{SLUG}.new"
    assert {row.organisation_id for row in rows.values()} == {found.organisation_id}
    assert rows[f"{SLUG}.desk"].listing().organisation.name == "Riverside Primary"


def draft_here(node: Node, ref: str) -> publishing.Draft:
    own = hosting.organisation(node, SLUG)
    assert own is not None
    return publishing.Draft(desk(own.organisation), publishing.new_key(SLUG, ref), ref)


def test_the_board_shows_each_listing_once_before_while_and_after_it_moves(town: Town) -> None:
    town.node(CITY, aggregate=True)
    first = town.follow(COUNCIL)
    town.read(first)
    before = town.shown()
    keys = {id_: key for id_, (_, key) in before.items()}
    ours = {id_ for id_ in before if SLUG in id_}
    assert len(ours) == 2
    brought(town)
    second = town.follow(SCHOOL)
    town.read(second, first)
    assert town.shown() == before
    move(town)
    for day in range(moves.DAYS + 3):
        town.pass_by(days=1)
        moves.finish(town.node(COUNCIL))
        town.read(*((second, first) if day % 2 else (first, second)))
        now = town.shown()
        assert {id_: key for id_, (_, key) in now.items()} == keys, day
        if day > 1:
            assert {id_ for id_, (origin, _) in now.items() if origin == SCHOOL} == ours
    city = client_of(create_app(town.node(CITY)))
    for key in keys.values():
        assert city.get(f"/listings/{key}", base_url=CITY).status_code == 200
    live = {row.id for row in publishing.listings(town.node(COUNCIL), "live")}
    assert live == set(before) - ours


def test_a_node_that_brings_somebody_elses_export_gets_nothing(town: Town) -> None:
    town.node(CITY, aggregate=True)
    first = town.follow(COUNCIL)
    town.read(first)
    before = town.shown()
    bring(town.node(RIVAL), exported(town))
    third = town.follow(RIVAL)
    for _ in range(3):
        town.pass_by(days=1)
        town.read(third, first)
        assert town.shown() == before


def test_a_council_that_is_the_board_itself_shows_what_moved(town: Town) -> None:
    brought(town)
    council = town.node(COUNCIL)
    board = replace_settings(council, aggregate=True)
    town.nodes[COUNCIL] = board
    source = town.follow(SCHOOL, by=COUNCIL)
    town.read(source, by=COUNCIL)
    ids = {id_ for id_ in town.shown(COUNCIL) if SLUG in id_}
    move(town)
    town.pass_by(days=moves.DAYS)
    town.read(source, by=COUNCIL)
    assert {town.shown(COUNCIL)[id_][0] for id_ in ids} == {COUNCIL}
    assert moves.finish(board) == 1
    assert {town.shown(COUNCIL)[id_][0] for id_ in ids} == {SCHOOL}
    assert moves.finish(board) == 0


def replace_settings(node: Node, **values: Any) -> Node:
    from node.settings import SETTINGS, Settings

    told = {setting.name: getattr(node.settings, setting.name) for setting in SETTINGS}
    return replace(node, settings=Settings(node.settings.home, {**told, **values}))


def test_pages_lead_to_the_new_place_and_nothing_is_changed_at_the_old(town: Town) -> None:
    brought(town)
    move(town)
    council = town.node(COUNCIL)
    browser = client_of(create_app(council))
    for path in (f"listings/{SLUG}.desk", f"organisations/{SLUG}"):
        answer = browser.get(f"/{path}", base_url=COUNCIL)
        assert (answer.status_code, answer.location) == (308, SCHOOL + path)
    asking_there = browser.get(f"/listings/{SLUG}.desk/ask", base_url=COUNCIL)
    assert (asking_there.status_code, asking_there.location) == (308, f"{SCHOOL}listings/{SLUG}.desk")
    assert browser.get("/listings/library.lamp", base_url=COUNCIL).status_code == 200
    key = f"{SLUG}.desk"
    changes: list[Callable[[], object]] = [
        lambda: publishing.edit(council, key, title="x"),
        lambda: publishing.withdraw(council, key),
        lambda: pause(council, key),
        lambda: put_listings(council, [draft(council, "another")]),
        lambda: hosting.put_profile(council, "Another name", SLUG, {}),
    ]
    for change in changes:
        with pytest.raises(PublishingError, match=SCHOOL):
            change()
    own = hosting.organisation(council, SLUG)
    assert own is not None
    with pytest.raises(CalendarError, match=SCHOOL):
        book(council, f"{SLUG}.drill", own.organisation.id, wanted(hour(3, 10)), "Ann")
    publishing.edit(council, "library.lamp", title="A bright lamp")
    told = json.loads(node_document.node_document(council).body)["handed_on"]
    assert told == [{"ids": f"{COUNCIL}listings/{SLUG}.", "to": SCHOOL, "at": "2026-12-01T09:00:00Z"}]


def test_it_can_be_taken_back_until_the_listings_are_gone(town: Town) -> None:
    brought(town)
    council = town.node(COUNCIL)
    move(town)
    moves.take_back(council, SLUG)
    publishing.edit(council, f"{SLUG}.desk", title="Back")
    assert "handed_on" not in json.loads(node_document.node_document(council).body)
    with pytest.raises(MoveError, match="not moved"):
        moves.take_back(council, SLUG)
    move(town)
    town.pass_by(days=moves.DAYS)
    assert moves.finish(council) == 1
    with pytest.raises(MoveError, match="for good"):
        moves.take_back(council, SLUG)


def test_it_moves_only_where_its_listings_are(town: Town) -> None:
    council, school = town.node(COUNCIL), town.node(SCHOOL)
    with pytest.raises(MoveError, match=r"2 listings .* Bring the newest file"):
        move(town)
    brought(town)
    put_listings(council, [draft(council, "later")])
    with pytest.raises(MoveError, match=f"1 listings .*{SLUG}.later"):
        move(town)
    publishing.withdraw(council, f"{SLUG}.later")
    town.wire.apps["https://nobody.example"] = Flask("nobody")
    for address, code in ((COUNCIL, "itself"), ("https://nobody.example/", "no-node"), ("rubbish", "no-node")):
        with pytest.raises(MoveError) as refused:
            move(town, address)
        assert refused.value.code == code
    with pytest.raises(MoveError, match="no organisation"):
        moves.move(council, "nobody", SCHOOL, fetcher=town.wire)
    move(town)
    with pytest.raises(MoveError, match="already"):
        move(town)
    assert school.now == council.now


def rewritten(path: Path, **changes: Callable[[bytes], bytes | None]) -> Path:
    """The export with other contents of some files (their names with ``_`` for dots), and a manifest that fits them."""
    target = path.with_name("other.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        files = {name: old.read(name) for name in old.namelist()}
        manifest = json.loads(files.pop("manifest.json"))
        for name, change in changes.items():
            real = name.replace("__", "/").replace("_", ".")
            data = change(files.get(real, b""))
            if data is not None:
                files[real] = data
        for name, data in files.items():
            new.writestr(name, data)
        manifest["files"] = {n: {"size": len(d), "sha256": sha256(d).hexdigest()} for n, d in files.items()}
        new.writestr("manifest.json", json.dumps(manifest))
    return target


def test_what_does_not_belong_there_is_refused_whole(town: Town) -> None:
    path, school = exported(town), town.node(SCHOOL)
    whole = path.read_bytes()
    flipped = path.with_name("flipped.zip")
    at = whole.index(b"a picture")
    flipped.write_bytes(whole[:at] + b"A" + whole[at + 1 :])
    cut = path.with_name("cut.zip")
    cut.write_bytes(whole[:-400])
    text = path.with_name("text.zip")
    text.write_text("hello")
    reserved = rewritten(
        path, organisation_json=lambda data: data.replace(b'"slug":"riverside-school"', b'"slug":"api"')
    )
    for bad in (flipped, cut, text, reserved, path.with_name("nowhere.zip")):
        with pytest.raises(BringError, match="Nothing was changed"):
            bring(school, bad)
        assert hosting.organisations(school) == []
        assert not list((school.settings.home / "media").glob("*"))
    climbing = rewritten(path, **{"photos__..__..__evil_jpg": lambda _: b"x"})
    found = bring(school, climbing)
    assert found.photos == 1
    assert not list(town.folder.rglob("evil*"))
    with pytest.raises(BringError, match="already"):
        bring(school, path)


def test_listings_that_are_not_its_own_are_left_out(town: Town) -> None:
    path, school = exported(town), town.node(SCHOOL)

    def foreign(data: bytes) -> bytes:
        return data.replace(f'"key":"{SLUG}.desk"'.encode(), b'"key":"library.lamp"')

    found = bring(school, rewritten(path, feed_json=foreign))
    assert found.listings == 3
    assert "key" in found.remarks[0]


def test_what_moved_is_asked_for_at_its_new_place_and_what_was_agreed_here_still_ends(town: Town) -> None:
    council = town.nodes[COUNCIL] = replace_settings(town.node(COUNCIL), mail_capture=True)
    what = shared(council, "stool")
    one = asked(council, what)
    drill = asking.askable(council, f"{SLUG}.drill")
    assert drill is not None
    other = asked(council, drill, starts_at=hour(3, 10).starts, ends_at=hour(3, 10).ends)
    brought(town)
    move(town)
    assert asking.askable(council, what.row.key) is None
    with pytest.raises(ExchangeError):
        away.gave_elsewhere(council, what.row.key, what.row.organisation_id, 1, "Ann")
    with pytest.raises(BookingError):
        act(council, other, rules.ACCEPT)
    assert act(council, one, rules.ACCEPT).exchange.state == rules.ACCEPTED
    assert act(council, one, rules.HAND_OVER).exchange.owner_said
    assert publishing.listing(council, what.row.key).state == "live", "the new node says what becomes of it"


def test_what_was_taken_back_at_the_last_moment_stays(town: Town) -> None:
    brought(town)
    council = town.node(COUNCIL)
    move(town)
    moved = moves.move_of(council, SLUG)
    assert moved is not None
    moves.take_back(council, SLUG)
    moves._let_go(council, moved)
    assert publishing.listing(council, f"{SLUG}.desk").state == "live"


def lines(change: Callable[[dict[str, Any]], None], which: str = "") -> Callable[[bytes], bytes]:
    """Changes the objects of a file with one a line, those in which ``which`` stands."""

    def changed(data: bytes) -> bytes:
        made = []
        for line in data.splitlines():
            if line.startswith(b"{") and line.rstrip(b",").endswith(b"}") and which.encode() in line:
                told = json.loads(line.rstrip(b","))
                change(told)
                line = json.dumps(told).encode() + (b"," if line.endswith(b",") else b"")
            made.append(line)
        return b"\n".join(made) + b"\n"

    return changed


def test_listings_under_ids_of_others_are_left_out(town: Town) -> None:
    city = town.node(CITY, aggregate=True)
    town.read(town.follow(COUNCIL))
    before = town.shown()

    def under(id_: str, key: str = f"{SLUG}.desk") -> Callable[[bytes], bytes]:
        def taken(told: dict[str, Any]) -> None:
            told["id"], told["_export"]["key"] = id_, key

        return lines(taken, '.desk"')

    def rival(data: bytes) -> bytes:
        called = data.replace(SLUG.encode(), b"library")
        return called.replace(f"{COUNCIL}organisations/".encode(), f"{RIVAL}organisations/".encode())

    path, lamp = exported(town), f"{COUNCIL}listings/library.lamp"
    other = rewritten(path, organisation_json=rival, feed_json=lambda data: under(lamp, "library.lamp")(rival(data)))
    found = bring(city, other)
    assert (found.slug, found.organisation_id) == ("library", f"{RIVAL}organisations/library")
    assert "library.lamp was left out" in " ".join(found.remarks)
    assert town.shown()[lamp] == before[lamp]
    found = bring(city, rewritten(path, feed_json=under(lamp)))
    assert found.listings == 3
    assert town.shown()[lamp] == before[lamp]


def test_what_cannot_be_read_later_on_is_not_kept(town: Town) -> None:
    path, school = exported(town), town.node(SCHOOL)

    def broken(told: dict[str, Any]) -> None:
        told["item"] = {"title": "<b>"}

    def foreign(told: dict[str, Any]) -> None:
        told["item"]["id"] = f"{COUNCIL}listings/library.lamp"

    def days(data: bytes) -> bytes:
        wrong = [
            {"first_day": "0000-00-00", "last_day": "2026-13-01"},
            {"first_day": "2026-12-24", "last_day": "2026-12-01"},
        ]
        return data.replace(b'"closed":[]', b'"closed":' + json.dumps(wrong).encode())

    def large(told: dict[str, Any]) -> None:
        told["elsewhere"] = [{"unit": 2**63, "url": "https://a.example/x.ics"}]

    bad = rewritten(
        path,
        history_ndjson=lambda data: lines(foreign, f"{SLUG}.drill")(lines(broken, f"{SLUG}.desk")(data)),
        calendars_json=lambda data: lines(large, '"listing"')(days(data)),
    )
    found = bring(school, bad)
    rows = {row.key: row for row in publishing.listings(school, organisation=SLUG)}
    assert found.listings == len(rows) == 4
    assert [change.version.change for change in history(school, rows[f"{SLUG}.desk"])] == []
    assert [change.version.change for change in history(school, rows[f"{SLUG}.drill"])] == []
    [kept] = calendars_of(school, found.organisation_id)
    assert kept.calendar.closures == ()
