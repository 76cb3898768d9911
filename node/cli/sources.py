"""`sharefeed source …`: the sources of an aggregator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import orjson

from node.cli.common import counted, moment, printable, table, with_node
from node.cli.plain_options import defaults_of, with_plain_options
from node.cli.unreadable import explained

if TYPE_CHECKING:
    from federation.records import Source
    from node.context import Node


@click.group()
def source() -> None:
    """The feeds that this node reads into its catalogue."""


@source.command()
@with_node
@click.argument("address")
@click.option("--name", help="What to call it; without this, what it calls itself.")
@click.option("--hold-new", is_flag=True, help="New listings of this source wait until you release them.")
@with_plain_options
def add(node: Node, address: str, name: str | None, hold_new: bool, **plain: Any) -> None:
    """Read the node or feed at ADDRESS from now on; any page that links to its feed will do."""
    from federation.discovery import discover
    from federation.records import PLAIN
    from node.services.aggregating import sources
    from node.services.aggregating.polling import make_fetcher

    with make_fetcher(node) as fetcher, explained(node.settings, address):
        found = discover(fetcher, address, node.now)
    defaults = defaults_of(plain, found.feed_url) if found.level == PLAIN else None
    added = sources.add(node, found, name=name, defaults=defaults, hold_new=hold_new)
    click.echo(f"Source {added.id}: {added.name}, level {added.level}, {added.url}")
    click.echo(_when(node, added.id))


def _when(node: Node, number: int) -> str:
    if not node.settings.aggregate:
        return "This node reads nobody yet: set aggregate = true in its settings.toml, and start it again."
    return f"`sharefeed serve` reads it within a second or two; `sharefeed source poll {number}` reads it now."


@source.command("list")
@with_node
def list_(node: Node) -> None:
    """Every source, and how it is."""
    from node.services.aggregating import sources

    table(
        ("id", "name", "level", "state", "shown", "held", "quarantined", "merged", "identical", "last reading"),
        [
            (
                h.source.id,
                h.source.name,
                h.source.level,
                h.source.state,
                h.shown,
                h.held,
                h.quarantined,
                h.merged,
                _identical(h),
                h.source.last_code or "not yet",
            )
            for h in sources.health(node)
        ],
        "No source yet; `sharefeed source add ADDRESS` adds one.",
    )


def _identical(health: Any) -> str:
    if health.source.verified_at is None:
        return "not known"
    return str(moment(health.source.verified_at)) if health.identical else "differs"


def _moment(seconds: int | None, otherwise: str) -> str:
    return otherwise if seconds is None else str(moment(seconds))


def _known(node: Node, number: int) -> Source:
    from node.services.aggregating import sources

    try:
        return sources.get(node, number)
    except sources.SourceError as error:
        raise click.ClickException(f"{error} Nothing was changed; `sharefeed source list` names them.") from error


@source.command()
@with_node
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="As the node itself reads it.")
def show(node: Node, number: int, as_json: bool) -> None:
    """Source NUMBER: its state, its last readings, and every listing that is not shown, with reasons."""
    from node.services.aggregating import sources

    _known(node, number)
    if as_json:
        click.echo(orjson.dumps(sources.report(node, number), option=orjson.OPT_INDENT_2).decode())
        return
    health = sources.health_of(node, number)
    told = health.source
    click.echo(f"{told.name}  ({told.state}{': ' + told.state_reason if told.state_reason else ''})")
    click.echo(f"  reads      {told.url}  [{told.level}, {told.format}]\n  node       {told.node_id}")
    click.echo(f"  document   {_moment(told.document_read_at, 'never read')}")
    counts = {**health.counts, "merged": health.merged}
    click.echo(f"  listings   {told.mirror_count} sent; " + ", ".join(f"{n} {s}" for s, n in counts.items()))
    click.echo(f"  identical  {_identical(health)}; last verified {_moment(told.verified_at, 'never')}")
    click.echo(f"  next due   {_moment(health.next_read, 'not while it is ' + told.state)}\n")
    events = [(moment(event.at), event.code, event.message) for event in sources.history(node, number)[:10]]
    if events:
        table(("at", "what happened", "in words"), events)
        click.echo()
    polls = sources.recent_polls(node, number)[:10]
    rows = [(moment(p.at), p.code, p.added, p.changed, p.removed, f"{p.milliseconds} ms", p.message) for p in polls]
    table(("read at", "result", "new", "changed", "removed", "took", "in words"), rows)
    _print_problems(node, number)


def _print_problems(node: Node, number: int) -> None:
    from node.services.aggregating import sources

    for state in ("quarantined", "held", "refused", "loop"):
        for row in sources.verdicts(node, number, state=state):
            click.echo(printable(f"\n{state}: {row.id}"))
            for reason in row.reasons:
                click.echo(printable(f"  {reason}"))


@source.command()
@with_node
@click.argument("number", type=int)
@click.argument("address", required=False)
@click.option("--nobody", is_flag=True, help="Nobody is asked here for what it shares.")
@click.option("--published", is_flag=True, help="Whoever its node names is asked, as without the operator's word.")
def contact(node: Node, number: int, address: str | None, nobody: bool, published: bool) -> None:
    """Say who answers for source NUMBER, whose node takes no messages: ADDRESS, of somebody who has agreed to that."""
    from node.services.aggregating import sources
    from node.services.exchanges.people import contacts

    _known(node, number)
    if [bool(address), nobody, published].count(True) != 1:
        raise click.UsageError("Say one of ADDRESS, --nobody and --published.")
    try:
        sources.name_contact(node, number, contacts.NOBODY if nobody else address or "")
    except sources.SourceError as error:
        raise click.ClickException(str(error)) from error
    asked = contacts.address_of(sources.get(node, number))
    click.echo(f"Source {number} is asked at {printable(asked)}." if asked else f"Source {number} is not asked here.")


@source.command()
@with_node
@click.argument("numbers", type=int, nargs=-1)
def poll(node: Node, numbers: tuple[int, ...]) -> None:
    """Read the sources with these NUMBERS now; without any, all that are active."""
    from federation.records import ACTIVE
    from node.services.aggregating import sources
    from node.services.aggregating.polling import Poller

    for number in numbers:
        _known(node, number)
    chosen = list(numbers) or [h.source.id for h in sources.health(node) if h.source.state == ACTIVE]
    with Poller(node) as poller:
        results = poller.read_now(chosen)
    table(
        ("id", "name", "result", "new", "changed", "removed", "quarantined", "in words"),
        [
            (s.id, s.name, r.code, r.tally.added, r.tally.changed, r.tally.removed, r.tally.quarantined, r.message)
            for s, r in results
        ],
    )
    if not all(result.fine for _, result in results):
        raise click.exceptions.Exit(1)


@source.command()
@with_node
@click.argument("number", type=int)
@click.option("--reason", default="", help="Why; shown with the source.")
def pause(node: Node, number: int, reason: str) -> None:
    """Read source NUMBER no more until it is resumed; what is shown stays."""
    from node.services.aggregating import sources

    _known(node, number)
    sources.pause(node, number, reason)
    click.echo(f"Source {number} is paused. Its listings stay until they expire.")


@source.command()
@with_node
@click.argument("number", type=int)
def resume(node: Node, number: int) -> None:
    """Read source NUMBER again."""
    from node.services.aggregating import sources

    _known(node, number)
    sources.resume(node, number)
    click.echo(f"Source {number} is read again.")


@source.command()
@with_node
@click.argument("number", type=int)
@click.option("--yes", is_flag=True, help="Confirm the action without prompting.")
def remove(node: Node, number: int, yes: bool) -> None:
    """Forget source NUMBER and take its listings out of the catalogue."""
    from node.services.aggregating import sources

    name = printable(_known(node, number).name)
    if not yes:
        click.confirm(f"The listings of source {number}, {name}, leave the catalogue at once. Go on?", abort=True)
    shown = counted(sources.remove(node, number), "listing", "listings")
    click.echo(f"Source {number} is removed, and with it {shown} from the catalogue.")
