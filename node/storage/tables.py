"""Every table, once. Migrations (Alembic) follow this file; a test compares the two.
Some stand in files of their own, beside this one, by what they are about. The metadata here has them all.

Documents are kept as JSON text that is ready to send, and moments as whole seconds since 1970 in UTC: both databases
hold them alike, they compare and index as numbers, and no driver can lose a zone.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    event,
    literal_column,
)

from node.storage import account_tables as account_tables
from node.storage import booking_tables as booking_tables
from node.storage import desk_tables as desk_tables
from node.storage import exchange_tables as exchange_tables
from node.storage import health_tables as health_tables
from node.storage import import_tables as import_tables
from node.storage import message_tables as message_tables
from node.storage import operator_tables as operator_tables
from node.storage import photo_tables as photo_tables
from node.storage import receipt_tables as receipt_tables
from node.storage import rollup_tables as rollup_tables
from node.storage import story_tables as story_tables
from node.storage.metadata import ROW_ID
from node.storage.metadata import metadata as metadata


def _facts() -> list[Column[object]]:
    """What is searched, filtered and sorted by, drawn out of a listing's document."""
    return [
        Column("title", Text),
        Column("direction", String(10)),
        Column("kind", String(20)),
        Column("action", String(10)),
        Column("category", String(80)),
        Column("condition", String(20)),
        Column("status", String(20)),
        Column("language", String(35)),
        Column("organisation_id", Text),
        Column("organisation_key", String(16)),
        Column("organisation_name", Text),
        Column("organisation_type", String(30)),
        Column("locality", Text),
        Column("lat", Float),
        Column("lon", Float),
        Column("precision_m", Float),
        Column("available_from", String(10)),
        Column("available_until", String(10)),
        Column("modified_at", BigInteger),
        Column("expires_at", BigInteger),
        # The last date of a workshop, a drop-in or an open day; none for all else.
        Column("event_until", String(10)),
    ]


FACT_NAMES = tuple(column.name for column in _facts())

