"""How long `sharefeed impact verify` takes: 100,000 handovers, so 200,000 signatures, of ten nodes and a catalogue.

The nodes' receipts and the catalogue's account lie in memory as the bytes that they publish, so no network is in the
figures, and no making of them. Everything else is: reading, checking each signature, matching, working out the effect,
and comparing every line and every sum.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from federation.fetch import Answer
from node.services.receipts.open_data import line_of
from node.services.receipts.verify import verify
from schemas import json_feed, signing
from schemas.canonical import contribution, digest_hex, listing_hash
from schemas.exchange import ASKER, OWNER
from schemas.impact_factors import shipped
from schemas.page import MAX_PAGE_ENTRIES, Page, PageHead
from schemas.receipt import Half, Party, signed
from schemas.receipt_pair import handover, pair
from schemas.tally import standing_of, sums_of
from tests.fakes.halves import half, key_of

FULL, SMALL, LIMIT_S = 100_000, 5_000, 60.0
NODES, LINES = 10, 2_000
CITY, EPOCH = "https://city.example/", "00000000-0000-4000-8000-000000000001"
TODAY = date(2026, 12, 1)
THINGS = (
    ("Oak desk", "furniture/desk", 26.0),
    ("Laptop", "electronics/computer", 1.8),
    ("Box of wool", "craft", None),
    ("Office chair", "furniture/chair", 12.0),
    ("Winter coat", "clothing", None),
)


@dataclass
class Published:
    """Everything by its address: a client that fetches nothing."""

    bodies: dict[str, tuple[bytes, str | None]] = field(default_factory=dict)

    def get(self, url: str, *, accept: str = "*/*") -> Answer:
        body, following = self.bodies[url]
        link = f'<{following}>; rel="next"' if following else None
        return Answer(url, 200, body, "", None, None, None, None, None, None, None, link)


def node_id(number: int) -> str:
    return f"https://node{number}.example/"


def halves(count: int, dice: random.Random) -> Iterator[tuple[Half, Half]]:
    """Both halves of so many handovers, from one node of the ten to another."""
    for number in range(count):
        giver, taker = dice.sample(range(NODES), 2)
        title, category, weight = dice.choice(THINGS)
        ended = date(2024, 1, 2) + timedelta(days=dice.randrange(700))
        told: dict[str, Any] = {
            "home": node_id(giver),
            "title": f"{title} {number}",
            "category": category,
            "quantity": dice.randint(1, 4),
            "weight_kg": weight,
            "weight_source": "stated" if weight else None,
            "asker": Party("charity", f"{node_id(taker)}organisations/kettles", "Kettles for All"),
            "asker_home": node_id(taker),
            "asked": ended - timedelta(days=5),
            "ended": ended,
            "date_published": datetime(ended.year, ended.month, ended.day, tzinfo=UTC),
        }
        yield half(OWNER, number, **told), half(ASKER, number, **told)


def published(count: int) -> Published:
    """What ten nodes and a catalogue publish of so many handovers."""
    made, factors = Published(), shipped()
    items: dict[str, list[dict[str, Any]]] = {node_id(number): [] for number in range(NODES)}
    lines: list[bytes] = []
    sums: dict[str, dict[str, Counter[str]]] = {}
    for both in halves(count, random.Random(1)):
        for one in both:
            items[one.signed_by].append(signed(one, key_of(one.signed_by)))
        found = pair(both)
        whole = handover(found, 0, factors) if found else None
        if whole is None:
            raise RuntimeError("Two halves made no handover.")
        lines.append(orjson.dumps(line_of(whole)))
        sums.setdefault(whole.month, {}).setdefault(standing_of(whole), Counter()).update(sums_of(whole))
    for node, told in items.items():
        _describe(made, node, f"{node}receipts.json")
        _put_feed(made, node, told)
    _describe(made, CITY, f"{CITY}receipts.json")
    _put_feed(made, CITY, [])
    feeds = [{"node": node, "url": f"{node}receipts.json"} for node in (CITY, *items)]
    account = {"node": CITY, "handovers": f"{CITY}handovers.ndjson", "receipts": feeds, "sums": sums}
    made.bodies[f"{CITY}handovers.json"] = (orjson.dumps(account), None)
    _put_lines(made, lines)
    return made


def _describe(made: Published, node: str, receipts: str) -> None:
    public = signing.public_of(key_of(node))
    document = {
        "sharefeed": "1.0",
        "id": node,
        "name": node,
        "licence": "CC0-1.0",
        "feeds": {"receipts": receipts, "handovers": f"{node}handovers.json"},
        "keys": [{"id": signing.key_id(public), "type": "Ed25519", "public": public}],
    }
    made.bodies[f"{node}.well-known/sharefeed.json"] = (orjson.dumps(document), None)


def _put_feed(made: Published, node: str, items: Sequence[dict[str, Any]]) -> None:
    total = digest_hex(sum(contribution(one["id"], listing_hash(one)) for one in items))
    pages = range(0, max(1, len(items)), MAX_PAGE_ENTRIES)
    for start in pages:
        more = start + MAX_PAGE_ENTRIES < len(items)
        end = start + MAX_PAGE_ENTRIES
        head = PageHead(node, epoch=EPOCH, checkpoint=f"c.{end}", more=more, count=len(items), digest=total)
        page = Page("json", "Receipts", head=head, next_url=f"{node}receipts.json?after=c.{end}" if more else None)
        body = json_feed.encode(page, [orjson.dumps(one) for one in items[start:end]])
        made.bodies[f"{node}receipts.json" + (f"?after=c.{start}" if start else "")] = (body, None)


def _put_lines(made: Published, lines: Sequence[bytes]) -> None:
    for start in range(0, len(lines), LINES):
        following = f"{CITY}handovers.ndjson?after={start + LINES}" if start + LINES < len(lines) else None
        url = f"{CITY}handovers.ndjson" + (f"?after={start}" if start else "")
        made.bodies[url] = (b"\n".join(lines[start : start + LINES]), following)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./run bench verify", description=__doc__)
    parser.add_argument("--full", action="store_true", help=f"{FULL:,} handovers instead of {SMALL:,}")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    count = FULL if options.full else SMALL
    made = published(count)
    began = time.perf_counter()
    found = verify(made, CITY, TODAY)
    seconds = time.perf_counter() - began
    if not found.agrees or found.counted != count:
        raise RuntimeError(f"It does not agree: {found.compared.differences[:3]}")
    if options.json:
        print(json.dumps({"handovers": count, "seconds": round(seconds, 2), "limit_s": LIMIT_S}))
    else:
        print(f"{count:,} handovers verified in {seconds:.1f} s (limit for {FULL:,}: {LIMIT_S:g} s)")
    return int(seconds > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main())
