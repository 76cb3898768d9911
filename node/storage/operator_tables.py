"""The tables that only operators write to: how they let the node look."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, String, Table, Text

from node.storage.metadata import ROW_ID, metadata

# How the node looks and what it says of itself, where an operator said so: the newest row is in force.
appearances = Table(
    "appearances",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("document", Text, nullable=False),  # JSON: values by the names of the settings that they come before
    Column("published_at", BigInteger, nullable=False),
    Column("published_by", String(8), nullable=False),  # the beginning of the session's hash
    Column("back_to", BigInteger),  # when what it brings back was published; 0 for the settings alone
)

# What is being prepared to be the next one: one row, or none.
appearance_drafts = Table(
    "appearance_drafts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", String(16), nullable=False),  # another one each time that it is saved
    Column("document", Text, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    Column("saved_by", String(8), nullable=False),
)

# Logos as they are served, small enough for a row: web processes on several machines share nothing but the database.
logos = Table(
    "logos",
    metadata,
    Column("key", String(32), primary_key=True),  # the beginning of the content's hash
    Column("media_type", String(20), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("added_at", BigInteger, nullable=False),
)
