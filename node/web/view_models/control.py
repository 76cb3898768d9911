"""The operator's pages: signing in, what waits, proposals.

The conventions are those of ``parts``. Import these from ``node.web.view_models.all_pages``.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime

from node.web.view_models.network import SourceRow, Verdict
from node.web.view_models.parts import ONE_PAGE, Card, Choice, Form, Head, Link, Pager
from schemas.records import dataclass


@dataclass(frozen=True, slots=True)
class ControlFrame:
    """What surrounds every page of control. ``sign_out`` is a form without fields; counts are of what
    waits.

    ``current`` is ``overview``, ``queue``, ``proposals``, ``sources``, ``stories`` or ``appearance``. ``flash`` is one
    sentence about what the operator has just done, with ``flash_ok`` false if it did not work.
    """

    overview_path: str
    queue_path: str
    proposals_path: str
    sources_path: str
    sign_out: Form
    operator: str = ""
    waiting: int = 0
    proposals: int = 0
    current: str = "overview"
    flash: str | None = None
    flash_ok: bool = True
    appearance_path: str = ""
    stories_path: str = ""
    stories: int = 0


@dataclass(frozen=True, slots=True)
class LoginPage:
    """control/login.html: how to get a one-time link, or the button that uses one.

    ``form`` is present when the link is good: opening a link must not use it up, as mail scanners open
    links too, so a press of the button does. ``state`` is ``explain``, ``ready``, ``used``, ``expired`` or
    ``signed_out``. ``command`` is what the operator types on the server, ``minutes`` how long a link lives.
    """

    head: Head
    state: str
    command: str
    minutes: int
    form: Form | None = None


@dataclass(frozen=True, slots=True)
class MassRemoval:
    """Many listings of one source that went away at once, waiting for a word.

    ``removed`` of ``total`` listings went at ``since``; without a word the removal applies at ``applies_at``.
    ``apply`` and ``undo`` are forms without fields. ``titles`` are some of the listings.
    """

    source: str
    source_path: str
    path: str
    removed: int
    total: int
    since: datetime
    apply: Form
    undo: Form
    applies_at: datetime | None = None
    titles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One listing that waits: ``verdict`` is held, quarantined or reported, ``reason`` its first reason in a
    sentence.
    """

    path: str
    title: str
    source: str
    source_path: str
    verdict: str
    reason: str
    since: datetime
    sign: str | None = None
    more_reasons: int = 0


@dataclass(frozen=True, slots=True)
class OverviewPage:
    """control/overview.html: what waits first, then what is unwell, then how much there is.

    ``mails_late`` were tried and not taken yet, ``mails_failed`` given up within a week, for ``mail_problem``;
    ``mail_captured`` says that none is sent at all, and ``mailbox_path`` where they are kept.
    """

    head: Head
    control: ControlFrame
    shown: int
    sources: int
    held: int
    quarantined: int
    proposals: int
    removals: tuple[MassRemoval, ...] = ()
    waiting: tuple[QueueRow, ...] = ()
    unwell: tuple[SourceRow, ...] = ()
    last_read: datetime | None = None
    index_behind: int = 0
    reported: int = 0
    mail_captured: bool = False
    mails_late: int = 0
    mails_failed: int = 0
    mail_problem: str = ""
    mailbox_path: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """One proposed source. ``state``: waiting, accepted, refused. ``level`` as in SourceRow, or ``None``
    if unreadable, or ``unread`` so far.
    """

    path: str
    name: str
    url: str
    at: datetime
    state: str = "waiting"
    level: str | None = None
    listings: int | None = None
    problems: int | None = None
    reason: str | None = None
    unread: bool = False


@dataclass(frozen=True, slots=True)
class ProposalsPage:
    """control/proposals.html. ``add`` proposes one from here, with the field ``url``."""

    head: Head
    control: ControlFrame
    waiting: tuple[ProposalRow, ...] = ()
    decided: tuple[ProposalRow, ...] = ()
    add: Form | None = None
    pager: Pager = ONE_PAGE


