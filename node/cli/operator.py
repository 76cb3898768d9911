"""`sharefeed operator`: signing operators in, and out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from node.cli.common import counted, moment, table, with_node

if TYPE_CHECKING:
    from node.context import Node


@click.group()
def operator() -> None:
    """Sign operators in to the control pages, and see who is signed in."""


@operator.command("link")
@with_node
def link(node: Node) -> None:
    """Print a link that signs one browser in, once."""
    from node.services.identity.operator import LINK_MINUTES, new_link

    click.echo(new_link(node))
    click.echo(f"Open it within {LINK_MINUTES} minutes, while `sharefeed serve` runs. It works once.", err=True)


@operator.command("sessions")
@with_node
def sessions(node: Node) -> None:
    """List the browsers that are signed in."""
    from node.services.identity.operator import sessions as every

    rows = [(one.name, moment(one.created_at), moment(one.seen_at), moment(one.expires_at)) for one in every(node)]
    if not rows:
        click.echo("Nobody is signed in.")
        return
    table(["session", "signed in", "last seen", "ends"], rows)


@operator.command("revoke")
@click.argument("session", required=False)
@click.option("--all", "everyone", is_flag=True, help="Sign everyone out, and let unused links stop working.")
@with_node
def revoke(node: Node, session: str | None, everyone: bool) -> None:
    """Sign a browser out: SESSION is its name, or the beginning of it."""
    from node.services.identity.operator import revoke as end
    from node.services.identity.operator import revoke_all

    if everyone == bool(session):
        raise click.UsageError("Name one session, or say --all.")
    if everyone:
        click.echo(f"{counted(revoke_all(node), 'browser is', 'browsers are')} signed out; unused links work no more.")
        return
    end(node, session or "")
    click.echo("Signed out.")