# One row: what this node publishes as a whole. Locking it serialises every change of the catalogue.
publication = Table(
    "publication",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("epoch", String(36), nullable=False),
    Column("head", BigInteger, nullable=False),
    Column("live_count", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    # Highest position among the tombstones that were discarded: older cursors must begin again.
    Column("pruned_through", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

# Organisations that this node hosts.
organisations = Table(
    "organisations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slug", String(80), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("type", String(30), nullable=False),
    Column("document", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
)

# Listings that this node's organisations wrote. What of them is public stands in the catalogue.
listings = Table(
    "listings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False),
    Column("state", String(20), nullable=False),  # live, paused, withdrawn, expired
    Column("document", Text, nullable=False),
    Column("import_ref", Text),  # the row id of the spreadsheet that it came from
    Column("created_at", BigInteger, nullable=False),
    Column("modified_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    # What lists of them are searched and filtered by, drawn out of the document.
    Column("title", Text, nullable=False),
    Column("sign", String(10), nullable=False),  # the action; wanted for every want
    Column("category", String(80), nullable=False),
    Column("words", Text, nullable=False),  # of title and key, folded, each after a blank
    Index("ix_listings_state_expires", "state", "expires_at"),
    Index("ix_listings_organisation_modified", "organisation_id", "modified_at"),
    Index("ix_listings_organisation_state", "organisation_id", "state", "modified_at", "key"),
)

# What this node shows and publishes: its own listings and, on an aggregator, what it took from sources.
# It is the change log too: every row stands at the position of its latest change; a removed row is a tombstone.
catalogue = Table(
    "catalogue",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", String(120), nullable=False, unique=True),
    Column("position", BigInteger, nullable=False, unique=True),
    Column("live", Boolean, nullable=False),
    Column("source_id", BigInteger, index=True),  # empty: written here
    Column("item", Text),  # the JSON Feed item as published; empty once removed
    Column("hash", String(43), nullable=False),
    Column("via", Text, nullable=False),  # JSON array of node ids
    Column("first_shown_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("removed_reason", String(20)),
    *_facts(),
    Index("ix_catalogue_live_expires", "live", "expires_at"),
    Index("ix_catalogue_organisation_key", "organisation_key", "live"),
    Index("ix_catalogue_event_until", "event_until"),
    Index("ix_catalogue_tombstones", "live", "changed_at"),
)

sources = Table(
    "sources",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("url", Text, nullable=False, unique=True),  # the feed that is read
    Column("node_id", Text, index=True),
    Column("name", Text, nullable=False),
    Column("format", String(10), nullable=False),  # json, atom, rss
    Column("level", String(10), nullable=False),  # L0, L1, plain
    Column("state", String(20), nullable=False),  # active, paused, suspended, removed
    Column("state_reason", Text),
    Column("hold_new", Boolean, nullable=False),
    Column("contact", Text, nullable=False, server_default=""),  # whom the operator wants asked for it
    Column("trusts_words", Boolean, nullable=False),
    Column("defaults", Text, nullable=False),  # JSON: what the operator said in place of a plain feed
    Column("former_ids", Text, nullable=False),  # JSON array: what node_id was before the node moved
    Column("handed_on", Text, nullable=False),  # JSON array of pairs: what ids begin with, and whose they are now
    Column("node_document", Text),  # JSON as last read
    Column("document_url", Text),
    Column("document_etag", Text),
    Column("document_last_modified", Text),
    Column("document_asked_at", BigInteger),
    Column("document_read_at", BigInteger),  # last time that it was understood
    Column("epoch", Text),
    Column("cursor", Text),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("reading", BigInteger, nullable=False),  # number of the latest reading from the start
    Column("reading_open", Boolean, nullable=False),
    Column("mirror_count", BigInteger, nullable=False),
    Column("mirror_digest", String(64), nullable=False),
    Column("removal_window", Text, nullable=False),  # JSON: the removals of the last day
    Column("ttl_s", Integer),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("lease_until", BigInteger, nullable=False),
    Column("lease_token", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("gone_answers", Integer, nullable=False),
    Column("gone_since", BigInteger),
    Column("last_polled_at", BigInteger),
    Column("last_read_at", BigInteger),  # last time that an answer was understood
    Column("last_full_at", BigInteger),  # last unconditional reading
    Column("verified_at", BigInteger),
    Column("mismatch_backoff_s", Integer, nullable=False),
    Column("reread_at", BigInteger),
    Column("last_code", String(40)),
    Column("last_message", Text),
    Column("added_at", BigInteger, nullable=False),
)

# What a source has sent, as sent: the ground for counting, for verifying and for choosing again.
mirror = Table(
    "mirror",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("hash", String(43), nullable=False),
    Column("via", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("state", String(20), nullable=False),  # shown, held, quarantined, merged, loop, expired, refused
    Column("reasons", Text, nullable=False),  # JSON array of {pointer, code, message, line, sign, marks}
    Column("reading", BigInteger, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_mirror_id", "id"),
    Index("ix_mirror_reading", "source_id", "reading"),
    Index("ix_mirror_state", "state", "source_id"),
)

FORWARDED = mirror.c.via != literal_column("'[]'")
"""That a row of the mirror came by way of another node; spelled as its index is, or no index would serve it."""

# Not over ``via`` itself: what a stranger may write there is longer than PostgreSQL takes into an index.
_forwarded = Index("ix_mirror_forwarded", mirror.c.source_id, sqlite_where=FORWARDED)


@event.listens_for(mirror, "before_create")
def _only_forwarded(_table: Table, connection: Connection, **_more: object) -> None:
    # Said only where it counts: naming PostgreSQL above loads its dialect, a tenth of a second, into every node.
    if connection.dialect.name == "postgresql":
        _forwarded.dialect_options["postgresql"]["where"] = FORWARDED


# Removals that wait for a word, or that may still be undone.
removals = Table(
    "removals",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("batch", String(36), nullable=False, index=True),
    Column("state", String(20), nullable=False),  # waiting, applied, kept
    Column("reason", String(20), nullable=False),
    Column("item", Text, nullable=False),
    Column("hash", String(43), nullable=False),
    Column("via", Text, nullable=False),
    Column("removed_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Index("ix_removals_state", "state", "removed_at"),
)

# The operator's word on one version of one listing.
rulings = Table(
    "rulings",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("hash", String(43), nullable=False),
    Column("ruling", String(20), nullable=False),  # released, refused
    Column("reason", Text, nullable=False),
    Column("words", String(43), nullable=False),  # digest of the words that were in doubt; blank where none were
    Column("ruled_at", BigInteger, nullable=False),
)

polls = Table(
    "polls",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("code", String(40), nullable=False),
    Column("message", Text, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("added", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Index("ix_polls_source_at", "source_id", "at"),
)

# What happened to a source besides being read: it moved, was suspended, has another name.
source_events = Table(
    "source_events",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("code", String(40), nullable=False),
    Column("message", Text, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("url", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String(20), nullable=False),  # waiting, accepted, refused
    Column("reason", Text, nullable=False),
    Column("preview", Text, nullable=False),  # JSON, made when the operator asks for it
    Column("sender", String(64), nullable=False),  # keyed hash of the network address; blank after a day
    Column("source_id", BigInteger),
    Column("proposed_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Index("ix_proposals_state", "state", "proposed_at"),
)

# What visitors say is wrong with listings that are shown.
reports = Table(
    "reports",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("listing_id", Text, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("words", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("sender", String(64), nullable=False),  # keyed hash of the network address; blank after a day
    Column("state", String(20), nullable=False),  # waiting, kept, taken_down, gone
    Column("reported_at", BigInteger, nullable=False),
    Column("decided_at", BigInteger),
    Index("ix_reports_state", "state", "reported_at"),
    Index("ix_reports_listing_id", "listing_id", "state"),
)

# Copies of remote photographs: one row an address, the picture itself in a file named by its key.
photos = Table(
    "photos",
    metadata,
    Column("key", String(43), primary_key=True),
    Column("url", Text, nullable=False),
    Column("state", String(20), nullable=False),  # wanted, ready, failed
    Column("width", Integer),
    Column("height", Integer),
    Column("failure", Text),
    Column("tries", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("fetched_at", BigInteger),
    Column("used_at", BigInteger, nullable=False),
    Index("ix_photos_due", "state", "due_at"),
)

# Mails on their way: one row each, written with what causes it. Who it was for and what it said go once it is settled.
outbox = Table(
    "outbox",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("key", String(120), nullable=False, unique=True),  # what caused it: the same cause mails once
    Column("topic", String(80), nullable=False, index=True),  # what it is about, by which it can be called back
    Column("recipient", Text, nullable=False),
    Column("message", Text, nullable=False),  # as it is sent (RFC 5322), ASCII throughout
    Column("state", String(10), nullable=False),  # waiting, sent, failed, captured
    Column("tries", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("lease_token", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("tried_at", BigInteger),  # the first time
    Column("useless_at", BigInteger),  # from when on nobody needs it any more
    Column("settled_at", BigInteger),
    Column("problem", Text, nullable=False),
    Index("ix_outbox_state", "state", "due_at"),
)

# Who wants to be told when something new fits a search, or a listing.
alerts = Table(
    "alerts",
    metadata,
    Column("id", String(24), primary_key=True),  # random and never given out twice: links in mails name it
    Column("person", String(64), nullable=False, index=True),  # keyed hash of the e-mail address
    Column("email", Text, nullable=False),
    Column("search", Text, nullable=False),  # the query string of the search
    Column("listing", String(120), nullable=False, index=True),  # or the key of the listing whose matches are told
    Column("words", Text, nullable=False),  # the same, as people read it
    Column("language", String(35), nullable=False),
    Column("frequency", String(10), nullable=False),  # instant, daily, weekly
    Column("state", String(10), nullable=False),  # pending, active, paused
    Column("position", BigInteger, nullable=False),  # how far in the change log it has been looked after
    Column("due_at", BigInteger, nullable=False),
    Column("sender", String(64), nullable=False),  # keyed hash of the network address; blank after a day
    Column("asked", Integer, nullable=False),  # mails that asked for the confirmation
    Column("asked_at", BigInteger, nullable=False),
    Column("confirmed_at", BigInteger),
    Index("ix_alerts_due", "state", "due_at"),
    Index("ix_alerts_sender", "sender", "asked_at"),
)

alert_told = Table(
    "alert_told",
    metadata,
    Column("alert_id", String(24), ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(120), primary_key=True),  # of the listing
    Column("told_at", BigInteger, nullable=False),
)

# Addresses of alerts whose mail servers refuse them: not yet often or long enough to end their mails.
bounces = Table(
    "bounces",
    metadata,
    Column("person", String(64), primary_key=True),  # keyed hash of the e-mail address
    Column("count", Integer, nullable=False),  # mails that were refused since the last that was taken
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
)
