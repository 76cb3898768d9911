"""`./run demo`: a whole network on this machine, from the spreadsheets in this folder to a portal in your browser."""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click

from examples.demo_network import Network, choose_portal_port, running, wait_until_read
from examples.demo_plan import Plan, read_plan
from examples.demo_processes import DemoError
from examples.demo_verdict import SEARCHED, a_listing, faults, page_faults, photo_faults, rows, table
from node.services.identity.operator import LINK_MINUTES, new_link

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130


@click.command()
@click.option("--once", is_flag=True, help="Read every source once, say whether all is well, and stop.")
@click.option("--port", type=click.IntRange(1, 65_535), default=8080, show_default=True, help="Port of the portal.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Make everything in this new or empty folder, and leave it there.",
)
def main(once: bool, port: int, keep: Path | None) -> None:
    """Start a whole network on this machine: three nodes, a folder, two feeds, and the catalogue that reads them."""
    try:
        with _stopping_on_signals(), _folder(keep) as folder:
            sys.exit(_run(read_plan(), folder, port, once))
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("\nEverything is stopped.")
        sys.exit(INTERRUPTED if once else 0)


def _run(plan: Plan, folder: Path, port: int, once: bool) -> int:
    began = time.monotonic()
    click.secho(
        "The catalogue reads this machine's own addresses (allow_loopback). Never do that in earnest.", fg="red"
    )
    click.secho("It sends no mail (mail_capture): what it would send is shown to everyone at this machine.", fg="red")
    port = choose_portal_port(port, click.echo)
    click.echo("Starting the nodes and bringing in their listings:")
    with running(plan, folder, port, click.echo, past=True) as network:
        _read(network)
        click.echo(f"All of it can be found and seen, {time.monotonic() - began:.0f} seconds after the start.\n")
        if once:
            return _judge(network)
        _tell(network)
        while True:
            network.children.check()
            time.sleep(1)


def _read(network: Network) -> None:
    expected = sum(site.member.expected for site in network.sites)
    with click.progressbar(length=expected, label=f"Reading {len(network.sites)} sources", file=sys.stdout) as bar:
        wait_until_read(network, lambda shown: bar.update(min(shown, expected) - bar.pos))


def _judge(network: Network) -> int:
    found = rows(network.catalogue)
    click.echo(table(found) + "\n")
    said = faults(found) + page_faults(network.catalogue) + photo_faults(network.catalogue)
    for fault in said:
        click.secho(f"Not as it should be: {fault}", fg="red", err=True)
    click.echo("All is well." if not said else f"{len(said)} things are not as they should be.")
    return 1 if said else 0


def _tell(network: Network) -> None:
    catalogue, council = network.catalogue, network.site("council")
    url, command = catalogue.url, f"{Path(sys.executable).parent / 'sharefeed'} --home {catalogue.home}"
    click.secho(f"The portal: {url}\n", bold=True)
    click.echo("Things to try:")
    for address, words in (
        (f"{url}search?q={SEARCHED}", "a search"),
        (f"{url}search.atom?q={SEARCHED}", "the same, for a feed reader"),
        (a_listing(catalogue), "a listing"),
        (f"{url}impact", "what has come of eight months of sharing, within half a minute"),
        (f"{url}stories", "two stories of it"),
        (f"{url}sources", "where everything comes from, and what was kept out"),
        (f"{url}alerts/new?q={SEARCHED}", "asking to be told by mail when something new fits"),
        (f"{url}mailbox", "the mailbox: what would have been sent"),
        (council.url, "the council's own node"),
        (f"{council.url}feed.json", "its feed"),
        (
            f"{council.url}mailbox",
            "what it would have sent to its staff, once somebody has asked for something of theirs",
        ),
        (new_link(catalogue.node), f"the operator's pages: works once, within {LINK_MINUTES} minutes"),
    ):
        click.echo(f"  {address}\n      {words}")
    click.echo(f"  {command} queue list\n      what waits for the operator's word")
    click.echo(f"  {command} operator link\n      another link to the operator's pages")
    click.echo("\nStop everything with Ctrl-C.")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="sharefeed-demo-", ignore_cleanup_errors=True) as made:
            yield Path(made)
        return
    if keep.exists() and any(keep.iterdir()):
        raise DemoError(f"{keep} is not empty. Nothing in it was touched. Name a new folder, or remove this one first.")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.absolute()
    click.echo(f"The nodes are in {keep}; each can be started with `sharefeed serve --home {keep}/NAME`.")


@contextmanager
def _stopping_on_signals() -> Iterator[None]:
    """The first request to stop ends the block; further ones must not disturb the stopping itself."""
    asked = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    main(prog_name="./run demo")
