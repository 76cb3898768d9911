"""What an organisation has done moves with it, on every database: receipts as they were signed, and its stories.

The school gave something to a club at another node, told of it with a photo, and gets a node of its own.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import pytest

from node.app import create_app
from node.context import Node
from node.services.aggregating import peers
from node.services.configuration import keys
from node.services.exchanges import acting
from node.services.impact import effects, recognising
from node.services.moving import exporting, moves
from node.services.moving.bringing import Brought, bring
from node.services.moving.brought_receipts import check_waiting
from node.services.organisations import hosting
from node.services.pictures import uploads
from node.services.receipts.verify import verify
from node.services.stories import consent, feed, reading, writing
from node.services.stories.writing import StoryError
from node.storage import handed_on, handovers, receipt_halves, stories
from node.storage import peers as stored_peers
from node.storage.engine import Database
from node.storage.handed_on import HandedOver
from node.storage.handovers import Handover
from node.storage.stories import ASKED, DRAFT, NO, PUBLISHED, WITHDRAWN, YES, OwnStory
from schemas import exchange as rules
from schemas import receipt
from schemas.exchange import ASKER, OWNER, Act
from schemas.handover import MATCHED
from schemas.story import digest
from tests.fakes.camera import jpeg
from tests.fakes.exchanges import mails, shared
from tests.fakes.far import FarWires, ask, club, settle
from tests.fakes.own_client import client_of
from tests.fakes.publisher import URL, clock_of, publisher
from tests.fakes.stories import ANN, TEXT
from tests.fakes.wire import Wire

OTHER, HOME, RIVAL = "https://other.example.org/", "https://school.example/", "https://rival.example/"
SLUG = "riverside-school"
CONTACT = "hello@club.example"
ADVERT = "Buy now! Only £9.99 per month, 20% off, call us today for a free quote and visit our shop."


@dataclass
class Town:
    """The node that is left, the club's, and the school's own."""

    old: Node
    other: Node
    new: Node
    wires: FarWires
    exchange: str
    folder: Path

    def export(self) -> Path:
        path = self.folder / "everything.zip"
        path.write_bytes(b"".join(exporting.export(self.old, SLUG).pieces))
        return path

    def bring(self, **changes: Callable[[bytes], bytes]) -> Brought:
        """Bring the school to its own node, with other contents of some files."""
        return bring(self.new, altered(self.export(), changes), client=self.wires)

    def story(self, node: Node) -> OwnStory:
        with node.database.read() as tx:
            [found] = stories.of_organisation(tx, school_id(self.old), 9)
        return found


def school_id(node: Node) -> str:
    return f"{URL}organisations/{SLUG}"


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Iterator[Town]:
    old = publisher(tmp_path / "old", mail_capture=True)
    other = publisher(tmp_path / "other", node_url=OTHER, mail_capture=True, contact_email=CONTACT)
    new = publisher(tmp_path / "new", database, node_url=HOME, mail_capture=True)
    wires = FarWires(old, other, new)
    one = ask(other, wires, club(other), shared(old, quantity=5, weight_kg=26).row.key)
    settle(wires, old, other)
    for node, name, side in (
        (old, rules.ACCEPT, OWNER),
        (other, rules.HAND_OVER, ASKER),
        (old, rules.HAND_OVER, OWNER),
    ):
        acting.act(node, one, Act(name, side))
        settle(wires, old, other)
    clock_of(new).moment = clock_of(old).moment
    made = Town(old, other, new, wires, f"{URL}exchanges/{one}", tmp_path)
    told(made)
    yield made
    old.database.close()
    other.database.close()


def told(town: Town) -> OwnStory:
    """A story with a photo, to which the club has said yes."""
    photo = uploads.upload(town.old, school_id(town.old), jpeg())
    begun = writing.begin(town.old, school_id(town.old), town.exchange)
    assert begun is not None
    images = tuple({"url": image.url, "alt": "Five desks in a row"} for image in uploads.images(town.old, [photo]))
    typed = {"title": "Desks for the reading group", "text": TEXT, "people": "nobody"}
    kept = writing.save(town.old, replace(begun, typed=typed, images=images, saved_by="Ann"))
    own = writing.publish(town.old, kept, ANN)
    say(town.old, own, YES)
    return own


def say(node: Node, own: OwnStory, word: str) -> None:
    """The club's word, by the link that it was sent."""
    asked = consent.by_token(node, consent.url(node, own.key, consent.OTHER).rpartition("/")[2])
    consent.answer(node, asked, word, digest(asked.story))


