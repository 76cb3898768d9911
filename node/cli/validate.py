"""`sharefeed validate`: what a catalogue would make of a feed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import orjson

from node.cli.clients import client_of
from node.cli.common import with_settings
from node.cli.unreadable import in_words
from node.settings import SETTINGS_FILE, Settings
from schemas.errors import SharefeedError

if TYPE_CHECKING:
    from node.services.validation.examining import Evidence

WITH_PROBLEMS, UNREADABLE = 1, 2


@click.command()
@click.argument("target", metavar="URL|FILE")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--allow-loopback", is_flag=True, help="Development only: the feed may be on this machine.")
@with_settings
def validate(settings: Settings, target: str, as_json: bool, allow_loopback: bool) -> None:
    """Say what a catalogue would make of a feed, and every rule that it breaks.

    Takes the address of any page of a site, of a feed or a node document, or a file. Ends with 0 where all is well,
    1 where there are problems, 2 where nothing could be read.
    """
    from node.services.validation.judging import judge
    from node.services.validation.report_text import lines

    try:
        report = judge(_evidence(settings, target, allow_loopback))
    except SharefeedError as error:
        _say_unreadable(error, target, allow_loopback or bool(settings.allow_loopback), as_json)
        raise SystemExit(UNREADABLE) from error
    if as_json:
        click.echo(orjson.dumps(report.as_json(), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in lines(report):
            click.echo(line)
    if report.level == "none":
        raise SystemExit(UNREADABLE)
    raise SystemExit(0 if report.fine else WITH_PROBLEMS)


def _evidence(settings: Settings, target: str, allow_loopback: bool) -> Evidence:
    from node.services.validation.examining import examine_address, examine_file, refuse_missing_file

    now = int(datetime.now(UTC).timestamp())
    path = Path(target)
    if path.is_file():
        return examine_file(path, now)
    refuse_missing_file(target)
    with client_of(settings, allow_loopback) as fetcher:
        return examine_address(fetcher, target, now)


def _say_unreadable(error: SharefeedError, target: str, allowed: bool, as_json: bool) -> None:
    if as_json:
        steps = [{"url": url, "happened": happened} for url, happened in getattr(error, "tried", ())]
        click.echo(orjson.dumps({"error": str(error), "tried": steps}, option=orjson.OPT_INDENT_2).decode())
        return
    how = f"say --allow-loopback, or set allow_loopback = true in the node's {SETTINGS_FILE}"
    for line in in_words(error, target, allowed, how):
        click.echo(line, err=True)
