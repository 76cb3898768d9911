"""`sharefeed init`: a new node."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from node.settings import DEFAULT_HOME, SETTINGS, SETTINGS_FILE, Settings

if TYPE_CHECKING:
    from node.context import Node

_NAMES = {setting.name for setting in SETTINGS}


class Asked(click.Option):
    """An option for which somebody at a terminal is asked: at once if it is required, else once another one was."""

    def prompt_for_value(self, ctx: click.Context) -> Any:
        if self.required and sys.stdin.isatty():
            ctx.meta[_ASKED] = True
        if ctx.meta.get(_ASKED):
            return super().prompt_for_value(ctx)
        if self.required:
            raise click.MissingParameter(ctx=ctx, param=self)
        return self.default


_ASKED = "node.cli.init.asked"


def _look_at_url(context: click.Context, _: click.Parameter, value: str) -> str:
    """While somebody is there to put it right, before more is asked; else all is looked at where the node is made."""
    if context.meta.get(_ASKED):
        from node.services.configuration.setup import check_url
        from node.settings import SettingError

        try:
            check_url(Settings(Path(), {"node_url": value}))
        except SettingError as error:
            raise click.BadParameter(f"the address {str(error).partition(': ')[2]}") from error
    return value


def _look_at_email(context: click.Context, _: click.Parameter, value: str) -> str:
    if value and context.meta.get(_ASKED):
        from node.services.identity.accounts import email_problems

        for problem in email_problems(value.strip()):
            raise click.BadParameter(problem.message)
    return value


@click.command()
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="Folder to make the node in.")
@click.option(
    "--url",
    required=True,
    cls=Asked,
    callback=_look_at_url,
    prompt="Address of the node for ever, such as https://share.example.org/\n(to try it on this machine alone: http://127.0.0.1:8080/)",
    help="Public address of the node, for ever: ids of listings begin with it.",
)
@click.option(
    "--name",
    required=True,
    cls=Asked,
    prompt="What the node is called",
    help="What the node is called, in titles and feeds.",
)
@click.option("--description", help="One or two sentences about the node.")
@click.option("--language", help="Language of the interface and of listings that name none, such as en.")
@click.option("--licence", help="Licence of the listings, as an SPDX identifier.")
@click.option("--area", help="Name of the area that the node is for.")
@click.option("--email", help="Address of the node's operator, shown in the node document.")
@click.option("--database", help="Address of a PostgreSQL database; without it, an SQLite file in the folder.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port on which it will listen.")
@click.option("--aggregate", is_flag=True, help="Read other nodes, too, and show everything in a portal.")
@click.option("--allow-loopback", is_flag=True, help="Development only: sources may be on this machine.")
@click.option(
    "--account",
    cls=Asked,
    callback=_look_at_email,
    prompt="Your e-mail address, to sign in with (empty: no account yet)",
    default="",
    metavar="EMAIL",
    help="Make the first account, of who runs the node, and print its link.",
)
@click.option("--account-name", metavar="NAME", help="What people call them. Default: the beginning of the address.")
@click.option("--set", "others", multiple=True, metavar="NAME=VALUE", help="Any other setting; may be repeated.")
def init(home: Path | None, others: tuple[str, ...], account: str, account_name: str | None, **options: Any) -> None:
    """Make a new node: its folder with settings and secret, its database, and the account of who runs it."""
    from node.services.configuration.setup import init as make

    if account:
        _check_account(account, account_name)
    context = click.get_current_context()
    folder = home or context.find_object(Path) or Path(os.environ.get("SHAREFEED_HOME", DEFAULT_HOME))
    node = make(folder, {**_chosen(options), **dict(_pair(text) for text in others)})
    context.call_on_close(node.database.close)
    _say_what_next(folder, node.settings, _link_for(node, account, account_name) if account else "")


def _check_account(email: str, name: str | None) -> None:
    """Before anything is made. Raises `FormError`."""
    from node.services.identity.accounts import email_problems, name_problems
    from node.services.limits.strangers import FormError

    problems = email_problems(email.strip()) + (name_problems(name.strip()) if name is not None else [])
    if problems:
        raise FormError(problems)


def _link_for(node: Node, email: str, name: str | None) -> str:
    """The link that signs the new account of who runs the node in."""
    from node.services.identity import accounts

    made = accounts.add(node, name or email.partition("@")[0], email, operator=True)
    return accounts.new_link(node, made)


def _chosen(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that the options name; an option that was not given leaves the default.

    An address on this machine says where to listen, too: a trial then is where its address says.
    """
    names = {"url": "node_url", "name": "node_name", "description": "node_description", "area": "area_name"}
    names |= {"email": "contact_email", "database": "database_url"}
    chosen = {names.get(option, option): value for option, value in options.items() if value not in (None, False)}
    port = _port_here(options["url"])
    return {"port": port, **chosen} if port else chosen


