"""What the catalogue is counted for: sizes of sources, places, points. On both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from node.context import Node
from node.services.listings.drafts import Draft
from node.services.listings.publishing import put_listings
from node.storage import catalogue
from schemas.event import Event
from schemas.place import Place
from tests.fakes.publisher import clock_of, draft
from tests.fakes.sites import PARK, item
from tests.node.web.aggregator import follow, send

EYE = Place(locality="Eye", lat=52.6, lon=-0.19)


def group(name: str) -> dict[str, str]:
    return {"id": f"{PARK}organisations/{name}", "name": name, "type": "charity"}


def test_sources_are_counted_by_what_is_visible_of_them(node: Node) -> None:
    first, second = follow(node), follow(node, "https://other.example/", name="Other")
    items: list[dict[str, Any]] = [
        item("a"),
        item("b", organisation=group("two")),
        item("c", organisation=group("two")),
    ]
    send(node, first, items)
    send(node, second, [item("d", "https://other.example/")])
    put_listings(node, [draft(node, "own")])
    with node.database.read() as tx:
        assert catalogue.sizes_by_source(tx, node.now) == {first.id: (3, 2), second.id: (1, 1)}
    clock_of(node).pass_by(days=400)
    with node.database.read() as tx:
        assert catalogue.sizes_by_source(tx, node.now) == {}


def test_places_and_points_come_with_the_newest_first(node: Node) -> None:
    put_listings(node, [draft(node, "a", place=EYE), draft(node, "b")])
    put_listings(node, [draft(node, "c", place=Place(locality="Orton"))])
    put_listings(node, [draft(node, "d", place=Place(locality="Eye", lat=52.61, lon=-0.18))])
    with node.database.read() as tx:
        assert catalogue.localities(tx, node.now, 9) == ["Eye", "Orton", "Eye"]
        assert catalogue.localities(tx, node.now, 1) == ["Eye"]
        assert catalogue.points(tx, node.now, 9) == [(52.61, -0.18), (52.6, -0.19)]
        assert catalogue.points(tx, node.now, 1) == [(52.61, -0.18)]
    clock_of(node).pass_by(days=400)
    with node.database.read() as tx:
        assert catalogue.localities(tx, node.now, 9) == catalogue.points(tx, node.now, 9) == []


def test_events_are_found_until_their_last_date(node: Node) -> None:
    def workshop(key: str, *days: int) -> Draft:
        dates = tuple(date(2026, 12, day) for day in days)
        expires = datetime(2026, 12, max(days), 20, tzinfo=UTC)
        event = Event(dates, "Europe/London", "18:00", "20:00")
        return draft(node, key, kind="skill", action="help", condition=None, event=event, expires=expires)

    put_listings(node, [workshop("late", 20), workshop("weekly", 3, 17, 10), workshop("once", 4), draft(node, "desk")])

    def found(today: str, limit: int = 9) -> list[str]:
        with node.database.read() as tx:
            return [shown.entry.key.rpartition(".")[2] for shown in catalogue.events(tx, node.now, today, limit)]

    assert found("2026-12-01") == ["once", "weekly", "late"]
    assert found("2026-12-01", 1) == ["once"]
    assert found("2026-12-17") == ["weekly", "late"]
    assert found("2026-12-21") == []
    clock_of(node).moment = datetime(2026, 12, 5, tzinfo=UTC)
    assert found("2026-12-01") == ["weekly", "late"]
