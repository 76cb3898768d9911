"""Whose receipts a source may tell: what its node says of itself, and which other nodes speak for themselves."""

from __future__ import annotations

from datetime import UTC, datetime

from federation.receipts import Teller
from federation.records import ACTIVE, Source
from node.context import Node
from node.storage import receipt_readings, sources
from node.storage.engine import Tx
from schemas.errors import DocumentError
from schemas.node_document import NodeDocument, load_node_document
from schemas.strict_json import loads


def document_of(source: Source) -> NodeDocument | None:
    """The node document of a source as it was last read; None where there is none that can be understood."""
    if not source.node_document:
        return None
    try:
        return load_node_document(loads(source.node_document.encode()))
    except DocumentError:
        return None


def receipts_url(source: Source) -> str | None:
    """Where the node of a source publishes its receipts; None where it does not."""
    found = document_of(source)
    return found.feeds.receipts if found is not None and found.id == source.node_id else None


def teller_of(tx: Tx, node: Node, source: Source) -> Teller:
    """The node of a source, as far as it may speak."""
    known = document_of(source)
    others = [one for one in sources.nodes(tx) if one.node_id and one.node_id != source.node_id]
    given_by = {
        one.node_id
        for one in others
        if one.state == ACTIVE and any(to.rstrip("/") == (source.node_id or "").rstrip("/") for _, to in one.handed_on)
    }
    return Teller(
        ids=(source.node_id or "", *_former(source)),
        today=datetime.fromtimestamp(node.now, UTC).date(),
        others=(node.settings.url, *(one for one in receipt_readings.speakers(tx) if one != source.node_id)),
        organisations=frozenset(one.id for one in known.organisations) if known else frozenset(),
        given_by=tuple(sorted(given_by)),
    )


def _former(source: Source) -> tuple[str, ...]:
    found = loads(source.former_ids.encode())
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()
