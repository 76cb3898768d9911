"""What an aggregator remembers: its sources, what each has sent, what was decided. Plain values; storage keeps them."""

from __future__ import annotations

from typing import NamedTuple

from federation.facts import Facts
from schemas.errors import Problem
from schemas.page import PageHead
from schemas.records import dataclass

# What became of a listing that a source has sent.
SHOWN, HELD, QUARANTINED, MERGED = "shown", "held", "quarantined", "merged"
LOOP, EXPIRED, REFUSED = "loop", "expired", "refused"
STATES = (SHOWN, HELD, QUARANTINED, MERGED, LOOP, EXPIRED, REFUSED)

ACTIVE, PAUSED, SUSPENDED, REMOVED = "active", "paused", "suspended", "removed"

L0, L1, PLAIN = "L0", "L1", "plain"

# What can happen to a source besides being read.
RENAMED, ANOTHER_FEED, MOVED, NOT_FOLLOWED = "renamed", "another-feed", "moved", "not-followed"
SUSPENDED_NOW, RESUMED, HANDED_ON = "suspended", "resumed", "handed-on"
EVENTS = (RENAMED, ANOTHER_FEED, MOVED, NOT_FOLLOWED, SUSPENDED_NOW, RESUMED, HANDED_ON)


@dataclass(frozen=True, slots=True)
class Source:
    """A feed as this aggregator knows it. Moments are whole seconds since 1970 in UTC.

    Words of a source with ``trusts_words`` are not held against it, whatever they read like.
    ``contact`` is who answers for it by the operator's word: an address, "none", or blank for whom it names itself.
    ``reading`` numbers the readings from the start; ``reading_open`` says that the latest is not finished, so that its
    marks survive a crash. ``removal_window`` counts the removals of a day (`federation.window`). ``lease_token`` fences
    off a slow worker. ``former_ids`` is a JSON array of the ids that the node had before it moved, ``handed_on`` one of
    pairs: what ids begin with that are another node's to speak of by this one's word, and which. ``document_*`` is
    about the node document: where it was found, with which validators, when it was last asked for and understood.
    """

    id: int
    url: str
    node_id: str
    name: str
    format: str
    level: str
    state: str = ACTIVE
    state_reason: str | None = None
    hold_new: bool = False
    contact: str = ""
    trusts_words: bool = False
    defaults: str = "{}"
    former_ids: str = "[]"
    handed_on: str = "[]"
    node_document: str | None = None
    document_url: str | None = None
    document_etag: str | None = None
    document_last_modified: str | None = None
    document_asked_at: int | None = None
    document_read_at: int | None = None
    epoch: str | None = None
    cursor: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    reading: int = 0
    reading_open: bool = False
    mirror_count: int = 0
    mirror_digest: str = "0" * 64
    removal_window: str = "[]"
    ttl_s: int | None = None
    due_at: int = 0
    lease_until: int = 0
    lease_token: int = 0
    failures: int = 0
    gone_answers: int = 0
    gone_since: int | None = None
    last_polled_at: int | None = None
    last_read_at: int | None = None
    last_full_at: int | None = None
    verified_at: int | None = None
    mismatch_backoff_s: int = 0
    reread_at: int | None = None
    last_code: str | None = None
    last_message: str | None = None
    added_at: int = 0


class ReadItem(NamedTuple):
    """One item of a page, judged. ``item`` is what was sent, as JSON text; ``published`` is what the catalogue would
    publish, and ``facts`` what it would be found by: both None where the item could not be read as a listing.

    ``hash`` is what counts at the source, ``own_hash`` that of ``published``: from XML the two can differ. ``doubts``
    are about its words, where they read like an advert; ``words`` then says which words these were, and
    ``has_appeal`` that its giver asks a person to look.
    """

    id: str
    hash: str
    via: tuple[str, ...]
    item: str
    published: str | None
    facts: Facts | None
    problems: tuple[Problem, ...]
    own_hash: str
    doubts: tuple[Problem, ...] = ()
    words: str = ""
    has_appeal: bool = False


@dataclass(frozen=True, slots=True)
class ReadPage:
    """One page, decoded and judged. ``outside`` are faults that belong to no listing."""

    format: str
    title: str
    head: PageHead | None
    items: tuple[ReadItem, ...]
    next_url: str | None
    outside: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Mirrored:
    """One listing as a source last sent it, without its text."""

    source_id: int
    id: str
    hash: str
    via: tuple[str, ...]
    state: str
    reasons: tuple[Problem, ...]
    reading: int
    first_seen_at: int
    changed_at: int


class Ruling(NamedTuple):
    """The operator's word on one version: ``released`` or ``refused``, with a reason.

    ``words`` are those that were looked at, where they were in doubt: the word counts for later versions that say the
    same.
    """

    hash: str
    ruling: str
    reason: str
    words: str = ""


RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A listing that its source removed. ``state``: waiting for a word, applied, or kept by the operator's word."""

    source_id: int
    id: str
    batch: str
    state: str
    reason: str
    item: str
    hash: str
    via: tuple[str, ...]
    removed_at: int


WAITING, APPLIED, KEPT = "waiting", "applied", "kept"


@dataclass(frozen=True, slots=True)
class Tally:
    """What one poll did."""

    pages: int = 0
    bytes: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    quarantined: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.pages + other.pages,
            self.bytes + other.bytes,
            self.added + other.added,
            self.changed + other.changed,
            self.removed + other.removed,
            self.quarantined + other.quarantined,
        )


@dataclass(frozen=True, slots=True)
class PollResult:
    """How one poll ended. ``code`` is ``ok``, ``unchanged`` or what went wrong; ``retry_after_s`` as the node asked.

    ``permanent_url`` is where the feed's address leads for good, if it says so.
    """

    code: str
    message: str
    tally: Tally = Tally()
    retry_after_s: float | None = None
    max_age_s: float | None = None
    permanent_url: str | None = None

    @property
    def fine(self) -> bool:
        return self.code in ("ok", "unchanged", "more")
