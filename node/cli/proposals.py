"""`sharefeed proposal`: the sources that people have proposed."""

from __future__ import annotations

import click

from node.cli.common import table, with_node
from node.context import Node
from schemas.fields import rfc3339_of


@click.group()
def proposal() -> None:
    """Sources that people have proposed: look at them, accept or refuse them."""


@proposal.command("list")
@with_node
def list_(node: Node) -> None:
    """List the proposals that wait for an answer, the oldest first."""
    from node.services import proposals

    rows = [(p.id, rfc3339_of(p.proposed_at), p.name, p.url, p.email, p.note) for p in proposals.waiting(node)]
    if not rows:
        click.echo("No proposal waits for an answer.")
        return
    table(("id", "since", "name", "address", "e-mail", "note"), rows)


@proposal.command()
@click.argument("proposal_id", type=int)
@with_node
def look(node: Node, proposal_id: int) -> None:
    """Read what proposal PROPOSAL_ID names, now, and say what the catalogue would show of it."""
    from node.services import proposals

    seen = proposals.preview(node, proposal_id)
    if seen.error:
        raise click.ClickException(f"{seen.error}\nThe proposal waits as before.")
    click.echo(f"{seen.name or seen.feed_url}: level {seen.level}, {seen.format}, {seen.feed_url}")
    click.echo(f"Licence: {seen.licence or 'not stated'}")
    click.echo(
        f"{seen.listings} listings of {seen.organisations} organisations on the first page: {seen.shown} would be "
        f"shown, {seen.quarantined} not, {seen.expired} are over."
    )
    for problem in seen.problems:
        reasons = "; ".join(f"{reason['message']} (at {reason['pointer']})" for reason in problem["reasons"])
        click.echo(f"  {problem['title'] or problem['id']}: {reasons}")
    if seen.needs_defaults:
        click.echo("This is a plain feed: say what it lacks when you accept it, in the control pages.")


@proposal.command()
@click.argument("proposal_id", type=int)
@click.option("--name", help="What to call the source; without this, what it calls itself.")
@click.option("--hold-new", is_flag=True, help="New listings of this source wait until you release them.")
@with_node
def accept(node: Node, proposal_id: int, name: str | None, hold_new: bool) -> None:
    """Make a source of proposal PROPOSAL_ID. A plain feed is accepted in the control pages."""
    from node.services import proposals

    source = proposals.accept(node, proposal_id, hold_new=hold_new, name=name)
    click.echo(f"Source {source.id}: {source.name}, level {source.level}, {source.url}")


@proposal.command()
@click.argument("proposal_id", type=int)
@click.option("--reason", required=True, help="Why; whoever proposed it may ask for it.")
@with_node
def refuse(node: Node, proposal_id: int, reason: str) -> None:
    """Refuse proposal PROPOSAL_ID."""
    from node.services import proposals

    proposals.refuse(node, proposal_id, reason)
    click.echo(f"Proposal {proposal_id} is refused.")
