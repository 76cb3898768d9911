"""The tables of what organisations photographed: which pictures they sent, and what each of them stands with."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from node.storage.metadata import metadata

# Photographs that members of an organisation sent; the pictures themselves are files.
uploads = Table(
    "uploads",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("name", String(60), primary_key=True),  # of its files, but for their ends: hash and size of the content
    Column("uploaded_by", String(64), nullable=False),  # the account
    Column("uploaded_at", BigInteger, nullable=False),
    Column("loose_since", BigInteger),  # from when on nothing stands with it; empty while something does
    Index("ix_uploads_loose", "loose_since"),
    Index("ix_uploads_name", "name"),
)

# Which photographs a draft or a listing has, in order, and what each of them shows.
upload_uses = Table(
    "upload_uses",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("owner", String(140), primary_key=True),  # the draft or the listing
    Column("place", Integer, primary_key=True),  # from 0
    Column("name", String(60), nullable=False),
    Column("alt", Text, nullable=False),
    Index("ix_upload_uses_name", "organisation_id", "name"),
)

# Photographs on other sites that an import named, and what became of copying them here.
picture_copies = Table(
    "picture_copies",
    metadata,
    Column("key", String(43), primary_key=True),  # a hash of the address
    Column("url", Text, nullable=False),
    Column("state", String(10), nullable=False),
    Column("name", String(60), nullable=False),  # of the file, once it is here
    Column("tries", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("lease_until", BigInteger, nullable=False),
    Column("problem", Text, nullable=False),
    Index("ix_picture_copies_due", "state", "due_at"),
)

# Which listings are to have the copy in place of the other site's photograph, and by which import they named it.
picture_wants = Table(
    "picture_wants",
    metadata,
    Column("copy_key", String(43), primary_key=True),
    Column("listing_key", Text, primary_key=True),
    Column("import_id", String(24), nullable=False, index=True),
    Column("organisation_id", Text, nullable=False, index=True),
)
