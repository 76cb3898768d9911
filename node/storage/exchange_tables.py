"""The tables of exchanges: what was asked for, what became of it, and, apart from that, who asked.

What says who an asker is stands in `exchange_people` and `exchange_letters` alone, so that forgetting somebody is
deleting their rows there.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.storage.metadata import ROW_ID, metadata

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", String(20), primary_key=True),  # random; links to it are signed
    Column("listing_id", Text, nullable=False),  # no foreign key: the listing may be another node's
    Column("organisation_id", Text, nullable=False),  # no foreign key either, for the same reason
    Column("contact_id", String(16), index=True),  # who answers for an organisation that is not of this node
    Column(
        "asker_id", Text, nullable=False, index=True
    ),  # an organisation that this node asks for itself; mostly blank
    Column("listing", Text, nullable=False),  # JSON: what the listing said of itself then
    Column("words", Text, nullable=False),  # its title, folded, to be found by
    Column("direction", String(10), nullable=False),
    Column("action", String(10), nullable=False),
    Column("state", String(20), nullable=False),
    Column("asked", Integer, nullable=False),
    Column("granted", Integer, nullable=False),
    Column("counted", Integer, nullable=False),  # how many of them have left the listing
    Column("owner_said", Boolean, nullable=False),
    Column("asker_said", Boolean, nullable=False),
    Column("starts_at", BigInteger),
    Column("ends_at", BigInteger),
    Column("need", Integer, nullable=False),  # 0 it would be nice, 1 it is needed, 2 soon
    Column("booking_id", BigInteger),  # no foreign key: bookings may be forgotten before
    Column("weight_g", BigInteger),  # of all units together, where somebody has weighed them
    Column("minutes", BigInteger),  # of a room or of help, where somebody has said how long it was
    Column("measured_by", String(10), nullable=False),  # which side said so; blank where none has
    Column("opened_at", BigInteger, nullable=False),
    Column("since", BigInteger, nullable=False),  # when its state began
    Column("step", Integer, nullable=False),  # how many steps of this state's ladder are done
    Column("next_at", BigInteger, index=True),  # when the clock has something to do
    Column("closed_at", BigInteger, index=True),
    Index("ix_exchanges_listing", "listing_id", "state"),
    Index("ix_exchanges_organisation", "organisation_id", "contact_id", "state", "since"),
    Index("ix_exchanges_over", "organisation_id", "contact_id", "closed_at", "id"),
)

# What was done, in order; rows are only added. `act` and `state` are codes, and no person is named.
exchange_events = Table(
    "exchange_events",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("exchange_id", String(20), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("side", String(10), nullable=False),  # owner, asker, clock, operator
    Column("act", String(20), nullable=False),
    Column("state", String(20), nullable=False),  # after it
    Column("quantity", Integer, nullable=False),
)

# The one place of what says who asked. Gone thirty days after the end, or when they say so.
exchange_people = Table(
    "exchange_people",
    metadata,
    Column("exchange_id", String(20), ForeignKey("exchanges.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("words", Text, nullable=False),  # the name, folded, to be found by
    Column("email", Text, nullable=False),
    Column("for_whom", Text, nullable=False),
    Column("language", String(35), nullable=False),
    Column("person", String(64), nullable=False, index=True),  # keyed hash of the address
    Column("sender", String(64), nullable=False, index=True),  # keyed hash of the network; blank after a day
    Column("asked_at", BigInteger, nullable=False),
)

# What both sides wrote to each other; goes with the asker.
exchange_letters = Table(
    "exchange_letters",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("exchange_id", String(20), ForeignKey("exchanges.id"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("side", String(10), nullable=False),
    Column("words", Text, nullable=False),
)

# Who answers for a node that takes no messages: an address that it, or the operator, has named for a source. When that
# goes, a row stays for what is still open, and for good where it says stop: it is found again when the source is.
owner_contacts = Table(
    "owner_contacts",
    metadata,
    Column("id", String(16), primary_key=True),  # random; links to it are signed
    Column("source_id", BigInteger),  # blank once the source is gone: its number may become another's
    Column("node_id", Text, index=True),  # of the node behind a source that is gone
    Column("email", Text, nullable=False),
    Column("state", String(10), nullable=False),  # new, willing, stopped
    Column("told_at", BigInteger),  # when the first mail was written to it
    Index("ix_owner_contacts_source", "source_id", "email", unique=True),
)

# How an organisation takes requests, where it has said so.
asking_rules = Table(
    "asking_rules",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisations.id"), primary_key=True),
    Column("open", Boolean, nullable=False),  # whether it can be asked here
    Column("fairness", String(10), nullable=False),  # first, need, new
)
