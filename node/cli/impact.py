"""`sharefeed impact`: the receipts behind what a catalogue says of its effect."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from node.cli.clients import client_of
from node.cli.common import counted, printable, table, with_node, with_settings
from node.settings import Settings

if TYPE_CHECKING:
    from node.context import Node
    from node.services.receipts.state import State
    from node.services.receipts.verify import Verified

DIFFERS, UNREADABLE = 1, 2
_SHOWN, _MOST = 20, 100
_FIGURES = {
    "co2e_low_g": ("kg CO2e, at least", 1000),
    "co2e_g": ("kg CO2e, about", 1000),
    "co2e_high_g": ("kg CO2e, at most", 1000),
    "cost_pence": ("disposal avoided", 100),
    "weight_g": ("kg", 1000),
}


@click.group()
def impact() -> None:
    """Look after the receipts behind the impact."""


@impact.command()
@with_node
def recompute(node: Node) -> None:
    """Work all effects out anew: after factors of your own have changed, or those that come with the program."""
    from node.services.impact import factors
    from node.services.receipts import matching

    done = matching.settle_every(node)
    version = factors.of(node.settings).version
    click.echo(f"{counted(done, 'exchange', 'exchanges')} worked out with the factors {version}.")


@impact.command()
@with_node
@click.argument("numbers", type=int, nargs=-1)
@click.option("--read", is_flag=True, help="Read them now, before.")
def receipts(node: Node, numbers: tuple[int, ...], read: bool) -> None:
    """Say how far the receipts of the sources with these NUMBERS, or of all, were read, and what was set aside."""
    from node.services.aggregating import sources
    from node.services.aggregating.polling import make_fetcher
    from node.services.receipts import state
    from node.services.receipts.harvest import Harvest

    chosen = [sources.get(node, number).id for number in numbers] or state.readable(node)
    if read:
        with make_fetcher(node) as client:
            harvest = Harvest.of(node, client)
            for number in chosen:
                harvest.now(number)
    found = state.of_sources(node, chosen)
    table(
        ("id", "name", "result", "halves", "set aside", "in words"),
        [(one.source_id, one.name, one.code, one.halves, one.aside, one.message) for one in found],
        "No receipts have been read yet.",
    )
    for one in found:
        _tell_aside(one)


def _tell_aside(one: State) -> None:
    if not one.aside:
        return
    click.echo(printable(f"\n{one.name}: {counted(one.aside, 'half was', 'halves were')} set aside"), err=True)
    for held in one.held[:_SHOWN]:
        for reason in held.reasons:
            click.echo(printable(f"  {held.id}: {reason}"), err=True)
    if one.aside > _SHOWN:
        click.echo(f"  and {one.aside - _SHOWN} more", err=True)


@impact.command()
@click.argument("url", metavar="URL")
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
@click.option("--allow-loopback", is_flag=True, help="Development only: the nodes may be on this machine.")
@with_settings
def verify(settings: Settings, url: str, as_json: bool, allow_loopback: bool) -> None:
    """Work out anew what the node at URL says of its handovers, from published feeds alone.

    Reads its account and the receipts of every node that it names, checks each signature, and explains each difference.
    Ends with 0 where all agrees, 1 where something differs, 2 where the account cannot be read.
    """
    from federation.pasted import addresses
    from node.cli.unreadable import in_words, is_here
    from node.services.receipts.verify import verify as work_out
    from schemas.errors import SharefeedError

    try:
        # A name without a scheme is a site's, and on this machine there is rarely a certificate for it.
        address = addresses(url)[-1 if is_here(url) else 0]
        with client_of(settings, allow_loopback) as client:
            found = work_out(client, address, datetime.now(UTC).date())
    except SharefeedError as error:
        allowed = allow_loopback or bool(settings.allow_loopback)
        first, *more = in_words(error, url, allowed, "say --allow-loopback")
        for line in (f"{url} cannot be verified: {first}", *more):
            click.echo(printable(line), err=True)
        raise SystemExit(UNREADABLE) from error
    if as_json:
        click.echo(json.dumps({**asdict(found), "agrees": found.agrees}, ensure_ascii=False))
    else:
        tell(found)
    if not found.agrees:
        raise SystemExit(DIFFERS)


def tell(found: Verified) -> None:
    """Print what came of a verification."""
    table(
        ("node", "halves", "set aside", "in words"),
        [(feed.node, feed.halves, len(feed.aside), feed.failure or "read to its end") for feed in found.feeds],
    )
    for feed in found.feeds:
        for identity, reason in feed.aside[:_SHOWN]:
            click.echo(printable(f"  {identity}: {reason}"), err=True)
    compared = found.compared
    click.echo(f"\nPublished: {counted(compared.published, 'exchange', 'exchanges')}, {compared.counted} counted.")
    click.echo(f"By receipts: {counted(found.handovers, 'exchange', 'exchanges')}, {found.counted} counted.")
    click.echo(f"Factors: {printable(found.factors)}.")
    if found.by_shipped:
        click.echo("What is counted by them, and by those that come with the program:")
    for name, (own, shipped) in found.by_shipped.items():
        words, unit = _FIGURES[name]
        click.echo(f"  {words}: {own / unit:,.2f} and {shipped / unit:,.2f}")
    for one in compared.differences[:_MOST]:
        click.echo(printable(f"{one.about}: {one.words}"), err=True)
    if len(compared.differences) > _MOST:
        click.echo(f"and {len(compared.differences) - _MOST} more", err=True)
    differences = len(compared.differences)
    click.echo("Everything agrees." if found.agrees else f"{counted(differences, 'difference', 'differences')}.")
