"""`sharefeed db`: what is done to the database as a whole."""

from __future__ import annotations

import click

from node.cli.common import with_node, with_settings
from node.context import Node
from node.settings import Settings


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@with_settings
def upgrade(settings: Settings) -> None:
    """Bring the database to the form that this version needs. Make a copy of it first."""
    from node.services.setup import prepare_database
    from node.storage.migrate import HEAD

    node = Node.open(settings)
    try:
        prepare_database(node)
    finally:
        node.database.close()
    click.echo(f"The database is of version {HEAD}, the newest that this program knows.")


@db.command()
@with_node
def epoch(node: Node) -> None:
    """Tell every reader to read from the start: to be run after a backup has been restored."""
    from node.services.setup import new_epoch

    found = new_epoch(node)
    click.echo(f"The history of this node begins anew (epoch {found}). Readers will read everything again.")
