"""`sharefeed export`: everything that an organisation has here, as one file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli.common import with_node

if TYPE_CHECKING:
    from node.context import Node

_NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.option("--organisation", metavar="SLUG", required=True, help="The short name of the organisation.")
@click.option("--to", "file", type=_NEW_FILE, required=True, help="The zip file to write; there must be none yet.")
@with_node
def export(node: Node, organisation: str, file: Path) -> None:
    """Write everything that an organisation has here into one zip file.

    Listings, photos, bookings, calendars, histories, drafts and the profile. Listings can be imported again from it.
    """
    from node.services.moving import exporting

    try:
        # Names of those who booked stand in it, so that only its owner may read it.
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}. Nothing was changed.") from error
    done = False
    try:
        with os.fdopen(handle, "wb") as out:
            for piece in exporting.export(node, organisation).pieces:
                out.write(piece)
        done = True
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written: {error.strerror}. Nothing was changed.") from error
    finally:
        if not done:
            file.unlink(missing_ok=True)
    click.echo(f"Everything of {organisation} is in {file}. It holds names of those who booked; keep it safe.")
