"""Photos that an import names by their addresses: fetched afterwards, given to their listings, taken back with it."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import delete, select

from node.context import Node
from node.services.file_formats.reading import read
from node.services.identity import accounts, members
from node.services.identity.members import Member
from node.services.importing import imports, steps
from node.services.importing.sheets import Options, import_sheet
from node.services.listings import publishing
from node.services.pictures import fetching, unused
from node.services.pictures.fetching import RETRY_S, fetch_due, missing
from node.services.pictures.shelf import write_whole
from node.services.pictures.unused import KEPT_S
from node.storage import imports as stored_imports
from node.storage import listing_versions, photo_tables
from node.storage import picture_copies as stored
from node.storage.desk_tables import listing_versions as listing_versions_table
from node.storage.engine import Database
from node.storage.tables import listings as listings_table
from schemas.listing import Image as Image_
from tests.fakes.publisher import URL, clock_of, publisher, school
from tests.fakes.sites import Sites, found

CHAIRS, TENT = "https://photos.example/chairs.jpg", "https://photos.example/tent.jpg"
LIST = f"id,title,image,image_alt\n1,Six chairs,{CHAIRS};{TENT},Chairs|A tent\n2,A tent,{TENT},\n"


class Here:
    """A workshop that works in this process."""

    def run(self, function: Any, *args: Any) -> Any:
        return function(*args)


class Photos(Sites):
    """Sites that are asked for photographs."""

    def get(self, url: str, *, max_bytes: int | None = None, deadline_s: float | None = None, **more: Any) -> Any:
        assert (max_bytes, deadline_s) == (10 * 2**20, 15.0)
        return super().get(url, **more)


def jpeg(colour: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (400, 300), colour).save(out, "JPEG")
    return out.getvalue()


BOTH = [found(CHAIRS, jpeg("red"), "image/jpeg"), found(TENT, jpeg("blue"), "image/jpeg")]


@pytest.fixture
def node(database: Database, tmp_path: Path) -> Node:
    made = replace(publisher(tmp_path / "home", database), workshop=Here())  # type: ignore[arg-type]
    school(made)
    return made


@pytest.fixture
def member(node: Node) -> Member:
    account = accounts.add(node, "Anna Nowak", "anna@riverside.example")
    members.join(node, account, "riverside-school", members.EDITOR)
    made = members.member_of(node, account, "riverside-school")
    assert made is not None
    return made


def bring(node: Node, text: str = LIST, **options: Any) -> dict[str, int]:
    report = import_sheet(node, read(text.encode()), Options("Riverside School", "school", **options), name="kit.csv")
    return {change: count for change, count in report.counts.items() if count}


def pictures(node: Node) -> dict[str, list[str]]:
    return {
        row.key.rpartition(".")[2]: [image.url for image in row.listing().images] for row in publishing.listings(node)
    }


def last_import(node: Node, member: Member) -> Any:
    return imports.past(node, member, 1).imports[0]


def test_listings_are_there_at_once_and_their_photos_follow(node: Node, member: Member) -> None:
    assert bring(node) == {"added": 2}
    assert pictures(node) == {"1": [CHAIRS, TENT], "2": [TENT]}
    assert missing(node, last_import(node, member).id).wait == 2
    sites = Photos(*BOTH)
    assert fetch_due(node, sites) == 2  # type: ignore[arg-type]
    assert sorted(sites.asked) == [CHAIRS, TENT]
    after = pictures(node)
    assert all(url.startswith(f"{URL}media/") for urls in after.values() for url in urls)
    assert after["1"][1] == after["2"][0]
    for url in after["1"]:
        assert (node.settings.home / "media" / url.rpartition("/")[2]).read_bytes().startswith(b"\xff\xd8")
    alts = [image.alt for row in publishing.listings(node) if row.key.endswith(".1") for image in row.listing().images]
    assert alts == ["Chairs", "A tent"]
    assert missing(node, last_import(node, member).id) == fetching.Missing(0, ())
    assert fetch_due(node, sites) == 0  # type: ignore[arg-type]


def test_importing_the_list_again_changes_and_fetches_nothing(node: Node) -> None:
    bring(node)
    fetch_due(node, Photos(*BOTH))  # type: ignore[arg-type]
    assert bring(node, dry_run=True) == {"unchanged": 2}
    assert bring(node) == {"unchanged": 2}
    sites = Photos(*BOTH)
    assert fetch_due(node, sites) == 0  # type: ignore[arg-type]
    assert sites.asked == []


def test_only_trying_wants_nothing(node: Node) -> None:
    bring(node, dry_run=True)
    sites = Photos(*BOTH)
    assert fetch_due(node, sites) == 0  # type: ignore[arg-type]
    assert sites.asked == []


def test_what_cannot_be_had_is_tried_three_times_and_named(node: Node, member: Member) -> None:
    bring(node)
    sites = Photos(BOTH[0], found(TENT, b"<html>", "text/html"))
    assert fetch_due(node, sites) == 1  # type: ignore[arg-type]
    assert fetch_due(node, sites) == 0  # type: ignore[arg-type]
    for wait in RETRY_S:
        assert missing(node, last_import(node, member).id).failed == ()
        clock_of(node).pass_by(seconds=wait)
        assert fetch_due(node, sites) == 0  # type: ignore[arg-type]
    assert sites.asked.count(TENT) == 3
    assert missing(node, last_import(node, member).id).failed == (
        (TENT, "The site calls it text/html, which is no photograph."),
    )
    assert pictures(node)["2"] == [TENT]
    clock_of(node).pass_by(days=9)
    assert fetch_due(node, sites) == 0  # type: ignore[arg-type]
    bring(node, LIST.replace("A tent,", "A tent with poles,"))
    assert fetch_due(node, Photos(*BOTH)) == 1  # type: ignore[arg-type]
    assert pictures(node)["2"][0].startswith(URL)


def test_no_address_inside_is_asked_for_a_photo(node: Node, member: Member) -> None:
    """The client that the worker uses, beside something of this machine that listens."""
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.setblocking(False)
        port = inside.getsockname()[1]
        hosts = ("http://127.0.0.1", "https://127.0.0.1", "https://localhost", "https://[::ffff:127.0.0.1]")
        named = [f"{host}:{port}/{number}.jpg" for number, host in enumerate(hosts)]
        bring(node, "title,image\n" + "".join(f"Thing {number},{url}\n" for number, url in enumerate(named)))
        assert fetch_due(node) == 0
        with pytest.raises(BlockingIOError):
            inside.accept()
    told = missing(node, last_import(node, member).id)
    assert told.wait == 0
    assert {url for url, _ in told.failed} == set(named)
    assert all(str(node.settings.home) not in why for _, why in told.failed)


def test_an_address_that_nobody_outside_can_open_is_named_at_once(node: Node, member: Member) -> None:
    bring(node, "title,image\nThing,https://10.0.0.1/a.jpg\n")
    assert fetch_due(node) == 0
    [(url, why)] = missing(node, last_import(node, member).id).failed
    assert url == "https://10.0.0.1/a.jpg"
    assert why.endswith("inside a private network, where nothing is fetched.")


def test_undoing_the_import_takes_its_photos_along(node: Node, member: Member) -> None:
    bring(node)
    fetch_due(node, Photos(*BOTH))  # type: ignore[arg-type]
    imports.undo(node, member, last_import(node, member))
    assert steps.work(node, 60)
    assert {row.state for row in publishing.listings(node)} <= {"withdrawn"}


def test_a_photo_is_no_reason_to_lose_what_somebody_wrote_since(node: Node, member: Member) -> None:
    bring(node)
    publishing.edit(node, "riverside-school.2", title="A tent for twelve")
    fetch_due(node, Photos(*BOTH))  # type: ignore[arg-type]
    imports.undo(node, member, last_import(node, member))
    steps.work(node, 60)
    [kept] = [row for row in publishing.listings(node) if row.key.endswith(".2")]
    assert (kept.state, kept.item()["title"]) == ("live", "A tent for twelve")
    assert pictures(node)["2"][0].startswith(URL)
    with node.database.read() as tx:
        assert [one.import_id != "" for one in listing_versions.of_listings(tx, [kept.id])] == [True, False, False]


def test_what_is_withdrawn_meanwhile_stays_so(node: Node) -> None:
    bring(node)
    publishing.withdraw(node, "riverside-school.2")
    fetch_due(node, Photos(*BOTH))  # type: ignore[arg-type]
    states = {row.key.rpartition(".")[2]: row.state for row in publishing.listings(node)}
    assert states.get("2", "withdrawn") == "withdrawn"
    assert pictures(node).get("2", [TENT]) == [TENT]


def named(slug: str, count: int) -> str:
    rows = "".join(f"{number},Thing {number},https://{slug}.example/{number}.jpg\n" for number in range(count))
    return f"id,title,image\n{rows}"


def bring_of(node: Node, name: str, count: int) -> None:
    text = named(name.lower(), count)
    report = import_sheet(node, read(text.encode()), Options(name, "charity"), name="kit.csv")
    assert report.counts["added"] == count


def test_no_organisation_waits_for_all_that_another_one_has_named(node: Node) -> None:
    bring_of(node, "Greedy", 12)
    clock_of(node).pass_by(seconds=5)
    bring_of(node, "Modest", 2)
    sites = Photos(*[found(f"https://modest.example/{number}.jpg", jpeg("red"), "image/jpeg") for number in range(2)])
    fetch_due(node, sites, limit=4)  # type: ignore[arg-type]
    assert sum("modest" in url for url in sites.asked) == 2
    fetch_due(node, sites, limit=4)  # type: ignore[arg-type]
    assert sum("greedy" in url for url in sites.asked) == 6
    assert len(set(sites.asked)) == 8


def test_no_organisation_takes_all_the_room(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MOST_WAITING", 20)
    for name, count, waiting in (
        ("Greedy", 11, 0),
        ("Large", 10, 10),
        ("Modest", 5, 15),
        ("Another", 3, 15),
        ("Third", 2, 17),
        ("Fourth", 2, 17),
    ):
        bring_of(node, name, count)
        with node.database.read() as tx:
            assert stored.count_waiting(tx) == waiting, name


def test_a_copy_goes_when_nothing_has_named_it_for_long(node: Node, member: Member) -> None:
    bring(node)
    fetch_due(node, Photos(*BOTH))  # type: ignore[arg-type]
    chairs, tent = (node.settings.home / "media" / url.rpartition("/")[2] for url in pictures(node)["1"])
    late = time.time() + KEPT_S + 60
    assert unused.tidy(node, late) == 0, "listings name them"
    with node.database.write() as tx:
        tx.execute(delete(listing_versions_table))
        one = listings_table.c.key == next(row.key for row in publishing.listings(node) if row.key.endswith(".1"))
        tx.execute(delete(listings_table).where(one))
    assert unused.tidy(node) == 0, "it was fetched a moment ago"
    assert unused.tidy(node, late) == 1
    assert (chairs.exists(), tent.exists()) == (False, True)
    assert unused.tidy(node, late) == 0
    sites = Photos(*BOTH)
    assert bring(node) == {"added": 1, "unchanged": 1}
    assert fetch_due(node, sites) == 1  # type: ignore[arg-type]
    assert sites.asked == [CHAIRS], "what is gone is fetched again"
    assert chairs.exists()


def test_what_an_import_wrote_that_was_killed_goes_as_well(node: Node) -> None:
    bring(node)
    fetch_due(node, Photos(*BOTH))  # type: ignore[arg-type]
    media = node.settings.home / "media"
    known = set(media.iterdir())
    for name in ("0" * 32 + ".jpg", "0" * 32 + "-40x30.jpg", "logo.jpg"):
        write_whole(media / name, b"x")
    late = time.time() + KEPT_S + 60
    assert unused.tidy(node) == 0
    assert unused.tidy(node, late) == 1
    assert {one.name for one in set(media.iterdir()) - known} == {"0" * 32 + "-40x30.jpg", "logo.jpg"}


def test_a_copy_that_an_import_asks_for_again_stays(node: Node) -> None:
    bring(node)
    fetch_due(node, Photos(*BOTH))  # type: ignore[arg-type]
    images = [Image_(CHAIRS, "Chairs")]
    with node.database.write() as tx:
        for table in (listing_versions_table, listings_table):
            tx.execute(delete(table))
    for file in (node.settings.home / "media").iterdir():
        os.utime(file, (0, 0))
    (own,) = fetching.copied(node, images)
    assert unused.tidy(node) == 1
    assert (node.settings.home / "media" / own.url.rpartition("/")[2]).exists()
    assert fetching.copied(node, [Image_(TENT)]) == (Image_(TENT),)


def test_what_could_not_be_had_is_forgotten_with_its_import(node: Node, member: Member) -> None:
    bring(node)
    sites = Photos(found(CHAIRS, b"<html>", "text/html"), found(TENT, b"<html>", "text/html"))
    for wait in (0, *RETRY_S):
        clock_of(node).pass_by(seconds=wait)
        fetch_due(node, sites)  # type: ignore[arg-type]
    unused.tidy(node)
    one = last_import(node, member).id
    assert len(missing(node, one).failed) == 2
    with node.database.write() as tx:
        stored_imports.remove(tx, one)
    unused.tidy(node)
    with node.database.read() as tx:
        assert not [*tx.execute(select(photo_tables.picture_copies)), *tx.execute(select(photo_tables.picture_wants))]
