"""The command line. Each command is loaded when it is asked for: `sharefeed serve` must not wait for an importer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from node import __version__
from schemas.errors import Problem, SharefeedError

COMMANDS: Mapping[str, str] = {
    "init": "node.cli.init",
    "serve": "node.cli.serve",
    "web": "node.cli.serve",
    "worker": "node.cli.serve",
    "organisation": "node.cli.organisation",
    "listing": "node.cli.listing",
    "import": "node.cli.import_",
    "export": "node.cli.export",
    "publish": "node.cli.publish",
    "validate": "node.cli.validate",
    "source": "node.cli.sources",
    "proposal": "node.cli.proposals",
    "queue": "node.cli.queue",
    "impact": "node.cli.impact",
    "key": "node.cli.key",
    "operator": "node.cli.operator",
    "account": "node.cli.account",
    "audit": "node.cli.audit",
    "health": "node.cli.health",
    "settings": "node.cli.settings",
    "db": "node.cli.db",
}
"""Each command and the module that holds it, in the order of the help text."""

NOTHING_CHANGED = "This cannot be done as it stands; nothing was changed."


class StoppedError(click.ClickException):
    """Somebody pressed Ctrl-C in the middle."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__(
            "Stopped. What was done by then is kept whole, the rest is as it was. The same command goes on from there."
        )


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own; errors of ours become messages, not traces."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name])
        held = vars(module).values()
        return next(found for found in held if isinstance(found, click.Command) and found.name == cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SharefeedError as error:
            from node.cli.common import printable

            raise click.ClickException(printable(_explained(error))) from error
        except KeyboardInterrupt as error:
            raise StoppedError from error


def _explained(error: SharefeedError) -> str:
    problems: Sequence[Problem] = getattr(error, "problems", ())
    if not problems:
        return str(error)
    from node.services.limits.strangers import FormError

    # What was typed has a name; where something stands in a file, a pointer tells.
    lines = [_line(problem, isinstance(error, FormError)) for problem in problems]
    return "\n  ".join([NOTHING_CHANGED, *lines])


def _line(problem: Problem, typed: bool) -> str:
    if not problem.pointer:
        return problem.message
    if typed:
        return f"{problem.pointer.strip('/')}: {problem.message}"
    return f"{problem.message} (at {problem.pointer})"


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="sharefeed", message="%(prog)s %(version)s")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the node: its settings, secret and database. Default: $SHAREFEED_HOME, or sharefeed-data.",
)
@click.pass_context
def main(context: click.Context, home: Path | None) -> None:
    """Publish what your organisations give, lend, host or help with for free, and read what others publish."""
    context.obj = home