def _port_here(url: str) -> int | None:
    try:
        parts = urlsplit(url)
        return parts.port if parts.scheme == "http" else None
    except ValueError:
        return None


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or name not in _NAMES:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE with the name of a setting", param_hint="--set")
    return name, value


def _say_what_next(folder: Path, settings: Settings, link: str) -> None:
    option = "" if str(folder) == DEFAULT_HOME else f" --home {shlex.quote(str(folder))}"
    click.echo(f"{settings.node_name} is ready in {folder}. Its settings are in {folder / SETTINGS_FILE}.")
    if link:
        from node.services.identity.accounts import LINK_MINUTES

        click.echo(f"\nNext:\n  sharefeed serve{option}\n      leave it running, and in a browser open")
        click.echo(
            f"  {link}\n      once, within {LINK_MINUTES // 60} hours: it signs you in. Choose a password there,"
        )
        click.echo("      and add your organisation and what it shares. The desk leads you through it.")
    click.echo("\nOr all of it from here:" if link else "\nNext:")
    for command, why in _steps(option, settings):
        click.echo(f"  {command}\n      {why}")
    for line in _to_the_world(folder, settings):
        click.echo(line)


def _steps(option: str, settings: Settings) -> Iterator[tuple[str, str]]:
    yield f'sharefeed organisation add "Your organisation" --type charity{option}', "who the listings are from"
    yield f"sharefeed import listings.csv{option}", "a spreadsheet of listings, or one at a time:"
    yield (
        f'sharefeed listing add --organisation your-organisation --title "Six oak desks"{option}',
        "one listing",
    )
    if settings.aggregate:
        yield f"sharefeed source add https://another.example/{option}", "a node or feed to read"
    yield f"sharefeed serve{option}", _where(settings)


def _where(settings: Settings) -> str:
    if is_trial(settings):
        return f"then open {settings.url}"
    return f"it answers on {settings.host}:{settings.port}, to the web server in front of it"


def is_trial(settings: Settings) -> bool:
    """Whether the node's address is on this machine, so that a browser here reaches it as it is."""
    return bool(settings.url.startswith("http://"))


def _to_the_world(folder: Path, settings: Settings) -> Iterator[str]:
    """What a public address needs before anyone can open it; a trial needs nothing."""
    if is_trial(settings):
        yield "\nThis is a trial: only this machine can open it. A public node is made anew, with its own address."
        return
    host, at = urlsplit(settings.url).netloc, f"{settings.host}:{settings.port}"
    yield f"\n{settings.url} opens once a web server (such as Caddy or nginx) speaks https for {host}"
    yield f"and passes requests on to {at} with the name {host}. docs/running-a-node.md has lines to copy."
    if not settings.trusted_proxies:
        yield f"Then write `trusted_proxies = 1` into {folder / SETTINGS_FILE} and start the node again."
    yield f'Before that, look at it with: curl -H "Host: {host}" http://{at}{urlsplit(settings.url).path}'
    yield f"When it is up: sharefeed validate {settings.url}"
