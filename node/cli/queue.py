"""`sharefeed queue …`: what waits for the operator's word."""

from __future__ import annotations

import click

from node.cli.common import counted, printable, table, with_node
from node.context import Node
from schemas.fields import rfc3339_of


@click.group()
def queue() -> None:
    """Listings and removals that wait for your word."""


@queue.command("list")
@with_node
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many at most.")
def list_(node: Node, limit: int) -> None:
    """What waits, the longest waiting first."""
    from node.services import moderation

    for item in moderation.waiting(node, limit):
        click.echo(printable(f"{item.row.state}: {item.title}"))
        click.echo(printable(f"  source {item.row.source_id} ({item.source_name}), listing {item.row.id}"))
        for reason in item.row.reasons:
            click.echo(printable(f"  {reason}"))
        click.echo("  can be released\n" if item.can_release else "  cannot be shown as it is\n")
    batches = moderation.batches(node)
    if batches:
        click.echo("Removals that wait:")
        table(
            ("batch", "source", "listings", "since"),
            [(b.batch, b.source_id, b.size, rfc3339_of(b.removed_at)) for b in batches],
        )
    counts = moderation.count_waiting(node)
    removals = counts.pop("removals")
    told = [*(f"{number:,} {name}" for name, number in counts.items()), counted(removals, "removal", "removals")]
    click.echo(", ".join(told))


@queue.command()
@with_node
@click.argument("source_id", type=int)
@click.argument("listing")
@click.option("--reason", default="", help="Why; kept with the decision.")
def release(node: Node, source_id: int, listing: str, reason: str) -> None:
    """Show LISTING of source SOURCE_ID."""
    from node.services import moderation

    moderation.release(node, source_id, listing, reason)
    click.echo("Released. This version of the listing is shown.")


@queue.command()
@with_node
@click.argument("source_id", type=int)
@click.argument("listing")
@click.option("--reason", required=True, help="Why; the listing's node reads this in its report.")
def refuse(node: Node, source_id: int, listing: str, reason: str) -> None:
    """Refuse LISTING of source SOURCE_ID, in this version."""
    from node.services import moderation

    moderation.refuse(node, source_id, listing, reason)
    click.echo("Refused. A changed version of it is judged anew.")


@queue.command("apply")
@with_node
@click.argument("batch")
def apply_(node: Node, batch: str) -> None:
    """Let the removal BATCH take effect."""
    from node.services import moderation

    removed = counted(_some(moderation.apply_batch(node, batch), batch), "listing is", "listings are")
    click.echo(f"{removed} removed. `sharefeed queue undo {batch}` brings back what went.")


@queue.command()
@with_node
@click.argument("batch")
def undo(node: Node, batch: str) -> None:
    """Show everything of the removal BATCH again, or still."""
    from node.services import moderation

    shown = counted(_some(moderation.undo_batch(node, batch), batch), "listing is", "listings are")
    click.echo(f"{shown} shown, until the node sends anew or their time is over.")


def _some(count: int, batch: str) -> int:
    if not count:
        raise click.ClickException(
            f"No listing waits in a removal called {batch}. Nothing was changed; `sharefeed queue list` names them."
        )
    return count
