"""The history of the database's shape, for Alembic. `node.storage.migrate` runs it."""