def altered(path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> Path:
    """The export with other contents of some files (their names with ``_`` for dots), and a manifest that fits them."""
    if not changes:
        return path
    target = path.with_name("altered.zip")
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w") as after:
        files = {name: before.read(name) for name in before.namelist()}
        manifest = json.loads(files.pop("manifest.json"))
        files |= {name.replace("_", "."): change(files[name.replace("_", ".")]) for name, change in changes.items()}
        for name, data in files.items():
            after.writestr(name, data)
        manifest["files"] = {name: {"size": len(d), "sha256": sha256(d).hexdigest()} for name, d in files.items()}
        after.writestr("manifest.json", json.dumps(manifest))
    return target


def known(node: Node) -> list[Handover]:
    with node.database.read() as tx:
        return list(handovers.every(tx))


def page(node: Node, path: str) -> str:
    answer = client_of(create_app(node)).get(path, base_url=node.settings.url)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


def test_receipts_come_as_they_were_signed_and_the_profile_shows_what_they_say(town: Town) -> None:
    found = town.bring()
    assert (found.receipts, found.stories, found.remarks) == (2, 1, [])
    [here], [there] = known(town.new), known(town.old)
    assert (here.state, here.counted, here.weight_g) == (MATCHED, True, 26_000)
    assert here._replace(changed_at=0) == there._replace(changed_at=0)
    organisation = hosting.organisation(town.new, SLUG)
    assert organisation is not None
    assert effects.of(town.new, organisation.organisation).given.goods.weight_g == 26_000
    assert recognising.of(town.new, school_id(town.old)) == recognising.of(town.old, school_id(town.old))
    shown = page(town.new, f"/organisations/{SLUG}")
    for words in ("Open door", "First gift", ">26<", "Desks for the reading group"):
        assert words in shown, words
    published = orjson.loads(page(town.new, "/receipts.json"))
    assert published["items"] == [], "each node publishes what it has signed itself"


def test_anybody_can_work_it_out_at_the_new_node_too(town: Town) -> None:
    town.bring()
    wire = Wire(town.old.clock)
    for node in (town.old, town.other, town.new):
        wire.apps[node.settings.url[:-1]] = create_app(node)
    found = verify(wire, HOME, town.new.clock().date(), workers=1)
    assert (found.compared.differences, found.counted) == ([], 1)
    assert {(one.node, one.failure) for one in found.feeds} == {(HOME, ""), (URL, ""), (OTHER, "")}


def test_the_story_is_told_with_its_photo_and_without_a_name_until_a_new_yes(town: Town) -> None:
    before = town.story(town.old)
    town.bring()
    own = town.story(town.new)
    assert (own.key, own.state, own.consent, own.typed) == (before.key, PUBLISHED, ASKED, before.typed)
    [photo] = own.images
    assert photo["url"].startswith(f"{HOME}media/")
    assert client_of(create_app(town.new)).get(photo["url"].removeprefix(HOME[:-1]), base_url=HOME).status_code == 200
    text = page(town.new, f"/stories/{own.key}")
    assert "Gladstone" not in text
    assert "every Tuesday" in text
    assert f"{HOME}stories/{own.key}" in text
    [(to, subject, letter)] = mails(town.new)
    assert (to, "Desks for the reading group" in subject) == (CONTACT, True)
    assert f"{HOME}story-word/{own.key}" in letter
    say(town.new, own, YES)
    assert "Gladstone Connect" in page(town.new, f"/stories/{own.key}")
    with town.new.database.read() as tx:
        changes = [version.change for version in stories.versions(tx, own.key)]
    assert changes == ["published", "agreed", "agreed"]
    clock_of(town.new).pass_by(days=2)
    uploads.tidy(town.new)
    assert client_of(create_app(town.new)).get(photo["url"].removeprefix(HOME[:-1]), base_url=HOME).status_code == 200


def test_a_no_comes_along(town: Town) -> None:
    say(town.old, town.story(town.old), NO)
    town.bring()
    own = town.story(town.new)
    assert own.consent == NO
    assert mails(town.new) == []
    assert "Gladstone" not in page(town.new, f"/stories/{own.key}")


def lines(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    """Changes each object of a file with one a line; what comes to nothing is left out."""

    def changed(data: bytes) -> bytes:
        made = [json.loads(line) for line in data.splitlines()]
        return b"".join(json.dumps(one).encode() + b"\n" for one in made if change(one) is not False)

    return changed


def test_a_receipt_that_its_node_has_not_signed_does_not_count(town: Town) -> None:
    def heavier(item: dict[str, Any]) -> None:
        item["_sharefeed"]["weight_kg"] = 260.0

    found = town.bring(receipts_ndjson=lines(heavier))
    assert "Not counted: 2 of" in found.remarks[-1]
    assert known(town.new) == []
    assert (town.story(town.new).state, reading.newest(town.new, 9)) == (WITHDRAWN, []), "nor is its story told"
    assert mails(town.new) == []
    assert "Open door" not in page(town.new, f"/organisations/{SLUG}")
    assert check_waiting(town.new, town.wires).bad == 0, "what was found out is not looked at again"


def test_nobody_confirms_in_anothers_name(town: Town) -> None:
    """A node signs, quite correctly, for an organisation that is under another's address."""
    rival = publisher(town.folder / "rival", node_url=RIVAL)
    town.wires.nodes[RIVAL] = rival
    own = keys.own(rival)

    def taken_over(item: dict[str, Any]) -> None:
        half = receipt.load_half(item)
        if half.side == ASKER:
            name = receipt.half_id(RIVAL, half.exchange, ASKER)
            changed = half._replace(id=name, signed_by=RIVAL, asker_home=RIVAL, key=own.id, sig=None)
            made = receipt.signed(changed, own.private)
            item.clear()
            item.update(made)

    found = town.bring(receipts_ndjson=lines(taken_over))
    rival.database.close()
    assert "Left out: 1 of" in found.remarks[-1]
    assert [one.counted for one in known(town.new)] == [False]


@pytest.mark.parametrize("waits", [False, True], ids=["at once", "of one that comes later"])
def test_nobody_writes_themselves_a_history_with_a_neighbour(waits: bool, town: Town) -> None:
    """Two nodes of one hand sign both halves, the second in the name of an organisation that is here, too."""
    hosting.put_profile(town.new, "Toy Library", "toy-library", {})
    neighbour = f"{HOME}organisations/toy-library"
    rivals = [publisher(town.folder / name, node_url=f"https://{name}.example/") for name in ("rival", "second")]
    town.wires.nodes |= {one.settings.url: one for one in rivals}
    mine, second = (one.settings.url for one in rivals)

    def invented(item: dict[str, Any]) -> None:
        half = receipt.load_half(item)
        by = rivals[half.side == ASKER]
        exchange = f"{mine}exchanges/{'0' * 20}"
        changed = half._replace(
            id=receipt.half_id(by.settings.url, exchange, half.side),
            exchange=exchange,
            signed_by=by.settings.url,
            asker=replace(half.asker, id=neighbour, name="Toy Library"),
            asker_home=second,
            key=keys.own(by).id,
            sig=None,
        )
        made = receipt.signed(changed, keys.own(by).private)
        item.clear()
        item.update(made)

    if waits:
        town.wires.nodes.pop(second)
    found = town.bring(receipts_ndjson=lines(invented))
    town.wires.nodes[second] = rivals[1]
    check_waiting(town.new, town.wires)
    assert "Left out: 1 of the receipts" in found.remarks[0]
    assert [one.counted for one in known(town.new)] == [False]
    for one in rivals:
        one.database.close()


def test_receipts_wait_for_a_node_that_cannot_be_asked(town: Town) -> None:
    away = town.wires.nodes.pop(OTHER)
    found = town.bring()
    assert "every hour" in found.remarks[-1]
    assert [one.counted for one in known(town.new)] == [False]
    assert check_waiting(town.new, town.wires).unasked == (OTHER,)
    town.wires.nodes[OTHER] = away
    assert check_waiting(town.new, town.wires).good == 1
    assert [one.counted for one in known(town.new)] == [True]


def test_a_node_that_never_answers_is_not_asked_for_ever(town: Town) -> None:
    del town.wires.nodes[OTHER]
    town.bring()
    clock_of(town.new).pass_by(days=31)
    assert check_waiting(town.new, town.wires).bad == 1
    assert check_waiting(town.new, town.wires).unasked == ()
    with town.new.database.read() as tx:
        found = receipt_halves.of_exchanges(tx, [town.exchange])[town.exchange]
    assert ["no-answer" in one.problem for one in found if one.signed_by == OTHER] == [True]


def test_only_so_many_nodes_are_asked_at_once(town: Town) -> None:
    town.wires.nodes.pop(OTHER)
    town.wires.nodes.pop(URL)
    town.bring()
    town.wires.asked.clear()
    assert len(check_waiting(town.new, town.wires, most=1).unasked) == 2
    assert len(town.wires.asked) == 1


def test_a_key_that_the_old_node_had_before_is_known_by_what_it_signed(town: Town) -> None:
    clock_of(town.old).pass_by(days=1)
    keys.rotate(town.old)
    clock_of(town.new).pass_by(days=2)
    assert town.bring().remarks == []
    assert [one.counted for one in known(town.new)] == [True]


def test_a_key_that_nothing_leads_from_is_not_believed(town: Town) -> None:
    """A node document that names a second key, which has never signed the present one."""
    stranger = keys.new_ring(URL, clock_of(town.old).moment).keys[0]
    document = orjson.loads(town.wires.get(f"{URL}.well-known/sharefeed.json").body)
    document["keys"].append({"id": stranger.id, "type": "Ed25519", "public": stranger.public, "from": stranger.since})
    town.wires.documents[URL] = orjson.dumps(document)
    peers.look(town.new, URL, town.wires)
    with town.new.database.read() as tx:
        assert [key.state for key in stored_peers.keys(tx, URL)] == ["pinned"]


def test_a_story_without_its_receipt_is_not_shown(town: Town) -> None:
    found = town.bring(receipts_ndjson=lambda _: b"")
    assert "Desks for the reading group" in found.remarks[0]
    assert town.story(town.new).state == WITHDRAWN
    assert reading.newest(town.new, 9) == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"key": "../../evil"}, id="key"),
        pytest.param({"item": "no story"}, id="item"),
        pytest.param({"item": None}, id="published without an item"),
        pytest.param({"state": "famous"}, id="state"),
        pytest.param({"typed": ["x"]}, id="typed"),
        pytest.param({"exchange": 7}, id="exchange"),
    ],
)
def test_a_story_that_cannot_be_read_is_left_out(town: Town, change: dict[str, Any]) -> None:
    found = town.bring(stories_ndjson=lines(lambda told: told.update(change)))
    assert found.stories == 0
    assert "A story was left out" in found.remarks[0]


