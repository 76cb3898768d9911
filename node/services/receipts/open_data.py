"""What this node makes of receipts, as open data: one line an exchange, what was counted and why not, and the sums.

It is made so that anybody can work it out again from the receipts alone (`sharefeed impact verify`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson

from node.context import Node
from node.services.impact import factors
from node.services.receipts.matching import believed
from node.services.receipts.tellers import receipts_url
from node.services.syndication.feeds import RECEIPTS_PATH, Rendered, rendered
from node.storage import catalogue, handovers, receipt_halves, receipt_readings, rollups, sources
from node.storage.engine import Tx
from node.storage.handovers import Handover
from node.storage.rollups import Asked
from schemas.handover import DIFFERS, MATCHED
from schemas.receipt_pair import pair

LINES_PATH = "handovers.ndjson"
OWN_FACTORS_PATH = "impact/factors/own.json"
MEDIA_TYPE = "application/x-ndjson"
_TIMES = 4
"""So many times as many lines stand on a page as a page of a feed has entries: they are shorter."""
NOT_HANDED_OVER = "not-handed-over"
_LEFT_OUT = frozenset(("changed_at",))


def index(node: Node) -> Rendered:
    """``handovers.json``: where the lines and the receipts are that they were made of, and what they come to.

    ``factors`` are those in force, with the address of the operator's file where there is one. The sums are by month,
    and by how far a handover can be believed (`schemas.tally`).
    """
    with node.database.read() as tx:
        months = tuple(rollups.months(tx))
        sums = rollups.by_month(tx, Asked(months))
        feeds = _feeds(tx, node)
        epoch = catalogue.state(tx).epoch
    told: dict[str, Any] = {
        "node": node.settings.url,
        "licence": node.settings.licence,
        "handovers": node.settings.url + LINES_PATH,
        "receipts": feeds,
        "factors": _factors(node),
        "sums": _nested(sums),
    }
    return rendered(epoch, orjson.dumps(told, option=orjson.OPT_SORT_KEYS))


def _factors(node: Node) -> dict[str, str]:
    version = factors.of(node.settings).version
    own = {"url": node.settings.url + OWN_FACTORS_PATH} if node.settings.impact_factors else {}
    return {"version": version, **own}


def _feeds(tx: Tx, node: Node) -> list[dict[str, Any]]:
    """Whose receipts were read, this node's own first; ``whole`` is false where only some of a feed is known here."""
    read = {one.source_id for one in receipt_readings.every(tx) if one.whole_at is not None}
    found: list[dict[str, Any]] = [{"node": node.settings.url, "url": node.settings.url + RECEIPTS_PATH}]
    for source in sources.every(tx) if read else ():
        url = receipts_url(source) if source.id in read else None
        if url is not None and source.node_id is not None:
            found.append({"node": source.node_id, "url": url})
    named = {one["node"] for one in found}
    # What came as a message, or with an organisation, its node publishes too.
    told = (one for one in receipt_halves.tellers(tx) if one not in named)
    return found + [{"node": one, "url": one + RECEIPTS_PATH, "whole": False} for one in told]


def _nested(sums: Mapping[tuple[str, str], Mapping[str, int]]) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, dict[str, dict[str, int]]] = {}
    for (month, standing), values in sums.items():
        found.setdefault(month, {})[standing] = {name: value for name, value in values.items() if value}
    return found


def lines(node: Node, after: str) -> tuple[Rendered, str | None]:
    """A page of ``handovers.ndjson``, by the names of the exchanges from the one after ``after``; where it goes on."""
    most = _TIMES * max(1, node.settings.page_entries)
    with node.database.read() as tx:
        rows = handovers.after(tx, after.replace("\0", ""), most + 1)
        epoch = catalogue.state(tx).epoch
        shown = rows[:most]
        told = _differences(tx, [one.exchange for one in shown if one.state == DIFFERS])
    body = b"".join(orjson.dumps(line_of(one, told.get(one.exchange, ()))) + b"\n" for one in shown)
    following = None
    if len(rows) > most:
        following = f"{node.settings.url}{LINES_PATH}?{urlencode({'after': shown[-1].exchange})}"
    return rendered(epoch, body), following


def line_of(one: Handover, differences: Iterable[str] = ()) -> dict[str, Any]:
    """What is said of one exchange; members that say nothing are left out. ``why`` says why it is not counted."""
    said = one._asdict().items()
    members = {name: value for name, value in said if name not in _LEFT_OUT and value not in (None, "")}
    why = why_not(one)
    told = list(differences)
    return {**members, **({"why": why} if why else {}), **({"differences": told} if told else {})}


def why_not(one: Handover) -> str:
    """Why a handover is not counted; blank where it is."""
    if one.counted:
        return ""
    return NOT_HANDED_OVER if one.state == MATCHED else one.state.replace("_", "-")


def _differences(tx: Tx, exchanges: list[str]) -> dict[str, list[str]]:
    """The JSON Pointers at which the halves of these exchanges contradict each other."""
    found = {}
    for exchange, halves in receipt_halves.of_exchanges(tx, exchanges).items():
        made = pair(believed(halves))
        found[exchange] = [difference.pointer for difference in made.differences] if made else []
    return found