@dataclass(frozen=True, slots=True)
class Preview:
    """What the catalogue would show if it were accepted now. ``read`` false means it could not be read,
    and ``error`` says why.
    """

    read: bool
    error: str | None = None
    level: str | None = None
    feed_url: str | None = None
    title: str | None = None
    licence: str | None = None
    listings: int = 0
    would_show: int = 0
    would_hold: int = 0
    would_quarantine: int = 0
    organisations: int = 0
    problems: tuple[Verdict, ...] = ()
    cards: tuple[Card, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ProposalPage:
    """control/proposal.html: the preview, then accept or refuse.

    ``accept`` has the field ``name`` and, where ``needs_defaults`` (a plain feed lacks them):
    ``organisation``, ``organisation_type``, ``kind``, ``action``, ``category``, ``locality``, ``lat``,
    ``lon``, ``days``; ``choices`` gives the answers of the selects by field name. ``refuse`` has
    ``reason``. ``again`` reads the preview afresh.
    """

    head: Head
    control: ControlFrame
    proposal: ProposalRow
    preview: Preview | None
    note: str | None = None
    email: str | None = None
    needs_defaults: bool = False
    accept: Form | None = None
    refuse: Form | None = None
    again: Form | None = None
    choices: dict[str, tuple[Choice, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueuePage:
    """control/queue.html: mass removals first, then what visitors ``reported``, then other single listings, oldest
    first. ``filters`` are links by verdict; ``total`` counts ``rows``.
    """

    head: Head
    control: ControlFrame
    total: int = 0
    removals: tuple[MassRemoval, ...] = ()
    rows: tuple[QueueRow, ...] = ()
    filters: tuple[Link, ...] = ()
    pager: Pager = ONE_PAGE
    reported: tuple[QueueRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of somebody's text; ``is_marked`` where it raised a doubt."""

    text: str
    is_marked: bool = False


@dataclass(frozen=True, slots=True)
class MarkedText:
    """One text of a listing, under the name of its field, in pieces."""

    name: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class QueueItemPage:
    """control/queue_item.html: one listing that waits, or one mass removal.

    ``release`` has no field but may carry an error; ``refuse`` has ``reason``. A quarantined listing cannot
    be released as it is not valid: then ``release`` is ``None``. ``shown_now`` is the last good version, if
    one is shown. ``raw`` is the listing as sent, indented JSON, ``text`` its words as they would read. ``marked`` are
    the texts in which words raised a doubt, ``appeal`` is what its author says to that, in ``language``.
    """

    head: Head
    control: ControlFrame
    row: QueueRow | None = None
    removal: MassRemoval | None = None
    verdict: Verdict | None = None
    card: Card | None = None
    shown_now: Card | None = None
    text: str = ""
    raw: str = ""
    release: Form | None = None
    refuse: Form | None = None
    next_path: str | None = None
    marked: tuple[MarkedText, ...] = ()
    appeal: str = ""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """What one visitor said: ``reason`` in a sentence, and perhaps words and an e-mail address for the answer."""

    reason: str
    at: datetime
    words: str = ""
    email: str | None = None


@dataclass(frozen=True, slots=True)
class ReportedPage:
    """control/reported.html: one listing that visitors reported, as it is shown.

    ``keep`` is a form without fields, ``take_down`` has ``reason``. ``text`` is its words as they read; without
    ``source`` it was written here, and who looks after it reads the reason. Where its words are in doubt, they are
    ``marked``, and ``appeal`` is what its author says to that.
    """

    head: Head
    control: ControlFrame
    card: Card
    since: datetime
    keep: Form
    take_down: Form
    reports: tuple[ReportRow, ...] = ()
    source: Link | None = None
    text: str = ""
    next_path: str | None = None
    marked: tuple[MarkedText, ...] = ()
    appeal: str = ""


@dataclass(frozen=True, slots=True)
class ControlSourcesPage:
    """control/sources.html: every source, those that are not well first. Each row's ``path`` is its page in
    control.
    """

    head: Head
    control: ControlFrame
    sources: tuple[SourceRow, ...] = ()
    add_path: str | None = None


@dataclass(frozen=True, slots=True)
class ControlSourcePage:
    """control/source.html: what can be done with one source.

    ``read`` lets it be read next, ``hold`` turns holding of new listings on or off (``holds`` says which it is
    now), ``trust`` turns off or on that its words are looked at (``trusted``): forms without fields. ``pause``
    has ``reason``; ``resume`` is present instead where it is not read. ``remove`` has the checkbox ``sure``.
    ``public_path`` is its page for everyone. ``asks`` says who is asked for what it publishes, where its node takes no
    messages: fields ``contact`` and the box ``nobody``; ``published`` is the address that the node names, and
    ``contact_state`` a code, blank where nobody has asked yet.
    """

    head: Head
    control: ControlFrame
    source: SourceRow
    feed_url: str | None = None
    public_path: str | None = None
    holds: bool = False
    read: Form | None = None
    hold: Form | None = None
    trust: Form | None = None
    trusted: bool = False
    pause: Form | None = None
    resume: Form | None = None
    remove: Form | None = None
    asks: Form | None = None
    published: str = ""
    contact_state: str = ""
