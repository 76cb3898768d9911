"""`sharefeed settings`: what is in force."""

from __future__ import annotations

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
        from sqlalchemy.engine import make_url

        return make_url(value).render_as_string(hide_password=True)
    return {None: "", True: "true", False: "false"}.get(value, str(value))
