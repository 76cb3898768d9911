"""`sharefeed db`: what is done to the database as a whole."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli.common import counted, home_option, require_node, upgrade_node, with_node, with_settings
from node.settings import SECRET_FILE, Settings, home_folder

if TYPE_CHECKING:
    from node.context import Node


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@click.option("--without-backup", is_flag=True, help="Make no backup before, because there is one already.")
@with_settings
def upgrade(settings: Settings, without_backup: bool) -> None:
    """Bring the database to the form that this version needs; it is backed up first."""
    from node.context import Node
    from node.storage.migrate import HEAD

    require_node(settings)
    node = Node.open(settings)
    try:
        upgrade_node(node, not without_backup)
    finally:
        node.database.close()
    click.echo(f"The database is of version {HEAD}, the newest that this program knows.")


@db.command()
@with_node
def epoch(node: Node) -> None:
    """Tell every reader to read from the start: to be run after a backup has been restored."""
    from node.services.configuration.setup import new_epoch

    found = new_epoch(node)
    click.echo(f"The history of this node begins anew (epoch {found}). Readers will read everything again.")


@db.command()
@click.option("--mend", is_flag=True, help="Put what is wrong right.")
@with_node
def recount(node: Node, mend: bool) -> None:
    """Count all handovers anew and compare the sums that the page of the impact shows; a month at a time."""
    from node.services.dashboard.recounting import recount as count

    found = count(node, mend)
    click.echo(f"{counted(found.handovers, 'handover', 'handovers')} in {counted(found.months, 'month', 'months')}.")
    for month, number in found.wrong:
        what = "put right" if mend else "wrong"
        click.echo(f"{month or 'without a month'}: {counted(number, 'sum', 'sums')} {what}", err=True)
    if not found.wrong:
        click.echo("Every sum is what it should be.")
    elif not mend:
        click.echo("Run it again with --mend to put them right.", err=True)
        click.get_current_context().exit(1)


@db.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@with_node
def backup(node: Node, folder: Path | None) -> None:
    """Back up database, pictures and settings into FOLDER while the node runs; not the secret key."""
    from node.services.backup.backups import make

    made = make(node, folder)
    click.echo(f"Backed up into {made.path} ({made.size / 2**20:.1f} MB).")
    click.echo(
        f"The secret key is not in it. Keep a copy of {node.settings.home / SECRET_FILE} somewhere else, apart from "
        "the backups: without it everybody has to sign in again, and links that were mailed no longer work.\n"
        "Neither is the key that other nodes know this one by: `sharefeed key export FILE` copies it, once.",
        err=True,
    )


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of a node that holds something.")
@click.option("--keep-sessions", is_flag=True, help="Leave browsers signed in and links working as they were then.")
@home_option
def restore(file: Path, replace: bool, keep_sessions: bool, home: Path | None) -> None:
    """Bring a node back from a backup. Stop the node first; where this fails, everything is as it was."""
    from node.services.backup.restoring import restore as bring_back

    folder = home_folder(home or click.get_current_context().find_object(Path))
    found = bring_back(folder, file, replace, keep_sessions=keep_sessions)
    listings = counted(found.manifest.counts.get("catalogue", 0), "row", "rows")
    click.echo(f"Restored into {folder}: {found.manifest.node_url} with {listings} in its catalogue.")
    click.echo("Its history begins anew: readers will read everything again, once.")
    if not keep_sessions:
        click.echo(
            "Everybody signs in again, and links that were sent before work no more. Passwords are those of then."
        )
    if found.new_secret:
        click.echo(
            f"There was no {SECRET_FILE}, so a new one was made. If you have the old one, put it there before you "
            "start the node; else everybody signs in again, and the log of who did what no longer checks.",
            err=True,
        )
