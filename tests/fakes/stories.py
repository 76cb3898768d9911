"""Stories, in tests: a handover to tell of, between organisations of one node or with a person, and a story of it."""

from __future__ import annotations

from typing import Any

from node.context import Node
from node.services.identity.audit import Who
from node.services.organisations import hosting
from node.services.stories import writing
from node.storage import handovers
from node.storage.stories import OwnStory
from schemas import exchange as rules
from schemas.exchange import ASKER, OWNER
from schemas.handover import MATCHED, Handover
from tests.fakes.exchanges import act, asked, shared
from tests.fakes.publisher import school

ANN = Who("ann", "Ann (ann@school.example)")
TEXT = "They stood in our attic for years.\n\nNow a reading group sits on them every Tuesday."


def handed_to_person(node: Node, name: str = "Cem", ref: str = "desk") -> str:
    """A desk of the school that somebody has fetched; the URI of the exchange."""
    made = asked(node, shared(node, ref), name)
    act(node, made, rules.ACCEPT)
    act(node, made, rules.HAND_OVER, OWNER)
    act(node, made, rules.HAND_OVER, ASKER)
    return f"{node.settings.url}exchanges/{made}"


def handed_to(node: Node, name: str = "Mending Room", slug: str = "mending-room", **members: Any) -> str:
    """Chairs that the school gave to another organisation, hosted here where ``slug`` is given; the exchange's URI."""
    giver, taker_id = school(node), "https://mending.example/organisations/mending-room"
    if slug:
        if hosting.organisation(node, slug) is None:
            hosting.put_profile(node, name, slug, {})
        taker_id = f"{node.settings.url}organisations/{slug}"
    values: dict[str, Any] = {
        "exchange": f"{node.settings.url}exchanges/between",
        "state": MATCHED,
        "counted": True,
        "outcome": rules.RECEIVED,
        "direction": "offer",
        "action": "give",
        "kind": "item",
        "category": "furniture/chair",
        "listing_id": f"{node.settings.url}listings/riverside-school.chairs",
        "title": "Twelve chairs",
        "owner_id": giver.id,
        "quantity": 12,
        "giver_id": giver.id,
        "giver_name": giver.name,
        "giver_type": giver.type,
        "taker_id": taker_id,
        "taker_name": name,
        "taker_type": "community_group",
        "ended_on": "2026-11-28",
        "month": "2026-11",
    }
    row = Handover(**{**values, **members})
    with node.database.write() as tx:
        handovers.put(tx, [row])
    return row.exchange


def told(node: Node, exchange: str, title: str = "Chairs for the reading group", text: str = TEXT) -> OwnStory:
    """A story of the school about a handover, published."""
    return writing.publish(node, written(node, exchange, title, text), ANN)


def written(node: Node, exchange: str, title: str = "Chairs for the reading group", text: str = TEXT) -> OwnStory:
    begun = writing.begin(node, school(node).id, exchange)
    assert begun is not None
    typed = {"title": title, "text": text}
    return writing.save(node, OwnStory(begun.key, begun.organisation_id, exchange, typed, (), 0, "Ann"))
