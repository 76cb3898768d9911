"""The node document: who publishes here, under which licence, and where the feeds are."""

from __future__ import annotations

from dataclasses import replace

import orjson

from node import __version__
from node.context import Node
from node.services.configuration import keys
from node.services.mail.mail_settings import can_mail
from node.services.moving.moves import told
from node.services.stories import feed as story_feed
from node.services.syndication.feeds import (
    ATOM_PATH,
    CHANGES_PATH,
    HANDOVERS_PATH,
    JSON_PATH,
    RECEIPTS_PATH,
    Rendered,
    rendered,
)
from node.settings import SettingError, Settings
from node.storage import asking_rules, organisations
from node.storage.engine import Tx
from schemas.node_document import (
    NONE,
    Area,
    Asking,
    Contact,
    Feeds,
    NodeDocument,
    Software,
    dump_node_document,
)

NODE_DOCUMENT_PATH = ".well-known/sharefeed.json"
INBOX_PATH = "inbox"
SOFTWARE = "sharefeed"
REMOVED = "removed"
"""State of a source that is no longer read (`federation.records`)."""


def node_document(node: Node) -> Rendered:
    """The node document as it stands now.

    The organisations' profiles were checked when they were stored and go out as they stand there.
    """
    with node.database.read() as tx:
        profiles = organisations.documents(tx)
        aggregates = _aggregated(tx) if node.settings.aggregate else ()
        handed_on, rules = told(tx), asking_rules.every(tx)
    asking = tuple(Asking(one, said.turn if can_mail(node.settings) else NONE) for one, said in rules.items())
    said = replace(described(node.settings), aggregates=aggregates, handed_on=handed_on, asking=asking)
    able = replace(said, keys=keys.published(node), inbox=node.settings.url + INBOX_PATH)
    document = dump_node_document(able)
    if profiles:
        document["organisations"] = [orjson.Fragment(profile) for profile in profiles]
    return rendered("node", orjson.dumps(document))


def _aggregated(tx: Tx) -> tuple[str, ...]:
    """The ids of the nodes that are read, in a lasting order."""
    from node.storage import sources

    return tuple(sorted({known.node_id for known in sources.nodes(tx) if known.node_id and known.state != REMOVED}))


def described(settings: Settings) -> NodeDocument:
    """What the settings say of a node. Raises `SettingError` for a box that is none."""
    url = settings.url
    return NodeDocument(
        version="1.0",
        id=url,
        name=settings.node_name,
        licence=settings.licence,
        description=settings.node_description or None,
        languages=(settings.language,),
        area=Area(settings.area_name or None, settings.country or None, area_bbox(settings)),
        attribution=settings.attribution or None,
        contact=Contact(email=settings.contact_email) if settings.contact_email else None,
        ttl=settings.ttl,
        moved_to=settings.moved_to or None,
        moved_from=tuple(part.strip() for part in settings.moved_from.split(",") if part.strip()),
        feeds=Feeds(
            changes=url + CHANGES_PATH,
            json=url + JSON_PATH,
            atom=url + ATOM_PATH,
            receipts=url + RECEIPTS_PATH,
            handovers=url + HANDOVERS_PATH,
            stories=story_feed.own_address(url),
        ),
        software=Software(SOFTWARE, __version__),
    )


def area_bbox(settings: Settings) -> tuple[float, ...]:
    """West, south, east, north in degrees; empty where none is set. Raises `SettingError`."""
    if not settings.area_bbox.strip():
        return ()
    try:
        box = tuple(float(part) for part in settings.area_bbox.split(","))
    except ValueError:
        box = ()
    if len(box) != 4 or not (-180 <= box[0] <= 180 and -180 <= box[2] <= 180 and -90 <= box[1] <= box[3] <= 90):
        raise SettingError("area_bbox", "must be west, south, east, north in degrees, such as -0.40,52.50,-0.15,52.65")
    return box
