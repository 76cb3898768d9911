"""`sharefeed organisation`: whom the listings are from."""

from __future__ import annotations

from typing import Any

import click

from node.cli.common import table, with_node
from node.context import Node
from schemas.vocabulary import ORGANISATION_TYPES


@click.group()
def organisation() -> None:
    """Keep the organisations that this node publishes for."""


@organisation.command()
@click.argument("name")
@click.option("--type", "type_", type=click.Choice(ORGANISATION_TYPES), help="What it is. Default: community_group.")
@click.option("--slug", help="Its short name in addresses, for ever. Default: made from its name.")
@click.option("--url", help="Its own website.")
@click.option("--logo", help="Web address of its logo.")
@click.option("--description", help="Who they are, in a few sentences.")
@click.option(
    "--identifier",
    "identifiers",
    multiple=True,
    metavar="SCHEME=NUMBER",
    help="Its number in a register, such as GB-CHC=1234567 for a charity. May be repeated.",
)
@with_node
def add(node: Node, name: str, slug: str | None, identifiers: tuple[str, ...], **profile: Any) -> None:
    """Add the organisation NAME, or change what is said of it; what is not named again stays."""
    from node.services.hosting import put_profile

    profile = {key.rstrip("_"): value for key, value in profile.items() if value is not None}
    if identifiers:
        profile["identifiers"] = tuple(_identifier(text) for text in identifiers)
    found = put_profile(node, name, slug, profile)
    click.echo(f"{name} is published here as {found} ({node.settings.url}organisations/{found}).")


def _identifier(text: str) -> Any:
    from schemas.organisation import Identifier

    scheme, sign, number = text.partition("=")
    if not sign:
        raise click.BadParameter(f"{text!r} is not SCHEME=NUMBER, such as GB-CHC=1234567", param_hint="--identifier")
    return Identifier(scheme.strip(), number.strip())


@organisation.command("list")
@with_node
def list_(node: Node) -> None:
    """List the organisations of this node."""
    from node.services.hosting import organisations

    rows = [(own.slug, own.organisation.type, own.organisation.name) for own in organisations(node)]
    table(("short name", "type", "name"), rows)
