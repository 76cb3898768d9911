"""The tables of receipts: the halves that this node publishes, every half that it knows, and what they say together.

No row here names a person. What an exchange is called is the same in all three: the URI that both of its sides know.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.storage.metadata import metadata

# One row: the log of the halves that this node publishes. Its epoch is that of `publication`.
receipt_log = Table(
    "receipt_log",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("head", BigInteger, nullable=False),
    Column("live_count", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
)

# Halves that this node has signed and publishes: each at the position of its latest change in a log of their own.
receipts = Table(
    "receipts",
    metadata,
    Column("exchange", Text, primary_key=True),
    Column("side", String(10), primary_key=True),  # owner, asker
    Column("position", BigInteger, nullable=False, unique=True),
    Column("id", Text, nullable=False),
    Column("item", Text, nullable=False),  # the JSON Feed item as published
    Column("hash", String(43), nullable=False),
    Column("at", BigInteger, nullable=False),
)

# Every half that is known here: this node's own, those that came as messages, those that were read from sources.
receipt_halves = Table(
    "receipt_halves",
    metadata,
    Column("exchange", Text, primary_key=True),
    Column("side", String(10), primary_key=True),
    Column("signed_by", Text, primary_key=True),  # a node id
    Column("item", Text, nullable=False),
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="SET NULL"), index=True),  # read from it
    Column("verified", Boolean, nullable=False),  # its signature is that of a key of `signed_by`
    Column("problem", Text, nullable=False),  # why it is not taken; blank where it is
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_receipt_halves_verified", "verified", "problem"),  # what waits to be checked is rare
)

# How far the feed of receipts of a source has been read. What of it is in order stands in `receipt_halves`.
receipt_readings = Table(
    "receipt_readings",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("epoch", Text),
    Column("cursor", Text),
    Column("etag", Text),
    Column("reading", BigInteger, nullable=False),  # number of the latest reading from the start
    Column("reading_open", Boolean, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("lease_token", BigInteger, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("whole_at", BigInteger),  # when a reading from the start came to its end
    Column("again_at", BigInteger),  # when it is to be read from the start again
    Column("again_s", Integer, nullable=False),  # how long that is put off next time
    Column(
        "unripe", Boolean, nullable=False
    ),  # something of it was set aside, as its key is unknown or its day to come
    Column("day", BigInteger, nullable=False),  # the latest on which something was taken, in days since 1970
    Column("day_bytes", BigInteger, nullable=False),  # how much on that day
    Column("verified_at", BigInteger),
    Column("last_at", BigInteger),
    Column("last_code", String(40), nullable=False),
    Column("last_message", Text, nullable=False),
)

# What the feed of receipts of a source holds, by the ids it has there, and what is wrong with it.
receipt_mirror = Table(
    "receipt_mirror",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("hash", String(43), nullable=False),
    Column("exchange", Text, nullable=False),  # blank where it is set aside
    Column("side", String(10), nullable=False),
    Column("signed_by", Text, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON array of {pointer, code, message}: why it is set aside
    Column("reading", BigInteger, nullable=False),
    Index("ix_receipt_mirror_reading", "source_id", "reading"),
    Index("ix_receipt_mirror_exchange", "source_id", "exchange"),
)

# What the halves of an exchange say together, one row an exchange. Written by `node.storage.handovers` alone.
handovers = Table(
    "handovers",
    metadata,
    Column("exchange", Text, primary_key=True),
    Column("state", String(20), nullable=False),  # matched, one_operator, one_sided, differs
    Column("counted", Boolean, nullable=False),  # matched, and received or returned
    Column("outcome", String(20), nullable=False),
    Column("direction", String(10), nullable=False),
    Column("action", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("category", String(80), nullable=False),
    Column("place", Text, nullable=False),  # a locality's name, or blank
    Column("listing_id", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("weight_g", BigInteger),  # of all units; empty where nobody knows
    Column("weight_source", String(10), nullable=False),  # measured, stated, default, unknown
    Column("minutes", BigInteger),  # of the whole exchange
    Column("co2e_low_g", BigInteger),
    Column("co2e_g", BigInteger),
    Column("co2e_high_g", BigInteger),
    Column("cost_pence", BigInteger),  # of disposal, avoided
    Column("factors", Text, nullable=False),  # the version they were worked out with, or blank
    Column("giver_id", Text, nullable=False),  # blank for a person, as are the names
    Column("taker_id", Text, nullable=False),
    Column("giver_name", Text, nullable=False),
    Column("taker_name", Text, nullable=False),
    Column("giver_type", String(30), nullable=False),  # person, or what kind of organisation
    Column("taker_type", String(30), nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("asker_id", Text, nullable=False),
    Column("listed_on", String(10), nullable=False),  # days, ISO 8601; blank where not known
    Column("asked_on", String(10), nullable=False),
    Column("accepted_on", String(10), nullable=False),
    Column("handed_over_on", String(10), nullable=False),  # as one side at least has said
    Column("ended_on", String(10), nullable=False),
    Column("month", String(7), nullable=False),  # of `ended_on`
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_handovers_giver", "giver_id", "ended_on"),
    Index("ix_handovers_taker", "taker_id", "ended_on"),
    Index("ix_handovers_month", "month"),
    Index("ix_handovers_category", "category", "ended_on"),
)
