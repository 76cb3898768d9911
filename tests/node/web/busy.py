"""A catalogue in which everything that has an address is there at least once, for whoever asks it for odd things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from federation.facts import short_key
from node.search.follow import Follower
from node.search.request import SearchRequest
from node.services.aggregating import proposals
from node.services.alerts import asking as alerts
from node.services.alerts import links as alert_links
from node.services.identity import operator
from node.services.listings.publishing import put_listings, withdraw
from node.services.moderation import decisions, reporting
from node.storage import alerts as stored_alerts
from tests.fakes.publisher import clock_of, draft
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import Browser, follow, send

ANNA = "anna@park.example"
PLACE = {"locality": "Eye", "lat": 52.6, "lon": -0.19, "postcode": "PE6 7AA"}
ROOM = {"kind": "space", "action": "host", "category": "space/meeting-room", "available": {"from": "2026-12-01"}}
PICTURE = "0" * 32 + ".jpg"


class Busy(Browser):
    """The board. ``values`` are real values of the parts of addresses, by their names in routes.

    ``cookie`` lets in the operator. Whoever fetches what is proposed here is refused before anything is asked.
    """

    def __init__(self, home: Path, **settings: Any) -> None:
        super().__init__(home, mail_capture=True, **settings)
        self._read()
        put_listings(self.node, [draft(self.node), draft(self.node, "b")])
        withdraw(self.node, "riverside-school.b", "given")
        (home / "media").mkdir(exist_ok=True)
        (home / "media" / PICTURE).write_bytes(b"\xff\xd8picture")
        self.desk = short_key(f"{PARK}listings/desk")
        self._ask_for_words()
        Follower(self.node).catch_up()
        self.cookie = operator.sign_in(self.node, operator.new_link(self.node).rpartition("/")[2])
        self.values = self._values()

    def _read(self) -> None:
        """A source with listings that are shown, one that names a price, and many that went at once."""
        source = follow(self.node)
        mine = [item("desk", place=PLACE), item("room", **ROOM), item("wish", direction="want")]
        many = [item(f"thing-{number}", category="tools") for number in range(30)]
        send(self.node, source, [*mine, *many])
        clock_of(self.node).pass_by(minutes=5)
        send(self.node, source, [*mine, {**item("sold"), "title": "A desk for £40"}])

    def _ask_for_words(self) -> None:
        node = self.node
        proposals.propose(node, "https://127.0.0.1/feed", "Anna", ANNA, "Ours.", from_address="203.0.113.9")
        told = {"reason": "gone", "words": "It is gone.", "email": ANNA, "from_address": "203.0.113.9"}
        reporting.report(node, f"{PARK}listings/desk", **told)
        alerts.ask(node, SearchRequest(q="desk"), "desk", alerts.Asker(ANNA, "daily", "en", "203.0.113.9"))

    def _values(self) -> dict[str, list[str]]:
        node = self.node
        person = alert_links.person_of(node, ANNA)
        with node.database.read() as tx:
            [alert] = stored_alerts.of_person(tx, person)
        tokens = [
            alert_links.confirm_token(node, alert.id, node.now + 3600),
            alert_links.manage_token(node, person),
            alert_links.stop_token(node, alert.id),
        ]
        return {
            "key": [self.desk, "riverside-school.a", "riverside-school.b", short_key(f"{PARK}organisations/park")],
            "number": ["1"],
            "name": ["listings.csv", PICTURE],
            "path": ["furniture", "furniture/desk"],
            "filename": ["favicon.svg"],
            "colour": ["1E6B4A"],
            "token": [*tokens, operator.new_link(node).rpartition("/")[2]],
            "batch": [found.batch for found in decisions.batches(node)],
            "alert": [alert.id],
        }
