"""The tables about people: who has an account, of which organisations they are members, how they are let in.

Of everything that opens a door only hashes are kept.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, String, Table, Text

from node.storage.metadata import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", String(254), nullable=False),  # as it was typed
    Column("email_key", String(254), nullable=False, unique=True),  # in small letters: one address, one account
    Column("language", String(35), nullable=False),
    Column("operator", Boolean, nullable=False),
    Column("password_hash", Text),  # Argon2id, as PHC strings have it; NULL for who signs in by links alone
    Column("created_at", BigInteger, nullable=False),
    Column("signed_in_at", BigInteger),
)

memberships = Table(
    "memberships",
    metadata,
    Column("account_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("role", String(10), nullable=False),
    Column("since", BigInteger, nullable=False),
    Index("ix_memberships_organisation", "organisation_id"),
)

# One-time links; `purpose` says which door a link opens, `account_id` for whom.
links = Table(
    "links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("purpose", String(20), nullable=False),
    Column("account_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# Browsers that are signed in: an operator's at the control pages, or one with an account at the desk.
sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("role", String(20), nullable=False),
    Column("account_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("device", String(80), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("proved_at", BigInteger, nullable=False),  # when who uses it last proved who they are
)
