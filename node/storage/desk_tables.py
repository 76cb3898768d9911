"""The tables of what staff do at the desk: what they are still writing, and what they wrote before."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text

from node.storage.metadata import ROW_ID, metadata

# Listings that are still being written, or changed: the fields as they were typed, right or wrong.
desk_drafts = Table(
    "desk_drafts",
    metadata,
    Column("id", String(24), primary_key=True),  # random, and given out before anything is kept
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("key", String(120), index=True),  # of the listing that is being changed; empty for a new one
    Column("base", BigInteger, nullable=False, server_default="0"),  # number of the version that is changed
    Column("sign", String(10), nullable=False),
    Column("title", Text, nullable=False),
    Column("typed", Text, nullable=False),  # JSON: field -> text
    Column("images", Text, nullable=False),  # JSON: [{url, alt}]
    Column("saved_at", BigInteger, nullable=False),
    Column("saved_by", Text, nullable=False),  # the name of whoever did
)

# What each own listing said before: one row a change, with the document as it stood after it.
listing_versions = Table(
    "listing_versions",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("listing_id", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),  # the name of whoever did it; empty for the command line and for imports
    Column("change", String(20), nullable=False),  # added, changed, renewed, paused, resumed, withdrawn, expired
    Column("state", String(20), nullable=False),
    Column("document", Text, nullable=False),
    Column("import_id", String(24), nullable=False),  # the import that the change came with, or empty
    Index("ix_listing_versions_listing_id", "listing_id", "id"),
)

# What whoever runs the catalogue said of listings that are written here.
own_rulings = Table(
    "own_rulings",
    metadata,
    Column("id", Text, ForeignKey("listings.id", ondelete="CASCADE"), primary_key=True),
    Column("ruling", String(10), nullable=False),  # kept, taken_down
    Column("reason", Text, nullable=False),
    Column("words", String(43), nullable=False),  # digest of the words that were in doubt; blank where none were
    Column("at", BigInteger, nullable=False),
)

# Which organisations moved to another node.
handed_on = Table(
    "handed_on",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("ids", Text, nullable=False),  # what the ids of its listings begin with
    Column("to", Text, nullable=False),  # id of the node where it is now
    Column("at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),  # until when its listings are published here as well
    Column("ended", Boolean, nullable=False),
)

# Of which listings somebody was told that they end soon: once for each end.
expiry_reminders = Table(
    "expiry_reminders",
    metadata,
    Column("listing_id", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False),
    Column("told_at", BigInteger, nullable=False),
)
