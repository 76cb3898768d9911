"""The tables of imports at the desk: which files somebody brought, what became of each row, and what headings mean."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from node.storage.metadata import metadata

imports = Table(
    "imports",
    metadata,
    Column("id", String(24), primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("open_for", Text, unique=True),  # the organisation, while it is not over: one has one at a time
    Column("state", String(10), nullable=False, index=True),  # what it waits for, or what is being done
    Column("file_name", Text, nullable=False),
    Column("by", Text, nullable=False),  # the name of whoever brought it
    Column("made_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("headings", Text, nullable=False),  # JSON: as they stand in the file
    Column("columns", Text, nullable=False),  # JSON: column -> its place among the headings
    Column("remarks", Text, nullable=False),  # JSON
    Column("missing", Boolean, nullable=False),  # whether what the file lacks is taken down
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),  # rows of what is being done now
    Column("lease", String(24), nullable=False),  # of who works on it
    Column("leased_until", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),  # in a row that failed on a fault of ours
    Column("stopped", String(8), nullable=False),  # by what name the log has that fault, once it is not tried again
    Column("counts", Text, nullable=False),  # JSON: what became of how many
)

import_rows = Table(
    "import_rows",
    metadata,
    Column("import_id", String(24), ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),  # as a spreadsheet program shows it
    Column("state", String(10), nullable=False),  # waiting, ready, refused, done, left, undone, kept
    Column("change", String(10), nullable=False),
    Column("doubted", Boolean, nullable=False),
    Column("ref", Text, nullable=False),  # how the row is known, once that was decided
    Column("twin", Integer),  # an earlier row with the same id
    Column("title", Text, nullable=False),
    Column("listing_id", Text, nullable=False),
    Column("cells", Text, nullable=False),  # JSON: texts in the order of the headings
    Column("typed", Text, nullable=False),  # JSON: column -> what was typed over it
    Column("item", Text, nullable=False),  # JSON: what a feed says that it came from, or empty
    Column("fault", Text, nullable=False),  # why nothing in it can be trusted
    Column("problems", Text, nullable=False),  # JSON
    Index("ix_import_rows_state", "import_id", "state", "number"),
)

# What the headings of a file meant when an organisation brought one with them last.
import_columns = Table(
    "import_columns",
    metadata,
    Column("organisation_id", Text, ForeignKey("organisations.id", ondelete="CASCADE"), primary_key=True),
    Column("headings", String(64), primary_key=True),  # a hash
    Column("columns", Text, nullable=False),
)