def test_a_story_of_another_organisation_is_left_out(town: Town) -> None:
    def foreign(told: dict[str, Any]) -> None:
        told["item"]["_sharefeed"]["organisation"]["id"] = f"{OTHER}organisations/somebody"

    assert town.bring(stories_ndjson=lines(foreign)).stories == 0


def test_what_a_story_holds_is_cleaned(town: Town) -> None:
    def soiled(told: dict[str, Any]) -> None:
        told["typed"] = {"title": "A\x00title", "other": "x", "text": 5}
        told["images"] = [{"url": "https://tracker.example/x.jpg", "alt": "x"}, "none", {"alt": "x"}]
        told["item"]["_sharefeed"]["images"] = [{"url": "https://tracker.example/x.jpg", "alt": "x"}]
        told["saved_at"], told["published_at"] = -5, "yesterday"
        told["versions"] = [7, {"item": {}}, {**told["versions"][0], "change": "praised"}]

    town.bring(stories_ndjson=lines(soiled))
    own = town.story(town.new)
    assert own.typed == {"title": "Atitle", "text": "", "people": "", "appeal": ""}
    assert (own.images, own.saved_at) == ((), 0)
    assert "tracker.example" not in page(town.new, f"/stories/{own.key}")
    with town.new.database.read() as tx:
        assert stories.versions(tx, own.key) == []


