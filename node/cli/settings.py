"""`sharefeed settings`: what is in force."""

from __future__ import annotations

from urllib.parse import urlsplit

import click

from node.cli.common import table, with_settings
from node.settings import SETTINGS, Settings


@click.command()
@with_settings
def settings(settings: Settings) -> None:
    """Print every setting with the value in force. Secrets are never printed."""
    click.echo(f"Settings of the node in {settings.home}:\n")
    table(("name", "value", "what it is for"), [(s.name, shown(settings, s.name), s.help) for s in SETTINGS])


def shown(settings: Settings, name: str) -> str:
    """The value of a setting as it may be printed: a database's password is left out."""
    value = getattr(settings, name)
    if name == "database_url" and value:
        return without_password(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def without_password(url: str) -> str:
    """The address of a database, its password replaced by three stars; a text that is no address is all stars."""
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        return "***"
    if not password:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user.split(':')[0]}:***@{host}").geturl()
