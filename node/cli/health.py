"""`sharefeed health`: is everything working?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from node.cli.common import printable, require_node, settings_of

if TYPE_CHECKING:
    pass


@click.command()
@click.option(
    "--home",
    type=click.Path(file_okay=False),
    help="Folder of the node, where it is not the one named before the command.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def health(home: str | None, as_json: bool) -> None:
    """Say whether everything is working; the exit code is 1 where something is broken."""
    from pathlib import Path

    from node.context import Node
    from node.services.health.checks import BROKEN, look, worst
    from node.services.health.words import whole

    settings = settings_of(Path(home) if home else None)
    require_node(settings)
    node = Node.open(settings)
    click.get_current_context().call_on_close(node.database.close)
    found = look(node)
    if as_json:
        parts = [_as_json(one) for one in found]
        click.echo(
            json.dumps({"state": worst(found), "sentence": whole(found, str), "parts": parts}, ensure_ascii=False)
        )
    else:
        click.echo(whole(found, str))
        for one in sorted(found, key=lambda each: each.state == "ok"):
            _print(one)
    if worst(found) == BROKEN:
        raise SystemExit(1)


def _print(finding: Any) -> None:
    from node.services.health.words import STATES, told

    said = told(finding, str)
    since = f" (last: {_moment(finding.since)})" if finding.since else ""
    click.echo(printable(f"\n{said.name}: {STATES[finding.state]}. {said.what}{since}"))
    if finding.amiss_since:
        click.echo(f"  since: {_moment(finding.amiss_since)}")
    if said.means:
        click.echo(printable(f"  means: {said.means}"))
        click.echo(printable(f"  do:    {said.next}"))


def _as_json(finding: Any) -> dict[str, Any]:
    from node.services.health.words import told

    said = told(finding, str)
    return {
        "code": finding.code,
        "state": finding.state,
        "reason": finding.reason,
        "what": said.what,
        "means": said.means,
        "next": said.next,
        "at": _moment(finding.since) if finding.since else None,
        "since": _moment(finding.amiss_since) if finding.amiss_since else None,
    }


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
