"""The tables of bookings: calendars of listings, who has what and when, and what other calendars say.

Names and contacts of borrowers stand in `bookings` alone, and nothing public reads them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from node.storage.metadata import ROW_ID, metadata

# One for each listing that can be booked. Locking its row puts those who book it in a line.
calendars = Table(
    "calendars",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("listing_id", Text, ForeignKey("listings.id"), nullable=False, unique=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("open", Boolean, nullable=False),  # whether it takes new bookings
    Column("rules", Text, nullable=False),  # JSON
    Column("changed_at", BigInteger, nullable=False),
)

bookings = Table(
    "bookings",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("calendar_id", BigInteger, ForeignKey("calendars.id"), nullable=False),
    Column("unit", Integer, nullable=False),
    Column("starts_at", BigInteger, nullable=False),  # without the time before and after that nobody else can have
    Column("ends_at", BigInteger, nullable=False),
    Column("state", String(10), nullable=False),  # held, confirmed, out, returned, cancelled, no_show
    Column("held_until", BigInteger),
    Column("name", Text, nullable=False),
    Column("contact", Text, nullable=False),
    Column("borrower", String(64), nullable=False),  # whom the quota counts; empty once the person is forgotten
    Column("note", Text, nullable=False),
    Column("reason", Text, nullable=False),  # why it was cancelled
    Column("entered_by", Text, nullable=False),
    Column("entered_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_bookings_calendar_ends", "calendar_id", "ends_at"),
    Index("ix_bookings_calendar_borrower", "calendar_id", "borrower"),
    Index("ix_bookings_state_ends", "state", "ends_at"),
)

# What is taken of each unit, as a chain in time: each span names the end of the one before it. No two can overlap,
# because each follows one that is there, begins no earlier than that one ends, and nothing is followed twice.
# The chain of a unit begins with a span of no length at 0, which follows nothing.
booking_spans = Table(
    "booking_spans",
    metadata,
    Column("calendar_id", BigInteger, ForeignKey("calendars.id"), primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("ends_at", BigInteger, primary_key=True, autoincrement=False),
    Column("starts_at", BigInteger, nullable=False),
    Column("follows", BigInteger),
    Column("booking_id", BigInteger, ForeignKey("bookings.id"), unique=True),
    UniqueConstraint("calendar_id", "unit", "follows", name="uq_booking_spans_follows"),
    # Deferred: while a span is put between two others, the later one points to what is not there yet.
    ForeignKeyConstraint(
        ["calendar_id", "unit", "follows"],
        ["booking_spans.calendar_id", "booking_spans.unit", "booking_spans.ends_at"],
        name="fk_booking_spans_follows",
        deferrable=True,
        initially="DEFERRED",
    ),
    CheckConstraint(
        "(follows IS NULL AND starts_at = 0 AND ends_at = 0)"
        " OR (follows IS NOT NULL AND follows <= starts_at AND starts_at < ends_at)",
        name="in_order",
    ),
)

# Days on which an organisation, or one of its calendars, is closed.
closures = Table(
    "closures",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False, index=True),
    Column("calendar_id", BigInteger, ForeignKey("calendars.id")),  # empty: all of them
    Column("first_day", String(10), nullable=False),
    Column("last_day", String(10), nullable=False),
    Column("yearly", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
)

# Calendars elsewhere whose events keep a unit from being booked.
busy_calendars = Table(
    "busy_calendars",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("calendar_id", BigInteger, ForeignKey("calendars.id"), nullable=False, index=True),
    Column("unit", Integer),  # empty: all of them
    Column("url", Text, nullable=False),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("next_poll_at", BigInteger, nullable=False, index=True),
    Column("polled_at", BigInteger),
    Column("good_at", BigInteger),
    Column("read_at", BigInteger),  # when it was last read whole, and not only found unchanged
    Column("failures", Integer, nullable=False),
    Column("problem", String(30), nullable=False),  # a code; empty while all is well
    Column("events", Integer, nullable=False),
)

busy_spans = Table(
    "busy_spans",
    metadata,
    Column("busy_id", BigInteger, ForeignKey("busy_calendars.id"), primary_key=True),
    Column("starts_at", BigInteger, primary_key=True, autoincrement=False),
    Column("ends_at", BigInteger, primary_key=True, autoincrement=False),
)

# Addresses of calendars with names in them: whoever knows one may read it. Only hashes of them are kept.
calendar_addresses = Table(
    "calendar_addresses",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False),
    Column("calendar_id", BigInteger, ForeignKey("calendars.id")),  # empty: all of the organisation's
    Column("made_at", BigInteger, nullable=False),
)
