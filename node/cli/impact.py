"""`sharefeed impact`: the receipts behind what a catalogue says of its effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from node.cli.common import counted, printable, table, with_node
from node.context import Node

if TYPE_CHECKING:
    from node.services.receipts.state import State

_SHOWN = 20


@click.group()
def impact() -> None:
    """Look after the receipts behind the impact."""


@impact.command()
@with_node
@click.argument("numbers", type=int, nargs=-1)
@click.option("--read", is_flag=True, help="Read them now, before.")
def receipts(node: Node, numbers: tuple[int, ...], read: bool) -> None:
    """Say how far the receipts of the sources with these NUMBERS, or of all, were read, and what was set aside."""
    from node.services import sources
    from node.services.polling import make_fetcher
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
