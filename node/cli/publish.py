"""`sharefeed publish`: a static site from a spreadsheet, for those who have web space and no server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from node.cli.common import counted, printable
from node.cli.import_ import SHOWN, tell_refused
from schemas.vocabulary import ORGANISATION_TYPES

if TYPE_CHECKING:
    from node.services.importing.rows import Table
    from node.services.syndication.static_site import StaticSite
    from node.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER_OR_ZIP = click.Path(exists=True, path_type=Path)
_NEW_FOLDER = click.Path(file_okay=False, path_type=Path)
_NEW_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)
_SETTINGS = {
    "url": "node_url",
    "name": "node_name",
    "description": "node_description",
    "email": "contact_email",
    "area": "area_name",
}


@click.command()
@click.argument("file", type=_FILE)
@click.option("--to", "folder", type=_NEW_FOLDER, required=True, help="Folder to write the site into.")
@click.option("--url", required=True, help="Address at which the folder will stand; ids of listings begin with it.")
@click.option("--name", help="Name of the site; without it, the organisation's.")
@click.option("--description", help="One or two sentences about the site.")
@click.option("--organisation", metavar="NAME", help="Who the rows are from that name no organisation.")
@click.option(
    "--organisation-type", type=click.Choice(ORGANISATION_TYPES), help="Kind of organisation where a row names none."
)
@click.option("--images", type=_FOLDER_OR_ZIP, help="Folder or zip with the pictures that rows name.")
@click.option("--language", help="Language of the pages, and of rows that name none. Default: en.")
@click.option("--country", help="Country of rows that name none, two letters. Default: GB.")
@click.option("--timezone", help="Time zone in which days end. Default: Europe/London.")
@click.option("--licence", help="Licence of the listings, as an SPDX identifier. Default: CC0-1.0.")
@click.option("--email", help="Address of whoever keeps the site.")
@click.option("--area", help="Name of the area that the site is for.")
@click.option("--errors", type=_NEW_FILE, help="Write the refused rows to this CSV file, to correct them.")
@click.pass_context
def publish(context: click.Context, /, file: Path, folder: Path, errors: Path | None, **options: Any) -> None:
    """Write a whole site from FILE, a spreadsheet (.xlsx or CSV): pages, JSON Feed, Atom and node document.

    Upload the folder to any web space. Run the command again whenever the spreadsheet has changed. Exits with 1 if some
    rows were refused.
    """
    from node.services.file_formats.reading import read_file
    from node.services.importing.rows import read_table
    from node.services.pictures.shelf import Shelf
    from node.services.syndication import static_site
    from node.web.static_pages import render

    now = datetime.now(UTC).replace(microsecond=0)
    sheet = read_file(file)
    settings = _settings(folder, options)
    table = read_table(sheet, _defaults(settings, options, now))
    settings = settings.changed(node_name=_name(settings, table, options))
    memory = static_site.remembered(folder, settings.url)
    shelf = Shelf(options["images"], folder / "media", settings.url + "media/")
    site = static_site.assemble(table, memory, settings, now, shelf)
    written = static_site.write(site, render, folder, memory)
    _tell(table, site, folder, written)
    refusals = table.refusals + site.refusals
    if refusals:
        tell_refused(sheet, refusals, errors)
        context.exit(1)


def _settings(folder: Path, options: dict[str, Any]) -> Settings:
    from node.services.configuration.setup import check_described, check_settings, check_url
    from node.settings import SETTINGS, Settings

    known = {setting.name for setting in SETTINGS}
    named = {_SETTINGS.get(option, option): value for option, value in options.items() if value is not None}
    settings = Settings(folder, {name: value for name, value in named.items() if name in known})
    for check in (check_url, check_settings, check_described):
        check(settings)
    return settings


def _defaults(settings: Settings, options: dict[str, Any], now: datetime) -> Any:
    from node.services.importing.row_values import Defaults

    return Defaults(
        now,
        settings.timezone,
        settings.language,
        settings.country,
        options["organisation"],
        options["organisation_type"],
    )


def _name(settings: Settings, table: Table, options: dict[str, Any]) -> str:
    """The name asked for, else the only organisation's, else the name of the server."""
    names = {reading.author.name for reading in table.readings}
    only = names.pop() if len(names) == 1 else None
    return options["name"] or options["organisation"] or only or urlsplit(settings.url).hostname or "Sharefeed"


def _tell(table: Table, site: StaticSite, folder: Path, written: int) -> None:
    for line in (*table.remarks[:SHOWN], *(f"Note: {note}" for note in site.notes[:SHOWN])):
        click.echo(printable(line))
    if len(site.notes) > SHOWN:
        click.echo(f"… and {counted(len(site.notes) - SHOWN, 'more note', 'more notes')}.")
    counts = ", ".join(f"{count} {change}" for change, count in site.changes.items() if count)
    shown = counted(len(site.shown), "listing is", "listings are")
    files = counted(written, "file", "files")
    click.echo(f"{shown} in {folder} ({counts or 'nothing'}); {files} changed.")
    click.echo(f"Upload the folder, with .well-known in it, so that it stands at {site.settings.url}")
