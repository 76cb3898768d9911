"""`sharefeed proposal …`: sources that people have proposed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from node.cli.common import counted, moment, printable, table, with_node
from node.cli.plain_options import defaults_of, with_plain_options
from node.cli.unreadable import explained

if TYPE_CHECKING:
    from node.context import Node
    from node.services.aggregating.previewing import Preview
    from node.services.aggregating.proposals import Proposal


@click.group()
def proposal() -> None:
    """Sources that people have proposed: look at them, accept or refuse them."""


@proposal.command("list")
@click.option("--decided", is_flag=True, help="Those that were answered, the latest first.")
@with_node
def list_(node: Node, decided: bool) -> None:
    """Every proposal that waits for an answer, the oldest first."""
    from node.services.aggregating import proposals

    found = proposals.decided(node, 100) if decided else proposals.waiting(node, 200)
    if not found:
        click.echo("Nothing was decided yet." if decided else "No proposal waits for an answer.")
        return
    heads = ("id", "proposed", "state", "address", "name", "e-mail", "reason")
    table(heads, [(p.id, moment(p.proposed_at), p.state, p.url, p.name, p.email, p.reason) for p in found])


@proposal.command()
@click.argument("number", type=int)
@with_node
def show(node: Node, number: int) -> None:
    """Proposal NUMBER, and what the catalogue would show of it: it is read now."""
    from node.services.aggregating import proposals

    found = proposals.get(node, number)
    _print_proposal(found)
    _print_preview(proposals.preview(node, number))


def _print_proposal(found: Proposal) -> None:
    facts = {"name": found.name, "e-mail": found.email, "note": found.note, "reason": found.reason}
    click.echo(f"Proposal {found.id}, {found.state}: {found.url}")
    click.echo(f"  proposed {moment(found.proposed_at)}")
    for name, value in facts.items():
        if value:
            click.echo(f"  {name}: {' '.join(value.split())}")


def _print_preview(seen: Preview) -> None:
    if seen.error is not None:
        click.echo(f"\nIt could not be read. {seen.error}")
        for url, happened in seen.tried:
            click.echo(f"  {url}: {happened}")
        return
    click.echo(f"\n{seen.name}: level {seen.level}, {seen.feed_url}, licence {seen.licence or 'none stated'}")
    click.echo(f"On its first page: {seen.shown} of {seen.listings} would be shown, {seen.quarantined} quarantined, ")
    expired = counted(seen.expired, "has expired", "have expired")
    click.echo(f"{expired}; from {counted(seen.organisations, 'organisation', 'organisations')}.")
    for sample in seen.samples:
        click.echo(printable(f"  {sample['facts']['title']}"))
    for problem in seen.problems:
        click.echo(printable(f"  {problem['verdict']}: {problem['title']} <{problem['id']}>"))
        for reason in problem["reasons"]:
            click.echo(f"    {reason['pointer'] or 'document'}: {reason['message']} [{reason['code']}]")
    if seen.needs_defaults:
        click.echo("\nThis is a plain feed: accept it with --organisation and what else its entries do not say.")


@proposal.command()
@click.argument("number", type=int)
@click.option("--name", help="What to call it; without this, what it calls itself.")
@click.option("--hold-new", is_flag=True, help="New listings of this source wait until you release them.")
@with_plain_options
@with_node
def accept(node: Node, number: int, name: str | None, hold_new: bool, **plain: Any) -> None:
    """Read proposal NUMBER from now on."""
    from node.services.aggregating import proposals

    with explained(node.settings, proposals.get(node, number).url):
        source = proposals.accept(node, number, lambda url: defaults_of(plain, url), hold_new, name=name)
    click.echo(f"Source {source.id}: {source.name}, level {source.level}, {source.url}")
    _tell(proposals.get(node, number))


@proposal.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; kept with the proposal.")
@with_node
def refuse(node: Node, number: int, reason: str) -> None:
    """Refuse proposal NUMBER."""
    from node.services.aggregating import proposals

    proposals.refuse(node, number, reason)
    click.echo(f"Proposal {number} is refused.")
    _tell(proposals.get(node, number))


def _tell(found: Proposal) -> None:
    if found.email:
        click.echo(f"Whoever proposed it wants to know: {found.email} (deleted here in 30 days).")
