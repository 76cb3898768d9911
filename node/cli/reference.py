"""Writes docs/cli.md and docs/settings.md from the commands and the settings themselves.

Run ``python -m node.cli.reference`` after changing either; a test compares what it would write with what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from node.cli import main
from node.settings import APPEARANCE, SETTINGS, Setting

DOCS = Path(__file__).parent.parent.parent / "docs"
_DO_NOT_EDIT = "<!-- Written by `python -m node.cli.reference`; change the code instead. -->"

_COMMANDS_WORK = """Commands work on the node whose folder is named by `--home` (before or after the command), else by
`$SHAREFEED_HOME`, else `sharefeed-data` in the working directory. They exit with 0 when they did what was asked, 1 when
they could not (they say why, and what was kept), 2 when they were asked for in a way they do not know, 130 when Ctrl-C
stopped them."""

_WHERE_SETTINGS_STAND = """A setting is taken from the environment (`SHAREFEED_` and its name in capitals; the database
also from `DATABASE_URL`), else from `settings.toml` in the node's folder, else from the default. `sharefeed settings`
prints those in force. The secret of a node is no setting: `sharefeed init` makes it, in `secret.key`, which only the
user of the node may read."""


_WHAT_OPERATORS_PUBLISH = """Of a catalogue, an operator can publish other values at `/control/appearance`, without a
restart; they come before environment and file until they are given back
([how](running-an-aggregator.md#name-words-colours-and-logo)): {names}."""


def cli_reference() -> str:
    """docs/cli.md."""
    lines = [
        "# The command line",
        _DO_NOT_EDIT,
        _COMMANDS_WORK,
    ]
    for path, command in _commands(("sharefeed",), main):
        lines += _entry(path, command)
    return "\n\n".join(lines) + "\n"


def _commands(path: tuple[str, ...], command: click.Command) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None:
                yield from _commands((*path, name), inner)


def _entry(path: tuple[str, ...], command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=" ".join(path))
    yield f"{'#' * min(len(path) + 1, 3)} `{' '.join(path)}`"
    yield " ".join((command.help or "").split("\f")[0].split())
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"    {' '.join(path)} {usage}"
    options = [param for param in command.params if isinstance(param, click.Option) and not param.hidden]
    if options:
        yield "\n".join(["| option | what it does |", "|---|---|", *(_option(option, context) for option in options)])


def _option(option: click.Option, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
    value = "" if option.is_flag or option.count else f" `{_cell(option.make_metavar(context)).removesuffix(' RANGE')}`"
    default = f" Default: `{option.default}`." if option.show_default else ""
    return f"| {names}{value} | {_cell(option.help or '')}{default} |"


def settings_reference() -> str:
    """docs/settings.md."""
    lines = [
        "# Settings",
        _DO_NOT_EDIT,
        _WHERE_SETTINGS_STAND,
        "\n".join(["| name | type | default | what it is for |", "|---|---|---|---|", *map(_setting, SETTINGS)]),
        _WHAT_OPERATORS_PUBLISH.format(names=", ".join(f"`{name}`" for name in APPEARANCE)),
    ]
    return "\n\n".join(lines) + "\n"


def _setting(setting: Setting) -> str:
    return f"| `{setting.name}` | {_TYPES[setting.type]} | {_default(setting)} | {_cell(setting.help)} |"


_TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def _default(setting: Setting) -> str:
    if setting.default is None:
        return "none: it must be set"
    if setting.default == "":
        return "empty"
    return f"`{str(setting.default).lower() if setting.type is bool else setting.default}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write(folder: Path = DOCS) -> None:
    """Write both references into ``folder``."""
    (folder / "cli.md").write_text(cli_reference(), encoding="utf-8")
    (folder / "settings.md").write_text(settings_reference(), encoding="utf-8")


if __name__ == "__main__":
    write()
