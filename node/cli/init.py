"""`sharefeed init`: a new node."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from node.settings import DEFAULT_HOME, SETTINGS, SETTINGS_FILE, Settings

_NAMES = {setting.name for setting in SETTINGS}


@click.command()
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="Folder to make the node in.")
@click.option("--url", required=True, help="Public address of the node, for ever: ids of listings begin with it.")
@click.option("--name", required=True, help="What the node is called, in titles and feeds.")
@click.option("--description", help="One or two sentences about the node.")
@click.option("--language", help="Language of the interface and of listings that name none, such as en.")
@click.option("--licence", help="Licence of the listings, as an SPDX identifier.")
@click.option("--area", help="Name of the area that the node is for.")
@click.option("--email", help="Address of the node's operator, shown in the node document.")
@click.option("--database", help="Address of a PostgreSQL database; without it, an SQLite file in the folder.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port on which it will listen.")
@click.option("--aggregate", is_flag=True, help="Read other nodes, too, and show everything in a portal.")
@click.option("--allow-loopback", is_flag=True, help="Development only: sources may be on this machine.")
@click.option("--set", "others", multiple=True, metavar="NAME=VALUE", help="Any other setting; may be repeated.")
def init(home: Path | None, others: tuple[str, ...], **options: Any) -> None:
    """Make a new node: its folder with settings and secret, and its database."""
    from node.services.setup import init as make

    context = click.get_current_context()
    folder = home or context.find_object(Path) or Path(os.environ.get("SHAREFEED_HOME", DEFAULT_HOME))
    node = make(folder, {**_chosen(options), **dict(_pair(text) for text in others)})
    context.call_on_close(node.database.close)
    _say_what_next(folder, node.settings)


def _chosen(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that the options name; an option that was not given leaves the default."""
    names = {"url": "node_url", "name": "node_name", "description": "node_description", "area": "area_name"}
    names |= {"email": "contact_email", "database": "database_url"}
    return {names.get(option, option): value for option, value in options.items() if value not in (None, False)}


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or name not in _NAMES:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE with the name of a setting", param_hint="--set")
    return name, value


def _say_what_next(folder: Path, settings: Settings) -> None:
    option = "" if str(folder) == DEFAULT_HOME else f" --home {folder}"
    click.echo(f"{settings.node_name} is ready in {folder}. Its settings are in {folder / SETTINGS_FILE}.")
    click.echo("\nNext:")
    steps = [
        (f'sharefeed organisation add "Your organisation" --type charity{option}', "who the listings are from"),
        (f"sharefeed import listings.csv{option}", "a spreadsheet of listings, or one at a time:"),
        (f'sharefeed listing add --organisation your-organisation --title "Six oak desks"{option}', "one listing"),
        (f"sharefeed serve{option}", f"then open http://{settings.host}:{settings.port}/"),
    ]
    if settings.aggregate:
        steps.insert(3, (f"sharefeed source add https://another.example/{option}", "a node or feed to read"))
    for command, why in steps:
        click.echo(f"  {command}\n      {why}")