def test_an_advert_is_taken_down(town: Town) -> None:
    def dear(told: dict[str, Any]) -> None:
        told["item"]["content_text"] = ADVERT

    found = town.bring(stories_ndjson=lines(dear))
    assert "advert" in found.remarks[0]
    assert town.story(town.new).state == WITHDRAWN


def test_a_draft_comes_as_it_is(town: Town) -> None:
    own = town.story(town.old)
    writing.withdraw(town.old, own, ANN)
    with town.old.database.write() as tx:
        stories.put(tx, replace(own, state=DRAFT, document=None, published_at=None, other_id="", consent="none"))
    assert town.bring().stories == 1
    here = town.story(town.new)
    assert (here.state, here.document, here.typed) == (DRAFT, None, own.typed)


def test_the_old_place_leads_to_the_new_one(town: Town) -> None:
    own = town.story(town.old)
    town.bring()
    with town.old.database.write() as tx:
        handed_on.put(tx, moved(town))
        moves._shelve(tx, town.old, school_id(town.old))
    assert reading.newest(town.old, 9) == []
    assert own.key.encode() not in feed.json_document(town.old, "Stories", own=True, after="").body
    browser = client_of(create_app(town.old))
    answer = browser.get(f"/stories/{own.key}", base_url=URL)
    assert (answer.status_code, answer.location) == (308, f"{HOME}stories/{own.key}")
    assert browser.get("/stories/0123456789abcdef", base_url=URL).status_code == 404
    with pytest.raises(StoryError, match=HOME):
        writing.publish(town.old, own, ANN)
    say(town.old, town.story(town.old), NO)
    assert reading.newest(town.old, 9) == []
    moves.take_back(town.old, SLUG)
    assert [one.key for one in reading.newest(town.old, 9)] == [own.key]


def moved(town: Town) -> HandedOver:
    now = town.old.now
    return HandedOver(school_id(town.old), SLUG, f"{URL}listings/{SLUG}.", HOME, now, now + 9, False)
