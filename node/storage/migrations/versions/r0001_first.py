"""The tables of the first release, made from their one definition.

Until that release this migration follows `node.storage.tables`; from then on it is frozen and changes come as new ones.
"""

from __future__ import annotations

from alembic import op

from node.storage.tables import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    metadata.create_all(op.get_bind())
