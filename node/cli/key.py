"""`sharefeed key`: the key with which the node signs what it says to other nodes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from node.cli.common import moment, table, with_node

if TYPE_CHECKING:
    from node.context import Node


@click.group()
def key() -> None:
    """Keep the key with which this node signs what it says to other nodes."""


@key.command("show")
@with_node
def show(node: Node) -> None:
    """Say what everyone may know of the key: its id, its public half, since when it is in use."""
    from node.services.configuration import keys

    for name, value in keys.told(keys.ring(node)).items():
        if value:
            click.echo(f"{name}: {value}")


@key.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_node
def export(node: Node, file: Path) -> None:
    """Write the key into FILE, to be kept in a safe place apart from the node; - prints it.

    Whoever has it can speak for the node. It is in no backup.
    """
    from node.services.configuration import keys
    from node.services.configuration.setup import write_private

    content = keys.written(keys.ring(node)).decode()
    if str(file) == "-":
        click.echo(content, nl=False)
        return
    try:
        write_private(file, content)
    except OSError as error:
        raise click.ClickException(f"{file} was not written: {error.strerror}. Nothing was changed.") from error
    click.echo(f"The key is in {file}. Keep it apart from the node and from its backups.")


@key.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of another key, which is lost then.")
@with_node
def bring(node: Node, file: Path, replace: bool) -> None:
    """Put an exported key into place, as after restoring a backup; - reads it from the standard input."""
    from node.services.configuration import keys

    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}. Nothing was changed.") from error
    found = keys.bring(node, content, replace)
    click.echo(f"The node signs with the key {found.keys[0].id} now.")


@key.command("rotate")
@click.option("--print", "printed", is_flag=True, help="Change no file; print the new key, for a secret of your own.")
@with_node
def rotate(node: Node, printed: bool) -> None:
    """Take a new key.

    The present one signs that it is followed by the new one, so other nodes go along by themselves.
    """
    from node.services.configuration import keys

    if printed:
        click.echo(keys.written(keys.rotated(keys.ring(node), node.clock())).decode(), nl=False)
        return
    made = keys.rotate(node)
    click.echo(f"The node signs with the key {made.keys[0].id} now. Export it again: `sharefeed key export FILE`.")


@key.command("known")
@with_node
def known(node: Node) -> None:
    """List the keys of other nodes: those that are believed, and those that nobody has vouched for."""
    from node.services.aggregating import peers

    rows = [(one.node_id, one.key_id, one.state, one.how, moment(one.at)) for one in peers.known(node)]
    table(["node", "key", "state", "by", "since"], rows, none="No other node is known yet.")


@key.command("believe")
@click.argument("node_id")
@click.argument("key_id")
@with_node
def believe(node: Node, node_id: str, key_id: str) -> None:
    """Believe a new key of the node NODE_ID, whose old key is lost.

    Ask its operator first, by another way than the node itself, and compare the key.
    """
    from node.services.aggregating import peers

    peers.believe(node, node_id, key_id)
    click.echo(f"{node_id} is believed with the key {key_id} from now on.")
