"""The pages about the network itself: what is read from where, how it is doing, and how to propose more.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from datetime import datetime

from node.web.view_models.parts import ONE_PAGE, Form, Head, Link, Pager
from schemas.errors import Problem
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    """The network in one line: counts of what is shown, the sources read, and the moment of the last
    reading.
    """

    listings: int
    organisations: int
    sources: int
    last_read: datetime | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source and how it is doing.

    ``level`` is ``L0``, ``L1``, ``L2`` or ``plain``. ``health`` is ``ok``, ``new`` (not read yet), ``late``
    (overdue), ``failing`` (the last reads failed), ``paused`` or ``suspended``; ``health_note`` says more
    in one sentence. Counts are listings. ``last_read`` is the last successful reading, ``verified_at`` when
    count and digest last agreed; ``compared`` is ``identical``, ``differs``, ``silent`` (it states nothing to
    compare with) or ``unread``. ``badge`` says it in a word for everyone: ``identical``, ``partly`` (our copy is
    identical, but some of it is not shown), ``differs``, ``static`` (a list that states nothing to compare with),
    ``plain`` (a feed of another make) or ``unread``. ``organisations`` counts those that have something shown.
    """

    name: str
    path: str
    area: str = ""
    level: str = "L1"
    shown: int = 0
    held: int = 0
    quarantined: int = 0
    merged: int = 0
    last_read: datetime | None = None
    verified_at: datetime | None = None
    health: str = "ok"
    health_note: str = ""
    compared: str = "unread"
    badge: str = "unread"
    organisations: int = 0


@dataclass(frozen=True, slots=True)
class PollRow:
    """One reading of a source. ``outcome``: changed, unchanged, resync, failed, held. ``size`` in bytes,
    ``took_ms`` in ms.
    """

    at: datetime
    outcome: str
    status: int | None = None
    took_ms: int | None = None
    size: int | None = None
    added: int = 0
    updated: int = 0
    removed: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why one listing is not shown as sent. ``verdict``: held, quarantined, outdated, merged, loop or
    hidden.

    ``reasons`` carry RFC 6901 pointers into the listing as it was sent. ``path`` is its page, if there is
    one; ``appeal`` asks the operator to look at its words, where those are the reason.
    """

    listing_id: str
    title: str
    verdict: str
    reasons: tuple[Problem, ...] = ()
    path: str | None = None
    since: datetime | None = None
    appeal: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkPage:
    """portal/sources.html: every source this catalogue reads, in order; ``how_path`` explains how all of it works."""

    head: Head
    sources: tuple[SourceRow, ...] = ()
    summary: NetworkSummary | None = None
    pager: Pager = ONE_PAGE
    how_path: str | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to a source besides being read; ``what`` is a code of ``EVENTS``."""

    at: datetime
    what: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class SourcePage:
    """portal/source.html: how one source is doing, with its latest polls and every listing that is not
    shown.

    ``ttl_s`` seconds is how often it asks to be read, ``next_read`` when that is due, ``document_read`` when its
    node document was last understood, ``history`` the newest first. ``organisations`` are
    links to their pages here, ``search_path`` the search for all that it shows.
    """

    head: Head
    source: SourceRow
    url: str | None = None
    feed_url: str | None = None
    description: str = ""
    licence: str | None = None
    attribution: str | None = None
    ttl_s: int | None = None
    next_read: datetime | None = None
    polls: tuple[PollRow, ...] = ()
    problems: tuple[Verdict, ...] = ()
    pager: Pager = ONE_PAGE
    organisations: tuple[Link, ...] = ()
    search_path: str | None = None
    report_path: str | None = None
    document_read: datetime | None = None
    history: tuple[EventRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposePage:
    """portal/propose.html: anyone proposes a source. Fields: ``url``, ``name``, ``email`` (optional),
    ``note``.
    """

    head: Head
    form: Form


@dataclass(frozen=True, slots=True)
class ProposeDonePage:
    """portal/propose_done.html. ``url`` is what was proposed, ``email`` where the answer goes, if given."""

    head: Head
    url: str
    email: str | None = None
