"""`sharefeed audit`: the log of who did what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from node.cli.common import counted, with_node

if TYPE_CHECKING:
    from node.context import Node


@click.group()
def audit() -> None:
    """Check the log of who did what at the desk."""


@audit.command()
@click.option(
    "--known", default="", metavar="HASH", help="A hash that an earlier check printed: it must still be there."
)
@with_node
def verify(node: Node, known: str) -> None:
    """Read the whole log and compare every hash; fails where an entry was changed, added or taken away."""
    from node.services.identity.audit import verify as check

    found = check(node, known.strip().lower())
    click.echo(f"The log is whole: {counted(found.entries, 'entry', 'entries')}. Its end is\n{found.end}")
    click.echo("Note that hash elsewhere: with --known it shows, later, that nothing was cut off since.", err=True)
