"""`sharefeed organisation`: whom the listings are from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from node.cli.common import counted, printable, table, with_node
from schemas.vocabulary import ORGANISATION_TYPES

if TYPE_CHECKING:
    from node.context import Node


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
    from node.services.organisations.hosting import put_profile

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
    from node.services.organisations.hosting import organisations

    rows = [(own.slug, own.organisation.type, own.organisation.name) for own in organisations(node)]
    table(("short name", "type", "name"), rows)


@organisation.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_node
def bring(node: Node, file: Path) -> None:
    """Take in an organisation from another node: FILE is what `sharefeed export` wrote there.

    Listings keep their ids. Receipts count once their signers' keys are known. Members and passwords do not come along.
    """
    from node.services.moving.bringing import bring as take_in

    found = take_in(node, file)
    click.echo(
        f"{found.name} is here as {found.slug}: {counted(found.listings, 'listing', 'listings')}, "
        f"{counted(found.photos, 'photo', 'photos')}, {counted(found.bookings, 'booking', 'bookings')}, "
        f"{counted(found.stories, 'story', 'stories')}, {counted(found.receipts, 'receipt', 'receipts')}."
    )
    for remark in found.remarks:
        click.echo(printable(remark), err=True)
    click.echo(
        f"Next: `sharefeed account add --name NAME --email ADDRESS --organisation {found.slug}` for whoever looks "
        f"after it. Then give the address {node.settings.url} where it was before."
    )


@organisation.command()
@click.argument("slug")
@click.option("--to", metavar="URL", help="The address of the node where it is now.")
@click.option("--undo", is_flag=True, help="Let it be at home here again.")
@with_node
def move(node: Node, slug: str, to: str | None, undo: bool) -> None:
    """Say that the organisation SLUG moved to another node, which has all of its listings already."""
    from node.services.moving import moves

    if undo == bool(to):
        raise click.UsageError("Name the new node with --to, or take it back with --undo.")
    if undo:
        moves.take_back(node, slug)
        click.echo(f"{slug} is at home here again.")
        return
    moved = moves.move(node, slug, str(to))
    click.echo(
        f"{slug} is at {moved.to} now. Its pages here lead there. Its listings stay in the feed here, unchanged, for "
        f"{moves.DAYS} days, so that catalogues can follow; then they are removed."
    )
