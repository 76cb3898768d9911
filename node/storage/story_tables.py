"""The tables of success stories: what organisations here write, and what is shown of it and of other nodes' stories."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from node.storage.metadata import ROW_ID, metadata

# What an organisation of this node tells, as it was typed and as it was last published.
stories = Table(
    "stories",
    metadata,
    Column("key", String(24), primary_key=True),  # random; the end of its id and of its page's address
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False),
    Column("exchange", Text, nullable=False),  # the URI of the exchange that it tells of
    Column("typed", Text, nullable=False),  # JSON: field -> text, right or wrong
    Column("images", Text, nullable=False),  # JSON: [{url, alt}]
    Column("saved_at", BigInteger, nullable=False),
    Column("saved_by", Text, nullable=False),  # the name of whoever did
    Column("state", String(10), nullable=False),  # draft, published, withdrawn
    Column("document", Text),  # the item as its organisation published it; empty until then
    Column("published_at", BigInteger),
    Column("other_id", Text, nullable=False),  # of the other organisation, or blank
    Column("consent", String(10), nullable=False),  # of the other organisation: none (there is none), asked, yes, no
    Column("agreed_to", String(43), nullable=False),  # digest of the words and photos that it said yes to
    Column("answered_at", BigInteger),
    Index("ix_stories_organisation", "organisation_id", "saved_at"),
    Index("ix_stories_other", "other_id", "saved_at"),
)

# What each story said before; rows are only added.
story_versions = Table(
    "story_versions",
    metadata,
    Column("id", ROW_ID, primary_key=True, autoincrement=True),
    Column("key", String(24), ForeignKey("stories.key", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("change", String(20), nullable=False),  # published, withdrawn, agreed, refused, taken_back
    Column("document", Text, nullable=False),
)

# Every story that may be shown here, this node's own and those of its sources, as it is shown.
story_shelf = Table(
    "story_shelf",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", String(24), nullable=False, unique=True),
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), index=True),  # empty: told here
    Column("item", Text, nullable=False),  # the JSON Feed item; of one set aside, what was sent of it
    Column("problems", Text, nullable=False),  # JSON: why it is set aside; an empty array where it is shown
    Column("title", Text, nullable=False),
    Column("organisation_key", String(16), nullable=False),
    Column("other_key", String(16), nullable=False),  # of the other organisation, where it is named
    Column("category", String(80), nullable=False),
    Column("published_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Index("ix_story_shelf_published", "published_at", "id"),
    Index("ix_story_shelf_organisation", "organisation_key", "published_at"),
    Index("ix_story_shelf_other", "other_key", "published_at"),
    Index("ix_story_shelf_category", "category", "published_at"),
)

# The operator's word on a story, whatever comes of it.
story_rulings = Table(
    "story_rulings",
    metadata,
    Column("id", Text, primary_key=True),
    Column("ruling", String(10), nullable=False),  # hidden, released
    Column("reason", Text, nullable=False),
    Column("words", String(43), nullable=False),  # digest of the words that were released; blank where it is hidden
    Column("at", BigInteger, nullable=False),
)

# How far the stories of each source have been read.
story_readings = Table(
    "story_readings",
    metadata,
    Column("source_id", BigInteger, ForeignKey("sources.id", ondelete="CASCADE"), primary_key=True),
    Column("etag", Text),
    Column("due_at", BigInteger, nullable=False, index=True),
    Column("failures", BigInteger, nullable=False),
    Column("read_at", BigInteger),
    Column("problem", Text, nullable=False),
)
