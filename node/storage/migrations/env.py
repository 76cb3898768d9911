"""Alembic's entry: the connection is handed in by `node.storage.migrate`; there is no other way to run this."""

from alembic import context

from node.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite cannot alter a table in place; Alembic then copies it.
    render_as_batch=True,
)
context.run_migrations()
