"""`sharefeed listing`: one listing at a time. Many at once come from a spreadsheet (`sharefeed import`)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from node.cli.common import counted, table, with_node
from node.cli.listing_options import (
    DAY,
    changes_of,
    day_of,
    refused_by_option,
    settle_category,
    tell_doubts,
    with_members,
)
from schemas.vocabulary import DEFAULT_ACTION, REMOVAL_REASONS

if TYPE_CHECKING:
    from node.context import Node
    from node.storage.organisations import OwnOrganisation

_STATES = ("live", "withdrawn", "expired")


@click.group()
def listing() -> None:
    """Write, change, renew and withdraw listings."""


@listing.command()
@click.option("--organisation", required=True, help="Short name of the organisation that it is from.")
@click.option("--ref", help="A name of your own for it, kept in its address. Default: a new one.")
@click.option("--expires", type=DAY, help="Last day on which it is shown (YYYY-MM-DD). Default: 90 days from now.")
@with_members
@with_node
def add(node: Node, organisation: str, ref: str | None, expires: datetime | None, **options: Any) -> None:
    """Publish a listing. With the --ref of one that is there, that one is replaced."""
    from node.services.listings.publishing import Draft, end_of_day, new_key, put_listings

    members = changes_of(options)
    note = settle_category(members)
    made = _listing(node, organisation, members)
    day = day_of(expires)
    if day:
        made = replace(made, expires=end_of_day(day, node.settings.timezone))
    with refused_by_option():
        (outcome,) = put_listings(node, [Draft(made, new_key(organisation, ref), ref, default_expires=day is None)])
    click.echo(f"{outcome.change}: {outcome.key} ({outcome.id})")
    tell_doubts(outcome.doubts)
    if note:
        click.echo(note, err=True)


def _listing(node: Node, slug: str, members: dict[str, Any]) -> Any:
    from node.services.importing.category_words import OTHER
    from node.services.importing.row_values import usual_kind
    from schemas.listing import Listing

    host = _host(node, slug)
    if "title" not in members:
        raise click.UsageError("A listing needs a --title.")
    category = members.get("category", OTHER)
    kind = usual_kind(members, category)
    usual = {
        "direction": "offer",
        "kind": kind,
        "action": DEFAULT_ACTION[kind],
        "category": category,
        "language": node.settings.language,
    }
    filled = datetime.fromtimestamp(0, UTC)
    return Listing(id="", date_modified=filled, expires=filled, organisation=host.organisation, **{**usual, **members})


def _host(node: Node, slug: str) -> OwnOrganisation:
    from node.services.organisations.hosting import organisation as find

    host = find(node, slug)
    if host is None:
        raise click.UsageError(
            f"This node has no organisation called {slug}. `sharefeed organisation list` shows them, and "
            "`sharefeed organisation add` adds one."
        )
    return host


@listing.command()
@click.argument("key")
@click.option("--expires", type=DAY, help="Last day on which it is shown (YYYY-MM-DD).")
@with_members
@with_node
def edit(node: Node, key: str, expires: datetime | None, **options: Any) -> None:
    """Change the listing KEY; what is not named stays as it is."""
    from node.services.listings import publishing
    from schemas.free.explain import word_problems

    known = publishing.listing(node, key).listing()
    changes = changes_of(options, known)
    note = settle_category(changes, known.kind)
    day = day_of(expires)
    if day:
        changes["expires"] = publishing.end_of_day(day, node.settings.timezone)
    if not changes:
        raise click.UsageError("Name at least one thing to change; --help lists them.")
    with refused_by_option():
        row = publishing.edit(node, key, **changes)
    click.echo(f"{key} is changed.")
    tell_doubts(word_problems(row.item()))
    if note:
        click.echo(note, err=True)


@listing.command()
@click.argument("key")
@click.option("--until", type=DAY, help="Last day on which it is shown (YYYY-MM-DD). Default: 90 days from now.")
@with_node
def renew(node: Node, key: str, until: datetime | None) -> None:
    """Show the listing KEY for longer, or again."""
    from node.services.listings.publishing import renew as prolong

    with refused_by_option("--until"):
        row = prolong(node, key, day_of(until))
    click.echo(f"{key} is shown until {datetime.fromtimestamp(row.expires_at, UTC):%Y-%m-%d}.")


@listing.command()
@click.argument("key")
@click.option("--reason", type=click.Choice(REMOVAL_REASONS), default="withdrawn", help="Why. Default: withdrawn.")
@with_node
def withdraw(node: Node, key: str, reason: str) -> None:
    """Take the listing KEY off this node, and with it off every catalogue that reads it."""
    from node.services.listings.publishing import withdraw as take_off

    take_off(node, key, reason)
    click.echo(f"{key} is no longer shown. `sharefeed listing renew {key}` brings it back.")


@listing.command("list")
@click.option("--state", type=click.Choice(_STATES), help="Only those in this state.")
@click.option("--organisation", help="Only those of the organisation with this short name.")
@with_node
def list_(node: Node, state: str | None, organisation: str | None) -> None:
    """List the listings of this node, the latest change first."""
    from node.services.listings.publishing import listings

    if organisation is not None:
        _host(node, organisation)
    rows = []
    for row in listings(node, state, organisation):
        ends = datetime.fromtimestamp(row.expires_at, UTC)
        rows.append((row.key, row.state, f"{ends:%Y-%m-%d}", row.item()["title"]))
    table(("key", "state", "until", "title"), rows)
    click.echo(f"\n{counted(len(rows), 'listing', 'listings')}")
