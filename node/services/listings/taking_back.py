"""Listings stand again as they did before an import, unless somebody changed them since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from federation.facts import Removal, seconds
from node.context import Node
from node.services.listings.drafts import ADDED, public_organisation
from node.services.listings.own_ids import listing_id
from node.services.listings.publishing import publish_rows, version_of, withdraw_in
from node.storage import catalogue, listing_versions
from node.storage import listings as stored
from node.storage import organisations as hosted
from node.storage.engine import Tx
from node.storage.listing_versions import Version
from node.storage.listings import EXPIRED, LIVE, WITHDRAWN, OwnListing
from schemas.listing import dump_listing, load_listing

UNDONE = "undone"


def take_back(tx: Tx, node: Node, import_id: str, listing_ids: Sequence[str], by: str) -> set[str]:
    """Take back what this import did to these listings; the ids of those that nobody changed since.

    What it made is withdrawn, what it changed says what it said before. ``tx`` is one of `publishing.writing`.
    """
    histories: dict[str, list[Version]] = {}
    for version in listing_versions.of_listings(tx, listing_ids):
        histories.setdefault(version.listing_id, []).append(version)
    start = listing_id(node.settings.url, "")
    known = {row.id: row for row in stored.by_keys(tx, [id_.removeprefix(start) for id_ in listing_ids]).values()}
    back: list[tuple[OwnListing, Version]] = []
    made: list[OwnListing] = []
    for id_, history in histories.items():
        if id_ not in known or history[-1].import_id != import_id:
            continue
        first = next(at for at, version in enumerate(history) if version.import_id == import_id)
        if first:
            back.append((known[id_], history[first - 1]))
        elif history[0].change == ADDED:
            made.append(known[id_])
    withdraw_in(tx, node, {row.key: WITHDRAWN for row in made}, by)
    _stand_again(tx, node, back, by)
    return {row.id for row in made} | {row.id for row, _ in back}


def _stand_again(tx: Tx, node: Node, back: Sequence[tuple[OwnListing, Version]], by: str) -> None:
    hosts = hosted.by_ids(tx, sorted({row.organisation_id for row, _ in back}))
    rows = []
    for row, version in back:
        then = load_listing(version.item())
        now = datetime.fromtimestamp(node.now, UTC)
        host = public_organisation(hosts[row.organisation_id].organisation)
        document = dump_listing(replace(then, organisation=host, date_modified=now))
        ends = seconds(then.expires)
        state = EXPIRED if version.state == LIVE and ends <= node.now else version.state
        rows.append(
            replace(
                row,
                document=orjson.dumps(document).decode(),
                state=state,
                modified_at=node.now,
                expires_at=ends,
            )
        )
    publish_rows(tx, rows, node.now)
    hidden = [now for (before, _), now in zip(back, rows, strict=True) if before.state == LIVE and now.state != LIVE]
    catalogue.apply(tx, [], [Removal(row.id, WITHDRAWN) for row in hidden], node.now)
    listing_versions.add(tx, [version_of(row, by, UNDONE) for row in rows])
