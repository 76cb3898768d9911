"""What commands share: the node that they work on, and how they print."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable, Sequence
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from node.settings import RESTORING, SETTINGS_FILE, Settings, home_folder, load

if TYPE_CHECKING:
    from node.context import Node

R = TypeVar("R")

_CODES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")

home_option = click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the node, where it is not the one named before the command.",
)


def settings_of(home: Path | None) -> Settings:
    """The settings of the node in ``home``, else in the folder that was named before the command."""
    folder = home_folder(home or click.get_current_context().find_object(Path))
    # Of a folder that cannot be looked into, reading the settings says so.
    if os.path.exists(folder / RESTORING):
        _end_restoring(folder)
    return load(folder)


def _end_restoring(folder: Path) -> None:
    from node.services.backup.restoring import recover

    done = recover(folder)
    if done is not None:
        said = "It had been done but for tidying up." if done else "Everything is as it was before; restore it again."
        click.echo(f"Bringing a backup back into {folder} was cut off. {said}", err=True)


def with_settings(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command the `Settings` in force as its first argument, and the option ``--home``."""

    @home_option
    @functools.wraps(command)
    def run(*args: Any, home: Path | None = None, **kwargs: Any) -> R:
        return command(settings_of(home), *args, **kwargs)

    return run


def with_node(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command the `Node` as its first argument, its database ready, and the option ``--home``."""

    @home_option
    @functools.wraps(command)
    def run(*args: Any, home: Path | None = None, **kwargs: Any) -> R:
        return command(open_node(settings_of(home)), *args, **kwargs)

    return run


def with_upgraded_node(command: Callable[..., R]) -> Callable[..., R]:
    """As `with_node`; a database of an older version is backed up and brought to the form of this one."""

    @home_option
    @functools.wraps(command)
    def run(*args: Any, home: Path | None = None, **kwargs: Any) -> R:
        return command(open_node(settings_of(home), upgrade=True), *args, **kwargs)

    return run


def open_node(settings: Settings, upgrade: bool = False) -> Node:
    """The node with these settings; it is closed when the command ends. Raises `click.ClickException`.

    With ``upgrade``, a database of an older version is brought up to date; one that is not there is still refused.
    """
    from node.context import Node
    from node.storage.migrate import needs_upgrade, revision

    require_node(settings)
    node = Node.open(settings)
    click.get_current_context().call_on_close(node.database.close)
    if needs_upgrade(node.database):
        if upgrade and revision(node.database) is not None:
            upgrade_node(node)
            return node
        raise click.ClickException(
            "The database is not yet of the form that this version needs. Nothing was changed.\n"
            "Run `sharefeed db upgrade`, which backs it up first."
        )
    return node


def require_node(settings: Settings) -> None:
    """Raises `click.ClickException` where there is no node, before anything is made or looked at."""
    if not settings.node_url:
        raise click.ClickException(
            f"There is no node in {settings.home} (no {SETTINGS_FILE} that names its address).\n"
            "Make one with `sharefeed init`, or name its folder with --home."
        )


def upgrade_node(node: Node, with_backup: bool = True) -> None:
    """Bring a node's database up to date and say where it was backed up before."""
    from node.services.configuration.setup import upgrade_database

    made = upgrade_database(node, with_backup)
    if made:
        click.echo(f"The database is of an older version. It was backed up into {made.path} and brought up to date.")


def counted(number: int, one: str, many: str) -> str:
    """A number with the word that goes with it: "1 row", "1,200 rows"."""
    return f"{number:,} {ngettext(one, many, number)}"


def printable(text: str) -> str:
    """Text from elsewhere as it may stand on a terminal: without the codes that could move its cursor or more."""
    return _CODES.sub(" ", text)


def moment(seconds: int | None) -> str | None:
    """The moment that many seconds after 1970 in UTC, as documents have it; None stays None."""
    from schemas.fields import rfc3339_of

    return rfc3339_of(seconds)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], none: str = "") -> None:
    """Print rows in columns, each as wide as it needs to be; where there are no rows, the sentence ``none``."""
    texts = [list(heads), *([_cell(value) for value in row] for row in rows)]
    if none and len(texts) == 1:
        click.echo(none)
        return
    widths = [max(len(row[index]) for row in texts) for index in range(len(heads))]
    for row in texts:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    return "" if value is None else " ".join(printable(str(value)).split())
