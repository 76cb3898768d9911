"""The tables about people: who has an account, of which organisations they are members, how they are let in.

Of everything that opens a door only hashes are kept.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

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

# Who was asked to join an organisation and has not answered. Whoever has the link may join, so it is kept as a hash.
invitations = Table(
    "invitations",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email", String(254), nullable=False),
    Column("role", String(10), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("invited_by", Text, nullable=False),
    Column("sent_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
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
    Column("email", String(254)),  # where it gives the account another address, that address
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

# An app that shows codes, as a second proof. Its secret must be read again, so it is sealed and not hashed.
second_factors = Table(
    "second_factors",
    metadata,
    Column("account_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("secret", Text, nullable=False),
    Column("confirmed_at", BigInteger),
    Column("last_step", BigInteger, nullable=False),
)

# Codes for when the app is lost; each is taken away when it is used.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("account_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
)

# Passkeys: the public halves of key pairs.
passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("account_id", String(32), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("credential", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# Who guessed wrong how often: keys are keyed hashes of addresses and networks, so that the table names nobody.
tries = Table(
    "tries",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("last_at", BigInteger, nullable=False, index=True),
)

# What lets another program work at the desk of one organisation. Only the hash of its secret is kept.
api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("scopes", String(200), nullable=False),  # with spaces between, as in RFC 6749
    Column("made_by", Text, nullable=False),
    Column("account_id", String(32)),  # whose going ends the token
    Column("made_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

# What was done at the desk and about accounts, by whom. Each entry holds the hash of the one before it.
audit = Table(
    "audit",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("organisation_id", Text, index=True),
    Column("account_id", String(32), index=True),  # kept when the account is gone, so no foreign key
    Column("who", Text),  # what the person was called then; nothing once their account is gone
    Column("action", String(40), nullable=False),
    Column("about_id", String(32), index=True),  # whose name stands in the subject
    Column("subject", Text),
    Column("who_digest", String(64), nullable=False),
    Column("subject_digest", String(64), nullable=False),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

# The keys of the digests by which the log keeps names: whoever goes takes their key along. An address that was invited
# has one before it has an account.
audit_names = Table(
    "audit_names",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("key", String(64), nullable=False),
    Column("address", Text, unique=True),
    Column("account_id", String(32), index=True),
)

# One row once there is an entry: where the log ends. Locking it puts those who write in a row.
audit_end = Table(
    "audit_end",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
