"""The tables of sums over handovers: derived data, which `node.storage.rollups` keeps and can make anew."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from node.storage.metadata import metadata
from schemas.tally import SUMS

# A row holds for one month, and for one of what is named, or for all of them where an asterisk stands.
handover_rollups = Table(
    "handover_rollups",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("action", String(10), primary_key=True),
    Column("category", String(80), primary_key=True),  # a root of the vocabulary
    Column("organisation_type", String(30), primary_key=True),  # of who gave
    Column("place", Text, primary_key=True),
    Column("standing", String(20), primary_key=True),
    *(Column(name, BigInteger, nullable=False) for name in SUMS),
    # Its key is most of a row, and whatever is asked is a range of it.
    sqlite_with_rowid=False,
)

# Which organisations had a part in confirmed handovers: to count them once, over any months.
handover_organisations = Table(
    "handover_organisations",
    metadata,
    Column("month", String(7), primary_key=True),
    Column("action", String(10), primary_key=True),
    Column("category", String(80), primary_key=True),
    Column("organisation_type", String(30), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("role", String(10), primary_key=True),  # giver, taker
    Column("organisation_id", Text, primary_key=True),
    Column("exchanges", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
