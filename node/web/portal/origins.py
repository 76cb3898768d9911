"""Where listings came from, in the terms of pages: how our copy of a source compares, which way one listing took."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from federation.records import HELD, QUARANTINED, Source
from node.services.catalogue.shown import Found
from node.web.portal.cards import moment
from node.web.portal.listing_page import host_of
from node.web.view_models.listing import Origin, Step


def comparison_of(source: Source) -> str:
    """How the last whole reading compared: ``identical``, ``differs``, ``silent`` or ``unread``.

    A source that has been read to its end with neither a match nor a mismatch states no count and digest.
    """
    if source.reread_at is not None:
        return "differs"
    if source.verified_at is not None:
        return "identical"
    return "unread" if source.last_full_at is None else "silent"


def origin_of(found: Found, source: Source, root: str) -> Origin:
    """Where a listing of another node was read, and how our copy of it stands."""
    standing, sent = comparison_of(source), found.sent
    reason = ""
    if sent is None:
        standing = "withdrawn"
    elif sent.state in (HELD, QUARANTINED):
        standing, reason = sent.state, sent.reasons[0].message if sent.reasons else ""
    verified = moment(source.verified_at) if standing == "identical" and source.verified_at is not None else None
    passed_on = not _ids_of(source).issuperset(found.shown.entry.via[:1])
    return Origin(source.name, source_path(source, root), standing, verified, reason, passed_on)


def steps_of(found: Found, root: str) -> Iterator[Step]:
    """The nodes that a listing came through, by the names that this board knows them by, else by their hosts."""
    own = _ids_of(found.source) if found.source else frozenset()
    for node_id in found.shown.entry.via:
        known = found.source if node_id in own else found.nodes.get(node_id)
        if known is None:
            yield Step(host_of(node_id) or node_id, node_id)
        else:
            yield Step(known.name, source_path(known, root))


def _ids_of(source: Source) -> frozenset[str]:
    """The id of the source's node, and those that it had before it moved."""
    return frozenset([source.node_id, *orjson.loads(source.former_ids)])


def source_path(source: Source, root: str) -> str:
    """The page of a source on this board."""
    return f"{root}/sources/{source.id}"
