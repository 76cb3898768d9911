"""The tables of how the node itself is: when what works behind the pages last did, what is amiss, who reads us."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table, Text

from node.storage.metadata import metadata

# One row for each kind of work that must not stand still.
heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("problem", Text, nullable=False, server_default=""),  # what it met, empty where all went well
    Column("moved_at", BigInteger),  # when it was last seen that the clock had been put back
    Column("moved_s", BigInteger),  # and by how much
)

# What was measured, and when: the room on the disk day by day, when the certificate ends, how far the clock is off.
readings = Table(
    "readings",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("at", BigInteger, primary_key=True, autoincrement=False),
    Column("value", BigInteger, nullable=False),
)

# What is amiss at the moment: one row for each check that is not well.
troubles = Table(
    "troubles",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("seen", Integer, nullable=False),  # how many looks in a row found it
    Column("told", Boolean, nullable=False),  # whether the operator was written to about it
)

# Nodes that read our feeds, by the address that each names in its requests. Nothing of anybody else is kept.
feed_readers = Table(
    "feed_readers",
    metadata,
    Column("node_url", String(200), primary_key=True),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),  # how far in the change log it had come; -1 where it cannot be told
)

# What we know of the reports that catalogues write about us: under which number each has us, and when we read it last.
board_reports = Table(
    "board_reports",
    metadata,
    Column("node_url", String(200), primary_key=True),
    Column("source_id", BigInteger),  # nothing where it does not read us
    Column("asked_at", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Column("problem", Text, nullable=False),
)

# What became of each of our listings at a catalogue, as it says itself.
board_verdicts = Table(
    "board_verdicts",
    metadata,
    Column("listing_id", Text, primary_key=True),
    Column("node_url", String(200), primary_key=True),
    Column("verdict", String(20), nullable=False),
    Column("hash", String(64), nullable=False),  # of the version of which it speaks
    Column("reasons", Text, nullable=False),  # a JSON array of sentences
)
