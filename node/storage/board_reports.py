"""What catalogues say of our listings: which of them have been asked, and their word on each listing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Row, delete, select

from node.storage.engine import Tx
from node.storage.health_tables import board_reports, board_verdicts
from node.storage.upsert import upsert
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class BoardReport:
    """A catalogue that was asked. ``source_id`` is None where it does not read us, ``problem`` why nothing was read."""

    node_url: str
    source_id: int | None
    asked_at: int
    read_at: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one listing at a catalogue, and why; ``hash`` is that of the version of which it speaks."""

    listing_id: str
    node_url: str
    verdict: str
    hash: str
    reasons: tuple[str, ...] = ()


def put(tx: Tx, report: BoardReport) -> None:
    upsert(tx, board_reports, [{name: getattr(report, name) for name in BoardReport.__slots__}])


def every(tx: Tx) -> dict[str, BoardReport]:
    """The catalogues that were asked, by their address."""
    rows = tx.execute(select(board_reports).order_by(board_reports.c.node_url))
    return {row.node_url: BoardReport(*(getattr(row, name) for name in BoardReport.__slots__)) for row in rows}


def forget(tx: Tx, node_url: str) -> None:
    """A catalogue that is asked no more, with all that it said."""
    tx.execute(delete(board_verdicts).where(board_verdicts.c.node_url == node_url))
    tx.execute(delete(board_reports).where(board_reports.c.node_url == node_url))


def replace(tx: Tx, node_url: str, verdicts: Sequence[Verdict]) -> None:
    """What a catalogue says now, in place of all that it said before."""
    tx.execute(delete(board_verdicts).where(board_verdicts.c.node_url == node_url))
    rows = [
        {
            "listing_id": one.listing_id,
            "node_url": one.node_url,
            "verdict": one.verdict,
            "hash": one.hash,
            "reasons": orjson.dumps(one.reasons).decode(),
        }
        for one in verdicts
    ]
    upsert(tx, board_verdicts, rows)


def of_board(tx: Tx, node_url: str) -> dict[str, Verdict]:
    """All that one catalogue said when it was read last, by the listings' ids."""
    rows = tx.execute(select(board_verdicts).where(board_verdicts.c.node_url == node_url))
    return {row.listing_id: _verdict(row) for row in rows}


def of_listing(tx: Tx, listing_id: str) -> list[Verdict]:
    """What is said of one listing, by the catalogues' addresses."""
    c = board_verdicts.c
    rows = tx.execute(select(board_verdicts).where(c.listing_id == listing_id).order_by(c.node_url))
    return [_verdict(row) for row in rows]


def _verdict(row: Row[Any]) -> Verdict:
    return Verdict(row.listing_id, row.node_url, row.verdict, row.hash, tuple(orjson.loads(row.reasons)))
