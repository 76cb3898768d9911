"""Rows and cards of the operator's pages, drawn from what services hand out. Reads no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import request

from federation.facts import Entry, Facts
from federation.records import Withdrawn
from node.context import Node
from node.services.aggregating.previewing import Preview as Seen
from node.services.aggregating.proposals import Proposal, preview_of
from node.services.moderation.decisions import HOLD_DAYS, QueueItem
from node.services.moderation.reporting import ReportedListing
from node.storage.catalogue import Shown
from node.storage.removals import Batch
from node.web.form_state import form_at
from node.web.portal.cards import Paths, card_of, moment, sign_of
from node.web.view_models.control import MassRemoval, Preview, ProposalRow, QueueRow
from node.web.view_models.network import Verdict
from node.web.view_models.parts import Card
from node.web.wording.code_words import word
from schemas.canonical import EXTENSION
from schemas.errors import Problem

MOST_TITLES = 200
MOST_TEXT, MOST_REASON = 4000, 2000
_DAY_S = 86_400


def text_of(item: Mapping[str, Any]) -> str:
    """The words of a listing, markup and all: it is shown as text."""
    text = item.get("content_text") or item.get("content_html")
    return text[:MOST_TEXT] if isinstance(text, str) else ""


def queue_row(item: QueueItem) -> QueueRow:
    """One listing that waits."""
    row, reasons = item.row, item.row.reasons
    return QueueRow(
        path=request.script_root + item_path(row.source_id, row.id),
        title=item.title,
        source=item.source_name,
        source_path=f"{request.script_root}/control/sources/{row.source_id}",
        verdict=row.state,
        reason=reasons[0].message if reasons else "",
        since=moment(row.changed_at),
        sign=_sign(item.raw),
        more_reasons=max(0, len(reasons) - 1),
    )


def reported_row(item: ReportedListing) -> QueueRow:
    """One listing that visitors reported."""
    entry, source_id = item.shown.entry, item.shown.entry.source_id
    return QueueRow(
        path=request.script_root + reported_path(entry.id),
        title=entry.facts.title,
        source=item.source_name or "",
        source_path="" if source_id is None else f"{request.script_root}/control/sources/{source_id}",
        verdict="reported",
        reason=word(item.reports[0].reason, "report"),
        since=moment(item.since),
        sign=sign_of(entry.facts.direction, entry.facts.action),
        more_reasons=item.count - 1,
    )


def reported_path(listing_id: str, action: str = "reported") -> str:
    """The page of a reported listing, or what is done with it."""
    return f"/control/queue/{action}?{urlencode({'id': listing_id})}"


def item_path(source_id: int, listing_id: str, action: str = "item") -> str:
    """The page of a listing that waits, or what is done with it: ids are addresses, so they stand in the query."""
    return f"/control/queue/{action}?{urlencode({'source': source_id, 'id': listing_id})}"


def _sign(raw: Mapping[str, Any]) -> str | None:
    extension = raw.get(EXTENSION)
    said = extension if isinstance(extension, dict) else {}
    direction, action = said.get("direction"), said.get("action")
    return sign_of(str(direction), action) if isinstance(action, str) else None


def removal(batch: Batch, name: str, sent: int, listings: Iterable[Withdrawn]) -> MassRemoval:
    """Many listings that went at once; ``sent`` is how many their source still has."""
    path = f"/control/queue/batch/{batch.batch}"
    return MassRemoval(
        source=name,
        source_path=f"{request.script_root}/sources/{batch.source_id}",
        path=request.script_root + path,
        removed=batch.size,
        total=sent + batch.size,
        since=moment(batch.removed_at),
        apply=form_at(f"{path}/apply"),
        undo=form_at(f"{path}/undo"),
        applies_at=moment(batch.removed_at + HOLD_DAYS * _DAY_S),
        titles=tuple(_title(one) for one in listings)[:MOST_TITLES],
    )


def _title(one: Withdrawn) -> str:
    title = orjson.loads(one.item).get("title")
    return title if isinstance(title, str) and title.strip() else one.id


def proposal_row(proposal: Proposal) -> ProposalRow:
    seen = preview_of(proposal)
    read = seen if seen is not None and seen.error is None else None
    return ProposalRow(
        path=f"{request.script_root}/control/proposals/{proposal.id}",
        name=proposal.name or (read.name if read else None) or "",
        url=proposal.url,
        at=moment(proposal.proposed_at),
        state=proposal.state,
        level=read.level if read else None,
        listings=read.listings if read else None,
        problems=len(read.problems) if read else None,
        reason=proposal.reason or None,
        unread=seen is None,
    )


def preview(seen: Seen, node: Node) -> Preview:
    """What an operator saw of a feed, for the page."""
    if seen.error is not None:
        return Preview(False, seen.error, at=moment(seen.at))
    return Preview(
        read=True,
        level=seen.level,
        feed_url=seen.feed_url,
        title=seen.name,
        licence=seen.licence,
        listings=seen.listings,
        would_show=seen.shown,
        would_quarantine=seen.quarantined,
        organisations=seen.organisations,
        problems=tuple(_verdict(problem) for problem in seen.problems),
        cards=tuple(_sample_card(sample, seen, paths_of(node)) for sample in seen.samples),
        at=moment(seen.at),
    )


def paths_of(node: Node) -> Paths:
    """Without copies of pictures: what is not accepted yet must not make this node fetch anything more."""
    return Paths(request.script_root, node.settings.url, node.settings.timezone)


def _verdict(problem: Mapping[str, Any]) -> Verdict:
    reasons = tuple(
        Problem(reason["pointer"], reason["code"], reason["message"], reason.get("line"))
        for reason in problem["reasons"]
    )
    return Verdict(problem["id"], problem["title"], problem["verdict"], reasons)


def _sample_card(sample: Mapping[str, Any], seen: Seen, paths: Paths) -> Card:
    item = sample["item"]
    entry = Entry(item["id"], "", 0, orjson.dumps(item).decode(), "", (), Facts(**sample["facts"]))
    card = card_of(Shown(entry, 0, seen.at, seen.at), paths)
    return replace(card, path=sample["url"] or seen.feed_url or "")


def appeal_of(raw: Mapping[str, Any]) -> str:
    """What the author of a listing says to doubts about its words; empty where nothing is said."""
    extension = raw.get(EXTENSION)
    said = extension.get("appeal") if isinstance(extension, dict) else None
    return said[:MOST_REASON] if isinstance(said, str) else ""
