"""`sharefeed queue …`: what waits for the operator's word, in sources and in what visitors report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from node.cli.common import counted, moment, printable, table, with_node

if TYPE_CHECKING:
    from node.context import Node
    from node.services.moderation.reporting import ReportedListing
    from node.storage.removals import Batch

_REPORTED = {
    "gone": "it is no longer to be had",
    "wrong": "it is not what it says",
    "not_free": "somebody asks for money",
    "unsafe": "it is dangerous or against the law",
    "personal": "it shows something private about a person",
    "other": "something else",
}


@click.group()
def queue() -> None:
    """Listings, removals and reports that wait for your word."""


@queue.command("list")
@with_node
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many at most.")
def list_(node: Node, limit: int) -> None:
    """What waits, the longest waiting first."""
    from node.services.moderation import decisions, reporting

    for item in decisions.waiting(node, limit):
        click.echo(printable(f"{item.row.state}: {item.title}"))
        click.echo(printable(f"  source {item.row.source_id} ({item.source_name}), listing {item.row.id}"))
        for reason in item.row.reasons:
            click.echo(printable(f"  {reason}"))
        click.echo("  can be released\n" if item.can_release else "  cannot be shown as it is\n")
    _removals("Removals that wait:", decisions.batches(node))
    _removals("Removals that took effect and can still be undone:", decisions.recent_batches(node)[-limit:])
    counts = decisions.count_waiting(node)
    removals, reported = counts.pop("removals"), reporting.count_waiting(node)
    told = [*(f"{number:,} {name}" for name, number in counts.items()), counted(removals, "removal", "removals")]
    click.echo(", ".join([*told, f"{reported:,} reported"]))
    if reported:
        click.echo("`sharefeed queue reports` shows what visitors say.")


def _removals(heading: str, batches: Sequence[Batch]) -> None:
    if batches:
        click.echo(heading)
        rows = [(one.batch, one.source_id, one.size, moment(one.removed_at)) for one in batches]
        table(("batch", "source", "listings", "since"), rows)


@queue.command()
@with_node
@click.argument("source_id", type=int)
@click.argument("listing")
@click.option("--reason", default="", help="Why; kept with the decision.")
def release(node: Node, source_id: int, listing: str, reason: str) -> None:
    """Show LISTING of source SOURCE_ID."""
    from node.services.moderation import decisions

    with _naming("list"):
        decisions.release(node, source_id, listing, reason)
    click.echo("Released. This version of the listing is shown.")


@queue.command()
@with_node
@click.argument("source_id", type=int)
@click.argument("listing")
@click.option("--reason", required=True, help="Why; the listing's node reads this in its report.")
def refuse(node: Node, source_id: int, listing: str, reason: str) -> None:
    """Refuse LISTING of source SOURCE_ID, in this version."""
    from node.services.moderation import decisions

    with _naming("list"):
        decisions.refuse(node, source_id, listing, reason)
    click.echo("Refused. A changed version of it is judged anew.")


@queue.command("apply")
@with_node
@click.argument("batch")
def apply_(node: Node, batch: str) -> None:
    """Let the removal BATCH take effect."""
    from node.services.moderation import decisions

    removed = counted(_some(decisions.apply_batch(node, batch), batch), "listing is", "listings are")
    click.echo(f"{removed} removed. `sharefeed queue undo {batch}` brings back what went.")


@queue.command()
@with_node
@click.argument("batch")
def undo(node: Node, batch: str) -> None:
    """Show everything of the removal BATCH again, or still."""
    from node.services.moderation import decisions

    shown = counted(_some(decisions.undo_batch(node, batch), batch), "listing is", "listings are")
    click.echo(f"{shown} shown, until the node sends anew or their time is over.")


@contextmanager
def _naming(command: str) -> Iterator[None]:
    """Say of what does not wait which command names what does."""
    from node.services.moderation.decisions import ModerationError

    try:
        yield
    except ModerationError as error:
        raise click.ClickException(f"{error}\n`sharefeed queue {command}` names what waits.") from error


def _some(count: int, batch: str) -> int:
    if not count:
        raise click.ClickException(
            f"No listing waits in a removal called {batch}. Nothing was changed; `sharefeed queue list` names them."
        )
    return count


@queue.command()
@with_node
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many at most.")
def reports(node: Node, limit: int) -> None:
    """Listings that visitors say something is wrong with, the longest waiting first."""
    from node.services.moderation import reporting

    for one in reporting.waiting(node, limit):
        for line in _reported(node, one):
            click.echo(printable(line))
        click.echo()
    click.echo(f"{counted(reporting.count_waiting(node), 'listing is', 'listings are')} reported.")


def _reported(node: Node, one: ReportedListing) -> Iterator[str]:
    entry = one.shown.entry
    source = f"source {entry.source_id} ({one.source_name})" if entry.source_id is not None else "written here"
    yield f"{' '.join(entry.facts.title.split())}"
    yield f"  {entry.id}, {source}"
    yield f"  {node.settings.url}listings/{entry.key}"
    for report in one.reports:
        yield f"  {moment(report.reported_at)}: {_REPORTED.get(report.reason, report.reason)}"
        yield from (f"    {line.strip()}" for line in report.words.splitlines() if line.strip())
        if report.email:
            yield f"    from {report.email}"
    if one.count > len(one.reports):
        yield f"  and {counted(one.count - len(one.reports), 'more report', 'more reports')}"


@queue.command()
@with_node
@click.argument("listing")
def keep(node: Node, listing: str) -> None:
    """Let the reported LISTING stay, by its id or its key. Its reports are answered with that."""
    from node.services.moderation import reporting

    with _naming("reports"):
        reporting.keep(node, reporting.id_of(node, listing))
    click.echo("Kept. Its reports are answered.")


@queue.command("take-down")
@with_node
@click.argument("listing")
@click.option("--reason", required=True, help="Why; the listing's node reads this in its report.")
def take_down(node: Node, listing: str, reason: str) -> None:
    """Show the reported LISTING no more, by its id or its key, on whatever way it comes."""
    from node.services.moderation import reporting

    with _naming("reports"):
        reporting.take_down(node, reporting.id_of(node, listing), reason)
    click.echo("Taken down. Its reports are answered; a changed version of it is judged anew.")
