"""`sharefeed account`: people who sign in to the desk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from node.cli.common import moment, table, with_node

if TYPE_CHECKING:
    from node.context import Node

_ROLES = click.Choice(["owner", "editor", "viewer"])


@click.group()
def account() -> None:
    """Keep the accounts of those who sign in at /desk/."""


@account.command()
@click.option("--name", required=True, help="What people call them.")
@click.option("--email", required=True, help="The address that they sign in with.")
@click.option("--operator", is_flag=True, help="They run this node: they may do everything in every organisation.")
@click.option("--organisation", metavar="SLUG", help="Make them a member of this organisation.")
@click.option("--role", type=_ROLES, default="owner", show_default=True, help="What they are there.")
@with_node
def add(node: Node, name: str, email: str, operator: bool, organisation: str | None, role: str) -> None:
    """Make an account, and print a link that signs its owner in, once."""
    from node.services.identity import accounts, members
    from node.services.organisations import hosting

    if organisation and hosting.organisation(node, organisation) is None:
        raise members.MembersError(
            f"This node has no organisation {organisation!r}. `sharefeed organisation list` names them."
        )
    made = accounts.add(node, name, email, operator)
    if organisation:
        members.join(node, made, organisation, role)
    _print_link(node, made.email)


@account.command("list")
@with_node
def list_(node: Node) -> None:
    """List the accounts, and what they are in which organisation."""
    from node.services.identity import accounts, members

    rows = []
    for one in accounts.every(node):
        places = [] if one.operator else [f"{place.slug}: {place.role}" for place in members.places_of(node, one)]
        last = moment(one.signed_in_at) if one.signed_in_at else "never"
        rows.append((one.email, one.name, "operator" if one.operator else ", ".join(places), last))
    table(["address", "name", "role", "signed in last"], rows, none="There are no accounts yet.")


@account.command()
@click.argument("email")
@with_node
def link(node: Node, email: str) -> None:
    """Print a link that signs the account with this address in, once."""
    _print_link(node, email)


@account.command()
@click.argument("email")
@click.argument("new")
@with_node
def address(node: Node, email: str, new: str) -> None:
    """Give the account with this address another one. Links that went to the old one stop working."""
    from node.services.identity import accounts, addresses

    addresses.give(node, accounts.by_email(node, email), new)
    click.echo(f"From now on they sign in as {new}.")


@account.command()
@click.argument("email")
@with_node
def remove(node: Node, email: str) -> None:
    """Take an account away: it is signed out everywhere and is no member of anything any more."""
    from node.services.identity import accounts

    accounts.remove(node, accounts.by_email(node, email))
    click.echo("Removed. What they did stays in the log, without their name and address.")


@account.command()
@click.argument("email")
@click.argument("organisation")
@click.argument("role", type=click.Choice(["owner", "editor", "viewer", "none"]))
@with_node
def role(node: Node, email: str, organisation: str, role: str) -> None:
    """Say what somebody is in the organisation with this slug: owner, editor, viewer, or none."""
    from node.services.identity import accounts, members

    found = accounts.by_email(node, email)
    if role == "none":
        members.leave(node, found, organisation)
    else:
        members.join(node, found, organisation, role)
    click.echo("Done.")


def _print_link(node: Node, email: str) -> None:
    from node.services.identity.accounts import LINK_MINUTES, by_email, new_link

    click.echo(new_link(node, by_email(node, email)))
    click.echo(f"It works once, within {LINK_MINUTES // 60} hours, while `sharefeed serve` runs.", err=True)
