"""`sharefeed settings`: what is in force."""

from __future__ import annotations

from urllib.parse import urlsplit

import click

from node.cli.common import table, with_settings
from node.settings import DATABASE_FILE, SETTINGS, Settings


@click.command()
@with_settings
def settings(settings: Settings) -> None:
    """Print every setting with the value in force. Secrets are never printed."""
    in_force = with_published(settings)
    if settings.node_url:
        click.echo(f"Settings of the node in {settings.home}:\n")
    else:
        click.echo(f"There is no node in {settings.home}. What is in force without one:\n")
    table(("name", "value", "what it is for"), [(s.name, shown(in_force, s.name), s.help) for s in SETTINGS])
    published = sorted(in_force.published.values()) if in_force.published else []
    if published:
        click.echo(f"\nPublished by an operator at control/appearance, before what is set: {', '.join(published)}.")


def with_published(settings: Settings) -> Settings:
    """The settings under what an operator published, where there is a database to ask."""
    if not settings.node_url or not (settings.database_url or (settings.home / DATABASE_FILE).exists()):
        return settings
    from node.context import Node

    node = Node.open(settings)
    click.get_current_context().call_on_close(node.database.close)
    return node.settings


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
